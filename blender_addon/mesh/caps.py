# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces that close what a cut has opened, on the mesh of a part, with sensible layers.

New elements have the origin id -1. Attributes, materials and colours come from the rim, weights
and shape keys are blended from it, UV maps are flat pictures of the cap at the scale round it.
Cap faces have the attribute `partwise_cap`; flat ones are shaded flat, and the rim is sharp.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from . import layers as mesh_layers
from .layers import CAP, CUSTOM_NORMAL, NEW, ORIGIN, corner_edges, edge_vertices
from .read import corner_vertices, positions

Points = NDArray[Any]
Rows = NDArray[np.int64]

FLAT = np.cos(np.radians(1.0))


@dataclass(frozen=True)
class Caps:
    """Caps of the parts of one mesh, in the mesh's own coordinates.

    vertices : (V + M, 3) float, the mesh's vertices, then the caps'. faces : for each part (N, 3)
    int into these, turned outward.
    """

    vertices: Points
    faces: dict[int, NDArray[np.integer]]


def add_caps(mesh: bpy.types.Mesh, caps: Caps, label: int, keys: Sequence[Points]) -> list[Points]:
    """Add the caps of one part to its mesh, which has no shape keys yet.

    keys : (v, 3) for each shape key to come; returned with the positions of new vertices.
    """
    faces = caps.faces[label]
    if len(faces) == 0:
        return list(keys)
    old = mesh_layers.sizes(mesh)
    here = positions(mesh)
    used, corner = np.unique(faces, return_inverse=True)
    wanted = caps.vertices[used].astype(np.float32)
    row = _find(here, mesh_layers.origin(mesh, "POINT"), wanted, used)
    is_new = row < 0
    row[is_new] = old["POINT"] + np.arange(is_new.sum())
    triangles = row[corner.reshape(-1, 3)]
    rim = np.unique(row[~is_new])
    blend = _blend(wanted[is_new], here[rim])

    rim_edges = _add_elements(mesh, wanted[is_new], triangles, old)
    near = rim[blend.argmax(axis=1)] if len(rim) else np.zeros(0, dtype=np.int64)
    _fill(mesh, old, triangles, near)
    _mark(mesh, old, triangles, rim_edges)
    _blend_weights(mesh, old["POINT"], rim, blend)
    mesh.update()
    if len(rim) == 0:
        return [np.concatenate([key, wanted[is_new]]) for key in keys]
    shift = [blend @ (key[rim] - here[rim]) for key in keys]
    return [np.concatenate([k, wanted[is_new] + s]) for k, s in zip(keys, shift, strict=True)]


def _find(here: Points, ids: NDArray[np.int32], wanted: Points, used: NDArray[np.integer]) -> Rows:
    """The part's vertex for each vertex of the caps, -1 where it has none.

    By origin id, or else by position: of vertices in one place the engine names any.
    """
    order = np.argsort(ids, kind="stable")
    place = np.searchsorted(ids, used, sorter=order).clip(max=max(len(ids) - 1, 0))
    by_id = np.where(ids[order[place]] == used, order[place], -1)
    _, first, same = np.unique(
        np.concatenate([here, wanted]), axis=0, return_index=True, return_inverse=True
    )
    by_place = first[same.reshape(-1)[len(here) :]]
    by_place[by_place >= len(here)] = -1
    return np.where(by_id >= 0, by_id, by_place).astype(np.int64)


def _blend(points: Points, rim: Points) -> NDArray[np.float32]:
    """(M, R) shares of rim vertices in each point, by inverse squared distance."""
    blend = np.empty((len(points), len(rim)), dtype=np.float32)
    for row, point in enumerate(points):
        near = 1 / np.maximum(((rim - point) ** 2).sum(axis=1), 1e-12)
        blend[row] = near / near.sum() if len(rim) else near
    return blend


