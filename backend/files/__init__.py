# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes and arrays in and out."""
