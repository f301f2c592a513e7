# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures beside a model: finding, checking and joining them. More in test_mtl.py."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.files.texture_files import Beside, channel, holds_normals, merged, usable


@pytest.mark.parametrize("name", [
    "textures/Wood Grain.png", "Textures\\wood grain.PNG", "./textures//wood grain.png ",
    "'textures/wood grain.png'", "D:\\a\\textures\\wood grain.png", "/a/b/wood grain.png",
    "other/textures/wood grain.png",
])  # fmt: skip
def test_a_file_is_found(tmp_path: Path, name: str):
    (tmp_path / "textures").mkdir()
    for file in (tmp_path / "textures" / "Wood Grain.png", tmp_path / "Wood Grain.png"):
        file.write_bytes(b"")
    found = Beside().find([tmp_path / "nowhere", tmp_path], name)
    assert found is not None
    assert found.is_file()
    assert (found.parent.name == "textures") == ("extures" in name)


@pytest.mark.parametrize("name", ["", " ", "/", "\\", ".", "..", "C:\\", "x" * 5000, "a\0b",
                                  "folder", "wood.png/x", '""', "*", "http://a/c.png"])  # fmt: skip
def test_nothing_is_found(tmp_path: Path, name: str):
    (tmp_path / "folder").mkdir()
    (tmp_path / "wood.png").write_bytes(b"")
    assert Beside().find([tmp_path], name) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_no_picture(tmp_path: Path):
    os.mkfifo(tmp_path / "wood.png")
    assert Beside().find([tmp_path], "wood.png") is None


def test_modes_that_png_does_not_hold(tmp_path: Path):
    for mode in ("F", "I", "RGBA", "LA", "P", "CMYK", "1"):
        path = tmp_path / f"{mode}.tiff"
        try:
            Image.new(mode, (2, 2)).save(path)
        except OSError:
            continue
        made = usable(path)
        assert isinstance(made, bytes)
        with Image.open(io.BytesIO(made)) as image:
            image.load()
            assert image.size == (2, 2)


def test_channels(tmp_path: Path):
    Image.new("RGBA", (2, 2), (10, 20, 30, 40)).save(tmp_path / "c.png")
    for which, value in (("r", 10), ("g", 20), ("b", 30), ("m", 40)):
        band = channel(tmp_path / "c.png", which)
        assert band is not None
        assert band.getpixel((0, 0)) == value
    deep = np.full((2, 2), 40000, dtype=np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    band = channel(tmp_path / "deep.png", "l")
    assert band is not None
    assert band.getpixel((0, 0)) == 156
    assert channel(tmp_path / "deep.png", "m") is None
    assert channel(tmp_path / "none.png", "l") is None


def test_merged_pictures_have_the_larger_size():
    small, large = Image.new("L", (2, 2), 9), Image.new("L", (4, 8), 7)
    with Image.open(io.BytesIO(merged([255, small, large]))) as image:
        assert image.size == (4, 8)
        assert image.getpixel((1, 1)) == (255, 9, 7)


def test_maps_of_normals_look_blue(tmp_path: Path):
    rng = np.random.default_rng(0)
    bumpy = np.clip(rng.normal((128, 128, 230), 30, size=(32, 32, 3)), 0, 255).astype(np.uint8)
    Image.fromarray(bumpy).save(tmp_path / "n.png")
    Image.fromarray(bumpy[..., 2]).save(tmp_path / "h.png")
    Image.new("RGB", (2, 2), (200, 200, 255)).save(tmp_path / "sky.png")
    assert holds_normals(tmp_path / "n.png")
    assert not holds_normals(tmp_path / "h.png")
    assert not holds_normals(tmp_path / "sky.png")
    assert not holds_normals(tmp_path / "none.png")


def test_a_folder_is_listed_once_for_many_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    calls = []
    listdir = os.listdir
    monkeypatch.setattr(os, "listdir", lambda folder: calls.append(folder) or listdir(folder))
    (tmp_path / "Wood.png").write_bytes(b"")
    beside = Beside()
    for name in ("wood.png", "oak.png", "ash.png", "WOOD.PNG"):
        assert (beside.find([tmp_path], name) is not None) == (name.lower() == "wood.png")
    assert len(calls) == 1
