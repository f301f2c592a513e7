# SPDX-License-Identifier: GPL-3.0-or-later
"""Layers of faces that close a cut: those that were stay, those of new faces come from the rim."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh import cap_layers
from partwise.blender_addon.mesh import layers as mesh_layers
from partwise.blender_addon.mesh.cap_layers import (
    Carried,
    OfRim,
    take_layers,
    weights_at,
    write_layers,
)
from partwise.blender_addon.mesh.caps import (
    CONTINUED,
    CapStyle,
    faces_of_caps,
)
from partwise.blender_addon.mesh.layers import corner_faces

from tests.blender.arms import AROUND, new_points
from tests.blender.mesh.arm_parts import cut
from tests.blender.mesh_dump import dump_mesh


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


def test_means_of_few_vertices_and_of_the_whole_rim():
    values = np.array([[0.0], [1.0], [4.0]], np.float32)
    row = np.array([[2, 5], [9, 2]])
    few = Carried(row, np.array([[0.25, 0.75], [0.5, 0.5]], np.float32))
    assert few.used.tolist() == [2, 5, 9]
    assert few.nearest.tolist() == [5, 9]
    assert few.blend(values)[:, 0].tolist() == [0.75, 2.0]
    rim = np.array([[0, 0, 0], [4, 0, 0]], float)
    points = np.array([[1, 0, 0], [4, 0, 0], [2, 9, 0]], float)
    whole = OfRim(points, np.array([7, 3]), rim)
    assert whole.nearest.tolist() == [7, 3, 7]
    assert whole.blend(np.array([[0.0], [1.0]]))[:, 0] == pytest.approx([0.1, 1, 0.5])
    assert whole.blend(np.empty((2, 0))).shape == (3, 0)


def test_many_points_are_blended_as_few(monkeypatch: pytest.MonkeyPatch):
    rng = np.random.default_rng(0)
    points, rim, values = rng.random((50, 3)), rng.random((7, 3)), rng.random((7, 2))
    whole = OfRim(points, np.arange(7), rim).blend(values)
    monkeypatch.setattr(cap_layers, "AT_ONCE", 20)
    parted = OfRim(points, np.arange(7), rim)
    assert np.array_equal(parted.blend(values), whole)
    assert len(parted.nearest) == 50


def test_layers_that_were_taken_are_given_back(whole: bpy.types.Object):
    before = dump_mesh(whole.data)
    bpy.data.batch_remove([whole.data.shape_keys])
    taken = take_layers(whole.data)
    assert {"UVMap", "Tint", "material_index"} <= {name for name, *_ in taken}
    assert not {"UVMap", "Tint", "material_index"} & set(whole.data.attributes.keys())
    nothing = Carried(np.empty((0, 4), np.int64), np.empty((0, 4), np.float32))
    write_layers(whole.data, taken, np.empty((0, 3), np.int64), nothing, lambda *_: 0)
    after = dump_mesh(whole.data)
    for name in ("UVMap", "Tint", "material_index"):
        assert np.array_equal(after.layers[name][1], before.layers[name][1]), name


def test_weights_are_told_of_the_vertices_asked_for(whole: bpy.types.Object):
    rows = np.array([4 * AROUND, 0])
    height = np.array([whole.data.vertices[row].co.z for row in rows])
    assert weights_at(whole.data, rows) == pytest.approx(np.c_[1 - height / 4, height / 4])
