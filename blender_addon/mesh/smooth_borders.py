# SPDX-License-Identifier: GPL-3.0-or-later
"""Cut polygons of a mesh where the engine says that borders of parts run, with all layers."""

from __future__ import annotations

from typing import Any, TypeAlias

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.cuts import vertices_of_new
from ...backend.contract.records import Value
from ...backend.contract.requests import SmoothedBorders
from . import layers as mesh_layers
from .cap_layers import LEAST, MIXED, Layer, take_layers
from .caps import TOPOLOGY
from .keys import add_keys, read_keys, remove_meshes
from .layers import CUSTOM_NORMAL, NEW, ORIGIN, SHARP, corner_faces, edge_vertices
from .read import corner_vertices
from .shading import corner_normals, custom_data, depends_on_neighbours, encode, settle

Ids: TypeAlias = "NDArray[np.int32]"
Rows: TypeAlias = "NDArray[np.int64]"
Values: TypeAlias = "NDArray[Any]"


class Pieces(Value):
    """What takes the place of polygons that are cut.

    corner, weight : (M, 3) the corners of the mesh that each of M new vertices lies between, and
    how much of each it is. cut : (F,) bool, polygons that go. source : (Q,) the polygon of each
    piece; size : (Q,) its corners; vertex : (C,) their vertices, from V on new ones; at : (C,) the
    corner of the mesh that each is, or -1 - row of `rows` and `share`, (N, 3) each, for new ones.
    """

    corner: Rows
    weight: NDArray[np.float64]
    cut: NDArray[np.bool_]
    source: Rows
    size: Rows
    vertex: Rows
    at: Rows
    rows: Rows
    share: NDArray[np.float64]

    @classmethod
    def of(
        cls, answer: SmoothedBorders, triangles: Ids, corner_vertex: Ids, vertices: int
    ) -> Pieces:
        """Of an answer. triangles : (T, 3) corners of the mesh of each triangle that was sent."""
        flat = triangles.ravel().astype(np.int64)
        rows = flat[answer.rows]
        first, number = vertices_of_new(corner_vertex[rows], answer.weight, answer.point)
        is_new = answer.corner >= len(flat)
        at = np.empty(len(answer.corner), dtype=np.int64)
        at[~is_new] = flat[answer.corner[~is_new]]
        row = answer.corner[is_new] - len(flat)
        at[is_new] = -1 - row
        vertex = np.empty(len(at), dtype=np.int64)
        vertex[~is_new] = corner_vertex[at[~is_new]]
        vertex[is_new] = vertices + number[row]
        cut = np.zeros(len(answer.label), dtype=bool)
        cut[answer.source] = True
        return cls(
            rows[first], answer.weight[first], cut, answer.source.astype(np.int64),
            answer.piece_size.astype(np.int64), vertex, at, rows, answer.weight,
        )  # fmt: skip

    def at_corners(self, values: Values) -> Values:
        """Values (C, D) at the corners of pieces, from those of the mesh's corners."""
        new = self.at < 0
        found = values[np.where(new, 0, self.at)].astype(np.float64)
        row = -1 - self.at[new]
        found[new] = np.einsum("nk,nkc->nc", self.share[row], values[self.rows[row]])
        return found

    @property
    def nearest(self) -> Rows:
        """(C,) the corner of the mesh that counts most at each corner of a piece."""
        row = np.where(self.at < 0, -1 - self.at, 0)
        if not len(self.rows):
            return self.at
        most = self.rows[np.arange(len(self.rows)), self.share.argmax(axis=1)]
        return np.where(self.at < 0, most[row], self.at)


def cut_along(source: bpy.types.Mesh, pieces: Pieces) -> bpy.types.Mesh:
    """A new mesh with the pieces in the place of polygons, behind those that stay.

    UV maps, colours, weights, shape keys and other numbers are interpolated at new vertices; marks
    and materials are those of the polygon, or edge, that was cut. Normals stay as they are shaded.
    """
    mesh = source.copy()
    try:
        keys = read_keys(source)
        if mesh.shape_keys:
            bpy.data.batch_remove([mesh.shape_keys])
        vertex = corner_vertices(mesh).astype(np.int64)
        between, ends = vertex[pieces.corner], edge_vertices(mesh).astype(np.int64)
        faces, old = corner_faces(mesh), mesh_layers.sizes(mesh)

        def blended(values: Values) -> Values:
            return np.einsum("nk,nkc->nc", pieces.weight, values[between])

        normals = corner_normals(source) if depends_on_neighbours(source) else None
        stored = custom_data(source)
        here = np.empty((old["POINT"], 3), dtype=np.float32)
        mesh.vertices.foreach_get("co", here.ravel())
        layers = take_layers(mesh)
        _change(mesh, pieces, vertex, blended(here), between)
        kept = ~pieces.cut[faces]  # corners
        most = pieces.weight.argmax(axis=1)
        origin = {
            "POINT": (np.arange(old["POINT"]), between[np.arange(len(between)), most]),
            "FACE": (np.flatnonzero(~pieces.cut), pieces.source),
            "CORNER": (np.flatnonzero(kept), pieces.nearest),
            "EDGE": (_edges(mesh, ends, pieces, between), np.empty(0, np.int64)),
        }  # fmt: skip
        _write(mesh, layers, origin, pieces, blended)
        mesh_layers.restore_order(mesh, source)
        mesh_layers.restore_active(mesh, source)
        mesh.update()
        if normals is not None:
            _keep_normals(mesh, normals, stored, kept, pieces)
            if SHARP not in source.attributes:  # Blender adds it, with nothing in it
                mesh_layers.drop(mesh, SHARP)
        add_keys(mesh, source, [np.concatenate([key, blended(key)]) for key in keys])
    except BaseException:
        remove_meshes([mesh])
        raise
    return mesh


