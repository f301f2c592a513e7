# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects with parts, which several tests split and join."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.scene import parts

from tests.blender import rich_fixture

HALVES = np.array([0, 0, 0, 2, 2, 2], dtype=np.int32)


def labelled_cube(labels: np.ndarray = HALVES) -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add(location=(1, 2, 3))
    parts.set_labels(bpy.context.object.data, labels, names={2: "脚 Fuß"})
    return bpy.context.object


def names(collection: str) -> list[str]:
    return [obj.name for obj in bpy.data.collections[collection].objects]


def select(*objects: bpy.types.Object) -> None:
    for obj in bpy.context.selected_objects:
        obj.select_set(False)
    for obj in objects:
        obj.select_set(True)
    bpy.context.view_layer.objects.active = objects[0]


@pytest.fixture
def cube(scene: bpy.types.Scene) -> bpy.types.Object:
    return labelled_cube()


@pytest.fixture
def vase(scene: bpy.types.Scene) -> bpy.types.Object:
    obj = rich_fixture.make()
    obj.hide_select = False
    select(obj)
    return obj
