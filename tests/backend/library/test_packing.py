# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes and thumbnails come back from their bytes."""

from __future__ import annotations

import numpy as np

from backend.library import families, packing


def test_a_mesh_comes_back_on_its_grid() -> None:
    vertices, faces = families.made("king crown")
    data = packing.pack_mesh(vertices, faces)
    back, same = packing.unpack_mesh(data)
    assert len(data) < 8 * len(faces)
    # Vertices come back in the order in which faces name them: compare corner by corner.
    assert np.abs(back[same] - vertices[faces]).max() <= 0.5 / packing.STEPS + 1e-12
    assert back.min() >= -0.5
    assert back.max() <= 0.5


def test_vertices_that_no_face_names_are_left_out() -> None:
    vertices = np.array([[0.5, 0, 0], [9.0, 9, 9], [0, 0.5, 0], [0, 0, 0.5]])
    back, faces = packing.unpack_mesh(packing.pack_mesh(vertices, np.array([[3, 0, 2]])))
    assert len(back) == 3
    assert np.allclose(back[faces[0]], vertices[[3, 0, 2]], atol=1e-3)


def test_a_thumbnail_comes_back_nearly() -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (packing.SIZE, packing.SIZE, 2), dtype=np.uint8)
    pixels[:20, :, 1] = 0
    rgba = packing.unpack_thumbnail(packing.pack_thumbnail(pixels.copy()))
    assert rgba.shape == (packing.SIZE, packing.SIZE, 4)
    assert np.abs(rgba[..., 3].astype(int) - pixels[..., 1]).max() <= 8
    assert (rgba[:20, :, 0] == 0).all()
