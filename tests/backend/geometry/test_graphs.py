# SPDX-License-Identifier: GPL-3.0-or-later
"""Sparse graphs: sums of groups, components, spread from seeds."""

import numpy as np

from backend.geometry.graphs import (
    FEW,
    components,
    extremes,
    filled,
    spread,
    stable_order,
    sums,
    symmetric,
)


def test_sums_of_groups_also_of_empty_ones_and_of_columns():
    group = np.array([0, 2, 2])
    assert sums([1.0, 2.0, 3.0], group, 4).tolist() == [1, 0, 5, 0]
    assert sums([[1, 10], [2, 20], [3, 30]], group, 3).tolist() == [[1, 10], [0, 0], [5, 50]]


def test_extremes_of_groups_also_of_empty_ones_and_spread():
    corners = np.array([[0, 1], [1, 3]])
    least, most = extremes(np.array([[5], [2]]), corners, 4)
    assert least[[0, 1, 3]].tolist() == [5, 2, 2]
    assert most.tolist() == [5, 5, -1, 2]
    assert least[2] > 5


def test_gaps_are_filled_from_around_and_stay_where_nothing_is_near():
    label = np.array([7, -1, -1, -1, 9, -1, -1])  # a row of five, and two apart
    first, second = np.array([0, 1, 2, 3, 5]), np.array([1, 2, 3, 4, 6])
    found = filled(label, first, second)
    assert found[[0, 1, 3, 4, 5, 6]].tolist() == [7, 7, 9, 9, -1, -1]
    assert found[2] in (7, 9)
    assert label.tolist() == [7, -1, -1, -1, 9, -1, -1]


def test_components_are_numbered_by_their_lowest_node():
    found = components(5, np.array([3, 1]), np.array([4, 2]))
    assert found.tolist() == [0, 1, 1, 2, 2]
    assert components(3, np.zeros(0, int), np.zeros(0, int)).tolist() == [0, 1, 2]


def test_small_graphs_have_the_same_components_as_large_ones():
    rng = np.random.default_rng(4)
    for edges in (5, 20, 60):
        first, second = rng.integers(0, FEW, (2, edges))
        many = components(FEW + 1, first, second)  # with one node more it is no longer small
        assert components(FEW, first, second).tolist() == many[:-1].tolist()


def test_parallel_edges_keep_the_least_cost():
    graph = symmetric(2, np.array([0, 1, 0]), np.array([1, 0, 1]), np.array([3.0, 1.0, 2.0]))
    assert graph.toarray().tolist() == [[0, 1], [1, 0]]


def test_spread_gives_each_node_to_its_nearest_seed_and_leaves_islands_alone():
    # 0 - 1 - 2 - 3 with a long last step, and 4 apart.
    graph = symmetric(5, np.array([0, 1, 2]), np.array([1, 2, 3]), np.array([1.0, 1.0, 5.0]))
    distance, owner = spread(graph, np.array([0, 3]))
    assert owner.tolist() == [0, 0, 0, 1, -1]
    assert distance.tolist() == [0, 1, 2, 0, np.inf]


def test_the_order_of_numbers_is_stable_also_of_those_that_leave_no_room_beside_them():
    rng = np.random.default_rng(2)
    for most in (7, 1 << 40, (1 << 63) - 1):
        keys = rng.integers(0, most, 50).repeat(3)
        rng.shuffle(keys)
        assert stable_order(keys).tolist() == np.argsort(keys, kind="stable").tolist()
    assert len(stable_order(np.empty(0, np.int64))) == 0
