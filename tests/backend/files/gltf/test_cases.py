# SPDX-License-Identifier: GPL-3.0-or-later
"""glTF as it comes from the world: cut, empty, compressed, of another version, or far too large."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backend.__main__ import main
from backend.contract.errors import BadInput
from backend.files.gltf import budget as gltf_budget
from backend.files.readers import read_mesh, write_parts
from backend.machine import cpu as machine
from tests.backend.files.gltf_maker import PIXEL, GltfMaker, parse_glb

SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype=np.float32)
TWO = [0, 1, 2, 0, 2, 3]


def simple(**document: Any) -> GltfMaker:
    maker = GltfMaker(**{"nodes": [{"mesh": 0}], **document})
    attributes = {"POSITION": maker.accessor(SQUARE)}
    maker.mesh({"attributes": attributes, "indices": maker.accessor(TWO, "uint16")})
    return maker


def primitive(maker: GltfMaker) -> dict[str, Any]:
    return maker.document["meshes"][0]["primitives"][0]


def refused(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        read_mesh(path)
    assert caught.value.hint
    assert caught.value.message.startswith(path.name)
    return str(caught.value)


def written(path: Path, tmp_path: Path) -> dict[str, Any]:
    """JSON of the two halves of a file, written as parts."""
    asset = read_mesh(path)
    labels = np.arange(len(asset.faces)) % 2
    write_parts(tmp_path / "out.glb", asset, labels)
    assert len(read_mesh(tmp_path / "out.glb").faces) == len(asset.faces)
    return parse_glb(tmp_path / "out.glb")[0]


# ---- primitives


@pytest.mark.parametrize("mode", [0, 1, 2, 3, 4, 5, 6])
@pytest.mark.parametrize("corners", [0, 1, 2])
def test_primitives_without_a_triangle_are_skipped(tmp_path: Path, mode: int, corners: int):
    maker = simple()
    rest = {"attributes": {"POSITION": maker.accessor(SQUARE)}, "mode": mode}
    rest["indices"] = maker.accessor(np.zeros(corners), "uint16")
    short = {"attributes": {"POSITION": maker.accessor(SQUARE[:2])}, "mode": mode}
    maker.mesh(rest, short)
    maker.node(mesh=1)
    maker.document["meshes"][0]["primitives"].insert(0, rest)
    path = maker.write(tmp_path / "a.glb")
    assert len(read_mesh(path).faces) == 2
    assert len(written(path, tmp_path)["meshes"]) == 2


@pytest.mark.parametrize("mode", [0, 1, 3, 4, 5, 6])
def test_a_file_without_a_triangle_says_so(tmp_path: Path, mode: int):
    maker = GltfMaker(nodes=[{"mesh": 0}])
    maker.mesh({"attributes": {"POSITION": maker.accessor(SQUARE[:2])}, "mode": mode})
    assert "holds no triangles" in refused(maker.write(tmp_path / "a.glb"))


@pytest.mark.parametrize("document", [{"nodes": []}, {"scenes": [{}]}, {"nodes": [{"mesh": 0}]}])
def test_empty_scenes_say_so(tmp_path: Path, document: dict):
    maker = GltfMaker(**document)
    maker.mesh()
    assert "holds no triangles" in refused(maker.write(tmp_path / "a.glb"))


def test_attributes_of_another_length_go(tmp_path: Path):
    maker = simple()
    primitive(maker)["attributes"]["TEXCOORD_0"] = maker.accessor(SQUARE[:3, :2])
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    assert asset.primitives[0].attributes == {}
    assert "TEXCOORD_0 has another length" in asset.remarks[0]


# ---- accessors


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


# ---- versions and containers


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


# ---- compression


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
    monkeypatch.setitem(__import__("sys").modules, "DracoPy", None)  # importing it fails
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


# ---- size


def copies(tmp_path: Path, count: int) -> Path:
    """A file of many copies of two triangles."""
    maker = simple(nodes=[])
    places = maker.accessor(np.zeros((count, 3)))
    for _ in range(2):
        maker.node(mesh=0, extensions={
            "EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": places}}
        })  # fmt: skip
    return maker.write(tmp_path / "a.glb")


def test_copies_are_counted_before_they_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    heard: list[str] = []
    path = copies(tmp_path, 50)
    monkeypatch.setattr(gltf_budget, "LARGE", 150)
    asset = read_mesh(path, heard.append)
    assert asset.remarks == heard
    assert heard[0].startswith("a.glb unfolds to 200 triangles (100 copies of 1 mesh)")
    monkeypatch.setattr(gltf_budget, "LARGE", 200)
    assert read_mesh(path, heard.append).remarks == []


def test_more_than_the_machine_holds_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = copies(tmp_path, 50)
    monkeypatch.setattr(machine, "memory", lambda: 2_000_000)
    assert "unfolds to 200 triangles (100 copies of 1 mesh)" in refused(path)
    assert "0.0 GB of memory" in refused(path)
    monkeypatch.setattr(machine, "memory", lambda: None)
    assert len(read_mesh(path).faces) == 200


def test_counts_without_data_are_refused_too(tmp_path: Path):
    maker = simple()
    del maker.document["accessors"][0]["bufferView"]
    maker.document["accessors"][0]["count"] = 2**40
    assert "unfolds to" in refused(maker.write(tmp_path / "a.glb"))


# ---- what is kept, and what is named


def test_what_is_not_kept_is_named(tmp_path: Path):
    maker = simple(
        scenes=[{"nodes": [0, 1, 2]}, {"nodes": [0]}],
        animations=[{}],
        cameras=[{"type": "perspective"}],
    )
    maker.node(camera=0)
    maker.node(mesh=0, extensions={"KHR_node_visibility": {"visible": False}})
    primitive(maker)["extensions"] = {"EXT_mesh_features": {}}
    assert read_mesh(maker.write(tmp_path / "a.glb")).remarks == [
        "What the extension EXT_mesh_features says of meshes is not kept.",
        "Cameras and lights are not kept.",
        "Objects that were hidden are shown.",
        "Animations are not kept.",
        "Only the default scene is read; the file has others.",
    ]


def test_materials_colours_and_second_uvs_are_kept(tmp_path: Path):
    transform = {"KHR_texture_transform": {"scale": [2, 2], "texCoord": 1}}
    material = {
        "name": "coat",
        "emissiveTexture": {"index": 0, "texCoord": 1, "extensions": transform},
        "extensions": {"KHR_materials_clearcoat": {"clearcoatFactor": 1.0},
                       "KHR_materials_emissive_strength": {"emissiveStrength": 5.0}},
    }  # fmt: skip
    names = ["KHR_texture_transform", "KHR_materials_clearcoat", "KHR_materials_emissive_strength"]
    maker = simple(extensionsUsed=names, materials=[material], textures=[{"source": 0}])
    maker.document["images"] = [{"bufferView": maker.view(PIXEL), "mimeType": "image/png"}]
    entry = primitive(maker)
    entry["material"] = 0
    entry["attributes"] |= {
        "TEXCOORD_0": maker.accessor(SQUARE[:, :2]),
        "TEXCOORD_1": maker.accessor(SQUARE[:, :2] * 65535, "uint16", normalized=True),
        "COLOR_0": maker.accessor(np.full((4, 4), 51), "uint8", normalized=True),
        "_WEAR": maker.accessor([0.1, 0.2, 0.3, 0.4]),
    }
    path = maker.write(tmp_path / "a.glb")
    document = written(path, tmp_path)
    assert document["materials"] == [material]
    assert document["extensionsUsed"] == names
    again = read_mesh(tmp_path / "out.glb").primitives[0].attributes
    assert set(again) == {"TEXCOORD_0", "TEXCOORD_1", "COLOR_0", "_WEAR"}
    assert again["COLOR_0"].normalized
    np.testing.assert_allclose(again["COLOR_0"].as_float(), 0.2)


def test_numbers_that_lead_nowhere_are_taken_out(tmp_path: Path):
    maker = simple(
        materials=[{"name": "a", "normalTexture": {"index": 4}, "pbrMetallicRoughness":
                    {"baseColorTexture": {"index": 0}, "roughnessFactor": 0.5}}],
        textures=[{"source": 7, "sampler": 3}],
        images=[],
        samplers=5,
        extensionsUsed=[3, "KHR_materials_variants"],
    )  # fmt: skip
    second = dict(primitive(maker), material=1)
    primitive(maker)["material"] = 0
    maker.mesh(second)
    maker.node(mesh=1)
    path = maker.write(tmp_path / "a.glb")
    document = written(path, tmp_path)
    surface = {"roughnessFactor": 0.5}
    assert document["materials"] == [{"name": "a", "pbrMetallicRoughness": surface}]
    assert "textures" not in document
    assert read_mesh(path).remarks == [
        "Textures that the file names but does not hold are left out.",
        "A material that the file names but does not hold is left out.",
    ]


# ---- what is said


def test_the_command_line_shows_remarks_and_refusals(tmp_path: Path, capsys: Any):
    maker = simple(images=[{"uri": "C:\\x\\lost.png"}], textures=[{"source": 0}])
    maker.document["materials"] = [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}]
    primitive(maker)["material"] = 0
    good = maker.write(tmp_path / "good.gltf")
    (tmp_path / "page.glb").write_text("<!DOCTYPE html><html></html>")
    options = [str(good), str(tmp_path / "page.glb"), "-o", str(tmp_path / "out"), "--json"]
    assert main(["decompose", *options, "--quiet"]) == 2
    told = capsys.readouterr()
    document = json.loads(told.out)
    assert document["results"][0]["warnings"] == ["The texture lost.png was not found."]
    assert document["errors"][0]["message"] == "page.glb is a web page."
    assert "good.gltf: The texture lost.png was not found." in told.err
