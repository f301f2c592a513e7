# SPDX-License-Identifier: GPL-3.0-or-later
"""Openings of a part, each an outline with its holes, and which of them were flat.

Where a thing stands on a face, or a face goes on below what stands on it, artists let it end flat.
A field, which knows only what is likely, bulges or sags there by a little: it cannot tell an end
from one that goes on. What is seen at the opening's border often can.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...contract.arrays import Floats, Ints
from ..caps.fill import AHEAD, fill
from ..caps.loops import areas, cross, nest, newell_normal
from ..isosurface import GridField
from .closing import stays_inside
from .visible import ObjectShell, OpenPart, Samples

PLANE = 0.01  # of an opening's size, by which its border may leave a plane
LEVEL = 0.995  # cosine to the plane's normal from which on a face lies in the plane
GOES_ON = 0.05  # share of the border at which the part's own faces lie in the plane
UPRIGHT, LEANS = 0.995, 0.3  # mean cosine of the part's walls to the plane's normal: of straight
# ones, and of those that lean but are below the plane
ENDS, STAYS = 0.2, 0.043  # of its size, by which a field leaves the plane of walls, or of any
BELOW, DEEP, MUCH = 0.85, 0.03, 0.08  # share of a lid under which a field is inside, its depth for
# the lid's size, and the share of the part's volume that it adds there, from which on a thing with
# straight walls is sunk in what it stands on
PLAINLY = 0.2  # share of the volume from which on a field goes on below any lid
SAME = 0.999  # cosine between triangles of one plane
MAINLY = 0.7  # share of a lid in one plane, from which on its border may leave it here and there
UNBENT = 0.2  # share of the border at which the part's faces go on in such a lid
ASKED, STEPS = 8, 24  # samples along an opening's side, and along the way to the zero level


@dataclass(frozen=True, eq=False)
class Opening:
    """An outline of border, with its holes, and the lid over it.

    loops : which of the part's loops. points : (n,3) those of the part's whole rim, then the
    lid's own. faces : (f,3), directed to close the part.
    """

    loops: list[int]
    points: Floats
    faces: Ints


def openings(seen: OpenPart, loops: list[int], taken: Ints) -> list[Opening] | None:
    """The openings of some loops of border; None if one cannot be filled.

    loops : which of `seen.loops`. taken : sorted `edge_key`s of edges that exist between vertices
    of the border, numbered as in `seen.rim`.
    """
    groups = [[0]]
    if len(loops) > 1:
        groups = nest([seen.points[seen.loops[i]] for i in loops], _inward(seen, loops))
    rim, found = seen.points[seen.rim], []
    for group in groups:
        rings = [seen.rim_number[np.array(seen.loops[loops[i]][::-1])] for i in group]
        distinct = len(np.unique(np.concatenate(rings))) == sum(map(len, rings))
        made = fill(rim, rings, taken) if distinct else None
        if made is not None:
            found.append(Opening([loops[i] for i in group], *made))
            continue
        for i, ring in zip(group, rings, strict=True):
            made = fill(rim, [ring], taken)
            if made is None:
                return None
            found.append(Opening([loops[i]], *made))
    return found


def joined(lids: list[Opening], rim: Floats) -> tuple[Floats, Ints]:
    """The lids of openings together: points, the whole rim (B,3) first, and faces."""
    added, faces, count = [rim], [np.empty((0, 3), np.int64)], 0
    for one in lids:
        faces.append(np.where(one.faces >= len(rim), one.faces + count, one.faces))
        added.append(one.points[len(rim) :])
        count += len(one.points) - len(rim)
    return np.concatenate(added), np.concatenate(faces)


def flat_end(
    seen: OpenPart, shown: ObjectShell, opening: Opening, field: GridField, volume: float
) -> Opening | None:
    """How a part ends with a flat face at an opening: as its lid, or deeper; None where it bends.

    shown : the object, in which it stays. volume : of the part with all of its lids.

    Its border lies in a plane, and either faces of the part go on in this plane at the border: a
    face on which something stands; or its walls stand upright on the plane: a thing that stands on
    a face, where the field leaves the plane by a fraction of the opening's size and adds little to
    the part, or is sunk in it, whose walls go on as deep as the field says; or the field agrees.
    Or its border leaves the plane here and there, but the lid is the same plane for the most part.
    """
    if _goes_on(seen, opening):
        return opening
    a, b, c = (opening.points[opening.faces[:, k]] for k in range(3))
    size = float(np.sqrt(0.5 * np.linalg.norm(cross(b - a, c - a), axis=1).sum()))
    rings = [np.array(seen.loops[i]) for i in opening.loops]
    normal = -sum((newell_normal(seen.points[ring]) for ring in rings), np.zeros(3))
    long = float(np.linalg.norm(normal))
    if size <= 0 or long < 0.5 * size**2:
        return None
    normal /= long
    places = seen.points[np.concatenate(rings)]
    height = (places - places.mean(axis=0)) @ normal
    if np.abs(height).max() > PLANE * size:
        return None
    start, end = np.concatenate(rings), np.concatenate([np.roll(ring, -1) for ring in rings])
    length = np.linalg.norm(seen.points[end] - seen.points[start], axis=1)
    share = length / max(float(length.sum()), 1e-300)
    row = beside(seen, start, end)
    if share[seen.face_normals[row] @ normal > LEVEL].sum() > GOES_ON:
        return opening
    upright = -share @ (_into(seen, start, end, row) @ normal)
    if upright < LEANS:
        return None
    depth, below = _depth(opening, field, normal, size)
    more = depth * size**2 / volume if volume > 0 and below > BELOW else 0.0
    if upright < UPRIGHT:
        return opening if depth < STAYS * size and more < PLAINLY else None
    if depth > ENDS * size:
        return None
    # Noise takes as much from a part as it adds to it, and never as much as is seen of it.
    sunk = depth > DEEP * size and MUCH < more < 1
    deeper = _drawn_out(seen, opening, depth * normal) if sunk else opening
    return deeper if stays_inside(seen, shown, deeper.points, deeper.faces) else opening


def _drawn_out(seen: OpenPart, opening: Opening, way: Floats) -> Opening:
    """An opening's lid moved along a way (3,), with walls from its border to it."""
    number = seen.rim_number
    ring = np.concatenate([number[np.array(seen.loops[i])] for i in opening.loops])
    ahead = np.concatenate([number[np.roll(seen.loops[i], -1)] for i in opening.loops])
    rim = len(seen.rim)
    moved = np.arange(len(opening.points))
    moved[ring] = len(opening.points) + np.arange(len(ring))
    inner = opening.points[rim:] + way
    points = np.concatenate([opening.points[:rim], inner, opening.points[ring] + way])
    one, other = moved[ring], moved[ahead]
    walls = [np.stack([ahead, ring, one], axis=1), np.stack([ahead, one, other], axis=1)]
    return Opening(opening.loops, points, np.concatenate([moved[opening.faces], *walls]))


