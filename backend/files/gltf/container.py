# SPDX-License-Identifier: GPL-3.0-or-later
"""The container of glTF 2.0: JSON document, buffers and accessors, from .glb or .gltf."""

from __future__ import annotations

import base64
import json
import re
import struct
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

import numpy as np
from numpy.typing import NDArray

from ...assets.asset import Attribute
from ...contract.errors import BadInput

COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
COMPRESSED = {
    "KHR_draco_mesh_compression": "Draco",
    "EXT_meshopt_compression": "meshopt",
    "KHR_meshopt_compression": "meshopt",
}
UNDERSTOOD = re.compile(
    r"KHR_(mesh_quantization|texture_\w+|materials_\w+|lights_punctual|animation_pointer|"
    r"xmp\w*|node_visibility)|EXT_(texture_\w+|lights_image_based|mesh_gpu_instancing)|MSFT_\w+"
)


class GltfFile:
    """The JSON document of a glTF file and its buffers, loaded when first needed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        data = path.read_bytes()
        self._chunk: memoryview | None = None
        self._buffers: dict[int, memoryview] = {}
        text = data
        if data[:4] == b"glTF":
            text, self._chunk = split_glb(data)
        # NaN and Infinity are not JSON, but some exporters write them into custom properties
        self.document: dict[str, Any] = json.loads(text, parse_constant=lambda _: None)
        version = str(self.document["asset"]["version"])
        if not version.startswith("2"):
            raise BadInput(
                f"{path.name} is glTF {version}, which is not supported.",
                "Export it again as glTF 2.0.",
            )

    def buffer(self, index: int) -> memoryview:
        if index not in self._buffers:
            entry = self.document["buffers"][index]
            if "uri" in entry:
                found = self.resource(entry["uri"])
                data = memoryview(found.read_bytes() if isinstance(found, Path) else found)
            elif index == 0 and self._chunk is not None:
                data = self._chunk
            else:
                raise ValueError(f"buffer {index} has no data")
            if len(data) < entry["byteLength"]:
                raise ValueError(f"buffer {index} is cut short")
            self._buffers[index] = data[: entry["byteLength"]]
        return self._buffers[index]

    def view(self, index: int) -> memoryview:
        """Bytes of a bufferView."""
        view = self.document["bufferViews"][index]
        start, length = view.get("byteOffset", 0), view["byteLength"]
        buffer = self.buffer(view["buffer"])
        if start < 0 or length < 0 or start + length > len(buffer):
            raise ValueError(f"bufferView {index} ends outside of its buffer")
        return buffer[start : start + length]

    def accessor(self, index: int) -> NDArray[Any]:
        """(count, width) values of an accessor in their stored type, a copy."""
        entry = self.document["accessors"][index]
        dtype, width = np.dtype(COMPONENTS[entry["componentType"]]), WIDTHS[entry["type"]]
        shape = (int(entry["count"]), width)
        if "bufferView" in entry:
            view = self.document["bufferViews"][entry["bufferView"]]
            strides = (view.get("byteStride") or dtype.itemsize * width, dtype.itemsize)
            data, start = self.view(entry["bufferView"]), entry.get("byteOffset", 0)
            values = np.array(np.ndarray(shape, dtype, data, start, strides))
        else:
            values = np.zeros(shape, dtype)
        if "sparse" in entry:
            sparse = entry["sparse"]
            where, what = sparse["indices"], sparse["values"]
            count = int(sparse["count"])
            rows = np.frombuffer(
                self.view(where["bufferView"]),
                COMPONENTS[where["componentType"]],
                count,
                where.get("byteOffset", 0),
            )
            new = np.frombuffer(
                self.view(what["bufferView"]), dtype, count * width, what.get("byteOffset", 0)
            )
            values[rows] = new.reshape(count, width)
        return values

    def attribute(self, index: int) -> Attribute:
        """An accessor that knows whether its integers stand for fractions."""
        normalized = bool(self.document["accessors"][index].get("normalized", False))
        return Attribute(self.accessor(index), normalized)

    def resource(self, uri: str) -> Path | bytes:
        """Bytes of a data URI, or the path of a file beside this one."""
        if uri.startswith("data:"):
            head, _, body = uri.partition(",")
            if head.endswith(";base64"):
                return base64.b64decode(body)
            return unquote_to_bytes(body)
        name = unquote(uri)
        if re.match(r"[A-Za-z][\w+.-]*:|[/\\]", name):
            raise BadInput(
                f"{self.path.name} points to {uri[:80]}, which is not a file beside it.",
                "Export it again as one .glb file, or with relative paths.",
            )
        return self.path.parent / name


def split_glb(data: bytes) -> tuple[bytes, memoryview | None]:
    """JSON text and binary chunk of a GLB container."""
    _, version, total = struct.unpack_from("<4sII", data)
    if version != 2:
        raise ValueError(f"GLB version {version}")
    if total > len(data):
        raise ValueError(f"the file is cut short: {len(data)} of {total} bytes")
    chunks: dict[int, memoryview] = {}
    start = 12
    while start + 8 <= total:
        length, kind = struct.unpack_from("<II", data, start)
        if start + 8 + length > total:
            raise ValueError("a chunk is cut short")
        chunks.setdefault(kind, memoryview(data)[start + 8 : start + 8 + length])
        start += 8 + length
    return bytes(chunks[0x4E4F534A]), chunks.get(0x004E4942)


def refuse_unknown(file: GltfFile) -> None:
    """Raise BadInput for compression and other extensions without which the file says nothing."""
    required = file.document.get("extensionsRequired", [])
    views = file.document.get("bufferViews", [])
    for name, label in COMPRESSED.items():
        if name in required or any(name in view.get("extensions", {}) for view in views):
            raise BadInput(
                f"{file.path.name} is compressed with {label}, which cannot be read here.",
                "Export it again without compression (in Blender's glTF export: Data > "
                "Compression off).",
            )
    unknown = [name for name in required if not UNDERSTOOD.fullmatch(name)]
    if unknown:
        raise BadInput(
            f"{file.path.name} needs the glTF extension {unknown[0]}, which is not supported.",
            "Export it again without this extension.",
        )
