# SPDX-License-Identifier: GPL-3.0-or-later
"""Average linkage over neighbours."""

import numpy as np
import pytest
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from backend.training.linkage import average_linkage


def chances(rng, count):
    found = rng.random((count, count))
    found = (found + found.T) / 2
    np.fill_diagonal(found, 1.0)
    return found


def all_pairs(count):
    return np.stack(np.triu_indices(count, 1), axis=1)


def members(children, count):
    """The leaves below each merge."""
    below = [frozenset([k]) for k in range(count)]
    for a, b in children:
        below.append(below[int(a)] | below[int(b)])
    return below[count:]


@pytest.mark.parametrize("seed", range(4))
def test_where_all_are_neighbours_it_is_the_average_linkage_of_scipy(seed):
    count = 24
    chance = chances(np.random.default_rng(seed), count)
    children, strength = average_linkage(chance, np.ones(count), all_pairs(count))
    expected = hierarchy.average(squareform(1 - chance, checks=False))
    np.testing.assert_allclose(strength, 1 - expected[:, 2], atol=1e-6)
    assert members(children, count) == members(expected[:, :2], count)


def test_a_heavy_patch_counts_as_so_many_patches():
    count, rng = 8, np.random.default_rng(1)
    chance = chances(rng, count)
    weight = rng.integers(1, 4, count)
    copies = np.repeat(np.arange(count), weight)
    children, strength = average_linkage(chance, weight.astype(float), all_pairs(count))
    _, expected = average_linkage(
        chance[np.ix_(copies, copies)], np.ones(len(copies)), all_pairs(len(copies))
    )
    # The copies of a patch, whose chance is 1, go together before anything else.
    np.testing.assert_allclose(strength, expected[len(copies) - count :], rtol=1e-6)
    assert members(children, count)[-1] == frozenset(range(count))


def test_only_neighbours_are_merged():
    # A chain whose ends belong together but do not touch.
    count, rng = 12, np.random.default_rng(2)
    chance = chances(rng, count)
    chance[0, -1] = chance[-1, 0] = 1.0
    chain = np.stack([np.arange(count - 1), np.arange(1, count)], axis=1)
    children, _ = average_linkage(chance, np.ones(count), chain)
    for cluster in members(children, count):
        assert max(cluster) - min(cluster) == len(cluster) - 1, "a cluster is a piece of the chain"


def test_strength_is_the_mean_chance_between_the_two():
    count, rng = 15, np.random.default_rng(3)
    chance, weight = chances(rng, count), rng.random(count) + 0.1
    ring = np.stack([np.arange(count), (np.arange(count) + 1) % count], axis=1)
    children, strength = average_linkage(chance, weight, ring)
    below = [frozenset([k]) for k in range(count)] + members(children, count)
    for (a, b), found in zip(children, strength, strict=True):
        one, two = sorted(below[a]), sorted(below[b])
        each = np.outer(weight[one], weight[two])
        mean = (each * chance[np.ix_(one, two)]).sum() / each.sum()
        assert found == pytest.approx(mean, rel=1e-5)


def test_the_arguments_are_left_as_they_are():
    chance, weight = chances(np.random.default_rng(4), 6), np.ones(6)
    before = chance.copy()
    average_linkage(chance, weight, all_pairs(6))
    np.testing.assert_array_equal(chance, before)
    np.testing.assert_array_equal(weight, np.ones(6))


def test_one_patch_has_no_merge():
    children, strength = average_linkage(np.ones((1, 1)), np.ones(1), np.zeros((0, 2), np.int64))
    assert children.shape == (0, 2)
    assert len(strength) == 0


def test_patches_without_weight_are_merged_where_they_belong():
    chance = np.array([[1, 0.2, 0.9], [0.2, 1, 0.1], [0.9, 0.1, 1]])
    with np.errstate(all="raise"):
        children, strength = average_linkage(chance, np.array([1.0, 1.0, 0.0]), all_pairs(3))
    assert members(children, 3)[0] == {0, 2}
    np.testing.assert_allclose(strength, [0.9, 0.2], atol=1e-6)
