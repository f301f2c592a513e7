# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading .ply in its three encodings: polygons, strips, colours, UVs, and headers that err."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.readers import read_mesh, write_parts
from tests.backend.files.gltf_maker import PIXEL
from tests.backend.files.ply_maker import FACE, HEAD, ROWS, SQUARE, properties, text_ply

POINTS = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32)
COLOURS = np.array([[9, 8, 7], [255, 0, 1], [2, 3, 4], [5, 6, 7], [0, 0, 0]], dtype=np.uint8)


def ply(form: str, polygons: list[list[int]]) -> bytes:
    head = (
        f"ply\nformat {form} 1.0\ncomment made by hand\nelement vertex 5\n"
        "property float x\nproperty float y\nproperty float z\n"
        "property uchar red\nproperty uchar green\nproperty uchar blue\n"
        f"element face {len(polygons)}\nproperty uchar flags\n"
        "property list uchar int vertex_indices\nend_header\n"
    ).encode()
    rows = zip(POINTS.tolist(), COLOURS.tolist(), strict=True)
    if form == "ascii":
        lines = [" ".join(map(str, [*p, *c])) for p, c in rows]
        lines += [" ".join(map(str, [1, len(p), *p])) for p in polygons]
        return head + "\n".join(lines).encode() + b"\n"
    order = "<" if "little" in form else ">"
    body = b"".join(struct.pack(order + "3f3B", *p, *c) for p, c in rows)
    body += b"".join(struct.pack(f"{order}BB{len(p)}i", 1, len(p), *p) for p in polygons)
    return head + body


@pytest.mark.parametrize("form", ["ascii", "binary_little_endian", "binary_big_endian"])
@pytest.mark.parametrize("polygons", [[[0, 1, 2], [2, 3, 4]], [[0, 1, 2, 3], [4, 1, 0], [2, 3, 4]],
                                      [[0, 1, 2, 3], [1, 2, 3, 4]]])  # fmt: skip
def test_polygons_and_colours(tmp_path: Path, form: str, polygons: list):
    path = tmp_path / "mesh.ply"
    path.write_bytes(ply(form, polygons))
    asset = read_mesh(path)
    fans = [[p[0], p[i], p[i + 1]] for p in polygons for i in range(1, len(p) - 1)]
    np.testing.assert_array_equal(asset.faces, fans)
    np.testing.assert_array_equal(asset.vertices, POINTS)
    colour = asset.primitives[0].attributes["COLOR_0"]
    seen = np.where(COLOURS > 10, ((COLOURS / 255 + 0.055) / 1.055) ** 2.4, COLOURS / 255 / 12.92)
    np.testing.assert_allclose(colour.values, seen, atol=1e-6)
    assert not colour.normalized
    for length in (20, len(path.read_bytes()) - 3):
        path.write_bytes(ply(form, polygons)[:length])
        with pytest.raises(BadInput, match=r"mesh\.ply is damaged"):
            read_mesh(path)


def test_uvs_of_corners_split_vertices_but_not_the_asset(tmp_path: Path):
    (tmp_path / "wood.png").write_bytes(PIXEL)
    rows = "\n".join(" ".join(map(str, p)) for p in POINTS.tolist())
    (tmp_path / "mesh.ply").write_text(
        "ply\nformat ascii 1.0\ncomment TextureFile wood.png\nelement vertex 5\n"
        "property float x\nproperty float y\nproperty float z\nelement face 2\n"
        "property list uchar int vertex_index\nproperty list uchar float texcoord\nend_header\n"
        f"{rows}\n3 0 1 2 6 0 0 1 0 1 1\n4 0 2 3 4 8 .5 .5 .25 .25 0 0 1 1\n"
    )
    asset = read_mesh(tmp_path / "mesh.ply")
    assert len(asset.vertices) == 5
    primitive = asset.primitives[0]
    np.testing.assert_array_equal(primitive.vertices[primitive.corners], asset.faces)
    uv = primitive.attributes["TEXCOORD_0"].values[primitive.corners]
    np.testing.assert_allclose(uv[0], [[0, 1], [1, 1], [1, 0]])
    np.testing.assert_allclose(uv[2], [[0.5, 0.5], [0, 1], [1, 0]])
    assert asset.document["materials"][0]["name"] == "wood"
    assert asset.images == [tmp_path / "wood.png"]


