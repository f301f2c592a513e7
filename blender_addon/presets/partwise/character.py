# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies: parts follow the bones' vertex groups and turn about their joints."""

import bpy

settings = bpy.context.scene.partwise
settings.engine = "AUTO"
settings.count_mode = "AUTO"
settings.granularity = 0.5
settings.symmetric = True
settings.hint_seams = False
settings.hint_sharp = False
settings.hint_materials = False
settings.hint_colours = False
settings.hint_groups = True
settings.keep_shading = True
settings.closing = "NONE"
settings.origin = "JOINT"
settings.complete_uv = "CONTINUED"
settings.complete_own_slot = False
settings.thicken = 0.0
