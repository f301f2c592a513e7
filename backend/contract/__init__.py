# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine and Blender's side share. Standard library and NumPy only."""
