# SPDX-License-Identifier: GPL-3.0-or-later
"""Partwise's engine: turns fused meshes into parts. Runs without Blender."""

__version__ = "0.1.0"
