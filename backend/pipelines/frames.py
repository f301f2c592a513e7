# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a part is in its object: what holds it and at which seams, its box, axes and contents.

Everything here is in a frame with +Y up.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..geometry.caps.loops import borders, simple_loops
from ..geometry.graphs import components
from ..geometry.mesh import face_vectors, near_box, same_positions, used_by
from ..geometry.nearest import NearestFace
from ..geometry.sampling import points_by_group

MOST_CORNERS = 40_000  # faces whose corners tell the same, beside those of small parts
SAMPLES = 6000  # points over the object that tell which parts hang together
MOST_POINTS, MOST_FACES = 1200, 6000  # that are measured exactly where parts touch
NEAR = 0.02  # of the object's size: parts that are nearer touch
STANDING = 4.0  # what stands on the ground holds rather than others, unless those are larger
FOOT = 0.2  # of the width of what stands on it
FACING = 0.6  # cosine: a side that is up
LONG, FLAT = 1.8, 0.7  # ratios of extents of what is long, and of what is flat


@dataclass(frozen=True)
class Spindle:
    """An axis (3,) of unit length about which a surface is round, square or the like.

    wide : whether one end is clearly the wider; the axis then points to it.
    """

    axis: Floats
    wide: bool


@dataclass(frozen=True)
class Frame:
    """Where a part is in its object.

    Parameters
    ----------
    low, high : (3,) its box. side : (3,) unit, towards what holds it; None where nothing does.
    anchor : (3,) the middle of the seam. reach : half the seam's width.
    loops : borders that it shares with others, (n, 3) each, in their direction as its faces run.
    axes : (3, 3) rows, principal axes of its surface, the longest first. spread : (3,) extents.
    bulk : (3,) extents of its box without what sticks out thinly, as antennas do.
    spindle : the axis about which it is round, or square; None for none.
    ends : (2, 3) the places where a long part is held at both ends, that of `side` first; or None.
    contents : (n, 3) points of other parts that are wholly inside it, as a bulb is in its shade.
    points : (n, 3) of its surface.
    """

    low: Floats
    high: Floats
    side: Floats | None
    anchor: Floats
    reach: float
    loops: list[Floats]
    axes: Floats
    spread: Floats
    bulk: Floats
    spindle: Spindle | None = None
    ends: Floats | None = None
    contents: Floats = field(default_factory=lambda: np.empty((0, 3)))
    points: Floats = field(default_factory=lambda: np.empty((0, 3)))

    @property
    def centre(self) -> Floats:
        return np.asarray((self.low + self.high) / 2)

    @property
    def disc(self) -> bool:
        """Whether it is an upright disc, as a wheel is, whose middle counts, not its seam."""
        if self.side is None:
            return False
        if self.spindle is not None and abs(self.spindle.axis[1]) < 0.3:
            radial = self.points - np.outer(self.points @ self.spindle.axis, self.spindle.axis)
            wide = float(np.ptp(radial, axis=0).max())
            return bool(np.ptp(self.points @ self.spindle.axis) < 0.95 * wide)
        if self.spread[2] > FLAT * self.spread[1]:
            return False
        return bool(self.spread[0] < 1.3 * self.spread[1] and abs(self.axes[2][1]) < 0.7)

    def end(self, way: Floats) -> float:
        """How far its surface reaches in a direction (3,)."""
        return float((self.points @ way).max())

    @property
    def size(self) -> float:
        """Largest extent."""
        return float((self.high - self.low).max())


