# SPDX-License-Identifier: GPL-3.0-or-later
"""New parts as GLB."""

import json
import struct

import numpy as np
import pytest
import trimesh

from backend.files.images import png_bytes
from backend.files.made import MadePart, write_made
from backend.files.readers import read_mesh
from backend.geometry.mesh import is_closed_manifold, same_positions


def box(name, **more):
    mesh = trimesh.creation.box()
    faces = np.asarray(mesh.faces, np.int64)
    uv = np.random.default_rng(0).random((len(faces), 3, 2))
    return MadePart(name, np.asarray(mesh.vertices, float) + [3.0, 0, 0], faces, uv, **more)


def document_of(path):
    data = path.read_bytes()
    length = struct.unpack("<I", data[12:16])[0]
    return json.loads(data[20 : 20 + length])


def test_each_part_is_a_node_a_mesh_and_a_material_of_its_name(tmp_path):
    path = tmp_path / "made.glb"
    texture = np.full((8, 8, 4), 255, np.uint8)
    names = write_made(path, [box("red"), box("red")], png_bytes(texture))
    assert names == ["red", "red_2"]
    document = document_of(path)
    for key in ("nodes", "meshes", "materials"):
        assert [entry["name"] for entry in document[key]] == names
    assert len(document["images"]) == 1
    asset = read_mesh(path)
    assert len(asset.faces) == 24
    np.testing.assert_allclose(asset.vertices.mean(axis=0), [3, 0, 0], atol=1e-6)
    assert is_closed_manifold(same_positions(asset.vertices)[asset.faces[:12]])


def test_joints_are_a_hierarchy_with_pivots_and_extras(tmp_path):
    path = tmp_path / "made.glb"
    joint = {"type": "hinge", "axis": [0, 0, 1]}
    lid = box("lid", pivot=np.array([2.5, 0.5, 0]), parent=0, extras={"joint": joint})
    write_made(path, [box("chest", pivot=np.array([3.0, -0.5, 0])), lid])
    document = document_of(path)
    chest, top = document["nodes"]
    assert document["scenes"][0]["nodes"] == [0]
    assert chest["children"] == [1]
    assert top["translation"] == pytest.approx([-0.5, 1.0, 0])
    assert top["extras"] == {"joint": joint}
    asset = read_mesh(path)  # the parts are where they were
    np.testing.assert_allclose(asset.vertices.min(axis=0), [2.5, -0.5, -0.5], atol=1e-6)
    assert document["materials"][0]["pbrMetallicRoughness"]["baseColorFactor"][:3] == [0.8] * 3
