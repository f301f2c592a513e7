# SPDX-License-Identifier: GPL-3.0-or-later
"""Patches of triangles: the one graph on which segmentation works."""