def frame_of(vertices: Floats, faces: Ints, labels: NDArray[np.integer], part: int) -> Frame:
    """The frame of a part of an object."""
    own = np.asarray(labels) == part
    points = vertices[used_by(faces[own])]
    low, high = points.min(axis=0), points.max(axis=0)
    axes, spread = principal(vertices, faces[own])
    holder = own | _holder(vertices, faces, np.asarray(labels), part)
    corners = same_positions(vertices)[faces]
    loops = _loops(vertices, corners, own)
    held = (_loops(vertices, corners[holder], own[holder]) if loops else None) or loops
    side: Floats | None = None
    anchor, reach = np.array([(low + high)[0] / 2, low[1], (low + high)[2] / 2]), 0.0
    touching = None if loops else _touching(vertices, faces[holder], own[holder], low, high)
    size = max(float((high - low).max()), 1e-30)
    places = np.concatenate(loops) if loops else touching
    if not loops and touching is not None and spread[0] > LONG * spread[1]:
        # Its ends may be well inside of what holds them.
        places = _touching(vertices, faces, own, low, high, 0.1 * float(spread[0]))
    if loops:
        anchor, reach = _seam(held, (low + high) / 2)
    elif touching is not None:
        anchor = (touching.min(axis=0) + touching.max(axis=0)) / 2
        reach = float(np.linalg.norm(np.ptp(touching, axis=0)) / 2)
    if loops or touching is not None:
        away = anchor - (low + high) / 2
        if np.linalg.norm(away) < 0.08 * size:  # held all around: towards the middle of the others
            away = vertices[used_by(faces[~own])].mean(axis=0) - (low + high) / 2
        if np.linalg.norm(away) > 0:
            side = away / np.linalg.norm(away)
    samples = sampled(vertices, faces[own])
    if not loops and side is not None and side[1] > FACING and _is_foot(vertices, faces, own):
        side, anchor, reach = _on_ground(samples)
    ends = None
    if side is not None and places is not None and spread[0] > LONG * spread[1]:
        held_at = np.array([loop.mean(axis=0) for loop in loops]) if loops else places
        ends = _ends(held_at, axes[0], (low + high) / 2, float(spread[0]), anchor)
    return Frame(
        low, high, side, anchor, reach, loops, axes, spread, bulk(samples), spindle(samples), ends,
        _contents(vertices, faces, labels, part, samples), samples,
    )  # fmt: skip


def _is_foot(vertices: Floats, faces: Ints, own: NDArray[np.bool_]) -> bool:
    """Whether a part alone stands on the ground, wide enough to carry all others."""
    points, rest = vertices[used_by(faces[own])], vertices[used_by(faces[~own])]
    tall = float(np.ptp(points[:, 1]))
    foot = points[points[:, 1] < points[:, 1].min() + 0.05 * tall]
    wide = float(np.ptp(foot[:, [0, 2]], axis=0).max())
    below = len(rest) > 0 and points[:, 1].min() < rest[:, 1].min() - NEAR * tall
    return bool(below and wide > FOOT * np.ptp(rest[:, [0, 2]], axis=0).max())


def _on_ground(points: Floats) -> tuple[Floats, Floats, float]:
    """Side, anchor and reach of what stands on the ground, by points (n, 3) of its surface."""
    low, high = float(points[:, 1].min()), float(points[:, 1].max())
    foot = points[points[:, 1] < low + NEAR * (high - low) + 1e-12]
    middle = (foot.min(axis=0) + foot.max(axis=0)) / 2
    middle[1] = low
    return np.array([0.0, -1.0, 0.0]), middle, float(np.ptp(foot[:, [0, 2]], axis=0).max() / 2)


def sampled(vertices: Floats, faces: Ints, count: int = 2000) -> Floats:
    """(count, 3) places on a surface, as dense everywhere; the same each time."""
    area = face_vectors(vertices, faces)[1]
    group = np.zeros(len(faces), np.int64)
    rng = np.random.default_rng(5)
    return points_by_group(vertices, faces, area, group, count, rng)[0][0]


def bulk(points: Floats) -> Floats:
    """(3,) extents of a surface; where a thirtieth of it at an end sticks far out, without that."""
    low, high = np.quantile(points, [0.03, 0.97], axis=0)
    whole = np.maximum(np.ptp(points, axis=0), 1e-3 * float(np.ptp(points, axis=0).max()))
    return np.asarray(np.where(high - low < 0.8 * whole, high - low, whole))


