# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces that close what a cut has opened, on the mesh of a part, with sensible layers.

New elements have the origin id -1. Attributes, materials and colours come from the rim, weights
and shape keys are blended from it, UV maps are flat pictures of the cap at the scale round it.
Cap faces have the attribute `partwise_cap`; flat ones are shaded flat, and the rim is sharp.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from . import layers as mesh_layers
from .keys import read_keys
from .layers import CAP, CUSTOM_NORMAL, NEW, ORIGIN, PASSING, corner_edges, corner_faces
from .read import corner_vertices, positions

Points = NDArray[Any]
Rows = NDArray[np.int64]
Layer = tuple[str, str, str, NDArray[Any]]  # name, type, domain, values

FLAT = np.cos(np.radians(1.0))
AT_ONCE = 1 << 20  # distances
TOPOLOGY = ("position", ".edge_verts", ".corner_vert", ".corner_edge")


@dataclass(frozen=True)
class PartCaps:
    """Caps of the parts of one mesh, in the mesh's own coordinates.

    vertices : (V + M, 3) float, the mesh's vertices, then the caps'. faces : for each part (N, 3)
    int into these, turned outward.
    """

    vertices: Points
    faces: dict[int, NDArray[np.integer]]


def add_caps(
    mesh: bpy.types.Mesh, caps: PartCaps, label: int, keys: Sequence[Points]
) -> list[Points]:
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
    triangles = triangles[(triangles != np.roll(triangles, 1, axis=1)).all(axis=1)]
    rim = np.unique(row[~is_new])
    new = wanted[is_new]

    layers = _take_layers(mesh)
    _add_elements(mesh, new, triangles)
    weights = _rim_weights(mesh, rim)
    shifts = [(key - here)[rim] for key in keys]
    nearest, blended = _blend(new, here[rim], np.concatenate([weights, *shifts], axis=1))
    _write_layers(mesh, layers, triangles, rim[nearest])
    _mark(mesh, old, triangles)
    _set_weights(mesh, old["POINT"], blended[:, : weights.shape[1]])
    mesh.update()
    moved = np.split(blended[:, weights.shape[1] :], max(len(keys), 1), axis=1)
    return [np.concatenate([k, new + shift]) for k, shift in zip(keys, moved, strict=False)]


def faces_of_caps(mesh: bpy.types.Mesh) -> NDArray[np.bool_]:
    """(F,) the faces that close a cut, and nothing that the source had."""
    marked = mesh.attributes.get(CAP)
    if marked is None or (marked.data_type, marked.domain) != ("BOOLEAN", "FACE"):
        return np.zeros(len(mesh.polygons), dtype=bool)
    return np.asarray(mesh_layers.read(marked)[:, 0] & (mesh_layers.origin(mesh, "FACE") == NEW))


def elements_of_caps(mesh: bpy.types.Mesh) -> dict[str, NDArray[np.bool_]]:
    """For each domain (N,) bool: what only caps have."""
    faces = faces_of_caps(mesh)
    corners = faces[corner_faces(mesh)]
    used = (("EDGE", corner_edges(mesh)), ("POINT", corner_vertices(mesh)))
    of_caps = {"POINT": faces, "EDGE": faces, "FACE": faces, "CORNER": corners}
    for domain, element in used:
        of_caps[domain] = np.zeros(mesh_layers.sizes(mesh)[domain], dtype=bool)
        of_caps[domain][element[corners]] = True
        of_caps[domain][element[~corners]] = False
    return of_caps


def rims_of_caps(mesh: bpy.types.Mesh) -> NDArray[np.bool_]:
    """(E,) the edges that caps share with the faces round them."""
    corners = faces_of_caps(mesh)[corner_faces(mesh)]
    touched = np.zeros((2, len(mesh.edges)), dtype=bool)
    for side, which in zip(touched, (corners, ~corners), strict=True):
        side[corner_edges(mesh)[which]] = True
    return np.asarray(touched.all(axis=0))


