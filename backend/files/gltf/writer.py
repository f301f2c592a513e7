# SPDX-License-Identifier: GPL-3.0-or-later
"""Building a GLB: accessors, images and the JSON around them. Deterministic bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import __version__
from ...assets.asset import Asset, Attribute
from ...assets.textures import is_texture_info, settle_textures, without_lost
from ...contract.errors import BadInput

COMPONENT_TYPE = {"i1": 5120, "u1": 5121, "i2": 5122, "u2": 5123, "u4": 5125, "f4": 5126}
TYPE_OF_WIDTH = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}
ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963
CAP_MATERIAL = {
    "name": "cap",
    "pbrMetallicRoughness": {
        "baseColorFactor": [0.6, 0.6, 0.6, 1.0],
        "metallicFactor": 0.0,
        "roughnessFactor": 0.9,
    },
}


class Glb:
    """A GLB under construction."""

    def __init__(self, asset: Asset, used_materials: set[int | None] | None) -> None:
        settle_textures(asset)
        document = deepcopy(asset.document)
        images = asset.images
        self.material_of: dict[int, int] | None = None
        if used_materials is not None and "KHR_materials_variants" not in document.get(
            "extensions", {}
        ):
            self.material_of, images = _prune(document, asset, used_materials)
        settled: list[Any] = without_lost(document, images)
        self.source_extensions = document.pop("extensionsUsed", [])
        self.source_required = document.pop("extensionsRequired", [])
        about = {"version": "2.0", "generator": f"Partwise {__version__}"}
        if "copyright" in document:
            about["copyright"] = document.pop("copyright")
        self.document: dict[str, Any] = {
            "asset": about,
            "scene": 0,
            "scenes": [{"nodes": []}],
            "nodes": [],
            "meshes": [],
            **document,
            "accessors": [],
            "bufferViews": [],
        }
        self.chunks: list[bytes] = []
        self.length = 0
        self.quantized = False
        self._cap: int | None = None
        for entry, image in zip(self.document.get("images", []), settled, strict=True):
            self._embed_image(entry, image)

    def add_node(self, node: dict[str, Any], mesh: dict[str, Any]) -> None:
        node["mesh"] = len(self.document["meshes"])
        self.document["scenes"][0]["nodes"].append(len(self.document["nodes"]))
        self.document["nodes"].append(node)
        self.document["meshes"].append(mesh)

    def primitive(
        self,
        positions: NDArray[np.float32],
        corners: NDArray[np.int64],
        attributes: dict[str, Attribute],
        targets: list[dict[str, Any]],
        material: int | None,
    ) -> dict[str, Any]:
        """A primitive of (n, 3) positions and (m, 3) corners."""
        entry: dict[str, Any] = {
            "attributes": {"POSITION": self.accessor(positions, bounds=True)},
            "indices": self.indices(corners),
        }
        for name, attribute in attributes.items():
            entry["attributes"][name] = self.accessor(attribute.values, attribute.normalized)
            self.quantized |= attribute.values.dtype.kind != "f" and not name.startswith(
                ("COLOR_", "_")
            )
        if material is not None:
            entry["material"] = (
                self.material_of[material] if self.material_of is not None else material
            )
        if targets:
            entry["targets"] = [
                {name: self.accessor(v.astype(np.float32), bounds=name == "POSITION")
                 for name, v in target.items()} for target in targets
            ]  # fmt: skip
        return entry

    def accessor(self, values: NDArray[Any], normalized: bool = False, bounds: bool = False) -> int:
        """Append (n, c) vertex data; elements begin at multiples of four bytes."""
        values = values.reshape(len(values), -1)
        values = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
        size = values.dtype.itemsize * values.shape[1]
        stride = -(-size // 4) * 4
        data = values
        if stride != size:
            padded = np.zeros((len(values), stride), dtype=np.uint8)
            padded[:, :size] = values.view(np.uint8).reshape(len(values), size)
            data = padded
        view = self.buffer_view(data.tobytes(), target=ARRAY_BUFFER)
        if stride != size:
            self.document["bufferViews"][view]["byteStride"] = stride
        entry = {
            "bufferView": view,
            "componentType": COMPONENT_TYPE[values.dtype.str[1:]],
            "count": len(values),
            "type": TYPE_OF_WIDTH[values.shape[1]],
        }
        if normalized:
            entry["normalized"] = True
        if bounds:
            entry["min"] = [float(v) for v in values.min(axis=0)]
            entry["max"] = [float(v) for v in values.max(axis=0)]
        self.document["accessors"].append(entry)
        return len(self.document["accessors"]) - 1

    def indices(self, corners: NDArray[np.int64]) -> int:
        # the largest value of a type is reserved for primitive restart
        dtype = np.dtype("<u2") if corners.max() < 65535 else np.dtype("<u4")
        view = self.buffer_view(corners.astype(dtype).tobytes(), target=ELEMENT_ARRAY_BUFFER)
        self.document["accessors"].append(
            {
                "bufferView": view,
                "componentType": COMPONENT_TYPE[dtype.str[1:]],
                "count": corners.size,
                "type": "SCALAR",
            }
        )
        return len(self.document["accessors"]) - 1

    def buffer_view(self, data: bytes, target: int | None = None) -> int:
        entry: dict[str, Any] = {"buffer": 0, "byteOffset": self.length, "byteLength": len(data)}
        if target is not None:
            entry["target"] = target
        padding = -len(data) % 4
        self.chunks += [data, b"\0" * padding]
        self.length += len(data) + padding
        self.document["bufferViews"].append(entry)
        return len(self.document["bufferViews"]) - 1

    def cap_material(self) -> int:
        """Index of the material of caps, made when first needed."""
        if self._cap is None:
            materials = self.document.setdefault("materials", [])
            taken = [str(entry.get("name", "")) for entry in materials]
            self._cap = len(materials)
            materials.append({**CAP_MATERIAL, "name": unique_names([*taken, "cap"])[-1]})
        return self._cap

    def _embed_image(self, entry: dict[str, Any], image: bytes) -> None:
        entry.pop("uri", None)
        entry["bufferView"] = self.buffer_view(image)

    def blocks(self) -> list[bytes]:
        """The file: header, JSON chunk, binary chunk."""
        heavy = ("accessors", "bufferViews", "nodes")
        used = set(_extensions_in({k: v for k, v in self.document.items() if k not in heavy}))
        if self.quantized and "KHR_mesh_quantization" in self.source_extensions:
            used.add("KHR_mesh_quantization")
        kept = [name for name in self.source_extensions if name in used]
        if kept:
            self.document["extensionsUsed"] = kept
        required = [name for name in self.source_required if name in used]
        if required:
            self.document["extensionsRequired"] = required
        self.document["buffers"] = [{"byteLength": self.length}]
        document = json.dumps(self.document, separators=(",", ":"), ensure_ascii=False)
        text = document.encode("utf-8", "replace")  # names may hold halves of characters
        text += b" " * (-len(text) % 4)
        total = 12 + 8 + len(text) + 8 + self.length
        if total >= 2**32:
            raise BadInput(
                "The parts need more than 4 GB, the most that one GLB file can hold.",
                "Write one file for each part.",
            )
        head = struct.pack("<4sIIII", b"glTF", 2, total, len(text), 0x4E4F534A)
        return [head, text, struct.pack("<II", self.length, 0x004E4942), *self.chunks]


def unique_names(names: Sequence[str]) -> list[str]:
    """Names with a number behind those that came before."""
    taken: set[str] = set(names)
    given: set[str] = set()
    result = []
    for name in names:
        unique, number = name, 1
        while unique in given or (number > 1 and unique in taken):
            number += 1
            unique = f"{name}_{number}"
        given.add(unique)
        result.append(unique)
    return result


def _extensions_in(value: Any) -> Iterable[str]:
    """Names of all extensions anywhere in a JSON value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "extensions" and isinstance(inner, dict):
                yield from inner
            if key != "extras":
                yield from _extensions_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _extensions_in(inner)


