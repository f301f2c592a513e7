# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine made of pictures, in Blender's axes: ghosts, objects, shapes by number."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.backend.contract.requests import Generate, GeneratedParts, Sketched
from partwise.blender_addon.mesh.compare import are_whole
from partwise.blender_addon.mesh.labels import get_labels
from partwise.blender_addon.overlay.drawn import is_split_part
from partwise.blender_addon.scene.assembly import split_at
from partwise.blender_addon.scene.takes import (
    Take,
    carried,
    face_colours,
    make_objects,
    sketch_of,
    turned,
)

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], float)
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])


def made(*, textured: bool = True, parents: tuple[int, int] = (-1, -1)) -> GeneratedParts:
    """Two pyramids, the second one unit above the first; the left half of the texture is red."""
    texture = np.full((4, 4, 4), 255, np.uint8)
    texture[:, :2] = (255, 0, 0, 255)
    uv = np.full((8, 3, 2), 0.25, np.float32)
    uv[4:] = 0.75
    report = [
        {"kind": kind, "parent": parent}
        for kind, parent in zip(("round", "flat"), parents, strict=True)
    ]
    return GeneratedParts(
        vertices=np.concatenate([CORNERS, CORNERS + [0, 1, 0]]),
        faces=np.concatenate([FACES, FACES]),
        vertex_offsets=np.array([0, 4, 8]),
        face_offsets=np.array([0, 4, 8]),
        colours=np.array([[1, 0, 0, 1], [0, 1, 0, 1]], np.float32),
        pivots=np.array([[0.1, 0.1, 0.1], [0.2, 1.2, 0.3]]),
        names=["low", ""],
        report=report,
        engine="toy",
        notes=[],
        uv=uv if textured else None,
        texture=texture if textured else None,
        labels=np.array([[0, 1], [-1, 1]], np.int32),
    )


def take(**fields: object) -> Take:
    return Take("Doll", Generate(), made(**fields), 2.0, (5.0, 6.0, 7.0))


def test_up_becomes_z_and_the_front_minus_y():
    assert turned(np.eye(3)).tolist() == [[1, 0, 0], [0, 0, 1], [0, -1, 0]]
    first = turned(CORNERS)
    volume = np.linalg.det(first[1:] - first[0])
    assert volume == pytest.approx(np.linalg.det(CORNERS[1:])), "it is turned, not mirrored"


def test_ghosts_are_where_the_objects_will_be_in_the_colours_of_the_texture():
    found = take()
    objects = make_objects(bpy.context, found)
    for ghost, obj in zip(found.ghosts(), objects, strict=True):
        placed = ghost.vertices @ ghost.matrix[:3, :3].T + ghost.matrix[:3, 3]
        real = np.array([obj.matrix_world @ vertex.co for vertex in obj.data.vertices])
        assert real == pytest.approx(placed, abs=1e-5)
    red, white = (ghost.colours for ghost in found.ghosts())
    assert red == pytest.approx(np.tile([1, 0, 0, 1], (4, 1)))
    assert white == pytest.approx(np.ones((4, 4)))


def test_a_sketch_is_where_the_object_will_be_in_the_colours_of_its_parts():
    sketch = Sketched(
        variant=0,
        share=0.5,
        vertices=np.concatenate([CORNERS, CORNERS]).astype(np.float32),
        faces=np.concatenate([FACES, FACES + 4]).astype(np.int32),
        face_offsets=np.array([0, 4, 8]),
        colours=np.array([[1, 0, 0, 1], [0, 1, 0, 1]], np.float32),
        thumbnail=np.zeros((96, 96, 4), np.uint8),
    )
    seen = sketch_of(sketch, 2.0, (5.0, 6.0, 7.0))
    assert seen.result is None
    (ghost,) = seen.ghosts
    np.testing.assert_allclose(ghost.vertices[:4], 2 * turned(CORNERS))
    assert ghost.matrix[:3, 3].tolist() == [5, 6, 7]
    assert ghost.colours[[3, 4]].tolist() == [[1, 0, 0, 1], [0, 1, 0, 1]]


def test_without_a_texture_parts_have_their_colours():
    found = take(textured=False)
    for part, ghost in zip(found.parts(), found.ghosts(), strict=True):
        assert face_colours(part, None).tolist() == part.colour.tolist()
        assert ghost.colours.shape == (4,)
    objects = make_objects(bpy.context, found)
    assert not bpy.data.images
    assert tuple(objects[1].data.materials[0].diffuse_color) == (0, 1, 0, 1)
    assert not objects[0].data.uv_layers


def test_objects_have_names_origins_and_their_parents():
    low, high = make_objects(bpy.context, take(parents=(-1, 0)))
    assert (low.name, high.name) == ("Doll.low", "Doll.Part 2")
    assert low.users_collection[0].name == "Doll.parts"
    assert tuple(low.matrix_world.translation) == pytest.approx((5.2, 5.8, 7.2))
    assert high.parent == low
    bpy.context.view_layer.update()
    assert tuple(high.matrix_world.translation) == pytest.approx((5.4, 5.4, 9.4))


def test_they_are_the_parts_of_a_whole_that_is_put_away():
    low, high = make_objects(bpy.context, take(parents=(-1, 0)))
    whole = low.partwise.source
    assert high.partwise.source == whole
    assert [part.name for part in whole.data.partwise.parts] == ["low", "Part 2"]
    assert get_labels(whole.data).tolist() == [0] * 4 + [1] * 4
    assert tuple(whole.location) == (5, 6, 7)
    assert not whole.visible_get()
    assert are_whole([low, high], whole)
    assert not is_split_part(low), "its own colours are seen"
    assert [len(each.data.materials) for each in (low, high, whole)] == [1, 1, 2]
    assert is_split_part(split_at(bpy.context, whole, {})[0])


def test_flat_parts_have_sharp_edges_and_others_are_smooth():
    low, high = make_objects(bpy.context, take())
    assert not any(edge.use_edge_sharp for edge in low.data.edges)
    assert all(edge.use_edge_sharp for edge in high.data.edges)


def test_the_same_parts_are_asked_for_again_with_their_labels():
    found = take()
    again = found.again(order=[1, 0])
    assert again.mask_0 is found.made.labels
    assert again.options == {"kinds": {}, "order": [1, 0]}
    assert found.is_like(take())
    other = take()
    other.made.vertices[0] += 1.0
    assert not found.is_like(other)


def test_shapes_go_with_their_parts_when_these_get_other_numbers():
    before = np.array([[0, 0, 1, 1, 2, -1]])
    after = np.array([[2, 2, 0, 0, 1, 3]])
    assert carried({0: "flat", 2: "turned"}, before, after) == {2: "flat", 1: "turned"}
    assert carried({}, before, after) == {}
