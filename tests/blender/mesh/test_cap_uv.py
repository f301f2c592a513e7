# SPDX-License-Identifier: GPL-3.0-or-later
"""UV maps of faces that close a cut: flat, continued from the rim, or islands in free room."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh.cap_uv import free_space
from partwise.blender_addon.mesh.caps import (
    CONTINUED,
    FLAT,
    ISLANDS,
    CapStyle,
    PartCaps,
    faces_of_caps,
)
from partwise.blender_addon.mesh.layers import corner_faces
from partwise.blender_addon.mesh.split import split_mesh
from partwise.blender_addon.scene import parts

from tests.blender.arms import AROUND, CUT
from tests.blender.mesh.arm_parts import cut
from tests.blender.mesh_dump import vector_of


def uv_areas(mesh: bpy.types.Mesh) -> np.ndarray:
    """(T, 3, 2) corners in the map, (T,) their area and (T,) whether they are of new faces."""
    triangle = np.empty((len(mesh.loop_triangles), 3), dtype=np.int32)
    mesh.loop_triangles.foreach_get("loops", triangle.ravel())
    uv = vector_of(mesh.uv_layers[0].uv, "vector", 2)[triangle]
    side, other = uv[:, 1] - uv[:, 0], uv[:, 2] - uv[:, 0]
    area = np.abs(side[:, 0] * other[:, 1] - side[:, 1] * other[:, 0]) / 2
    return uv, area, faces_of_caps(mesh)[corner_faces(mesh)[triangle[:, 0]]]


def cells(uv: np.ndarray, size: int = 400) -> set[tuple[int, int]]:
    """Where triangles (T, 3, 2) have points well inside."""
    share = np.random.default_rng(0).dirichlet([4, 4, 4], 60)
    inside = np.concatenate([share @ corners for corners in uv])
    return set(map(tuple, np.floor(inside * size).astype(int).tolist()))


def test_continued_colours_take_no_room_in_the_map(whole: bpy.types.Object):
    for label in (1, 2):
        mesh = cut(whole, CapStyle(CONTINUED, smooth=True))[label]
        uv, area, new = uv_areas(mesh)
        assert new.sum() > 50
        assert area[new].max() == 0.0
        assert np.median(area[~new]) > 1e-5
        border = 0.02 + 0.6 * CUT / 4
        assert np.allclose(uv[new][..., 1], border, atol=1e-5)  # the colours of the border
        assert len(np.unique(uv[new][..., 0].round(4))) > AROUND / 2  # all round


def test_own_islands_lie_in_free_room_at_the_same_density(whole: bpy.types.Object):
    made = cut(whole, CapStyle(ISLANDS, smooth=True))
    artist = np.concatenate([uv[~new] for uv, _, new in map(uv_areas, made.values())])
    taken = cells(artist)
    for label in (1, 2):
        mesh = made[label]
        uv, area, new = uv_areas(mesh)
        own = cells(uv[new])
        assert not own & taken
        taken |= own
        assert uv.min() >= 0
        assert uv.max() <= 1
        surface = np.array([t.area for t in mesh.loop_triangles])
        around = area[~new].sum() / surface[~new].sum()
        assert area[new].sum() / surface[new].sum() == pytest.approx(around, rel=0.75)
        assert area[new].min() > 0


def test_own_islands_shrink_or_give_way_where_there_is_no_room(whole: bpy.types.Object):
    layer = whole.data.uv_layers[0].uv
    uv = vector_of(layer, "vector", 2)
    spread = (uv - uv.min(axis=0)) / np.ptp(uv, axis=0)
    layer.foreach_set("vector", (spread * [1, 0.93]).astype(np.float32).ravel())
    small = uv_areas(cut(whole, CapStyle(ISLANDS, smooth=True))[1])
    assert small[0][small[2]][..., 1].min() > 0.93
    assert small[1][small[2]].sum() > 0
    layer.foreach_set("vector", spread.astype(np.float32).ravel())
    _, area, new = uv_areas(cut(whole, CapStyle(ISLANDS, smooth=True))[1])
    assert area[new].max() == 0.0


def flat_caps(obj: bpy.types.Object) -> PartCaps:
    """The forearm's upper end, as a fan round one vertex of its rim."""
    points = vector_of(obj.data.vertices, "co", 3)
    rim = np.nonzero(np.abs(points[:, 2] - CUT) < 1e-4)[0]
    rim = rim[np.argsort(np.arctan2(points[rim, 1], points[rim, 0]))]
    fan = np.stack([np.full(AROUND - 2, rim[0]), rim[1:-1], rim[2:]], axis=1)
    return PartCaps(points, {1: fan}, None, CapStyle(FLAT))


def test_flat_caps_are_seen_from_their_front_beside_the_rim(whole: bpy.types.Object):
    made = split_mesh(whole, parts.get_labels(whole.data), hidden=flat_caps(whole))
    uv, _, new = uv_areas(made[1])
    side, other = uv[new, 1] - uv[new, 0], uv[new, 2] - uv[new, 0]
    turned = side[:, 0] * other[:, 1] - side[:, 1] * other[:, 0]
    assert new.sum() == AROUND - 2
    assert turned.min() > 0, "mirrored"
    corner = uv[new].reshape(-1, 2)
    assert np.ptp(corner[:, 0]) == pytest.approx(np.ptp(corner[:, 1]), rel=0.05), "squeezed"
    assert abs(corner[:, 1].mean() - (0.02 + 0.6 * CUT / 4)) < 0.02


def test_free_space_is_what_all_meshes_leave_of_each_map(whole: bpy.types.Object):
    light = whole.data.uv_layers.new(name="Light").uv
    shifted = vector_of(light, "vector", 2) + np.float32([0.35, 0])
    light.foreach_set("vector", shifted.ravel())
    free = free_space([whole.data])
    assert set(free) == {"UVMap", "Light"}
    taken = free["UVMap"].taken
    side = len(taken)
    assert taken[side // 4, side // 4]
    assert not taken[int(0.7 * side) :].any()
    assert not taken[:, int(0.7 * side) :].any()
    assert free["Light"].taken[:, int(0.7 * side) :].any()
    made = cut(whole, CapStyle(CONTINUED, smooth=True))
    one, every = free_space([made[0]])["UVMap"], free_space(made.values())["UVMap"]
    assert one.taken.sum() < every.taken.sum()
    assert not (one.taken & ~every.taken).any()
