# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of parts: the order of its rows, and what it finds."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import numpy as np
from partwise.blender_addon.scene import parts
from partwise.blender_addon.ui import lists


def test_rows_are_ordered_and_found():
    names = ["Leg 10", "arm", "Leg 2", "Body"]
    assert [names[i] for i in lists.arrange(names)] == ["arm", "Body", "Leg 2", "Leg 10"]
    assert lists.arrange(np.array([-1.0, -3.0, -3.0])).tolist() == [1, 2, 0]
    assert lists.arrange(np.array([1.0, 2.0]), reverse=True).tolist() == [1, 0]


def test_ranges_of_ticks_follow_the_list_as_it_is_sorted_and_searched():
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=8, y_subdivisions=1)
    mesh = bpy.context.object.data
    parts.set_labels(mesh, np.array([0, 0, 0, 1, 1, 4, 4, 5], dtype=np.int32))
    for part, name in zip(mesh.partwise.parts, ("Leg 10", "Arm", "Leg 2", "Leg 1"), strict=True):
        part.name, part.selected = name, False
    found = SimpleNamespace(
        filter_name="Leg", bitflag_filter_item=1 << 30, sort_by="NAME", reverse=False
    )
    lists.PARTWISE_UL_parts.filter_items(found, bpy.context, mesh.partwise, "parts")
    mesh.partwise.active = 3
    bpy.ops.partwise.tick_part(row=0, way="RANGE")
    assert [part.name for part in mesh.partwise.parts if part.selected] == [
        "Leg 10", "Leg 2", "Leg 1",
    ]  # fmt: skip
