# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples of parts: how much each counts, and how well some are told."""

import numpy as np
import pytest

from backend.engines.completion_features import NAMES
from backend.training.completer_data import (
    CHOOSING,
    EVENLY,
    LEARNED,
    NEARBY,
    REPORTED,
    UNREACHED,
)
from backend.training.completer_places import (
    Places,
    ious,
    judges,
    of_parts,
    pack,
    read,
    report,
    weights_of,
)


def three_parts():
    """Places of three parts, 40 spread evenly in each and 20 near its surface."""
    part = np.repeat(np.arange(3), 60)
    way = np.tile(np.repeat([EVENLY, NEARBY], [40, 20]), 3)
    truth = np.tile(np.arange(60) % 2 == 0, 3)
    rng = np.random.default_rng(0)
    columns = {
        "features": rng.normal(size=(180, len(NAMES))).astype(np.float16),
        "truth": truth, "way": way, "part": part,
    }  # fmt: skip
    hidden = np.array([0.05, 0.1, 0.5])
    return Places(
        **columns, hidden=hidden, use=np.array([LEARNED, CHOOSING, REPORTED]),
        artist=np.array([True, True, False]), weight=weights_of(columns, hidden, np.ones(3)),
    )  # fmt: skip


def test_parts_count_by_what_is_hidden_and_places_about_one():
    places = three_parts()
    even = places.way == EVENLY
    assert places.weight.mean() == pytest.approx(1)
    sums = np.bincount(places.part[even], places.weight[even])
    assert sums[2] > sums[1] > sums[0], "what is hidden more counts more"
    halved = weights_of(vars(places), places.hidden, np.array([1, 1, 0.5]))
    assert np.bincount(places.part[even], halved[even])[2] < sums[2]


def test_the_iou_of_a_part_is_of_its_places_spread_evenly():
    places = three_parts()
    every = np.ones(3, bool)
    assert ious(places, places.truth, every).tolist() == [1, 1, 1]
    wrong = np.where(places.way == NEARBY, ~places.truth, places.truth)
    assert ious(places, wrong, every).tolist() == [1, 1, 1], "places near the surface do not count"
    assert ious(places, np.ones(180, bool), every).tolist() == [0.5, 0.5, 0.5]
    some = ious(places, places.truth, np.array([True, False, False]))
    assert np.isnan(some).tolist() == [False, True, True]
    unreached = np.where(places.part == 0, UNREACHED, places.way)
    out_of_reach = Places(**{**vars(places), "way": unreached})
    assert ious(out_of_reach, places.truth, every).tolist() == [0, 1, 1]


def test_the_report_has_a_row_for_each_share_that_is_hidden():
    places = three_parts()
    said = {"all": np.ones(180, bool), "right": places.truth}
    rows = report(places, said, np.ones(3, bool))
    assert [row["parts"] for row in rows] == [1, 1, 1, 3]
    assert {(row["all"], row["right"]) for row in rows} == {(0.5, 1.0)}


def test_parts_that_choose_are_kept_with_their_places():
    places = three_parts()
    chosen = judges(places)
    assert chosen.tolist() == [False, True, False]
    kept = of_parts(places, chosen)
    assert len(kept.truth) == 60
    assert np.array_equal(kept.features, places.features[60:120])


def test_packed_places_are_read_again(tmp_path):
    places, path = three_parts(), tmp_path / "packed.npz"
    pack(places, path)
    again = read(path)
    assert np.array_equal(again.features, places.features)
    assert np.array_equal(again.use, places.use)
    assert again.weight == pytest.approx(places.weight)


def test_places_of_other_features_are_refused(tmp_path):
    path = tmp_path / "packed.npz"
    pack(three_parts(), path)
    with np.load(path) as arrays:
        np.savez(path, **{**arrays, "names": np.array('["other"]')})
    with pytest.raises(SystemExit, match="pack the samples again"):
        read(path)


def test_without_samples_it_says_how_to_make_them(tmp_path):
    with pytest.raises(SystemExit, match="completer_data"):
        read(tmp_path)
