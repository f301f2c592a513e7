# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading .obj: file order, indices, encodings, colours, and what is missing in the file."""

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


def colour_of(asset) -> np.ndarray:
    """COLOR_0 of the corners of the first triangle."""
    primitive = asset.primitives[0]
    return primitive.attributes["COLOR_0"].values[primitive.corners[0]]


def test_vertex_colours_are_linear(tmp_path: Path):
    asset = read(tmp_path, "v 0 0 0 1 0 0\nv 1 0 0 0 1 0\nv 0 1 0 0 0 .5\nf 3 1 2\n")
    np.testing.assert_allclose(colour_of(asset), [[0, 0, 0.21404], [1, 0, 0], [0, 1, 0]], atol=1e-5)


@pytest.mark.parametrize("rest", ["255 128 0", "255 128 0 255", "1.0 255 128 0"])
def test_colours_of_0_to_255_with_alpha_or_weight(tmp_path: Path, rest: str):
    asset = read(tmp_path, f"v 0 0 0 {rest}\nv 1 0 0 {rest}\nv 0 1 0 {rest}\nf 1 2 3\n")
    np.testing.assert_allclose(colour_of(asset)[:, :3], [[1, 0.21586, 0]] * 3, atol=1e-5)
    assert colour_of(asset).shape[1] == (4 if rest.endswith(" 255") else 3)
    np.testing.assert_array_equal(asset.vertices, [[0, 0, 0], [1, 0, 0], [0, 1, 0]])


def test_vertices_without_colours_among_coloured_ones_are_white(tmp_path: Path):
    asset = read(tmp_path, "v 0 0 0\nv 1 0 0 0 128 0\nv 0 1 0 1\nf 1 2 3\n")
    np.testing.assert_allclose(colour_of(asset), [[1] * 3, [0, 0.21586, 0], [1] * 3], atol=1e-5)


def test_numbers_behind_coordinates_that_are_no_colours(tmp_path: Path):
    asset = read(tmp_path, "v 0 0 0 0 0 -1\nv 1 0 0 0 0 -1\nv 0 1 0 0 1 0\nf 1 2 3\n")
    assert "COLOR_0" not in asset.primitives[0].attributes


def test_polypaint_of_zbrush(tmp_path: Path):
    asset = read(
        tmp_path,
        "v 0 0 0\nv 1 0 0\nv 0 1 0\n#MRGB ffc83c3cff00ff00\n#MRGB FF0000ff\nf 1 2 3\n",
    )
    expected = [[0.57758, 0.04519, 0.04519], [0, 1, 0], [0, 0, 1]]
    np.testing.assert_allclose(colour_of(asset), expected, atol=1e-5)


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
    assert texture["index"] == 0
    assert "TEXCOORD_0" in written.primitives[1].attributes


def test_missing_library_and_texture_are_remarks(tmp_path: Path):
    (tmp_path / "a.mtl").write_text("newmtl x\nmap_Kd C:\\textures\\lost.png\n")
    asset = read(tmp_path, f"mtllib a.mtl\nmtllib b.mtl\n{CORNERS}usemtl x\nf 1 2 3\n")
    assert asset.remarks == [
        "The material file b.mtl was not found.",
        "The texture C:\\textures\\lost.png was not found.",
    ]


@pytest.mark.parametrize("face", ["f 1 2 6", "f 0 1 2", "f -9 1 2", "f a b c", "f 1/1/1/1 2 3",
                                  "f 1.5 2 3"])  # fmt: skip
def test_damaged_faces_are_refused(tmp_path: Path, face: str):
    with pytest.raises(BadInput, match=r"mesh\.obj is damaged"):
        read(tmp_path, f"{CORNERS}vt 0 0\n{face}\n")


def test_a_vertex_of_two_coordinates_is_refused(tmp_path: Path):
    with pytest.raises(BadInput, match=r"mesh\.obj is damaged"):
        read(tmp_path, "v 0 0\nv 1 0 0 1\nv 0 1 0\nf 1 2 3\n")


@pytest.mark.parametrize("text", [CORNERS, f"{CORNERS}p 1 2\nl 1 2 3\n", "# nothing\n"])
def test_points_and_lines_hold_no_triangles(tmp_path: Path, text: str):
    with pytest.raises(BadInput, match=r"mesh\.obj holds no triangles"):
        read(tmp_path, text)


SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nusemtl größe 2\nf 1 2 3 4\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be",
                                      "utf-32", "latin-1"])  # fmt: skip
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, ending: str):
    path = tmp_path / "mesh.obj"
    path.write_bytes(SQUARE.replace("\n", ending).encode(encoding))
    asset = read_mesh(path)
    np.testing.assert_array_equal(asset.faces, [[0, 1, 2], [0, 2, 3]])
    assert len(asset.vertices) == 4
    assert asset.document["materials"][0]["name"] == "größe 2"


@pytest.mark.parametrize("lines", [
    "v 1e0 2E-1 -3.5e+0\n", "v 1,0 0,2 -3,5\n", "v 1.0, 0.2, -3.5\n", "v 1.0,0.2,-3.5\n",
    "v 1D0 2d-1 -3.5\n", "v +1. .2 -3.5 # a comment\n", "v\t1 \\\n 0.2\\ \n -3.5\n",
])  # fmt: skip
def test_spellings_of_numbers(tmp_path: Path, lines: str):
    asset = read(tmp_path, f"# C:\\models\\\n{lines}v 0 0 0\nv 0 1 0\nf 1 2 3\n")
    np.testing.assert_allclose(asset.vertices[0], [1, 0.2, -3.5])
    assert len(asset.vertices) == 3


def test_statements_that_are_no_mesh_do_not_count(tmp_path: Path):
    asset = read(
        tmp_path,
        "vp 0.1 0.2\nvp .3\ng a b\no Body of it\ns off\nvirtual 3\nf1 2\n"
        f"{CORNERS}vp 1\nfo 1 2 3\nf -1 -2 -3\n",
    )
    np.testing.assert_array_equal(asset.faces, [[0, 1, 2], [4, 3, 2]])


def test_relative_indices_of_uvs_and_normals_among_blocks(tmp_path: Path):
    block = "v {0} 0 0\nv {0} 1 0\nv {0} 0 1\nvt {0} 0\nvn {0} 1 0\nf -3/-1/-1 -2/-1/-1 -1/-1/-1\n"
    asset = read(tmp_path, "".join(block.format(i) for i in range(4)))
    np.testing.assert_array_equal(asset.faces, np.arange(12).reshape(4, 3))
    primitive = asset.primitives[0]
    u = primitive.attributes["TEXCOORD_0"].values[primitive.corners, 0]
    np.testing.assert_array_equal(u, np.repeat(np.arange(4), 3).reshape(4, 3))
    normal = primitive.attributes["NORMAL"].values[primitive.corners[:, 0]]
    np.testing.assert_allclose(normal[3], [0.948683, 0.316228, 0], atol=1e-6)


@pytest.mark.parametrize("corners", ["1//1 2//2 3//3", "1/1/1 2/2/2 3/3/3", "1/-9/-9 2/9 3"])
def test_uvs_and_normals_that_are_not_there_are_left_out(tmp_path: Path, corners: str):
    asset = read(tmp_path, f"{CORNERS}f {corners}\n")
    assert not asset.primitives[0].attributes
    assert any("normals that the file does not hold" in remark for remark in asset.remarks)
    assert any("UVs" in remark for remark in asset.remarks) == ("//" not in corners)


def test_a_corner_without_uv_and_normal_leaves_them_to_the_others(tmp_path: Path):
    asset = read(
        tmp_path,
        f"{CORNERS}vt .25 .5\nvn 0 0 2\nf 1/1/1 2/1/1 3/1/1\nf 1 3 4\nf 1/1/7 2/1/1 5/1/1\n",
    )
    primitive = asset.primitives[0]
    uv = primitive.attributes["TEXCOORD_0"].values[primitive.corners]
    np.testing.assert_allclose(uv[0], [[0.25, 0.5]] * 3)
    np.testing.assert_allclose(uv[1], [[0, 1]] * 3)
    normal = primitive.attributes["NORMAL"].values[primitive.corners]
    np.testing.assert_allclose(np.linalg.norm(normal, axis=2), 1, atol=1e-6)
    np.testing.assert_allclose(normal[:2], np.broadcast_to([0, 0, 1], (2, 3, 3)), atol=1e-6)


