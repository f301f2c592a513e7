# SPDX-License-Identifier: GPL-3.0-or-later
"""A GLB under construction: by the rules of glTF, the same bytes each time, nothing unused."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.gltf.writer import Glb, unique_names
from backend.files.readers import read_mesh, write_parts
from tests.backend.files.gltf_maker import PIXEL, parse_glb, scene, simple


def test_images_and_materials_pass_through_untouched(tmp_path: Path):
    asset = read_mesh(scene(np.random.default_rng(1), 3).write(tmp_path / "in.glb"))
    labels = np.arange(len(asset.faces)) % 4
    write_parts(tmp_path / "out.glb", asset, labels)
    document, _ = parse_glb(tmp_path / "out.glb")
    written = read_mesh(tmp_path / "out.glb")
    for key in ("materials", "textures", "samplers"):
        assert document[key] == asset.document[key]
    assert [bytes(image) for image in written.images] == [PIXEL + b"one", PIXEL + b"two!"]
    assert document["extensionsUsed"] == ["KHR_materials_clearcoat"]
    assert document["asset"]["generator"].startswith("Partwise ")


def test_one_part_alone_carries_only_what_it_uses(tmp_path: Path):
    maker = scene(np.random.default_rng(1), 1)
    for entry in maker.document["meshes"][0]["primitives"]:
        entry["material"] = 1
    asset = read_mesh(maker.write(tmp_path / "in.glb"))
    labels = (np.arange(len(asset.faces)) > 2).astype(int)
    assert write_parts(tmp_path / "out.glb", asset, labels, only=1) == ["part_01"]
    document, _ = parse_glb(tmp_path / "out.glb")
    assert [m["name"] for m in document["materials"]] == ["coated"]
    assert document["textures"] == [{"source": 0, "sampler": 0}]
    assert document["samplers"] == [{"wrapS": 33071}]
    written = read_mesh(tmp_path / "out.glb")
    assert [bytes(image) for image in written.images] == [PIXEL + b"one"]
    assert len(written.faces) == (labels == 1).sum()


def test_names_are_made_unique(tmp_path: Path):
    asset = read_mesh(scene(np.random.default_rng(0), 1).write(tmp_path / "in.glb"))
    labels = np.arange(len(asset.faces)) % 4
    names = ["arm", "arm", "arm_2", "arm"]
    assert write_parts(tmp_path / "out.glb", asset, labels, names=names) == [
        "arm", "arm_3", "arm_2", "arm_4",
    ]  # fmt: skip


def test_the_file_obeys_the_rules_of_gltf(tmp_path: Path):
    asset = read_mesh(scene(np.random.default_rng(2), 3).write(tmp_path / "in.glb"))
    write_parts(tmp_path / "out.glb", asset, np.arange(len(asset.faces)) % 5)
    document, data = parse_glb(tmp_path / "out.glb")
    assert document["buffers"] == [{"byteLength": len(data)}]
    assert len((tmp_path / "out.glb").read_bytes()) % 4 == 0
    sizes = {5121: 1, 5123: 2, 5125: 4, 5126: 4}
    widths = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
    for accessor in document["accessors"]:
        view = document["bufferViews"][accessor["bufferView"]]
        element = sizes[accessor["componentType"]] * widths[accessor["type"]]
        stride = view.get("byteStride", element)
        assert view["byteOffset"] % 4 == 0
        assert view["target"] in (34962, 34963)
        if view["target"] == 34962:
            assert stride % 4 == 0
        assert stride * (accessor["count"] - 1) + element <= view["byteLength"]
    for mesh in document["meshes"]:
        for primitive in mesh["primitives"]:
            position = document["accessors"][primitive["attributes"]["POSITION"]]
            view = document["bufferViews"][position["bufferView"]]
            points = np.frombuffer(data, "<f4", position["count"] * 3, view["byteOffset"])
            points = points.reshape(-1, 3)
            np.testing.assert_array_equal(points.min(axis=0), position["min"])
            np.testing.assert_array_equal(points.max(axis=0), position["max"])


def test_the_same_input_gives_the_same_bytes(tmp_path: Path):
    asset = read_mesh(scene(np.random.default_rng(2), 3).write(tmp_path / "in.glb"))
    labels = np.arange(len(asset.faces)) % 5
    write_parts(tmp_path / "a.glb", asset, labels)
    write_parts(tmp_path / "b.glb", read_mesh(tmp_path / "in.glb"), labels)
    assert (tmp_path / "a.glb").read_bytes() == (tmp_path / "b.glb").read_bytes()


@pytest.fixture
def glb(tmp_path: Path) -> Glb:
    return Glb(read_mesh(simple().write(tmp_path / "in.glb")), None)


@pytest.mark.parametrize(("largest", "kind"), [(2, 5123), (65534, 5123), (65535, 5125)])
def test_indices_never_name_the_restart_of_a_primitive(glb: Glb, largest: int, kind: int):
    entry = glb.document["accessors"][glb.indices(np.array([[0, 1, largest]]))]
    assert (entry["componentType"], entry["count"], entry["type"]) == (kind, 3, "SCALAR")


def test_rows_are_filled_up_to_four_bytes(glb: Glb):
    values = np.arange(6, dtype=np.uint8).reshape(2, 3)
    entry = glb.document["accessors"][glb.accessor(values, normalized=True)]
    view = glb.document["bufferViews"][entry["bufferView"]]
    assert (entry["componentType"], entry["type"], entry["normalized"]) == (5121, "VEC3", True)
    assert (view["byteStride"], view["byteLength"]) == (4, 8)
    assert b"".join(glb.chunks)[-8:] == bytes([0, 1, 2, 0, 3, 4, 5, 0])


def test_the_material_of_caps_is_made_once_with_a_name_of_its_own(glb: Glb):
    glb.document["materials"] = [{"name": "cap"}, {"name": "cap_2"}]
    assert glb.cap_material() == glb.cap_material() == 2
    assert [entry["name"] for entry in glb.document["materials"]] == ["cap", "cap_2", "cap_3"]


def test_more_than_a_file_can_hold_is_refused(glb: Glb):
    head, *_ = glb.blocks()
    magic, version, total, _, kind = struct.unpack("<4sIIII", head)
    assert (magic, version, total % 4, kind) == (b"glTF", 2, 0, 0x4E4F534A)
    glb.length = 2**32 - 100
    with pytest.raises(BadInput, match="more than 4 GB") as caught:
        glb.blocks()
    assert "one file for each part" in caught.value.hint


def test_extensions_are_named_where_they_are_used_alone(tmp_path: Path):
    maker = simple(extensionsUsed=["KHR_texture_transform", "KHR_materials_unlit", "ACME_x"],
                   extensionsRequired=["ACME_x", "KHR_materials_unlit"])  # fmt: skip
    asset = read_mesh(simple().write(tmp_path / "in.glb"))
    asset.document = {
        "materials": [{"extensions": {"KHR_materials_unlit": {}}, "extras": {"extensions":
                       {"ACME_x": {}}}}],
        **{key: maker.document[key] for key in ("extensionsUsed", "extensionsRequired")},
    }  # fmt: skip
    glb = Glb(asset, None)
    glb.blocks()
    assert glb.document["extensionsUsed"] == ["KHR_materials_unlit"]
    assert glb.document["extensionsRequired"] == ["KHR_materials_unlit"]


def test_a_number_that_was_given_is_not_given_again():
    assert unique_names(["b_2", "b", "b", "b"]) == ["b_2", "b", "b_3", "b_4"]
    assert unique_names(["", ""]) == ["", "_2"]
