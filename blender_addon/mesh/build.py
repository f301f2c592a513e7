# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes of parts -> part objects, with everything that Blender stores on an object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import bpy
from mathutils import Matrix, Vector

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.records import Value
from ..core.labels import Labels
from .borders import is_border, is_by_angle, release_borders
from .layers import corner_faces
from .preview import is_preview, remove_preview
from .read import corner_vertices, positions

Point: TypeAlias = "NDArray[Any]"

# Modifiers whose result does not depend on where the origin is.
FREE_OF_ORIGIN = {
    *("ARMATURE", "BEVEL", "CORRECTIVE_SMOOTH", "DATA_TRANSFER", "DECIMATE", "EDGE_SPLIT"),
    *("LAPLACIANSMOOTH", "MASK", "REMESH", "SHRINKWRAP", "SMOOTH", "SOLIDIFY", "SUBSURF"),
    *("TRIANGULATE", "VERTEX_WEIGHT_EDIT", "VERTEX_WEIGHT_MIX", "WEIGHTED_NORMAL", "WELD"),
    "WIREFRAME",
}


def build_part(
    source: bpy.types.Object, mesh: bpy.types.Mesh, name: str, part_id: int
) -> bpy.types.Object:
    """An object like its source, with another mesh. It is in no collection yet."""
    part = source.copy()
    part.name = mesh.name = name
    part.data = mesh
    part.active_shape_key_index = source.active_shape_key_index
    part.partwise.source = source
    part.partwise.part_id = part_id
    part.partwise.explode_offset = (0, 0, 0)
    remove_preview(part)
    release_borders([part])  # of the part that this is a part of
    return part


def part_centres(
    source: bpy.types.Mesh, labels: Labels, meshes: dict[int, bpy.types.Mesh], origin: str
) -> dict[int, Point]:
    """Where the origin of each part shall be, (3,) in the source's coordinates.

    origin : "BOUNDS", "SURFACE" or "JOINT", see properties.
    """
    joints = joint_centres(source, labels) if origin == "JOINT" else {}
    centres = {}
    for label, mesh in meshes.items():
        if label in joints:
            centres[label] = joints[label]
        elif origin == "SURFACE" and len(mesh.polygons):
            centres[label] = _surface_centre(mesh)
        else:
            points = positions(mesh)
            centres[label] = (points.min(axis=0) + points.max(axis=0)) / 2
    return centres


def joint_centres(source: bpy.types.Mesh, labels: Labels) -> dict[int, Point]:
    """For each part with a neighbour, the middle of its border with the one it shares most with."""
    largest: dict[int, Contact] = {}
    for (one, _), contact in contacts(source, labels).items():
        if one not in largest or contact.size > largest[one].size:
            largest[one] = contact
    return {label: contact.centre for label, contact in largest.items()}


class Contact(Value):
    """Where two parts meet: how many vertices they share, and the middle of these, (3,)."""

    size: int
    centre: Point


def contacts(source: bpy.types.Mesh, labels: Labels) -> dict[tuple[int, int], Contact]:
    """The borders of parts with each other, by both orders of their labels.

    labels : (F,) of polygons; centres are in the mesh's coordinates.
    """
    names, index = np.unique(labels, return_inverse=True)
    count = len(names)
    vertex = corner_vertices(source).astype(np.int64)
    pairs = np.unique(vertex * count + index[corner_faces(source)])
    vertex, part = pairs // count, pairs % count
    found = []
    for step in range(1, count):  # of the parts round a vertex, each with each; few vertices have 3
        same = np.nonzero(vertex[step:] == vertex[:-step])[0]
        if len(same) == 0:
            break
        one, two = part[same], part[same + step]
        found += [np.stack([one, two, vertex[same]]), np.stack([two, one, vertex[same]])]
    if not found:
        return {}
    one, two, shared = np.concatenate(found, axis=1)
    borders, border, size = np.unique(one * count + two, return_inverse=True, return_counts=True)
    points = positions(source)[shared].astype(np.float64)
    sums = [np.bincount(border, weights=points[:, axis]) for axis in range(3)]
    centre = np.stack(sums, axis=1) / size[:, None]
    return {
        (int(names[b // count]), int(names[b % count])): Contact(int(n), middle)
        for b, n, middle in zip(borders.tolist(), size.tolist(), centre, strict=True)
    }


def _surface_centre(mesh: bpy.types.Mesh) -> Point:
    centre = np.empty((len(mesh.polygons), 3), dtype=np.float32)
    mesh.polygons.foreach_get("center", centre.ravel())
    area = np.empty(len(mesh.polygons), dtype=np.float32)
    mesh.polygons.foreach_get("area", area)
    return np.average(centre, axis=0, weights=area if area.sum() > 0 else None)


def origin_is_free(obj: bpy.types.Object) -> bool:
    """Can the origin be elsewhere, with nothing changed in the world?"""
    for modifier in obj.modifiers:
        if is_preview(modifier) or is_border(modifier):  # which parts do not get
            continue
        if modifier.type not in FREE_OF_ORIGIN and not is_by_angle(modifier):
            return False
    if any(not constraint.mute for constraint in obj.constraints):
        return False
    return not _location_is_animated(obj)


def _location_is_animated(obj: bpy.types.Object) -> bool:
    animation = obj.animation_data
    if animation is None:
        return False
    moving = ("location", "rotation", "scale", "delta_")
    curves = [*animation.drivers, *_action_curves(animation.action)]
    return bool(animation.nla_tracks) or any(c.data_path.startswith(moving) for c in curves)


def _action_curves(action: bpy.types.Action | None) -> Iterator[bpy.types.FCurve]:
    for layer in action.layers if action is not None else ():
        for strip in layer.strips:
            for bag in strip.channelbags:
                yield from bag.fcurves


def move_origin(part: bpy.types.Object, centre: Point) -> None:
    """Put the origin at a point (3,) of the mesh's coordinates; nothing moves in the world."""
    mesh = part.data
    offset = Vector(np.asarray(centre, dtype=float).tolist())
    space = mesh.texspace_location - offset
    mesh.transform(Matrix.Translation(-offset), shape_keys=True)
    mesh.texspace_location = space
    shift_origin(part, centre)


def shift_origin(part: bpy.types.Object, centre: Point) -> None:
    """Let a part stay where it is, whose mesh was moved by `move_origin` of another object."""
    part.location += part.matrix_basis.to_3x3() @ Vector(np.asarray(centre, dtype=float).tolist())
