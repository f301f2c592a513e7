# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading .obj: file order, relative indices, materials."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.readers import read_mesh, write_parts
from tests.backend.files.gltf_maker import PIXEL

CORNERS = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nv 0 0 1\n"


def read(folder: Path, text: str):
    path = folder / "mesh.obj"
    path.write_text(text, "utf-8")
    return read_mesh(path)


def test_alternating_materials_keep_the_order_of_faces(tmp_path: Path):
    (tmp_path / "my colours.mtl").write_text(
        "newmtl red paint\nKd 1 0 0\nd 0.5\nNs 0\n\nnewmtl blue\n\tKd 0 0 1\nKe 0 0 .5\n"
    )
    asset = read(
        tmp_path,
        "mtllib my colours.mtl\n" + CORNERS + "f 1 2 3\nusemtl blue\nf 1 2 3 4\nusemtl red paint\n"
        "f 3 4 5\nusemtl blue\nf 1 2 5\n",
    )
    np.testing.assert_array_equal(
        asset.faces, [[0, 1, 2], [0, 1, 2], [0, 2, 3], [2, 3, 4], [0, 1, 4]]
    )
    names = [m["name"] for m in asset.document["materials"]]
    material = np.full(5, -1)
    for primitive in asset.primitives:
        np.testing.assert_array_equal(
            primitive.vertices[primitive.corners], asset.faces[primitive.faces]
        )
        material[primitive.faces] = -1 if primitive.material is None else primitive.material
    assert [names[m] if m >= 0 else "" for m in material] == [
        "", "blue", "blue", "red paint", "blue",
    ]  # fmt: skip
    red, blue = (asset.document["materials"][names.index(n)] for n in ("red paint", "blue"))
    assert red["pbrMetallicRoughness"]["baseColorFactor"] == [1, 0, 0, 0.5]
    assert red["alphaMode"] == "BLEND"
    assert blue["emissiveFactor"] == [0, 0, 0.5]


def test_relative_indices_count_from_their_line(tmp_path: Path):
    asset = read(tmp_path, "v 0 0 0\nv 1 0 0\nv 0 1 0\nf -3 -2 -1\nv 0 0 1\nf -4 -3 4\n")
    np.testing.assert_array_equal(asset.faces, [[0, 1, 2], [0, 1, 3]])


@pytest.mark.parametrize(
    ("corners", "has_uv", "has_normal"),
    [("1 2 3", 0, 0), ("1/1 2/2 3/1", 1, 0), ("1//1 2//1 3//1", 0, 1), ("1/1/1 2/2/1 3/1/1", 1, 1),
     ("1/1/ 2/2/ 3/1/", 1, 0)],
)  # fmt: skip
def test_kinds_of_corners(tmp_path: Path, corners: str, has_uv: bool, has_normal: bool):
    asset = read(tmp_path, f"{CORNERS}vt 0 0\nvt .25 1\nvn 0 0 1\nf {corners} # end\n")
    np.testing.assert_array_equal(asset.faces, [[0, 1, 2]])
    attributes = asset.primitives[0].attributes
    assert ("TEXCOORD_0" in attributes, "NORMAL" in attributes) == (has_uv, has_normal)
    if has_uv:
        np.testing.assert_allclose(
            attributes["TEXCOORD_0"].values[asset.primitives[0].corners[0]],
            [[0, 1], [0.25, 0], [0, 1]],
        )


def test_mixed_corners_odd_spacing_and_continued_lines(tmp_path: Path):
    asset = read(
        tmp_path,
        "\ufeff# made by hand\r\nv\t0 0 0 \r\n  v 1 0  0\nv 1 1 0 1.0\nv 0 1 0\n\n"
        "vt 0 0 0\nvt 1 1\n"
        "g a b\nf 1/1 2 3//\\\n \nf 1/2 2/1 3/1\n",
    )
    np.testing.assert_array_equal(asset.faces, [[0, 1, 2], [0, 1, 2]])


def test_vertex_colours(tmp_path: Path):
    asset = read(tmp_path, "v 0 0 0 1 0 0\nv 1 0 0 0 1 0\nv 0 1 0 0 0 .5\nf 3 1 2\n")
    primitive = asset.primitives[0]
    colour = primitive.attributes["COLOR_0"].values[primitive.corners[0]]
    np.testing.assert_allclose(colour, [[0, 0, 0.5], [1, 0, 0], [0, 1, 0]])


def test_textures_are_embedded(tmp_path: Path):
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "wood grain.png").write_bytes(PIXEL)
    (tmp_path / "a.mtl").write_text("newmtl wood\nmap_Kd -s 2 2 1 maps\\wood grain.png\n")
    asset = read(
        tmp_path, f"mtllib a.mtl\n{CORNERS}vt 0 0\nvt .5 .5\nusemtl wood\nf 1/1 2/2 3/1 4/2\n"
    )
    write_parts(tmp_path / "parts.glb", asset, np.array([0, 1]))
    written = read_mesh(tmp_path / "parts.glb")
    assert bytes(written.images[0]) == PIXEL
    texture = written.document["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"]
    assert texture == {"index": 0}
    assert "TEXCOORD_0" in written.primitives[1].attributes


def test_missing_library_and_texture_are_remarks(tmp_path: Path):
    (tmp_path / "a.mtl").write_text("newmtl x\nmap_Kd C:\\textures\\lost.png\n")
    asset = read(tmp_path, f"mtllib a.mtl\nmtllib b.mtl\n{CORNERS}usemtl x\nf 1 2 3\n")
    assert asset.remarks == [
        "The material file b.mtl was not found.",
        "The texture C:\\textures\\lost.png was not found.",
    ]


@pytest.mark.parametrize("face", ["f 1 2 6", "f 0 1 2", "f -9 1 2", "f 1/7 2/1 3/1", "f a b c"])
def test_damaged_faces_are_refused(tmp_path: Path, face: str):
    with pytest.raises(BadInput, match=r"mesh\.obj is damaged"):
        read(tmp_path, f"{CORNERS}vt 0 0\n{face}\n")
