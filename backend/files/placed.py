# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenes of placed meshes, as small scene formats have them, into one asset."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset, Attribute, Node, Primitive, centre_offset, check_geometry
from ..contract.errors import BadInput
from .vertex_data import split_corners


@dataclass
class PlacedMesh:
    """Triangles of one node.

    Parameters
    ----------
    name : of the node. matrix : (4, 4), from its frame to the world.
    vertices, faces : (n, 3) in the node's frame, (m, 3).
    material : (m,) index into the materials of the document, -1 for none.
    layers : for the name of an attribute its values (k, c) and the row of each corner (m, 3), -1
        where it has none.
    """

    name: str
    matrix: NDArray[np.float64]
    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    material: NDArray[np.int64]
    layers: dict[str, tuple[NDArray[np.float32], NDArray[np.int64]]] = field(default_factory=dict)


def scene_asset(path: Path, meshes: list[PlacedMesh], **more: Any) -> Asset:
    """Asset of all meshes, one node each; triangles stay in their order.

    Raises BadInput if they make no mesh with some area.
    """
    nodes: list[Node] = []
    primitives: list[Primitive] = []
    world, local, faces, counts = [], [], [], []
    vertex_count = face_count = 0
    for mesh in meshes:
        if len(mesh.faces) and not 0 <= mesh.faces.min() <= mesh.faces.max() < len(mesh.vertices):
            raise BadInput(
                f"{path.name} is damaged: a triangle names a vertex that does not exist.",
                "Export it again from the program that made it.",
            )
        centre = centre_offset(mesh.vertices) if len(mesh.vertices) else np.zeros(3)
        shift = np.eye(4)
        shift[:3, 3] = centre
        node = Node(mesh.name, mesh.matrix @ shift)
        world.append(mesh.vertices @ mesh.matrix[:3, :3].T + mesh.matrix[:3, 3])
        local.append((mesh.vertices - centre).astype(np.float32))
        faces.append((mesh.faces[:, ::-1] if node.mirrored else mesh.faces) + vertex_count)
        counts.append(len(mesh.vertices))
        for material in np.unique(mesh.material).tolist():
            chosen = np.flatnonzero(mesh.material == material)
            rows, corners, attributes = _layered(mesh, chosen)
            primitives.append(
                Primitive(len(nodes), corners, face_count + chosen, vertex_count + rows,
                          attributes, [], material if material >= 0 else None)
            )  # fmt: skip
        nodes.append(node)
        vertex_count += len(mesh.vertices)
        face_count += len(mesh.faces)
    vertices = np.concatenate([np.empty((0, 3)), *world])
    triangles = np.concatenate([np.empty((0, 3), dtype=np.int64), *faces])
    check_geometry(path.name, vertices, triangles)
    node_of = np.repeat(np.arange(len(nodes), dtype=np.int32), counts)
    return Asset(path, vertices, triangles, np.concatenate(local), node_of, nodes, primitives,
                 **more)  # fmt: skip


def _layered(
    mesh: PlacedMesh, chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], dict[str, Attribute]]:
    """Vertex of each row, rows of the corners of `chosen` triangles, attributes of the rows.

    Colours are white where a corner has none; other layers are left out unless all corners have
    them, for a primitive has an attribute on all vertices or on none.
    """
    layers = {}
    for name, (values, index) in mesh.layers.items():
        own = index[chosen]
        if (own >= 0).all() or (name == "COLOR_0" and (own >= 0).any()):
            layers[name] = values, own
    if not layers:
        return np.arange(len(mesh.vertices)), mesh.faces[chosen], {}
    rows, corners = split_corners(mesh.faces[chosen], *(own for _, own in layers.values()))
    attributes = {}
    for column, (name, (values, _)) in enumerate(layers.items(), 1):
        which = rows[:, column]
        taken = np.where((which >= 0)[:, None], values[which], np.float32(1.0))
        attributes[name] = Attribute(taken.astype(np.float32))
    return rows[:, 0], corners, attributes
