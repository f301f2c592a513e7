# SPDX-License-Identifier: GPL-3.0-or-later
"""A new part takes the frame of an old one: the side of its seams, up, symmetry plane, size.

Everything here is in a frame with +Y up. Nothing of the neighbours moves.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..engines.base import Offer
from ..geometry.booleans import Mesh
from ..geometry.caps.loops import borders, simple_loops
from ..geometry.graphs import components
from ..geometry.mesh import same_positions
from ..geometry.nearest import NearestFace
from ..geometry.rays import RayScene

SAMPLES = 6000  # points over the object that tell which parts hang together
MOST_POINTS, MOST_FACES = 2000, 20_000  # that are measured exactly where parts touch
NEAR = 0.02  # of the object's size: parts that are nearer touch
OVERLAP = 0.03  # of the part's size: how far it dips into what holds it
LONG, FLAT = 1.8, 0.7  # ratios of extents of what is long, and of what is flat
FADE = 0.2  # of the part's size: how far from its seams it changes freely
STRETCH = 1.4  # most that a part of the same kind is stretched against its own proportions


@dataclass(frozen=True)
class Frame:
    """Where a part is in its object.

    Parameters
    ----------
    low, high : (3,) its box. side : (3,) unit, towards what holds it; None where nothing does.
    anchor : (3,) the middle of the seam. reach : half the seam's width.
    loops : borders that it shares with others, (n, 3) each, in their direction as its faces run.
    axes : (3, 3) rows, principal axes of its surface, the longest first. spread : (3,) extents.
    """

    low: Floats
    high: Floats
    side: Floats | None
    anchor: Floats
    reach: float
    loops: list[Floats]
    axes: Floats
    spread: Floats

    @property
    def centre(self) -> Floats:
        return np.asarray((self.low + self.high) / 2)

    @property
    def disc(self) -> bool:
        """Whether it is an upright disc, as a wheel is, whose middle counts, not its seam."""
        if self.side is None or self.spread[2] > FLAT * self.spread[1]:
            return False
        return bool(self.spread[0] < 1.3 * self.spread[1] and abs(self.axes[2][1]) < 0.7)

    @property
    def size(self) -> float:
        """Largest extent."""
        return float((self.high - self.low).max())


def frame_of(vertices: Floats, faces: Ints, labels: NDArray[np.integer], part: int) -> Frame:
    """The frame of a part of an object."""
    own = np.asarray(labels) == part
    points = vertices[np.unique(faces[own])]
    low, high = points.min(axis=0), points.max(axis=0)
    axes, spread = principal(vertices, faces[own])
    holder = own | _holder(vertices, faces, np.asarray(labels), part)
    loops = _loops(vertices, faces, own)
    held = _loops(vertices, faces[holder], own[holder]) or loops
    side: Floats | None = None
    anchor, reach = np.array([(low + high)[0] / 2, low[1], (low + high)[2] / 2]), 0.0
    touching = None if loops else _touching(vertices, faces[holder], own[holder], low, high)
    size = max(float((high - low).max()), 1e-30)
    if loops:
        anchor, reach = _seam(held, (low + high) / 2)
    elif touching is not None:
        anchor = (touching.min(axis=0) + touching.max(axis=0)) / 2
        reach = float(np.linalg.norm(np.ptp(touching, axis=0)) / 2)
    if loops or touching is not None:
        away = anchor - (low + high) / 2
        if np.linalg.norm(away) < 0.08 * size:  # held all around: towards the middle of the others
            away = vertices[np.unique(faces[~own])].mean(axis=0) - (low + high) / 2
        if np.linalg.norm(away) > 0:
            side = away / np.linalg.norm(away)
    return Frame(low, high, side, anchor, reach, loops, axes, spread)


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
    points = np.concatenate(
        [np.einsum("nc,ncd->nd", weight, corner[chosen]), corner.reshape(-1, 3)]
    )
    of = np.concatenate([number[chosen], np.repeat(number, 3)])
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
    spread = np.ptp(vertices[np.unique(faces)] @ rows.T, axis=0)
    return np.ascontiguousarray(rows), np.asarray(spread)


def _loops(vertices: Floats, faces: Ints, own: NDArray[np.bool_]) -> list[Floats]:
    """The borders of a part with the others, where they share edges."""
    welded = same_positions(vertices)
    found = borders(welded[faces], own.astype(np.int64), len(vertices))
    edges = [
        (int(a), int(b)) if left else (int(b), int(a))
        for (a, b), (left, _) in zip(found.edge, found.part, strict=True)
    ]
    return [vertices[loop] for loop in simple_loops(edges)]


def _touching(
    vertices: Floats, faces: Ints, own: NDArray[np.bool_], low: Floats, high: Floats
) -> Floats | None:
    """(n, 3) places of a part that lie near or within the others; None where it stands alone."""
    size = float(np.ptp(vertices[np.unique(faces)], axis=0).max()) or 1.0
    corner = vertices[faces[~own]]
    near = (
        (corner.max(axis=1) > low - NEAR * size) & (corner.min(axis=1) < high + NEAR * size)
    ).all(axis=1)
    if not near.any():
        return None
    rest, numbers = np.unique(faces[~own][near], return_inverse=True)
    points = vertices[np.unique(faces[own])]
    if len(points) > MOST_POINTS:
        points = points[np.random.default_rng(0).permutation(len(points))[:MOST_POINTS]]
    if len(numbers) <= 3 * MOST_FACES:
        _, gap = NearestFace(vertices[rest] / size, numbers.reshape(-1, 3))(points / size)
    else:  # so fine a surface is its points
        from scipy.spatial import cKDTree

        gap = cKDTree(vertices[rest]).query(points)[0] / size
    touching = (
        points[gap < max(NEAR, 1.2 * float(gap.min()))] if gap.min() < 4 * NEAR else points[:0]
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


@cache
def _poses() -> tuple[Floats, ...]:
    """The 24 turns of a cube, then their mirror images in x."""
    turns = []
    for order in itertools.permutations(range(3)):
        for signs in itertools.product((1.0, -1.0), repeat=3):
            matrix = np.zeros((3, 3))
            matrix[range(3), order] = signs
            if np.linalg.det(matrix) > 0:
                turns.append(matrix)
    return (*turns, *(matrix * [-1, 1, 1] for matrix in turns))


def pose(frame: Frame, offer: Offer) -> Floats:
    """(3, 3) turn, or turn and mirror image, from the frame of the new part to the old one's."""
    vertices, faces = offer.mesh.vertices, offer.mesh.faces
    axes, spread = principal(vertices, faces)
    old = np.log(np.maximum(frame.high - frame.low, 1e-3 * frame.size))
    new = np.log(np.maximum(np.ptp(vertices, axis=0), 1e-3 * float(np.ptp(vertices, axis=0).max())))
    old, new = old - old.mean(), new - new.mean()

    def score(matrix: Floats) -> float:
        value = (1.8 if offer.upright else 0.6) * matrix[1, 1] + 0.3 * matrix[2, 2]
        value -= 0.15 * (np.linalg.det(matrix) < 0)
        value -= 0.35 * min(float(np.abs(old - np.abs(matrix) @ new).mean()), 2.0)
        if frame.side is not None:
            value += 1.0 * float(frame.side @ matrix @ offer.side)
        if long:
            value += 1.5 * abs(float(frame.axes[0] @ matrix @ axes[0]))
        if flat:
            value += 3.0 * abs(float(frame.axes[2] @ matrix @ axes[2]))
        return float(value)

    long = frame.spread[0] > LONG * frame.spread[1] and spread[0] > LONG * spread[1]
    flat = frame.spread[2] < FLAT * frame.spread[1] and spread[2] < FLAT * spread[1]
    best = max(_poses(), key=score)
    if long:
        best = _swung(best @ axes[0], frame.axes[0], 60) @ best
    elif flat:
        best = _swung(best @ axes[2], frame.axes[2], 50) @ best
    return best


