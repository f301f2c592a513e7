# SPDX-License-Identifier: GPL-3.0-or-later
"""A labelled training mesh, and what keeps its labels clean."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Ints
from ..geometry import graphs


@dataclass
class LabelledMesh:
    """A closed surface with several plausible part labellings.

    Attributes
    ----------
    vertices : (V, 3) float64.
    faces : (F, 3) int64, closed, manifold, outward.
    labels : one (F,) int32 array for each opinion, 0..K-1 without gaps; each part is connected.
    weights : how usual each opinion is; they sum to one.
    name : the family or the source.
    names : for each opinion, the K names of its parts (pieces of one part share a name).
    """

    vertices: NDArray[np.float64]
    faces: Ints
    labels: list[NDArray[np.int32]]
    weights: list[float]
    name: str = ""
    names: list[list[str]] = field(default_factory=list)


def face_areas(vertices: NDArray[np.float64], faces: Ints) -> NDArray[np.float64]:
    """Area (F,) of each triangle."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    return 0.5 * np.asarray(np.linalg.norm(np.cross(b - a, c - a), axis=1), np.float64)


def face_pairs(faces: Ints) -> tuple[Ints, Ints]:
    """Neighbouring faces (E, 2) of each edge with exactly two faces, and its vertices (E, 2)."""
    edges = np.sort(faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    key = edges[:, 0] * (int(faces.max()) + 1) + edges[:, 1]
    order = np.argsort(key, kind="stable")
    key = key[order]
    same = key[1:] == key[:-1]
    first = np.flatnonzero(same & ~np.r_[False, same[:-1]] & ~np.r_[same[1:], False])
    pairs = np.stack([order[first] // 3, order[first + 1] // 3], 1)
    return pairs, edges[order[first]]


def connected_pieces(count: int, pairs: Ints) -> tuple[int, Ints]:
    """Connected components of `count` nodes joined by `pairs` (E, 2): number and label (count,)."""
    label = graphs.components(count, pairs[:, 0], pairs[:, 1])
    return int(label.max(initial=-1)) + 1, label


def biggest_component(
    vertices: NDArray[np.float64], faces: Ints
) -> tuple[NDArray[np.float64], Ints, float]:
    """The component of largest area without unused vertices, and its share of the area."""
    if len(faces) == 0:
        return vertices, faces, 0.0
    number, label = connected_pieces(len(faces), face_pairs(faces)[0])
    area = np.bincount(label, face_areas(vertices, faces), number)
    best = int(area.argmax())
    share = float(area[best] / max(area.sum(), 1e-30))
    faces = faces[label == best]
    used, inverse = np.unique(faces, return_inverse=True)
    return vertices[used], inverse.reshape(-1, 3).astype(np.int64), share


def clean_labels(
    vertices: NDArray[np.float64],
    faces: Ints,
    labels: NDArray[np.int32],
    min_share: float = 0.003,
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Makes each connected piece of a label a part of its own, and melts those that are too small.

    A piece below `min_share` of the whole area joins the neighbour along its longest border.

    Returns
    -------
    parts : (F,) int32, 0..K-1 without gaps.
    origin : (K,) the label that each part had before.
    """
    area = face_areas(vertices, faces)
    pairs, edges = face_pairs(faces)
    length = np.linalg.norm(vertices[edges[:, 0]] - vertices[edges[:, 1]], axis=1)
    current = np.asarray(labels, np.int64).copy()
    for _ in range(12):
        inner = current[pairs[:, 0]] == current[pairs[:, 1]]
        number, piece = connected_pieces(len(faces), pairs[inner])
        size = np.bincount(piece, area, number)
        small = size < min_share * area.sum()
        if not small.any() or number == 1:
            break
        # The neighbour of each piece along its longest border.
        ab = piece[pairs[~inner]].astype(np.int64)
        key, which = np.unique(
            np.r_[ab[:, 0] * number + ab[:, 1], ab[:, 1] * number + ab[:, 0]], return_inverse=True
        )
        border = np.bincount(which, np.tile(length[~inner], 2))
        order = np.lexsort((border, key // number))
        neighbour = np.full(number, -1)
        neighbour[key[order] // number] = key[order] % number
        # The smallest first: neighbouring crumbs must not swap their labels for ever.
        value = np.zeros(number, np.int64)
        value[piece] = current
        for s in np.flatnonzero(small)[np.argsort(size[small])]:
            if neighbour[s] >= 0:
                value[s] = value[neighbour[s]]
        current = value[piece]
    inner = current[pairs[:, 0]] == current[pairs[:, 1]]
    _, piece = connected_pieces(len(faces), pairs[inner])
    _, first, parts = np.unique(piece, return_index=True, return_inverse=True)
    return parts.astype(np.int32), current[first]
