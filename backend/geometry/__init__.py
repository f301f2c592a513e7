# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure functions over arrays: meshes, patches, cues, merges, cuts and caps."""
