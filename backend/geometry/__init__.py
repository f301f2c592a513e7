# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure functions over arrays: meshes, graphs, rays, samples."""
