# SPDX-License-Identifier: GPL-3.0-or-later
"""Other forms of a part itself: tapered, ribbed, faceted, padded, ...; for parts of no known kind.

Each is a map of the part about its own axis. Where others touch the part nothing moves, so that
it fits its place as before. Everything here is in a frame with +Y up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..contract.arrays import Floats, Ints
from ..geometry.booleans import Mesh, simplified
from ..geometry.mesh import (
    face_islands,
    face_vectors,
    is_closed_manifold,
    same_positions,
    shared_edges,
    signed_volume,
)
from .frames import LONG, Frame, Spindle, principal, sampled, spindle
from .reshape import reshaped, smoothed, subdivided

FINE, FINEST_FACES = 0.035, 12_000  # longest edge of what is shaped, of its size; and how many
FADE = 0.2  # of the size: at this distance from what touches it, a part changes freely
FREE = 0.6  # share of a part that shall be free to change; else it changes nearer to its contacts
CREASE = np.cos(np.radians(35.0))  # a sharper edge borders a flat
SLIMMEST = 2.4  # times its width: what is so long is bent, and twisted
HOLE, SECTORS = 0.2, 12  # of the width: a ring's hole; parts of a circle that all have some of it
TOUCHING = 0.012  # of the size: nearer others touch
EVEN = 6  # times that the freedom of neighbours is mixed
OVER = 0.04  # of the surface
REACHED = 0.4  # of its length: a part that is touched beyond that is as long as it must be
FACETS = 90  # faces of a part that is cut roughly
ALONE = 0.02  # of the size: pieces with such gaps between their boxes vary one by one
MOST_PIECES = 60


@dataclass(frozen=True)
class Bar:
    """A piece about its axis.

    rows : its vertices. t : (V,) from 0, where it is held, to 1. across : (V, 2) in half widths.
    half : (3,) its half widths across and half its length. axes : (3, 3) rows, the last along it.
    round : whether its outline across is round. ring : whether nothing is near the axis.
    """

    rows: Ints
    t: Floats
    across: Floats
    half: Floats
    axes: Floats
    round: bool
    ring: bool
    grain: float
    middle: Floats

    def reached(self, places: Floats) -> float:
        """t of the farthest of places (n, 3); 0 for none."""
        along = (places - self.middle) @ self.axes[2] / self.half[2]
        return float((along.max() + 1) / 2) if len(along) else 0.0

    @property
    def flat(self) -> bool:
        return bool(self.half[2] < 0.35 * self.half[:2].max())


Form = Callable[[Bar, np.random.Generator], tuple[Floats, Floats]]
"""New t and across of a bar."""


def _profiled(name: str) -> Form:
    """The outline across grows and shrinks along the axis."""

    def form(bar: Bar, rng: np.random.Generator) -> tuple[Floats, Floats]:
        t = np.clip(bar.t, 0, 1)
        if name == "tapered":
            scale = 1.08 - rng.uniform(0.45, 0.6) * t
        elif name == "flared":
            scale = 0.72 + rng.uniform(0.5, 0.65) * t**1.5
        elif name == "waisted":
            scale = 1.1 - rng.uniform(0.45, 0.58) * np.sin(np.pi * t) ** 1.5
        elif name == "bulging":
            scale = 0.8 + rng.uniform(0.45, 0.55) * np.sin(np.pi * t)
        elif name == "stepped":
            steps = min(int(rng.integers(2, 4)), int(0.2 / bar.grain))
            scale = 1.1 - 0.5 * _stairs(t, steps, 2 * bar.grain) / steps
        elif name == "turned":  # beads and necks, as of a lathe
            knots = min(int(rng.integers(4, 7)), int(0.25 / bar.grain))
            radii = np.concatenate([[1.1], rng.uniform(0.55, 1.2, knots), [1.0]])
            at = t * (knots + 1)
            scale = np.interp(np.floor(at) + _soft(at % 1.0), np.arange(knots + 2), radii)
        else:  # ribbed
            count = min(int(rng.integers(3, 7)), int(0.2 / bar.grain))
            scale = 1.02 - 0.12 * (1 - np.cos(2 * np.pi * count * t))
        if bar.flat:  # what is flat looks the same along its axis: only wider, or smaller
            scale = np.minimum(scale, 1.08)
        return bar.t, bar.across * scale[:, None]

    return form


def _soft(value: Floats) -> Floats:
    return np.asarray(value * value * (3 - 2 * value))


def _stairs(t: Floats, steps: int, rise: float) -> Floats:
    """From 0 to `steps`; each step rises within `rise` of t, for the triangles' sake."""
    at = t * (steps + 1)
    part = np.clip((at % 1.0 - 0.5) / (rise * (steps + 1)) + 0.5, 0, 1)
    return np.clip(np.floor(at) + _soft(part), 0.5, steps + 0.5) - 0.5


