# SPDX-License-Identifier: GPL-3.0-or-later
"""Channels of pictures, read and joined. More in test_mtl.py."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from backend.files.channels import channel, holds_normals, merged


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
