# SPDX-License-Identifier: GPL-3.0-or-later
"""Clicks, labels and trees. No bpy."""
