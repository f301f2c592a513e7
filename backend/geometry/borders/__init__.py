# SPDX-License-Identifier: GPL-3.0-or-later
"""Smooth borders: curves near borders of labels, along which triangles are cut."""
