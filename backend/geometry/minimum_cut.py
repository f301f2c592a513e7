# SPDX-License-Identifier: GPL-3.0-or-later
"""Minimum cuts of graphs: by PyMaxflow where there is a wheel of it, else by SciPy."""

from __future__ import annotations

import functools

import numpy as np

from ..contract.arrays import Bools, Ints


def minimum_cut(one: Ints, two: Ints, capacity: Ints, first: Ints, second: Ints) -> Bools:
    """Which nodes are on the first side of the cheapest cut: (n,).

    one, two : (E,) the ends of edges, capacity : (E,) their cost, both ways. first, second : (n,)
    what ties each node to either side. Of several cheapest cuts that with the smallest first side.
    """
    cut = cut_by_pymaxflow if has_pymaxflow() else cut_by_scipy
    return cut(one, two, capacity, first, second)


@functools.cache
def has_pymaxflow() -> bool:
    """Whether PyMaxflow can be loaded; it has no wheels for Python 3.14 and some processors."""
    try:
        import maxflow  # noqa: F401
    except ImportError:
        return False
    return True


def cut_by_pymaxflow(one: Ints, two: Ints, capacity: Ints, first: Ints, second: Ints) -> Bools:
    """The cut of `minimum_cut`, by Boykov and Kolmogorov 2004."""
    import maxflow

    graph = maxflow.GraphInt(len(first), len(one))
    node = graph.add_grid_nodes(len(first))
    graph.add_edges(one, two, capacity, capacity)
    # Nodes that neither side needs count to its source: that is the second side here.
    graph.add_grid_tedges(node, second, first)
    graph.maxflow()
    return np.asarray(graph.get_grid_segments(node), dtype=bool)


def cut_by_scipy(one: Ints, two: Ints, capacity: Ints, first: Ints, second: Ints) -> Bools:
    """The same cut from SciPy alone, which takes several times as long."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    count = len(first)
    node = np.arange(count)
    source, sink = np.full(count, count), np.full(count, count + 1)
    rows = np.concatenate([one, two, source, node])
    columns = np.concatenate([two, one, node, sink])
    capacities = np.concatenate([capacity, capacity, first, second]).astype(np.int32)
    network = csr_matrix((capacities, (rows, columns)), shape=(count + 2, count + 2))
    network.sum_duplicates()
    network.eliminate_zeros()
    residual = network - maximum_flow(network, count, count + 1).flow
    residual.data[residual.data < 0] = 0
    residual.eliminate_zeros()
    reached = breadth_first_order(residual, count, directed=True, return_predecessors=False)
    side = np.zeros(count + 2, dtype=bool)
    side[reached] = True
    return side[:count]
