# SPDX-License-Identifier: GPL-3.0-or-later
"""Arithmetic on face labels: majority of polygons, new cuts that keep what is locked, ids."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from partwise.blender_addon.core.labels import (
    majority,
    match_ids,
    measure,
    merge,
    recut,
    renumber,
    signatures,
    split,
    touch,
    unused_id,
)


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int32)


ONES = np.ones(6)


def test_a_polygon_takes_the_value_that_covers_most_of_it():
    values = ints(2, 0, 0, 1, 1)
    polygon = ints(0, 0, 0, 2, 2)
    area = np.array([3.0, 1.0, 1.0, 0.0, 0.0])
    assert majority(values, polygon, area, 4).tolist() == [2, -1, 1, -1]


def test_majority_of_nothing():
    assert majority(ints(), ints(), np.zeros(0), 2).tolist() == [-1, -1]


def test_parts_that_survive_keep_their_ids():
    assert match_ids(ints(9, 9, 4, 4, 4, 4), ints(3, 3, 0, 0, 0, 0), ONES).tolist() == [
        3, 3, 0, 0, 0, 0,
    ]  # fmt: skip


def test_a_split_part_leaves_its_id_to_the_larger_piece_by_area():
    new, old = ints(0, 0, 0, 1, 1, 1), ints(5, 5, 5, 5, 5, 5)
    weight = np.array([1, 1, 1, 2, 2, 2.0])
    assert match_ids(new, old, weight).tolist() == [0, 0, 0, 5, 5, 5]


def test_merged_parts_take_the_id_of_the_larger():
    assert set(match_ids(ints(0, 0, 0), ints(1, 2, 2), np.ones(3)).tolist()) == {2}


def test_unlabelled_faces_give_no_id():
    assert match_ids(ints(0, 0, 1), ints(-1, -1, -1), np.ones(3)).tolist() == [0, 0, 1]


def test_locked_parts_keep_every_face():
    cut = ints(0, 0, 0, 1, 1, 1)
    current = ints(7, 7, 2, 2, 2, 2)
    found = recut(cut, current, ONES, locked={7})
    assert found[:2].tolist() == [7, 7]
    assert 7 not in found[2:]
    assert found[2] != found[3]


def test_faces_without_an_opinion_keep_their_part():
    assert recut(ints(-1, 0, 1), ints(4, 4, 4), np.ones(3))[0] == 4


def test_a_kept_border_is_kept_by_a_coarser_cut():
    cut = ints(0, 0, 0, 0, 0, 0)
    current = ints(0, 0, 1, 1, 2, 2)
    assert len(set(recut(cut, current, ONES).tolist())) == 1
    kept = recut(cut, current, ONES, kept_borders=[(0, 1)])
    assert not set(kept[:2].tolist()) & set(kept[2:4].tolist())
    both = recut(cut, current, ONES, kept_borders=[(0, 1), (1, 2)])
    assert not set(both[2:4].tolist()) & set(both[4:].tolist())


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(-1, 4), st.integers(1, 5)), min_size=1, max_size=30
    ),
    st.sets(st.integers(0, 4), max_size=2),
)
def test_a_new_cut_is_the_cut_outside_what_is_locked(rows, locked):
    cut, current, weight = (np.array(column) for column in zip(*rows, strict=True))
    found = recut(cut.astype(np.int32), current.astype(np.int32), weight * 1.0, locked=locked)
    kept = np.isin(current, list(locked))
    assert (found[kept] == current[kept]).all()
    assert not np.isin(found[~kept], list(locked & set(current.tolist()))).any()
    same_cut = cut[:, None] == cut[None]
    same_part = found[:, None] == found[None]
    assert (same_cut == same_part)[np.ix_(~kept, ~kept)].all()


def test_merged_parts_have_one_id():
    assert merge(ints(4, 2, 9, 2, -1), [4, 2], 2).tolist() == [2, 2, 9, 2, -1]


def test_the_largest_piece_of_a_split_keeps_the_id():
    labels, piece = ints(3, 3, 3, 3, 0, 1), ints(0, 0, 1, 2, -1, -1)
    area = np.array([1, 1, 5, 1, 9, 9.0])
    assert split(labels, 3, piece, area).tolist() == [2, 2, 3, 4, 0, 1]


def test_faces_without_a_piece_stay_with_the_largest():
    labels, piece = ints(0, 0, 0, 0), ints(0, 1, 1, -1)
    assert split(labels, 0, piece, np.ones(4)).tolist() == [1, 0, 0, 0]
    assert split(labels, 0, ints(-1, -1, -1, -1), np.ones(4)).tolist() == [0, 0, 0, 0]


def test_a_split_looks_only_at_the_part():
    labels, piece = ints(0, 0, 1, 1), ints(0, 1, 5, 6)
    assert split(labels, 0, piece, np.ones(4)).tolist() == [0, 2, 1, 1]


def test_parts_touch_where_they_share_an_edge():
    # a strip of three quads: edges 3 and 6 are shared
    polygon = np.repeat(np.arange(3), 4)
    edge = np.array([0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9])
    labels = ints(5, 2, 7)
    assert touch(labels, polygon, edge, 5, 2)
    assert touch(labels, polygon, edge, 7, 2)
    assert not touch(labels, polygon, edge, 5, 7)


def test_measure_counts_faces_and_area():
    assert measure(ints(2, 2, -1, 0), np.array([1.0, 2.0, 9.0, 4.0])) == {0: (1, 4.0), 2: (2, 3.0)}
    assert measure(ints(-1), np.ones(1)) == {}


def test_unused_id():
    assert unused_id([]) == 0
    assert unused_id([0, 1, 3]) == 2


def test_a_part_that_comes_back_has_the_id_that_it_had():
    fine, coarse = np.array([0, 0, 1, 1, 2, 3], np.int32), np.array([0, 0, 1, 1, 1, 1], np.int32)
    known = {key: part for part, key in signatures(fine).items()}
    other = np.array([0, 0, 1, 1, 3, 2], np.int32)  # the same parts, under other free ids
    assert renumber(other, coarse, known).tolist() == fine.tolist()


def test_an_id_that_another_part_has_is_not_taken():
    current = np.array([2, 2, 2, 1, 1, 1], np.int32)
    known = {signatures(np.array([5, 5, 5, 2, 5, 5], np.int32))[2]: 2}
    new = np.array([2, 2, 2, 4, 1, 1], np.int32)
    assert renumber(new, current, known).tolist() == new.tolist()


def test_a_part_that_stays_as_it_is_keeps_its_id():
    current = np.array([0, 0, 1, 1], np.int32)
    known = dict.fromkeys(signatures(current).values(), 7)
    assert renumber(current, current, known).tolist() == current.tolist()


def test_an_unknown_part_makes_room_for_a_known_one():
    known = {signatures(np.array([9, 9, 3, 9], np.int32))[3]: 1}
    new = np.array([0, 1, 2, 0], np.int32)
    assert renumber(new, np.zeros(4, np.int32), known).tolist() == [0, 2, 1, 0]
