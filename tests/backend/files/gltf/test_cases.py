# SPDX-License-Identifier: GPL-3.0-or-later
"""glTF as it comes from the world: empty, with pieces that do not fit, and what is said of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backend.__main__ import main
from backend.files.readers import read_mesh
from tests.backend.files.gltf_maker import SQUARE, GltfMaker, primitive, refused, simple, written

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
