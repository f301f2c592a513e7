# SPDX-License-Identifier: GPL-3.0-or-later
"""Cracks: hairlines along which a solid's faces miss each other by a rounding error.

Programs that turn a profile around an axis, or bake a transform, write the two sides of a seam with
positions that differ in their last bits. Such a surface is closed for everyone but a computer.
"""

from __future__ import annotations

import numpy as np

from ...contract.arrays import Floats, Ints
from ..mesh import one_way_edges, used_by
from .fill import AHEAD, smallest_area
from .loops import simple_loops

HAIR = 1e-6  # of the object's size, within which the sides of a crack are


def without_cracks(vertices: Floats, faces: Ints, welded: Ints) -> Ints:
    """`welded` (V,), and of the vertices of open edges those together that a hair parts.

    vertices : (V,3). faces : (F,3). welded : a vertex at the same position, its own number or a
    lower one. What is no end of an open edge stays as it is.
    """
    open_edges = one_way_edges(_whole(welded[faces]))
    ends = np.unique(open_edges)
    if len(ends) < 2:
        return welded
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    size = float(np.ptp(vertices[welded[used_by(faces)]], axis=0).max())
    pairs = cKDTree(vertices[ends]).query_pairs(HAIR * size, output_type="ndarray")
    if len(pairs) == 0:
        return welded
    shape = (len(ends), len(ends))
    near = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=shape)
    group = connected_components(near, directed=False)[1]
    lowest = np.full(int(group.max()) + 1, len(vertices))
    np.minimum.at(lowest, group, ends)
    one = np.arange(len(vertices))
    one[ends] = lowest[group]
    return one[welded]


def stitched(vertices: Floats, faces: Ints, added: Ints, joined: Ints) -> Ints:
    """New faces of a part, and the slivers that join them with it across cracks.

    vertices : (V+M,3) of the mesh, then new ones. faces : (n,3) of the part; added : (m,3) its new
    ones. joined : (V,) as `without_cracks` gives it.
    """
    everything = np.append(joined, np.arange(len(joined), len(vertices)))
    return np.concatenate([added, _stitches(vertices, np.concatenate([faces, added]), everything)])


def _stitches(vertices: Floats, faces: Ints, joined: Ints) -> Ints:
    """Slivers (n,3) that close the cracks between a part's faces, all that it has.

    vertices : (V,3). faces : (f,3), welded but for cracks. joined : (V,), as `without_cracks`
    gives it.
    They are as thin as the crack, but every edge along it then has two faces.
    """
    faces = _whole(faces)
    back = one_way_edges(faces)[:, ::-1]
    side = joined[back]
    if not (side != back).any():
        return np.empty((0, 3), np.int64)
    # Each edge, and the one across the crack, with the rungs between their ends.
    one, two = (np.lexsort(side.T[::way]) for way in (-1, 1))
    key = (side[one, 0] << 31) | side[one, 1]
    across = (side[two, 1] << 31) | side[two, 0]
    there, here = _paired(across, key)
    first, second = one[here], two[there]
    once = (side[first, 0] < side[first, 1]) & (back[first] != back[second][:, ::-1]).any(axis=1)
    (a, b), (c, d) = back[first[once]].T, back[second[once]].T
    made = _whole(np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)]))
    # Where more than two sides meet their rungs go around.
    rest = one_way_edges(_whole(np.concatenate([faces, made])))[:, ::-1]
    rest = rest[joined[rest[:, 0]] == joined[rest[:, 1]]]
    none = np.empty(0, np.int64)
    rings = [np.array(loop, np.int64) for loop in simple_loops(map(tuple, rest.tolist()))]
    return np.concatenate([made, *(smallest_area(vertices, ring, none) for ring in rings)])


def _paired(first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """Rows of two sorted lists with equal numbers, the n-th of one with the n-th of the other."""
    nth = [np.arange(len(one)) - np.searchsorted(one, one) for one in (first, second)]
    row = np.searchsorted(second, first) + nth[0]
    fits = row < len(second)
    fits[fits] = second[row[fits]] == first[fits]
    return np.nonzero(fits)[0], row[fits]


def _whole(faces: Ints) -> Ints:
    return faces[(faces != faces[:, AHEAD]).all(axis=1)]
