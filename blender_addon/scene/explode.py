# SPDX-License-Identifier: GPL-3.0-or-later
"""The exploded view: parts move apart by a property of their collection, and nothing is baked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import bpy
from mathutils import Matrix, Vector

from ...backend.contract.arrays import NDArray, np
from ..mesh.delta import is_exploded, own_delta, set_offset

Floats: TypeAlias = "NDArray[np.float64]"

MOST_PUSHES = 8  # of one part out of others, before it is left where it is


def update(collection: bpy.types.Collection) -> None:
    """Move the parts of a collection as far apart as its property says."""
    share = collection.partwise.explode
    moved = parts_in(collection)
    if share == 0.0 or len(moved) < 2:
        for obj in moved:
            set_offset(obj, Vector())
        return
    spaces = _Rest(moved)
    worlds = [spaces.world(obj) for obj in moved]
    boxes = [np.array(obj.bound_box, dtype=np.float64) for obj in moved]
    largest = max(range(len(moved)), key=lambda i: np.prod(np.ptp(boxes[i], axis=0)))
    turn = worlds[largest].to_quaternion().to_matrix()  # so that boxes fit the parts' own axes
    corners = [
        box @ np.array(turn.transposed() @ world.to_3x3()).T
        + np.array(turn.transposed() @ world.translation)
        for box, world in zip(boxes, worlds, strict=True)
    ]
    low = np.array([points.min(axis=0) for points in corners])
    high = np.array([points.max(axis=0) for points in corners])
    ways = {
        obj: turn @ Vector(way) * share
        for obj, way in zip(moved, ways_apart(low, high), strict=True)
    }
    for obj in moved:
        carrier = next((ancestor for ancestor in _ancestors(obj) if ancestor in ways), None)
        way = ways[obj] - (ways[carrier] if carrier else Vector())
        set_offset(obj, spaces.parent(obj).to_3x3().inverted_safe() @ way)


@contextmanager
def set_aside(objects: Iterable[bpy.types.Object]) -> Iterator[None]:
    """While inside, parts are where they really are: for what must not see the exploded view."""
    exploded = [(obj, obj.delta_location.copy()) for obj in objects if is_exploded(obj)]
    for obj, _ in exploded:
        obj.delta_location = own_delta(obj)
    try:
        yield
    finally:
        for obj, delta in exploded:
            obj.delta_location = delta


def parts_in(collection: bpy.types.Collection) -> list[bpy.types.Object]:
    """The parts in a collection that can be moved."""
    return [
        obj
        for obj in collection.all_objects
        if obj.type == "MESH" and obj.partwise.source is not None and obj.is_editable
    ]


def worlds_at_rest(parts: Iterable[bpy.types.Object]) -> list[Matrix]:
    """4 x 4 each: where parts really are, whatever the exploded view shows."""
    parts = list(parts)
    if not any(map(is_exploded, parts)):
        return [part.matrix_world.copy() for part in parts]
    spaces = _Rest(parts)
    return [spaces.world(part) for part in parts]


def ways_apart(low: Floats, high: Floats) -> Floats:
    """(P, 3) how far each part goes at full explosion; low, high : (P, 3) of their boxes.

    Away from the centre of all by the distance from it. What would stay in the middle of a larger
    part, like a hub in its wheel, leaves it along the axis on which that is the shortest way.
    """
    middle = (low + high) / 2
    ways = middle - (low.min(axis=0) + high.max(axis=0)) / 2
    by_size = np.argsort(-np.prod(high - low + 1e-9, axis=1), kind="stable")
    for rank, part in enumerate(by_size[1:], start=1):
        larger = by_size[:rank]
        for _ in range(MOST_PUSHES):
            centre = middle[part] + ways[part]
            inside = (low[larger] + ways[larger] <= centre) & (
                centre <= high[larger] + ways[larger]
            )
            holders = larger[inside.all(axis=1)]
            if len(holders) == 0:
                break
            up = (high + ways)[holders].max(axis=0) - (low + ways)[part]
            down = (high + ways)[part] - (low + ways)[holders].min(axis=0)
            axis = int(np.argmin(np.minimum(up, down)))
            ways[part, axis] += up[axis] if up[axis] <= down[axis] else -down[axis]
    return ways


class _Rest:
    """Where objects are without the exploded view, whether or not Blender has evaluated it."""

    def __init__(self, moved: Iterable[bpy.types.Object]) -> None:
        self._moved = set(moved)

    def world(self, obj: bpy.types.Object) -> Matrix:
        """4 x 4, the object's space to the world."""
        if not (obj in self._moved or self._moved.intersection(_ancestors(obj))):
            return obj.matrix_world
        basis = obj.matrix_basis.copy()
        basis.translation = obj.location + own_delta(obj)
        return self.parent(obj) @ basis

    def parent(self, obj: bpy.types.Object) -> Matrix:
        """4 x 4, the space in which the object's location is, to the world."""
        if obj.parent is None:
            return Matrix.Identity(4)
        space = self.world(obj.parent)
        if obj.parent_type == "BONE" and obj.parent_bone in obj.parent.pose.bones:
            bone = obj.parent.pose.bones[obj.parent_bone]
            space = space @ bone.matrix @ Matrix.Translation((0.0, bone.length, 0.0))
        return space @ obj.matrix_parent_inverse


def _ancestors(obj: bpy.types.Object) -> Iterator[bpy.types.Object]:
    while obj.parent is not None:
        obj = obj.parent
        yield obj
