# SPDX-License-Identifier: GPL-3.0-or-later
"""The merge tree and its cuts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contract.tree import MergeTree, cut_within, renumber


def chain(leaves: int, natural: int = 1) -> MergeTree:
    """((0 1) 2) 3 ...: each merge adds the next leaf."""
    children = [[0 if k == 0 else leaves + k - 1, k + 1] for k in range(leaves - 1)]
    height = np.linspace(0.1, 0.9, leaves - 1)
    return MergeTree(np.array(children, np.int32).reshape(-1, 2), height.astype("f4"), natural)


def random_tree(leaves: int, seed: int) -> MergeTree:
    rng = np.random.default_rng(seed)
    alive = list(range(leaves))
    children = []
    for k in range(leaves - 1):
        a, b = (alive.pop(int(rng.integers(len(alive)))) for _ in range(2))
        children.append([a, b])
        alive.append(leaves + k)
    height = np.sort(rng.random(leaves - 1)).astype("f4")
    return MergeTree(np.array(children, np.int32).reshape(-1, 2), height, 1)


def test_cut_of_a_chain_is_known():
    tree = chain(5)
    assert tree.cut(1).tolist() == [0] * 5
    assert tree.cut(2).tolist() == [0, 0, 0, 0, 1]
    assert tree.cut(4).tolist() == [0, 0, 1, 2, 3]
    assert tree.cut(5).tolist() == [0, 1, 2, 3, 4]


@given(st.integers(1, 40), st.integers(0, 10_000))
def test_cuts_have_the_count_asked_for_and_are_nested(leaves, seed):
    tree = random_tree(leaves, seed)
    finer = tree.cut(leaves)
    for parts in range(leaves, 0, -1):
        labels = tree.cut(parts)
        assert sorted(set(labels.tolist())) == list(range(parts))
        # Each finer part lies in one coarser part.
        assert len(set(zip(finer.tolist(), labels.tolist(), strict=True))) == finer.max() + 1
        finer = labels


@pytest.mark.parametrize("parts", [0, -1, 6])
def test_impossible_counts_are_refused(parts):
    with pytest.raises(ValueError, match=r"1\.\.5"):
        chain(5).cut(parts)


@given(st.integers(1, 60), st.integers(1, 60))
def test_granularity_runs_from_one_part_to_every_patch_without_turning_back(leaves, natural):
    tree = chain(leaves, min(natural, leaves))
    counts = [tree.parts_at(g) for g in np.linspace(0, 1, 41)]
    assert counts[0] == 1
    assert counts[20] == tree.natural_parts
    assert counts[-1] == leaves
    assert counts == sorted(counts)


def test_no_granularity_parts_a_pair_and_a_step_passes_over_it_both_ways():
    tree = chain(7, 3).changed(paired=np.array([0, 1, 0, 0, 0, 1], bool))
    assert [tree.whole(parts) for parts in range(1, 8)] == [1, 3, 3, 4, 5, 7, 7]
    assert [tree.whole(parts, -1) for parts in range(1, 8)] == [1, 1, 3, 4, 5, 5, 7]
    assert (tree.whole(0), tree.whole(9)) == (1, 7)
    counts = [tree.parts_at(g) for g in np.linspace(0, 1, 101)]
    assert counts == sorted(counts)
    assert set(counts) == {1, 3, 4, 5, 7}
    assert tree.cut(2).max() == 1, "an exact count is exact"


def test_contracted_leaves_are_never_parted_and_the_rest_is_cut_as_before():
    tree = chain(6, 3)  # ((((0 1) 2) 3) 4) 5, of which 0 and 1 are one, as are 3 and 4
    group = np.array([0, 0, 1, 2, 2, 3])
    small = tree.contracted(group)
    assert small.children.tolist() == [[0, 1], [4, 2], [5, 3]]
    np.testing.assert_array_equal(small.height, tree.height[[1, 2, 4]])
    assert small.natural_parts == 2, "the natural cut parted 3 from 4"
    assert small.cut(2)[group].tolist() == tree.cut(2).tolist()
    assert small.cut(3)[group].tolist() == [0, 0, 0, 1, 1, 2]


def test_a_merge_whose_image_is_contracted_is_undone_alone():
    tree = chain(5, 3).changed(paired=np.array([0, 1, 0, 1], bool))
    small = tree.contracted(np.array([0, 0, 1, 2, 3]))
    assert small.paired.tolist() == [False, False, True]
    assert small.natural_parts == small.whole(small.natural_parts)
    assert tree.contracted(np.zeros(5, int)).leaf_count == 1


def test_subtree_parents_and_sums_agree():
    tree = random_tree(17, 3)
    parent, sums = tree.parents(), tree.sums(np.arange(17.0))
    for node in range(2 * 17 - 1):
        assert sums[node] == tree.subtree(node).sum()
        above = parent[node]
        if above < len(parent):
            assert set(tree.subtree(node)) < set(tree.subtree(above))
    assert parent[-1] == 2 * 17 - 1


def test_renumber_counts_in_order_of_appearance():
    assert renumber(np.array([7, 7, -2, 7, 3])).tolist() == [0, 0, 1, 0, 2]


@given(st.integers(2, 30), st.integers(0, 10_000), st.data())
def test_a_leaf_hung_elsewhere_leaves_the_rest_of_every_cut_as_it_was(leaves, seed, data):
    tree = random_tree(leaves, seed)
    leaf, beside = data.draw(st.permutations(range(leaves)))[:2]
    moved = tree.regrafted(leaf, beside)
    assert sorted(moved.children.ravel().tolist()) == list(range(2 * leaves - 2))
    assert (moved.children.max(axis=1) < leaves + np.arange(leaves - 1)).all()
    others = np.delete(np.arange(leaves), leaf)
    for parts in range(1, leaves + 1):
        before, after = tree.cut(parts), moved.cut(parts)
        assert after.max() + 1 == parts
        alone = (before == before[leaf]).sum() == 1
        assert ((after == after[leaf]).sum() == 1) == alone
        assert alone or after[leaf] == after[beside]
        assert renumber(before[others]).tolist() == renumber(after[others]).tolist()


@given(st.integers(2, 30), st.integers(0, 10_000))
def test_nodes_meet_where_their_subtrees_join(leaves, seed):
    tree = random_tree(leaves, seed)
    others = np.arange(1, leaves)
    for other, node in zip(others, tree.meeting(0, others), strict=True):
        assert {0, other} <= set(tree.subtree(node).tolist())
        assert all(
            child < leaves or not {0, other} <= set(tree.subtree(child).tolist())
            for child in tree.children[node - leaves]
        )


@given(st.integers(1, 30), st.integers(0, 10_000), st.data())
def test_a_part_is_cut_by_its_own_highest_merges(leaves, seed, data):
    tree = random_tree(leaves, seed)
    part = np.array(data.draw(st.lists(st.integers(0, leaves - 1), min_size=1, unique=True)))
    cuts = [renumber(tree.cut(n)[part]).tolist() for n in range(1, leaves + 1)]
    for pieces in range(1, len(part) + 1):
        found = cut_within(tree, part, pieces)
        assert found.dtype == np.int32
        # The coarsest cut of the whole tree that divides the part into as many.
        assert found.tolist() == next(cut for cut in cuts if max(cut) + 1 == pieces)


@pytest.mark.parametrize("pieces", [0, 4])
def test_too_many_pieces_are_refused_with_the_maximum(pieces):
    with pytest.raises(ValueError, match=r"1\.\.3"):
        cut_within(chain(6), np.array([5, 0, 2]), pieces)


def test_leaves_join_whom_they_are_merged_with_first():
    #        ((0 1) 2) ((3 4) 5)
    children = np.array([[0, 1], [6, 2], [3, 4], [8, 5], [7, 9]], np.int32)
    tree = MergeTree(children, np.linspace(0, 1, 5, dtype=np.float32))

    def joined(one, other):
        found = tree.join_first(np.array(one, np.int64), np.array(other, np.int64))
        return np.flatnonzero(found).tolist()

    assert joined([0], [4]) == [0, 1, 2]
    assert joined([4], [0]) == [3, 4, 5]
    assert joined([0], [2]) == [0, 1], "those that meet both at once are of the other"
    assert joined([0, 3], [1]) == [0, 3, 4, 5]
    assert joined([0], [0, 4]) == [], "a leaf of both is of the other"
    assert joined([0], []) == [0, 1, 2, 3, 4, 5]
    assert joined([], [0]) == []


def test_one_leaf_alone_joins_itself():
    tree = MergeTree(np.zeros((0, 2), np.int32), np.zeros(0, np.float32))
    assert tree.join_first(np.array([0]), np.array([], np.int64)).tolist() == [True]


def test_patches_are_told_below_which_node_they_are():
    #        ((0 1) 2) ((3 4) 5)
    children = np.array([[0, 1], [6, 2], [3, 4], [8, 5], [7, 9]], np.int32)
    tree = MergeTree(children, np.linspace(0, 1, 5, dtype=np.float32))
    assert tree.below([8, 6]).tolist() == [1, 1, -1, 0, 0, -1]
    assert tree.below([5, 7]).tolist() == [1, 1, 1, -1, -1, 0]
    assert tree.below([10]).tolist() == [0] * 6
