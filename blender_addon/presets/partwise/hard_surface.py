# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines and furniture: sharp edges and materials say where parts end."""

import bpy

settings = bpy.context.scene.partwise
settings.engine = "AUTO"
settings.count_mode = "AUTO"
settings.granularity = 0.5
settings.symmetric = True
settings.hint_seams = False
settings.hint_sharp = True
settings.hint_materials = True
settings.hint_colours = False
settings.hint_groups = False
settings.keep_shading = True
settings.closing = "NONE"
settings.origin = "BOUNDS"
settings.complete_uv = "CONTINUED"
settings.complete_own_slot = False
settings.thicken = 0.0
