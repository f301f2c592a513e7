# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading STL: shared corners, colours, and files that break the format's few rules."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.readers import read_mesh, write_parts
from backend.pipelines.complete import cap_parts
from tests.backend.files.gltf_maker import parse_glb

POINTS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float64)
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
RED, GREEN, BLUE = 31, 31 << 5, 31 << 10  # as Magics stores them


def binary(
    corners: np.ndarray = POINTS[FACES],
    colours: tuple[int, ...] = (),
    head: bytes = b"",
    count: int | None = None,
) -> bytes:
    """A binary STL of (n, 3, 3) corners; `count` is what the header says."""
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    rows = zip(normals, corners, [*colours, *[0] * len(corners)], strict=False)
    body = b"".join(struct.pack("<12fH", *n, *c.ravel(), colour) for n, c, colour in rows)
    count = len(corners) if count is None else count
    return head.ljust(80, b"\0") + struct.pack("<I", count) + body


def text(corners: np.ndarray = POINTS[FACES], name: str = "x", form: str = "{:.6e}") -> str:
    lines = [f"solid {name}"]
    for corner in corners:
        lines += ["  facet normal 0 0 0", "    outer loop"]
        lines += ["      vertex " + " ".join(map(form.format, point)) for point in corner]
        lines += ["    endloop", "  endfacet"]
    return "\n".join([*lines, f"endsolid {name}", ""])


def read(tmp_path: Path, content: bytes | str):
    path = tmp_path / "mesh.stl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_mesh(path)


def refused(tmp_path: Path, content: bytes | str) -> str:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, content)
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize("content", [binary(), text(), binary(head=b"solid but binary")])
def test_corners_at_one_position_share_a_vertex(tmp_path: Path, content: bytes | str):
    asset = read(tmp_path, content)
    assert asset.vertices.shape == (4, 3)
    np.testing.assert_array_equal(asset.vertices[asset.faces], POINTS[FACES])
    assert asset.faces[0].tolist() == [0, 1, 2], "vertices are numbered by first use"
    assert asset.primitives[0].attributes == {}, "no normals: flat, as Blender shows it"
    assert (asset.up, asset.remarks) == ("Z", [])


def test_triangles_without_area_and_twins_stay_and_zeros_have_no_sign(tmp_path: Path):
    corners = np.concatenate([POINTS[FACES], POINTS[FACES][:1], np.zeros((1, 3, 3))])
    corners[4][corners[4] == 0] = -0.0
    asset = read(tmp_path, binary(corners))
    np.testing.assert_array_equal(asset.vertices[asset.faces], corners)
    assert (len(asset.vertices), len(asset.faces)) == (4, 6)
    assert asset.faces[5].tolist() == [asset.faces[0, 0]] * 3


def test_a_hair_apart_is_not_one_position(tmp_path: Path):
    corners = POINTS[FACES].astype(np.float32)
    corners[1, 0, 0] = np.nextafter(np.float32(0), np.float32(1))
    assert len(read(tmp_path, binary(corners)).vertices) == 5


def test_parts_of_a_soup_share_their_vertices_and_close(tmp_path: Path):
    left, right = POINTS[FACES], POINTS[FACES] * [-1, 1, 1]  # on both sides of a triangle
    corners = np.concatenate([left[[0, 1, 3]], right[[0, 1, 3]][..., ::-1, :]])
    asset = read(tmp_path, binary(corners))
    labels = np.repeat([0, 1], 3)
    caps = cap_parts(asset.vertices, asset.faces, labels)
    assert caps.closed == [True, True]
    write_parts(tmp_path / "a.glb", asset, labels, caps=caps)
    document, _ = parse_glb(tmp_path / "a.glb")
    for mesh in document["meshes"]:
        (primitive,) = mesh["primitives"]
        assert document["accessors"][primitive["attributes"]["POSITION"]]["count"] == 4
        assert document["accessors"][primitive["indices"]]["count"] == 12
        assert "NORMAL" not in primitive["attributes"]


# ---- binary that breaks the rules


@pytest.mark.parametrize("more", [b"\0", b"\r\n", b"x" * 49, b"\0" * 100])
def test_bytes_after_the_last_triangle_do_not_matter(tmp_path: Path, more: bytes):
    asset = read(tmp_path, binary() + more)
    assert (len(asset.faces), asset.remarks) == (4, [])


@pytest.mark.parametrize("missing", [1, 2])
def test_missing_bytes_of_the_last_colour_do_not_matter(tmp_path: Path, missing: int):
    asset = read(tmp_path, binary()[:-missing])
    assert (len(asset.faces), asset.remarks) == (4, [])


@pytest.mark.parametrize(
    ("content", "faces", "said"),
    [
        (binary(count=0), 4, 0),
        (binary(count=2**32 - 1), 4, 2**32 - 1),
        (binary(count=3), 4, 3),
        (binary(count=5), 4, 5),
        (binary()[:-30], 3, 4),
    ],
)
def test_a_wrong_count_is_said(tmp_path: Path, content: bytes, faces: int, said: int):
    asset = read(tmp_path, content)
    np.testing.assert_array_equal(asset.vertices[asset.faces], POINTS[FACES][:faces])
    assert asset.remarks == [f"The file says that it holds {said} triangles, but it holds {faces}."]