def _sized(along: float, across: float) -> Form:
    """Other proportions."""

    def form(bar: Bar, rng: np.random.Generator) -> tuple[Floats, Floats]:
        return bar.t * along, bar.across * across

    return form


def _outlined(corners: int) -> Form:
    """A round outline becomes one with so many sides."""

    def form(bar: Bar, rng: np.random.Generator) -> tuple[Floats, Floats]:
        angle = np.arctan2(bar.across[:, 1], bar.across[:, 0])
        step = 2 * np.pi / corners
        beside = np.abs((angle + (step / 2 if corners == 4 else 0)) % step - step / 2)
        reach = np.cos(np.pi / corners) / np.cos(step / 2 - beside)
        return bar.t, bar.across * (1.14 * reach)[:, None]

    return form


def _fluted(bar: Bar, rng: np.random.Generator) -> tuple[Floats, Floats]:
    count = int(rng.integers(6, 11))
    count = max(3, min(count, int(1.2 * bar.half[:2].min() / (bar.grain * bar.half[2]) / 5)))
    angle = np.arctan2(bar.across[:, 1], bar.across[:, 0])
    wave = np.abs(np.cos(count * angle / 2))
    return bar.t, bar.across * (1.06 - 0.24 * (1 - wave))[:, None]


def _chamfered(bar: Bar, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """The edges of its box are cut off."""
    place = np.column_stack([bar.across, 2 * bar.t - 1]) * bar.half
    cut = rng.uniform(0.45, 0.7) * float(np.sort(bar.half)[1])
    for one, other in ((0, 1), (0, 2), (1, 2)):
        sides = place[:, [one, other]]
        width = min(cut, 1.2 * float(bar.half[[one, other]].min()))
        over = width - (bar.half[[one, other]] - np.abs(sides)).sum(axis=1)
        sides = np.sign(sides) * np.maximum(np.abs(sides) - np.maximum(over, 0)[:, None] / 2, 0)
        place[:, [one, other]] = sides
    place /= bar.half
    return (place[:, 2] + 1) / 2, place[:, :2]


def _twisted(bar: Bar, rng: np.random.Generator) -> tuple[Floats, Floats]:
    angle = rng.choice([-1, 1]) * np.radians(rng.uniform(70, 120)) * bar.t
    x, y = bar.across.T * bar.half[:2, None]
    c, s = np.cos(angle), np.sin(angle)
    return bar.t, np.stack([c * x - s * y, s * x + c * y], 1) / bar.half[:2]


def _bent(bar: Bar, rng: np.random.Generator) -> tuple[Floats, Floats]:
    way = rng.uniform(0, 2 * np.pi)
    lean = rng.uniform(0.35, 0.5) * bar.half[2] * bar.t**2
    return bar.t, bar.across + lean[:, None] * [np.cos(way), np.sin(way)] / bar.half[:2]


def _wavy(bar: Bar, rng: np.random.Generator) -> tuple[Floats, Floats]:
    count, way = int(rng.integers(1, 3)), rng.uniform(0, 2 * np.pi)
    swing = 0.16 * bar.half[2] * np.sin(2 * np.pi * count * bar.t)
    return bar.t, bar.across + swing[:, None] * [np.cos(way), np.sin(way)] / bar.half[:2]


FORMS: dict[str, Form] = {
    **{
        name: _profiled(name)
        for name in ("tapered", "flared", "waisted", "bulging", "stepped", "turned", "ribbed")
    },
    "hexagonal": _outlined(6),
    "square": _outlined(4),
    "fluted": _fluted,
    "longer": _sized(1.35, 0.9),
    "shorter": _sized(0.68, 1.08),
    "narrower": _sized(1.0, 0.68),
    "wider": _sized(1.0, 1.3),
    "chamfered": _chamfered,
    "twisted": _twisted,
    "bent": _bent,
    "wavy": _wavy,
}
ROUND = {"hexagonal", "square", "turned", "fluted"}  # of what is round
SQUARE = {"chamfered", "twisted"}  # of what is not
SLIM = {"bent", "wavy", "twisted"}  # of what is long
FINE_GRAIN = {"stepped", "turned", "ribbed"}  # of what has vertices enough along its axis
LENGTHS = {"longer", "shorter"}  # of what is touched at one end alone
SWOLLEN = {"thicker", "slimmer", "padded", "sunken"}  # of what has no details finer than that
RING = {"fluted", "hexagonal", "square"}  # of rings


def variations(
    mesh: Mesh,
    frame: Frame,
    touched: Floats,
    clearance: Callable[[Floats], Floats],
    ground: float,
    seed: int,
) -> Iterator[tuple[str, Mesh]]:
    """Forms of a part, each with what it is called, in an order that depends on the seed.

    touched : (n, 3) places where others touch it. clearance : how far (n,) the others are from
    places (n, 3); it grows no farther. ground : height of what it stands on, -inf for nothing.
    """
    rng = np.random.default_rng([17, seed])
    size = frame.size
    vertices, faces = _fine(mesh, size)
    bars = [_bar(vertices, faces, piece, frame, touched) for piece in _apart(vertices, faces, size)]
    is_round, is_ring = all(bar.round for bar in bars), all(bar.ring for bar in bars)
    long = float(np.median([bar.half[2] / bar.half[:2].max() for bar in bars]))
    grain = max(bar.grain for bar in bars)
    reached = max(bar.reached(touched) for bar in bars)
    makers: list[tuple[str, Callable[[], Floats | None]]] = []
    for name, form in FORMS.items():
        fits = (is_round or name not in ROUND) and not (is_round and name in SQUARE)
        fits = fits and (long > SLIMMEST or name not in SLIM)
        fits = fits and (reached < REACHED or name not in LENGTHS)
        fits = fits and (grain < 0.1 or name not in FINE_GRAIN)
        if name in RING if is_ring else fits:
            makers.append((name, partial(_formed, vertices, bars, form, rng)))
    makers += [("faceted", partial(_faceted, vertices, faces)),
               ("softer", partial(_softer, vertices, faces))]  # fmt: skip
    if is_closed_manifold(same_positions(vertices)[faces]):
        more = 0.7 if is_ring or long > LONG else 0.4
        makers += [("thicker", partial(_inflated, vertices, faces, more)),
                   ("slimmer", partial(_inflated, vertices, faces, -0.45))]  # fmt: skip
    if is_ring:
        makers.append(("beaded", partial(_beaded, vertices, faces, bars, rng)))
    else:
        makers += [("padded", partial(_padded, vertices, faces, 0.07)),
                   ("sunken", partial(_padded, vertices, faces, -0.05))]  # fmt: skip
    normal = _normals(vertices, faces)
    gap = np.minimum(clearance(vertices), 10 * size)
    free, room = _free(vertices, faces, gap / size), 0.9 * gap
    low = vertices[:, 1] - ground
    lifted = np.clip(low / (FADE * size), 0, 1)[:, None]
    free = np.concatenate([free, free * lifted, free], axis=1)
    for place in rng.permutation(len(makers)):
        name, make = makers[place]
        moved = make()
        if moved is None or not np.isfinite(moved).all():
            continue
        if name in SWOLLEN and _turned_over(vertices, moved, faces) > OVER:
            continue
        change = free * (moved - vertices)
        length = np.linalg.norm(change, axis=1)
        outward = (change * normal).sum(axis=1) > 0
        share = np.where(outward & (length > room), room / np.maximum(length, 1e-300), 1.0)
        yield name, (vertices + share[:, None] * change, faces)


def _fine(mesh: Mesh, size: float) -> Mesh:
    vertices, faces = mesh
    for longest in (2 * FINE, FINE):
        if len(faces) < FINEST_FACES / 2:
            vertices, faces = subdivided(vertices, faces, longest * size)
    return vertices, faces


def _apart(vertices: Floats, faces: Ints, size: float) -> list[Ints]:
    """The vertices of each piece that stands apart from the others; all in one where few do."""
    corners = same_positions(vertices)[faces]
    first, second = shared_edges(corners)[:2]
    island, count = face_islands(np.ones(len(corners)), first, second)
    if not 1 < count <= MOST_PIECES:
        return [np.unique(faces)]
    low = np.array([vertices[faces[island == k]].reshape(-1, 3).min(axis=0) for k in range(count)])
    high = np.array([vertices[faces[island == k]].reshape(-1, 3).max(axis=0) for k in range(count)])
    gap = np.maximum(low[:, None] - high[None], low[None] - high[:, None]).max(axis=2)
    near = (gap < ALONE * size) & ~np.eye(count, dtype=bool)
    if near.any():
        return [np.unique(faces)]
    return [np.unique(faces[island == k]) for k in range(count)]


def _bar(vertices: Floats, faces: Ints, piece: Ints, frame: Frame, touched: Floats) -> Bar:
    """A piece about the axis that it has."""
    chosen = np.zeros(len(vertices), bool)
    chosen[piece] = True
    own = faces[chosen[faces[:, 0]]]
    points = sampled(vertices, own, 1500)
    axes, spread = principal(vertices, own)
    found: Spindle | None = spindle(points)
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    hole = [_hole(points - centre, axes[k]) for k in range(3)]
    if max(hole) > HOLE:
        axis = axes[int(np.argmax(hole))]
    elif found is not None:
        axis = found.axis
    elif spread[0] > LONG * spread[1]:
        axis = axes[0]
    elif frame.side is not None:
        axis = axes[np.abs(axes @ frame.side).argmax()]
    else:
        axis = np.array([0.0, 1.0, 0.0])
    best = int(np.abs(axis).argmax())
    if abs(axis[best]) > 0.97:
        axis = np.eye(3)[best] * np.sign(axis[best])
    held = frame.anchor if frame.side is not None else centre - axis
    held = touched.mean(axis=0) if len(touched) else held
    if (held - centre) @ axis > 0:
        axis = -axis
    other = axes[np.abs(axes @ axis).argmin()]
    other = other - (other @ axis) * axis
    best = int(np.abs(other).argmax())
    if abs(other[best]) > 0.97 and abs(axis[best]) < 1e-9:
        other = np.eye(3)[best]
    other /= np.linalg.norm(other)
    rows = np.stack([other, np.cross(axis, other), axis])
    along = points @ rows.T
    low, high = along.min(axis=0), along.max(axis=0)
    half = np.maximum((high - low) / 2, 1e-4 * float((high - low).max()))
    middle = (low + high) / 2 @ rows
    local = (vertices[piece] @ rows.T - (low + high) / 2) / half
    inner = np.linalg.norm((along[:, :2] - (low + high)[:2] / 2) / half[:2], axis=1)
    is_round = found is not None and float(inner.max()) < 1.12
    is_ring = max(hole) > HOLE and half[2] < half[:2].max()  # else it is a tube
    return Bar(piece, (local[:, 2] + 1) / 2, local[:, :2], half, rows, is_round,
               bool(is_ring), FINE * frame.size / (2 * float(half[2])), middle)  # fmt: skip


def _hole(points: Floats, axis: Floats) -> float:
    """How much of a cloud's width about an axis through its middle is empty, 0..1."""
    across = points - np.outer(points @ axis, axis)
    _, _, ways = np.linalg.svd(across, full_matrices=False)
    flat = across @ ways[:2].T
    flat -= (flat.min(axis=0) + flat.max(axis=0)) / 2
    sector = np.floor(np.arctan2(flat[:, 1], flat[:, 0]) / (2 * np.pi) * SECTORS)
    if len(np.unique(sector)) < SECTORS:
        return 0.0
    away = np.linalg.norm(flat, axis=1)
    return float(np.quantile(away, 0.01) / max(float(away.max()), 1e-30))


def _formed(vertices: Floats, bars: list[Bar], form: Form, rng: np.random.Generator) -> Floats:
    moved = vertices.copy()
    state = rng.bit_generator.state
    for bar in bars:
        rng.bit_generator.state = state  # pieces alike stay alike
        t, across = form(bar, rng)
        before = np.column_stack([bar.across, 2 * bar.t - 1]) * bar.half
        after = np.column_stack([across, 2 * t - 1]) * bar.half
        moved[bar.rows] += (after - before) @ bar.axes
    return moved


def _free(vertices: Floats, faces: Ints, gap: Floats) -> Floats:
    """(V, 1) how freely vertices may move: not where others touch, wholly at some distance; it
    changes evenly along the surface, but not on seams."""
    fade = min(FADE, max(float(np.quantile(gap, 1 - FREE)), 0.02))
    share = np.clip((gap - TOUCHING) / fade, 0, 1)
    share = share**2 * (3 - 2 * share)
    first = same_positions(vertices)
    tail, head = first[faces].ravel(), first[np.roll(faces, -1, axis=1)].ravel()
    count = np.maximum(np.bincount(tail, minlength=len(share)), 1)
    for _ in range(EVEN):
        beside = np.bincount(tail, share[head], len(share)) / count
        share = np.where(gap > 1e-6, (share + beside) / 2, 0.0)[first]
    return np.asarray(share[:, None])


def _normals(vertices: Floats, faces: Ints) -> Floats:
    """(V, 3) unit normals, the same for vertices in one place; outward also of shells that are
    wound inward."""
    normal, area, _ = face_vectors(vertices, faces)
    first = same_positions(vertices)
    one, two = shared_edges(first[faces])[:2]
    island, count = face_islands(area, one, two)
    corner = vertices[faces] - vertices.mean(axis=0)
    volume = (np.cross(corner[:, 0], corner[:, 1]) * corner[:, 2]).sum(axis=1)
    normal = normal * np.sign(np.bincount(island, volume, count))[island][:, None]
    total = np.zeros_like(vertices)
    for corner in range(3):
        for k in range(3):
            total[:, k] += np.bincount(
                first[faces[:, corner]], normal[:, k] * area, minlength=len(vertices)
            )
    total = total[first]
    return np.asarray(total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12))


