# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces that close what a cut has opened: what they are, and which of a part's faces they are.

Their elements have the origin id -1, and the faces the attribute `partwise_cap`. They are flat caps
or the surface that was hidden. `cap_build.py` adds them to the mesh of a part.
"""

from __future__ import annotations

import hashlib
from typing import Any, TypeAlias

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.records import Value
from . import layers as mesh_layers
from .keys import read_keys
from .layers import CAP, CUSTOM_NORMAL, NEW, PASSING, corner_edges, corner_faces
from .read import corner_vertices, positions

Points: TypeAlias = "NDArray[Any]"
Rows: TypeAlias = "NDArray[np.int64]"

TOPOLOGY = ("position", ".edge_verts", ".corner_vert", ".corner_edge")

FLAT, CONTINUED, ISLANDS = "FLAT", "CONTINUED", "ISLANDS"  # what UV maps are on new faces


class CapStyle(Value):
    """How new faces go on from those round them.

    uv : FLAT pictures beside the rim, the rim's colours CONTINUED without taking room in the map,
    or ISLANDS in its free room. own_slot : they get a material slot of their own. smooth : the rim
    is smooth where the new faces go on evenly; keep_normals : as it was shaded, then.
    """

    uv: str = FLAT
    own_slot: bool = False
    smooth: bool = False
    keep_normals: bool = False


class PartCaps(Value):
    """New faces of the parts of one mesh, in the mesh's own coordinates.

    vertices : (V + M, 3) float, the mesh's vertices, then new ones. faces : for each part (N, 3)
    int into these, turned outward. carry : (M, 4) int vertices of the mesh from which each new one
    takes its layers, and (M, 4) float how much of each, rows add up to 1; without it they take from
    the whole rim, by distance.
    """

    vertices: Points
    faces: dict[int, NDArray[np.integer]]
    carry: tuple[Rows, NDArray[np.float32]] | None = None
    style: CapStyle = CapStyle()

    @property
    def bytes(self) -> int:
        """Memory that its arrays take."""
        arrays = [self.vertices, *self.faces.values(), *(self.carry or ())]
        return sum(array.nbytes for array in arrays)


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


def corners_at_rims(mesh: bpy.types.Mesh) -> NDArray[np.bool_]:
    """(C,) the corners at vertices where caps are joined, of the faces that the source had."""
    at_rim = np.zeros(len(mesh.vertices), dtype=bool)
    at_rim[mesh_layers.edge_vertices(mesh)[rims_of_caps(mesh)]] = True
    return np.asarray(at_rim[corner_vertices(mesh)] & ~faces_of_caps(mesh)[corner_faces(mesh)])


def rims_digest(mesh: bpy.types.Mesh) -> str:
    """How rims are shaded where that is stored, to know later whether someone changed it."""
    layer = mesh.attributes.get(CUSTOM_NORMAL)
    if layer is None or layer.domain != "CORNER":
        return ""
    return hashlib.sha256(mesh_layers.read(layer)[corners_at_rims(mesh)].tobytes()).hexdigest()


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
