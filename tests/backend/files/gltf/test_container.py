# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON, buffers and accessors of glTF: found, cut out, and refused where they cannot be."""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.gltf.container import GltfFile, split_glb
from backend.files.readers import read_mesh
from tests.backend.files.gltf_maker import PIXEL, SQUARE, TWO, GltfMaker, refused, simple


def test_positions_without_a_view_are_zeros_with_sparse_values(tmp_path: Path):
    maker = simple()
    rows = maker.view(np.array([1, 2, 3], dtype=np.uint16).tobytes())
    values = maker.view(SQUARE[1:].tobytes())
    sparse = {
        "count": 3,
        "indices": {"bufferView": rows, "componentType": 5123},
        "values": {"bufferView": values},
    }
    maker.document["accessors"][0] = {"componentType": 5126, "count": 4, "type": "VEC3",
                                      "sparse": sparse}  # fmt: skip
    path = maker.write(tmp_path / "a.glb")
    np.testing.assert_array_equal(read_mesh(path).vertices, SQUARE)
    sparse["indices"]["componentType"] = 5121  # 1, 0, 2: other rows
    assert np.array_equal(read_mesh(maker.write(path)).vertices[3], [0, 0, 0])


@pytest.mark.parametrize(
    ("accessor", "change"),
    [
        (0, {"count": 5}),
        (0, {"count": -1}),
        (0, {"count": 4.5}),
        (0, {"byteOffset": 1000}),
        (0, {"byteOffset": -4}),
        (0, {"type": "VEC2"}),
        (0, {"type": "MAT4"}),
        (0, {"componentType": 5124}),
        (0, {"bufferView": -1}),
        (0, {"bufferView": 9}),
        (0, {"sparse": {"count": 1, "indices": {"bufferView": 1, "componentType": 5121},
                        "values": {"bufferView": 9}}}),
        (1, {"count": 7}),
        (1, {"componentType": 5126, "count": 3}),
        (1, {"type": "VEC3"}),
    ],
)  # fmt: skip
def test_accessors_that_cannot_be_are_damage(tmp_path: Path, accessor: int, change: dict):
    maker = simple()
    maker.document["accessors"][accessor].update(change)
    assert "is damaged" in refused(maker.write(tmp_path / "a.glb"))


