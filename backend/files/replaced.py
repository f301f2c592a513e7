# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing a GLB in which a part is replaced: the other parts keep every stored number.

A new part takes the node of the old one, its frame and its name, and its material unless another
is given; colours and texture coordinates come from the nearest place of the old part.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset, Attribute, centre_offset
from .gltf.writer import Glb, unique_names
from .parts import Frame, Piece, add_part, default_names, pieces_of_parts
from .readers import replace_on_success

CARRIED = ("COLOR_", "TEXCOORD_")


@dataclass(frozen=True)
class NewPart:
    """A closed mesh in world coordinates: (V, 3), (F, 3).

    material : `name`, `colour` (linear RGBA or None) and a finish, see `library.wishes.FINISHES`;
    empty for that of the part that it replaces. extras : custom properties of the node.
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    material: Mapping[str, Any]
    extras: Mapping[str, Any]


def nodes_as_parts(asset: Asset) -> tuple[NDArray[np.int64], list[str]]:
    """Labels (F,) 0..K-1 and unique names of K parts: the nodes of a scene that have triangles."""
    nodes, labels = np.unique(asset.vertex_node[asset.faces[:, 0]], return_inverse=True)
    stand_in = default_names(len(nodes))
    names = [asset.nodes[n].name or stand_in[k] for k, n in enumerate(nodes.tolist())]
    return labels.reshape(-1).astype(np.int64), unique_names(names)


def write_replaced(
    path: str | os.PathLike[str],
    asset: Asset,
    labels: NDArray[np.integer],
    names: Sequence[str],
    replaced: Mapping[int, Sequence[NewPart]],
) -> list[str]:
    """Write the parts of a mesh, some of them replaced; returns the names of the parts.

    labels : (F,) 0..K-1 without gaps; names : K. replaced : part -> its variants; several become
    nodes under a parent of the part's name. Raises BadInput if the file cannot be written.
    """
    pieces = pieces_of_parts(asset, np.asarray(labels), len(names))
    glb = Glb(asset, None)
    offset = centre_offset(asset.vertices)
    unique = unique_names(names)
    for part, name in enumerate(unique):
        if part not in replaced:
            add_part(glb, asset, name, pieces[part], offset, None, part)
            continue
        variants = replaced[part]
        if len(variants) == 1:
            _add_new(glb, asset, name, pieces[part], offset, variants[0])
            continue
        parent: dict[str, Any] = {"name": name, "children": []}
        for number, variant in enumerate(variants, 1):
            _add_new(glb, asset, f"{name}.{number}", pieces[part], offset, variant)
            parent["children"].append(glb.document["scenes"][0]["nodes"].pop())
        glb.document["scenes"][0]["nodes"].append(len(glb.document["nodes"]))
        glb.document["nodes"].append(parent)
    with replace_on_success(path) as temporary, open(temporary, "wb") as file:
        for block in glb.blocks():
            file.write(block)
    return unique


def _add_new(
    glb: Glb,
    asset: Asset,
    name: str,
    pieces: list[Piece],
    offset: NDArray[np.float64],
    new: NewPart,
) -> None:
    frame = Frame(asset, name, pieces, offset)
    count = len(asset.vertices)
    rows = np.arange(count, count + len(new.vertices))
    positions = frame.positions(rows, np.asarray(new.vertices, dtype=np.float64))
    corners = new.faces[:, ::-1] if frame.mirrored else new.faces
    main = max(pieces, key=lambda piece: len(piece[1]))[0]
    if new.material:
        material: int | None = _material(glb, new.material, main.material)
        attributes: dict[str, Attribute] = {}
    else:
        material = main.material
        attributes = _carried(asset, pieces, new.vertices)
    entry = glb.primitive(positions, corners, attributes, [], material)
    node = {**frame.node, "extras": {**_dict(frame.node.get("extras")), **new.extras}}
    glb.add_node(node, {"primitives": [entry], "name": name})


def _dict(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else {}


def _carried(
    asset: Asset, pieces: list[Piece], vertices: NDArray[np.float64]
) -> dict[str, Attribute]:
    """Colours and texture coordinates of the nearest vertices of the old part.

    Only of the primitive whose material the new part takes, so that they mean the same.
    """
    main, rows = max(pieces, key=lambda piece: len(piece[1]))
    kept = {key: a for key, a in main.attributes.items() if key.startswith(CARRIED)}
    if not kept:
        return {}
    from scipy.spatial import cKDTree

    used = np.unique(main.corners[rows])
    _, near = cKDTree(asset.vertices[main.vertices[used]]).query(vertices)
    return {key: Attribute(a.values[used[near]], a.normalized) for key, a in kept.items()}


def _material(glb: Glb, wished: Mapping[str, Any], old: int | None) -> int:
    """A new material: what is not wished is the old one's, without its textures."""
    materials = glb.document.setdefault("materials", [])
    before = materials[old] if old is not None else {}
    surface = _dict(before.get("pbrMetallicRoughness"))
    colour = wished.get("colour") or surface.get("baseColorFactor", [0.8, 0.8, 0.8, 1.0])
    colour = [float(value) for value in colour]
    entry: dict[str, Any] = {
        "name": unique_names([*(str(m.get("name", "")) for m in materials), wished["name"]])[-1],
        "pbrMetallicRoughness": {
            "baseColorFactor": colour,
            "metallicFactor": float(wished.get("metallic", surface.get("metallicFactor", 0.0))),
            "roughnessFactor": float(wished.get("roughness", surface.get("roughnessFactor", 0.6))),
        },
    }
    if colour[3] < 1:
        entry["alphaMode"] = "BLEND"
    if wished.get("emission"):
        entry["emissiveFactor"] = colour[:3]
    extensions = _finish(wished, colour)
    if extensions:
        entry["extensions"] = extensions
        known = glb.source_extensions
        glb.source_extensions = [*known, *(name for name in extensions if name not in known)]
    if before.get("doubleSided"):
        entry["doubleSided"] = True
    materials.append(entry)
    return len(materials) - 1


def _finish(wished: Mapping[str, Any], colour: list[float]) -> dict[str, Any]:
    """The extensions of glTF 2.0 that say what a finish is beside metallic and roughness."""
    found: dict[str, Any] = {}
    if wished.get("transmission"):
        found["KHR_materials_transmission"] = {"transmissionFactor": float(wished["transmission"])}
        found["KHR_materials_ior"] = {"ior": float(wished.get("ior", 1.5))}
    if wished.get("coat"):
        found["KHR_materials_clearcoat"] = {
            "clearcoatFactor": float(wished["coat"]), "clearcoatRoughnessFactor": 0.05,
        }  # fmt: skip
    if wished.get("sheen"):
        share = float(wished["sheen"])
        found["KHR_materials_sheen"] = {
            "sheenColorFactor": [share * (0.5 + 0.5 * value) for value in colour[:3]],
            "sheenRoughnessFactor": 0.5,
        }
    return found
