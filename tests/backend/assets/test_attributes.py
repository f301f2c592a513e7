# SPDX-License-Identifier: GPL-3.0-or-later
"""Vertex data is mended where it would not be valid, and untouched where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backend.assets.asset import Asset
from backend.files.readers import read_mesh, write_parts
from tests.backend.files.gltf_maker import GltfMaker

SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [9, 9, 9]], dtype=np.float32)
TWO = [0, 1, 2, 0, 2, 3]  # the fifth vertex is not used
UP = np.tile(np.array([0, 0, 1], dtype=np.float32), (5, 1))


def read(tmp_path: Path, values: dict[str, Any], **kinds: Any) -> Asset:
    """A square with attributes, as it is read again from what was written of it."""
    maker = GltfMaker(nodes=[{"mesh": 0}])
    attributes = {"POSITION": maker.accessor(SQUARE)}
    for name, array in values.items():
        dtype = kinds.get(name, "float32")
        attributes[name] = maker.accessor(array, dtype, normalized=dtype != "float32")
    maker.mesh({"attributes": attributes, "indices": maker.accessor(TWO, "uint16")})
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    write_parts(tmp_path / "out.glb", asset, np.array([0, 1]))
    written = read_mesh(tmp_path / "out.glb")
    for primitive in written.primitives:
        for attribute in primitive.attributes.values():
            assert np.isfinite(attribute.as_float()).all()
    return asset


def test_sound_data_stays_bit_for_bit(tmp_path: Path):
    turned = np.array([[0, 0.6, 0.8]] * 5, dtype=np.float32)
    tangents = np.array([[1, 0, 0, -1]] * 5, dtype=np.float32)
    asset = read(tmp_path, {"NORMAL": turned, "TANGENT": tangents, "TEXCOORD_0": SQUARE[:, :2]})
    found = asset.primitives[0].attributes
    np.testing.assert_array_equal(found["NORMAL"].values, turned)
    np.testing.assert_array_equal(found["TANGENT"].values, tangents)
    np.testing.assert_array_equal(found["TEXCOORD_0"].values, SQUARE[:, :2])
    assert asset.remarks == []


def test_quantised_normals_stay_as_they_are_stored(tmp_path: Path):
    stored = np.round(np.tile([0, 0.6, 0.8], (5, 1)) * 127).astype(np.int8)
    asset = read(tmp_path, {"NORMAL": stored}, NORMAL="int8")
    assert asset.primitives[0].attributes["NORMAL"].values.dtype == np.int8


def test_normals_of_another_length_are_normalised(tmp_path: Path):
    asset = read(tmp_path, {"NORMAL": UP * [[1], [2], [0.3], [1e-3], [1]]})
    np.testing.assert_allclose(asset.primitives[0].attributes["NORMAL"].values, UP)
    assert asset.remarks == []


@pytest.mark.parametrize("bad", [[np.nan, 0, 1], [0, 0, 0], [np.inf, 0, 0], [1e38, 1e38, 1e38]])
def test_normals_without_direction_come_from_the_faces(tmp_path: Path, bad: list[float]):
    normals = np.tile(np.array([0.6, 0, 0.8], dtype=np.float32), (5, 1))
    normals[2] = bad
    asset = read(tmp_path, {"NORMAL": normals})
    found = asset.primitives[0].attributes["NORMAL"].values
    if np.isfinite(bad).all() and any(bad):
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-6)
        return
    np.testing.assert_allclose(found[2], [0, 0, 1])
    np.testing.assert_array_equal(found[[0, 1, 3]], normals[[0, 1, 3]])
    assert asset.remarks == [
        "Some normals had no direction; they were computed anew from the faces."
    ]


def test_what_no_triangle_uses_is_mended_without_a_word(tmp_path: Path):
    normals, uvs = UP.copy(), SQUARE[:, :2].copy()
    normals[4], uvs[4] = np.nan, np.inf
    assert read(tmp_path, {"NORMAL": normals, "TEXCOORD_0": uvs}).remarks == []


def test_primitives_that_share_normals_both_count(tmp_path: Path):
    maker = GltfMaker(nodes=[{"mesh": 0}])
    lost = np.full((5, 3), np.nan, dtype=np.float32)
    attributes = {"POSITION": maker.accessor(SQUARE[:, [0, 2, 1]]), "NORMAL": maker.accessor(lost)}
    halves = [maker.accessor(half, "uint16") for half in (TWO[:3], TWO[3:])]
    maker.mesh(*({"attributes": attributes, "indices": half} for half in halves))
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    for primitive in asset.primitives:
        normals = primitive.attributes["NORMAL"].values[primitive.corners]
        np.testing.assert_array_equal(normals, np.broadcast_to([0, -1, 0], (1, 3, 3)))


def test_tangents_without_direction_go(tmp_path: Path):
    tangents = np.tile([2, 0, 0, 1], (5, 1)).astype(np.float32)
    asset = read(tmp_path, {"NORMAL": UP, "TANGENT": tangents})
    found = asset.primitives[0].attributes["TANGENT"].values
    np.testing.assert_array_equal(found, np.tile([1, 0, 0, 1], (5, 1)))
    tangents[1] = 0
    asset = read(tmp_path, {"NORMAL": UP, "TANGENT": tangents})
    assert "TANGENT" not in asset.primitives[0].attributes
    assert asset.remarks == ["Some tangents had no direction; all of them are left out."]


def test_uvs_and_colours_that_are_no_numbers(tmp_path: Path):
    uvs, colours = SQUARE[:, :2].copy(), np.full((5, 4), 0.5, dtype=np.float32)
    uvs[0, 1], colours[1, 2] = np.nan, np.inf
    asset = read(tmp_path, {"TEXCOORD_0": uvs, "COLOR_0": colours})
    assert asset.primitives[0].attributes["TEXCOORD_0"].values[0, 1] == 0
    assert asset.primitives[0].attributes["COLOR_0"].values[1].tolist() == [0.5, 0.5, 1, 0.5]
    assert asset.remarks == [
        "Some UVs were no numbers; they are 0 now.",
        "Some vertex colours were no numbers; they are 1 now.",
    ]


def test_attributes_of_an_impossible_width_go(tmp_path: Path):
    asset = read(tmp_path, {"TEXCOORD_0": SQUARE, "NORMAL": UP[:, :2]})
    assert asset.primitives[0].attributes == {}
    assert len(asset.remarks) == 2
    assert "UVs have 3 numbers" in asset.remarks[0]


def test_unused_vertices_may_be_anything(tmp_path: Path):
    for stray in (np.nan, np.inf, 3e38):
        positions = SQUARE.copy()
        positions[4] = stray
        maker = GltfMaker(nodes=[{"mesh": 0, "scale": [1e6, 1, 1]}])
        place = maker.accessor(positions)
        indices = maker.accessor(TWO, "uint16")
        maker.mesh({"attributes": {"POSITION": place}, "indices": indices})
        asset = read_mesh(maker.write(tmp_path / "a.glb"))
        assert np.isfinite(asset.vertices).all()
        assert np.isfinite(asset.local).all()
        np.testing.assert_array_equal(asset.local[:4], SQUARE[:4])
