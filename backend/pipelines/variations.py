# SPDX-License-Identifier: GPL-3.0-or-later
"""Other forms of a part itself: tapered, ribbed, faceted, padded, ...; for parts of no known kind.

Each is a map of the part about its own axis. Where others touch the part nothing moves, so that
it fits its place as before. Everything here is in a frame with +Y up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from .bars import FINE, FORMS, Bar, Form, bar_of
from .frames import LONG, Frame
from .reshape import reshaped, smoothed, subdivided

FINEST_FACES = 12_000  # of what is shaped
FADE = 0.2  # of the size: at this distance from what touches it, a part changes freely
FREE = 0.6  # share of a part that shall be free to change; else it changes nearer to its contacts
CREASE = np.cos(np.radians(35.0))  # a sharper edge borders a flat
SLIMMEST = 2.4  # times its width: what is so long is bent, and twisted
TOUCHING = 0.012  # of the size: nearer others touch
EVEN = 6  # times that the freedom of neighbours is mixed
OVER = 0.04  # of the surface
REACHED = 0.4  # of its length: a part that is touched beyond that is as long as it must be
FACETS = 90  # faces of a part that is cut roughly
ALONE = 0.02  # of the size: pieces with such gaps between their boxes vary one by one
MOST_PIECES = 60

# Of the forms and the other maps:
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
    bars = [
        bar_of(vertices, faces, piece, frame, touched) for piece in _apart(vertices, faces, size)
    ]
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
