# SPDX-License-Identifier: GPL-3.0-or-later
"""UV maps of faces that close a cut.

Flat caps have pictures of themselves beside the rim. A surface that was hidden either continues the
colours of its rim, each face on a line of the map without area; or has islands of its own in the
free room of the map, as dense as what is round it, smaller where the room is scarce.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import bpy

from ...backend.contract.arrays import np
from ..core.uv_space import FreeSpace
from . import layers as mesh_layers
from .cap_shading import face_normals, islands
from .caps import CONTINUED, FLAT, Points, Rows
from .read import corner_vertices, positions

ONE_CHART = math.cos(math.radians(72.0))  # an island that turns no more stays in one piece
LEANING = 0.25  # of a face to the axis of the chart that it may be in
FAR = 4.0  # times as far in the map as in space: there is a seam between
ROUNDS = 3  # of smoothing the charts


def of_new_faces(
    mesh: bpy.types.Mesh,
    uv: Points,
    triangles: Rows,
    corner: Rows,
    anchor: Rows,
    how: str,
    free: FreeSpace | None,
) -> Points:
    """The map's corners (3N, 2) of new triangles (N, 3).

    uv : (C, 2) of the corners that were. corner : (3N,) a corner of these at the vertex that is
    nearest to each new one. anchor : (V,) that vertex, of each vertex. free : where islands may be.
    """
    place = positions(mesh).astype(np.float64)
    if how == FLAT:
        return _flat(place, uv, triangles, corner, _density(mesh, place, uv))
    if how != CONTINUED and free is not None:
        found = _own_islands(place, triangles, _density(mesh, place, uv), free)
        if found is not None:
            return found
    return _continued(place, uv[corner].reshape(-1, 3, 2), triangles, anchor,
                      _density(mesh, place, uv))  # fmt: skip


def free_space(meshes: Iterable[bpy.types.Mesh]) -> dict[str, FreeSpace]:
    """What the faces of meshes leave free in each of their UV maps, by its name."""
    free: dict[str, FreeSpace] = {}
    for mesh in meshes:
        triangle = np.empty((len(mesh.loop_triangles), 3), dtype=np.int32)
        mesh.loop_triangles.foreach_get("loops", triangle.ravel())
        for layer in mesh.uv_layers:
            uv = mesh_layers.read(mesh.attributes[layer.name])
            free.setdefault(layer.name, FreeSpace()).take(uv[triangle])
    return free


def _density(mesh: bpy.types.Mesh, place: Points, uv: Points) -> float:
    """The length in the map of a length in space, of the faces that were."""
    edge_uv = np.linalg.norm(np.diff(uv, axis=0), axis=1)
    edge_length = np.linalg.norm(np.diff(place[corner_vertices(mesh)[: len(uv)]], axis=0), axis=1)
    return float(np.median(edge_uv) / max(float(np.median(edge_length)), 1e-12))


def _flat(place: Points, uv: Points, triangles: Rows, corner: Rows, density: float) -> Points:
    """Each cap seen from its front, as large in the map as what is round it."""
    flat = np.empty((triangles.size, 2), dtype=np.float32)
    for island in islands(triangles):
        points = place[triangles[island]]
        normal = face_normals(points).sum(axis=0)
        seen = (points.reshape(-1, 3) @ _plane(normal)) * density
        rows = (3 * np.nonzero(island)[0][:, None] + np.arange(3)).ravel()
        flat[rows] = seen - seen.mean(axis=0) + uv[corner][rows].mean(axis=0)
    return flat


def _plane(normal: Points) -> Points:
    """(3, 2): right and up, for who looks against a normal (3,)."""
    side = np.eye(3)[np.abs(normal).argmin()]
    right = np.cross(side, normal)
    right /= max(float(np.linalg.norm(right)), 1e-12)
    up = np.cross(normal, right)
    up /= max(float(np.linalg.norm(up)), 1e-12)
    return np.stack([right, up], axis=1)


def _continued(
    place: Points, near: Points, triangles: Rows, anchor: Rows, density: float
) -> Points:
    """Each triangle on a line between two places of the rim, or on one place at seams.

    near : (N, 3, 2) what the map has at the anchors of its corners.
    """
    near = near.astype(np.float32).copy()
    at = anchor[triangles]
    apart = [
        np.linalg.norm(near[:, k] - near[:, (k + 1) % 3], axis=1)
        > FAR * density * np.linalg.norm(place[at[:, k]] - place[at[:, (k + 1) % 3]], axis=1) + 1e-6
        for k in range(3)
    ]
    torn = np.logical_or.reduce(apart)
    near[torn] = near[torn, :1]
    # Of three places the one of a new vertex goes to the nearer of the others: no area is left.
    odd = (anchor[triangles] != triangles).argmax(axis=1)
    rows = np.arange(len(near))
    one, two = near[rows, (odd + 1) % 3], near[rows, (odd + 2) % 3]
    own = near[rows, odd]
    nearer = np.linalg.norm(own - one, axis=1) <= np.linalg.norm(own - two, axis=1)
    near[rows, odd] = np.where(nearer[:, None], one, two)
    return near.reshape(-1, 2)


def _own_islands(place: Points, triangles: Rows, density: float, free: FreeSpace) -> Points | None:
    """Charts of the new faces, where there is room for them; None where there is none."""
    charts = _charts(place, triangles)
    flat = []
    for rows, axis in charts:
        seen = (place[triangles[rows]].reshape(-1, 3) @ _plane(axis)) * density
        flat.append(seen - seen.min(axis=0))
    found = free.place(np.array([seen.max(axis=0) for seen in flat]))
    if found is None:
        return None
    scale, corners = found
    uv = np.empty((len(triangles), 3, 2), dtype=np.float32)
    for (rows, _), seen, corner in zip(charts, flat, corners, strict=True):
        uv[rows] = (seen * scale + corner).reshape(-1, 3, 2)
    return uv.reshape(-1, 2)


def _charts(place: Points, triangles: Rows) -> list[tuple[Rows, Points]]:
    """Sets of triangles that hang together and face about the same way, each with that (3,)."""
    charts = []
    for island in islands(triangles):
        rows = np.nonzero(island)[0]
        turned = face_normals(place[triangles[rows]])
        facing = turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-30)
        mean = turned.sum(axis=0)
        mean = mean / max(float(np.linalg.norm(mean)), 1e-30)
        if (facing @ mean >= ONE_CHART).all():
            charts.append((rows, mean))
            continue
        right, up = (_plane(mean) if np.any(mean) else np.eye(3)[:, :2]).T
        axes = np.stack([mean if np.any(mean) else np.eye(3)[2], right, up])
        axes = np.concatenate([axes, -axes])
        side = _smooth(triangles[rows], facing @ axes.T)
        for number, axis in enumerate(axes):
            of_axis = rows[side == number]
            if len(of_axis):
                charts += [(of_axis[chart], axis) for chart in islands(triangles[of_axis])]
    return charts


def _smooth(triangles: Rows, leaning: Points) -> Rows:
    """(N,) the axis of each triangle: that which it leans to most (N, 6), or most round it do."""
    side = leaning.argmax(axis=1)
    rows = np.arange(len(triangles))
    key = np.sort(np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2), axis=2)
    key = key.reshape(-1, 2)
    order = np.lexsort((key[:, 1], key[:, 0]))
    same = np.nonzero((key[order[1:]] == key[order[:-1]]).all(axis=1))[0]
    one, two = order[same] // 3, order[same + 1] // 3
    for _ in range(ROUNDS):
        votes = np.zeros(leaning.shape)
        np.add.at(votes, (one, side[two]), 1.0)
        np.add.at(votes, (two, side[one]), 1.0)
        votes[rows, side] += 0.5
        votes[leaning < LEANING] = -1.0
        side = votes.argmax(axis=1)
    return side