def _goes_on(seen: OpenPart, opening: Opening) -> bool:
    """Whether most of a lid is in one plane, and faces of the part go on in the lid unbent.

    Measured on the lids of artists' parts that were neither plane nor let alone by the field: of
    31 such, none was grown nearer to the true surface, 24 were farther.
    """
    lid = OpenPart(opening.points, opening.faces, [], 0)
    area = areas(lid.points, lid.faces)
    same = lid.face_normals @ lid.face_normals[np.argmax(area)] > SAME
    if area[same].sum() < MAINLY * area.sum():
        return False
    number = seen.rim_number
    rings = [np.array(seen.loops[i]) for i in opening.loops]
    start, end = np.concatenate(rings), np.concatenate([np.roll(ring, -1) for ring in rings])
    own = seen.face_normals[beside(seen, start, end)]
    beyond = lid.face_normals[beside(lid, number[end], number[start])]
    length = np.linalg.norm(seen.points[end] - seen.points[start], axis=1)
    unbent = np.einsum("ij,ij->i", own, beyond) > LEVEL
    return bool(length[unbent].sum() > UNBENT * length.sum())


def _depth(opening: Opening, field: GridField, normal: Floats, size: float) -> tuple[float, float]:
    """How far the zero level is from a lid on average, along its normal, up to a bound.

    And at how much of the lid it is beyond it.
    """
    none = np.zeros((len(opening.faces), 3))
    places = Samples.of_faces(opening.points, opening.faces, none, size / ASKED).point
    within = field.at(places) < 0
    way = np.where(within, 1.0, -1.0)[:, None] * normal
    step = 2 * ENDS * size / STEPS
    along = step * np.arange(STEPS)
    on_way = places[:, None] + along[:, None] * way[:, None]
    values = field.at(on_way.reshape(-1, 3)).reshape(on_way.shape[:2])
    same = np.logical_and.accumulate((values < 0) == within[:, None], axis=1)
    last = same.sum(axis=1) - 1
    row, beyond = np.arange(len(values)), np.minimum(last + 1, STEPS - 1)
    here, there = np.abs(values[row, last]), np.abs(values[row, beyond])
    part = np.where(beyond > last, here / np.maximum(here + there, 1e-300), 0.0)
    return float(step * (last + part).mean()), float(within.mean())


def beside(seen: OpenPart, start: Ints, end: Ints) -> Ints:
    """Of each directed edge (N,) of a part's border the row (N,) of its face that has it."""
    key = (seen.faces.reshape(-1) << 31) | seen.faces[:, AHEAD].reshape(-1)
    order = np.argsort(key)
    place = np.searchsorted(key[order], (start << 31) | end).clip(max=len(key) - 1)
    return np.asarray(order[place] // 3)


def _into(seen: OpenPart, start: Ints, end: Ints, row: Ints) -> Floats:
    """Of each edge of the border the unit direction (N,3) from it into its face, of that row."""
    p, q = seen.points[start], seen.points[end]
    # The third corner is what is left of the sum.
    apex = seen.faces[row].sum(axis=1) - start - end
    away, edge = seen.points[apex] - p, q - p
    square = np.maximum(np.sum(edge**2, axis=1, keepdims=True), 1e-300)
    away = away - edge * np.sum(away * edge, axis=1, keepdims=True) / square
    return np.asarray(away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-300))


def _inward(seen: OpenPart, loops: list[int]) -> list[Floats]:
    """For each loop, for each edge, the direction (n,3) from it into the part's face."""
    found = []
    for i in loops:
        start = np.array(seen.loops[i])
        end = np.roll(start, -1)
        found.append(_into(seen, start, end, beside(seen, start, end)))
    return found
