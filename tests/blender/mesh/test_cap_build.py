# SPDX-License-Identifier: GPL-3.0-or-later
"""Surfaces that were hidden, on the meshes of parts: put on, taken off, slots, speed."""

from __future__ import annotations

import time

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh.cap_build import remove_caps
from partwise.blender_addon.mesh.caps import (
    CONTINUED,
    ISLANDS,
    CapStyle,
    caps_digest,
    faces_of_caps,
)
from partwise.blender_addon.mesh.compare import is_unchanged
from partwise.blender_addon.mesh.split import split_mesh
from partwise.blender_addon.scene import parts
from partwise.blender_addon.scene.assembly import split_objects
from partwise.blender_addon.scene.completions import Completion

from tests.blender.arms import dome, make_arm, new_points, open_edges, select
from tests.blender.mesh.arm_parts import cut
from tests.blender.mesh_dump import dump_mesh, vector_of


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
        caps = caps.changed(faces={1: caps.faces[1], 2: caps.faces[2]})
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
