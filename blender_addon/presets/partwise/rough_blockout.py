# SPDX-License-Identifier: GPL-3.0-or-later
"""A few large parts."""

import bpy

settings = bpy.context.scene.partwise
settings.engine = "AUTO"
settings.count_mode = "GRANULARITY"
settings.granularity = 0.3
settings.symmetric = True
settings.hint_seams = False
settings.hint_sharp = False
settings.hint_materials = False
settings.hint_colours = False
settings.hint_groups = False
settings.keep_shading = True
settings.closing = "NONE"
settings.origin = "SOURCE"
settings.complete_uv = "CONTINUED"
settings.complete_own_slot = False
settings.thicken = 0.0
