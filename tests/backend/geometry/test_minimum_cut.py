# SPDX-License-Identifier: GPL-3.0-or-later
"""Cheapest cuts, by either library."""

import numpy as np
import pytest

from backend.geometry.minimum_cut import cut_by_scipy, minimum_cut


def random_network(rng, nodes=60, edges=180):
    """Nodes with random edges, some of them twice; some nodes tied to a side or to both."""
    ends = np.sort(rng.integers(0, nodes, (edges, 2)), axis=1)
    one, two = ends[ends[:, 0] != ends[:, 1]].T
    capacity = rng.integers(1, 50, len(one))
    first, second = rng.integers(0, 200, (2, nodes)) * (rng.random((2, nodes)) < 0.15)
    return one, two, capacity, first, second


def cost_of(side, one, two, capacity, first, second):
    across = capacity[side[one] != side[two]].sum()
    return int(across + first[~side].sum() + second[side].sum())


def test_both_ways_to_cut_agree_and_no_change_of_a_node_is_cheaper():
    pytest.importorskip("maxflow", reason="there is not always a wheel of PyMaxflow")
    rng = np.random.default_rng(0)
    for _ in range(30):
        network = random_network(rng)
        side = minimum_cut(*network)
        np.testing.assert_array_equal(side, cut_by_scipy(*network))
        cost = cost_of(side, *network)
        assert cost <= min(network[3].sum(), network[4].sum())
        for node in range(len(side)):
            other = side.copy()
            other[node] ^= True
            assert cost_of(other, *network) >= cost
