# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading .ply in its three encodings."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.readers import read_mesh

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
    np.testing.assert_array_equal(colour.values, COLOURS)
    assert colour.normalized
    for length in (20, len(path.read_bytes()) - 3):
        path.write_bytes(ply(form, polygons)[:length])
        with pytest.raises(BadInput, match=r"mesh\.ply is damaged"):
            read_mesh(path)


def test_uvs_of_corners_split_vertices_but_not_the_asset(tmp_path: Path):
    (tmp_path / "wood.png").write_bytes(b"\x89PNG and so on")
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