def _swung(one: Floats, other: Floats, most: float) -> Floats:
    """The smallest turn (3, 3) of an axis onto another, either way round, of `most` degrees."""
    if one @ other < 0:
        other = -other
    cosine = float(np.clip(one @ other, -1, 1))
    if cosine < np.cos(np.radians(most)) or cosine > 1 - 1e-12:
        return np.eye(3)
    v = np.cross(one, other)
    cross = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + cross + cross @ cross / (1 + cosine)


def placed(
    frame: Frame, offer: Offer, wish: Floats | None = None, *, mirrored: bool = False
) -> tuple[Floats, Ints]:
    """The new part in the old one's place: (V, 3), (F, 3).

    wish : (3,) factors of width, height and depth in the new part's own frame.
    """
    vertices, faces = np.asarray(offer.mesh.vertices, np.float64), offer.mesh.faces
    anchor = offer.anchor
    factor = np.ones(3) if wish is None else wish
    if offer.in_place:
        if mirrored:
            vertices, faces = _mirrored(vertices, faces, frame.centre)
        grown = frame.anchor + (vertices - frame.anchor) * factor
        return vertices + _free(vertices, frame) * (grown - vertices), faces
    turn = pose(frame, offer)
    if mirrored:
        turn = turn * [-1, 1, 1]
    scale = _scale(frame, vertices @ turn.T, offer.alike)
    matrix = scale[:, None] * turn * factor
    if np.linalg.det(matrix) < 0:
        faces = faces[:, ::-1]
    vertices = (vertices - anchor) @ matrix.T
    middle = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
    if frame.side is None:
        foot = np.array([middle[0], vertices[:, 1].min(), middle[2]])
        return vertices + frame.anchor - foot, np.ascontiguousarray(faces)
    side = frame.side
    if not frame.loops and frame.disc:
        return vertices + frame.centre - middle, np.ascontiguousarray(faces)
    vertices = vertices + frame.anchor + OVERLAP * min(frame.size, _extent(vertices)) * side
    if not frame.loops and frame.reach > 0.3 * frame.size:
        # Held on much of its length, as a wheel in its case: as deep as before, and centred.
        middle = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
        across = frame.centre - middle
        vertices = vertices + across - (across @ side) * side
    return vertices, np.ascontiguousarray(faces)