def _turned_over(before: Floats, after: Floats, faces: Ints) -> float:
    """Share of a surface that shows its other side: what was finer than the step."""
    one, area, _ = face_vectors(before, faces)
    other = face_vectors(after, faces)[0]
    return float(area[(one * other).sum(axis=1) < 0].sum() / max(float(area.sum()), 1e-30))


def _inflated(vertices: Floats, faces: Ints, share: float) -> Floats:
    """Thicker or slimmer all over, by a share of half its mean thickness."""
    area = float(face_vectors(vertices, faces)[1].sum())
    thick = 2 * abs(signed_volume(vertices, faces)) / max(area, 1e-30)
    size = float(np.ptp(vertices, axis=0).max())
    step = share * min(thick, 0.1 * size)
    return np.asarray(vertices + step * _normals(vertices, faces))


def _beaded(vertices: Floats, faces: Ints, bars: list[Bar], rng: np.random.Generator) -> Floats:
    """A ring of beads."""
    bigger = _inflated(vertices, faces, 1.0) - vertices
    count = int(rng.integers(7, 13))
    for bar in bars:
        angle = np.arctan2(bar.across[:, 1] * bar.half[1], bar.across[:, 0] * bar.half[0])
        bigger[bar.rows] *= np.cos(count * angle)[:, None] * 0.6
    return np.asarray(vertices + bigger)


