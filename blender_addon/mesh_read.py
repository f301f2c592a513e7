# SPDX-License-Identifier: GPL-3.0-or-later
"""Object -> arrays for the engine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import bpy
import numpy as np
from numpy.typing import NDArray

from ..backend.requests import fingerprint


@dataclass(frozen=True)
class MeshArrays:
    """A mesh as the engine takes it.

    vertices : (V, 3) float64, the mesh's coordinates times `stretch`; stretch : (3, 3), the
    object's scale in the world where it is not the same in all directions, else the identity;
    faces : (T, 3) int32 triangles; vertex : (V,) int32 the mesh's vertex behind each of them;
    polygon : (T,) int32 the polygon of each triangle; polygons : how many the mesh has;
    fingerprint : name of exactly these triangles.
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int32]
    vertex: NDArray[np.int32]
    polygon: NDArray[np.int32]
    polygons: int
    stretch: NDArray[np.float64]
    fingerprint: str

    def triangle_areas(self) -> NDArray[np.float64]:
        """(T,) float64."""
        a, b, c = (self.vertices[self.faces[:, corner]] for corner in range(3))
        return np.asarray(np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2)


def read_mesh(obj: bpy.types.Object, chosen: NDArray[np.bool_] | None = None) -> MeshArrays:
    """The triangles of an object's own mesh, before modifiers, with its world scale.

    chosen : (F,) bool, the polygons to read; all by default. In Edit Mode, what is edited is read.
    """
    mesh = obj.data
    if mesh.is_editmode:
        obj.update_from_editmode()
    vertices = positions(mesh)
    mesh.calc_loop_triangles()
    corners = np.empty((len(mesh.loop_triangles), 3), dtype=np.int32)
    mesh.loop_triangles.foreach_get("loops", corners.ravel())
    faces = corner_vertices(mesh)[corners]
    polygon = np.empty(len(faces), dtype=np.int32)
    mesh.loop_triangle_polygons.foreach_get("value", polygon)
    vertex = np.arange(len(vertices), dtype=np.int32)
    if chosen is not None:
        kept = chosen[polygon]
        vertex, inverse = np.unique(faces[kept], return_inverse=True)
        vertex = vertex.astype(np.int32)
        faces = inverse.reshape(-1, 3).astype(np.int32)
        polygon, vertices = polygon[kept], vertices[vertex]
    stretch = _stretch(obj)
    scaled = vertices.astype(np.float64) @ stretch
    name = fingerprint(scaled, faces)
    return MeshArrays(scaled, faces, vertex, polygon, len(mesh.polygons), stretch, name)


def state_of(obj: bpy.types.Object) -> str:
    """A digest of all that `read_mesh` reads, in a tenth of its time: has the mesh changed?"""
    mesh = obj.data
    if mesh.is_editmode:
        obj.update_from_editmode()
    starts = np.empty(len(mesh.polygons), dtype=np.int32)
    mesh.polygons.foreach_get("loop_start", starts)
    digest = hashlib.blake2b(digest_size=16)
    for array in (positions(mesh), corner_vertices(mesh), starts, _stretch(obj)):
        digest.update(str(array.shape).encode())
        digest.update(array.data)
    return digest.hexdigest()


def positions(mesh: bpy.types.Mesh) -> NDArray[np.float32]:
    """(V, 3) float32, the vertices in the mesh's own coordinates."""
    vertices = np.empty((len(mesh.vertices), 3), dtype=np.float32)
    if mesh.is_editmode:  # which hides the attributes, whose memory is copied at once
        mesh.vertices.foreach_get("co", vertices.ravel())
    elif len(vertices):
        mesh.attributes["position"].data.foreach_get("vector", vertices.ravel())
    return vertices


def corner_vertices(mesh: bpy.types.Mesh) -> NDArray[np.int32]:
    """(C,) int32, the vertex of each corner of each polygon."""
    vertex = np.empty(len(mesh.loops), dtype=np.int32)
    if mesh.is_editmode:
        mesh.loops.foreach_get("vertex_index", vertex)
    elif len(vertex):
        mesh.attributes[".corner_vert"].data.foreach_get("value", vertex)
    return vertex


def _stretch(obj: bpy.types.Object) -> NDArray[np.float64]:
    """The part of an object's matrix that changes its shape: (3, 3), symmetric.

    Turning, moving, mirroring and scaling an object as a whole does not change its parts, so that
    what was computed on it stays valid. A collapsed or broken scale would hide the shape: it is
    ignored.
    """
    world = np.array(obj.matrix_world, dtype=np.float64)[:3, :3]
    if not np.isfinite(world).all():
        return np.eye(3)
    _, sizes, axes = np.linalg.svd(world)  # world = turn @ (axes.T * sizes) @ axes
    is_even, is_flat = sizes[2] > (1 - 1e-5) * sizes[0], sizes[2] < 1e-6 * sizes[0]
    return np.eye(3) if is_even or is_flat else (axes.T * sizes) @ axes


def selected_faces(mesh: bpy.types.Mesh) -> NDArray[np.bool_]:
    """(F,) bool, the polygons that are selected in Edit Mode (or were, when it was left)."""
    if mesh.is_editmode:
        import bmesh

        faces = bmesh.from_edit_mesh(mesh).faces
        return np.fromiter((face.select for face in faces), dtype=bool, count=len(faces))
    chosen = np.empty(len(mesh.polygons), dtype=bool)
    mesh.polygons.foreach_get("select", chosen)
    return chosen