def _extent(vertices: Floats) -> float:
    return float(np.ptp(vertices, axis=0).max())


def _mirrored(vertices: Floats, faces: Ints, centre: Floats) -> Mesh:
    """Mirrored in x about a place."""
    flipped = vertices.copy()
    flipped[:, 0] = 2 * centre[0] - flipped[:, 0]
    return flipped, np.ascontiguousarray(faces[:, ::-1])


def _scale(frame: Frame, turned: Floats, alike: bool) -> Floats:
    """(3,) factors along the object's axes: the same for all unless it is of the same kind.

    The extents that matter are those near the new part's largest: a wheel takes the old diameter,
    whatever its width, a leg the old length.
    """
    new = np.maximum(np.ptp(turned, axis=0), 1e-9)
    ratio = np.maximum(frame.high - frame.low, 1e-3 * frame.size) / new
    old = frame.high - frame.low
    uniform = float(ratio[new > 0.7 * new.max()].min())
    if frame.side is not None:
        along = int(np.abs(frame.side).argmax())
        if old[along] > 0.7 * old.max() and new[along] > 0.95 * new.max():
            uniform = float(ratio[along])  # as long as the old one, from the seam on
    if alike:
        return np.asarray(np.clip(ratio, uniform / STRETCH, uniform * STRETCH))
    return np.full(3, uniform)


def settled(mesh: Mesh, frame: Frame, rest: Mesh) -> Mesh:
    """A part that would float is moved towards what holds it until it dips in."""
    if frame.side is None or frame.loops or frame.disc or not len(rest[1]):
        return mesh
    vertices, faces = mesh
    size = _extent(vertices)
    depth = (vertices - frame.anchor) @ frame.side
    start = vertices[depth > depth.max() - 0.35 * np.ptp(depth)]
    scene = RayScene(*rest, proxy=False)
    ways = np.broadcast_to(frame.side, start.shape)
    gap = np.asarray(scene.distance(start - 0.5 * size * ways, ways), np.float64) - 0.5 * size
    # A ray that begins behind a surface and meets one before the vertex is inside already.
    hit = np.isfinite(gap) & (gap < 0.6 * size)
    if not hit.any() or gap[hit].min() <= 0:
        return mesh
    return vertices + (gap[hit].min() + OVERLAP * size) * frame.side, faces


def varied(mesh: Mesh, frame: Frame, seed: int) -> Mesh:
    """The old part itself, swollen and bent here and there; its seams stay where they are."""
    rng = np.random.default_rng([11, seed])
    vertices, faces = mesh
    unit = (vertices - frame.centre) / frame.size
    moved = unit * rng.uniform(0.85, 1.2, 3)
    for _ in range(4):
        wave = rng.normal(size=3) * rng.uniform(1.5, 4.0)
        amount = rng.normal(size=3) * 0.035
        moved = moved + np.sin(unit @ wave + rng.uniform(0, 2 * np.pi))[:, None] * amount
    return vertices + _free(vertices, frame) * (moved - unit) * frame.size, faces


def _free(vertices: Floats, frame: Frame) -> Floats:
    """(V, 1) how freely vertices may move: not on a seam, wholly at some distance from it."""
    if not frame.loops:
        return np.ones((len(vertices), 1))
    from scipy.spatial import cKDTree

    gap = cKDTree(np.concatenate(frame.loops)).query(vertices)[0][:, None] / frame.size
    share = np.clip(gap / FADE, 0, 1)
    return np.asarray(share**2 * (3 - 2 * share))