@pytest.mark.parametrize("kind", ["uchar", "uint8", "float", "ushort", "int", "double"])
def test_colours_are_linear_and_alpha_stays(tmp_path: Path, kind: str):
    colour = {"float": "0.78431 0.23529 0.23529 0.25098", "ushort": "51400 15420 15420 16448"}.get(
        kind, "200 60 60 64"
    )
    vertex = "|".join(f"{kind} {name}" for name in ("red", "green", "blue", "alpha"))
    asset = text_ply(tmp_path, vertex, FACE, ROWS.format(f" {colour}") + "3 0 1 2\n")
    (first, *_) = asset.primitives[0].attributes["COLOR_0"].values
    np.testing.assert_allclose(first, [0.57758, 0.04519, 0.04519, 0.25098], atol=2e-5)


def test_colours_of_faces_are_kept_where_vertices_have_none(tmp_path: Path):
    rows = ROWS.format("") + "1 1 1\n3 0 1 2 255 0 0\n4 2 1 3 0 0 128 0\n"
    face = f"{FACE}|uchar red|uchar green|uchar blue"
    asset = text_ply(tmp_path, "", face, rows, faces=2)
    primitive = asset.primitives[0]
    np.testing.assert_array_equal(primitive.vertices[primitive.corners], asset.faces)
    colour = primitive.attributes["COLOR_0"].values[primitive.corners]
    np.testing.assert_allclose(colour[0], [[1, 0, 0]] * 3)
    np.testing.assert_allclose(colour[1:], [[[0, 0.21586, 0]] * 3] * 2, atol=1e-5)
    assert len(primitive.vertices) == 7  # no more than needed
    vertex = "uchar red|uchar green|uchar blue"
    rows = ROWS.format(" 0 0 0") + "1 1 1 0 0 0\n3 0 1 2 255 0 0\n3 2 1 3 0 128 0\n"
    asset = text_ply(tmp_path, vertex, face, rows, faces=2)
    assert asset.remarks == ["Colours of faces are not kept, since vertices have colours too."]
    assert not asset.primitives[0].attributes["COLOR_0"].values.any()


@pytest.mark.parametrize("form", ["ascii", "binary_little_endian", "binary_big_endian"])
def test_strips_of_triangles(tmp_path: Path, form: str):
    head = HEAD.format(form=form, kind="int").replace("face 2", "tristrips 2")
    head = head.replace("list uchar", "list int")
    strips = [[0, 1, 3, 2, -1, 0, 2, 1], [3, 2, 0, 0, 1]]
    if form == "ascii":
        lines = [" ".join(map(str, row)) for row in SQUARE.tolist()]
        lines += [" ".join(map(str, [len(s), *s])) for s in strips]
        body = "\n".join(lines).encode()
    else:
        order = ">" if "big" in form else "<"
        body = SQUARE.astype(order + "f4").tobytes()
        body += b"".join(struct.pack(f"{order}{len(s) + 1}i", len(s), *s) for s in strips)
    (tmp_path / "mesh.ply").write_bytes(head.encode() + body)
    asset = read_mesh(tmp_path / "mesh.ply")
    # odd ones are turned over; the last triangle of a strip with a repeated corner is none
    np.testing.assert_array_equal(asset.faces, [[0, 1, 3], [3, 1, 2], [0, 2, 1], [3, 2, 0]])
    primitive = asset.primitives[0]
    np.testing.assert_array_equal(primitive.vertices[primitive.corners], asset.faces)


@pytest.mark.parametrize("faces", ["-1 0 1 2", "2.5 0 1 2", "3 0 1 nan", "3 0 1 9", "3 0 1",
                                   "3 0 1 x", "1e300 0 1 2"])  # fmt: skip
def test_polygons_that_are_none_are_refused(tmp_path: Path, faces: str):
    with pytest.raises(BadInput, match="damaged"):
        text_ply(tmp_path, "", FACE, ROWS.format("") + faces + "\n")


def test_a_vertex_that_nothing_uses_may_be_nan(tmp_path: Path):
    asset = text_ply(tmp_path, "", FACE, ROWS.format("") + "nan nan nan\n3 0 1 2\n")
    assert len(asset.vertices) == 4
    assert np.isfinite(asset.vertices).all()
    with pytest.raises(BadInput, match="not numbers"):
        text_ply(tmp_path, "", FACE, ROWS.format("") + "nan nan nan\n3 0 1 3\n")


