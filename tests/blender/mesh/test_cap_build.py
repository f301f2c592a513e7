# SPDX-License-Identifier: GPL-3.0-or-later
"""Surfaces that were hidden, on the meshes of parts: layers, UV maps, shading, slots, speed."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh import layers as mesh_layers
from partwise.blender_addon.mesh.cap_build import remove_caps
from partwise.blender_addon.mesh.caps import (
    CONTINUED,
    ISLANDS,
    CapStyle,
    caps_digest,
    faces_of_caps,
)
from partwise.blender_addon.mesh.compare import is_unchanged
from partwise.blender_addon.mesh.layers import corner_faces
from partwise.blender_addon.mesh.split import split_mesh
from partwise.blender_addon.scene import parts
from partwise.blender_addon.scene.assembly import split_objects
from partwise.blender_addon.scene.completions import Completion

from tests.blender.arms import AROUND, CUT, dome, make_arm, new_points, open_edges, select
from tests.blender.mesh_dump import dump_mesh, vector_of


@pytest.fixture
def whole(scene: bpy.types.Scene) -> bpy.types.Object:
    return make_arm()


def cut(
    obj: bpy.types.Object, style: CapStyle, rings: int = 4, **options: Any
) -> dict[int, bpy.types.Mesh]:
    labels = parts.get_labels(obj.data)
    return split_mesh(obj, labels, hidden=dome(obj, rings, style), **options)


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


def test_visible_layers_stay_and_parts_are_those_of_the_original(whole: bpy.types.Object):
    source = dump_mesh(whole.data)
    for label, mesh in cut(whole, CapStyle(CONTINUED, smooth=True)).items():
        assert not mesh.validate()
        part = dump_mesh(mesh)
        old = {domain: ids >= 0 for domain, ids in part.ids.items()}
        for name, (domain, values) in part.layers.items():
            if name in source.layers and name not in ("faces", "edges", "corner edges"):
                expected = source.layers[name][1][part.ids[domain][old[domain]]]
                if name not in ("sharp_edge", "custom_normal"):
                    assert np.array_equal(values[old[domain]], expected), (label, name)


def test_weights_colours_and_keys_come_from_the_border(whole: bpy.types.Object):
    for label in (1, 2):
        mesh = cut(whole, CapStyle(CONTINUED, smooth=True))[label]
        new = new_points(mesh)
        assert len(new) == 3 * AROUND + 1
        for row in new.tolist():
            weights = {group.group: group.weight for group in mesh.vertices[row].groups}
            assert weights == pytest.approx({0: 0.5, 1: 0.5}, abs=1e-3)
        tint = mesh_layers.read(mesh.attributes["Tint"])
        corners = faces_of_caps(mesh)[corner_faces(mesh)]
        assert np.allclose(tint[corners, 0], 0.5, atol=1e-3)
        keys = mesh.shape_keys.key_blocks
        shift = np.array([keys["Bent"].data[r].co - keys["Basis"].data[r].co for r in new])
        assert np.allclose(shift[:, 0], 0.5, atol=1e-3)
        assert {face.material_index for face in mesh.polygons} == {1}


def test_creases_do_not_spread(whole: bpy.types.Object):
    for name, domain in (("crease_vert", "POINT"), ("crease_edge", "EDGE")):
        count = mesh_layers.sizes(whole.data)[domain]
        mesh_layers.put(whole.data, name, "FLOAT", domain, np.ones(count, np.float32))
    mesh = cut(whole, CapStyle(CONTINUED, smooth=True))[1]
    new = new_points(mesh)
    crease = mesh_layers.read(mesh.attributes["crease_vert"])[:, 0]
    assert not crease[new].any()
    assert np.delete(crease, new).all()


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


@pytest.mark.parametrize("keep_shading", [True, False])
def test_even_rims_are_smooth_and_shaded_as_before(whole: bpy.types.Object, keep_shading: bool):
    before = vector_of(whole.data.corner_normals, "vector", 3)
    for label in (1, 2):
        style = CapStyle(CONTINUED, smooth=True, keep_normals=keep_shading)
        mesh = cut(whole, style, 12, keep_shading=keep_shading)[label]
        assert not any(edge.use_edge_sharp for edge in mesh.edges)
        normals = vector_of(mesh.corner_normals, "vector", 3)
        ids = mesh_layers.origin(mesh, "CORNER")
        off = np.linalg.norm(normals[ids >= 0] - before[ids[ids >= 0]], axis=1)
        assert np.degrees(off).max() < (0.2 if keep_shading else 8)
        vertex = vector_of(mesh.loops, "vertex_index", 1, np.int32)[:, 0]
        rim = [v.index for v in mesh.vertices if abs(v.co.z - CUT) < 1e-4]
        for row in rim:
            spread = np.ptp(normals[vertex == row], axis=0)
            assert np.abs(spread).max() < 1e-2, "there is a crease at the rim"


def test_a_rim_that_turns_is_sharp(whole: bpy.types.Object):
    caps = dome(whole, 4, CapStyle(CONTINUED, smooth=True))
    flat = caps.vertices.copy()
    flat[len(whole.data.vertices) :, 2] = CUT
    labels = parts.get_labels(whole.data)
    mesh = split_mesh(whole, labels, hidden=replace(caps, vertices=flat))[1]
    assert sum(edge.use_edge_sharp for edge in mesh.edges) == AROUND


def test_a_slot_of_their_own(whole: bpy.types.Object):
    style = CapStyle(CONTINUED, own_slot=True, smooth=True)
    made = cut(whole, style)
    for label in (1, 2):
        mesh = made[label]
        assert [m.name for m in mesh.materials] == ["Skin", "Cloth", "Hidden"]
        index = np.array([face.material_index for face in mesh.polygons])
        assert (index == 2).tolist() == faces_of_caps(mesh).tolist()
    assert len(made[0].materials) == 2


@pytest.mark.parametrize("own_slot", [False, True])
def test_parts_with_domes_are_still_those_of_the_original(whole: bpy.types.Object, own_slot: bool):
    caps = dome(whole, 4, CapStyle(CONTINUED, own_slot=own_slot, smooth=True))
    told = {"engine": "domes", "closed": True, "volume": 1.0, "hidden_share": 0.5}
    settings, before = bpy.context.scene.partwise, whole.data
    settings.complete_own_slot = own_slot
    closed = Completion(caps, {1: told, 2: told})
    made = split_objects(bpy.context, [whole], settings, [closed])
    assert open_edges(made[2].data) == 0
    assert all(is_unchanged(part, whole) for part in made)
    made[2].data.materials.append(None)  # which the artist may be about to use
    assert not is_unchanged(made[2], whole)
    made[2].data.materials.pop()
    select(made[0])
    bpy.ops.partwise.join_back()
    assert whole.data == before


@pytest.mark.parametrize("keep_shading", [True, False])
def test_taking_them_off_leaves_the_part_as_it_was(whole: bpy.types.Object, keep_shading: bool):
    labels = parts.get_labels(whole.data)
    plain = split_mesh(whole, labels, keep_shading=keep_shading)
    style = CapStyle(CONTINUED, smooth=True, keep_normals=keep_shading)
    made = cut(whole, style, keep_shading=keep_shading)
    for label in (1, 2):
        mesh = made[label].copy()
        bpy.data.batch_remove([mesh.shape_keys])
        stays = remove_caps(mesh, whole.data)
        assert stays.sum() == len(plain[label].vertices)
        one, two = dump_mesh(mesh), dump_mesh(plain[label])
        assert one.counts == two.counts
        for name in ("faces", "edges", "weights", "Tint", "UVMap", "material_index"):
            assert np.array_equal(one.layers[name][1], two.layers[name][1]), name
        normals = [vector_of(each.corner_normals, "vector", 3) for each in (mesh, plain[label])]
        assert np.degrees(np.linalg.norm(normals[0] - normals[1], axis=1)).max() < 0.2
        assert not any(edge.use_edge_sharp for edge in mesh.edges)
        assert caps_digest(mesh) == ""


def test_ten_thousand_vertices_are_quick(scene: bpy.types.Scene):
    """With weights, two shape keys, colours and a map; also as islands."""
    arm = make_arm(around=100)
    for style in (CapStyle(CONTINUED, smooth=True), CapStyle(ISLANDS, smooth=True)):
        caps = dome(arm, 51, style)
        caps = replace(caps, faces={1: caps.faces[1], 2: caps.faces[2]})
        labels = parts.get_labels(arm.data)
        start = time.process_time()
        plain = split_mesh(arm, labels)
        middle = time.process_time()
        made = split_mesh(arm, labels, hidden=caps)
        taken = time.process_time() - middle - (middle - start)
        new = sum(len(new_points(made[label])) for label in (1, 2))
        assert new > 10_000
        assert len(plain[1].vertices) < len(made[1].vertices)
        assert taken < 1.5, taken
        print(f"{style.uv}: {new} new vertices in {taken:.2f} s")
