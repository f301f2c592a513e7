# SPDX-License-Identifier: GPL-3.0-or-later
"""A file is what its content says, and a sentence says so where it is no mesh."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.readers import MESH_SUFFIXES, read_mesh
from tests.fuzz_seeds import MAKERS, put, seeds

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 9\n"
PAGE = b"\n<!DOCTYPE html>\n<html><head><title>404</title></head></html>\n"


def zipped(name: str, content: bytes = b"x") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        read_mesh(path)
    assert caught.value.hint
    assert path.name in caught.value.message
    return caught.value.message


@pytest.mark.parametrize("suffix", [*MESH_SUFFIXES, ".fbx"])
@pytest.mark.parametrize(
    ("content", "what"),
    [
        (POINTER, "is a Git LFS pointer"),
        (PAGE, "is a web page"),
        (b"\xef\xbb\xbf<HTML>", "is a web page"),
        (b"<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>", "message of a web server"),
        (b"", "is empty"),
        (gzip.compress(b"v 0 0 0\n" * 9, mtime=0), "is compressed with gzip"),
        (zipped("chair/chair.obj"), "is a zip archive"),
        (zipped("chair.usdc"), "is a USDZ file"),
        (b"Kaydara FBX Binary  \0\x1a\0" + bytes(200), "is an FBX file"),
        (b"BLENDER-v405" + bytes(200), "is a Blender file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "is a picture"),
    ],
)
def test_what_is_no_mesh_is_named(tmp_path: Path, suffix: str, content: bytes, what: str):
    if content[:2] == b"PK" and suffix == ".npz":
        what = "holds no arrays"  # it is a zip archive itself
    assert what in refused(tmp_path / f"chair{suffix}", content)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le", "utf-8-sig"])
@pytest.mark.parametrize("form", ["gltf", "obj", "ply", "stl", "off"])
def test_text_in_any_encoding_is_read_under_any_name(tmp_path: Path, form: str, encoding: str):
    seed = seeds(form)[0]
    known = read_mesh(put(seed, tmp_path))
    text = next(iter(seed.values())).decode("utf-8").encode(encoding)
    for suffix in (f".{form}", ".obj", ".glb"):
        other = tmp_path / f"other{suffix}"
        other.write_bytes(text)
        found = read_mesh(other)
        np.testing.assert_array_equal(found.vertices, known.vertices)
        np.testing.assert_array_equal(found.faces, known.faces)


@pytest.mark.parametrize("suffix", [".glb", ".gltf"])
@pytest.mark.parametrize("content", [b'{"error": "not found"}', b"[1, 2]", b'{"asset": {}}'])
def test_other_json_is_named(tmp_path: Path, suffix: str, content: bytes):
    said = refused(tmp_path / f"a{suffix}", content)
    assert "is JSON, but not glTF" in said or "is damaged" in said


@pytest.mark.parametrize("form", MAKERS)
@pytest.mark.parametrize("suffix", [*MESH_SUFFIXES, ".vrm"])
def test_files_with_a_wrong_suffix_are_read_by_their_content(
    tmp_path: Path, form: str, suffix: str
):
    for seed in seeds(form):
        if form == "stl" and suffix != ".stl" and b"solid" not in next(iter(seed.values())):
            continue  # binary STL begins with any text, and is known by its suffix alone
        for name, data in seed.items():
            (tmp_path / name).write_bytes(data)
        right = tmp_path / next(iter(seed))
        wrong = tmp_path / f"renamed{suffix}"
        wrong.write_bytes(right.read_bytes())
        known, found = read_mesh(right), read_mesh(wrong)
        np.testing.assert_array_equal(found.vertices, known.vertices)
        np.testing.assert_array_equal(found.faces, known.faces)
        new = [remark for remark in found.remarks if remark not in known.remarks]
        same = right.suffix == suffix or {right.suffix, suffix} == {".glb", ".gltf"}
        assert new == [] if same else "by its content" in new[-1]


def test_binary_stl_that_begins_like_another_format_stays_stl(tmp_path: Path):
    for seed in seeds("stl"):
        data = next(iter(seed.values()))
        if data.startswith(b"solid"):
            continue
        for start in (b"ply\n", b"solid facet", b"<html>", b"glTF"):
            (tmp_path / "a.stl").write_bytes(start.ljust(80) + data[80:])
            assert len(read_mesh(tmp_path / "a.stl").faces) == 12
