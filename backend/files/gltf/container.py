# SPDX-License-Identifier: GPL-3.0-or-later
"""The container of glTF 2.0: JSON document, buffers and accessors, from .glb or .gltf.

What is compressed with meshopt is decoded when it is read, unless the file holds it plain as well.
"""

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
from ...assets.beside import Beside
from ...assets.foreign import LOOKED_AT, refuse_foreign
from ...contract.errors import BadInput

COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
JSON_TEXT, BINARY = 0x4E4F534A, 0x004E4942  # kinds of chunks
MESHOPT = ("EXT_meshopt_compression", "KHR_meshopt_compression")
UNDERSTOOD = re.compile(
    r"KHR_(mesh_quantization|texture_\w+|materials_\w+|lights_punctual|animation_pointer|"
    r"xmp\w*|node_visibility|draco_mesh_compression|meshopt_compression)|"
    r"EXT_(texture_\w+|lights_image_based|mesh_gpu_instancing|meshopt_compression)|MSFT_\w+"
)


class GltfFile:
    """The JSON document of a glTF file and its buffers, loaded when first needed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        data = path.read_bytes()
        self._chunk: memoryview | None = None
        self._buffers: dict[int, memoryview] = {}
        self._decoded: dict[int, memoryview] = {}
        self._beside = Beside()
        text = data
        if data[:4] == b"glTF":
            text, self._chunk = split_glb(path.name, data)
        self.document: dict[str, Any] = _parse(text)
        _refuse_other_versions(path.name, self.document)

    def buffer(self, index: int) -> memoryview:
        if index not in self._buffers:
            entry = self.document["buffers"][index]
            if "uri" in entry:
                found = self.resource(entry["uri"])
                if isinstance(found, Path) and not found.is_file():
                    raise BadInput(
                        f"{self.path.name} needs the file {found.name}, which is not there.",
                        "Put it beside the model, or export the model as one .glb file.",
                    )
                data = memoryview(found.read_bytes() if isinstance(found, Path) else found)
            elif index == 0 and self._chunk is not None:
                data = self._chunk
            else:
                raise ValueError(f"buffer {index} has no data")
            self._buffers[index] = data[: entry["byteLength"]]
        return self._buffers[index]

    def view(self, index: int) -> memoryview:
        """Bytes of a bufferView, decompressed."""
        view = _item(self.document["bufferViews"], index)
        compressed = _meshopt(view)
        if compressed is None or self._is_plain(view):
            return self._slice(view)
        if index not in self._decoded:
            from .meshopt import decode

            plain = decode(
                self._slice(compressed),
                count=int(compressed["count"]),
                stride=int(compressed["byteStride"]),
                mode=compressed["mode"],
                filtered=compressed.get("filter", "NONE"),
            )
            self._decoded[index] = plain.data
        return self._decoded[index]

    def _slice(self, view: dict[str, Any]) -> memoryview:
        start, length = view.get("byteOffset", 0), view["byteLength"]
        buffer = self.buffer(view["buffer"])
        if start < 0 or length < 0:
            raise ValueError("a bufferView begins before its buffer")
        if start + length > len(buffer):
            whole = self.document["buffers"][view["buffer"]]
            refuse_foreign(str(whole.get("uri", self.path.name))[:80], bytes(buffer[:LOOKED_AT]))
            raise BadInput(
                f"{self.path.name} is damaged: {len(buffer):,} of {whole['byteLength']:,} bytes of "
                "its data are there.",
                "Download or export it again.",
            )
        return buffer[start : start + length]

    def _is_plain(self, view: dict[str, Any]) -> bool:
        """Whether a compressed bufferView is there uncompressed too."""
        entry = _item(self.document["buffers"], view["buffer"])
        if any(entry.get("extensions", {}).get(name, {}).get("fallback") for name in MESHOPT):
            return False
        try:
            self._slice(view)
        except (OSError, ValueError, BadInput):
            return False
        return True

    def accessor(self, index: int) -> NDArray[Any]:
        """(count, width) values of an accessor in their stored type, a copy."""
        entry = _item(self.document["accessors"], index)
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
        return Attribute(self.accessor(index), self.is_normalized(index))

    def is_normalized(self, index: int) -> bool:
        return bool(self.document["accessors"][index].get("normalized", False))

    def resource(self, uri: str) -> Path | bytes:
        """Bytes of a data URI, or the path of a file beside this one.

        Raises BadInput for an address elsewhere, unless a file of that name lies beside this one.
        """
        if uri.startswith("data:"):
            head, _, body = uri.partition(",")
            if head.endswith(";base64"):
                return base64.b64decode(body)
            return unquote_to_bytes(body)
        name = unquote(uri)
        folders = [self.path.parent]
        found = self._beside.find(folders, name) or self._beside.find(folders, uri)
        if found is not None:
            return found
        if re.match(r"[A-Za-z][\w+.-]*:|[/\\]", name):
            raise BadInput(
                f"{self.path.name} points to {uri[:80]}, which is not a file beside it.",
                "Export it again as one .glb file, or with relative paths.",
            )
        return self.path.parent / name.replace("\\", "/")


def split_glb(name: str, data: bytes) -> tuple[bytes, memoryview | None]:
    """JSON text and binary chunk of a GLB container."""
    if len(data) < 12:
        raise _cut_short(name, len(data), 12)
    _, version, total = struct.unpack_from("<4sII", data)
    if version != 2:
        raise _other_version(name, f"{version}.0")
    chunks: dict[int, memoryview] = {}
    start = 12
    while start + 8 <= min(total, len(data)):
        length, kind = struct.unpack_from("<II", data, start)
        if start + 8 + length > len(data):
            raise _cut_short(name, len(data), max(total, start + 8 + length))
        chunks.setdefault(kind, memoryview(data)[start + 8 : start + 8 + length])
        start += 8 + length
    if total > len(data) and BINARY not in chunks:
        raise _cut_short(name, len(data), total)
    return bytes(chunks[JSON_TEXT]), chunks.get(BINARY)


def _parse(text: bytes) -> Any:
    """JSON, with the forgiveness that files of today's exporters need."""

    def finite(number: str) -> float | None:
        value = float(number)
        return value if abs(value) < float("inf") else None

    # "replace": names in an alphabet of the system
    content = text.decode(json.detect_encoding(text), "replace").rstrip("\0 \t\r\n")
    # NaN and Infinity are not JSON, but some exporters write them into custom properties
    return json.loads(content, parse_constant=lambda _: None, parse_float=finite, strict=False)


