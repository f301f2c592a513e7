# SPDX-License-Identifier: GPL-3.0-or-later
"""How well completed parts agree with the true whole ones."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from backend.evaluation.completion import (
    Example,
    Guess,
    Truth,
    closed,
    enclosed,
    kept,
    mean_figures,
    row_of,
)
from tests.backend.evaluation.hidden_bodies import BALL, BLOCK, PEG, bodies

pytest.importorskip("igl", reason="distances need libigl (training only)")


@cache
def example() -> Example:
    return Example(bodies(), cells=32)


@cache
def truth(part: int) -> Truth:
    return Truth(example(), part)


def guess(part: int, vertices=None) -> Guess:
    """The true whole part, its faces in pieces like the truth's are new where hidden."""
    places, faces = example().wholes[part]
    places = places if vertices is None else vertices
    return Guess(places, faces, np.ones(len(faces), dtype=bool))


def test_an_example_fills_the_cube_and_knows_what_is_hidden():
    one = example()
    assert np.abs(one.vertices).max() == pytest.approx(1)
    assert one.measured == [BLOCK, BALL, PEG]
    assert one.hidden[BALL] == pytest.approx(0.5, abs=0.02)
    assert 0.4 < one.hidden[PEG] < 0.6
    assert one.hidden[BLOCK] < 0.12


def test_the_truth_itself_is_right_in_everything():
    for part in (BALL, PEG):
        figures = truth(part).compare(guess(part))
        for key in ("iou", "iou_own", "f", "closed"):
            assert figures[key] == 1, key
        assert figures["chamfer"] < 1e-6
        assert figures["hidden_share"] == example().hidden[part]


def test_visible_faces_alone_leave_all_that_is_hidden():
    one = example()
    faces = one.visible(BALL)
    found = truth(BALL).compare(Guess(one.vertices, faces, np.zeros(len(faces), dtype=bool)))
    assert found["f_hidden"] == 0
    assert found["closed"] == 0
    assert found["kept"] == 1
    assert found["iou_own"] < 0.6
    assert 0.5 < found["f"] < 0.9, "all of it is right, half is missing"


def test_the_hidden_surface_is_judged_alone():
    one = example()
    faces = one.visible(BALL)
    disc = Guess(one.vertices, faces, np.ones(len(faces), dtype=bool))
    assert truth(BALL).compare(disc)["f_hidden"] < 0.15, "near the border only"
    places, whole = one.wholes[BALL]
    below = (places[whole][:, :, 2] < places[:, 2].mean()).all(axis=1)
    lower = Guess(places, whole, below)
    assert truth(BALL).compare(lower)["f_hidden"] > 0.95


def test_a_part_in_the_wrong_place_is_far_from_the_truth():
    places = example().wholes[BALL][0]
    moved = truth(BALL).compare(guess(BALL, places + (0.1, 0, 0)))
    assert moved["iou"] < 0.75
    assert moved["f"] < 0.5
    assert 0.05 < moved["chamfer"] < 0.2
    assert moved["kept"] == 0
    nothing = Guess(places, np.empty((0, 3), np.int64), np.empty(0, dtype=bool))
    assert truth(BALL).compare(nothing) | {"hidden_share": 0, "chamfer": 0, "kept": 0} == {
        "hidden_share": 0, "iou": 0, "iou_own": 0, "f": 0, "f_hidden": 0, "chamfer": 0,
        "closed": 0, "kept": 0,
    }  # fmt: skip


def test_kept_faces_are_equal_to_the_last_bit():
    one = example()
    faces = one.visible(BALL)
    shuffled = np.roll(faces[::-1], 1, axis=1)
    assert kept(one.vertices, faces, one.vertices.copy(), shuffled) == 1
    assert kept(one.vertices, faces, one.vertices, faces[:, ::-1]) == 0, "turned round"
    assert kept(one.vertices, faces, one.vertices, faces[1:]) == 1 - 1 / len(faces)
    moved = one.vertices.copy()
    moved[faces[0, 0]] = np.nextafter(moved[faces[0, 0]], 9)
    assert 0.9 < kept(one.vertices, faces, moved, faces) < 1


def test_closed_takes_vertices_at_one_place_as_one():
    places, faces = example().wholes[PEG]
    soup = places[faces].reshape(-1, 3)
    apart = np.arange(3 * len(faces)).reshape(-1, 3)
    assert closed(soup, apart)
    assert not closed(soup, apart[1:])
    assert not closed(soup, apart[:0])


def test_winding_numbers_are_asked_where_they_can_matter():
    one = example()
    grid = one.grid
    faces = one.faces
    whole = enclosed(one.vertices, faces, grid)
    half = np.zeros(grid.shape, dtype=bool)
    half[16:] = True
    assert whole.sum() > 3_000
    assert np.array_equal(enclosed(one.vertices, faces, grid, half), whole & half)
    assert not enclosed(one.vertices, faces[:0], grid).any()


def test_rows_and_means():
    assert [row_of(h) for h in (0, 0.05, 0.1, 0.39, 1.0)] == [
        "below 2 %", "2 to 8 %", "8 to 20 %", "20 to 40 %", "above 40 %",
    ]  # fmt: skip
    rows = [{"f": 0.5, "g": math.nan}, {"f": 1.0, "g": math.nan}]
    assert mean_figures(rows)["f"] == 0.75
    assert math.isnan(mean_figures(rows)["g"])
    assert mean_figures([]) == {}
