# SPDX-License-Identifier: GPL-3.0-or-later
"""New faces of the parts of a whole mesh, kept as a mesh of its own until the parts are cut.

Beside positions and triangles it has for each vertex the one of the whole that it is, -1 for new
ones, and what these take their layers from; and for each triangle its part.
"""

from __future__ import annotations

import hashlib

import bpy

from ...backend.contract.arrays import np
from ..core.labels import Labels
from . import layers as mesh_layers
from .caps import CapStyle, PartCaps
from .layers import NEW, corner_faces
from .read import corner_vertices, positions

PREFIX = ".partwise "  # hidden in Blender's lists of data
VERTEX, PART, WEIGHT = "vertex", "part", "carry_weight"
CARRY = tuple(f"carry_vertex_{number}" for number in range(4))


def to_mesh(caps: PartCaps, name: str) -> bpy.types.Mesh:
    """A new mesh that holds the new faces of parts, and of their vertices those that they use."""
    labels = sorted(caps.faces)
    faces = np.concatenate([np.empty((0, 3), np.int64), *(caps.faces[k] for k in labels)])
    used, corner = np.unique(faces, return_inverse=True)
    first = len(caps.vertices) - len(_carry(caps)[0])
    mesh = bpy.data.meshes.new(f"{PREFIX}{name}")
    mesh.from_pydata(caps.vertices[used].tolist(), [], corner.reshape(-1, 3).tolist())
    new = used >= first
    mesh_layers.put(mesh, VERTEX, "INT", "POINT", np.where(new, NEW, used))
    part = np.repeat(labels, [len(caps.faces[k]) for k in labels])
    mesh_layers.put(mesh, PART, "INT", "FACE", part)
    vertex, weight = (np.zeros((len(used), 4), values.dtype) for values in _carry(caps))
    for kept, values in zip((vertex, weight), _carry(caps), strict=True):
        kept[new] = values[used[new] - first]
    for column, name in enumerate(CARRY):
        mesh_layers.put(mesh, name, "INT", "POINT", vertex[:, column])
    mesh_layers.put(mesh, WEIGHT, "FLOAT_COLOR", "POINT", weight)
    return mesh


def from_mesh(kept: bpy.types.Mesh, whole: bpy.types.Mesh, style: CapStyle) -> PartCaps:
    """What `to_mesh` was given, for the mesh that it was made for."""
    vertex = mesh_layers.read(kept.attributes[VERTEX])[:, 0]
    part = mesh_layers.read(kept.attributes[PART])[:, 0]
    carry = [mesh_layers.read(kept.attributes[name])[:, 0] for name in CARRY]
    weight = mesh_layers.read(kept.attributes[WEIGHT])
    here, new = positions(whole), vertex == NEW
    number = np.where(new, len(here) + np.cumsum(new) - 1, vertex)
    faces = number[corner_vertices(kept)].reshape(-1, 3)
    return PartCaps(
        np.concatenate([here, positions(kept)[new]]),
        {int(label): faces[part == label] for label in np.unique(part)},
        (np.stack(carry, axis=1)[new].astype(np.int64), weight[new]),
        style,
    )


def joined(one: PartCaps, two: PartCaps) -> PartCaps:
    """The new faces of both, of parts of one mesh; those of the second where both have a part."""
    first = len(two.vertices) - len(_carry(two)[0])
    shift = len(one.vertices) - first
    faces = {k: np.where(f >= first, f + shift, f) for k, f in two.faces.items()}
    carry = [np.concatenate(both) for both in zip(_carry(one), _carry(two), strict=True)]
    return PartCaps(
        np.concatenate([one.vertices, two.vertices[first:]]),
        {**one.faces, **faces},
        (carry[0], carry[1]),
        two.style,
    )


def _carry(caps: PartCaps) -> tuple[np.ndarray, np.ndarray]:
    assert caps.carry is not None
    return caps.carry


def shape_digests(mesh: bpy.types.Mesh, labels: Labels, parts: list[int]) -> dict[int, str]:
    """For each of these parts what it is like, to know later whether its faces or shape changed."""
    vertex, points = corner_vertices(mesh), positions(mesh)
    corner_label = labels[corner_faces(mesh)] if len(labels) else labels
    digests = {}
    for part in parts:
        own = vertex[corner_label == part]
        digest = hashlib.blake2b(own.tobytes(), digest_size=16)
        digest.update(np.nonzero(labels == part)[0].tobytes())
        digest.update(points[own].tobytes())
        digests[part] = digest.hexdigest()
    return digests
