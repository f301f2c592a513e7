# SPDX-License-Identifier: GPL-3.0-or-later
"""Cuts that mirror themselves: trees, borders, counts, and where that is off or cannot be."""

import numpy as np
import pytest

from backend.contract.tree import MergeTree
from backend.geometry.patches.graphcut import BorderCutter
from backend.geometry.patches.superfaces import superfaces
from backend.pipelines import mirrored as mirrored_module
from backend.pipelines.analysis import Hints, analyse
from backend.pipelines.mirrored import _disagreement, carried_tree, mirrored_tree, symmetry
from backend.pipelines.segment import labels
from tests.backend.geometry.solids import arrays, eared, graph_of, images_across_x

# Leaves: head 0 and muzzle 1 across the line, left ear 2 and 3, right ear 4 and 5.
PARTNER = np.array([0, 1, 4, 5, 2, 3])
LEFT = np.array([True, True, True, True, False, False])
TOUCHING = np.array([[0, 1], [0, 2], [2, 3], [0, 4], [4, 5]])
# The left ear is whole before it joins the head, the right one joins in two steps.
LOPSIDED = MergeTree(
    np.array([[2, 3], [0, 4], [7, 5], [6, 8], [1, 9]], np.int32),
    np.array([0.1, 0.2, 0.3, 0.6, 0.8], np.float32),
    3,
)


def parts_of(tree, count):
    """The parts of a cut as sets of leaves."""
    cut = tree.cut(count)
    return {tuple(np.flatnonzero(cut == part).tolist()) for part in range(count)}


def mirrored(parts):
    return {tuple(sorted(PARTNER[list(part)].tolist())) for part in parts}


def test_the_half_that_follows_is_cut_as_the_deciding_one_is():
    tree = mirrored_tree(LOPSIDED, PARTNER, LEFT, TOUCHING)
    assert parts_of(tree, 4) == {(0,), (1,), (2, 3), (4, 5)}
    assert parts_of(tree, 2) == {(0, 2, 3, 4, 5), (1,)}
    other = mirrored_tree(LOPSIDED, PARTNER, LEFT[PARTNER] | (np.arange(6) == PARTNER), TOUCHING)
    assert parts_of(other, 2) == parts_of(tree, 2)
    assert parts_of(other, 4) == {(0, 2, 4), (1,), (3,), (5,)}


def test_counts_differ_by_a_pair_at_most_and_all_others_mirror_themselves():
    tree = mirrored_tree(LOPSIDED, PARTNER, LEFT, TOUCHING)
    whole = [n for n in range(1, 7) if tree.whole(n) == n]
    assert np.diff(whole).max() == 2
    for count in whole:
        assert mirrored(parts_of(tree, count)) == parts_of(tree, count)
    assert tree.natural_parts in whole
    assert (np.diff(tree.height) >= 0).all()
    broken = set(range(1, 7)) - set(whole)
    assert broken, "one of two ears is there without the other"
    for count in broken:
        assert tree.cut(count).max() + 1 == count, "an exact count is exact"


def test_what_has_no_partner_stays_where_it_was():
    # A sword 6 in the right hand.
    children = np.array([[2, 3], [4, 6], [8, 5], [7, 0], [10, 9], [1, 11]], np.int32)
    tree = MergeTree(children, np.linspace(0.1, 0.9, 6, dtype="f4"), 3)
    found = mirrored_tree(
        tree, np.append(PARTNER, -1), np.append(LEFT, False), np.append(TOUCHING, [[4, 6]], axis=0)
    )
    assert sorted(found.children.ravel().tolist()) == list(range(12))
    assert (4, 5, 6) in parts_of(found, 4)
    assert (2, 3) in parts_of(found, 4)


def test_halves_that_touch_only_by_what_joins_later_wait_for_it():
    # The tree joins both ears, by way of half of the head, before the rest of the head.
    tree = MergeTree(
        np.array([[2, 3], [4, 5], [7, 6], [8, 0], [1, 9]], np.int32),
        np.linspace(0.1, 0.9, 5, dtype="f4"),
        4,
    )
    found = mirrored_tree(tree, PARTNER, LEFT, TOUCHING)
    assert parts_of(found, 4) == {(0,), (1,), (2, 3), (4, 5)}
    assert parts_of(found, 2) == {(0, 2, 3, 4, 5), (1,)}


def test_a_tree_is_carried_to_other_leaves_with_its_count():
    # Leaf 1 owns nothing; leaf 3 is in two pieces, 2 and 4 of the new leaves.
    tree = MergeTree(
        np.array([[0, 1], [2, 3], [4, 5]], np.int32), np.array([0.1, 0.6, 0.9], np.float32), 3
    )
    found = carried_tree(tree, np.array([2, 0, 3, 3]))
    assert parts_of(found, 3) == {(0,), (1,), (2, 3)}
    assert parts_of(found, 2) == {(0, 2, 3), (1,)}
    assert found.natural_parts == 3
    assert found.height.tolist() == pytest.approx([0, 0.6, 0.9])


def test_of_a_pair_that_was_judged_half_neither_is_there():
    # Of the natural cut one ear is a part and the other is not.
    tree = LOPSIDED.changed(natural_parts=3)
    found = mirrored_tree(tree, PARTNER, LEFT, TOUCHING)
    assert found.whole(3) == 4
    assert found.natural_parts == 2
    assert mirrored_tree(tree.changed(natural_parts=2), PARTNER, LEFT, TOUCHING).natural_parts == 2


