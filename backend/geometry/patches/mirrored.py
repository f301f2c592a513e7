# SPDX-License-Identifier: GPL-3.0-or-later
"""Patches that mirror each other, on a surface that mirrors itself.

The patches of one half are reflected onto the other; those that reach across the line between the
halves mirror themselves. Whatever is measured on a patch is then measured twice, and whatever is
decided for it can be decided for both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...contract.arrays import Bools, Floats, Ints
from ..graphs import components, filled, sums
from ..mesh import FaceGraph
from ..mirrors import Mirror
from .superfaces import LARGE_ISLANDS

SLIVER = 0.4  # of the mean patch: what of a patch lies on the wrong side of the line goes to others
STRAY = 1.0  # of the mean patch: so much without a mirror image goes to patches around it


@dataclass(frozen=True)
class Mirrored:
    """Patches and which mirrors which.

    Parameters
    ----------
    patch : (F,) int64 patch of each face, 0..P-1 without gaps.
    partner : (P,) int64, the patch that mirrors each, itself across the line, -1 where none does.
    left : (P,) bool, patches of the half from which they were reflected, with those across the
        line; False where nothing mirrors a patch.
    """

    patch: Ints
    partner: Ints
    left: Bools


def mirrored_patches(graph: FaceGraph, patch: Ints, mirror: Mirror) -> Mirrored | None:
    """Patches (F,) 0..P-1 that mirror each other as the surface does; None on too many islands.

    graph : the mesh, open where no patch may pass.
    """
    if graph.islands > LARGE_ISLANDS:  # where patches gather islands instead of dividing them
        return None
    mean = float(graph.area.sum()) / (int(patch.max()) + 1)
    image, known = mirror.face, mirror.face >= 0
    left = known & mirror.left
    right = known & ~left
    right[right] = left[image[right]]
    label = _of_left(graph, patch, left, right, mean)
    labels = int(label.max()) + 1
    across = _across(graph, patch, label, image, right)
    number = label[image[right]]
    label[right] = np.where(across[number], number, number + labels)
    label = np.where(left | right, label, _without_image(graph, patch, left | right, mean, labels))
    label = filled(_largest_pieces(graph, label), graph.first, graph.second)
    lost = label < 0
    label[lost] = 2 * labels + patch[lost]
    values, patch = np.unique(label, return_inverse=True)
    wanted = np.where(values < labels, values + labels, values - labels)
    wanted = np.where(np.isin(values, np.flatnonzero(across)), values, wanted)
    wanted = np.where(values < 2 * labels, wanted, -1)
    at = np.minimum(np.searchsorted(values, wanted), len(values) - 1)
    partner = np.where(values[at] == wanted, at, -1)
    return Mirrored(patch.reshape(-1).astype(np.int64), partner, (values < labels) & (partner >= 0))


def _of_left(graph: FaceGraph, patch: Ints, left: Bools, right: Bools, mean: float) -> Ints:
    """Patches of the left half in connected pieces, none of them a sliver: (F,), -1 elsewhere."""
    count = int(patch.max()) + 1
    here = sums(graph.area * left, patch, count)
    cut = (here > 0) & (sums(graph.area * right, patch, count) > 0)
    sliver = cut & (2 * here < SLIVER * mean)
    one, two = graph.first, graph.second
    inside = left[one] & left[two]
    label = np.where(left & ~sliver[patch], patch, -1)
    label = filled(label, one[inside], two[inside])
    label = np.where(left & (label < 0), patch, label)
    same = inside & (label[one] == label[two]) & cut[label[one]]
    piece = components(len(label), one[same], two[same])
    key = np.where(cut[label], piece, 0) + label * len(label)
    label[left] = np.unique(key[left], return_inverse=True)[1].reshape(-1)
    return label


def _across(graph: FaceGraph, patch: Ints, label: Ints, image: Ints, right: Bools) -> Bools:
    """Which labels are of patches that reach across the line to their own mirror image: (L,)."""
    across = np.zeros(int(label.max()) + 1, dtype=bool)
    across[label[(image == np.arange(len(image))) & (label >= 0)]] = True
    for one, two in ((graph.first, graph.second), (graph.second, graph.first)):
        over = (label[one] >= 0) & right[two] & (patch[one] == patch[two])
        one, two = one[over], two[over]
        across[label[one[label[one] == label[image[two]]]]] = True
    return across


def _without_image(
    graph: FaceGraph, patch: Ints, mirrored: Bools, mean: float, labels: int
) -> Ints:
    """Labels (F,) for faces without a mirror image: beyond all others, -1 in small gaps."""
    one, two = graph.first, graph.second
    gap = ~mirrored
    inside = gap[one] & gap[two]
    piece = components(len(patch), one[inside], two[inside])
    small = sums(graph.area * gap, piece, int(piece.max()) + 1) < STRAY * mean
    return np.where(small[piece], -1, 2 * labels + patch)


def _largest_pieces(graph: FaceGraph, label: Ints) -> Ints:
    """Labels (F,) without those of smaller pieces of the same label, which are -1."""
    one, two = graph.first, graph.second
    same = label[one] == label[two]
    piece = components(len(label), one[same], two[same])
    _, face = np.unique(piece, return_index=True)
    area: Floats = sums(graph.area + 1e-15, piece, len(face))
    order = np.lexsort((-area, label[face]))
    crumb = np.ones(len(face), dtype=bool)
    crumb[order[np.diff(label[face][order], prepend=-2) != 0]] = False
    return np.where(crumb[piece], -1, label)
