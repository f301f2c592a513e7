# SPDX-License-Identifier: GPL-3.0-or-later
"""How large a glTF scene is once every copy of its meshes is unfolded, before any of it is read.

A mesh that many nodes share is stored once; a few kilobytes can hold a city.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ...contract.errors import BadInput
from ...machine import cpu as machine

# Measured on decompositions of 1 M and 7 M triangles, from reading to writing.
BYTES_PER_TRIANGLE = 600
BYTES_PER_VERTEX = 150
BYTES_PER_COPY = 20_000  # of one primitive, however small
LARGE = 2_000_000  # triangles
UNFOLDED = 4  # times what the file holds


@dataclass(frozen=True)
class Size:
    """Triangles, vertices and primitives of a scene, every copy counted."""

    triangles: int = 0
    vertices: int = 0
    copies: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(
            self.triangles + other.triangles,
            self.vertices + other.vertices,
            self.copies + other.copies,
        )

    def times(self, count: int) -> Size:
        return Size(self.triangles * count, self.vertices * count, self.copies * count)

    @property
    def bytes(self) -> int:
        """Memory that a decomposition takes, roughly."""
        return (
            self.triangles * BYTES_PER_TRIANGLE
            + self.vertices * BYTES_PER_VERTEX
            + self.copies * BYTES_PER_COPY
        )


def check_size(name: str, document: dict[str, Any], nodes: Iterable[int]) -> str:
    """A sentence to say beforehand if the nodes unfold to much more than is stored, or empty.

    Raises BadInput if what they unfold to cannot fit into the memory of this machine.
    """
    meshes: dict[int, Size] = {}
    total, stored, placed = Size(), Size(), 0
    for index in nodes:
        node = document["nodes"][index]
        if "mesh" not in node:
            continue
        if node["mesh"] not in meshes:
            meshes[node["mesh"]] = _mesh_size(document, document["meshes"][node["mesh"]])
            stored += meshes[node["mesh"]]
        times = _instances(document, node)
        placed += times
        total += meshes[node["mesh"]].times(times)
    copies = f"{placed:,} copies of {len(meshes):,} mesh{'es' * (len(meshes) != 1)}"
    unfolded = total.bytes > UNFOLDED * max(stored.bytes, 1)
    what = f"{total.triangles:,} triangles" + (f" ({copies})" if unfolded else "")
    memory = machine.memory()
    if memory is not None and total.bytes > memory:
        raise BadInput(
            f"{name} unfolds to {what}, which take about {_gigabytes(total.bytes)}; this machine "
            f"has {_gigabytes(memory)} of memory.",
            "Export fewer copies, or a decimated mesh.",
        )
    if unfolded and total.triangles > LARGE:
        return (
            f"{name} unfolds to {what}; this takes about {_gigabytes(total.bytes)} of memory, "
            "and its time."
        )
    return ""


def _mesh_size(document: dict[str, Any], mesh: dict[str, Any]) -> Size:
    size, seen = Size(), set()
    for primitive in mesh.get("primitives", []):
        mode = primitive.get("mode", 4)
        if mode < 4 or "POSITION" not in primitive["attributes"]:
            continue
        position = primitive["attributes"]["POSITION"]
        vertices = _count(document, position)
        corners = _count(document, primitive["indices"]) if "indices" in primitive else vertices
        triangles = corners // 3 if mode == 4 else max(corners - 2, 0)
        size += Size(triangles, 0 if position in seen else vertices, 1)
        seen.add(position)
    return size


def _instances(document: dict[str, Any], node: dict[str, Any]) -> int:
    instancing = node.get("extensions", {}).get("EXT_mesh_gpu_instancing")
    if not instancing or "skin" in node:
        return 1
    return max((_count(document, i) for i in instancing["attributes"].values()), default=0)


def _count(document: dict[str, Any], accessor: int) -> int:
    entry = document["accessors"][accessor]
    count = entry["count"]
    if not isinstance(count, int) or count < 0:
        raise ValueError(f"accessor {accessor} has {count!r} elements")
    view = document["bufferViews"][entry["bufferView"]] if "bufferView" in entry else {}
    if "byteLength" in view and count > view["byteLength"]:
        raise ValueError(f"accessor {accessor} has more elements than bytes")
    return count


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"
