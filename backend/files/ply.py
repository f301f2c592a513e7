# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the Polygon File Format (.ply), text or binary, with colours, normals and UVs.

Source: Greg Turk, "The PLY Polygon File Format", 1994; UV names as MeshLab and Blender write them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset, Attribute, Primitive, single_node_asset
from .simple import fan, numbers, split_corners, whole

TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1",
    "short": "i2", "int16": "i2", "ushort": "u2", "uint16": "u2",
    "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4",
    "float": "f4", "float32": "f4", "double": "f8", "float64": "f8",
}  # fmt: skip
UV_NAMES = (("s", "t"), ("u", "v"), ("texture_u", "texture_v"))


@dataclass
class _Property:
    name: str
    dtype: str
    count_dtype: str = ""  # of a list, else empty


@dataclass
class _Element:
    name: str
    count: int
    properties: list[_Property] = field(default_factory=list)


@dataclass
class _List:
    """Values of a list property: those of all rows one after the other."""

    sizes: NDArray[np.int64]
    values: NDArray[Any]


def read_ply(path: Path) -> Asset:
    """Read a .ply file. Raises ValueError, KeyError or IndexError if it is damaged."""
    data = path.read_bytes()
    form, elements, textures, start = _header(data)
    if form == "ascii":
        tables = _text_tables(numbers(data[start:]), elements)
    else:
        tables = _binary_tables(data, start, elements, "<" if "little" in form else ">")
    vertex = tables["vertex"]
    vertices = np.stack([vertex[axis].astype(np.float64) for axis in "xyz"], axis=1)
    face = tables.get("face", {})
    polygons = face.get("vertex_indices", face.get("vertex_index"))
    if polygons is None:
        polygons = _List(np.zeros(0, dtype=np.int64), np.zeros(0))
    corner, _ = fan(polygons.sizes)
    faces = whole(polygons.values)[corner]
    attributes = _vertex_attributes(vertex)
    document: dict[str, Any] = {}
    images: list[bytes | memoryview | Path | None] = []
    material = None
    if textures:
        images = [path.parent / textures[0]]
        document, material = _textured_material(textures[0]), 0
    rows, corners = np.arange(len(vertices)), faces
    uv = face.get("texcoord")
    if uv is not None and np.array_equal(uv.sizes, 2 * polygons.sizes) and faces.size:
        pairs, corners = split_corners(faces, corner)  # each corner of a polygon has its own UV
        rows = pairs[:, 0]
        attributes = {name: Attribute(a.values[rows], a.normalized) for name, a in
                      attributes.items()}  # fmt: skip
        attributes["TEXCOORD_0"] = _uv(uv.values.reshape(-1, 2)[pairs[:, 1]])
    primitive = Primitive(0, corners, np.arange(len(faces)), rows, attributes, [], material)
    return single_node_asset(
        path, vertices, faces, [primitive], document=document, images=images, up="Z"
    )


def _header(data: bytes) -> tuple[str, list[_Element], list[str], int]:
    """Format, elements, texture files and the position of the first byte after the header."""
    end = data.find(b"end_header")
    if not data.startswith(b"ply") or end < 0:
        raise ValueError("no PLY header")
    start = data.index(b"\n", end) + 1
    form, elements, textures = "", [], []
    for line in data[:end].decode("utf-8", "replace").splitlines():
        words = line.split()
        match words:
            case ["format", form, *_]:
                pass
            case ["comment", "TextureFile", *_]:
                textures.append(line.split(None, 2)[2].strip())
            case ["element", name, count]:
                elements.append(_Element(name, int(count)))
            case ["property", "list", count_type, value_type, name]:
                elements[-1].properties.append(_Property(name, TYPES[value_type],
                                                         TYPES[count_type]))  # fmt: skip
            case ["property", value_type, name]:
                elements[-1].properties.append(_Property(name, TYPES[value_type]))
    if form not in ("ascii", "binary_little_endian", "binary_big_endian"):
        raise ValueError(f"PLY format {form!r}")
    return form, elements, textures, start


def _text_tables(table: NDArray[np.float64], elements: list[_Element]) -> dict[str, dict[str, Any]]:
    """Columns of each element from the numbers of a text file."""
    tables, position = {}, 0
    for element in elements:
        columns: dict[str, Any] = {}
        properties = element.properties
        if not any(p.count_dtype for p in properties):
            size = element.count * len(properties)
            grid = table[position : position + size].reshape(element.count, len(properties))
            columns = {p.name: grid[:, i].astype(p.dtype) for i, p in enumerate(properties)}
            position += size
        else:
            values: dict[str, list[Any]] = {p.name: [] for p in properties}
            for _ in range(element.count):
                for p in properties:
                    length = int(table[position]) if p.count_dtype else 1
                    position += bool(p.count_dtype)
                    values[p.name].append(table[position : position + length])
                    position += length
            if position > len(table):
                raise ValueError("the file is cut short")
            columns = {p.name: _column(p, values[p.name]) for p in properties}
        tables[element.name] = columns
    return tables


