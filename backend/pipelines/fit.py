# SPDX-License-Identifier: GPL-3.0-or-later
"""A new part takes the frame of an old one: the side of its seams, up, symmetry plane, size.

Everything here is in a frame with +Y up. Nothing of the neighbours moves.
"""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np

from ..contract.arrays import Floats, Ints
from ..engines.base import Offer
from ..geometry.booleans import Mesh
from ..geometry.rays import RayScene
from . import hat
from .frames import FLAT, LONG, Frame, bulk, principal, sampled, spindle

OVERLAP = 0.03  # of the part's size: how far it dips into what holds it
GROWTH = (1.0, 1.1, 1.2, 1.35, 1.5)  # of what must hold the contents of the old part
FADE = 0.2  # of the part's size: how far from its seams it changes freely
SLIM = 1.5  # of the old width: most of what spans two others, where it can be made so slim
STRETCH = 1.4  # most that a part of the same kind is stretched against its own proportions


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


def pose(frame: Frame, offer: Offer, points: Floats) -> Floats:
    """(3, 3) turn, or turn and mirror image, from the frame of the new part to the old one's.

    points : (n, 3) of the new part's surface.
    """
    axes, spread = principal(offer.mesh.vertices, offer.mesh.faces)
    extent = np.ptp(points, axis=0)
    old = np.log(np.maximum(frame.high - frame.low, 1e-3 * frame.size))
    new = np.log(np.maximum(extent, 1e-3 * float(extent.max())))
    old, new = old - old.mean(), new - new.mean()
    long = frame.spread[0] > LONG * frame.spread[1] and spread[0] > LONG * spread[1]
    flat = frame.spread[2] < FLAT * frame.spread[1] and spread[2] < FLAT * spread[1]
    long, flat = long and not offer.upright, flat and not offer.upright
    was, now = frame.spindle, spindle(points)
    spun = None if was is None or now is None else (was.axis, now.axis)
    hung = offer.upright and not offer.anchor.any()  # as a shade is, its wide end wherever that was
    signed = bool(was and now and hung and was.wide and now.wide)

    def score(matrix: Floats) -> float:
        value = (1.8 if offer.upright else 0.6) * matrix[1, 1] + 0.3 * matrix[2, 2]
        value -= 0.15 * (np.linalg.det(matrix) < 0)
        value -= 0.35 * min(float(np.abs(old - np.abs(matrix) @ new).mean()), 2.0)
        if frame.side is not None:
            value += 1.0 * float(frame.side @ matrix @ offer.side)
        if spun is not None:
            same = float(spun[0] @ matrix @ spun[1])
            value += 3.0 * same if signed else 2.0 * abs(same)
        if long:
            value += 1.5 * abs(float(frame.axes[0] @ matrix @ axes[0]))
        if flat:
            value += 3.0 * abs(float(frame.axes[2] @ matrix @ axes[2]))
        return float(value)

    best = max(_poses(), key=score)
    if spun is not None:
        most = 180 if signed or not offer.anchor.any() else 15 if offer.upright else 60
        best = swung(best @ spun[1], spun[0], most, either=not signed) @ best
    elif long:
        best = swung(best @ axes[0], frame.axes[0], 60) @ best
    elif flat:
        best = swung(best @ axes[2], frame.axes[2], 50) @ best
    return best


def swung(one: Floats, other: Floats, most: float, *, either: bool = True) -> Floats:
    """The smallest turn (3, 3) of an axis onto another, of `most` degrees, else none; onto its
    nearer end where `either` will do."""
    if either and one @ other < 0:
        other = -other
    cosine = float(np.clip(one @ other, -1, 1))
    if cosine < np.cos(np.radians(most)) - 1e-9 or cosine > 1 - 1e-12:
        return np.eye(3)
    v = np.cross(one, other)
    if cosine < -1 + 1e-9:
        v = np.cross(one, np.eye(3)[np.abs(one).argmin()])
        v /= np.linalg.norm(v)
        return 2 * np.outer(v, v) - np.eye(3)
    cross = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + cross + cross @ cross / (1 + cosine)


