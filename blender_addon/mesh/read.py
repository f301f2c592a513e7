# SPDX-License-Identifier: GPL-3.0-or-later
"""Object -> arrays for the engine."""

from __future__ import annotations

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.records import Record, Value
from ...backend.contract.requests import fingerprint


class MeshArrays(Value):
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


class Snapshot(Record):
    """A copy of an object's own mesh, before modifiers: all that must be read in Blender's thread.

    positions : (V, 3) float32; corner_vertex : (C,) int32; starts : (F,) int32 the first corner of
    each polygon; triangles : (T, 3) int32 corners, only when a polygon has more than four.
    """

    positions: NDArray[np.float32]
    corner_vertex: NDArray[np.int32]
    starts: NDArray[np.int32]
    triangles: NDArray[np.int32] | None
    stretch: NDArray[np.float64]

    @classmethod
    def of(cls, obj: bpy.types.Object) -> Snapshot:
        """Copy a mesh as it is now; in Edit Mode, as it is edited."""
        mesh = obj.data
        if mesh.is_editmode:
            obj.update_from_editmode()
        starts = np.empty(len(mesh.polygons), dtype=np.int32)
        mesh.polygons.foreach_get("loop_start", starts)
        triangles = None
        if len(starts) and np.diff(starts, append=len(mesh.loops)).max() > 4:
            mesh.calc_loop_triangles()
            triangles = np.empty((len(mesh.loop_triangles), 3), dtype=np.int32)
            mesh.loop_triangles.foreach_get("loops", triangles.ravel())
        return cls(positions(mesh), corner_vertices(mesh), starts, triangles, _stretch(obj))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Snapshot) and all(
            np.array_equal(getattr(self, name), getattr(other, name), equal_nan=name == "positions")
            for name in ("positions", "corner_vertex", "starts", "stretch")
        )

    def arrays(self, chosen: NDArray[np.bool_] | None = None) -> MeshArrays:
        """The triangles of the polygons that are `chosen` (F,) bool, or of all.

        Does not touch Blender, so that it may run in any thread.
        """
        polygons = len(self.starts)
        corners = triangulate(self) if self.triangles is None else self.triangles
        polygon = np.searchsorted(self.starts, corners[:, 0], side="right").astype(np.int32) - 1
        faces = self.corner_vertex[corners]
        vertex = np.arange(len(self.positions), dtype=np.int32)
        if chosen is not None:
            kept = chosen[polygon]
            vertex, inverse = np.unique(faces[kept], return_inverse=True)
            vertex = vertex.astype(np.int32)
            faces, polygon = inverse.reshape(-1, 3).astype(np.int32), polygon[kept]
        with np.errstate(invalid="ignore"):  # broken coordinates are for the engine to refuse
            scaled = self.positions[vertex].astype(np.float64) @ self.stretch
        name = fingerprint(scaled, faces)
        return MeshArrays(scaled, faces, vertex, polygon, polygons, self.stretch, name)


def triangulate(mesh: Snapshot) -> NDArray[np.int32]:
    """Corners of the triangles (T, 3) int32 of a mesh of triangles and quads, in polygon order.

    A quad is cut along the diagonal that leaves both halves facing the same way. Blender's own
    triangles, which are the same, would take ten times as long to read.
    """
    sizes = np.diff(mesh.starts, append=len(mesh.corner_vertex))
    first = np.repeat(mesh.starts, np.maximum(sizes - 2, 0))
    is_second = np.zeros(len(first), dtype=bool)
    is_second[1:] = first[1:] == first[:-1]
    corners = first[:, None] + np.array([0, 1, 2], dtype=np.int32) + is_second[:, None] * [0, 1, 1]
    quad = mesh.starts[sizes == 4]
    a, b, c, d = (mesh.positions[mesh.corner_vertex[quad + k]] for k in range(4))
    with np.errstate(invalid="ignore", over="ignore"):
        one, two = np.cross(b - a, c - a), np.cross(c - a, d - a)
        is_dented = np.einsum("ij,ij->i", one, two) < 0
    turned = np.repeat(np.isin(mesh.starts, quad[is_dented]), np.maximum(sizes - 2, 0))
    corners[turned & ~is_second] = first[turned & ~is_second, None] + [0, 1, 3]
    corners[turned & is_second] = first[turned & is_second, None] + [1, 2, 3]
    return corners.astype(np.int32)


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


def turn_of(obj: bpy.types.Object) -> NDArray[np.float64]:
    """How an object is turned and mirrored in the world, beside its stretch: (3, 3) orthogonal."""
    world = np.array(obj.matrix_world, dtype=np.float64)[:3, :3]
    if not np.isfinite(world).all():
        return np.eye(3)
    left, _, right = np.linalg.svd(world)
    return np.asarray(left @ right)


def selected_faces(mesh: bpy.types.Mesh) -> NDArray[np.bool_]:
    """(F,) bool, the polygons that are selected in Edit Mode (or were, when it was left)."""
    if mesh.is_editmode:
        import bmesh

        faces = bmesh.from_edit_mesh(mesh).faces
        return np.fromiter((face.select for face in faces), dtype=bool, count=len(faces))
    chosen = np.empty(len(mesh.polygons), dtype=bool)
    mesh.polygons.foreach_get("select", chosen)
    return chosen
