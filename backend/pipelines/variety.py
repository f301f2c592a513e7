# SPDX-License-Identifier: GPL-3.0-or-later
"""Another part of the same kind: what the engine offers, where it fits the old one's place; where
that is not enough, other forms of the part itself, each clearly another than the rest.

Everything here is in a frame with +Y up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..contract.arrays import Floats
from ..contract.progress import Progress
from ..engines.base import Offer, PartMesh
from ..geometry.alike import Looks
from ..geometry.booleans import Mesh, is_solid
from ..geometry.mesh import face_vectors, near_box, signed_volume, used_by
from . import fit
from .frames import Frame, sampled
from .places import Place
from .variations import variations

ASKED = 18  # offers of which the fitting ones are chosen, at least
WORN = 0.3  # that distance for a hat, which the head fits
SAMPLES = 600  # points by which two surfaces are compared
LIMITS = (0.35, 0.6, 0.8, 1.0, 1.1), (0.03, 0.045, 0.055, 0.06, 0.11)
"""How surely an offer is of the old part's kind -> the mean distance from the old part, of its
size, with which it still fits."""
UNSURE = 0.7  # how surely an offer is a hat, if it is to be taken for one
SURE = 0.8  # how surely an offer is of the old part's kind, so that no form of itself is needed
ROOM = 2.6  # how many times the old part's volume, or what part of it, still fits
SAME = 0.016  # of the size: mean distance below which an offer is the old part itself
TILT = 0.12  # what the directions of two surfaces count beside their distance
FAR = 0.7  # of the farthest: what is as clearly another part
NEAR = 0.015  # of the size: what others touch
CLOUD, CLOSE = 24_000, 0.3  # places of the others near a part; of the size: near


def fitting(
    offers: Sequence[Offer], volume: float, place: Place, progress: Progress
) -> list[Offer]:
    """Those offers that fill the old part's place about as it does, the best first, without those
    that look there like one before.

    volume : of the old part, 0 for an open one. The less sure the kind, the more alike it must be.
    """
    frame = place.frame
    old = frame.points
    size = float(np.sqrt(frame.size * max(frame.spread[1], 0.05 * frame.size)))
    found: list[tuple[float, Offer, Mesh]] = []
    for number, offer in enumerate(offers):
        progress.step(number / len(offers))
        mesh = fit.placed(frame, offer, worn=place.worn if offer.worn else None)
        away = _gap(sampled(*mesh), old)
        gap = away / size
        most = float(np.interp(offer.sure, *LIMITS))
        if offer.worn and offer.sure > UNSURE:
            most = WORN
        room = abs(signed_volume(*mesh)) / volume if volume > 0 and not offer.worn else 1.0
        wide = ROOM if offer.sure < SURE else ROOM**2
        if SAME * frame.size < away and gap < most and 1 / wide < room < wide:
            found.append((gap / most, offer, mesh))
    looks = Looks()
    return [
        offer for _, offer, mesh in sorted(found, key=lambda one: one[0]) if looks.is_new(*mesh)
    ]


def _gap(points: Floats, others: Floats) -> float:
    """Mean distance between two clouds, both ways."""
    from scipy.spatial import cKDTree

    few, fewer = (cloud[:: 1 + len(cloud) // (2 * SAMPLES)] for cloud in (points, others))
    there, back = cKDTree(points).query(fewer)[0], cKDTree(others).query(few)[0]
    return float(there.mean() + back.mean()) / 2


def neighbours(rest: Mesh, frame: Frame) -> Floats:
    """(n, 3) places of the others near a part."""
    size = frame.size
    low, high = frame.low - CLOSE * size, frame.high + CLOSE * size
    beside = near_box(*rest, low, high)
    if not beside.any():
        return np.empty((0, 3))
    others = rest[0], rest[1][beside]
    cloud = np.concatenate([sampled(*others, CLOUD), others[0][used_by(others[1])]])
    return np.asarray(cloud[((cloud > low) & (cloud < high)).all(axis=1)])


def ground_of(rest: Mesh, frame: Frame) -> float:
    """The height at which a part stands on the ground, as its object does; -inf for none."""
    lowest = float(rest[0][rest[1], 1].min()) if len(rest[1]) else np.inf
    return float(frame.low[1]) if frame.low[1] < lowest + NEAR * frame.size else -np.inf


def forms(
    whole: Mesh,
    frame: Frame,
    rest: Mesh,
    name: str,
    seed: int,
    count: int,
    progress: Progress,
) -> list[Offer]:
    """Forms of the part itself, in its place, each clearly other than those before it."""
    from scipy.spatial import cKDTree

    before = _look(whole, frame.size)
    cloud = neighbours(rest, frame)
    ground = ground_of(rest, frame)
    tree = cKDTree(cloud) if len(cloud) else None

    def clearance(places: Floats) -> Floats:
        if tree is None:
            return np.full(len(places), np.inf)
        return np.asarray(np.minimum(tree.query(places)[0], 10 * frame.size))

    near = (clearance(frame.points) < NEAR * frame.size) | (
        frame.points[:, 1] < ground + NEAR * frame.size
    )
    touched = frame.points[near]
    made: list[tuple[str, Mesh, Floats]] = []
    for what, mesh in variations(whole, frame, touched, clearance, ground, seed):
        progress.step(min(0.9, len(made) / 20))
        made.append((what, mesh, _look(mesh, frame.size)))
    apart = np.array([_gap(look, before) for _, _, look in made])
    chosen: list[int] = []
    while len(chosen) < min(count, len(made)):
        # One of the farthest from those before; which, depends on their order, and so on the seed.
        best = int(np.flatnonzero(apart >= FAR * apart.max())[0])
        chosen.append(best)
        gaps = np.array([_gap(look, made[best][2]) for _, _, look in made])
        apart = np.minimum(apart, gaps)
        apart[chosen] = -1.0
    origin = np.zeros(3)
    return [
        Offer(PartMesh(*made[k][1], f"{name or 'part'}, {made[k][0]}"), origin, origin,
              in_place=True)
        for k in chosen
    ]  # fmt: skip


def _look(mesh: Mesh, size: float) -> Floats:
    """(SAMPLES, 6) places and directions of a surface, by which it looks like another."""
    vertices, faces = mesh
    normal, area, _ = face_vectors(vertices, faces)
    rng = np.random.default_rng(3)
    total = np.cumsum(area)
    face = np.minimum(np.searchsorted(total, rng.random(SAMPLES) * total[-1]), len(faces) - 1)
    weight = rng.dirichlet(np.ones(3), SAMPLES)
    place = np.einsum("nc,ncd->nd", weight, vertices[faces[face]])
    return np.concatenate([place / size, TILT * normal[face]], axis=1)


def again(
    offers: Sequence[Offer],
    whole: Mesh,
    frame: Frame,
    place: Place,
    pieces: int,
    name: str,
    variants: int,
    seed: int,
    progress: Progress,
) -> list[Offer]:
    """As many other parts of the old one's kind as variants are asked for, where there are so many.

    offers : of the engine, about `ASKED`. whole : the old part, closed; frame : its own. place :
    where an offer is put, that of one of its `pieces` where these are several alike. seed : another
    shows the next ones.
    """
    volume = abs(signed_volume(*whole)) / pieces if is_solid(*whole) else 0.0
    fitted = fitting(offers, volume, place, progress.span(0.0, 0.5))
    first = seed % len(fitted) if fitted else 0
    sure = any(offer.sure >= SURE for offer in fitted)
    most = variants if sure else -(-variants // 2)
    turned = [*fitted[first:], *fitted[:first]]
    titles = [offer.mesh.name for offer in turned]
    turned.sort(key=lambda offer: titles.count(offer.mesh.name) > 1)  # others of a family come last
    chosen = turned[:most]
    if len(chosen) < variants:
        span = progress.span(0.5, 1.0)
        missing = variants - len(chosen)
        chosen += forms(whole, frame, place.rest, name, seed, missing, span)
    return chosen
