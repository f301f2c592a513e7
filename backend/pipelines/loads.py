# SPDX-License-Identifier: GPL-3.0-or-later
"""What a part carries: others that stand on it, lie in it or hang on it, and move for nobody.

The new part rises or sinks to what stood on the old one, and widens below it; what it does not
reach is told. Everything here is in a frame with +Y up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..geometry.booleans import Mesh
from ..geometry.mesh import near_box, used_by
from ..geometry.nearest import NearestFace
from ..geometry.rays import RayScene
from .frames import Frame, sampled

NEAR = 0.02  # of the size: what is nearer touches
CLOUD, MOST_ASKED, MOST_PLACES = 6000, 600, 120
DIP = 0.01  # of the size: how far what stands on the new part sinks in
SHALLOW, STEEP = 0.45, 2.2  # factors of height within which a part is fitted to what it carries
WIDTHS = (1.0, 1.15, 1.3, 1.5)
COVERED = 0.6  # share of the places below what stands on it that a part is to reach
ABOVE = 0.35  # of the height: what touches a part higher, from above, stands on it


@dataclass(frozen=True)
class Load:
    """What the old part carried. of : which part. places : (n, 3) where they touch.

    stands : whether it is on top.
    """

    of: int
    places: Floats
    stands: bool


def loads_of(
    vertices: Floats, faces: Ints, labels: NDArray[np.integer], part: int, frame: Frame
) -> list[Load]:
    """All that touches a part, but for what holds it from its own side, or from below."""
    size, tall = frame.size, float(frame.high[1] - frame.low[1])
    low, high = frame.low - NEAR * size, frame.high + NEAR * size
    own = labels == part
    near = ~own & near_box(vertices, faces, low, high)
    if not near.any() or np.isin(-2, labels):
        return []
    rows = np.flatnonzero(near)
    gap_to = _gaps(vertices, faces[own])
    found = []
    for label in np.unique(labels[rows]).tolist():
        chosen = faces[rows[labels[rows] == label]]
        cloud = np.concatenate([sampled(vertices, chosen, 800), vertices[used_by(chosen)]])
        cloud = cloud[((cloud > low) & (cloud < high)).all(axis=1)]
        cloud = cloud[:: 1 + len(cloud) // MOST_ASKED]
        if not len(cloud):
            continue
        places = cloud[gap_to(cloud) < NEAR * size]
        if not len(places):
            continue
        whole = vertices[used_by(faces[labels == label])]
        lowest, highest = whole.min(axis=0), whole.max(axis=0)
        middle = (lowest + highest) / 2
        at = places.mean(axis=0)
        if frame.side is not None and (at - frame.centre) @ frame.side > 0.3 * size / 2:
            continue  # it is on the side of what holds the part
        if lowest[1] < frame.low[1] - NEAR * size and at[1] < frame.centre[1]:
            continue  # it is below
        stands = middle[1] > at[1] > frame.low[1] + ABOVE * tall
        places = places[:: 1 + len(places) // MOST_PLACES]
        if frame.loops:  # seams are welded anyway
            seam = np.concatenate(frame.loops)
            seam = seam[:: 1 + len(seam) // 400]
            away = np.linalg.norm(places[:, None] - seam, axis=2).min(axis=1)
            places = places[away > 2 * NEAR * size]
        if stands and len(places):
            below = np.abs(_top(places, (vertices, faces[own])) - places[:, 1]) < 2 * NEAR * size
            places, stands = (places[below], True) if below.any() else (places, False)
        if len(places):
            found.append(Load(label, places, bool(stands)))
    return found


def _gaps(vertices: Floats, faces: Ints) -> Callable[[Floats], Floats]:
    """How far places (n, 3) are from a surface; a fine one is its vertices."""
    if len(faces) < CLOUD:
        nearest = NearestFace(vertices, faces)
        return lambda places: nearest(places)[1]
    from scipy.spatial import cKDTree

    tree = cKDTree(vertices[used_by(faces)])
    return lambda places: np.asarray(tree.query(places)[0])


def carrying(mesh: Mesh, frame: Frame, loads: Sequence[Load]) -> Mesh:
    """The part as high as what stands on it needs, and as wide, about where it is held."""
    standing = [load.places for load in loads if load.stands]
    if not standing or (frame.side is not None and frame.side[1] > -0.5):
        return mesh
    places = np.concatenate(standing)
    vertices, faces = mesh
    foot = np.array([frame.centre[0], vertices[:, 1].min(), frame.centre[2]])
    low = vertices[:, 1].min() + 0.05 * float(np.ptp(vertices[:, 1]))
    best: tuple[float, Mesh] | None = None
    for width in WIDTHS:
        wider = foot + (vertices - foot) * [width, 1, width]
        top = _top(places, (wider, faces))
        met = np.isfinite(top) & (top > low)
        share = float(met.mean())
        if met.any() and (best is None or share > best[0] + 0.05):
            wanted = (places[met, 1] + DIP * frame.size - foot[1]) / (top[met] - foot[1])
            tall = float(np.clip(np.quantile(wanted, 0.02), SHALLOW, STEEP))
            best = share, (foot + (wider - foot) * [1, tall, 1], faces)
        if share > COVERED:
            break
    return mesh if best is None else best[1]


def _top(places: Floats, mesh: Mesh) -> Floats:
    """(n,) height of a mesh above or below places (n, 3); inf for none."""
    start = places.copy()
    start[:, 1] = mesh[0][:, 1].max() + 1.0
    down = np.broadcast_to([0.0, -1.0, 0.0], start.shape)
    gap = np.asarray(RayScene(*mesh, proxy=False).distance(start, down), np.float64)
    return np.asarray(np.where(np.isfinite(gap), start[:, 1] - gap, np.inf))


def floating(mesh: Mesh, frame: Frame, loads: Sequence[Load]) -> list[int]:
    """The parts that touched the old part, and nowhere touch the new one."""
    if not loads:
        return []
    nearest = NearestFace(mesh[0] / frame.size, mesh[1])
    return [load.of for load in loads if nearest(load.places / frame.size)[1].min() > 1.5 * NEAR]