def _add_elements(
    mesh: bpy.types.Mesh, points: Points, triangles: Rows, old: dict[str, int]
) -> NDArray[np.int64]:
    """Add the topology; returns the edges that caps share with the faces that were there."""
    sides = np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=-1).reshape(-1, 2)
    total = old["POINT"] + len(points)
    have, need = (np.sort(e, axis=1) @ [total, 1] for e in (edge_vertices(mesh), sides))
    keys, edge_of_side = np.unique(need, return_inverse=True)
    order = np.argsort(have, kind="stable")
    place = np.searchsorted(have, keys, sorter=order).clip(max=max(len(have) - 1, 0))
    edge = np.where(have[order[place]] == keys, order[place], -1)
    rim_edges = edge[edge >= 0]
    lacking = edge < 0
    edge[lacking] = old["EDGE"] + np.arange(lacking.sum())
    new_edges = np.stack([keys[lacking] // total, keys[lacking] % total], axis=1)

    starts = np.empty(old["FACE"], dtype=np.int32)
    mesh.polygons.foreach_get("loop_start", starts)
    corners = np.concatenate([corner_vertices(mesh), triangles.ravel()])
    corner_edge = np.concatenate([corner_edges(mesh), edge[edge_of_side.reshape(-1)]])
    edges = np.concatenate([edge_vertices(mesh), new_edges])
    places = np.concatenate([positions(mesh), points])
    mesh.vertices.add(len(points))
    mesh.edges.add(len(new_edges))
    mesh.loops.add(triangles.size)
    mesh.polygons.add(len(triangles))
    starts = np.append(starts, old["CORNER"] + 3 * np.arange(len(triangles), dtype=np.int32))
    mesh.vertices.foreach_set("co", places.astype(np.float32).ravel())
    mesh.edges.foreach_set("vertices", edges.astype(np.int32).ravel())
    mesh.loops.foreach_set("vertex_index", corners.astype(np.int32))
    mesh.loops.foreach_set("edge_index", corner_edge.astype(np.int32))
    mesh.polygons.foreach_set("loop_start", starts.astype(np.int32))
    return rim_edges


def _fill(mesh: bpy.types.Mesh, old: dict[str, int], triangles: Rows, near: Rows) -> None:
    """Values for new elements: of the nearest rim vertex and the corner and face there."""
    corner_vertex = corner_vertices(mesh)[: old["CORNER"]]
    some_corner = np.zeros(len(mesh.vertices), dtype=np.int64)
    some_corner[corner_vertex] = np.arange(old["CORNER"])
    some_corner[old["POINT"] :] = some_corner[near] if len(near) else 0
    corner = some_corner[triangles.ravel()]
    face = mesh_layers.corner_faces(mesh)[corner.reshape(-1, 3)[:, 0]]
    origin: dict[str, NDArray[Any]] = {"POINT": near, "FACE": face, "CORNER": corner}
    uv_names = {layer.name for layer in mesh.uv_layers}
    for layer in mesh.attributes:
        first = old[layer.domain]
        internal = layer.name in ("position", ".edge_verts", ".corner_vert", ".corner_edge")
        if internal or first == 0 or first == mesh_layers.sizes(mesh)[layer.domain]:
            continue
        values = mesh_layers.read(layer)
        if layer.name in ORIGIN.values():
            values[first:] = NEW
        elif layer.name in uv_names:
            values[first:] = _flat_uv(mesh, values, old, triangles, corner)
        elif layer.name == CUSTOM_NORMAL and layer.data_type == "INT16_2D":
            values[first:] = 0
        elif layer.domain in origin:
            values[first:] = values[origin[str(layer.domain)]]
        mesh_layers.write(layer, values)


def _flat_uv(
    mesh: bpy.types.Mesh, uv: Points, old: dict[str, int], triangles: Rows, corner: Rows
) -> Points:
    """(3N, 2): each cap seen from its front, as large in the map as what is round it."""
    place = positions(mesh)
    uv = uv[: old["CORNER"]]
    edge_uv = np.linalg.norm(np.diff(uv, axis=0), axis=1)
    edge_length = np.linalg.norm(np.diff(place[corner_vertices(mesh)[: len(uv)]], axis=0), axis=1)
    density = np.median(edge_uv) / max(float(np.median(edge_length)), 1e-12)
    flat = np.empty((triangles.size, 2), dtype=np.float32)
    for island in _islands(triangles):
        points = place[triangles[island]].astype(np.float64)
        normal = _normals(points).sum(axis=0)
        side = np.eye(3)[np.abs(normal).argmin()]
        right = np.cross(side, normal)
        right /= max(float(np.linalg.norm(right)), 1e-12)
        up = np.cross(normal, right)
        up /= max(float(np.linalg.norm(up)), 1e-12)
        seen = (points.reshape(-1, 3) @ np.stack([right, up], axis=1)) * density
        rows = np.repeat(island, 3)
        flat[rows] = seen - seen.mean(axis=0) + uv[corner][rows].mean(axis=0)
    return flat


def _mark(
    mesh: bpy.types.Mesh, old: dict[str, int], triangles: Rows, rim_edges: NDArray[np.int64]
) -> None:
    sharp = np.zeros(len(mesh.edges), dtype=bool)
    mesh.edges.foreach_get("use_edge_sharp", sharp)
    sharp[rim_edges] = True
    mesh.edges.foreach_set("use_edge_sharp", sharp)
    smooth = np.zeros(len(mesh.polygons), dtype=bool)
    mesh.polygons.foreach_get("use_smooth", smooth)
    place = positions(mesh).astype(np.float64)
    for island in _islands(triangles):
        normals = _normals(place[triangles[island]])
        size = np.linalg.norm(normals, axis=1)
        mean = normals.sum(axis=0)
        along = normals @ mean >= FLAT * size * np.linalg.norm(mean)
        smooth[old["FACE"] + np.nonzero(island)[0]] = not along.all()
    mesh.polygons.foreach_set("use_smooth", smooth)
    is_cap = np.arange(len(mesh.polygons)) >= old["FACE"]
    mesh_layers.put(mesh, CAP, "BOOLEAN", "FACE", is_cap)


def _islands(triangles: Rows) -> list[NDArray[np.bool_]]:
    """(N,) bool for each set of triangles that hang together."""
    _, corner = np.unique(triangles, return_inverse=True)
    corner = corner.reshape(-1, 3)
    vertex_label = np.arange(corner.max() + 1)
    while True:
        lowest = vertex_label[corner].min(axis=1)
        before = vertex_label.copy()
        np.minimum.at(vertex_label, corner.ravel(), np.repeat(lowest, 3))
        vertex_label = vertex_label[vertex_label]
        if np.array_equal(before, vertex_label):
            return [lowest == label for label in np.unique(lowest)]


def _normals(points: Points) -> Points:
    """(N, 3), as long as the triangles (N, 3, 3) are large."""
    return np.cross(points[:, 1] - points[:, 0], points[:, 2] - points[:, 0])


def _blend_weights(mesh: bpy.types.Mesh, first: int, rim: Rows, blend: NDArray[np.float32]) -> None:
    """Weights of new vertices; only the few of a cap, as Blender gives them one by one."""
    if len(blend) == 0 or len(rim) == 0:
        return
    holder = bpy.data.objects.new(".partwise", mesh)
    try:
        weights = np.zeros((len(rim), len(holder.vertex_groups)), dtype=np.float32)
        for row, vertex in enumerate(rim.tolist()):
            for element in mesh.vertices[vertex].groups:
                weights[row, element.group] = element.weight
        for group, column in zip(holder.vertex_groups, (blend @ weights).T, strict=True):
            for vertex in np.nonzero(column)[0].tolist():
                group.add([first + vertex], float(column[vertex]), "REPLACE")
    finally:
        bpy.data.objects.remove(holder)