def caps_digest(mesh: bpy.types.Mesh) -> str:
    """What caps are like, to know later whether someone worked on them; empty without caps."""
    if not faces_of_caps(mesh).any():
        return ""
    of_caps = elements_of_caps(mesh)
    digest = hashlib.sha256(corner_vertices(mesh)[of_caps["CORNER"]].tobytes())
    digest.update(np.nonzero(of_caps["FACE"])[0].tobytes())
    of_caps["EDGE"] = of_caps["EDGE"] | rims_of_caps(mesh)  # which became sharp
    for key in (positions(mesh), *read_keys(mesh)):
        digest.update(key[of_caps["POINT"]].tobytes())
    for layer in sorted(mesh.attributes, key=lambda layer: str(layer.name)):
        if layer.domain in of_caps and not _is_apart(layer.name):
            values = mesh_layers.read(layer)[of_caps[layer.domain]]
            if values.any():  # Blender leaves out what is false everywhere
                digest.update(layer.name.encode())
                digest.update(repr(values.tolist()).encode())
    for row in np.nonzero(of_caps["POINT"])[0].tolist():
        members = sorted((member.group, member.weight) for member in mesh.vertices[row].groups)
        digest.update(repr(members).encode())
    return digest.hexdigest()


def _is_apart(name: str) -> bool:
    """Is this a layer that is compared otherwise, or not worth it?"""
    return name in (*TOPOLOGY, CUSTOM_NORMAL) or name.startswith(PASSING)


def _find(here: Points, ids: NDArray[np.int32], wanted: Points, used: NDArray[np.integer]) -> Rows:
    """The part's vertex for each vertex of the caps, -1 where it has none.

    By origin id, or else by position: of vertices in one place the engine names any.
    """
    order = np.argsort(ids, kind="stable")
    place = np.searchsorted(ids, used, sorter=order).clip(max=max(len(ids) - 1, 0))
    row = np.where(ids[order[place]] == used, order[place], -1).astype(np.int64)
    lost = np.nonzero(row < 0)[0]
    near = np.nonzero(np.isin(here[:, 0], wanted[lost, 0]))[0]  # few of many are compared in full
    both = np.concatenate([here[near], wanted[lost]])
    _, first, same = np.unique(both, axis=0, return_index=True, return_inverse=True)
    by_place = first[same.reshape(-1)[len(near) :]]
    row[lost] = np.append(near, -1)[by_place.clip(max=len(near))]
    return row


