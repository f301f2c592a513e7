# SPDX-License-Identifier: GPL-3.0-or-later
"""Coarsening a patch graph: what is conserved, and what is merged first."""

import numpy as np
import pytest
import trimesh

from backend.geometry.graphs import sums
from backend.geometry.patches import cues
from backend.geometry.patches.coarsen import coarsen
from tests.backend.geometry.solids import patches_of


@pytest.fixture(scope="module")
def ball():
    """A ball of 80 patches."""
    return patches_of(trimesh.creation.icosphere(subdivisions=3), 80)


@pytest.fixture(scope="module")
def hemispheres(ball):
    """For each border of the ball, whether it runs between the upper and the lower half."""
    up = ball.centre[:, 2] > 0
    return up, up[ball.pair[:, 0]] != up[ball.pair[:, 1]]


def test_sums_are_conserved(ball):
    coarse = coarsen(ball, np.full(len(ball.pair), 0.5), 20)
    assert coarse.graph.patches == 20
    np.testing.assert_allclose(coarse.graph.moments, sums(ball.moments, coarse.label, 20))
    area = ball.moments[:, cues.AREA]
    np.testing.assert_allclose(
        coarse.graph.centre * coarse.graph.moments[:, cues.AREA : cues.AREA + 1],
        sums(area[:, None] * ball.centre, coarse.label, 20),
        atol=1e-9,
    )


def test_children_make_the_clusters_out_of_the_patches(ball):
    coarse = coarsen(ball, np.full(len(ball.pair), 0.5), 20)
    assert coarse.children.shape == (ball.patches - 20, 2)
    root = np.arange(ball.patches + len(coarse.children))
    for k, row in enumerate(coarse.children):
        assert (row < ball.patches + k).all(), "a child is made before its parent"
        assert (root[row] == row).all(), "a node has one parent"
        root[row] = ball.patches + k
    leaves = np.arange(ball.patches)
    while (root[leaves] != leaves).any():
        leaves = root[leaves]
    np.testing.assert_array_equal(leaves, coarse.node[coarse.label])


def test_borders_are_between_the_clusters_that_touch(ball):
    coarse = coarsen(ball, np.full(len(ball.pair), 0.5), 20)
    label = np.sort(coarse.label[ball.pair], axis=1)
    expected = np.unique(label[label[:, 0] != label[:, 1]], axis=0)
    found = np.sort(coarse.graph.pair, axis=1)
    np.testing.assert_array_equal(np.unique(found, axis=0), expected)
    crossing = label[:, 0] != label[:, 1]
    assert coarse.graph.border[:, cues.LENGTH].sum() == pytest.approx(
        ball.border[crossing, cues.LENGTH].sum()
    )


def test_the_likeliest_neighbours_are_merged(ball, hemispheres):
    up, between = hemispheres
    coarse = coarsen(ball, np.where(between, 0.05, 0.95), 6)
    size = sums(np.ones(ball.patches), coarse.label, 6)
    above = sums(up.astype(float), coarse.label, 6)
    assert ((above == 0) | (above == size)).all(), "no cluster has patches of both halves"
    one, two = (above == size)[coarse.graph.pair].T
    np.testing.assert_allclose(coarse.evidence, np.where(one != two, 0.05, 0.95))


@pytest.mark.parametrize("patches", [2, 6, 30])
def test_marked_borders_are_merged_last(ball, hemispheres, patches):
    up, between = hemispheres
    marked = np.where(between, ball.border[:, cues.LENGTH], 0.0)
    # All the evidence is for merging across the mark.
    coarse = coarsen(ball, np.where(between, 0.99, 0.01), patches, marked)
    above = sums(up.astype(float), coarse.label, patches)
    assert ((above == 0) | (above == sums(np.ones(ball.patches), coarse.label, patches))).all()
    assert coarse.marked.sum() == pytest.approx(marked.sum())


def test_no_mark_is_crossed_while_another_border_is_left(ball):
    # Open are only borders of one patch, to neighbours that do not touch each other: no two of
    # them can be merged in one round.
    touch = np.zeros((ball.patches,) * 2, bool)
    touch[ball.pair[:, 0], ball.pair[:, 1]] = touch[ball.pair[:, 1], ball.pair[:, 0]] = True
    hub = int(touch.sum(axis=1).argmax())
    spokes: list[int] = []
    for patch in np.flatnonzero(touch[hub]):
        if not touch[patch, spokes].any():
            spokes.append(int(patch))
    assert len(spokes) > 1
    open_border = (ball.pair == hub).any(axis=1) & np.isin(ball.pair, spokes).any(axis=1)
    marked = np.where(open_border, 0.0, ball.border[:, cues.LENGTH])
    coarse = coarsen(ball, np.full(len(ball.pair), 0.5), ball.patches - len(spokes), marked)
    assert len(np.unique(coarse.label[[hub, *spokes]])) == 1


def test_nothing_is_merged_where_there_are_few_patches(ball):
    evidence = np.linspace(0, 1, len(ball.pair))
    coarse = coarsen(ball, evidence, 192)
    assert len(coarse.children) == 0
    np.testing.assert_array_equal(coarse.label, np.arange(ball.patches))
    np.testing.assert_allclose(coarse.evidence, evidence)
    np.testing.assert_allclose(coarse.graph.visible, ball.visible, atol=1e-6)


def test_the_same_input_gives_the_same_clusters(ball):
    evidence = np.full(len(ball.pair), 0.5)
    first, second = coarsen(ball, evidence, 20), coarsen(ball, evidence, 20)
    np.testing.assert_array_equal(first.label, second.label)