def _change(
    mesh: bpy.types.Mesh, pieces: Pieces, vertex: Rows, points: Values, between: Rows
) -> None:
    """Vertices and polygons alone. BMesh does it, and keeps the weights, which have no arrays."""
    import bmesh

    edited = bmesh.new()
    try:
        edited.from_mesh(mesh, face_normals=False, vertex_normals=False)
        vertices, faces = list(edited.verts), list(edited.faces)
        deform = edited.verts.layers.deform.active
        for point, corners, shares in zip(
            points.tolist(), between.tolist(), pieces.weight.tolist(), strict=True
        ):
            vertices.append(edited.verts.new(point))
            mixed: dict[int, float] = {}
            for corner, share in zip(corners, shares, strict=True) if deform is not None else ():
                for group, weight in vertices[corner][deform].items():
                    mixed[group] = mixed.get(group, 0.0) + share * weight
            for group, weight in mixed.items():
                if weight > LEAST:
                    vertices[-1][deform][group] = weight
        going = [faces[number] for number in np.flatnonzero(pieces.cut).tolist()]
        edges = {edge for face in going for edge in face.edges}
        begin = 0
        for size in pieces.size.tolist():
            edited.faces.new(
                [vertices[row] for row in pieces.vertex[begin : begin + size].tolist()]
            )
            begin += size
        for face in going:
            edited.faces.remove(face)
        for edge in edges:
            if not edge.link_faces:
                edited.edges.remove(edge)
        edited.to_mesh(mesh)
    finally:
        edited.free()


def _edges(mesh: bpy.types.Mesh, ends: Rows, pieces: Pieces, between: Rows) -> Rows:
    """(E,) the edge of before that each is, or is a piece of; -1 for those within a polygon.

    ends : (E', 2) vertices of the edges of before. between : (M, 3) as `Pieces.corner`, vertices.
    """
    count = len(mesh.vertices) - len(between)
    is_on = pieces.weight > 0
    on_edge = is_on.sum(axis=1) == 2
    low = np.where(on_edge, np.where(is_on, between, count).min(axis=1), -1)
    high = np.where(on_edge, np.where(is_on, between, -1).max(axis=1), -1)
    low, high = (np.concatenate([np.arange(count), end]) for end in (low, high))
    now = edge_vertices(mesh).astype(np.int64)
    one, two = low[now].min(axis=1), high[now].max(axis=1)
    along = (one >= 0) & (two >= 0)
    for end in (low[now], high[now]):
        along &= ((end == one[:, None]) | (end == two[:, None])).all(axis=1)
    key = np.sort(ends, axis=1) @ [count, 1]
    if not len(key):
        return np.full(len(now), -1)
    order, wanted = np.argsort(key), one * count + two
    found = order[np.searchsorted(key, wanted, sorter=order).clip(max=len(key) - 1)]
    return np.where(along & (key[found] == wanted), found, -1)


def _write(
    mesh: bpy.types.Mesh,
    layers: list[Layer],
    origin: dict[str, tuple[Rows, Rows]],
    pieces: Pieces,
    blended: Any,
) -> None:
    """Give back layers, with values for what is new."""
    found = [layer.name for layer in mesh.attributes if layer.name not in TOPOLOGY]
    mesh_layers.drop(mesh, *found)  # flags that BMesh makes
    for name, kind, domain, values in layers:
        old, new = origin[domain]
        added = values[new]
        if name in ORIGIN.values():
            added = np.full_like(added, NEW)
        elif name == CUSTOM_NORMAL and kind == "INT16_2D":
            added = np.zeros_like(added)
        elif kind in MIXED and domain == "POINT":
            added = blended(values)
        elif kind in MIXED and domain == "CORNER":
            added = pieces.at_corners(values)
        whole = np.concatenate([values[old], added.astype(values.dtype)])
        if domain == "EDGE":
            whole[old < 0] = b"" if kind == "STRING" else 0
        mesh_layers.put(mesh, name, kind, domain, whole)


def _keep_normals(
    mesh: bpy.types.Mesh,
    normals: Values,
    stored: Values | None,
    kept: NDArray[np.bool_],
    pieces: Pieces,
) -> None:
    """Corners round the pieces are shaded as they were, new ones as what they lie between."""
    wanted = np.concatenate([normals[kept], pieces.at_corners(normals)])
    wanted /= np.maximum(np.linalg.norm(wanted, axis=1, keepdims=True), 1e-12)
    near = np.zeros(len(mesh.vertices), dtype=bool)
    near[pieces.vertex] = True
    where = near[corner_vertices(mesh)]
    inner = None
    if stored is not None:
        new = np.zeros((len(pieces.at), 2), dtype=stored.dtype)
        inner = np.concatenate([stored[kept], new])
    encode(mesh, wanted.astype(np.float32), where)
    settle(mesh, wanted.astype(np.float32), where, inner)