def spindle(points: Floats) -> Spindle | None:
    """The axis about which the surface (n, 3) is round, square or the like; None for none, or for
    a ball and a cube, which have several."""
    centre = points.mean(axis=0)
    away = points - centre
    spread, axes = np.linalg.eigh(away.T @ away / len(points))
    found = []
    for k in range(3):
        along = away @ axes[:, k]
        across = away @ np.delete(axes, k, axis=1)
        other = np.delete(spread, k)
        if other[0] < 0.72 * other[1]:
            continue
        radius = np.linalg.norm(across, axis=1)
        width = float(radius.mean())
        part = np.clip(
            (5 * (along - along.min()) / max(float(np.ptp(along)), 1e-30)).astype(int), 0, 4
        )
        straight = all(
            np.linalg.norm(across[part == b].mean(axis=0)) < 0.22 * width
            for b in range(5)
            if (part == b).sum() > 20
        )
        turning = np.exp(3j * np.arctan2(across[:, 1], across[:, 0])) * radius
        if straight and abs(turning.mean()) < 0.12 * width:
            ends = [
                float(np.quantile(radius[near], 0.9))
                for near in (along <= np.quantile(along, 0.15), along >= np.quantile(along, 0.85))
            ]
            found.append((other[0] / other[1], axes[:, k], ends))
    if not found or len(found) == 3:
        return None
    _, axis, (first, last) = max(found, key=lambda one: one[0])
    if first > last:
        axis, first, last = -axis, last, first
    best = int(np.abs(axis).argmax())
    if abs(axis[best]) > np.cos(np.radians(4)):  # nearer than can be told from samples
        axis = np.eye(3)[best] * np.sign(axis[best])
    return Spindle(np.asarray(axis), bool(last > 1.18 * first))


def _ends(
    places: Floats, axis: Floats, centre: Floats, length: float, anchor: Floats
) -> Floats | None:
    """(2, 3) the middles of what touches at both ends of a long part; None for one end alone."""
    along = (places - centre) @ axis / length
    ends = [places[along < -0.25], places[along > 0.25]]
    if min(map(len, ends)) == 0:
        return None
    middle = [(end.min(axis=0) + end.max(axis=0)) / 2 for end in ends]
    middle.sort(key=lambda place: float(np.linalg.norm(place - anchor)))
    return np.array(middle)