def placed(
    frame: Frame,
    offer: Offer,
    wish: Floats | None = None,
    *,
    mirrored: bool = False,
    worn: hat.Wearing | None = None,
) -> Mesh:
    """The new part in the old one's place: (V, 3), (F, 3).

    wish : (3,) factors of width, height and depth in the new part's own frame. worn : how large a
    head is that wears it, where it is for a head.
    """
    vertices, faces = np.asarray(offer.mesh.vertices, np.float64), offer.mesh.faces
    factor = np.ones(3) if wish is None else wish
    if offer.in_place:
        if mirrored:
            vertices, faces = _mirrored(vertices, faces, frame.centre)
        grown = frame.anchor + (vertices - frame.anchor) * factor
        return vertices + _free(vertices, frame) * (grown - vertices), faces
    points = sampled(vertices, faces)
    hand = np.diag([-1.0, 1.0, 1.0]) if mirrored else np.eye(3)
    if frame.ends is not None:
        return _spanning(frame, offer, points, factor, hand)
    turn = pose(frame, offer, points) @ hand
    worn = worn if offer.worn else None
    opening = hat.opening(vertices, faces) if worn is not None else None
    if worn is not None and opening is not None:
        scale = np.full(3, worn.scale(opening))
        anchor, target = opening.place, worn.place
    else:
        scale = _scale(frame, offer, points @ turn.T)
        anchor, target = offer.anchor, frame.anchor
    matrix = scale[:, None] * turn * factor
    if np.linalg.det(matrix) < 0:
        faces = faces[:, ::-1]
    faces = np.ascontiguousarray(faces)
    vertices = (vertices - anchor) @ matrix.T + target
    if worn is not None and opening is not None:
        return hat.lifted(vertices, worn, opening, float(abs(matrix[1, 1]))), faces
    seated = _seated(vertices, frame, offer, points)
    return _around(seated, frame, not offer.anchor.any()), faces


def _seated(vertices: Floats, frame: Frame, offer: Offer, points: Floats) -> Floats:
    """A part whose anchor is on that of the frame, at its depth, and in the middle where it is
    held all around."""
    middle = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
    side = frame.side
    if side is None:
        foot = np.array([middle[0], vertices[:, 1].min(), middle[2]])
        return vertices + frame.anchor - foot
    extent = np.sort(np.ptp(points, axis=0))
    if not frame.loops and frame.disc and extent[2] < LONG * extent[1]:
        return vertices + frame.centre - middle
    if not offer.anchor.any() and not frame.loops:  # it stands around what holds it
        vertices = vertices + frame.centre - middle
        axis = side if frame.spindle is None else frame.spindle.axis
        axis = axis * np.sign(axis @ side or 1.0)
        gap = frame.end(axis) - float((vertices @ axis).max())
        return vertices + gap * axis
    vertices = vertices + OVERLAP * min(frame.size, _extent(vertices)) * side
    if not frame.loops and frame.reach > 0.3 * frame.size:
        # Held on much of its length, as a wheel in its case: as deep as before, and centred.
        middle = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
        across = frame.centre - middle
        vertices = vertices + across - (across @ side) * side
    return vertices


def _around(vertices: Floats, frame: Frame, stands_around: bool) -> Floats:
    """A part that has others inside, as a shade its bulb, as large as it must be to keep them."""
    if not len(frame.contents):
        return vertices
    from scipy.spatial import ConvexHull, QhullError

    try:
        hull = ConvexHull(vertices).equations
    except QhullError:
        return vertices
    centre = frame.anchor if frame.side is not None else frame.centre
    for grown in GROWTH:
        inner = centre + (frame.contents - centre) / grown
        if (inner @ hull[:, :3].T + hull[:, 3]).max() < 0.02 * frame.size:
            return np.asarray(centre + (vertices - centre) * grown)
    # A shallow one covers them at least.
    return np.asarray(centre + (vertices - centre) * (GROWTH[-2] if stands_around else 1.0))


