# SPDX-License-Identifier: GPL-3.0-or-later
"""meshopt's streams decode to what its own library makes of them.

``fixtures/meshopt.json`` holds streams that the encoder of meshoptimizer 1.3.0 made of a bumpy
grid, of noise and of random directions, and the bytes that its decoder gives back.
"""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from backend.files.gltf.meshopt import decode
from backend.files.readers import read_mesh
from tests.backend.files.gltf_maker import GltfMaker

STREAMS = {
    row["name"]: row
    for row in json.loads((Path(__file__).parents[3] / "fixtures/meshopt.json").read_text("utf-8"))
}


def decoded(row: dict, data: bytes | None = None, count: int | None = None) -> np.ndarray:
    return decode(
        memoryview(base64.b64decode(row["data"]) if data is None else data),
        count=row["count"] if count is None else count,
        stride=row["stride"],
        mode=row["mode"],
        filtered=row["filter"],
    )


def expected(row: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(row["expected"]), np.uint8)


@pytest.mark.parametrize("name", [n for n, row in STREAMS.items() if row["filter"] == "NONE"])
def test_bytes_are_those_of_the_reference(name: str):
    np.testing.assert_array_equal(decoded(STREAMS[name]), expected(STREAMS[name]))


@pytest.mark.parametrize("name", [n for n, row in STREAMS.items() if row["filter"] != "NONE"])
def test_filters_agree_but_for_rounding(name: str):
    row = STREAMS[name]
    kind = "<f4" if row["filter"] == "EXPONENTIAL" else f"<i{row['stride'] // 4}"
    if row["filter"] == "COLOR":
        kind = kind.replace("i", "u")
    found, known = decoded(row).view(kind), expected(row).view(kind)
    np.testing.assert_allclose(found.astype(float), known.astype(float), atol=1)
    assert np.mean(found == known) > 0.95


def test_every_kind_of_stream_is_here():
    kinds = {(row["mode"], row["filter"]) for row in STREAMS.values()}
    filters = {
        ("ATTRIBUTES", name) for name in ("OCTAHEDRAL", "QUATERNION", "EXPONENTIAL", "COLOR")
    }
    assert kinds == {("ATTRIBUTES", "NONE"), ("TRIANGLES", "NONE"), ("INDICES", "NONE")} | filters


@pytest.mark.parametrize("name", STREAMS)
def test_damaged_streams_raise_errors_of_damage_alone(name: str):
    row = STREAMS[name]
    whole, random = base64.b64decode(row["data"]), np.random.default_rng(1)
    for _ in range(40):
        data = bytearray(whole)
        for place in random.integers(0, len(data), 3):
            data[place] = random.integers(0, 256)
        cut = len(data) if random.random() < 0.5 else random.integers(0, len(data))
        with suppress(ValueError, IndexError), np.errstate(all="ignore"):
            assert len(decoded(row, bytes(data[:cut]))) == row["count"] * row["stride"]


@pytest.mark.parametrize("name", STREAMS)
def test_counts_that_the_data_cannot_hold_take_no_memory(name: str):
    with pytest.raises((ValueError, IndexError)):
        decoded(STREAMS[name], count=3 * 10**12)


def compressed(name: str, tmp_path: Path, fallback: dict) -> Path:
    """A grid whose positions (quantised) and triangles are compressed with meshopt only."""
    maker = GltfMaker(nodes=[{"mesh": 0, "scale": [0.01, 0.01, 0.01]}], extensionsUsed=[name],
                      extensionsRequired=[name, "KHR_mesh_quantization"])  # fmt: skip
    for number, stream in enumerate((STREAMS["u16 v0 l0"], STREAMS["tri16"])):
        data = base64.b64decode(stream["data"])
        view = maker.view(data)
        extension = {"buffer": 0, "byteOffset": maker.document["bufferViews"][view]["byteOffset"]}
        extension |= {"byteLength": len(data), "count": stream["count"], "mode": stream["mode"],
                      "byteStride": stream["stride"]}  # fmt: skip
        maker.document["bufferViews"][view] = {
            "buffer": 1,
            "byteLength": stream["count"] * stream["stride"],
            "byteOffset": 0,
            "extensions": {name: extension},
        }
        if number == 0:
            maker.document["bufferViews"][view]["byteStride"] = stream["stride"]
    maker.document["accessors"] = [
        {"bufferView": 0, "componentType": 5123, "count": STREAMS["u16 v0 l0"]["count"],
         "type": "VEC3"},
        {"bufferView": 1, "componentType": 5123, "count": STREAMS["tri16"]["count"],
         "type": "SCALAR"},
    ]  # fmt: skip
    maker.mesh({"attributes": {"POSITION": 0}, "indices": 1})
    path = maker.write(tmp_path / "a.gltf")
    document = json.loads(path.read_text("utf-8"))
    document["buffers"].append({"byteLength": 10**6, **fallback})
    path.write_text(json.dumps(document), "utf-8")
    return path


@pytest.mark.parametrize("name", ["EXT_meshopt_compression", "KHR_meshopt_compression"])
@pytest.mark.parametrize("kind", ["no data", "marked", "file that is not there"])
def test_compressed_meshes_are_read(tmp_path: Path, name: str, kind: str):
    fallback = {"no data": {}, "marked": {"extensions": {name: {"fallback": True}}},
                "file that is not there": {"uri": "plain.bin"}}[kind]  # fmt: skip
    asset = read_mesh(compressed(name, tmp_path, fallback))
    positions = expected(STREAMS["u16 v0 l0"]).view("<u2").reshape(-1, 4)[:, :3]
    np.testing.assert_allclose(asset.vertices, positions * 0.01, atol=1e-6)
    faces = expected(STREAMS["tri16"]).view("<u2").reshape(-1, 3)
    # the codec may turn a triangle's corners round, which keeps its winding
    np.testing.assert_array_equal(asset.faces, faces)
    assert asset.remarks == []


def test_plain_data_beside_it_is_preferred(tmp_path: Path):
    path = compressed("EXT_meshopt_compression", tmp_path, {"uri": "plain.bin"})
    document = json.loads(path.read_text("utf-8"))
    positions = expected(STREAMS["u16 v0 l0"]).view("<u2") + np.uint16(100)
    plain = positions.tobytes() + expected(STREAMS["tri16"]).tobytes()
    document["bufferViews"][1]["byteOffset"] = positions.nbytes
    document["buffers"][1]["byteLength"] = len(plain)
    path.write_text(json.dumps(document), "utf-8")
    (tmp_path / "plain.bin").write_bytes(plain)
    found = read_mesh(path).vertices
    np.testing.assert_allclose(found, positions.reshape(-1, 4)[:, :3] * 0.01, atol=1e-6)
