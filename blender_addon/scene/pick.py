# SPDX-License-Identifier: GPL-3.0-or-later
"""What is under the mouse: an object, and the face of its own mesh, whatever its modifiers do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import bpy
from mathutils import Matrix, Vector
from mathutils.geometry import area_tri, tessellate_polygon

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.errors import BadInput
from ...backend.contract.records import Value
from ..mesh.attributes import read_attribute
from ..mesh.read import corner_vertices

Origins: TypeAlias = "NDArray[np.int32]"
"""(E,) the polygon of the own mesh behind each evaluated one, -1 where there is none."""

FACE_NUMBER = ".partwise_origin"
STEP = 1e-5  # share of the distance by which a ray goes on behind what it must not hit
MOST_LAYERS = 64  # of what is looked through


class Hit(Value):
    """A place on an object: `face` and `point` on its own mesh, `place` as it is seen.

    All in the object's own coordinates.
    """

    obj: bpy.types.Object
    face: int
    point: Vector
    place: Vector


def under_mouse(context: bpy.types.Context, x: float, y: float) -> Hit | None:
    """The nearest mesh at a pixel of the 3D view, None when there is none.

    Raises BadInput when what is there cannot be clicked, with the reason.
    """
    from bpy_extras import view3d_utils

    region, view = context.region, context.region_data
    origin = view3d_utils.region_2d_to_origin_3d(region, view, (x, y))
    direction = view3d_utils.region_2d_to_vector_3d(region, view, (x, y))
    planes = [*view.clip_planes] if view.use_clip_planes else []
    return along_ray(context, origin, direction, context.space_data, planes)


def along_ray(
    context: bpy.types.Context,
    origin: Vector,
    direction: Vector,
    space: bpy.types.SpaceView3D | None = None,
    planes: Sequence[Sequence[float]] = (),
) -> Hit | None:
    """The first mesh that a ray of the world hits, as far as a 3D view shows it.

    planes : of the view's clipping region. See `under_mouse`.
    """
    depsgraph = context.evaluated_depsgraph_get()
    start = origin
    for _ in range(MOST_LAYERS):
        is_hit, where, _normal, _face, obj, matrix = context.scene.ray_cast(
            depsgraph, start, direction
        )
        if not is_hit:
            return None
        obj = obj.original
        clipped = any(where.dot(Vector(plane[:3])) + plane[3] < 0.0 for plane in planes)
        if not clipped and _is_solid(obj):
            is_own = _same(matrix, obj.evaluated_get(depsgraph).matrix_world)
            if not is_own:
                raise BadInput(
                    f"What you clicked is an instance of “{obj.name}”, not a mesh of its own.",
                    "Make it real with Object > Apply > Make Instances Real.",
                )
            if obj.visible_get(view_layer=context.view_layer, viewport=space):
                return hit_on(obj, depsgraph, start, direction)
        start = where + direction * max(STEP * (where - origin).length, 1e-6)
    return None


def hit_on(
    obj: bpy.types.Object, depsgraph: bpy.types.Depsgraph, origin: Vector, direction: Vector
) -> Hit | None:
    """Where a ray of the world hits one object.

    Raises BadInput when it is no mesh, or only its modifiers have a face there.
    """
    if obj.type != "MESH":
        kind = obj.type.replace("_", " ").lower()
        raise BadInput(
            f"“{obj.name}” is not a mesh (it is a {kind}).",
            "It can become one with Object > Convert > Mesh.",
        )
    evaluated = obj.evaluated_get(depsgraph)
    to_local = evaluated.matrix_world.inverted_safe()
    start, end = to_local @ origin, to_local @ (origin + direction)
    is_hit, place, _normal, face = evaluated.ray_cast(start, end - start, depsgraph=depsgraph)
    if not is_hit:
        return None
    if not is_changed(obj):
        return Hit(obj, face, place, place)
    origins = find_origins(obj, depsgraph)
    face = face if origins is None else int(origins[face])
    if face < 0:
        raise BadInput(
            f"This face of “{obj.name}” is made by a modifier alone.",
            "Click another one, or apply the modifier first.",
        )
    return Hit(obj, face, middle(obj.data, face), place)


def nearest_on(obj: bpy.types.Object, point: Vector) -> Hit | None:
    """The place on an object's own mesh that is nearest to a point in its coordinates."""
    if not is_changed(obj):
        is_found, place, _normal, face = obj.closest_point_on_mesh(point)
        return Hit(obj, face, place, place) if is_found else None
    centres = np.empty((len(obj.data.polygons), 3), np.float32)
    obj.data.polygons.foreach_get("center", centres.ravel())
    if not len(centres):
        return None
    face = int(np.argmin(((centres - np.array(point, np.float32)) ** 2).sum(axis=1)))
    return Hit(obj, face, middle(obj.data, face), Vector(point))