@pytest.mark.parametrize("stride", [12, 16, 20])
def test_strides(tmp_path: Path, stride: int):
    maker = simple()
    rows = np.zeros((4, stride // 4), dtype=np.float32)
    rows[:, :3] = SQUARE
    maker.document["accessors"][0]["bufferView"] = maker.view(rows.tobytes(), byteStride=stride)
    np.testing.assert_array_equal(read_mesh(maker.write(tmp_path / "a.glb")).vertices, SQUARE)


def test_sparse_strided_quantised(tmp_path: Path):
    maker = GltfMaker(nodes=[{"mesh": 0}], extensionsRequired=["KHR_mesh_quantization"])
    packed = np.zeros((4, 4), dtype=np.int16)
    packed[:, :3] = SQUARE * 32767
    view = maker.view(packed.tobytes(), byteStride=8)
    rows = maker.view(np.array([2], dtype=np.uint8).tobytes())
    values = maker.view(np.array([[-32767, 0, 32767]], dtype=np.int16).tobytes())
    maker.document["accessors"].append(
        {
            "bufferView": view, "componentType": 5122, "count": 4, "type": "VEC3",
            "normalized": True,
            "sparse": {
                "count": 1,
                "indices": {"bufferView": rows, "componentType": 5121},
                "values": {"bufferView": values},
            },
        }
    )  # fmt: skip
    maker.mesh({"attributes": {"POSITION": 0}, "indices": maker.accessor(TWO, "uint32")})
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    np.testing.assert_allclose(asset.vertices, [*SQUARE[:2], [-1, 0, 1], SQUARE[3]], atol=1e-7)


def test_unknown_required_extension_is_refused(tmp_path: Path):
    path = simple(nodes=[{"mesh": 0}], extensionsRequired=["ACME_x"]).write(tmp_path / "a.glb")
    assert "ACME_x" in refused(path)


def test_gltf_1_is_named(tmp_path: Path):
    text = b'{"asset": {"version": "1.0"}, "meshes": {}, "scenes": {}}   '
    head = struct.pack("<4sIIII", b"glTF", 1, 20 + len(text), len(text), 0)
    (tmp_path / "a.glb").write_bytes(head + text)
    assert "a.glb is glTF 1.0" in refused(tmp_path / "a.glb")
    for document in (
        {"asset": {"version": "1.0"}},
        {"meshes": {"a": {}}},
        {"asset": {}, "nodes": {}},
    ):
        (tmp_path / "a.gltf").write_text(json.dumps(document))
        assert "a.gltf is glTF 1.0" in refused(tmp_path / "a.gltf")


def test_older_version_is_refused(tmp_path: Path):
    path = simple(nodes=[{"mesh": 0}], asset={"version": "1.0"}).write(tmp_path / "a.glb")
    assert "glTF 1.0" in refused(path)


def test_every_cut_of_a_file_is_refused(tmp_path: Path):
    whole = simple(nodes=[{"mesh": 0}]).write(tmp_path / "whole.glb").read_bytes()
    path = tmp_path / "cut.glb"
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        assert "cut.glb" in refused(path)


def test_a_download_that_stopped_is_named(tmp_path: Path):
    path = simple().write(tmp_path / "a.glb")
    data = path.read_bytes()
    path.write_bytes(data[:-20])
    assert f"{len(data) - 20:,} of {len(data):,} bytes are there" in refused(path)
    path = simple().write(tmp_path / "b.gltf")
    (tmp_path / "b.bin").write_bytes(b"short")
    assert "5 of 60 bytes" in refused(path)


@pytest.mark.parametrize("uri", ["C:\\Users\\x\\A.BIN", "file:///home/x/a.bin", "./a.bin", "A.bin"])
def test_buffers_are_found_beside_the_file(tmp_path: Path, uri: str):
    path = simple().write(tmp_path / "a.gltf")
    document = json.loads(path.read_text())
    document["buffers"][0]["uri"] = uri
    path.write_text(json.dumps(document))
    assert len(read_mesh(path).faces) == 2


def test_a_folder_in_place_of_a_buffer_is_no_file(tmp_path: Path):
    path = simple().write(tmp_path / "a.gltf")
    (tmp_path / "a.bin").unlink()
    (tmp_path / "a.bin").mkdir()
    assert "needs the file a.bin, which is not there" in refused(path)


@pytest.mark.parametrize("uri", ["https://a.org/b.bin", "file:///etc/hosts", "/etc/hosts",
                                 "%2Fetc%2Fhosts", "\\\\host\\b.bin", "C:/b.bin"])  # fmt: skip
def test_buffers_elsewhere_are_refused(tmp_path: Path, uri: str):
    maker = simple(nodes=[{"mesh": 0}])
    path = maker.write(tmp_path / "a.gltf")
    document = json.loads(path.read_text())
    document["buffers"][0]["uri"] = uri
    path.write_text(json.dumps(document))
    assert "not a file beside it" in refused(path)


def test_missing_bin_is_named(tmp_path: Path):
    path = simple(nodes=[{"mesh": 0}]).write(tmp_path / "a.gltf")
    (tmp_path / "a.bin").unlink()
    assert refused(path).startswith("a.gltf needs the file a.bin, which is not there. Put it")


def test_data_uris(tmp_path: Path):
    maker = simple(nodes=[{"mesh": 0}], images=[], scenes=[{"nodes": [0]}])
    text = base64.b64encode(maker.data).decode()
    maker.document["buffers"] = [
        {"byteLength": len(maker.data), "uri": f"data:application/octet-stream;base64,{text}"}
    ]
    maker.document["images"] = [
        {"uri": "data:image/png;base64," + base64.b64encode(PIXEL).decode()}
    ]
    path = tmp_path / "a.gltf"
    path.write_text(json.dumps(maker.document))
    asset = read_mesh(path)
    assert len(asset.faces) == 2
    assert asset.images == [PIXEL]


def test_chunks_of_kinds_that_nobody_knows_are_passed():
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack("<I4s", len(data), kind) + data

    chunks = chunk(b"ODD\0", b"....") + chunk(b"JSON", b"{}  ") + chunk(b"BIN\0", b"12345678")
    data = struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks
    text, binary = split_glb("a.glb", data)
    assert (text, bytes(binary)) == (b"{}  ", b"12345678")
    short = 12 + 8 + 4 + 8 + 4
    text, binary = split_glb("a.glb", struct.pack("<4sII", b"glTF", 2, short) + chunks)
    assert binary is None, "what lies behind the length that the file names is no part of it"


def test_resources_are_data_or_files_beside(tmp_path: Path):
    path = simple().write(tmp_path / "a.gltf")
    file = GltfFile(path)
    (tmp_path / "A b.png").write_bytes(b"x")
    assert file.resource("a%20B.png") == tmp_path / "A b.png"
    assert file.resource("data:text/plain,a%20b") == b"a b"
    assert file.resource("data:image/png;base64,YWI=") == b"ab"
    assert file.resource("sub\\lost.png") == tmp_path / "sub/lost.png"
    with pytest.raises(BadInput, match="not a file beside it"):
        file.resource("https://a.org/lost.png")


@pytest.mark.parametrize("index", [-1, 9, 1.0, None, "0"])
def test_a_number_that_is_none_names_no_accessor(tmp_path: Path, index: object):
    file = GltfFile(simple().write(tmp_path / "a.gltf"))
    with pytest.raises((ValueError, IndexError)):
        file.accessor(index)  # type: ignore[arg-type]
