# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading Wavefront .obj: triangles in file order, also when materials alternate.

Source: Alias/Wavefront, "Object Files (.obj)", 1995; colours behind coordinates as MeshLab and
Blender write them, or in the #MRGB comments of ZBrush.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset, Attribute, Primitive, single_node_asset
from ..geometry.polygons import triangulate
from .mesh_text import (
    NumberLines,
    as_utf8,
    decoded,
    number_lines,
    numbers,
    words_of_lines,
)
from .mtl import gltf_materials
from .vertex_data import colours, normals, small_faces, split_corners, texture_coordinates

# statements of one kind in a row are taken at once: line by line would be too slow
STATEMENTS = re.compile(
    rb"(?m)^(v|vt|vn|fo?) [^\n]*\n(?:\1 [^\n]*\n)*|^(usemtl|mtllib)(?: [^\n]*)?\n"
)
BLANKS = bytes.maketrans(b"\t\v\f\0\x1a", b"     ")


def read_obj(path: Path) -> Asset:
    """Read a .obj file and its .mtl. Raises ValueError or IndexError if it is damaged."""
    data = as_utf8(path.read_bytes())
    painted = _polypaint(data)
    data = _tidy(data)
    texts: dict[bytes, list[bytes]] = {b"v": [], b"vt": [], b"vn": [], b"f": []}
    counts = dict.fromkeys(texts, 0)
    blocks: list[tuple[int, ...]] = []  # of faces: lines of f, v, vt and vn before them
    names: dict[str, int] = {}  # of materials, by first use
    switches: list[tuple[int, int]] = [(0, -1)]  # (lines of faces before it, material)
    libraries: list[str] = []
    for match in STATEMENTS.finditer(data):
        key, statement = match.group(1) or match.group(2), match.group()
        if key in (b"usemtl", b"mtllib"):
            name = decoded(statement[len(key) :].strip())
            if key == b"mtllib":
                libraries += [name] if name else []
            else:
                switches.append((counts[b"f"], names.setdefault(name, len(names)) if name else -1))
            continue
        lines = (b"\n" + statement).replace(b"\n" + key + b" ", b"\n")[1:]
        if key[:1] == b"f":
            key = b"f"
            blocks.append((counts[b"f"], counts[b"v"], counts[b"vt"], counts[b"vn"]))
        texts[key].append(lines)
        counts[key] += lines.count(b"\n")
    vertices, given_colours = _points(number_lines(b"".join(texts[b"v"])))
    columns = {b"vt": number_lines(b"".join(texts[b"vt"])).columns(2),
               b"vn": _directions(number_lines(b"".join(texts[b"vn"])))}  # fmt: skip
    sizes, index = _corners(_without_comments(b"".join(texts[b"f"])))
    if (index < 0).any():
        _resolve_relative(index, sizes, blocks)
    index -= 1
    if ((index[:, 0] < 0) | (index[:, 0] >= len(vertices))).any():
        raise ValueError("a face names a vertex that does not exist")
    remarks = [*_unname_missing(index, columns), *small_faces(sizes)]
    corner, polygon = triangulate(vertices, index[:, 0], sizes)
    starts = np.array([start for start, _ in switches])
    of_line = np.array([material for _, material in switches])[
        np.searchsorted(starts, np.arange(len(sizes)), side="right") - 1
    ]
    colour = given_colours if given_colours is not None else painted
    if colour is not None and len(colour) != len(vertices):
        colour = None
    primitives = [
        _primitive(index[corner], chosen, columns, colour, material)
        for material, chosen in _by_material(of_line[polygon])
    ]
    document, images, more = gltf_materials(path, list(names), libraries)
    faces = index[corner, 0]
    return single_node_asset(
        path, vertices, faces, primitives, document=document, images=images,
        remarks=[*more, *remarks],
    )  # fmt: skip


def _by_material(material: NDArray[np.int64]) -> list[tuple[int | None, NDArray[np.int64]]]:
    order = np.argsort(material, kind="stable")
    values, starts = np.unique(material[order], return_index=True)
    groups = np.split(order, starts[1:])
    return [(v if v >= 0 else None, g) for v, g in zip(values.tolist(), groups, strict=False)]


def _primitive(
    index: NDArray[np.int64],
    chosen: NDArray[np.int64],
    columns: dict[bytes, NDArray[np.float64]],
    colour: NDArray[np.float32] | None,
    material: int | None,
) -> Primitive:
    """Triangles `chosen` of (t, 3, 3) `index`: corners by position, UV and normal.

    Where only some of them have a UV it is (0, 0) for the others, as in Blender.
    """
    own = index[chosen]
    rows, corners = split_corners(own[..., 0], own[..., 1], own[..., 2])
    attributes = {}
    if (rows[:, 2] >= 0).any():
        given = np.where(rows[:, 2:] >= 0, columns[b"vn"][rows[:, 2]], np.nan)
        normal = normals(given)
        if normal is not None:
            attributes["NORMAL"] = normal
    if (rows[:, 1] >= 0).any():
        uv = np.where(rows[:, 1:2] >= 0, columns[b"vt"][rows[:, 1]], 0.0)
        attributes["TEXCOORD_0"] = texture_coordinates(uv)
    if colour is not None:
        attributes["COLOR_0"] = Attribute(colour[rows[:, 0]])
    return Primitive(0, corners, chosen, rows[:, 0], attributes, [], material)


