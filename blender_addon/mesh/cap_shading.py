# SPDX-License-Identifier: GPL-3.0-or-later
"""Shading of faces that close a cut, and of the rim.

Flat caps are shaded flat, and their rim is sharp, so that nothing changes beside them. Where a new
surface goes on evenly the rim is smooth, and the normals there are those that the part had.
"""

from __future__ import annotations

import math

import bpy

from ...backend.contract.arrays import NDArray, np
from . import layers as mesh_layers
from . import shading as mesh_shading
from .caps import CapStyle, Points, Rows
from .layers import CAP, corner_edges, corner_faces
from .read import corner_vertices, positions

FLAT = math.cos(math.radians(1.0))
EVEN = math.cos(math.radians(40.0))  # between a new face and its neighbour at the rim


def mark_caps(
    mesh: bpy.types.Mesh, old: dict[str, int], triangles: Rows, normals: Points, style: CapStyle
) -> None:
    """Make caps flat or smooth, and tell them apart from the faces that were.

    old : how many elements there were; triangles : (N, 3) the new faces; normals : (C, 3) of the
    corners that were, before. A smooth style leaves rims as they are where new faces go on evenly;
    else all become sharp.
    """
    place = positions(mesh).astype(np.float64)
    sharp = np.zeros(len(mesh.edges), dtype=bool)
    mesh.edges.foreach_get("use_edge_sharp", sharp)
    even = _even_rims(mesh, old) if style.smooth else np.zeros(len(mesh.edges), dtype=bool)
    sides = corner_edges(mesh)[old["CORNER"] :]
    rims = sides[sides < old["EDGE"]]
    sharp[rims[~even[rims]]] = True
    mesh.edges.foreach_set("use_edge_sharp", sharp)
    is_smooth = np.zeros(len(mesh.polygons), dtype=bool)
    mesh.polygons.foreach_get("use_smooth", is_smooth)
    for island in islands(triangles):
        turned = face_normals(place[triangles[island]])
        size = np.linalg.norm(turned, axis=1)
        mean = turned.sum(axis=0)
        along = turned @ mean >= FLAT * size * np.linalg.norm(mean)
        is_smooth[old["FACE"] + np.nonzero(island)[0]] = not along.all()
    mesh.polygons.foreach_set("use_smooth", is_smooth)
    is_cap = np.arange(len(mesh.polygons)) >= old["FACE"]
    mesh_layers.put(mesh, CAP, "BOOLEAN", "FACE", is_cap)
    has_own = mesh_shading.custom_data(mesh) is not None
    keeps = style.keep_normals and mesh_shading.depends_on_neighbours(mesh)
    if even[rims].any() and (has_own or keeps):
        _keep_normals(mesh, old, normals, even)


def _even_rims(mesh: bpy.types.Mesh, old: dict[str, int]) -> NDArray[np.bool_]:
    """(E,) the edges at which a new face goes on from a smooth one that was there."""
    edge, face = corner_edges(mesh), corner_faces(mesh)
    one, two = (np.full(len(mesh.edges), -1) for _ in range(2))
    one[edge[: old["CORNER"]]] = face[: old["CORNER"]]
    two[edge[old["CORNER"] :]] = face[old["CORNER"] :]
    both = np.nonzero((one >= 0) & (two >= 0))[0]
    normal = np.empty((len(mesh.polygons), 3), dtype=np.float32)
    mesh.polygon_normals.foreach_get("vector", normal.ravel())
    is_smooth = np.zeros(len(mesh.polygons), dtype=bool)
    mesh.polygons.foreach_get("use_smooth", is_smooth)
    dot = np.einsum("ij,ij->i", normal[one[both]], normal[two[both]])
    even = np.zeros(len(mesh.edges), dtype=bool)
    even[both] = (dot > EVEN) & is_smooth[one[both]]
    return even


def _keep_normals(
    mesh: bpy.types.Mesh, old: dict[str, int], normals: Points, even: NDArray[np.bool_]
) -> None:
    """At smooth rims the new faces take the normals that the part had there, and has still."""
    stored = mesh_shading.custom_data(mesh)
    vertex, count = corner_vertices(mesh), len(mesh.vertices)
    at_rim = np.zeros(count, dtype=bool)
    at_rim[mesh_layers.edge_vertices(mesh)[even]] = True
    was = vertex[: old["CORNER"]]
    sums = np.stack([np.bincount(was, normals[:, k], count) for k in range(3)], axis=1)
    mean = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
    wanted = mean[vertex].astype(np.float32)
    wanted[: old["CORNER"]] = normals
    where = at_rim[vertex]
    turned = np.empty((len(mesh.polygons), 3), dtype=np.float32)
    mesh.polygon_normals.foreach_get("vector", turned.ravel())
    new = corner_faces(mesh)[old["CORNER"] :]
    along = np.einsum("ij,ij->i", turned[new], wanted[old["CORNER"] :]) > EVEN
    where[old["CORNER"] :] &= along
    mesh_shading.encode(mesh, wanted, where)
    mesh_shading.settle(mesh, wanted, where, stored)


def islands(triangles: Rows) -> list[NDArray[np.bool_]]:
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


def face_normals(points: Points) -> Points:
    """(N, 3), as long as the triangles (N, 3, 3) are large."""
    return np.cross(points[:, 1] - points[:, 0], points[:, 2] - points[:, 0])
