# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures: objects fill them, parts are where they look, colours are those of the parts."""

import numpy as np
import pytest
from safetensors.numpy import load_file

from backend.contract.palette import to_linear
from backend.training.generator.objects import PartObject, framed, save
from backend.training.generator.renders import FILLED, FRONT, NOTHING, SIDE, View, main, pictures
from tests.backend.training.generator.boxes import ball, box, grey

RED, BLUE = (0.6, 0.1, 0.1), (0.1, 0.1, 0.6)


@pytest.fixture(scope="module")
def tower():
    """A red ball on a blue box."""
    parts = grey(box([-1, 0, -1], [1, 2, 1], "foot"), ball([0, 3, 0], 1.0, "head")).parts
    colours = np.array([BLUE, RED], np.float32)
    return framed(PartObject(parts, colours, "tower", "nodes", "towers"))


@pytest.fixture(scope="module")
def taken(tower):
    return pictures(tower, 0, views=40)


def test_they_are_premultiplied_and_empty_where_nothing_is(taken):
    picture, part = taken["picture"], taken["part"]
    assert picture.shape == (40, SIDE, SIDE, 4)
    assert part.shape == (40, SIDE, SIDE)
    assert picture.dtype == part.dtype == np.uint8
    assert (picture[..., :3] <= picture[..., 3:]).all(), "colours are multiplied by coverage"
    assert (picture[..., 3] == 255).any()
    partly = (picture[..., 3] > 0) & (picture[..., 3] < 255)
    assert partly.any(axis=(1, 2)).all(), "outlines are smooth"
    assert set(np.unique(part)) == {0, 1, NOTHING}
    assert ((part != NOTHING) == (picture[..., 3] >= 127)).all()


def test_objects_fill_them(taken):
    for part in taken["part"]:
        row, column = np.nonzero(part != NOTHING)
        longest = max(np.ptp(row), np.ptp(column)) + 1
        assert FILLED[0] * SIDE - 2 <= longest <= FILLED[1] * SIDE + 2


def test_the_ball_is_above_the_box_and_each_has_its_colour(taken):
    for picture, part in zip(taken["picture"], taken["part"], strict=True):
        row = [np.nonzero(part == k)[0].mean() for k in range(2)]
        assert row[1] < row[0]
        colour = [np.median(to_linear(picture[part == k][:, :3] / 255.0), axis=0) for k in range(2)]
        assert colour[0][2] > 1.5 * colour[0][0], "blue"
        assert colour[1][0] > 1.5 * colour[1][2], "red"


def test_views_differ_and_half_are_not_far_from_the_front(tower):
    points = np.concatenate([part.vertices for part in tower.parts])
    rng = np.random.default_rng(0)
    views = [View.drawn(points, rng) for _ in range(400)]
    yaw = np.array([np.arctan2(view.back[0], view.back[2]) for view in views])
    up = np.degrees([np.arcsin(view.back[1]) for view in views])
    assert 0.55 < (np.abs(yaw) <= FRONT).mean() < 0.7, "half, and a quarter of the other half"
    assert up.min() > -10.1
    assert up.max() < 35.1
    assert {view.distance > 10 for view in views} == {True, False}


def test_some_have_dark_lines(tower):
    """Of a grey object, for there only a line is dark within the light."""
    white = PartObject(tower.parts, np.full((2, 3), 0.8, np.float32), "", "", "")
    found = pictures(white, 1, views=40)
    dark = []
    for picture, part in zip(found["picture"], found["part"], strict=True):
        light = picture[..., :3].mean(axis=-1) / np.maximum(picture[..., 3], 1)
        upper = part == 1
        rim = upper & (np.roll(part, 1, axis=0) == NOTHING)  # where light from above does reach
        dark.append(light[rim].mean() < 0.75 * light[upper].mean())
    assert 8 < sum(dark) < 32


def test_the_same_seed_takes_the_same(tower):
    first, same, other = (pictures(tower, seed, views=1) for seed in (3, 3, 4))
    assert (first["picture"] == same["picture"]).all()
    assert (first["picture"] != other["picture"]).any()


def test_the_program_takes_those_that_came_since(tower, tmp_path, capsys):
    objects, out = tmp_path / "objects", tmp_path / "pictures"
    objects.mkdir()
    given = ["--objects", str(objects), "--out", str(out), "--views", "2"]
    save(objects / "one.npz", tower)
    assert main(given) == 0
    first = (out / "one.safetensors").stat().st_mtime_ns
    save(objects / "two.npz", tower)
    (objects / "broken.npz").write_bytes(b"no archive")
    assert main(given) == 0
    assert "1 failed, 1 made" in capsys.readouterr().out
    assert (out / "one.safetensors").stat().st_mtime_ns == first
    assert load_file(out / "two.safetensors")["picture"].shape == (2, SIDE, SIDE, 4)
    with pytest.raises(SystemExit):
        main(["--objects", str(tmp_path / "none"), "--out", str(out)])
