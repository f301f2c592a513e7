# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a place in a hidden region, in numbers: features lifted to query points.

Heights above tangent planes of the nearest visible surface, winding numbers, where the place is
seen from the border that the surface goes on from, and what is visible elsewhere on the circle or
the line through it, for what is turned or drawn. Distances are in units of half the part's
visible extent; nothing depends on how the object is turned.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..contract.arrays import Floats, Singles
from ..geometry.slippage import Sliding, moving, turning
from .visible_part import SPREAD, VisiblePart

NEAREST = 8
A_TURN = 1024  # places that are compared with all tangent planes, so that it fits into the cache
SLIDING = 1024  # samples of a part that are asked how they slide, and are the profile
FITS = 0.25  # weight from which a sample belongs to the profile
SLICES = 64  # along the line of a movement
FAR = 2.0  # what distances to things that are not there are said to be
NAMES = (
    "winding", "own winding", "object", "logit",
    "distance", "height", "cosine", "highest of eight", "lowest of eight", "mean of eight",
    "distance to lent",
    "other distance", "other height", "other cosine", "other highest",
    "weighted height 4", "weighted height 8", "weighted cosine", "highest plane", "above",
    "mean above", "bent",
    "border distance", "border outward", "border height", "border along", "borders outward",
    "borders height", "borders highest", "borders lowest",
    "loop depth", "loop radial", "loop distance", "loop agreement", "loop radius", "loop spread",
    "loop thickness", "loop rise", "loop depth in units",
    "loop room", "depth of room",
    "second loop depth", "second loop radial", "second loop radius", "loops facing", "loops apart",
    "loops", "open", "place x", "place y", "place z", "outside", "extent 1", "extent 2",
    "extent 3", "share", "lent share", "unit",
    "turned distance", "turned height", "turned mean", "turned highest", "turned fit",
    "turned radius", "turned beyond", "turns",
    "moved distance", "moved height", "moved mean", "moved highest", "moved fit",
    "moved beyond", "moved gap", "moves",
)  # fmt: skip


def lifted(seen: VisiblePart, points: Floats, whole: Floats) -> Singles:
    """Features (N, len(NAMES)) of points (N, 3) around a part.

    whole : (N,) how much inside the object each is, by `VisibleObject.inside`.
    """
    unit = seen.unit
    w = seen.winding(points)
    own = seen.own_winding(points) if seen.lent.any() else w
    columns: list[Floats] = [w, own, np.clip(whole, -1, 2), winding_logit(w)]
    columns += _nearest(seen, points)
    columns += _others(seen, points)
    turns = [slice(at, at + A_TURN) for at in range(0, max(len(points), 1), A_TURN)]
    told = [_planes(seen, points[turn]) for turn in turns]
    columns += [np.concatenate(column) for column in zip(*told, strict=True)]
    columns += _border(seen, points)
    columns += _loops(seen, points)
    border = seen.border
    rel = (points - seen.centre) / seen.half
    extents = np.sort(seen.half)[::-1] / unit
    area = np.square(unit)
    several = np.array([
        np.log1p(len(border.ring)), border.length.sum() / unit / 6.28,
    ])  # fmt: skip
    columns += [np.full(len(points), value) for value in several]
    columns += [*np.sort(np.abs(rel), axis=1).T, np.maximum(np.abs(rel) - 1, 0).max(axis=1)]
    rest = [*extents, np.sqrt(seen.share), float(seen.lent.mean()), np.log(area + 1e-9) / 4]
    columns += [np.full(len(points), value) for value in rest]
    columns += [*_turned(seen, points), *_moved(seen, points)]
    return np.stack(columns, axis=1).astype(np.float32)


def winding_logit(winding: Floats) -> Floats:
    """The logit of a winding number that is bounded to 0.02..0.98: where the network begins."""
    p = np.clip(winding, 0.02, 0.98)
    return np.asarray(np.log(p / (1 - p)))


def _nearest(seen: VisiblePart, points: Floats) -> list[Floats]:
    """Height above the tangent planes of the nearest samples of the part."""
    gap, index = seen.tree("points").query(points, k=NEAREST)
    height = np.einsum("nkj,nkj->nk", points[:, None] - seen.points[index], seen.normals[index])
    gap, height = gap / seen.unit, height / seen.unit
    first = height[:, 0]
    result = [np.sqrt(gap[:, 0]), first, first / np.maximum(gap[:, 0], 1e-6)]
    result += [height.max(axis=1), height.min(axis=1), height.mean(axis=1)]
    lent = np.full(len(points), 1.0)
    if seen.lent.any():
        lent = 1 - seen.lent[index].mean(axis=1)
    return [*result, lent]


