# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts that nobody named follow the cut; names by hand do not."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.backend.contract.tree import MergeTree
from partwise.blender_addon.core import trees
from partwise.blender_addon.core.naming import Naming, Solid
from partwise.blender_addon.core.trees import PolygonTree
from partwise.blender_addon.scene import cuts, naming, parts


@pytest.fixture
def cube() -> bpy.types.Object:
    """A cube whose six faces are joined one by one to the first; with its triangles."""
    bpy.ops.mesh.primitive_cube_add()
    obj = bpy.context.object
    children = np.array([(0, 1), (6, 2), (7, 3), (8, 4), (9, 5)], np.int32)
    heights = np.arange(1, 6, dtype=np.float32)
    tree = PolygonTree(
        MergeTree(children, heights, 3),
        np.arange(6, dtype=np.int32),
        np.ones(6),
        naming.solid_of(obj),
    )
    trees.keep("cube", tree)
    obj.data.partwise.fingerprint = "cube"
    cuts.apply_cut(obj.data, tree.cut(6), tree)
    return obj


def table(obj: bpy.types.Object) -> list[str]:
    return obj.data.partwise.parts.keys()


def numbers(obj: bpy.types.Object) -> set[int]:
    return {int(name.split(".")[1]) for name in table(obj)}


def test_numbers_have_no_gaps_whatever_the_slider_did(cube):
    tree = trees.find("cube", 6)
    for count in (6, 2, 5, 3):
        cube.data.partwise.granularity = tree.granularity_of(count)
        assert len(table(cube)) == count
        assert numbers(cube) == set(range(1, len(numbers(cube)) + 1))
        assert not any(map(naming.is_renamed, cube.data.partwise.parts))


def test_left_and_right_faces_are_a_pair(cube):
    ids = parts.get_labels(cube.data).tolist()
    sides = {
        part.name[-1]
        for part in cube.data.partwise.parts
        if abs(cube.data.polygons[ids.index(part.part_id)].normal.x) > 0.5
    }
    assert sides == {"L", "R"}


def test_names_by_hand_stay_and_are_not_given_twice(cube):
    cube.data.partwise.parts[3].name = "Part.01"
    cube.data.partwise.parts[4].name = "Door"
    naming.name_parts(cube.data, naming.solid_of(cube), Naming("NUMBERS"))
    assert "Door" in table(cube)
    assert len(set(table(cube))) == 6


def test_parts_of_some_faces_are_numbered_on_from_those_of_the_others(cube):
    """As after Decompose of faces selected in Edit Mode: no endings as Blender gives."""
    naming.name_parts(cube.data, naming.solid_of(cube), Naming("NUMBERS"))
    before, whole = table(cube), naming.solid_of(cube)
    labels = parts.get_labels(cube.data)
    inside = np.isin(labels[whole.polygon], labels[:2])
    some = Solid(whole.elements.only(inside), whole.polygon[inside])
    for part in cube.data.partwise.parts:
        if part.part_id in labels[:2]:
            part.name = part.given = f"Old.{part.part_id}"
    naming.name_parts(cube.data, some, Naming("NUMBERS"))
    assert sorted(table(cube)) == sorted(before)
    assert not any(map(naming.is_renamed, cube.data.partwise.parts))


def test_many_parts_are_only_numbered(cube, monkeypatch):
    before = table(cube)
    monkeypatch.setattr(naming, "MOST_NAMED", 5)
    naming.name_parts(cube.data, naming.solid_of(cube), Naming("TEMPLATE", "A, B"))
    assert table(cube) == before


def test_a_template_that_is_none_is_by_shape(cube):
    settings = bpy.context.scene.partwise
    settings.naming, settings.name_template = "TEMPLATE", ""
    assert "Car5" in naming.template_objection(settings)
    assert naming.wanted(settings) == Naming()
    settings.name_template = "car5"
    assert naming.template_objection(settings) == ""
    assert naming.wanted(settings) == Naming("TEMPLATE", "car5")


def test_the_solid_is_as_the_object_stands(cube):
    cube.rotation_euler.x = np.pi / 2
    cube.scale.x = 3
    bpy.context.view_layer.update()
    _, shapes = naming.solid_of(cube).shapes(np.zeros(6, np.int32))
    np.testing.assert_allclose(shapes.high - shapes.low, [[6, 2, 2]], atol=1e-5)