@pytest.mark.parametrize("bad", ["nan nan nan", "-nan(ind) 0 0", "0 0 0", "1.#QNAN 0 -1.#IND",
                                 "inf 0 0", "0 1"])  # fmt: skip
def test_normals_that_are_none_are_computed(tmp_path: Path, bad: str):
    asset = read(tmp_path, f"{CORNERS}vn {bad}\nvn 0 0 1\nf 1//1 2//2 3//2\nf 1//1 3//2 4//1\n")
    normal = asset.primitives[0].attributes["NORMAL"].values
    np.testing.assert_allclose(normal, np.broadcast_to([0, 0, 1], normal.shape), atol=1e-6)
    asset = read(tmp_path, f"{CORNERS}vn {bad}\nf 1//1 2//1 3//1\n")
    assert "NORMAL" not in asset.primitives[0].attributes


def test_an_unused_vertex_may_be_no_number_but_a_used_one_may_not(tmp_path: Path):
    asset = read(tmp_path, f"{CORNERS}v nan 1 1\nf 1 2 3\n")
    assert np.isfinite(asset.vertices).all()
    assert len(asset.vertices) == 6
    with pytest.raises(BadInput, match="not numbers"):
        read(tmp_path, f"{CORNERS}v nan 1 1\nf 1 2 6\n")


def test_concave_polygons_are_not_filled_beyond_their_outline(tmp_path: Path):
    asset = read(tmp_path, "v 0 0 0\nv 4 0 0\nv 1 1 0\nv 0 4 0\nf 2 3 4 1\nf 1 2 3 4\nf 4 3 2 1\n")
    corner = asset.vertices[asset.faces]
    double = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])[:, 2]
    np.testing.assert_allclose(double.reshape(3, 2).sum(axis=1), [8, 8, -8])
    assert np.abs(double).sum() == 24


def test_a_gear_has_its_own_area(tmp_path: Path):
    angle = np.arange(64) * np.pi / 32
    radius = np.where(np.arange(64) // 2 % 2, 2.3, 3.0)
    rim = np.column_stack([radius * np.cos(angle), radius * np.sin(angle), np.zeros(64)])
    points = np.concatenate([rim, rim + (0, 0, 1)])
    faces = [range(64, 0, -1), range(65, 129)]
    faces += [(i + 1, (i + 1) % 64 + 1, (i + 1) % 64 + 65, i + 65) for i in range(64)]
    text = "".join(f"v {x} {y} {z}\n" for x, y, z in points.tolist())
    asset = read(tmp_path, text + "".join(f"f {' '.join(map(str, face))}\n" for face in faces))
    assert len(asset.faces) == 252
    corner = asset.vertices[asset.faces]
    double = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    x, y = rim.T[:2]
    lid = (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2
    around = np.linalg.norm(np.roll(rim, -1, axis=0) - rim, axis=1).sum()
    area = np.linalg.norm(double, axis=1).sum() / 2
    np.testing.assert_allclose(area, 2 * lid + around, rtol=1e-6)
    volume = (corner[:, 0] * double).sum() / 6
    np.testing.assert_allclose(volume, lid, rtol=1e-6)  # outward all over


def test_many_switches_of_material(tmp_path: Path):
    text = CORNERS + "".join(f"usemtl m{i % 7}\nf 1 2 {3 + i % 3}\n" for i in range(2000))
    asset = read(tmp_path, text)
    material = np.full(2000, -1)
    for primitive in asset.primitives:
        material[primitive.faces] = primitive.material
    np.testing.assert_array_equal(material, np.arange(2000) % 7)
    asset = read(tmp_path, f"{CORNERS}usemtl a\nf 1 2 3\nusemtl\nf 1 2 4\n")
    assert [p.material for p in asset.primitives] == [None, 0]


def test_faces_that_are_points_or_lines_are_a_remark(tmp_path: Path):
    asset = read(tmp_path, f"{CORNERS}f 1 2 3\nf 1 2\n")
    assert len(asset.faces) == 1
    assert asset.remarks == ["1 face has fewer than three corners: left out."]