def _padded(vertices: Floats, faces: Ints, most: float) -> Floats | None:
    """Flats that swell, or sink, between their edges."""
    normal = face_vectors(vertices, faces)[0]
    corners = same_positions(vertices)[faces]
    first, second, edge, _ = shared_edges(corners)
    sharp = edge[(normal[first] * normal[second]).sum(axis=1) < CREASE]
    if len(sharp) < 8:
        return None
    from scipy.spatial import cKDTree

    ends = np.stack([faces.ravel()[sharp], np.roll(faces, -1, axis=1).ravel()[sharp]])
    size = float(np.ptp(vertices, axis=0).max())
    gap = cKDTree(vertices[np.unique(ends)]).query(vertices)[0]
    wide = max(float(np.quantile(gap, 0.9)), 1e-9)
    swell = np.sqrt(np.clip(gap / wide, 0, 1)) if most > 0 else np.clip(3 * gap / wide, 0, 1)
    step = most * size * min(1.0, 4 * wide / size) * swell
    return np.asarray(vertices + step[:, None] * _normals(vertices, faces))


def _softer(vertices: Floats, faces: Ints) -> Floats | None:
    if abs(signed_volume(vertices, faces)) < 1e-9 * float(np.ptp(vertices, axis=0).max()) ** 3:
        return None
    moved = smoothed(vertices, faces, 20)[0]
    if len(moved) != len(vertices):
        return reshaped(vertices, faces, ["rounder"])[0]
    return moved


def _faceted(vertices: Floats, faces: Ints) -> Floats | None:
    """Onto the few flats of a rough cut."""
    rough = simplified((vertices, faces), FACETS)
    if rough is None:
        return None
    from ..geometry.nearest import NearestFace

    v, f = rough
    face, _ = NearestFace(v, f)(vertices)
    corner = v[f[face]]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    away = ((vertices - corner[:, 0]) * normal).sum(axis=1)
    return np.asarray(vertices - away[:, None] * normal)