def _others(seen: VisiblePart, points: Floats) -> list[Floats]:
    """The same of the other parts: how deep below their surface a place is."""
    tree = seen.tree("others")
    if tree is None:
        return [np.full(len(points), v) for v in (FAR, 0.0, 0.0, 0.0)]
    gap, index = tree.query(points, k=min(4, len(seen.others)))
    gap, index = gap.reshape(len(points), -1), index.reshape(len(points), -1)
    away = points[:, None] - seen.others[index]
    height = np.einsum("nkj,nkj->nk", away, seen.other_normals[index]) / seen.unit
    near = gap[:, 0] / seen.unit
    result = [np.sqrt(np.minimum(near, FAR**2)), np.clip(height[:, 0], -FAR, FAR)]
    result += [height[:, 0] / np.maximum(near, 1e-6), np.clip(height.max(axis=1), -FAR, FAR)]
    return result


def _planes(seen: VisiblePart, points: Floats) -> list[Floats]:
    """How a place lies to tangent planes all over the part, weighted by nearness.

    The first are the implicit moving least squares of Shen, O'Brien and Shewchuk, 2004, with
    weights of two steepnesses.
    """
    p, n = seen.points[:SPREAD].astype(np.float32), seen.normals[:SPREAD].astype(np.float32)
    centre = seen.centre.astype(np.float32)
    p = (p - centre) / np.float32(seen.unit)
    q = (points.astype(np.float32) - centre) / np.float32(seen.unit)
    height = q @ n.T - np.einsum("ij,ij->i", p, n)
    square = np.square(q).sum(1)[:, None] + np.square(p).sum(1) - 2 * q @ p.T
    np.maximum(square, 1e-4, out=square)
    inverse = np.square(1 / square)
    four = np.einsum("ij,ij->i", inverse, height) / inverse.sum(1)
    cosine = np.einsum("ij,ij->i", inverse, height / np.sqrt(square)) / inverse.sum(1)
    np.square(inverse, out=inverse)
    total = inverse.sum(1)
    eight = np.einsum("ij,ij->i", inverse, height) / total
    turned = np.linalg.norm(inverse @ n, axis=1) / total  # 1 where the near normals agree
    above = np.maximum(height, 0)
    return [
        four, eight, cosine, height.max(1), (height > 0).mean(1), above.mean(1), turned
    ]  # fmt: skip


def _border(seen: VisiblePart, points: Floats) -> list[Floats]:
    """Where a place is, seen from the nearest places of the border."""
    border = seen.border
    if border.tree is None:
        return [np.full(len(points), v) for v in (FAR, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)]
    gap, index = border.tree.query(points, k=min(NEAREST, len(border.middle)))
    gap, index = gap.reshape(len(points), -1), index.reshape(len(points), -1)
    away = (points[:, None] - border.middle[index]) / seen.unit
    outward = np.einsum("nkj,nkj->nk", away, border.outward[index])
    height = np.einsum("nkj,nkj->nk", away, border.normal[index])
    along = np.abs(np.einsum("nj,nj->n", away[:, 0], border.along[index[:, 0]]))
    near = [np.sqrt(gap[:, 0] / seen.unit), outward[:, 0], height[:, 0], along]
    return [*near, outward.mean(1), height.mean(1), height.max(1), height.min(1)]


def _loops(seen: VisiblePart, points: Floats) -> list[Floats]:
    """Depth below the loop of border that is nearest, for its size, and how the surface goes on.

    Then the same of the second loop, for what ends at two: a ring, a strap, a limb through a body.
    """
    ring = seen.border.ring
    count = len(points)
    if not len(ring):
        return [np.full(count, v) for v in (0.0, FAR, FAR, *[0.0] * 8, 0.0, FAR, 0.0, 0.0, FAR)]
    large = np.argsort(-ring[:, 9])[:12]
    ring, room = ring[large], np.maximum(seen.border.room[large], 1e-6)
    centre, axis, radius = ring[:, :3], ring[:, 3:6], ring[:, 6]
    agreement = np.linalg.norm(axis, axis=1)
    direction = axis / np.maximum(agreement, 1e-9)[:, None]
    away = points[:, None] - centre
    depth = np.einsum("nlj,lj->nl", away, direction)
    distance = np.linalg.norm(away, axis=2)
    radial = np.sqrt(np.maximum(np.square(distance) - np.square(depth), 0))
    order = np.argsort(distance / (radius + 0.1 * seen.unit), axis=1)
    row, first = np.arange(count), order[:, 0]

    def at(which: np.ndarray) -> list[Floats]:
        return [
            np.clip(depth[row, which] / radius[which], -3, 6),
            np.clip(radial[row, which] / radius[which], 0, 5),
        ]

    result = [*at(first), np.clip(distance[row, first] / radius[first], 0, 6)]
    result += [agreement[first], radius[first] / seen.unit, *ring[first][:, [7, 8, 10]].T]
    result.append(depth[row, first] / seen.unit)
    result += [np.clip(room / radius, 0, 8)[first], np.clip(depth[row, first] / room[first], -3, 3)]
    if len(ring) < 2:
        return result + [np.full(count, v) for v in (0.0, FAR, 0.0, 0.0, FAR)]
    second = order[:, 1]
    facing = -np.einsum("nj,nj->n", direction[first], direction[second])
    apart = np.linalg.norm(centre[first] - centre[second], axis=1) / seen.unit
    return [*result, *at(second), radius[second] / seen.unit, facing, apart]


