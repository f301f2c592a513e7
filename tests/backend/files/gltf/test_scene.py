# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading glTF: what a viewer shows, in file order, with nothing lost."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.readers import read_mesh
from tests.backend.files.gltf_maker import SQUARE, TWO, GltfMaker, refused, simple


def test_mirrored_node_turns_triangles(tmp_path: Path):
    maker = simple(nodes=[])
    maker.node(mesh=0, scale=[-1, 1, 1])
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    a, b, c = asset.vertices[asset.faces].transpose(1, 0, 2)
    assert (np.cross(b - a, c - a)[:, 2] > 0).all()  # still seen from +Z


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(4, [[0, 1, 2]]), (5, [[0, 1, 2], [1, 3, 2]]), (6, [[1, 2, 0], [2, 3, 0]])],
)
def test_lists_strips_and_fans_without_indices(tmp_path: Path, mode: int, expected: list):
    maker = GltfMaker(nodes=[{"mesh": 0}])
    position = maker.accessor(SQUARE[[0, 1, 3, 2]])
    maker.mesh({"attributes": {"POSITION": position}, "mode": mode})
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    np.testing.assert_array_equal(asset.faces, expected)


def test_degenerate_and_duplicate_triangles_stay(tmp_path: Path):
    maker = GltfMaker(nodes=[{"mesh": 0}])
    indices = [0, 1, 2, 1, 1, 1, 0, 1, 2, 2, 1, 0]
    position = maker.accessor(SQUARE)
    maker.mesh({"attributes": {"POSITION": position}, "indices": maker.accessor(indices, "uint8")})
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    np.testing.assert_array_equal(asset.faces.ravel(), indices)


def test_default_morph_weights_shape_the_vertices(tmp_path: Path):
    maker = GltfMaker(nodes=[{"mesh": 0}])
    delta = np.zeros((4, 3))
    delta[2] = [0, 0, 2]
    target = {"POSITION": maker.accessor(delta)}
    maker.mesh(
        {"attributes": {"POSITION": maker.accessor(SQUARE)}, "targets": [target], "mode": 6},
        weights=[0.5],
    )
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    np.testing.assert_allclose(asset.vertices, SQUARE + delta / 2)


def test_primitives_with_the_same_accessors_share_vertices(tmp_path: Path):
    maker = GltfMaker(nodes=[{"mesh": 0}], materials=[{"name": "a"}, {"name": "b"}])
    attributes = {"POSITION": maker.accessor(SQUARE)}
    maker.mesh(
        {"attributes": attributes, "indices": maker.accessor(TWO[:3], "uint16"), "material": 1},
        {"attributes": attributes, "indices": maker.accessor(TWO[3:], "uint16"), "material": 0},
    )
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    assert len(asset.vertices) == 4
    assert [primitive.material for primitive in asset.primitives] == [1, 0]


def test_points_are_left_out_with_a_remark(tmp_path: Path):
    maker = simple(nodes=[{"mesh": 0}])
    maker.document["meshes"][0]["primitives"].append({"attributes": {"POSITION": 0}, "mode": 0})
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    assert len(asset.faces) == 2
    assert asset.remarks == ["Points and lines are left out."]


def test_missing_texture_is_a_remark(tmp_path: Path):
    maker = simple(nodes=[{"mesh": 0}], images=[{"uri": "../wood%20dark.png"}])
    asset = read_mesh(maker.write(tmp_path / "a.gltf"))
    assert asset.remarks == ["The texture wood dark.png was not found."]


def test_scene_without_meshes_is_refused(tmp_path: Path):
    assert "no triangles" in refused(simple(nodes=[{}]).write(tmp_path / "a.glb"))


def test_index_out_of_range_is_refused(tmp_path: Path):
    maker = GltfMaker(nodes=[{"mesh": 0}, {"mesh": 0}])  # the second hides a range error
    indices = maker.accessor([0, 1, 4], "uint16")
    maker.mesh({"attributes": {"POSITION": maker.accessor(SQUARE)}, "indices": indices})
    assert "vertex that does not exist" in refused(maker.write(tmp_path / "a.glb"))


def test_changed_bytes_never_escape_as_other_errors(tmp_path: Path):
    whole = simple(nodes=[{"mesh": 0}]).write(tmp_path / "whole.glb").read_bytes()
    random = np.random.default_rng(3)
    path = tmp_path / "changed.glb"
    for _ in range(300):
        data = bytearray(whole)
        for place in random.integers(0, len(data), 3):
            data[place] = random.integers(0, 256)
        path.write_bytes(data)
        with suppress(BadInput):
            asset = read_mesh(path)
            assert asset.faces.max() < len(asset.vertices)