def _cut_short(name: str, there: int, total: int) -> BadInput:
    return BadInput(
        f"{name} is cut short: {there:,} of {total:,} bytes are there.",
        "Download, copy or export it again.",
    )


def _other_version(name: str, version: str) -> BadInput:
    return BadInput(
        f"{name} is glTF {version}, which is not supported.", "Export it again as glTF 2.0."
    )


def _refuse_other_versions(name: str, document: Any) -> None:
    """Raise BadInput for glTF 1.0, and for JSON that is something else."""
    if not isinstance(document, dict):
        raise ValueError("the JSON is no object")
    about = document.get("asset")
    version = str(about.get("version", "")) if isinstance(about, dict) else ""
    if version.startswith("2"):
        return
    if re.fullmatch(r"\d+(\.\d+)*", version):
        raise _other_version(name, version)
    if not version and any(isinstance(document.get(key), dict) for key in ("meshes", "nodes")):
        raise _other_version(name, "1.0")
    raise BadInput(f"{name} is JSON, but not glTF.", "Download or export the model itself again.")


def _meshopt(view: dict[str, Any]) -> dict[str, Any] | None:
    """The extension of a compressed bufferView; it is a bufferView itself."""
    extensions = view.get("extensions", {})
    return next((extensions[name] for name in MESHOPT if name in extensions), None)


def _item(entries: list[Any], index: Any) -> Any:
    """An entry by its number; unlike Python's own lists, a negative one has none."""
    if not isinstance(index, int) or index < 0:
        raise ValueError(f"{index!r} is no number of an entry")
    return entries[index]


def refuse_unknown(file: GltfFile) -> None:
    """Raise BadInput for extensions without which the file says nothing."""
    required = file.document.get("extensionsRequired", [])
    unknown = [name for name in required if not UNDERSTOOD.fullmatch(name)]
    if unknown:
        raise BadInput(
            f"{file.path.name} needs the glTF extension {unknown[0]}, which is not supported.",
            "Export it again without this extension.",
        )