def _blend(
    points: Points, rim: Points, values: NDArray[np.float32]
) -> tuple[Rows, NDArray[np.float32]]:
    """For each point (M, 3) the nearest rim vertex (M,) and the mean of the values (R, D) there.

    Rim vertices (R, 3) count by inverse squared distance.
    """
    nearest = np.zeros(len(points) if len(rim) else 0, dtype=np.int64)
    blended = np.zeros((len(points), values.shape[1]), dtype=np.float32)
    step = max(AT_ONCE // max(len(rim), 1), 1)
    for first in range(0, len(nearest), step):
        rows = slice(first, first + step)
        steps = [points[rows, axis, None] - rim[:, axis] for axis in range(3)]
        apart = steps[0] ** 2 + steps[1] ** 2 + steps[2] ** 2
        nearest[rows] = apart.argmin(axis=1)
        if values.shape[1]:
            share = 1 / np.maximum(apart, 1e-12)
            blended[rows] = share @ values / share.sum(axis=1, keepdims=True)
    return nearest, blended


def _add_elements(mesh: bpy.types.Mesh, points: Points, triangles: Rows) -> None:
    """Add vertices (M, 3) and faces (N, 3) behind those that are there, and the edges they lack.

    BMesh does it, as Blender 5.2 crashes where elements are added to the arrays of a mesh that has
    some. It keeps weights, skin radii and sculpts, which have no arrays.
    """
    import bmesh

    edited = bmesh.new()
    try:
        edited.from_mesh(mesh, face_normals=False, vertex_normals=False)
        for point in points.tolist():
            edited.verts.new(point)
        edited.verts.ensure_lookup_table()
        vertex = {row: edited.verts[row] for row in np.unique(triangles).tolist()}
        for corners in triangles.tolist():
            _add_face(edited.faces, [vertex[row] for row in corners])
        edited.to_mesh(mesh)
    finally:
        edited.free()


def _add_face(faces: Any, corners: list[Any]) -> None:
    """Add a triangle, also where one has the same corners: what closes a single triangle."""
    twin = faces.get(corners)
    if twin is None:
        faces.new(corners)
        return
    there = list(twin.verts)
    added = twin.copy(verts=False, edges=False)
    if there[(there.index(corners[0]) + 1) % 3] != corners[1]:
        added.normal_flip()


def _take_layers(mesh: bpy.types.Mesh) -> list[Layer]:
    """Read and remove all attributes but the topology.

    In BMesh, matrices crash Blender 4.5 and 5.0, and flags that are false everywhere get lost.
    """
    layers = [
        (layer.name, str(layer.data_type), str(layer.domain), mesh_layers.read(layer))
        for layer in mesh.attributes
        if layer.name not in TOPOLOGY
    ]
    mesh_layers.drop(mesh, *(name for name, *_ in layers))
    return layers


def _write_layers(
    mesh: bpy.types.Mesh, layers: list[Layer], triangles: Rows, nearest: Rows
) -> None:
    """Give back layers, with values for new elements too.

    nearest : (M,) the rim vertex whose values a new vertex takes; faces and corners take those of
    a corner there and of its face.
    """
    sizes = mesh_layers.sizes(mesh)
    points, corners = sizes["POINT"] - len(nearest), sizes["CORNER"] - triangles.size
    some_corner = np.zeros(sizes["POINT"], dtype=np.int64)
    some_corner[corner_vertices(mesh)[:corners]] = np.arange(corners)
    some_corner[points:] = some_corner[nearest]
    corner = some_corner[triangles.ravel()]
    face = corner_faces(mesh)[corner[::3]]
    origin: dict[str, NDArray[Any]] = {"POINT": nearest, "FACE": face, "CORNER": corner}
    found = [layer.name for layer in mesh.attributes if layer.name not in TOPOLOGY]
    mesh_layers.drop(mesh, *found)  # flags that BMesh makes
    for name, kind, domain, values in layers:
        added = values[origin[domain]] if domain in origin and len(values) else None
        if name in ORIGIN.values():
            added = NEW
        elif (kind, domain) == ("FLOAT2", "CORNER") and len(values):  # a UV map
            added = _flat_uv(mesh, values, triangles, corner)
        elif name == CUSTOM_NORMAL and kind == "INT16_2D":
            added = 0
        whole = np.zeros((sizes[domain], *values.shape[1:]), dtype=values.dtype)
        if kind == "STRING":
            whole[:] = b""
        whole[: len(values)] = values
        if added is not None:
            whole[len(values) :] = added
        mesh_layers.put(mesh, name, kind, domain, whole)


def _flat_uv(mesh: bpy.types.Mesh, uv: Points, triangles: Rows, corner: Rows) -> Points:
    """(3N, 2): each cap seen from its front, as large in the map as what is round it."""
    place = positions(mesh)
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


def _mark(mesh: bpy.types.Mesh, old: dict[str, int], triangles: Rows) -> None:
    """Make the rim sharp, caps flat or smooth, and tell them apart from the faces that were."""
    sharp = np.zeros(len(mesh.edges), dtype=bool)
    mesh.edges.foreach_get("use_edge_sharp", sharp)
    sides = corner_edges(mesh)[old["CORNER"] :]
    sharp[sides[sides < old["EDGE"]]] = True
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


def _rim_weights(mesh: bpy.types.Mesh, rim: Rows) -> NDArray[np.float32]:
    """(R, number of vertex groups); of the few vertices on a rim, as Blender tells one by one."""
    weights = np.zeros((len(rim), len(mesh_layers.group_names(mesh))), dtype=np.float32)
    if weights.size:
        for row, vertex in enumerate(rim.tolist()):
            for element in mesh.vertices[vertex].groups:
                weights[row, element.group] = element.weight
    return weights


def _set_weights(mesh: bpy.types.Mesh, first: int, weights: NDArray[np.float32]) -> None:
    """Weights (M, number of vertex groups) of the vertices from `first` on."""
    if not weights.any():
        return
    holder = bpy.data.objects.new(".partwise", mesh)
    try:
        for group, column in zip(holder.vertex_groups, weights.T, strict=True):
            for vertex in np.nonzero(column)[0].tolist():
                group.add([first + vertex], float(column[vertex]), "REPLACE")
    finally:
        bpy.data.objects.remove(holder)
