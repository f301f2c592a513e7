# SPDX-License-Identifier: GPL-3.0-or-later
"""Parents of parts, pivots where they meet, and what is taken off parts."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.scene import hierarchy, parts
from partwise.blender_addon.scene.assembly_join import parts_of


def strip(length: int = 6) -> bpy.types.Object:
    """A row of faces along x: three of part 0, two of part 1, one of part 2."""
    corners = [(x, y, 0) for y in (0, 1) for x in range(length + 1)]
    faces = [(x, x + 1, x + length + 2, x + length + 1) for x in range(length)]
    mesh = bpy.data.meshes.new("Strip")
    mesh.from_pydata(corners, [], faces)
    obj = bpy.data.objects.new("Strip", mesh)
    bpy.context.scene.collection.objects.link(obj)
    bpy.context.view_layer.objects.active = obj
    obj.select_set(True)
    parts.set_labels(mesh, np.array([0, 0, 0, 1, 1, 2], np.int32), names={0: "A", 1: "B", 2: "C"})
    return obj


@pytest.fixture
def assembly() -> bpy.types.Collection:
    obj = strip()
    obj.location, obj.rotation_euler, obj.scale = (3, 4, 5), (0.3, 0.5, 0.7), (2, 2, 2)
    bpy.context.view_layer.update()
    bpy.ops.partwise.split()
    bpy.ops.ed.undo_push(message="Split")
    return bpy.data.collections["Strip.parts"]


def places() -> dict[str, np.ndarray]:
    """Where the vertices of the parts are in the world."""
    bpy.context.view_layer.update()
    found = {}
    for obj in bpy.data.collections["Strip.parts"].objects:
        points = np.array([obj.matrix_world @ v.co for v in obj.data.vertices])
        found[obj.name] = points
    return found


def unmoved(before: dict[str, np.ndarray]) -> bool:
    after = places()
    return all(np.allclose(before[name], after[name], atol=1e-5) for name in before)


def parents() -> dict[str, str]:
    found = bpy.data.collections["Strip.parts"].objects
    return {obj.name[6:]: obj.parent.name[6:] for obj in found if obj.parent}


def test_parts_hang_on_each_other_and_nothing_moves(assembly):
    before = places()
    assert bpy.ops.partwise.parent_parts("EXEC_DEFAULT", True) == {"FINISHED"}
    assert parents() == {"B": "A", "C": "B"}
    assert unmoved(before)
    source = bpy.data.objects["Strip"]
    for name, x in (("Strip.B", 3), ("Strip.C", 5)):
        pivot = bpy.data.objects[name].matrix_world.translation
        np.testing.assert_allclose(pivot, source.matrix_world @ parts_vector(x), atol=1e-5)
    bpy.ops.ed.undo()
    assert parents() == {}
    assert unmoved(before)


def parts_vector(x: float):
    from mathutils import Vector

    return Vector((x, 0.5, 0.0))


def test_a_joint_turns_what_hangs_on_it(assembly):
    bpy.ops.partwise.parent_parts()
    before = places()
    bpy.data.objects["Strip.B"].rotation_euler.z += 1.0
    after = places()
    assert np.allclose(before["Strip.A"], after["Strip.A"], atol=1e-5)
    assert not np.allclose(before["Strip.C"], after["Strip.C"], atol=0.1)
    one, other = (
        {tuple(p) for p in after[name].round(3).tolist()} for name in ("Strip.A", "Strip.B")
    )
    assert len(one & other) == 0, "the border opens, as it turns about its middle"


def test_pivots_are_an_option(assembly):
    before = {obj.name: obj.matrix_world.translation.copy() for obj in assembly.objects}
    bpy.ops.partwise.parent_parts(pivots=False)
    bpy.context.view_layer.update()
    for name, place in before.items():
        assert (bpy.data.objects[name].matrix_world.translation - place).length < 1e-5


def test_while_exploded_parts_stay_where_they_are_seen(assembly):
    assembly.partwise.explode = 1.0
    bpy.ops.partwise.parent_parts()
    assembly.partwise.explode = 0.0
    source = bpy.data.objects["Strip"]
    whole = {
        tuple(p.round(3))
        for p in np.array([source.matrix_world @ v.co for v in source.data.vertices])
    }
    for points in places().values():
        assert {tuple(p) for p in points.round(3)} <= whole


def test_join_back_and_another_split_know_parented_parts(assembly):
    bpy.ops.partwise.parent_parts()
    source = bpy.data.objects["Strip"]
    before = source.data
    bpy.context.view_layer.objects.active = bpy.data.objects["Strip.A"]
    assert bpy.ops.partwise.join_back("EXEC_DEFAULT") == {"FINISHED"}
    assert bpy.data.objects["Strip"].data == before, "nothing was edited"
    assert not [obj for obj in bpy.data.objects if obj.name.startswith("Strip.")]


def test_parts_are_taken_off_each_other(assembly):
    with pytest.raises(RuntimeError, match="No part is parented"):
        bpy.ops.partwise.unparent_parts()
    before = places()
    bpy.ops.partwise.parent_parts()
    assert bpy.ops.partwise.unparent_parts() == {"FINISHED"}
    assert parents() == {}
    assert unmoved(before)


def test_animated_parts_stay(assembly):
    for part in parts_of(assembly):
        part.keyframe_insert("location")
    assert bpy.ops.partwise.parent_parts() == {"CANCELLED"}
    assert parents() == {}


def test_unused_slots_and_groups_go_and_the_used_ones_stay():
    obj = strip()
    for name in ("Red", "Green", "Blue"):
        obj.data.materials.append(bpy.data.materials.new(name))
    obj.data.polygons.foreach_set("material_index", [0, 0, 2, 2, 2, 1])
    for name, vertices, weight in (
        ("left", [0, 7], 1.0),
        ("right", [6, 13], 0.5),
        ("none", [0], 0.0),
    ):
        obj.vertex_groups.new(name=name).add(vertices, weight, "REPLACE")
    bpy.ops.partwise.split()
    kept = bpy.data.objects["Strip.C"]
    kept.modifiers.new("Smooth", "SMOOTH").vertex_group = "left"
    bpy.ops.ed.undo_push(message="Split")
    assert bpy.ops.partwise.drop_unused("EXEC_DEFAULT", True) == {"FINISHED"}

    def found(name: str) -> tuple[list[str], list[str], list[int]]:
        part = bpy.data.objects[f"Strip.{name}"]
        index = [polygon.material_index for polygon in part.data.polygons]
        return part.data.materials.keys(), part.vertex_groups.keys(), index

    assert found("A") == (["Red", "Blue"], ["left"], [0, 0, 1])
    assert found("B") == (["Blue"], [], [0, 0])
    assert found("C") == (["Green"], ["left", "right"], [0])
    assert len(obj.data.materials) == 3, "the original keeps all"
    assert bpy.ops.partwise.drop_unused() == {"CANCELLED"}
    bpy.ops.ed.undo()
    assert len(bpy.data.objects["Strip.B"].data.materials) == 3


def test_one_part_alone_is_not_parented(assembly):
    assert hierarchy.parent_parts(parts_of(assembly)[:1], pivots=True) == 0
