# SPDX-License-Identifier: GPL-3.0-or-later
"""Shading of faces that close a cut, and of the rim."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh import layers as mesh_layers
from partwise.blender_addon.mesh.cap_shading import face_normals, islands
from partwise.blender_addon.mesh.caps import (
    CONTINUED,
    CapStyle,
    faces_of_caps,
)
from partwise.blender_addon.mesh.split import split_mesh
from partwise.blender_addon.scene import parts

from tests.blender.arms import AROUND, CUT, dome
from tests.blender.mesh.arm_parts import cut
from tests.blender.mesh_dump import vector_of


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
    mesh = split_mesh(whole, labels, hidden=caps.changed(vertices=flat))[1]
    assert sum(edge.use_edge_sharp for edge in mesh.edges) == AROUND


def test_islands_are_triangles_that_hang_together():
    triangles = np.array([[0, 1, 2], [7, 8, 9], [2, 3, 4], [9, 10, 11], [4, 5, 20], [30, 31, 32]])
    found = sorted(np.nonzero(island)[0].tolist() for island in islands(triangles))
    assert found == [[0, 2, 4], [1, 3], [5]]


def test_a_long_strip_is_one_island_in_any_order():
    first = np.random.default_rng(0).permutation(200)
    assert len(islands(np.stack([first, first + 1, first + 2], axis=1))) == 1


def test_normals_are_as_long_as_triangles_are_large():
    corner = np.array([[[0, 0, 5], [2, 0, 5], [0, 3, 5]], [[1, 1, 1]] * 3], float)
    assert face_normals(corner).tolist() == [[0, 0, 6], [0, 0, 0]]


@pytest.mark.parametrize("smooth", [False, True])
def test_caps_are_marked_and_only_bent_ones_are_smooth(whole: bpy.types.Object, smooth: bool):
    caps = dome(whole, 4, CapStyle(CONTINUED, smooth=smooth))
    flat = caps.vertices.copy()
    flat[np.unique(caps.faces[2]), 2] = CUT  # the dome of the shoulder
    labels = parts.get_labels(whole.data)
    made = split_mesh(whole, labels, hidden=caps.changed(vertices=flat))
    for label, bent in ((1, True), (2, False)):
        mesh = made[label]
        new = faces_of_caps(mesh)
        assert new.sum() == len(caps.faces[label])
        is_smooth = np.array([face.use_smooth for face in mesh.polygons])
        assert is_smooth[~new].all()
        assert (is_smooth[new] == bent).all()
        rim = sum(edge.use_edge_sharp for edge in mesh.edges)
        assert rim == (0 if smooth and bent else AROUND)
