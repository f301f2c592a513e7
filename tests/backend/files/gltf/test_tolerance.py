# SPDX-License-Identifier: GPL-3.0-or-later
"""What exporters and downloads do that glTF does not allow, and that is read all the same."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from backend.contract.errors import BadInput, OutOfMemory
from backend.files.readers import read_mesh
from backend.machine import cpu as machine
from tests.backend.files.gltf_maker import SQUARE, primitive, refused, simple, written


def repacked(path: Path, change: Callable[[bytes], bytes], pad: bytes = b" ") -> Path:
    """A GLB whose JSON text was changed."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    text = change(data[20 : 20 + length].rstrip())
    text += pad * (-len(text) % 4)
    rest = data[20 + length :]
    head = struct.pack("<4sIIII", b"glTF", 2, 20 + len(text) + len(rest), len(text), 0x4E4F534A)
    path.write_bytes(head + text + rest)
    return path


@pytest.mark.parametrize("pad", [b" ", b"\0", b"\n"])
@pytest.mark.parametrize(
    ("old", "new"),
    [(b"name", b"name"), (b"name", b"n\xe4me"), (b"name", b"\\ud800"), (b"name", b"a\tb\x01"),
     (b'"name"', b"1e999"), (b'"name"', b"-Infinity"), (b'"name"', b"NaN"), (b'"name"', b"[[]]")],
)  # fmt: skip
def test_odd_names_and_padding(tmp_path: Path, pad: bytes, old: bytes, new: bytes):
    maker = simple(nodes=[{"mesh": 0, "name": "name", "extras": {"x": "name"}}])
    path = repacked(maker.write(tmp_path / "a.glb"), lambda text: text.replace(old, new), pad)
    if b'"name"' in old:
        path = repacked(path, lambda text: text.replace(new + b":", old + b":"), pad)
    document = written(path, tmp_path)
    json.dumps(document, allow_nan=False)
    assert "extras" in document["nodes"][0]


def test_a_wrong_total_does_no_harm_where_all_chunks_are_there(tmp_path: Path):
    path = simple().write(tmp_path / "a.glb")
    data = path.read_bytes()
    for total in (len(data) + 3, len(data) * 2, 2**32 - 1):
        path.write_bytes(data[:8] + struct.pack("<I", total) + data[12:])
        np.testing.assert_array_equal(read_mesh(path).vertices, SQUARE)
    path.write_bytes(data[:-68])  # the whole JSON and nothing else
    assert "is cut short" in refused(path)


def test_a_buffer_may_claim_more_than_its_views_use(tmp_path: Path):
    path = simple().write(tmp_path / "a.gltf")
    path.write_text(path.read_text().replace('"byteLength": 60', '"byteLength": 63'))
    assert len(read_mesh(path).faces) == 2


def test_a_pointer_in_place_of_a_buffer_is_named(tmp_path: Path):
    path = simple().write(tmp_path / "a.gltf")
    (tmp_path / "a.bin").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    with pytest.raises(BadInput, match=r"a\.bin is a Git LFS pointer"):
        read_mesh(path)


def test_joints_without_weight_may_be_anything(tmp_path: Path):
    maker = simple()
    primitive(maker)["attributes"] |= {
        "JOINTS_0": maker.accessor([[0, 200, 0, 0]] * 4, "uint8"),
        "WEIGHTS_0": maker.accessor([[1, 0, np.nan, 0]] * 4),
    }
    maker.document["nodes"][0]["skin"] = 0
    maker.node(translation=[0, 0, 3])
    maker.document["skins"] = [{"joints": [1]}]
    asset = read_mesh(maker.write(tmp_path / "a.glb"))
    np.testing.assert_array_equal(asset.vertices, SQUARE + [0, 0, 3])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such files")
def test_what_is_no_file_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "a.glb")
    with pytest.raises(BadInput, match="is no file"):
        read_mesh(tmp_path / "a.glb")
    (tmp_path / "b.glb").symlink_to(tmp_path / "gone.glb")
    with pytest.raises(BadInput, match="a link to a file that is gone"):
        read_mesh(tmp_path / "b.glb")


def test_files_beyond_the_memory_are_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = simple().write(tmp_path / "a.glb")
    np.savez_compressed(tmp_path / "b.npz", vertices=np.zeros((9999, 3)), faces=[[0, 1, 2]])
    monkeypatch.setattr(machine, "memory", lambda: 5_000)
    with pytest.raises(OutOfMemory, match=r"b\.npz unpacks to"):
        read_mesh(tmp_path / "b.npz")
    monkeypatch.setattr(machine, "memory", lambda: 500)
    with pytest.raises(OutOfMemory, match=r"a\.glb is larger than"):
        read_mesh(path)
