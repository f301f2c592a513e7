# SPDX-License-Identifier: GPL-3.0-or-later
"""Primitives that are compressed with Draco: read with its library, and a way out without."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from backend.files.readers import read_mesh
from tests.backend.files.gltf_maker import (
    SQUARE,
    TWO,
    GltfMaker,
    primitive,
    refused,
    simple,
    written,
)


def draco(maker: GltfMaker, *, plain: bool, data: bytes = b"DRACO, cut short") -> GltfMaker:
    view = maker.view(data)
    extension = {"bufferView": view, "attributes": {"POSITION": 0}}
    primitive(maker)["extensions"] = {"KHR_draco_mesh_compression": extension}
    maker.document["extensionsUsed"] = ["KHR_draco_mesh_compression"]
    if not plain:
        for accessor in maker.document["accessors"]:
            del accessor["bufferView"]
    return maker


def test_plain_data_beside_draco_needs_no_library(tmp_path: Path):
    path = draco(simple(), plain=True).write(tmp_path / "a.glb")
    np.testing.assert_array_equal(read_mesh(path).vertices, SQUARE)
    document = written(path, tmp_path)
    assert "KHR_draco_mesh_compression" not in json.dumps(document)


def test_draco_that_is_only_used_is_named(tmp_path: Path):
    said = refused(draco(simple(), plain=False).write(tmp_path / "a.glb"))
    assert "is compressed with Draco" in said


def test_without_the_library_there_is_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "DracoPy", None)  # importing it fails
    said = refused(draco(simple(), plain=False).write(tmp_path / "a.glb"))
    assert "library that reads it is not installed" in said
    assert "pip install DracoPy" in said


def test_draco_is_read(tmp_path: Path):
    library = pytest.importorskip("DracoPy", reason="there is not always a wheel of DracoPy")
    colours = np.array([[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [9, 8, 7, 255]])
    data = library.encode(
        SQUARE, np.reshape(TWO, (2, 3)), colors=colours.astype(np.uint8), preserve_order=True,
        quantization_bits=14,
    )  # fmt: skip
    kinds = {
        entry["attribute_type"]: entry["unique_id"] for entry in library.decode(data).attributes
    }
    maker = simple(extensionsRequired=["KHR_draco_mesh_compression"])
    colour = maker.accessor(colours, "uint8", normalized=True)
    primitive(maker)["attributes"]["COLOR_0"] = colour
    draco(maker, plain=False, data=data)
    extension = primitive(maker)["extensions"]["KHR_draco_mesh_compression"]
    extension["attributes"] = {"POSITION": kinds[0], "COLOR_0": kinds[2]}
    maker.document["nodes"].append({"mesh": 0, "scale": [-1, 1, 1]})
    path = maker.write(tmp_path / "a.glb")
    asset = read_mesh(path)
    corners = asset.vertices[asset.faces[:2]].reshape(-1, 3)
    np.testing.assert_allclose(corners, SQUARE[TWO], atol=1e-3)
    stored = asset.primitives[0].attributes["COLOR_0"]
    assert stored.normalized
    np.testing.assert_array_equal(stored.values[asset.primitives[0].corners.ravel()], colours[TWO])
    assert len(asset.faces) == 4
    assert "extensionsRequired" not in written(path, tmp_path)
