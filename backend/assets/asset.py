# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh file in memory: triangles in world coordinates, and all that a part must carry along.

Readers fill an :class:`Asset`; the writer of parts takes from it what belongs to each triangle.
The vocabulary is glTF's, because parts are written as GLB: nodes, primitives, accessors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.errors import BadInput
from ..geometry.mesh import LARGEST, distinct, sound, without_strays

SMALLEST = 1e-30  # size


@dataclass
class Attribute:
    """Values for each vertex, in the type in which the file stores them.

    Parameters
    ----------
    values : (n, c) array; c = 1 for scalars.
    normalized : integers stand for 0..1 (unsigned) or -1..1 (signed).
    """

    values: NDArray[Any]
    normalized: bool = False

    def as_float(self) -> NDArray[np.float64]:
        """The (n, c) values as they are meant, dequantised."""
        if not self.normalized or self.values.dtype.kind == "f":
            return self.values.astype(np.float64)
        return np.maximum(self.values / float(np.iinfo(self.values.dtype).max), -1.0)


@dataclass
class Primitive:
    """Triangles of one node with one material.

    Parameters
    ----------
    node : index into ``Asset.nodes``.
    corners : (m, 3) int64, vertex of each corner, 0..n-1, in the winding of the node's own frame.
    faces : (m,) int64, ascending, the row of each triangle in ``Asset.faces``.
    vertices : (n,) int64, the row of each of its n vertices in ``Asset.vertices``.
    attributes : every attribute but POSITION.
    targets : morph targets, each a dict of (n, 3) float32 differences in the node's frame.
    material : index into ``Asset.document["materials"]``.
    extensions : glTF extensions of the primitive that stay valid, e.g. KHR_materials_variants.
    """

    node: int
    corners: NDArray[np.int64]
    faces: NDArray[np.int64]
    vertices: NDArray[np.int64]
    attributes: dict[str, Attribute] = field(default_factory=dict)
    targets: list[dict[str, NDArray[np.float32]]] = field(default_factory=list)
    material: int | None = None
    extensions: dict[str, Any] = field(default_factory=dict)


@dataclass
class Node:
    """One placed mesh of the source.

    Parameters
    ----------
    name : as the author wrote it, may be empty.
    matrix : (4, 4) float64, from the node's frame to the world; points are columns.
    placement : the glTF keys that give this matrix, when the author's own can be kept.
    extras : custom properties of the node.
    mesh_extras : custom properties of its mesh, e.g. the names of morph targets.
    weights : default weight of each morph target.
    """

    name: str
    matrix: NDArray[np.float64]
    placement: dict[str, Any] = field(default_factory=dict)
    extras: Any = None
    mesh_extras: Any = None
    weights: list[float] = field(default_factory=list)

    @cached_property
    def mirrored(self) -> bool:
        """True if the matrix turns triangles inside out (negative determinant)."""
        return bool(np.linalg.det(self.matrix[:3, :3]) < 0)

    @cached_property
    def invertible(self) -> bool:
        """False if the matrix flattens its mesh."""
        linear = self.matrix[:3, :3]
        largest = np.abs(linear).max()
        return bool(largest > 0 and abs(np.linalg.det(linear / largest)) > 1e-12)


@dataclass
class Asset:
    """A mesh file: nothing of it is welded, dropped or reordered.

    Parameters
    ----------
    path : where it came from.
    vertices : (V, 3) float64, world coordinates.
    faces : (F, 3) int64, triangles in file order, wound as a viewer shows them.
    local : (V, 3) float32, the same vertices in the frame of their node, as stored.
    vertex_node : (V,) int32, node of each vertex.
    nodes, primitives : see there.
    document : glTF's ``materials``, ``textures``, ``images``, ``samplers``, ``extensions``,
        ``extensionsUsed`` and ``extensionsRequired``, as in the file.
    images : for each of ``document["images"]`` its encoded bytes, or the path of its file, or
        None when it cannot be found.
    up : ``"Y"`` or ``"Z"``, by the custom of the format.
    remarks : sentences about what could not be kept.
    """

    path: Path
    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    local: NDArray[np.float32]
    vertex_node: NDArray[np.int32]
    nodes: list[Node]
    primitives: list[Primitive]
    document: dict[str, Any] = field(default_factory=dict)
    images: list[bytes | memoryview | Path | None] = field(default_factory=list)
    up: str = "Y"
    remarks: list[str] = field(default_factory=list)

    def in_axes(self, up: str) -> NDArray[np.float64]:
        """The vertices with "Y" or "Z" up."""
        if self.up == up:
            return self.vertices
        turn = [[0, 2, 1], [1, -1, 1]] if up == "Z" else [[0, 2, 1], [1, 1, -1]]
        return self.vertices[:, turn[0]] * turn[1]


