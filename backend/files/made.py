# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing new parts as GLB: a node, a mesh and a material each, one texture for all."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..assets.asset import Asset, Attribute
from ..contract.arrays import Floats, Ints
from ..geometry.mesh import normals_by_area
from .gltf.writer import Glb, unique_names
from .readers import replace_on_success

ROUGHNESS = 0.75


@dataclass(frozen=True)
class MadePart:
    """A part to write.

    name : of node, mesh and material. vertices : (V, 3), Y up. faces : (F, 3). uv : (F, 3, 2) from
    the lower left, None for none. colour : (3,) linear light. pivot : (3,) origin of its node; its
    own centre where None. parent : number of the part that it hangs on, -1 for none. extras : of
    its node.
    """

    name: str
    vertices: Floats
    faces: Ints
    uv: Floats | None = None
    colour: Sequence[float] = (0.8, 0.8, 0.8)
    pivot: Floats | None = None
    parent: int = -1
    extras: Mapping[str, Any] = field(default_factory=dict)


def write_made(
    path: str | os.PathLike[str], parts: Sequence[MadePart], texture: bytes | None = None
) -> list[str]:
    """Write a GLB, and return the names of its parts. texture : PNG that all `uv` are of.

    Raises BadInput if the file cannot be written.
    """
    names = unique_names([part.name or "part" for part in parts])
    materials = [
        _material(name, part, texture is not None) for name, part in zip(names, parts, strict=True)
    ]
    document: dict[str, Any] = {"materials": materials}
    images: list[Any] = []
    if texture is not None:
        document["images"] = [{"name": "parts"}]
        document["textures"] = [{"source": 0, "sampler": 0}]
        document["samplers"] = [{"magFilter": 9729, "minFilter": 9987, "wrapS": 33071,
                                 "wrapT": 33071}]  # fmt: skip
        images = [texture]
    nothing = np.empty((0, 3))
    asset = Asset(
        Path(path), nothing, nothing.astype(np.int64), nothing.astype(np.float32),
        np.empty(0, np.int32), [], [], document, images,
    )  # fmt: skip
    glb = Glb(asset, None)
    pivots = [_pivot(part) for part in parts]
    for number, (name, part) in enumerate(zip(names, parts, strict=True)):
        above = pivots[part.parent] if part.parent >= 0 else np.zeros(3)
        node: dict[str, Any] = {"name": name, "translation": (pivots[number] - above).tolist()}
        if part.extras:
            node["extras"] = dict(part.extras)
        entry = _primitive(glb, part, pivots[number], number)
        glb.add_node(node, {"name": name, "primitives": [entry]})
    nodes = glb.document["nodes"]
    for number, part in enumerate(parts):
        if part.parent >= 0:
            nodes[part.parent].setdefault("children", []).append(number)
    roots = [number for number, part in enumerate(parts) if part.parent < 0]
    glb.document["scenes"][0]["nodes"] = roots
    with replace_on_success(path) as temporary, open(temporary, "wb") as file:
        for block in glb.blocks():
            file.write(block)
    return names


def _pivot(part: MadePart) -> Floats:
    if part.pivot is not None:
        return np.asarray(part.pivot, np.float64)
    return np.asarray((part.vertices.min(axis=0) + part.vertices.max(axis=0)) / 2)


def _material(name: str, part: MadePart, has_texture: bool) -> dict[str, Any]:
    surface: dict[str, Any] = {"metallicFactor": 0.0, "roughnessFactor": ROUGHNESS}
    if has_texture and part.uv is not None:
        surface["baseColorTexture"] = {"index": 0}
    else:
        surface["baseColorFactor"] = [*(float(value) for value in part.colour), 1.0]
    return {"name": name, "pbrMetallicRoughness": surface}


def _primitive(glb: Glb, part: MadePart, pivot: Floats, material: int) -> dict[str, Any]:
    """Vertices split where texture coordinates differ; normals are those of the whole surface."""
    normals = normals_by_area(part.vertices, part.faces)
    source, corners = np.unique(part.faces, return_inverse=True)
    corners = corners.reshape(-1, 3)
    attributes: dict[str, Attribute] = {}
    if part.uv is not None:
        flat = np.concatenate(
            [part.faces.reshape(-1, 1), np.rint(part.uv.reshape(-1, 2) * 2**20)], axis=1
        ).astype(np.int64)
        rows, first, inverse = np.unique(flat, axis=0, return_index=True, return_inverse=True)
        source, corners = rows[:, 0], inverse.reshape(-1, 3)
        uv = part.uv.reshape(-1, 2)[first].astype(np.float32)
        uv[:, 1] = 1 - uv[:, 1]
        attributes["TEXCOORD_0"] = Attribute(uv)
    attributes = {"NORMAL": Attribute(normals[source].astype(np.float32)), **attributes}
    positions = (part.vertices[source] - pivot).astype(np.float32)
    return glb.primitive(positions, corners.astype(np.int64), attributes, [], material)
