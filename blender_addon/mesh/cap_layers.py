# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of all layers for new faces of a part: from the vertices round them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeAlias

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.records import Value
from . import layers as mesh_layers
from .caps import TOPOLOGY, Points, Rows
from .layers import CUSTOM_NORMAL, NEW, ORIGIN, corner_faces
from .read import corner_vertices

Layer: TypeAlias = "tuple[str, str, str, NDArray[Any]]"  # name, type, domain, values
Values: TypeAlias = "NDArray[np.float32]"

AT_ONCE = 1 << 20  # distances
LEAST = 1e-4  # a smaller weight in a vertex group is none
MIXED = {"FLOAT", "FLOAT2", "FLOAT_VECTOR", "FLOAT_COLOR", "BYTE_COLOR"}
# What marks single edges and vertices, and would spoil a surface everywhere.
MARKS = {"crease_vert", "bevel_weight_vert", "crease_edge", "bevel_weight_edge"}


class Carried(Value):
    """From which vertices of a part each new one takes its layers.

    row : (M, K) vertices of the part; weight : (M, K) how much of each, rows add up to 1.
    """

    row: Rows
    weight: Values

    @cached_property
    def nearest(self) -> Rows:
        """(M,) the vertex that counts most."""
        first = self.weight.argmax(axis=1) if self.weight.size else np.zeros(0, np.int64)
        return np.asarray(self.row[np.arange(len(self.row)), first], dtype=np.int64)

    @cached_property
    def used(self) -> Rows:
        """The vertices that something is taken from."""
        return np.unique(self.row)

    def blend(self, values: Values) -> Values:
        """Means (M, D) of the values (len(used), D) there."""
        place = np.searchsorted(self.used, self.row)
        mixed = np.zeros((len(self.row), values.shape[1]), dtype=np.float32)
        for column in range(self.row.shape[1]):
            mixed += self.weight[:, column, None] * values[place[:, column]]
        return mixed


class OfRim(Value):
    """The same where every vertex of the rim counts, by inverse squared distance.

    points : (M, 3) the new vertices; used : (R,) those of the rim; rim : (R, 3) their places.
    """

    points: Points
    used: Rows
    rim: Points

    @cached_property
    def nearest(self) -> Rows:
        found = [apart.argmin(axis=1) for _, apart in self._distances()]
        return np.asarray(self.used[np.concatenate([*found, np.zeros(0, np.int64)])])

    def blend(self, values: Values) -> Values:
        """Means (M, D) of the values (R, D)."""
        mixed = np.zeros((len(self.points), values.shape[1]), dtype=np.float32)
        for rows, apart in self._distances() if values.shape[1] else ():
            share = 1 / np.maximum(apart, 1e-12)
            mixed[rows] = share @ values / share.sum(axis=1, keepdims=True)
        return mixed

    def _distances(self) -> list[tuple[slice, Values]]:
        """Squared distances to the rim, of some points at a time."""
        found = []
        step = max(AT_ONCE // max(len(self.rim), 1), 1)
        for first in range(0, len(self.points) if len(self.rim) else 0, step):
            rows = slice(first, first + step)
            steps = [self.points[rows, axis, None] - self.rim[:, axis] for axis in range(3)]
            found.append((rows, steps[0] ** 2 + steps[1] ** 2 + steps[2] ** 2))
        return found


def take_layers(mesh: bpy.types.Mesh) -> list[Layer]:
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


def write_layers(
    mesh: bpy.types.Mesh,
    layers: list[Layer],
    triangles: Rows,
    carried: Carried | OfRim,
    uv: Callable[[str, Points, Rows], Points],
) -> None:
    """Give back layers, with values for new vertices and triangles (N, 3) too.

    Colours and numbers are blended where `carried` names few vertices for each; all else is that of
    the nearest, faces and corners that of a corner there and of its face. uv : makes the corners
    (3N, 2) of the new triangles from the map's name, its corners before and the (3N,) corners that
    are nearest.
    """
    nearest = carried.nearest
    sizes = mesh_layers.sizes(mesh)
    points, corners = sizes["POINT"] - len(nearest), sizes["CORNER"] - triangles.size
    vertex = corner_vertices(mesh)[:corners]
    some_corner = np.zeros(sizes["POINT"], dtype=np.int64)
    some_corner[vertex] = np.arange(corners)
    some_corner[points:] = some_corner[nearest]
    corner = some_corner[triangles.ravel()]
    face = corner_faces(mesh)[corner[::3]]
    origin: dict[str, NDArray[Any]] = {"POINT": nearest, "FACE": face, "CORNER": corner}
    found = [layer.name for layer in mesh.attributes if layer.name not in TOPOLOGY]
    mesh_layers.drop(mesh, *found)  # flags that BMesh makes
    mixing = isinstance(carried, Carried) and len(nearest) > 0
    for name, kind, domain, values in layers:
        added = values[origin[domain]] if domain in origin and len(values) else None
        if name in ORIGIN.values():
            added = NEW
        elif (kind, domain) == ("FLOAT2", "CORNER") and len(values):  # a UV map
            added = uv(name, values, corner)
        elif (name == CUSTOM_NORMAL and kind == "INT16_2D") or (mixing and name in MARKS):
            added = 0
        elif mixing and kind in MIXED and domain == "POINT":
            added = carried.blend(values[carried.used])
        elif mixing and kind in MIXED and domain == "CORNER" and len(values):
            at_point = _means(values, vertex, points)
            mixed = carried.blend(at_point[carried.used])
            added = np.concatenate([at_point, mixed])[triangles.ravel()]
        whole = np.zeros((sizes[domain], *values.shape[1:]), dtype=values.dtype)
        if kind == "STRING":
            whole[:] = b""
        whole[: len(values)] = values
        if added is not None:
            whole[len(values) :] = added
        mesh_layers.put(mesh, name, kind, domain, whole)


def _means(values: Values, vertex: NDArray[np.int32], points: int) -> Values:
    """(points, D) the mean over the corners of each vertex."""
    count = np.maximum(np.bincount(vertex, minlength=points), 1)
    sums = [np.bincount(vertex, weights=column, minlength=points) for column in values.T]
    return (np.stack(sums, axis=1) / count[:, None]).astype(np.float32)


def weights_at(mesh: bpy.types.Mesh, rows: Rows) -> Values:
    """(len(rows), number of vertex groups), which Blender tells one by one."""
    weights = np.zeros((len(rows), len(mesh_layers.group_names(mesh))), dtype=np.float32)
    if weights.size:
        for row, vertex in enumerate(rows.tolist()):
            for element in mesh.vertices[vertex].groups:
                weights[row, element.group] = element.weight
    return weights