def _spanning(frame: Frame, offer: Offer, points: Floats, factor: Floats, hand: Floats) -> Mesh:
    """A part between two others that hold it: its own two ends on the places of the old one's."""
    assert frame.ends is not None
    vertices, faces = np.asarray(offer.mesh.vertices, np.float64), offer.mesh.faces
    vertices, points = vertices * factor @ hand.T, points * factor @ hand.T
    away = points - points.mean(axis=0)
    axis = np.linalg.svd(away, full_matrices=False)[2][0]
    if axis @ hand @ offer.side < 0:
        axis = -axis
    along = away @ axis
    near = [along > along.max() - 0.06 * np.ptp(along), along < along.min() + 0.06 * np.ptp(along)]
    first, last = (points[chosen].mean(axis=0) for chosen in near)
    line = (first - last) / np.linalg.norm(first - last)
    way = frame.ends[0] - frame.ends[1]
    length = float(np.linalg.norm(way))
    way = way / length
    turns = [swung(m @ line, way, 180, either=False) @ m for m in _poses()[:24]]
    turn = max(turns, key=lambda m: 2 * m[1, 1] + m[2, 2])
    turned = (points - (first + last) / 2) @ turn.T
    scale = (1 + 2 * OVERLAP) * length / float(np.ptp(turned @ way))
    across = turned - np.outer(turned @ way, way)
    wide = 2 * scale * float(np.quantile(np.linalg.norm(across, axis=1), 0.95))
    slim = float(np.clip(SLIM * frame.spread[1] / max(wide, 1e-30), 0.4, 1.0))
    matrix = scale * (slim * np.eye(3) + (1 - slim) * np.outer(way, way)) @ turn
    middle = (turned @ way).max() + (turned @ way).min()
    made = (vertices - (first + last) / 2) @ matrix.T + frame.ends.mean(axis=0)
    made = made - 0.5 * scale * middle * way
    if np.linalg.det(matrix @ hand) < 0:
        faces = faces[:, ::-1]
    return made, np.ascontiguousarray(faces)


def _extent(vertices: Floats) -> float:
    return float(np.ptp(vertices, axis=0).max())


def _mirrored(vertices: Floats, faces: Ints, centre: Floats) -> Mesh:
    """Mirrored in x about a place."""
    flipped = vertices.copy()
    flipped[:, 0] = 2 * centre[0] - flipped[:, 0]
    return flipped, np.ascontiguousarray(faces[:, ::-1])


def _scale(frame: Frame, offer: Offer, turned: Floats) -> Floats:
    """(3,) factors along the object's axes: the same for all unless it is of the same kind.

    turned : (n, 3) points of the new part in its pose. The extents that matter are those near its
    largest: a wheel takes the old diameter, whatever its width, a leg the old length.
    """
    new, old = bulk(turned), frame.bulk
    ratio = np.maximum(old, 1e-3 * frame.size) / np.maximum(new, 1e-9)
    tight = float(ratio[new > 0.7 * new.max()].min())
    uniform = tight * float(max(1.0, old.max() / new.max() / tight)) ** 0.3
    whole = float(np.linalg.norm(old) / np.linalg.norm(new))
    if frame.side is not None:
        along = int(np.abs(frame.side).argmax())
        standing = along == 1
        if old[along] > 0.7 * old.max() and new[along] > (0.9 if standing else 0.8) * new.max():
            # As long as the old one, from the seam on: a foot comes to the ground.
            uniform = min(float(ratio[along]), (1.4 if standing else 1.0) * whole)
            if frame.loops and offer.reach > 0 and not standing:
                uniform *= float(np.clip((frame.reach / offer.reach / uniform) ** 0.3, 0.85, 1.25))
    if offer.alike:
        return np.asarray(np.clip(ratio, uniform / STRETCH, uniform * STRETCH))
    return np.full(3, uniform)


def settled(mesh: Mesh, frame: Frame, rest: Mesh) -> Mesh:
    """A part that would float is moved towards what holds it until it dips in."""
    if (
        frame.side is None
        or frame.loops
        or frame.disc
        or frame.ends is not None
        or not len(rest[1])
    ):
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


def _free(vertices: Floats, frame: Frame) -> Floats:
    """(V, 1) how freely vertices may move: not on a seam, wholly at some distance from it."""
    if not frame.loops:
        if frame.side is None:
            return np.ones((len(vertices), 1))
        gap = (frame.end(frame.side) - vertices @ frame.side)[:, None] / frame.size
        share = np.clip(gap / FADE - 0.5, 0, 1)
        return np.asarray(share**2 * (3 - 2 * share))
    from scipy.spatial import cKDTree

    gap = cKDTree(np.concatenate(frame.loops)).query(vertices)[0][:, None] / frame.size
    share = np.clip(gap / FADE, 0, 1)
    return np.asarray(share**2 * (3 - 2 * share))