def _turned(seen: VisiblePart, points: Floats) -> list[Floats]:
    """Where a place lies to the profile of the part, if it is a solid of revolution."""
    p, n, sliding = _sliding(seen, turning)
    fits = sliding.weight > FITS
    at, normal = _in_profile(p, n, sliding)
    place, _ = _in_profile((points - seen.centre) / seen.unit, None, sliding)
    told = _profile(at[fits], normal[fits], sliding.weight[fits], place)
    beyond = FAR * np.ones(len(points))
    if fits.any():
        low, high = at[fits, 1].min(), at[fits, 1].max()
        beyond = np.abs(place[:, 1] - (low + high) / 2) - (high - low) / 2
    constant = np.full(len(points), sliding.weight.mean())
    return [*told, np.minimum(place[:, 0], FAR), np.clip(beyond, -FAR, FAR), constant]


def _in_profile(points: Floats, normals: Floats | None, sliding: Sliding) -> tuple[Floats, Floats]:
    """Distance from the axis and place along it (N, 2), and the normals in that plane."""
    away = points - sliding.centre
    along = away @ sliding.axis
    radial = away - along[:, None] * sliding.axis
    radius = np.linalg.norm(radial, axis=1)
    at = np.stack([radius, along], axis=1)
    if normals is None:
        return at, at
    outward = np.einsum("ij,ij->i", normals, radial / np.maximum(radius, 1e-9)[:, None])
    return at, np.stack([outward, normals @ sliding.axis], axis=1)


def _moved(seen: VisiblePart, points: Floats) -> list[Floats]:
    """Where a place lies to the cross section of the part, if it is drawn along a line.

    beyond : how far it is past the visible ends of what is drawn. gap : how far from the nearest
    visible slice of it, where there is one on both sides: a rod through a bead.
    """
    p, n, sliding = _sliding(seen, moving)
    fits = sliding.weight > FITS
    across = np.linalg.svd(sliding.axis[None])[2][1:]
    q = (points - seen.centre) / seen.unit
    told = _profile(p[fits] @ across.T, n[fits] @ across.T, sliding.weight[fits], q @ across.T)
    beyond, gap = FAR * np.ones(len(points)), np.zeros(len(points))
    if fits.any():
        along, place = p[fits] @ sliding.axis, q @ sliding.axis
        low, high = float(along.min()), float(along.max())
        beyond = np.abs(place - (low + high) / 2) - (high - low) / 2
        width = max(high - low, 1e-6) / SLICES
        held = np.bincount(np.minimum((along - low) / width, SLICES - 1).astype(int),
                           minlength=SLICES) > 0  # fmt: skip
        slices, order = np.flatnonzero(held), np.arange(SLICES)
        nearest = np.abs(order[:, None] - slices).min(axis=1) * width
        gap = nearest[np.clip((place - low) / width, 0, SLICES - 1).astype(int)]
    constant = np.full(len(points), sliding.weight.mean())
    return [*told, np.clip(beyond, -FAR, FAR), gap, constant]


def _sliding(
    seen: VisiblePart, how: Callable[[Floats, Floats], Sliding]
) -> tuple[Floats, Floats, Sliding]:
    """Some samples in units of the part, their normals, and how they slide."""
    p = (seen.points[:SLIDING] - seen.centre) / seen.unit
    n = seen.normals[:SLIDING]
    name = how.__name__
    if name not in seen.slides:
        seen.slides[name] = how(p, n)
    return p, n, seen.slides[name]


def _profile(at: Floats, normal: Floats, weight: Floats, places: Floats) -> list[Floats]:
    """Distance to the nearest of a profile's places, heights above them, and how well they fit.

    at, normal : (S, 2). weight : (S,). places : (N, 2).
    """
    if len(at) < 4:
        return [np.full(len(places), v) for v in (FAR, 0.0, 0.0, 0.0, 0.0)]
    from scipy.spatial import cKDTree

    gap, index = cKDTree(at).query(places, k=4)
    height = np.einsum("nkj,nkj->nk", places[:, None] - at[index], normal[index])
    height = np.clip(height, -FAR, FAR)
    result = [np.sqrt(np.minimum(gap[:, 0], FAR)), height[:, 0], height.mean(1), height.max(1)]
    return [*result, weight[index].mean(axis=1)]
