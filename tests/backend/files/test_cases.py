# SPDX-License-Identifier: GPL-3.0-or-later
"""Files after public reports, as other programs write them: each a row of one of these tables.

They were made from nothing for these tests (CC0) and lie in tests/fixtures/cases. Triangles and
areas are those of Blender's own import, where it reads the file.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backend.__main__ import main
from backend.assets.asset import Asset
from backend.files.readers import read_mesh, write_parts

CASES = Path(__file__).parents[2] / "fixtures/cases"
BALL = (168, 12.045)
# File, triangles and area, words of its remark.
READ = [
    ("concave-polygon-gear.obj", (252, 60.149), ""),
    ("concave-polygon-star.ply", (36, 16.565), ""),
    ("concave-quad.obj", (12, 22.325), ""),
    ("gltf-meshopt-with-plain-fallback.glb", BALL, ""),
    ("gltf-picture-windows-path.gltf", BALL, ""),
    ("gltf-picture-without-data.gltf", BALL, "The texture wood has no picture"),
    ("gltf-strip-of-two-vertices.glb", BALL, ""),
    ("obj-byte-order-mark.obj", BALL, ""),
    ("obj-maps-of-mtl.obj", BALL, "opacity map (map_d)"),
    ("obj-mtllib-names-two.obj", BALL, ""),
    ("obj-nan-normal.obj", BALL, "Some normals had no direction"),
    ("obj-normals-named-but-missing.obj", BALL, "Faces name normals that the file does not hold"),
    ("obj-one-triangle-without-uv.obj", BALL, ""),
    ("obj-texture-unreadable.obj", BALL, "The texture not-a-picture.png cannot be read"),
    ("off-corners-on-lines-of-their-own.off", BALL, ""),
    ("ply-header-with-carriage-returns.ply", BALL, ""),
    ("ply-rows-longer-than-header.ply", BALL, "more numbers than the header names"),
    ("ply-texture-missing.ply", BALL, "The texture scan_0001.png was not found"),
    ("ply-triangle-strip.ply", BALL, ""),
    ("ply-unused-vertex-is-nan.ply", BALL, ""),
    ("stl-binary-one-byte-more.stl", BALL, ""),
    ("stl-text-byte-order-mark.stl", BALL, ""),
    ("stl-text-no-endsolid.stl", BALL, "ends without 'endsolid'"),
    ("vertex-colour-0-255.obj", BALL, ""),
    ("vertex-colour-bytes.ply", BALL, ""),
]
REFUSED = [
    ("git-lfs-pointer.glb", "is a Git LFS pointer"),
    ("gltf-1-binary.glb", "is glTF 1.0"),
    ("gltf-draco-used-not-required.glb", "is compressed with Draco"),
    ("obj-points-only.obj", "holds no triangles"),
    ("stl-text-empty.stl", "holds no triangles"),
]


def written(name: str, tmp_path: Path) -> tuple[Asset, Asset]:
    """A case, and what was written of it in two parts, read again."""
    asset = read_mesh(CASES / name)
    half = (np.arange(len(asset.faces)) * 2 // len(asset.faces)).astype(int)
    write_parts(tmp_path / "parts.glb", asset, half)
    return asset, read_mesh(tmp_path / "parts.glb")


def area(asset: Asset) -> float:
    a, b, c = (asset.vertices[asset.faces[:, corner]] for corner in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def values(asset: Asset, name: str) -> np.ndarray:
    """(F, 3, c) values of an attribute at the corners of all triangles, in their order."""
    found = [p.attributes[name].as_float()[p.corners] for p in asset.primitives]
    return np.concatenate(found)


def surface(asset: Asset) -> dict[str, Any]:
    return asset.document["materials"][0]["pbrMetallicRoughness"]


@pytest.mark.parametrize(("name", "size", "remark"), READ)
def test_read(tmp_path: Path, name: str, size: tuple[int, float], remark: str):
    asset, parts = written(name, tmp_path)
    for found in (asset, parts):
        assert (len(found.faces), area(found)) == (size[0], pytest.approx(size[1], rel=1e-3))
    assert [remark in said for said in asset.remarks] == ([True] if remark else [])
    assert parts.remarks == []
    for primitive in parts.primitives:
        for kind, attribute in primitive.attributes.items():
            assert np.isfinite(attribute.values).all()
            if kind == "NORMAL":
                length = np.linalg.norm(attribute.as_float(), axis=1)
                np.testing.assert_allclose(length, 1, atol=5e-4)


@pytest.mark.parametrize(("name", "words"), REFUSED)
def test_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, words: str):
    assert main(["decompose", str(CASES / name), "-o", str(tmp_path / "out.glb")]) == 2
    assert f"{name} {words}" in capsys.readouterr().err.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "linear"),
    [
        ("vertex-colour-bytes.ply", (0.578, 0.045, 0.045)),
        ("vertex-colour-0-255.obj", (1, 0.216, 0)),
    ],
)
def test_colours_are_linear(tmp_path: Path, name: str, linear: tuple[float, ...]):
    shades = values(written(name, tmp_path)[1], "COLOR_0")
    np.testing.assert_allclose(shades - linear, 0, atol=1e-3)


@pytest.mark.parametrize(
    "name", ["obj-byte-order-mark.obj", "stl-binary-one-byte-more.stl", "stl-text-no-endsolid.stl"]
)
def test_corners_share_vertices(name: str):
    assert len(read_mesh(CASES / name).vertices) == 86


def test_what_is_named_but_missing_is_not_made_up(tmp_path: Path):
    for asset in written("obj-normals-named-but-missing.obj", tmp_path):
        assert all(not primitive.attributes for primitive in asset.primitives)


def test_one_triangle_without_uv_leaves_theirs_to_the_others(tmp_path: Path):
    known = values(read_mesh(CASES / "obj-mtllib-names-two.obj"), "TEXCOORD_0")
    found = values(written("obj-one-triangle-without-uv.obj", tmp_path)[1], "TEXCOORD_0")
    same = np.isclose(found, known).all(axis=(1, 2))
    assert same.sum() == 167


def test_uvs_stay_where_the_picture_is_missing(tmp_path: Path):
    for name in ("ply-texture-missing.ply", "obj-texture-unreadable.obj"):
        _, parts = written(name, tmp_path)
        assert values(parts, "TEXCOORD_0").shape == (168, 3, 2)
        assert parts.images == []


def test_pictures_are_found(tmp_path: Path):
    for name in ("obj-mtllib-names-two.obj", "gltf-picture-windows-path.gltf"):
        _, parts = written(name, tmp_path)
        assert [bytes(image) for image in parts.images] == [(CASES / "wood.png").read_bytes()]
        assert "baseColorTexture" in surface(parts)


def test_maps_of_mtl_are_kept(tmp_path: Path):
    _, parts = written("obj-maps-of-mtl.obj", tmp_path)
    material = parts.document["materials"][0]
    assert {"normalTexture", "emissiveTexture"} <= material.keys()
    assert {"baseColorTexture", "metallicRoughnessTexture"} <= surface(parts).keys()


def decomposed(
    capsys: pytest.CaptureFixture[str], source: Path, out: Path, *more: str
) -> list[dict[str, Any]]:
    arguments = ["decompose", str(source), "-o", str(out), "--engine", "geometric", "--json"]
    assert main([*arguments, *more]) == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["results"]
    return rows


def test_the_figure_of_one_wall(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (row,) = decomposed(capsys, CASES / "control-figure-one-wall.glb", tmp_path / "out.glb")
    assert 7 <= row["parts"] <= 10
    assert row["faces"] == 5548


def test_parts_of_stl_share_vertices_and_close(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source, out = CASES / "stl-parts-share-vertices.stl", tmp_path / "out.glb"
    (row,) = decomposed(capsys, source, out, "--complete", "cap")
    assert (row["parts"], row["closed"]) == (3, 3)
    parts = read_mesh(out)
    assert 1400 < len(parts.vertices) < 1600
    sides = np.concatenate([parts.faces[:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0))])
    edges = Counter(map(tuple, sides.tolist()))
    assert all(edges[b, a] == count for (a, b), count in edges.items())


def test_files_of_one_stem_are_all_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    shutil.copytree(CASES / "same-stem", tmp_path / "in")
    rows = decomposed(capsys, tmp_path / "in", tmp_path / "out")
    names = {Path(row["output"]).name for row in rows}
    there = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"table.glb", "chair.glb"} < names == there
    assert len(names) == 3


def test_every_file_is_in_a_table():
    meshes = {path.name for path in CASES.glob("[!.]*") if path.suffix not in (".png", ".mtl")}
    tested = {name for name, *_ in (*READ, *REFUSED)}
    alone = {"control-figure-one-wall.glb", "stl-parts-share-vertices.stl", "same-stem"}
    assert meshes == tested | alone
