# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures as the flow is told them: patches in their order, mirrored whole, masks by coverage."""

import numpy as np
from safetensors.numpy import save_file

from backend.training.generator.pack import Row, packed
from backend.training.generator.pictured import Pictures, masks_of, pictured


def test_patches_are_of_neighbouring_pixels():
    picture = np.zeros((1, 64, 64, 4), np.uint8)
    picture[0, 8:16, 0:8] = 7  # the first patch of the second row
    part = np.full((1, 64, 64), 255, np.uint8)
    part[0, 8:16, 0:8] = 2
    view = np.array([[0.6, 0.0, 0.8, 0.3]], np.float32)
    held = {"picture": picture, "part": part, "view": view}
    found = pictured(held)
    assert np.flatnonzero(found["picture"][0].all(1)).tolist() == [8]
    other = pictured(held, mirrored=True)
    assert np.flatnonzero(other["picture"][0].all(1)).tolist() == [15]
    assert (other["mask"][0, 8:16, 56:] == 2).all()
    np.testing.assert_allclose(other["view"], view * [-1, 1, 1, 1])


def test_masks_cover_what_they_are_of():
    part = np.full((64, 64), 255, np.uint8)
    part[:32], part[32:, :2] = 3, 1
    mask = masks_of(part, np.array([3, 1, 0]))[:, :256].reshape(3, 16, 16)
    assert mask[0, :8].min() == 1
    assert mask[0, 8:].max() == 0
    assert mask[1, 8:, 0].tolist() == [0.5] * 8
    assert not mask[2].any()


def test_pictures_come_from_a_folder_or_from_a_file(tmp_path):
    held = {"picture": np.full((1, 64, 64, 4), 9, np.uint8), "part": np.ones((1, 64, 64), np.uint8)}
    file, folder = tmp_path / "pictures.xz", tmp_path / "pictures"
    file.write_bytes(packed([Row({"file": "cup"}, held)]))
    folder.mkdir()
    later = Pictures(folder)
    assert later.of("cup") is None
    save_file(held, folder / "cup.safetensors")
    for one in (Pictures(file), later):
        found = one.of("cup")
        assert found is not None
        assert (found["picture"] == 9).all()
        assert one.of("saucer") is None
