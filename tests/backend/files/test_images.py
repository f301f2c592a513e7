# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures and masks of all kinds that people have."""

import numpy as np
import pytest
from PIL import Image

from backend.contract.errors import BadInput
from backend.files import images
from backend.files.images import png_bytes, read_masks, read_masks_of_views, read_picture
from tests.backend.images.drawn import doll

PICTURE, LABELS = doll(80)
COLOURS = np.array([[200, 0, 0], [0, 200, 0], [0, 0, 200], [200, 200, 0], [0, 200, 200],
                    [200, 0, 200], [0, 0, 0]], np.uint8)  # fmt: skip


def saved(path, image):
    image.save(path)
    return path


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK", "F", "I"])
def test_any_mode_becomes_eight_bits_of_rgba(tmp_path, mode):
    grey = Image.fromarray(PICTURE).convert("L")
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    elif mode in ("F", "I"):
        picture = grey.convert(mode)
    else:
        picture = Image.fromarray(PICTURE).convert(mode)
    path = saved(tmp_path / "picture.tif", picture)
    made, _ = read_picture(path)
    assert made.shape == PICTURE.shape
    assert made.dtype == np.uint8
    if mode in ("L", "I;16", "F", "I"):
        lit = made[..., 0] / max(int(made[..., 0].max()), 1)
        wanted = np.asarray(grey) / max(int(np.asarray(grey).max()), 1)
        np.testing.assert_allclose(lit, wanted, atol=0.02)
    if mode == "RGBA":
        assert np.array_equal(made, PICTURE)


def test_of_an_animated_picture_the_first_is_used(tmp_path):
    frames = [Image.fromarray(PICTURE).convert("P"), Image.new("P", (80, 80))]
    path = tmp_path / "moves.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    made, notes = read_picture(path)
    assert made.shape == (80, 80, 4)
    assert "animated" in notes[0]


def test_a_large_picture_is_made_smaller_and_one_beyond_all_bounds_refused(tmp_path, monkeypatch):
    path = saved(tmp_path / "large.png", Image.new("RGB", (5000, 300), (9, 90, 200)))
    made, notes = read_picture(path)
    assert max(made.shape) <= 2 * images.LONGEST
    assert made[0, 0].tolist() == [9, 90, 200, 255]
    assert notes
    monkeypatch.setattr(images, "MOST_PIXELS", 1000)
    with pytest.raises(BadInput, match="5000 x 300"):
        read_picture(path)


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"no picture", "half"])
def test_what_is_no_whole_picture_is_refused(tmp_path, data):
    path = tmp_path / "odd.png"
    whole = png_bytes(PICTURE)
    path.write_bytes(whole[: len(whole) // 2] if data == "half" else data)
    with pytest.raises(BadInput, match="damaged"):
        read_picture(path)
    with pytest.raises(BadInput):
        read_picture(tmp_path / "missing.png")
    with pytest.raises(BadInput, match="folder"):
        read_picture(tmp_path)


def coloured(labels, ground=(255, 255, 255)):
    table = np.vstack([COLOURS[:6], np.array([ground], np.uint8)])
    return Image.fromarray(table[labels])


def same_parts(found, labels):
    pairs = {(int(a), int(b)) for a, b in zip(found.ravel(), labels.ravel(), strict=True)}
    return len(pairs) == 7 and {a == -1 for a, b in pairs if b == -1} == {True}


@pytest.mark.parametrize("ground", [(255, 255, 255), (0, 0, 0), (90, 90, 90)])
def test_each_colour_of_a_label_image_is_a_part(tmp_path, ground):
    path = saved(tmp_path / "mask.png", coloured(LABELS, ground))
    found, _ = read_masks([path], LABELS.shape)
    assert same_parts(found, LABELS)


def test_numbers_of_grey_and_palette_images_are_parts(tmp_path):
    for image in (
        Image.fromarray((LABELS + 1).astype(np.uint8)),
        Image.fromarray(((LABELS + 1) * 9).astype(np.uint16)),
        coloured(LABELS).convert("P", palette=Image.Palette.ADAPTIVE),
    ):
        found, _ = read_masks([saved(tmp_path / "mask.png", image)], LABELS.shape)
        assert same_parts(found, LABELS)


def test_soft_borders_make_no_parts(tmp_path):
    image = coloured(LABELS).resize((320, 320), Image.Resampling.BICUBIC)
    found, _ = read_masks([saved(tmp_path / "mask.png", image)], (320, 320))
    assert found.max() == 5
    sharp = LABELS.repeat(4, axis=0).repeat(4, axis=1)
    for part in range(6):
        best = np.bincount(found[sharp == part] + 1).argmax() - 1
        assert (found[sharp == part] == best).mean() > 0.99


def test_one_mask_a_part_and_the_later_ones_lie_before(tmp_path):
    masks = [LABELS >= 0, LABELS == 5]
    paths = [saved(tmp_path / f"{k}.png", Image.fromarray(m)) for k, m in enumerate(masks)]
    found, notes = read_masks(paths, LABELS.shape)
    assert np.array_equal(found == 1, LABELS == 5)
    assert np.array_equal(found >= 0, LABELS >= 0)
    assert "overlap" in notes[0]


def test_masks_that_do_not_fit_are_refused(tmp_path):
    small = saved(tmp_path / "small.png", coloured(LABELS[:40]))
    empty = saved(tmp_path / "empty.png", Image.new("L", (80, 80)))
    full = saved(tmp_path / "full.png", Image.new("L", (80, 80), 255))
    with pytest.raises(BadInput, match="80 x 40"):
        read_masks([small], LABELS.shape)
    with pytest.raises(BadInput, match="empty"):
        read_masks([empty], LABELS.shape)
    with pytest.raises(BadInput, match="empty"):
        read_masks([full, empty], LABELS.shape)
    with pytest.raises(BadInput, match="different sizes"):
        read_masks([full, small], LABELS.shape)
    noise = np.random.default_rng(0).integers(0, 255, (80, 80, 3)).astype(np.uint8)
    with pytest.raises(BadInput, match="colours"):
        read_masks([saved(tmp_path / "photo.png", Image.fromarray(noise))], LABELS.shape)


def test_a_colour_is_one_part_in_all_views(tmp_path):
    front, side = np.zeros((40, 60, 4), np.uint8), np.zeros((40, 50, 4), np.uint8)
    green, blue, red, yellow = (
        (0, 200, 0, 255),
        (0, 0, 200, 255),
        (200, 0, 0, 255),
        (9, 9, 0, 255),
    )
    front[5:15, 5:55], front[15:25, 5:55], front[25:35, 5:55] = red, green, blue
    side[5:20, 5:45], side[20:35, 5:45] = yellow, red  # green and blue are hidden
    paths = [tmp_path / "front.png", tmp_path / "side.png"]
    for path, picture in zip(paths, (front, side), strict=True):
        path.write_bytes(png_bytes(picture))
    (one, two), notes = read_masks_of_views(paths, [front.shape, side.shape])
    assert not notes
    assert np.array_equal(one, read_masks(paths[:1], front.shape)[0])
    assert np.unique(two[5:20, 5:45]).tolist() == [3]
    assert np.unique(two[20:35, 5:45]).tolist() == np.unique(one[5:15, 5:55]).tolist()
    assert (two < 0).sum() == two.size - 30 * 40
