# SPDX-License-Identifier: GPL-3.0-or-later
"""What is no mesh is known by its first bytes, and a mesh is never taken for it."""

from __future__ import annotations

import bz2
import gzip
import lzma

import pytest

from backend.assets.foreign import FOREIGN, LOOKED_AT, refuse_foreign
from backend.contract.errors import BadInput


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (gzip.compress(b"v 0 0 0\n", mtime=0), "compressed with gzip"),
        (bz2.compress(b"v 0 0 0\n"), "compressed with bzip2"),
        (lzma.compress(b"v 0 0 0\n"), "compressed with xz"),
        (b"\x28\xb5\x2f\xfd\x04", "compressed with Zstandard"),
        (b"Rar!\x1a\x07\x01\0", "a RAR archive"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "a 7z archive"),
        (b"; FBX 7.4.0 project file", "an FBX file"),
        (b"#usda 1.0", "a USD file"),
        (b"PXR-USDC\0", "a USD file"),
        (b"#VRML V2.0 utf8", "a VRML file"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "a picture (JPEG)"),
        (b"GIF89a", "a picture (GIF)"),
        (b"%PDF-1.7", "a PDF document"),
    ],
)
def test_it_is_named_with_a_way_out(head: bytes, what: str):
    with pytest.raises(BadInput) as caught:
        refuse_foreign("chair.obj", head)
    assert caught.value.message == f"chair.obj is {what}."
    assert caught.value.hint.endswith(".")


@pytest.mark.parametrize(
    "head",
    [
        b"", b"glTF\x02\0\0\0", b"ply\nformat ascii 1.0\n", b"solid cube\n", b"OFF\n8 6 12\n",
        b"v 0 0 0\n", b"# Blender v4.5 OBJ\n", b'{"asset": {}}', b"PK\x03\x04", b"\x93NUMPY",
        b" %PDF", b"x\x1f\x8b", b"blender", b"<?xml version='1.0'?><COLLADA>",
    ],
)  # fmt: skip
def test_everything_else_may_be_a_mesh(head: bytes):
    refuse_foreign("chair", head)


def test_enough_is_looked_at_and_no_beginning_hides_another():
    starts = [start for start, _, _ in FOREIGN]
    assert max(map(len, starts)) <= LOOKED_AT
    for k, start in enumerate(starts):
        assert not any(start.startswith(other) for other in starts[:k])
