# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds small glTF files for tests, apart from the code under test."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

CODES = {"int8": 5120, "uint8": 5121, "int16": 5122, "uint16": 5123, "uint32": 5125,
         "float32": 5126}  # fmt: skip
KINDS = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
# 67 bytes: a PNG of one pixel
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c489"
    "0000000a49444154789c63000100000500010d0a2db40000000049454e44ae426082"
)


class GltfMaker:
    """Collects accessors; the caller writes the rest of the document by hand."""

    def __init__(self, **document: Any) -> None:
        self.document: dict[str, Any] = {
            "asset": {"version": "2.0"},
            "accessors": [],
            "bufferViews": [],
            "meshes": [],
            "nodes": [],
            **document,
        }
        self.data = b""

    def view(self, data: bytes, **more: Any) -> int:
        self.data += b"\0" * (-len(self.data) % 4)
        entry = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data), **more}
        self.document["bufferViews"].append(entry)
        self.data += data
        return len(self.document["bufferViews"]) - 1

    def accessor(self, values: Any, dtype: str = "float32", **more: Any) -> int:
        values = np.ascontiguousarray(values, dtype)
        width = 1 if values.ndim == 1 else int(np.prod(values.shape[1:]))
        entry = {
            "bufferView": self.view(values.tobytes()),
            "componentType": CODES[dtype],
            "count": len(values),
            "type": KINDS[width],
            **more,
        }
        self.document["accessors"].append(entry)
        return len(self.document["accessors"]) - 1

    def mesh(self, *primitives: dict[str, Any], **more: Any) -> int:
        self.document["meshes"].append({"primitives": list(primitives), **more})
        return len(self.document["meshes"]) - 1

    def node(self, **entry: Any) -> int:
        self.document["nodes"].append(entry)
        return len(self.document["nodes"]) - 1

    def write(self, path: Path) -> Path:
        """Write as .glb, or as .gltf with a .bin file beside it."""
        document = dict(self.document)
        if path.suffix == ".gltf":
            name = f"{path.stem}.bin"
            document["buffers"] = [{"byteLength": len(self.data), "uri": name.replace(" ", "%20")}]
            (path.parent / name).write_bytes(self.data)
            path.write_text(json.dumps(document), "utf-8")
            return path
        document["buffers"] = [{"byteLength": len(self.data)}]
        text = json.dumps(document).encode()
        text += b" " * (-len(text) % 4)
        data = self.data + b"\0" * (-len(self.data) % 4)
        chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
        chunks += struct.pack("<II", len(data), 0x004E4942) + data
        path.write_bytes(struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks)
        return path


def parse_glb(path: Path) -> tuple[dict[str, Any], bytes]:
    """JSON and binary chunk of a GLB, for tests that look at what was written."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    return json.loads(data[20 : 20 + length]), data[28 + length :]