def test_what_follows_the_triangles_is_not_taken_for_some(tmp_path: Path):
    noise = np.random.default_rng(0).bytes(100)
    assert len(read(tmp_path, binary() + noise).faces) == 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (binary(POINTS[FACES][:0]), "holds no triangles"),
        (binary(POINTS[FACES][:0], count=9), "holds no triangles"),
        (binary()[:80], "damaged"),
        (b"", "mesh.stl "),
        (np.random.default_rng(0).bytes(2000), "damaged"),
        (binary(POINTS[FACES] * np.nan), "NaN"),
    ],
)
def test_binary_that_is_refused(tmp_path: Path, content: bytes, words: str):
    assert words in refused(tmp_path, content)


# ---- colours


def colours_of(asset) -> np.ndarray:
    (primitive,) = asset.primitives
    return primitive.attributes["COLOR_0"].values[primitive.corners]


def test_colours_of_viscam(tmp_path: Path):
    own = 1 << 15
    asset = read(tmp_path, binary(colours=(own | 16, own | GREEN, RED)))  # its lowest is blue
    shown = colours_of(asset)
    wanted = [[0, 0, 0.2292], [0, 1, 0], [1, 1, 1], [1, 1, 1]]  # linear: 16/31 looks half as light
    np.testing.assert_allclose(shown, np.repeat(np.array(wanted)[:, None], 3, axis=1), atol=1e-4)
    assert len(asset.vertices) == 4


def test_colours_of_magics(tmp_path: Path):
    head = b"COLOR=\xff\x80\x00\xff,MATERIAL="
    none = 1 << 15
    shown = colours_of(read(tmp_path, binary(colours=(BLUE, none, none, RED), head=head)))
    np.testing.assert_allclose(shown[0], [[0, 0, 1]] * 3)
    np.testing.assert_allclose(shown[1], [[1, 0.2159, 0]] * 3, atol=1e-4)
    np.testing.assert_allclose(shown[3], [[1, 0, 0]] * 3)


@pytest.mark.parametrize("colours", [(0,) * 4, (1, 2, 3, 4), (0xFFFF,) * 4])
def test_bytes_that_are_no_colours(tmp_path: Path, colours: tuple[int, ...]):
    assert read(tmp_path, binary(colours=colours)).primitives[0].attributes == {}


# ---- text


@pytest.mark.parametrize(
    "content",
    [
        text().encode(),
        b"\xef\xbb\xbf" + text().encode(),
        text().replace("\n", "\r\n").encode(),
        text().replace("\n", "\r").encode(),
        text().upper().encode(),
        ("\n\n  " + text()).encode(),
        text().replace("endsolid x\n", "endsolid").encode(),
        text().encode() + b"\0\0\x1a",
        text(form="{:+.3E}").encode(),
        text(form="{:g}").replace("\n", " ").replace("solid x ", "solid x\n", 1).encode(),
        text().replace("    outer", "# a comment\n outer").encode(),
        text(name="vertex 1 2 3 facet normal").encode(),
        text(name="Teil für Größe").encode("latin-1"),
        text().partition("\n")[2].encode(),
    ],
)
def test_text_in_many_spellings(tmp_path: Path, content: bytes):
    asset = read(tmp_path, content)
    np.testing.assert_array_equal(asset.vertices[asset.faces], POINTS[FACES])
    assert asset.remarks == []


def test_several_solids_are_one_mesh_and_named(tmp_path: Path):
    asset = read(tmp_path, text(name="lid") + text(POINTS[FACES] + 5, "box") + text(name=""))
    assert (len(asset.faces), len(asset.vertices)) == (12, 8)
    assert asset.remarks == ["The 3 solids of the file (lid, box) are taken as one mesh."]


@pytest.mark.parametrize("end", ["\n", ""])
def test_text_without_its_end(tmp_path: Path, end: str):
    asset = read(tmp_path, text().rpartition("endsolid")[0].rstrip() + end)
    assert len(asset.faces) == 4
    assert asset.remarks == ["The file ends without 'endsolid': triangles may be missing."]


def test_text_that_was_cut_keeps_whole_triangles(tmp_path: Path):
    whole = text()
    last = whole.rindex("facet normal")
    for end in range(last + 1, whole.rindex("endloop"), 7):
        asset = read(tmp_path, whole[:end])
        np.testing.assert_array_equal(asset.vertices[asset.faces], POINTS[FACES][:3])
        assert len(asset.remarks) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("solid x\nendsolid x\n", "holds no triangles"),
        ("solid x", "holds no triangles"),
        ("solid as a rock\nand as heavy", "damaged"),
        (text().replace("vertex 0.000000e+00", "vertex zero", 1), "damaged"),
        (text().replace("    endloop\n", "vertex 1 1 1\n    endloop\n", 1), "damaged"),
        (text().replace("1.000000e+00", "nan"), "NaN"),
    ],
)
def test_text_that_is_refused(tmp_path: Path, content: str, words: str):
    assert words in refused(tmp_path, content)
