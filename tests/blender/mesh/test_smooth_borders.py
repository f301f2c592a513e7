# SPDX-License-Identifier: GPL-3.0-or-later
"""Polygons that are cut keep all that is on them; layers are interpolated at new vertices."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.backend.contract.requests import SmoothedBorders
from partwise.blender_addon.mesh.read import Snapshot, triangulate
from partwise.blender_addon.mesh.shading import corner_normals
from partwise.blender_addon.mesh.smooth_borders import Pieces, cut_along

from tests.blender.ragged_ball import points, ragged_ball


def halved(ball: bpy.types.Object, number: int = 100, at: float = 0.25) -> Pieces:
    """One quad cut in two across its first and third edge, its triangles as they are sent."""
    snapshot = Snapshot.of(ball)
    triangles, polygon = triangulate(snapshot), ball.data.polygons[number]
    flat = triangles.ravel().tolist()
    begin = polygon.loop_start
    a, b, c, d = (flat.index(begin + k) for k in range(4))
    first = int(np.flatnonzero(triangles[:, 0] == begin)[0])
    assert {a // 3, c // 3} <= {first, first + 1}
    new = 3 * len(triangles)
    label = np.zeros(len(ball.data.polygons), np.int32)
    answer = SmoothedBorders(
        label=label,
        source=np.full(2, number, np.int32),
        piece_label=np.array([0, 1], np.int32),
        piece_size=np.full(2, 4, np.int32),
        corner=np.array([a, new, new + 1, d, new, b, c, new + 1], np.int32),
        rows=np.array([[a, b, c], [c, d, a]], np.int32),
        weight=np.array([[1 - at, at, 0], [at, 1 - at, 0]]),
        point=np.array([0, 1], np.int32),
    )
    return Pieces.of(answer, triangles, snapshot.corner_vertex, len(snapshot.positions))


@pytest.mark.parametrize("smooth", [True, False])
def test_what_is_on_a_polygon_goes_along(smooth: bool):
    ball = ragged_ball(smooth=smooth)
    source, pieces = ball.data, halved(ball)
    mesh = cut_along(source, pieces)
    old, count = len(source.vertices), len(source.polygons)
    assert (len(mesh.vertices), len(mesh.polygons)) == (old + 2, count + 1)
    place = points(mesh)
    np.testing.assert_array_equal(place[:old], points(source))
    values = np.empty((len(mesh.vertices), 4), np.float32)
    mesh.color_attributes["Place"].data.foreach_get("color", values.ravel())
    np.testing.assert_allclose(values[:, :3], place, atol=1e-6)
    values = np.empty((len(mesh.loops), 4), np.float32)
    mesh.color_attributes["Corner"].data.foreach_get("color", values.ravel())
    vertex = [loop.vertex_index for loop in mesh.loops]
    np.testing.assert_allclose(values[:, :3], place[vertex], atol=1e-6)
    wide = np.empty_like(place)
    mesh.shape_keys.key_blocks["Wide"].points.foreach_get("co", wide.ravel())
    np.testing.assert_allclose(wide, 2 * place, atol=1e-6)
    weights = [vertex.groups[0].weight for vertex in mesh.vertices if len(vertex.groups)]
    assert len(weights) >= len(mesh.vertices) - 2  # but for a pole, of weight zero
    for vertex in list(mesh.vertices)[-2:]:
        assert vertex.groups[0].weight == pytest.approx((vertex.co.z + 1) / 2, abs=1e-5)
    uv = np.empty((len(mesh.loops), 2), np.float32)
    mesh.uv_layers[0].data.foreach_get("uv", uv.ravel())
    own = mesh.polygons[count - 1]
    corners = uv[own.loop_start : own.loop_start + 4]
    old_uv = np.empty((len(source.loops), 2), np.float32)
    source.uv_layers[0].data.foreach_get("uv", old_uv.ravel())
    begin = source.polygons[100].loop_start
    before = old_uv[begin : begin + 4]
    assert (corners.min(axis=0) >= before.min(axis=0) - 1e-6).all()
    assert (corners.max(axis=0) <= before.max(axis=0) + 1e-6).all()
    assert mesh.polygons[count].material_index == source.polygons[100].material_index
    assert {*mesh.attributes.keys()} == {*source.attributes.keys()} | (
        {"custom_normal"} if smooth else set()
    )


def test_shading_stays_as_it_was():
    ball = ragged_ball()
    pieces = halved(ball)
    before = corner_normals(ball.data)
    mesh = cut_along(ball.data, pieces)
    after = corner_normals(mesh)
    kept = np.repeat(~pieces.cut, [len(face.vertices) for face in ball.data.polygons])
    np.testing.assert_allclose(after[: kept.sum()], before[kept], atol=2e-3)
    own = pieces.at_corners(before)
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    np.testing.assert_allclose(after[kept.sum() :], own, atol=2e-3)


def test_marks_of_edges_stay_on_their_pieces():
    ball = ragged_ball()
    mesh, face = ball.data, ball.data.polygons[100]
    ends = [tuple(sorted(key)) for key in face.edge_keys]
    for edge in mesh.edges:
        if tuple(sorted(edge.vertices)) in (ends[0], ends[1]):
            edge.use_seam = True
    made = cut_along(mesh, halved(ball))
    seams = [edge for edge in made.edges if edge.use_seam]
    assert len(seams) == 4  # the first edge is two now, and whole for the polygon beyond it
    assert sum(max(edge.vertices) >= len(mesh.vertices) for edge in seams) == 2