def _binary_tables(
    data: bytes, start: int, elements: list[_Element], order: str
) -> dict[str, dict[str, Any]]:
    """Columns of each element of a binary file."""
    tables = {}
    for element in elements:
        columns, start = _uniform_columns(data, start, element, order)
        if columns is None:
            columns, start = _ragged_columns(data, start, element, order)
        tables[element.name] = columns
    return tables


def _uniform_columns(
    data: bytes, start: int, element: _Element, order: str
) -> tuple[dict[str, Any] | None, int]:
    """Read rows that are all alike, or None when lists differ in length."""
    fields: list[Any] = []
    position = start
    for i, p in enumerate(element.properties):
        if p.count_dtype and element.count:
            counter = np.dtype(order + p.count_dtype)
            length = int(np.frombuffer(data, counter, 1, position)[0])
            fields += [(f"n{i}", counter), (f"v{i}", order + p.dtype, (length,))]
        else:
            fields.append((f"v{i}", order + p.dtype))
        position = start + np.dtype(fields).itemsize
    dtype = np.dtype(fields)
    if start + element.count * dtype.itemsize > len(data):
        if not any(p.count_dtype for p in element.properties):
            raise ValueError("the file is cut short")
        return None, start
    table = np.frombuffer(data, dtype, element.count, start)
    columns: dict[str, Any] = {}
    for i, p in enumerate(element.properties):
        values = np.ascontiguousarray(table[f"v{i}"])
        if f"n{i}" not in (dtype.names or ()):
            columns[p.name] = values
            continue
        sizes = table[f"n{i}"].astype(np.int64)
        if (sizes != values.shape[1]).any():
            return None, start
        columns[p.name] = _List(sizes, values.reshape(-1))
    return columns, start + element.count * dtype.itemsize


def _ragged_columns(
    data: bytes, start: int, element: _Element, order: str
) -> tuple[dict[str, Any], int]:
    """Read rows one by one: polygons of several sizes in one file."""
    codes = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "f4": "f", "f8": "d"}
    values: dict[str, list[Any]] = {p.name: [] for p in element.properties}
    for _ in range(element.count):
        for p in element.properties:
            length = 1
            if p.count_dtype:
                (length,) = struct.unpack_from(order + codes[p.count_dtype], data, start)
                start += int(p.count_dtype[1])
            row = struct.unpack_from(f"{order}{length}{codes[p.dtype]}", data, start)
            start += length * int(p.dtype[1])
            values[p.name].append(row)
    return {p.name: _column(p, values[p.name]) for p in element.properties}, start


def _column(p: _Property, rows: list[Any]) -> NDArray[Any] | _List:
    flat = np.concatenate(rows).astype(p.dtype) if rows else np.zeros(0, p.dtype)
    if not p.count_dtype:
        return flat
    return _List(np.array([len(row) for row in rows], dtype=np.int64), flat)


def _vertex_attributes(vertex: dict[str, Any]) -> dict[str, Attribute]:
    attributes = {}
    if {"nx", "ny", "nz"} <= vertex.keys():
        normal = np.stack([vertex[name] for name in ("nx", "ny", "nz")], axis=1)
        attributes["NORMAL"] = Attribute(normal.astype(np.float32))
    for u, v in UV_NAMES:
        if {u, v} <= vertex.keys():
            attributes["TEXCOORD_0"] = _uv(np.stack([vertex[u], vertex[v]], axis=1))
            break
    if {"red", "green", "blue"} <= vertex.keys():
        names = ["red", "green", "blue"] + ["alpha"] * ("alpha" in vertex)
        colour = np.stack([vertex[name] for name in names], axis=1)
        kept = colour.dtype.kind == "f" or colour.dtype in (np.uint8, np.uint16)
        native = colour.dtype.newbyteorder("=") if colour.dtype.itemsize < 8 else np.float32
        if kept:
            attributes["COLOR_0"] = Attribute(colour.astype(native), colour.dtype.kind != "f")
    return attributes


def _uv(pairs: NDArray[Any]) -> Attribute:
    """UVs with the origin at the top left, as in glTF; here it is at the bottom left."""
    return Attribute(np.column_stack([pairs[:, 0], 1.0 - pairs[:, 1]]).astype(np.float32))


def _textured_material(texture: str) -> dict[str, Any]:
    surface = {"baseColorTexture": {"index": 0}, "metallicFactor": 0.0}
    return {
        "materials": [{"name": Path(texture).stem, "pbrMetallicRoughness": surface}],
        "textures": [{"source": 0}],
        "images": [{"name": Path(texture).stem, "uri": texture}],
    }