def test_two_halves_that_only_meet_at_the_end_do_so_once():
    tree = MergeTree(
        np.array([[0, 1], [2, 3], [4, 5]], np.int32), np.array([0.1, 0.4, 0.9], np.float32), 2
    )
    found = mirrored_tree(
        tree,
        np.array([2, 3, 0, 1]),
        np.array([True, True, False, False]),
        np.array([[0, 1], [2, 3], [1, 3]]),
    )
    assert found.height.tolist() == pytest.approx([0.1, 0.1, 0.9])
    assert found.paired.tolist() == [False, True, False]
    assert found.natural_parts == 2


@pytest.fixture(scope="module")
def head():
    return eared()


@pytest.fixture(scope="module")
def analysis(head):
    return analyse(*arrays(head), engine="geometric")


def agreement(mesh, part):
    """Share of the faces whose part is that which mirrors the part of their image."""
    image = images_across_x(mesh)
    pairs, count = np.unique(np.stack([part, part[image]], axis=1), axis=0, return_counts=True)
    best = [count[pairs[:, 0] == one].max() for one in np.unique(part)]
    return sum(best) / len(part)


def test_labels_mirror_themselves_at_every_granularity(head, analysis):
    for granularity in np.linspace(0, 1, 9):
        part = labels(analysis, granularity=granularity)
        assert agreement(head, part) > 0.995, f"at {granularity}"
    assert agreement(head, labels(analysis)) > 0.995


def test_without_symmetry_each_half_is_cut_by_itself(head):
    found = analyse(*arrays(head), engine="geometric", symmetric=False)
    assert found.tree.paired is None
    assert min(agreement(head, labels(found, granularity=g)) for g in (0.6, 0.7, 0.8)) < 0.97


def test_an_exact_count_is_exact(analysis):
    for count in range(1, 30):
        assert labels(analysis, parts=count).max() + 1 == count


def test_a_mark_on_one_side_ends_the_symmetry_of_cuts(head):
    vertices, faces = arrays(head)
    ear = (head.triangles_center - [0.9, 0.9, 0]) @ [1, 1, 0] > 0
    found = analyse(vertices, faces, engine="geometric", hints=Hints(groups=ear.astype(np.int64)))
    assert found.tree.paired is None


def test_the_half_with_the_cheaper_borders_decides(head):
    graph = graph_of(head)
    found = symmetry(
        graph,
        graph,
        superfaces(graph, np.random.default_rng(0), 60),
        np.zeros(len(graph.first), bool),
    )
    patch, partner = found.patches.patch, found.patches.partner
    cutter = BorderCutter(graph)
    # One patch of each pair is a part; on one side its border is ragged.
    one = int(np.flatnonzero(found.patches.left & (partner != np.arange(len(partner))))[0])
    two = int(partner[one])
    rest = [leaf for leaf in range(len(partner)) if leaf not in (one, two)]
    order = [*rest, one, two]
    children = [[order[0], order[1]]]
    children += [[len(order) + k, leaf] for k, leaf in enumerate(order[2:])]
    tree = MergeTree(np.array(children, np.int32), np.linspace(0, 1, len(children), dtype="f4"), 3)
    ragged = patch.copy()
    faces = np.flatnonzero(patch == one)
    ragged[faces[::2]] = rest[0]
    cut, _ = found.consistent(cutter, ragged, tree, np.zeros((0, 2), np.int64))
    assert (cut == one).sum() == (cut == two).sum() == (patch == two).sum()


def test_a_patch_that_is_worn_off_in_the_deciding_half_is_gone_and_the_rest_is_mirrored(head):
    graph = graph_of(head)
    grown = superfaces(graph, np.random.default_rng(0), 60)
    found = symmetry(graph, graph, grown, np.zeros(len(graph.first), bool))
    patch, partner = found.patches.patch.copy(), found.patches.partner
    count = len(partner)
    across = np.flatnonzero(partner == np.arange(count))
    one, two = patch[graph.first], patch[graph.second]
    near = np.unique(np.concatenate([two[one == across[0]], one[two == across[0]]]))
    rest = int(np.setdiff1d(near, across)[0])
    chain = [(k + count - 1 if k else 0, k + 1) for k in range(count - 1)]
    tree = MergeTree(np.array(chain, np.int32), np.linspace(0, 1, count - 1, dtype="f4"), 1)
    patch[(patch == across[0]) & found.mirror.left] = rest
    cut, mirroring = found.consistent(BorderCutter(graph), patch, tree, np.zeros((0, 2), np.int64))
    assert mirroring.leaf_count == cut.max() + 1 == count - 1
    assert agreement(head, cut) > 0.99
    for parts in (5, 10, 20):
        assert agreement(head, mirroring.cut(mirroring.whole(parts))[cut]) > 0.99


def test_where_other_parts_would_come_of_it_the_cut_that_was_judged_stays(head, monkeypatch):
    graph = graph_of(head)
    grown = superfaces(graph, np.random.default_rng(0), 20)
    found = symmetry(graph, graph, grown, np.zeros(len(graph.first), bool))
    count = int(grown.max()) + 1
    chain = [(k + count - 1 if k else 0, k + 1) for k in range(count - 1)]
    tree = MergeTree(np.array(chain, np.int32), np.linspace(0.1, 0.9, count - 1, dtype="f4"), 3)
    asked = BorderCutter(graph), grown, tree, np.zeros((0, 2), np.int64)
    monkeypatch.setattr(mirrored_module, "OTHERS", 1.0)
    patch, mirroring = found.placed(*asked)
    off = _disagreement(
        mirroring.cut(mirroring.natural_parts)[patch], tree.cut(3)[grown], graph.area
    )
    assert 0 < off < 1
    monkeypatch.setattr(mirrored_module, "OTHERS", off / 2)
    assert found.placed(*asked) is None
