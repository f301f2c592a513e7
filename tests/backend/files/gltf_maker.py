# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds small glTF files for tests, apart from the code under test."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.files.readers import read_mesh, write_parts

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


SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], dtype=np.float32)


TWO = [0, 1, 2, 0, 2, 3]


def simple(**document: Any) -> GltfMaker:
    maker = GltfMaker(**{"nodes": [{"mesh": 0}], **document})
    attributes = {"POSITION": maker.accessor(SQUARE)}
    maker.mesh({"attributes": attributes, "indices": maker.accessor(TWO, "uint16")})
    return maker


def primitive(maker: GltfMaker) -> dict[str, Any]:
    return maker.document["meshes"][0]["primitives"][0]


def refused(path: Path) -> str:
    with pytest.raises(BadInput) as caught:
        read_mesh(path)
    assert caught.value.hint
    assert caught.value.message.startswith(path.name)
    return str(caught.value)


def written(path: Path, tmp_path: Path) -> dict[str, Any]:
    """JSON of the two halves of a file, written as parts."""
    asset = read_mesh(path)
    labels = np.arange(len(asset.faces)) % 2
    write_parts(tmp_path / "out.glb", asset, labels)
    assert len(read_mesh(tmp_path / "out.glb").faces) == len(asset.faces)
    return parse_glb(tmp_path / "out.glb")[0]


def scene(random: np.random.Generator, node_count: int) -> GltfMaker:
    """A scene of random soups: two materials, a texture, UVs, colours, normals, custom data."""
    maker = GltfMaker(
        samplers=[{"wrapS": 33071}, {}],
        extensionsUsed=["KHR_materials_clearcoat", "KHR_lights_punctual"],
    )
    maker.document["images"] = [
        {"bufferView": maker.view(PIXEL + b"one"), "mimeType": "image/png", "name": "one"},
        {"bufferView": maker.view(PIXEL + b"two!"), "mimeType": "image/png", "name": "two"},
    ]
    maker.document["textures"] = [{"source": 1, "sampler": 1}, {"source": 0, "sampler": 0}]
    coat = {"clearcoatFactor": 0.5, "clearcoatTexture": {"index": 1, "texCoord": 1}}
    maker.document["materials"] = [
        {"name": "plain", "extras": {"shop": "é"}},
        {"name": "coated", "extensions": {"KHR_materials_clearcoat": coat}},
        {"name": "painted", "pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}},
    ]
    for number in range(node_count):
        primitives = []
        for material in (0, 2, 1)[: random.integers(1, 4)]:
            count = int(random.integers(3, 12))
            normal = random.normal(size=(count, 3))
            attributes = {
                "POSITION": maker.accessor(random.normal(size=(count, 3))),
                "NORMAL": maker.accessor(normal / np.linalg.norm(normal, axis=1, keepdims=True)),
                "TEXCOORD_0": maker.accessor(random.random((count, 2))),
                "COLOR_0": maker.accessor(random.integers(0, 255, (count, 3)), "uint8",
                                          normalized=True),
                "_WEAR": maker.accessor(random.choice(900, count, replace=False), "uint16"),
            }  # fmt: skip
            corners = random.integers(0, count, (int(random.integers(1, 20)), 3))
            indices = maker.accessor(np.concatenate([[0, 1, 2], corners.ravel()]), "uint16")
            primitives.append({"attributes": attributes, "indices": indices, "material": material})
        mesh = maker.mesh(*primitives)
        scale = [-1.5, 0.5, 2.0] if number % 2 else [1, 1, 1]
        maker.node(mesh=mesh, translation=random.normal(size=3).tolist(), scale=scale)
    return maker
