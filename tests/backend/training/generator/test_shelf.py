# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches: of what was asked for, turned as one, and evenly where that is wanted."""

import numpy as np
import pytest

from backend.training.generator import shelf as shelves
from backend.training.generator.samples import Sample
from backend.training.generator.shelf import SMOOTH, Shelf, read_all
from tests.backend.training.generator import balls


@pytest.fixture
def shelf():
    objects = [Sample(f"b{k}", "", "", "", ("a", "b"), balls.sample(k)) for k in range(3)]
    return Shelf(objects, np.random.default_rng(0))


def test_parts_in_their_own_frames_stay_what_they_are_however_they_are_turned(shelf):
    batch = shelf.own(5, 64, 100)
    assert batch.points.shape == (5, 64, 3)
    assert np.allclose(np.linalg.norm(batch.points, axis=2), 0.95, atol=1e-3)
    assert np.allclose(batch.normals, batch.points / 0.95, atol=0.02), "turned with the points"
    away = np.linalg.norm(batch.queries, axis=2) - 0.95
    assert np.allclose(batch.distance, away.clip(-0.5, 0.5), atol=1e-2), "and so are queries"
    assert batch.points.dtype == batch.distance.dtype == np.float32


def test_turns_differ(shelf):
    first = shelf.placed(40, 8, 8).points.mean(1)
    octants = {tuple(row) for row in np.sign(first).tolist()}
    assert len(octants) > 4


def test_whole_objects_know_the_part_of_each_point(shelf):
    batch = shelf.whole(2, 200, 50)
    assert set(np.unique(batch.labels)) == {0, 1}
    assert (shelf.own(1, 8, 8).labels == -1).all()


def test_even_queries_are_the_first_quarter(shelf):
    evenly, all_of_them = shelf.own(6, 8, 128, even=True), shelf.own(6, 8, 512)
    far = [(np.abs(batch.distance) > 0.2).mean() for batch in (evenly, all_of_them)]
    assert far[0] > 2 * far[1], "a cube is mostly far from a ball's surface"


def test_seen_parts_are_their_visible_surface(shelf):
    for one in shelf.objects:
        upper = one.stored["own_points"][..., 1] > 0
        one.stored["own_visible"][:] = upper
    shown = shelf.own(8, 64, 8, seen=1.0).points
    one_side = np.maximum(shown.min(1), -shown.max(1)).max(1)
    assert (one_side > -0.01).all(), "half of a ball, whichever way it is turned"


def test_new_samples_are_read_beside_those_that_are_there(tmp_path):
    first = read_all(balls.write(tmp_path, 2))
    assert [one.name for one in first] == ["ball0", "ball1"]
    again = read_all(balls.write(tmp_path, 3), first)
    assert len(again) == 3
    assert again[0] is first[0]
    with pytest.raises(SystemExit, match="no samples"):
        read_all(tmp_path / "none")


def test_thin_parts_come_more_often(shelf):
    for one in shelf.objects:
        one.stored["own_distance"][0] = 0.25  # part a fills nothing, part b nearly half
    assert shelf.filled(0, 0) == 0
    assert 0.3 < shelf.filled(0, 1) < 0.6
    thin = Shelf(shelf.objects, np.random.default_rng(0), thin=True)
    share = [
        (np.isclose(one.own(300, 1, 8, even=True).distance, 0.25).all(1)).mean()
        for one in (shelf, thin)
    ]
    assert 0.4 < share[0] < 0.6, "all alike unless asked"
    assert share[1] > 0.75


def test_whole_objects_in_parts_are_turned_in_any_way_and_fill_their_frame(shelf):
    batch = shelf.parted(40, 200)
    assert batch.points.shape == (40, 200, 3)
    assert batch.points.dtype == batch.normals.dtype == np.float32
    assert np.allclose(np.abs(batch.points).max((1, 2)), 0.95, atol=1e-3)
    assert np.allclose(np.linalg.norm(batch.normals, axis=2), 1, atol=1e-3)
    assert set(np.unique(batch.labels)) == {0, 1}


def test_half_of_the_whole_objects_in_parts_stay_upright(shelf, monkeypatch):
    turned = []
    upside_down = np.diag([1.0, -1.0, -1.0])
    monkeypatch.setattr(shelves, "random_rotation", lambda rng: turned.append(1) or upside_down)
    for one in shelf.objects:
        one.stored["whole_normals"][:] = [0, 127, 0]
    batch = shelf.parted(40, 50)
    below = batch.normals[:, 0, 1] < 0
    assert below.sum() == len(turned)
    assert 10 < len(turned) < 30


def test_half_of_what_is_in_parts_is_smooth_where_there_is_some(shelf):
    sharp = [Sample(f"b{k}", "", "", "", ("a", "b"), balls.sample(k)) for k in range(9)]
    smooth = Sample("s", "", SMOOTH, "", ("a", "b"), balls.sample(9))
    smooth.stored["whole_part"][:] = 7
    batch = Shelf([*sharp, smooth], np.random.default_rng(0)).parted(80, 8)
    assert 0.3 < (batch.labels[:, 0] == 7).mean() < 0.7, "one in ten objects"