def _contents(
    vertices: Floats, faces: Ints, labels: NDArray[np.integer], part: int, points: Floats
) -> Floats:
    """(n, 3) vertices of parts that lie wholly inside the convex hull of a part."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.02 * (high - low)
    inside = (vertices > low - margin).all(axis=1) & (vertices < high + margin).all(axis=1)
    names, number = np.unique(labels, return_inverse=True)
    whole = np.ones(len(names), bool)
    whole[number[~inside[faces].all(axis=1)]] = False
    whole[names == part] = False
    if not whole.any():
        return np.empty((0, 3))
    from scipy.spatial import ConvexHull, QhullError

    try:
        hull = ConvexHull(points)
    except QhullError:  # the part is flat
        return np.empty((0, 3))
    found = [np.empty((0, 3))]
    slack = 0.03 * float((high - low).max())
    for name in names[whole]:
        own = vertices[used_by(faces[labels == name])]
        own = own[:: 1 + len(own) // 200]
        if (own @ hull.equations[:, :3].T + hull.equations[:, 3] < slack).all():
            found.append(own)
    return np.concatenate(found)


def _holder(
    vertices: Floats, faces: Ints, labels: NDArray[np.integer], part: int
) -> NDArray[np.bool_]:
    """Which faces (F,) are of what holds a part: the most that hangs together without it.

    Parts with points in one cell of a coarse grid hang together. A head is held by the body, not by
    its hat.
    """
    names, number = np.unique(labels, return_inverse=True)
    corner = vertices[faces]
    away = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    size = np.linalg.norm(away, axis=1)
    rng = np.random.default_rng(0)
    chosen = np.searchsorted(np.cumsum(size), rng.random(SAMPLES) * size.sum())
    chosen = np.minimum(chosen, len(faces) - 1)
    weight = rng.dirichlet(np.ones(3), SAMPLES)
    # Of fine surfaces not every corner is needed, but of small parts.
    few = np.bincount(number, minlength=len(names))[number] < 500
    rows = np.flatnonzero(few | (np.arange(len(faces)) % (1 + len(faces) // MOST_CORNERS) == 0))
    points = np.concatenate(
        [np.einsum("nc,ncd->nd", weight, corner[chosen]), corner[rows].reshape(-1, 3)]
    )
    of = np.concatenate([number[chosen], np.repeat(number[rows], 3)])
    cell = np.floor(
        (points - points.min(axis=0)) / (2 * NEAR * np.ptp(points, axis=0).max())
    ).astype(np.int64)
    cells = np.unique((cell @ [1, 1 << 20, 1 << 40]) * len(names) + of)
    where, whose = np.divmod(cells, len(names))
    meet = np.zeros((len(names), len(names)), bool)
    for step in range(1, min(len(names), 6)):
        same = where[step:] == where[:-step]
        meet[whose[:-step][same], whose[step:][same]] = True
    meet |= meet.T
    own = int(np.searchsorted(names, part))
    beside = meet[own].copy()
    meet[own] = meet[:, own] = False
    first, second = np.nonzero(np.triu(meet, 1))
    group = components(len(names), first, second)
    area = np.bincount(group[number], size, len(names))
    touching = np.isin(np.arange(len(names)), group[beside & (np.arange(len(names)) != own)])
    if not touching.any():
        return np.asarray(labels != part)
    lowest = np.full(len(names), np.inf)
    np.minimum.at(lowest, group[of], points[:, 1])  # a head is held by what stands, not by its hat
    stands = lowest < points[:, 1].min() + NEAR * float(np.ptp(points[:, 1]))
    area = np.where(stands, STANDING * area, area)
    best = int(np.where(touching, area, -1.0).argmax())
    return np.asarray((group[number] == best) & (labels != part))


def principal(vertices: Floats, faces: Ints) -> tuple[Floats, Floats]:
    """(3, 3) principal axes in rows, the longest first, and the extents (3,) along them."""
    corner = vertices[faces]
    area = np.linalg.norm(
        np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1
    )
    centre = corner.mean(axis=1)
    weight = area / max(float(area.sum()), 1e-300)
    away = centre - weight @ centre
    _, axes = np.linalg.eigh((away * weight[:, None]).T @ away)
    rows = axes.T[::-1]
    spread = np.ptp(vertices[used_by(faces)] @ rows.T, axis=0)
    return np.ascontiguousarray(rows), np.asarray(spread)


def _loops(vertices: Floats, corners: Ints, own: NDArray[np.bool_]) -> list[Floats]:
    """The borders of a part with the others, where they share edges.

    corners : (F, 3) welded vertex numbers.
    """
    near = near_box(vertices, corners, *_grown(vertices, corners[own]))  # the others share no edge
    found = borders(corners[near], own[near].astype(np.int64), len(vertices))
    edges = [
        (int(a), int(b)) if left else (int(b), int(a))
        for (a, b), (left, _) in zip(found.edge, found.part, strict=True)
    ]
    return [vertices[loop] for loop in simple_loops(edges)]


def _grown(vertices: Floats, corners: Ints) -> tuple[Floats, Floats]:
    """The box of a surface, a little larger."""
    points = vertices[used_by(corners)]
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.01 * max(float((high - low).max()), 1e-30)
    return low - margin, high + margin


def _touching(
    vertices: Floats,
    faces: Ints,
    own: NDArray[np.bool_],
    low: Floats,
    high: Floats,
    near_enough: float = 0.0,
) -> Floats | None:
    """(n, 3) places of a part that lie near the others; None where it stands alone.

    near_enough : a distance within which they count, whatever is nearer.
    """
    size = float(np.ptp(vertices[used_by(faces)], axis=0).max()) or 1.0
    near = near_box(vertices, faces[~own], low - NEAR * size, high + NEAR * size)
    if not near.any():
        return None
    rest, beside = used_by(faces[~own][near]), faces[~own][near]
    points = vertices[used_by(faces[own])]
    if len(points) > MOST_POINTS:
        points = points[np.random.default_rng(0).permutation(len(points))[:MOST_POINTS]]
    if len(beside) <= MOST_FACES:
        _, gap = NearestFace(vertices / size, beside)(points / size)
    else:  # so fine a surface is its points
        from scipy.spatial import cKDTree

        gap = cKDTree(vertices[rest]).query(points)[0] / size
    touching = (
        points[gap < max(NEAR, 1.2 * float(gap.min()), near_enough / size)]
        if gap.min() < 4 * NEAR
        else points[:0]
    )
    return touching if len(touching) else None


def _seam(loops: list[Floats], centre: Floats) -> tuple[Floats, float]:
    """Middle and half width of the seams on the side of the longest."""
    length = np.array([np.linalg.norm(np.roll(p, -1, axis=0) - p, axis=1).sum() for p in loops])
    middle = np.array([p.mean(axis=0) for p in loops])
    main = middle[length.argmax()] - centre
    beside = (middle - centre) @ main > 0.5 * (main @ main)
    beside[length.argmax()] = True
    points = np.concatenate([p for p, with_it in zip(loops, beside, strict=True) if with_it])
    anchor = (length[beside] @ middle[beside]) / length[beside].sum()
    return anchor, float(np.linalg.norm(points - anchor, axis=1).mean())
