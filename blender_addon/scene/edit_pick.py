# SPDX-License-Identifier: GPL-3.0-or-later
"""What is under the mouse in Edit Mode: a face of a mesh as it is being edited and shown.

Blender casts no rays on what is being edited, so a tree of its faces is kept until they change.
"""

from __future__ import annotations

from collections.abc import Sequence

import bpy
from mathutils import Vector
from mathutils.bvhtree import BVHTree

from . import changed, click_masks
from .click_masks import Reading
from .pick import MOST_LAYERS, STEP, Hit

_trees: dict[int, tuple[Reading, BVHTree]] = {}  # by session_uid of the object


def under_mouse(context: bpy.types.Context, x: float, y: float) -> Hit | None:
    """The nearest face of the meshes in Edit Mode at a pixel of the 3D view, None without one."""
    from bpy_extras import view3d_utils

    region, view = context.region, context.region_data
    origin = view3d_utils.region_2d_to_origin_3d(region, view, (x, y))
    direction = view3d_utils.region_2d_to_vector_3d(region, view, (x, y))
    planes = [*view.clip_planes] if view.use_clip_planes else []
    return along_ray(list(context.objects_in_mode), origin, direction, planes)


def along_ray(
    objects: Sequence[bpy.types.Object],
    origin: Vector,
    direction: Vector,
    planes: Sequence[Sequence[float]] = (),
) -> Hit | None:
    """The first face that a ray of the world hits; planes : of the view's clipping region."""
    found: list[tuple[float, Hit]] = []
    for obj in objects:
        if obj.type == "MESH":
            hit = _hit_on(obj, origin, direction, planes)
            if hit is not None:
                found.append(((obj.matrix_world @ hit.point - origin).length, hit))
    return min(found, key=lambda each: each[0])[1] if found else None


def _hit_on(
    obj: bpy.types.Object, origin: Vector, direction: Vector, planes: Sequence[Sequence[float]]
) -> Hit | None:
    import bmesh

    to_local = obj.matrix_world.inverted_safe()
    start, toward = to_local @ origin, to_local.to_3x3() @ direction
    first, tree, faces = start, _tree(obj), bmesh.from_edit_mesh(obj.data).faces
    faces.ensure_lookup_table()
    for _ in range(MOST_LAYERS):
        place, _normal, face, _distance = tree.ray_cast(start, toward)
        if place is None:
            return None
        where = obj.matrix_world @ place
        clipped = any(where.dot(Vector(plane[:3])) + plane[3] < 0.0 for plane in planes)
        if not (faces[face].hide or clipped):
            return Hit(obj, face, place, place)
        start = place + toward.normalized() * max(STEP * (place - first).length, 1e-6)
    return None


def _tree(obj: bpy.types.Object) -> BVHTree:
    """The faces of an object in Edit Mode, as they are now."""
    import bmesh

    reading = click_masks.read(obj)
    known = _trees.get(obj.session_uid)
    if known is None or known[0] is not reading:
        known = reading, BVHTree.FromBMesh(bmesh.from_edit_mesh(obj.data))
        _trees.clear()  # of what is edited no more
        _trees[obj.session_uid] = known
    return known[1]


def register() -> None:
    changed.loading.listen(_trees.clear)


def unregister() -> None:
    changed.loading.ignore(_trees.clear)
    _trees.clear()
