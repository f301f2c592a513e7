# SPDX-License-Identifier: GPL-3.0-or-later
"""What the overlay draws of a mesh: its corners and triangles, face colours, borders of parts."""

from __future__ import annotations

from typing import Any, TypeAlias

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.records import Value
from ..core.labels import Labels
from ..mesh.attributes import read_attribute

Floats: TypeAlias = "NDArray[np.float32]"
Ints: TypeAlias = "NDArray[np.int32]"

HIDDEN = ".hide_poly"
NO_ROW = -1  # of faces without a part


# What corner normals depend on, besides positions, and how each kind of attribute is read. Reading
# the normals themselves would make Blender compute them anew for each new cut.
SHADING = ("sharp_face", "sharp_edge", "custom_normal")
KINDS = {"BOOLEAN": ("bool", 1), "INT16_2D": ("int16", 2), "FLOAT_VECTOR": ("float32", 3)}


class Appearance(Value):
    """What a mesh looks like: two readings that are equal look equal.

    positions : (V, 3) of vertices; vertex : (C,) vertex of each corner, that is of the polygons one
    after another; shading : the attributes that decide normals, as far as the mesh has them.
    """

    positions: Floats
    vertex: Ints
    shading: tuple[NDArray[Any] | None, ...]

    @classmethod
    def of(cls, mesh: Any) -> Appearance:
        """Read a mesh that is not in Edit Mode. Costs memory copies only."""
        return cls(
            read_attribute(mesh, "position", (len(mesh.vertices), 3), np.float32),
            read_attribute(mesh, ".corner_vert", (len(mesh.loops),), np.int32),
            tuple(_read_any(mesh, name) for name in SHADING),
        )

    def same_faces(self, other: Appearance) -> bool:
        """Has the other the same polygons, whatever their form?"""
        same_size = len(self.positions) == len(other.positions)
        return same_size and np.array_equal(self.vertex, other.vertex)

    def same_form(self, other: Appearance) -> bool:
        """Are vertices at the same place, and normals the same, in a mesh of the same polygons?"""
        pairs = zip(self.shading, other.shading, strict=True)
        return np.array_equal(self.positions, other.positions) and all(
            one is two if one is None or two is None else np.array_equal(one, two)
            for one, two in pairs
        )


class Topology(Value):
    """How the corners (C,) of a mesh join.

    triangles : (T, 3) corners; face : (C,) polygon of each corner; edge : (C,) edge that starts at
    each corner; ends : (E, 2) vertices; opposite : (C,) a polygon on the same edge, always the same
    one for all corners on it.
    """

    triangles: Ints
    face: Ints
    edge: Ints
    ends: Ints
    opposite: Ints

    @classmethod
    def of(cls, mesh: Any) -> Topology:
        """Read a mesh that is not in Edit Mode."""
        corners, edges = len(mesh.loops), len(mesh.edges)
        mesh.calc_loop_triangles()
        triangles = np.empty((len(mesh.loop_triangles), 3), np.int32)
        mesh.loop_triangles.foreach_get("loops", triangles.ravel())
        polygon = np.empty(len(triangles), np.int32)
        mesh.loop_triangle_polygons.foreach_get("value", polygon)
        face = np.empty(corners, np.int32)
        face[triangles] = polygon[:, None]
        edge = read_attribute(mesh, ".corner_edge", (corners,), np.int32)
        ends = read_attribute(mesh, ".edge_verts", (edges, 2), np.int32)
        return cls(triangles, face, edge, ends, opposite_faces(edge, face, edges))

    def without(self, hidden: NDArray[np.bool_]) -> Topology:
        """The same, without the triangles and borders of some polygons (F,)."""
        if not hidden.any():
            return self
        shown = ~hidden[self.face]
        opposite = np.where(shown & ~hidden[self.opposite], self.opposite, self.face)
        triangles = self.triangles[shown[self.triangles[:, 0]]]
        return Topology(triangles, self.face, self.edge, self.ends, opposite)

    def border_edges(self, rows: Ints) -> Ints:
        """(B,) the edges between different parts; rows : (F,) of each face in the part table."""
        return np.unique(self.edge[rows[self.face] != rows[self.opposite]])

    def touching(self, edges: Ints, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """(B,) bool: does each of the edges (B,) lie at one of the chosen polygons (F,)?"""
        touched = np.zeros(len(self.ends), bool)
        touched[self.edge[chosen[self.face]]] = True
        return touched[edges]


def opposite_faces(edge: Ints, face: Ints, edges: int) -> Ints:
    """(C,) for each corner the first polygon on its edge. Where all polygons on an edge have one
    label, the label of each equals that of the first: enough to find borders, also where more than
    two meet."""
    first = np.empty(edges, np.int32)
    first[edge[::-1]] = face[::-1]
    return first[edge]


def rows_of(labels: Labels, part_ids: Ints) -> Ints:
    """(F,) row of each face's part in the table; -1 for faces without a part.

    part_ids : (P,) part id of each row, in any order, without repetition.
    """
    if len(part_ids) == 0:
        return np.full(len(labels), NO_ROW, np.int32)
    order = np.argsort(part_ids)
    place = np.minimum(np.searchsorted(part_ids[order], labels), len(part_ids) - 1)
    row = order[place]
    return np.where(part_ids[row] == labels, row, NO_ROW).astype(np.int32)


def corner_normals(mesh: Any) -> Floats:
    """(C, 3), computed by Blender if they are not known yet."""
    normals = np.empty((len(mesh.loops), 3), np.float32)
    mesh.corner_normals.foreach_get("vector", normals.ravel())
    return normals


def _read_any(mesh: Any, name: str) -> NDArray[Any] | None:
    found = mesh.attributes.get(name)
    if found is None or found.data_type not in KINDS:
        return None
    kind, width = KINDS[found.data_type]
    return read_attribute(mesh, name, (len(found.data), width), kind)
