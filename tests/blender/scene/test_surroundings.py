# SPDX-License-Identifier: GPL-3.0-or-later
"""A part and what is around it, in the world: the same before the split and after it."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.scene import parts, surroundings

from tests.blender.ops.replacing import HAT, add_figure


@pytest.fixture
def ball() -> bpy.types.Object:
    """A ball of two halves, scaled, turned and moved."""
    bpy.ops.mesh.primitive_uv_sphere_add(segments=12, ring_count=6, location=(3, 2, 1))
    obj = bpy.context.object
    obj.name, obj.scale, obj.rotation_euler = "Ball", (1, 2, 3), (0.3, 0.2, 0.1)
    bpy.context.view_layer.update()
    high = [polygon.center.z > 0 for polygon in obj.data.polygons]
    parts.set_labels(obj.data, np.array(high, np.int32), names={1: "Lid"})
    obj.data.partwise.active = 1
    return obj


def corners(obj: bpy.types.Object) -> tuple[np.ndarray, np.ndarray, int]:
    """The triangles in the world in an order of their own, whether each is of the active part, and
    how many vertices there are."""
    around = surroundings.surroundings_of(obj)
    mesh, labels = around.arrays()
    middle = mesh.vertices[mesh.faces].mean(axis=1)
    order = np.lexsort(np.round(middle, 4).T)
    return middle[order], labels[order] == around.part, len(mesh.vertices)


def split(name: str, *, cap: bool = False, origin: str = "BOUNDS") -> bpy.types.Object:
    bpy.context.scene.partwise.origin, bpy.context.scene.partwise.cap = origin, cap
    bpy.ops.partwise.split()
    bpy.context.view_layer.update()
    bpy.context.view_layer.objects.active = bpy.data.objects[name]
    return bpy.data.objects[name]


@pytest.mark.parametrize("cap", [False, True])
@pytest.mark.parametrize("explode", [0.0, 0.7])
def test_split_or_whole_capped_or_exploded_it_is_the_same(ball, cap, explode):
    whole = corners(ball)
    lid = split("Ball.Lid", cap=cap)
    bpy.data.collections["Ball.parts"].partwise.explode = explode
    bpy.context.view_layer.update()
    apart = corners(lid)
    assert np.allclose(whole[0], apart[0], atol=1e-4)
    assert np.array_equal(whole[1], apart[1])
    assert whole[2] == apart[2] == 62  # the seam's vertices are shared again


def test_hidden_parts_are_not_around(ball):
    lid = split("Ball.Lid")
    next(o for o in bpy.data.collections["Ball.parts"].objects if o != lid).hide_set(True)
    assert corners(lid)[1].all()


def test_names(ball):
    assert surroundings.called(ball) == "Lid"
    assert surroundings.called(split("Ball.Lid")) == "Lid"
    assert surroundings.meaning("Lid") == "Lid"
    for name in ("Part.03", "Part 3", "Part.12.001", "Part.02.L", "Rest"):
        assert surroundings.meaning(name) == ""


def test_the_whole_is_called_as_the_object_is_before_the_split_and_after_it(ball):
    assert surroundings.surroundings_of(ball).title == "Ball"
    lid = split("Ball.Lid")
    assert surroundings.surroundings_of(lid).title == "Ball"
    ball.name = "Pot"
    assert surroundings.surroundings_of(lid).title == "Pot"


def test_a_mirrored_object_is_turned_outward(scene):
    fox = add_figure()
    fox.scale.x = -1
    bpy.context.view_layer.update()
    mesh, labels = surroundings.surroundings_of(fox).arrays()
    a, b, c = (mesh.vertices[mesh.faces[labels == HAT][:, k]] - [0, 0, 1.1] for k in range(3))
    assert np.einsum("ij,ij->i", a, np.cross(b, c)).min() > 0


def test_what_has_no_part_says_why(scene):
    for obj, match in ((None, "Select an object"), (bpy.data.objects.new("E", None), "Select")):
        with pytest.raises(BadInput, match=match):
            surroundings.surroundings_of(obj)
    bpy.ops.mesh.primitive_cube_add()
    with pytest.raises(BadInput, match="no parts yet"):
        surroundings.surroundings_of(bpy.context.object)


def test_points_on_both_sides_of_a_cell_become_one():
    step = 10.0 * surroundings.SLACK
    exact = np.array([[0.0, 0.0, 0.0], [10.0, 0.0, 0.0], [10.0, 5 * step, step], [1.0, step, 0.0]])
    near = exact + 1e-3 * step * np.array([[1, -1, 1], [-1, 1, -1], [-1, -1, -1], [1, 1, 1]])
    points, number = surroundings.welded(np.concatenate([exact, near]))
    assert len(points) == 4
    assert np.array_equal(number[:4], number[4:])
