# SPDX-License-Identifier: GPL-3.0-or-later
"""Open sheets, such as cloth, hair cards and paper: known, and given thickness on request."""

from __future__ import annotations

import numpy as np

from ...contract.arrays import Floats, Ints
from .visible import OpenPart

OPEN = 0.3  # share of a part's open edges that must be open in the source as well
ENCLOSED = 0.75  # winding number just below a surface, above which it encloses something
PROBES = 200


def is_sheet(seen: OpenPart) -> bool:
    """Whether a part is open by itself, and encloses nothing.

    A part of a solid is open only where it meets others. A solid with a small hole is no sheet:
    just below its surface, its winding number is nearly one, and one half below a sheet.
    """
    start, end = seen.open_edges
    if len(start) == 0:
        return False
    length = np.linalg.norm(seen.points[start] - seen.points[end], axis=1)
    of_border = np.zeros(len(start), dtype=bool)
    if seen.loops:
        a, b, _ = seen.edges
        of_border = np.isin((start << 31) | end, (a << 31) | b)
    if length[~of_border].sum() < OPEN * length.sum():
        return False
    return _winding_below(seen) < ENCLOSED


def _winding_below(seen: OpenPart) -> float:
    """Mean winding number of a part a hair below its faces, those of much area more often."""
    corner = seen.points[seen.faces]
    area = np.linalg.norm(
        np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1
    )
    if area.sum() <= 0:
        return 0.0
    at = (np.arange(PROBES) + 0.5) / PROBES * area.sum()
    rows = np.searchsorted(np.cumsum(area), at).clip(max=len(area) - 1)
    size = float(np.ptp(corner.reshape(-1, 3), axis=0).max())
    places = corner[rows].mean(axis=1) - 1e-3 * size * seen.face_normals[rows]
    total = np.zeros(PROBES)
    for first in range(0, len(corner), 20_000):
        a, b, c = np.moveaxis(corner[first : first + 20_000], 1, 0)
        for probe, place in enumerate(places):
            u, v, w = a - place, b - place, c - place
            lu, lv, lw = (np.sqrt(np.einsum("ij,ij->i", x, x)) for x in (u, v, w))
            spat = np.einsum("ij,ij->i", u, np.cross(v, w))
            dots = lu * lv * lw + np.einsum("ij,ij->i", u, v) * lw
            dots += np.einsum("ij,ij->i", v, w) * lu + np.einsum("ij,ij->i", w, u) * lv
            total[probe] += np.arctan2(spat, dots).sum() / (2 * np.pi)
    return float(np.abs(total).mean())


def thickened(seen: OpenPart, thickness: float) -> tuple[Floats, Ints]:
    """New points (m,3) and faces (f,3) that give a sheet a back side and edges.

    The back is a copy, `thickness` behind the sheet. Faces name the object's points, then the new.
    """
    used, inverse = np.unique(seen.faces, return_inverse=True)
    total = np.zeros((len(used), 3))
    for corner in range(3):
        np.add.at(total, inverse.reshape(-1, 3)[:, corner], seen.face_normals)
    total /= np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-300)
    number = np.full(len(seen.points), -1)
    number[used] = len(seen.points) + np.arange(len(used))
    back = number[seen.faces][:, ::-1]
    a, b = seen.open_edges
    walls = [np.stack([b, a, number[a]], axis=1), np.stack([b, number[a], number[b]], axis=1)]
    return seen.points[used] - thickness * total, np.concatenate([back, *walls])
