# SPDX-License-Identifier: GPL-3.0-or-later
"""Arithmetic on face labels. NumPy only, no Blender.

Labels are (F,) int32, one part id for each face (polygon) of a mesh, -1 where there is none. Ids
are names, not positions: they may have gaps, and a part that survives a new cut keeps its id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

from ...backend.contract.arrays import NDArray, np

Labels: TypeAlias = "NDArray[np.int32]"
Areas: TypeAlias = "NDArray[np.float64]"

UNLABELLED = -1


def majority(
    values: NDArray[np.integer], polygon: NDArray[np.integer], area: Areas, count: int
) -> Labels:
    """The value that covers most of each polygon: (count,) int32, -1 for polygons without any.

    values : (T,) int >= 0 of each triangle; polygon : (T,) its polygon; area : (T,) its area.
    """
    result = np.full(count, UNLABELLED, dtype=np.int32)
    if len(values) == 0:
        return result
    span = int(values.max()) + 1
    pair, inverse = np.unique(polygon.astype(np.int64) * span + values, return_inverse=True)
    # Zero-area polygons still have a majority: their triangles count a little each.
    share = np.bincount(inverse.reshape(-1), weights=area) + 1e-300
    order = np.argsort(share, kind="stable")  # the largest share of a polygon is written last
    result[pair[order] // span] = pair[order] % span
    return result


def recut(
    cut: Labels,
    current: Labels,
    weight: Areas,
    *,
    locked: Collection[int] = (),
    kept_borders: Iterable[tuple[int, int]] = (),
) -> Labels:
    """Labels of a new cut that respects what the artist locked; surviving parts keep their ids.

    cut : (F,) the new cut in numbers of its own, -1 where it has no opinion; current : (F,) ids
    until now; weight : (F,) area of each face. Faces of `locked` ids stay as they are. For each
    pair of `kept_borders`, no new part holds faces of both.
    """
    new = cut.astype(np.int64)
    for one, two in kept_borders:
        in_one, in_two = current == one, current == two
        shared = np.intersect1d(new[in_one], new[in_two])
        apart = in_two & np.isin(new, shared[shared >= 0])
        new[apart] += int(new.max(initial=0)) + 1
    fixed = (cut < 0) | np.isin(current, list(locked))
    return match_ids(new, current, weight, fixed)


def match_ids(
    new: NDArray[np.integer], current: Labels, weight: Areas, fixed: NDArray[np.bool_] | None = None
) -> Labels:
    """Give new parts the ids of the current parts that they overlap most, the largest first.

    new : (F,) any numbers >= 0 where not `fixed`; faces that are `fixed` keep their current id,
    which nothing else may take. Parts that match none get the lowest free ids, the largest first.
    """
    result = current.astype(np.int32, copy=True)
    free = np.ones(len(new), dtype=bool) if fixed is None else ~fixed
    if not free.any():
        return result
    taken = set(current[~free].tolist()) | {UNLABELLED}
    numbers, part = compact(new[free])
    ids, before = compact(current[free])
    overlap = np.bincount(part.astype(np.int64) * len(ids) + before, weights=weight[free] + 1e-300)
    pairs = np.flatnonzero(overlap)
    name = np.full(len(numbers), UNLABELLED, dtype=np.int32)
    for pair in pairs[np.argsort(-overlap[pairs], kind="stable")].tolist():
        number, old = divmod(pair, len(ids))
        candidate = int(ids[old])
        if name[number] == UNLABELLED and candidate not in taken:
            name[number] = candidate
            taken.add(candidate)
    size = np.bincount(part, weights=weight[free])
    lowest = 0
    for number in np.argsort(-size, kind="stable").tolist():
        if name[number] != UNLABELLED:
            continue
        while lowest in taken:
            lowest += 1
        name[number] = lowest
        taken.add(lowest)
    result[free] = name[part]
    return result


Signature = tuple[int, float]
"""What tells the faces of one part from those of another."""


def signatures(labels: Labels) -> dict[int, Signature]:
    """The signature of each part. Labels of as many faces can be compared by them."""
    weight = np.random.default_rng(len(labels)).random(len(labels))
    return measure(labels, weight)  # sums in the order of the faces, so equal to the last bit


def renumber(new: Labels, current: Labels, known: Mapping[Signature, int]) -> Labels:
    """Give parts of a new cut, where they are not as they were, the ids that they had before.

    new : (F,) ids of a cut; current : (F,) ids until now; known : ids of former parts. A part whose
    former id another one has keeps its own, or gets the lowest that is free.
    """
    now, before = signatures(new), signatures(current)
    others = [part for part in now if now[part] != before.get(part)]
    taken = set(now) - set(others)
    ids: dict[int, int] = {}
    for part in others:
        former = known.get(now[part])
        if former is not None and former not in taken:
            ids[part] = former
            taken.add(former)
    for part in others:
        if part not in ids:
            ids[part] = part if part not in taken else unused_id(taken)
            taken.add(ids[part])
    moved = {part: other for part, other in ids.items() if part != other}
    result = new.copy()
    for part, other in moved.items():
        result[new == part] = other
    return result


def merge(labels: Labels, ids: Collection[int], into: int) -> Labels:
    """All faces of `ids` get the id `into`. (F,) int32."""
    return np.where(np.isin(labels, list(ids)), into, labels).astype(np.int32)


def split(labels: Labels, part_id: int, piece: Labels, weight: Areas) -> Labels:
    """Make several parts of one: (F,) int32.

    piece : (F,) int, the piece that each face of the part goes to; -1 for those without an
    opinion, which stay with the largest piece. That piece keeps the id, others get free ones.
    """
    inside = (labels == part_id) & (piece >= 0)
    if not inside.any():
        return labels.astype(np.int32, copy=True)
    largest = np.bincount(piece[inside], weights=weight[inside]).argmax()
    new = np.where(piece >= 0, piece, largest)
    return match_ids(new, labels, weight, labels != part_id)


def touch(
    labels: Labels, polygon: NDArray[np.integer], edge: NDArray[np.integer], one: int, two: int
) -> bool:
    """Do two parts share an edge? polygon, edge : (C,) of each corner of each polygon."""
    part = labels[polygon]
    return len(np.intersect1d(edge[part == one], edge[part == two])) > 0


def measure(labels: Labels, area: Areas) -> dict[int, tuple[int, float]]:
    """Faces and area of each id, ascending; -1 is left out."""
    ids, position = compact(labels)
    faces = np.bincount(position, minlength=len(ids))
    areas = np.bincount(position, weights=area, minlength=len(ids))
    rows = zip(ids.tolist(), faces.tolist(), areas.tolist(), strict=True)
    return {part: (count, size) for part, count, size in rows if part != UNLABELLED}


def compact(values: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct values, ascending, and the place of each value among them.

    As `numpy.unique` with its inverse, but without sorting where numbers are small, as ids are.
    """
    if len(values) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    lowest, highest = int(values.min()), int(values.max())
    if highest - lowest > 4 * len(values) + 1000:
        distinct, place = np.unique(values, return_inverse=True)
        return distinct.astype(np.int64), place.reshape(-1)
    is_used = np.bincount(values - lowest) > 0
    place_of = np.cumsum(is_used) - 1
    return np.flatnonzero(is_used) + lowest, place_of[values - lowest]


def unused_id(ids: Collection[int]) -> int:
    """The lowest id that is not among `ids`."""
    taken, lowest = set(ids), 0
    while lowest in taken:
        lowest += 1
    return lowest
