# SPDX-License-Identifier: GPL-3.0-or-later
"""Naming and renaming parts, and letting hand edits go."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.scene import naming, parts

BOXES = {"Trunk": ((0, 0, 0), 2.0), "One": ((1.5, 0, 0), 1.0), "Two": ((-1.5, 0, 0), 1.0)}


@pytest.fixture
def toy() -> bpy.types.Object:
    """A cube with a smaller one at each side, joined, a part each, with ids 0, 4 and 2."""
    for middle, size in BOXES.values():
        bpy.ops.mesh.primitive_cube_add(size=size, location=middle)
    bpy.ops.object.select_all(action="SELECT")
    bpy.ops.object.join()
    obj = bpy.context.object
    obj.name = "Toy"
    centres = np.array([polygon.center for polygon in obj.data.polygons])
    world = centres + np.array(obj.location)
    ids = np.where(world[:, 0] > 1.0001, 4, np.where(world[:, 0] < -1.0001, 2, 0))
    inner = np.isclose(np.abs(world[:, 0]), 1.0)
    large = np.array([polygon.area > 2 for polygon in obj.data.polygons])
    ids[inner & ~large] = np.where(world[inner & ~large, 0] > 0, 4, 2)
    parts.set_labels(obj.data, ids.astype(np.int32))
    bpy.ops.ed.undo_push(message="Toy")
    return obj


def names(obj: bpy.types.Object) -> dict[int, str]:
    return {part.part_id: part.name for part in obj.data.partwise.parts}


def test_parts_are_named_by_place_in_one_step(toy):
    assert names(toy) == {0: "Part.01", 2: "Part.03", 4: "Part.05"}
    bpy.context.scene.partwise.naming = "NUMBERS"
    assert bpy.ops.partwise.name_parts("EXEC_DEFAULT", True) == {"FINISHED"}
    assert set(names(toy).values()) == {"Part.01", "Part.02", "Part.03"}
    bpy.context.scene.partwise.naming = "SHAPE"
    bpy.ops.partwise.name_parts("EXEC_DEFAULT", True)
    found = names(toy)
    assert (found[4][-2:], found[2][-2:]) == (".L", ".R")
    assert found[4][:-2] == found[2][:-2]
    bpy.ops.ed.undo()
    assert set(names(bpy.data.objects["Toy"]).values()) == {"Part.01", "Part.02", "Part.03"}


def test_sides_are_those_of_the_object_in_the_world(toy):
    toy.rotation_euler.z = np.pi
    bpy.context.view_layer.update()
    bpy.ops.partwise.name_parts()
    assert names(toy)[2].endswith(".L")


def test_names_of_ones_own_stay_unless_they_are_asked_for(toy):
    toy.data.partwise.parts[1].name = "Mine"
    assert naming.is_renamed(toy.data.partwise.parts[1])
    bpy.ops.partwise.name_parts()
    assert names(toy)[2] == "Mine"
    bpy.ops.partwise.name_parts(renamed=True)
    assert names(toy)[2].endswith(".R")
    assert not naming.is_renamed(toy.data.partwise.parts[1])


def test_only_ticked_parts_are_named(toy):
    toy.data.partwise.parts[2].selected = True
    bpy.context.scene.partwise.naming = "TEMPLATE"
    bpy.context.scene.partwise.name_template = "Body, Arm.L, Arm.R"
    bpy.ops.partwise.name_parts()
    found = names(toy)
    assert (found[0], found[2]) == ("Part.01", "Part.03")
    assert found[4] in ("Body", "Arm.L", "Arm.R")


def test_a_template_that_is_none_is_an_error_and_changes_nothing(toy):
    before = names(toy)
    bpy.context.scene.partwise.naming = "TEMPLATE"
    bpy.context.scene.partwise.name_template = ","
    with pytest.raises(RuntimeError, match="no names"):
        bpy.ops.partwise.name_parts()
    assert names(toy) == before


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"way": "REPLACE", "find": "Part.", "text": "Leg "}, "Leg 03"),
        ({"way": "PREFIX", "text": "L_"}, "L_Part.03"),
        ({"way": "SUFFIX", "text": "_low"}, "Part.03_low"),
        ({"way": "PATTERN", "pattern": "{object}_{part}"}, "Toy_Part.03"),
        ({"way": "PATTERN", "pattern": "Bone {number:03}", "first": 10}, "Bone 011"),
    ],
)
def test_names_are_changed_in_one_go(toy, options, expected):
    assert bpy.ops.partwise.rename_parts(**options) == {"FINISHED"}
    assert names(toy)[2] == expected
    assert len(set(names(toy).values())) == 3
    assert all(map(naming.is_renamed, toy.data.partwise.parts))


def test_sides_stay_at_the_end_where_blender_looks_for_them(toy):
    toy.data.partwise.parts[0].name = "Arm.L"
    bpy.ops.partwise.rename_parts(way="SUFFIX", text="_low")
    assert names(toy)[0] == "Arm_low.L"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"way": "REPLACE", "find": ""}, "nothing to find"),
        ({"way": "REPLACE", "find": "xyz", "text": "a"}, "No name is different"),
        ({"way": "PATTERN", "pattern": "{colour}"}, "has no {colour}"),
    ],
)
def test_what_cannot_be_renamed_says_why_and_changes_nothing(toy, options, reason):
    before = names(toy)
    with pytest.raises(RuntimeError, match=reason):
        bpy.ops.partwise.rename_parts(**options)
    assert names(toy) == before


def test_names_that_are_swapped_do_not_get_endings(toy):
    table = toy.data.partwise.parts
    for part, name in zip(table, ("a1", "a2", "a3"), strict=True):
        part.name = name
    bpy.ops.partwise.rename_parts(way="PATTERN", pattern="a{number}", first=2)
    assert table.keys() == ["a2", "a3", "a4"]