@pytest.mark.parametrize("name", ["lost.png", "empty.png"])
def test_a_texture_that_cannot_be_used_is_a_remark(tmp_path: Path, name: str):
    (tmp_path / "empty.png").write_bytes(b"")
    asset = text_ply(
        tmp_path, "float s|float t", FACE, ROWS.format(" .25 .5") + "3 0 1 2\n",
        f"comment TextureFile {name}\n",
    )  # fmt: skip
    what = "was not found" if name == "lost.png" else "cannot be read and was left out"
    assert asset.remarks == [f"The texture {name} {what}."]
    write_parts(tmp_path / "parts.glb", asset, np.array([0]))
    written = read_mesh(tmp_path / "parts.glb")
    uv = written.primitives[0].attributes["TEXCOORD_0"].values
    np.testing.assert_allclose(uv, [[0.25, 0.5]] * 3)
    assert not written.images


def test_several_textures_by_number(tmp_path: Path):
    for name in ("Oak A.png", "ash.png"):
        (tmp_path / name).write_bytes(PIXEL)
    rows = ROWS.format(" 0 0") + "".join(f"3 0 1 2 {n}\n" for n in (1, 0, 5, 1))
    asset = text_ply(
        tmp_path, "float u|float v", f"{FACE}|int texnumber", rows,
        "comment TextureFile .\\oak a.png\ncomment TextureFile ash.png\n", 4,
    )  # fmt: skip
    material = np.full(4, -1)
    for primitive in asset.primitives:
        material[primitive.faces] = -1 if primitive.material is None else primitive.material
    np.testing.assert_array_equal(material, [1, 0, -1, 1])
    assert asset.images == [tmp_path / "Oak A.png", tmp_path / "ash.png"]


def test_materials_of_faces(tmp_path: Path):
    rows = ROWS.format("") + "3 0 1 2 1\n3 2 1 0 0\n3 0 2 1 7\n"
    (tmp_path / "mesh.ply").write_text(
        "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\n"
        f"property float z\nelement face 3\n{properties(FACE)}property int material_index\n"
        "element material 2\nproperty uchar red\nproperty uchar green\nproperty uchar blue\n"
        f"element camera 1\nproperty float view\nend_header\n{rows}255 0 0\n0 255 0\n1.5\n"
    )
    asset = read_mesh(tmp_path / "mesh.ply")
    colours = [
        entry["pbrMetallicRoughness"]["baseColorFactor"] for entry in asset.document["materials"]
    ]
    assert colours == [[1, 0, 0, 1], [0, 1, 0, 1]]
    assert [(p.material, p.faces.tolist()) for p in asset.primitives] == [
        (None, [2]), (0, [1]), (1, [0]),
    ]  # fmt: skip
    assert asset.remarks == ["Not kept of the file: camera."]


def test_faces_without_uvs_leave_them_to_the_others(tmp_path: Path):
    rows = ROWS.format("") + "3 0 1 2 6 .5 0 1 0 1 1\n3 2 1 0 0\n3 0 2 1 6 .5 0 1 1 1 0\n"
    asset = text_ply(tmp_path, "", f"{FACE}|list uchar float texcoord", rows, faces=3)
    primitive = asset.primitives[0]
    uv = primitive.attributes["TEXCOORD_0"].values[primitive.corners]
    np.testing.assert_allclose(uv[0], [[0.5, 1], [1, 1], [1, 0]])
    np.testing.assert_allclose(uv[2], [[0.5, 1], [1, 0], [1, 1]])
    assert len(primitive.vertices) == 6  # equal UVs of a vertex are one
    assert not asset.remarks
    rows = ROWS.format("") + "3 0 1 2 4 .5 0 1 0\n"
    asset = text_ply(tmp_path, "", f"{FACE}|list uchar float texcoord", rows)
    assert asset.remarks == ["UVs of some faces do not fit their corners: left out there."]


def test_a_concave_polygon_is_not_filled_beyond_its_outline(tmp_path: Path):
    asset = text_ply(tmp_path, "", FACE, "0 0 0\n4 0 0\n1 1 0\n0 4 0\n4 1 2 3 0\n")
    corner = asset.vertices[asset.faces]
    double = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])[:, 2]
    assert (double > 0).all()
    assert double.sum() == 8


def test_a_cloud_of_points_holds_no_triangles(tmp_path: Path):
    with pytest.raises(BadInput, match="holds no triangles"):
        text_ply(tmp_path, "", FACE, ROWS.format(""), faces=0)


def test_faces_that_are_points_or_lines_are_a_remark(tmp_path: Path):
    asset = text_ply(tmp_path, "", FACE, ROWS.format("") + "2 0 1\n3 0 1 2\n0\n", faces=3)
    np.testing.assert_array_equal(asset.faces, [[0, 1, 2]])
    assert asset.remarks == ["2 faces have fewer than three corners: left out."]