def _prune(
    document: dict[str, Any], asset: Asset, used: set[int | None]
) -> tuple[dict[int, int], list[Any]]:
    """Keep only the used materials and their textures; new numbers of materials, and images."""

    def renumber(key: str, kept: list[int]) -> dict[int, int]:
        if key in document:
            document[key] = [document[key][i] for i in kept]
            if not kept:
                del document[key]
        return {old: new for new, old in enumerate(kept)}

    materials = renumber("materials", sorted(i for i in used if i is not None))
    infos = list(_texture_infos(document.get("materials", [])))
    textures = renumber("textures", sorted({info["index"] for info in infos}))
    for info in infos:
        info["index"] = textures[info["index"]]
    for key, listed in (("source", "images"), ("sampler", "samplers")):
        holders = [h for texture in document.get("textures", []) for h in _holders(texture, key)]
        numbers = renumber(listed, sorted({holder[key] for holder in holders}))
        for holder in holders:
            holder[key] = numbers[holder[key]]
        if listed == "images":
            images = [asset.images[old] for old in numbers]
    return materials, images


def _texture_infos(value: Any) -> Iterable[dict[str, Any]]:
    """The textureInfo objects of materials: by glTF's rule, their keys end with Texture."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if is_texture_info(key, inner):
                yield inner
            elif key != "extras":
                yield from _texture_infos(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texture_infos(inner)


def _holders(texture: dict[str, Any], key: str) -> Iterable[dict[str, Any]]:
    """The texture itself and its extensions (WebP, KTX2, ...), where they have `key`."""
    for holder in (texture, *texture.get("extensions", {}).values()):
        if key in holder:
            yield holder
