# SPDX-License-Identifier: GPL-3.0-or-later
"""The pie has at most eight slices, which are what there is."""

from __future__ import annotations

import bpy
from partwise.blender_addon.ui import pie

from tests.blender.recording_layout import draw


def test_it_has_what_is_used_most():
    bpy.ops.mesh.primitive_cube_add()
    shown = draw(pie.PARTWISE_MT_pie)
    assert shown.operators[:3] == ["partwise.decompose", "partwise.split", "wm.tool_set_by_id"]
    assert len(shown.operators) == 8
