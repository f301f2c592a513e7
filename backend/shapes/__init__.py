# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedural objects with known parts."""