def middle(mesh: bpy.types.Mesh, face: int) -> Vector:
    """A point well inside a polygon: the middle of the largest of its triangles."""
    corners = [mesh.vertices[vertex].co for vertex in mesh.polygons[face].vertices]
    triangles = [[corners[k] for k in triangle] for triangle in tessellate_polygon([corners])]
    if not triangles:  # it has no area
        return corners[0].copy()
    largest = max(triangles, key=lambda triangle: area_tri(*triangle))
    return sum(largest, Vector()) / 3.0


def is_changed(obj: bpy.types.Object) -> bool:
    """Is the object shown otherwise than its own mesh, by modifiers or shape keys?"""
    return obj.data.shape_keys is not None or any(each.show_viewport for each in obj.modifiers)


# Origins by session_uid, with what they were found for: made when somebody clicks, used when drawn.
_found: dict[int, tuple[NDArray[np.int32], Origins | None]] = {}


def find_origins(obj: bpy.types.Object, depsgraph: bpy.types.Depsgraph) -> Origins | None:
    """Which polygons of the own mesh the evaluated ones come from; None when they are the same."""
    if not is_changed(obj):
        return None
    mesh = obj.evaluated_get(depsgraph).data
    vertex = read_attribute(mesh, ".corner_vert", (len(mesh.loops),), np.int32)
    known = _found.get(obj.session_uid)
    if known is not None and np.array_equal(known[0], vertex):
        return known[1]
    same = np.array_equal(vertex, corner_vertices(obj.data))
    origins = None if same else _through_modifiers(obj, depsgraph)
    if origins is not None and len(origins) != len(mesh.polygons):  # a modifier of many minds
        origins = np.full(len(mesh.polygons), -1, np.int32)
    _found[obj.session_uid] = vertex, origins
    return origins


def spread(obj: bpy.types.Object, faces: NDArray[np.bool_], count: int) -> NDArray[np.bool_] | None:
    """What is true of polygons of the own mesh, for as many evaluated ones; None when unknown.

    Never evaluates anything, so that it can be used while drawing.
    """
    _, origins = _found.get(obj.session_uid, (None, None))
    if is_changed(obj) and origins is not None and len(origins) == count:
        return np.asarray(np.append(faces, False)[origins])
    return faces if len(faces) == count else None


def forget() -> None:
    """Free what was kept."""
    _found.clear()


def _through_modifiers(obj: bpy.types.Object, depsgraph: bpy.types.Depsgraph) -> Origins:
    """Send numbers of polygons through the modifiers of a copy, in a scene of its own."""
    mesh = obj.data.copy()
    copy = obj.copy()
    copy.data = mesh
    scene = bpy.data.scenes.new(".partwise")
    try:
        numbers = np.arange(1, len(mesh.polygons) + 1, dtype=np.int32)  # 0 is what new faces get
        mesh.attributes.new(FACE_NUMBER, "INT", "FACE").data.foreach_set("value", numbers)
        scene.frame_current = depsgraph.scene.frame_current
        scene.collection.objects.link(copy)
        layer = scene.view_layers[0]
        layer.update()
        evaluated = copy.evaluated_get(layer.depsgraph).data
        return read_attribute(evaluated, FACE_NUMBER, (len(evaluated.polygons),), np.int32) - 1
    finally:
        bpy.data.objects.remove(copy)
        bpy.data.meshes.remove(mesh)
        bpy.data.scenes.remove(scene)


def _is_solid(obj: bpy.types.Object) -> bool:
    """Can it be clicked as it is shown? Not wires, as of cutters, nor what cannot be selected."""
    return obj.display_type in ("SOLID", "TEXTURED") and not obj.hide_select


def _same(one: Matrix, two: Matrix) -> bool:
    size = max(max(map(abs, row)) for row in two)
    return bool(np.allclose(one, two, rtol=0.0, atol=1e-5 * size))
