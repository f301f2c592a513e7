# SPDX-License-Identifier: GPL-3.0-or-later
"""A few large parts."""

import bpy

settings = bpy.context.scene.partwise
settings.engine = "AUTO"
settings.count_mode = "GRANULARITY"
settings.granularity = 0.3
settings.hint_seams = False
settings.hint_sharp = False
settings.hint_materials = False
settings.hint_groups = False
settings.keep_shading = True
settings.cap = False
settings.origin = "SOURCE"