def _tidy(data: bytes) -> bytes:
    """One line for each statement, words apart by spaces, no space before the first."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if any(blank in data for blank in (b"\t", b"\v", b"\f", b"\0", b"\x1a")):
        data = data.translate(BLANKS)
    if b"\\" in data:
        data = re.sub(rb"(?m)^ *#[^\n]*", b"", data)  # a comment may end with a backslash
        data = re.sub(rb"\\ *\n", b" ", data)
    if data.startswith(b" ") or b"\n " in data:
        data = re.sub(rb"(?m)^ +", b"", data)
    return data + b"\n"


def _without_comments(text: bytes) -> bytes:
    return re.sub(rb"#[^\n]*", b"", text) if b"#" in text else text


def _points(lines: NumberLines) -> tuple[NDArray[np.float64], NDArray[np.float32] | None]:
    """(V, 3) positions and, when some lines go on with r g b, linear (V, 3 or 4) colours."""
    counts = lines.counts
    if len(counts) and counts.min() < 3:
        raise ValueError("a vertex has fewer than three coordinates")
    longest = int(counts.max(initial=3))
    vertices = np.ascontiguousarray(lines.columns(3), dtype=np.float64)
    if longest < 6:  # three, or a weight w behind them
        return vertices, None
    table = lines.columns(min(longest, 7))
    first = 3
    if longest >= 7 and (table[:, 3] == 1).all() and (table[:, 6] != 1).any():
        first = 4  # x y z w r g b
    colour = table[:, first:].copy()
    colour[counts < 6] = np.nan
    if (colour < 0).any():  # something else, such as normals
        return vertices, None
    return vertices, colours(colour)


def _polypaint(data: bytes) -> NDArray[np.float32] | None:
    """Linear (V, 3) colours of ZBrush: comments of eight hexadecimal digits, mrgb, a vertex."""
    if b"#" not in data or b"#MRGB" not in data:
        return None
    found = b"".join(re.findall(rb"(?m)^#MRGB +((?:[0-9a-fA-F]{8})+)", data))
    table = np.frombuffer(bytes.fromhex(found.decode("ascii")), np.uint8).reshape(-1, 4)
    return colours(table[:, 1:]) if len(table) else None


def _directions(lines: NumberLines) -> NDArray[np.float64]:
    """(N, 3) normals; those with fewer than three numbers are NaN."""
    table = np.array(lines.columns(3))
    table[lines.counts < 3] = np.nan
    return table


def _unname_missing(
    index: NDArray[np.int64], columns: dict[bytes, NDArray[np.float64]]
) -> list[str]:
    """Mark in (c, 3) `index` UVs and normals that the file does not hold as none, in place."""
    remarks = []
    for column, (key, word) in enumerate(((b"vt", "UVs"), (b"vn", "normals")), start=1):
        outside = (index[:, column] >= len(columns[key])) | (index[:, column] < -1)
        if outside.any():
            index[outside, column] = -1
            remarks.append(f"Faces name {word} that the file does not hold: read without them.")
    return remarks


def _corners(text: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Corners of each face line (n,), and (c, 3) their indices as written: v, vt, vn, or 0."""
    if b"//" in text:
        text = text.replace(b"//", b"/0/")
    if b"/ " in text or b"/\n" in text:
        text = re.sub(rb"/(?=\s)", b"/0", text)
    starts, sizes = words_of_lines(text)
    index = np.zeros((len(starts), 3), dtype=np.int64)
    if not len(starts):
        return sizes, index
    slashes = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == 47)
    fields = 1 + np.diff(np.searchsorted(slashes, starts), append=len(slashes))
    values = numbers(text.replace(b"/", b" "), np.int64)
    if len(values) != fields.sum() or fields.max() > 3:
        raise ValueError("a corner is not v, v/vt, v//vn or v/vt/vn")
    first = np.cumsum(fields) - fields
    for column in range(int(fields.max())):
        there = fields > column
        index[there, column] = values[first[there] + column]
    return sizes, index


def _resolve_relative(
    index: NDArray[np.int64], sizes: NDArray[np.int64], blocks: list[tuple[int, ...]]
) -> None:
    """Turn negative indices, which count back from the face's line, into positive, in place.

    `blocks` are rows of faces: the number of the first, and how many v, vt and vn came before it.
    """
    table = np.array(blocks)
    block = np.searchsorted(table[:, 0], np.arange(len(sizes)), side="right") - 1
    before = np.repeat(table[block, 1:], sizes, axis=0)
    relative = index < 0
    index[relative] += before[relative] + 1
    index[relative & (index < 1)] = -1  # beyond the first: a row that does not exist
