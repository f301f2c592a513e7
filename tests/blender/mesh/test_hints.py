# SPDX-License-Identifier: GPL-3.0-or-later
"""Seams, sharp edges, materials and vertex groups as hints."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh.hints import read_hints
from partwise.blender_addon.mesh.read import Snapshot


@pytest.fixture
def cube() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    return bpy.context.object


def hints(obj, chosen=None):
    """Groups of triangles and marked edges as they are sent."""
    found = read_hints(obj, bpy.context.scene.partwise)
    sent = found.for_engine(Snapshot.of(obj).arrays(chosen))
    return sent["groups"], sent["borders"]


def test_without_a_wish_nothing_is_read(cube):
    cube.data.edges[0].use_seam = True
    assert hints(cube) == (None, None)


def test_seams_and_sharp_edges_are_vertex_pairs(cube):
    bpy.context.scene.partwise.hint_seams = True
    cube.data.edges[3].use_seam = True
    cube.data.edges[5].use_edge_sharp = True
    assert hints(cube)[1].tolist() == [list(cube.data.edges[3].vertices)]
    bpy.context.scene.partwise.hint_sharp = True
    assert len(hints(cube)[1]) == 2


def test_borders_count_the_vertices_that_are_sent(cube):
    bpy.context.scene.partwise.hint_seams = True
    for edge in cube.data.edges:
        edge.use_seam = True
    chosen = np.arange(6) == 4
    arrays = Snapshot.of(cube).arrays(chosen)
    pairs = hints(cube, chosen)[1]
    sent = {tuple(sorted(arrays.vertex[pair].tolist())) for pair in pairs}
    assert sent == {tuple(sorted(key)) for key in cube.data.polygons[4].edge_keys}


def test_materials_and_strongest_vertex_groups_make_groups(cube):
    settings = bpy.context.scene.partwise
    settings.hint_groups = True
    top = [v.index for v in cube.data.vertices if v.co.z > 0]
    rest = [v.index for v in cube.data.vertices if v.co.z < 0]
    cube.vertex_groups.new(name="top").add(top, 0.9, "REPLACE")
    cube.vertex_groups.new(name="all").add(range(8), 0.3, "REPLACE")
    cube.vertex_groups.new(name="rest").add(rest, 0.2, "REPLACE")
    z = np.array([polygon.center.z for polygon in cube.data.polygons])
    group = hints(cube)[0][::2]  # two triangles a face
    assert len(set(group[z > -0.5])) == 1
    assert len(set(group)) == 2
    cube.data.polygons[int(np.argmax(z))].material_index = 1
    settings.hint_materials = True
    assert len(set(hints(cube)[0])) == 3
    assert len(bpy.data.objects) == 1
    assert not bpy.data.node_groups