def single_node_asset(
    path: Path,
    vertices: NDArray[np.float64],
    faces: NDArray[np.int64],
    primitives: list[Primitive],
    **more: Any,
) -> Asset:
    """Asset of a format without a scene: one node that holds all primitives.

    Coordinates that float32 cannot hold well, because the object lies far from the origin, are
    kept relative to the object's centre, and the node moves them back.
    """
    check_geometry(path.name, vertices, faces)
    vertices = without_strays(vertices, faces)
    centre = centre_offset(vertices)
    matrix = np.eye(4)
    matrix[:3, 3] = centre
    local = (vertices - centre).astype(np.float32)
    node_of = np.zeros(len(vertices), dtype=np.int32)
    nodes = [Node(path.stem, matrix)]
    return Asset(path, vertices, faces, local, node_of, nodes, primitives, **more)


def centre_offset(vertices: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3,) translation to take off before rounding (n, 3) points to float32, mostly zero."""
    if np.array_equal(vertices.astype(np.float32), vertices):
        return np.zeros(3)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    far = np.abs(vertices).max() > 16.0 * (high - low).max()
    return (low + high) / 2 if far else np.zeros(3)


def check_geometry(name: str, vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> None:
    """Raise BadInput, naming the file, unless (V, 3) and (F, 3) make a mesh with some area.

    Vertices that no triangle uses may be anywhere, and may be no numbers at all.
    """
    if len(faces) == 0:
        raise BadInput(f"{name} holds no triangles.", "Export it again with a mesh in it.")
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise BadInput(
            f"{name} is damaged: a triangle names a vertex that does not exist.",
            "Export it again from the program that made it.",
        )
    used = vertices
    if not sound(vertices).all():
        used = vertices[distinct(faces)]
    if not np.isfinite(used).all():
        raise BadInput(
            f"{name} has coordinates that are not numbers (NaN or infinite).",
            "Repair the mesh, for example with Mesh > Clean Up in Blender, and export it again.",
        )
    size = float((used.max(axis=0) - used.min(axis=0)).max())
    if np.abs(used).max() > LARGEST or 0 < size < SMALLEST:
        raise BadInput(
            f"{name} has a size or position outside of what programs can compute with.",
            f"Scale it so that its size lies between {SMALLEST:g} and {LARGEST:g}.",
        )
    if not _any_area(vertices, faces):
        raise BadInput(
            f"Every triangle of {name} has zero area.",
            "Check the export: all points lie on a line or in one place.",
        )


def _any_area(vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> bool:
    """True as soon as one triangle has more area than rounding errors explain."""
    for start in range(0, len(faces), 65536):
        corner = vertices[faces[start : start + 65536]]  # (n, 3, 3)
        edges = corner[:, 1:] - corner[:, :1]  # (n, 2, 3)
        length = np.abs(edges).max(axis=(1, 2))
        reach = np.abs(corner).max(axis=(1, 2))
        safe = np.where(length > 0, length, 1.0)
        unit = edges / safe[:, None, None]
        double_area = np.linalg.norm(np.cross(unit[:, 0], unit[:, 1]), axis=1)
        noise = 1e-14 + 8 * np.finfo(float).eps * reach / safe
        if ((length > 0) & (double_area > noise)).any():
            return True
    return False
