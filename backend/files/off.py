# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the Object File Format (.off) in text, with colours, normals and UVs.

Numbers are taken as they come, whatever the lines: only the colour of a face goes to the end of
its line. Source: "OFF: Object File Format", the Geometry Center's Geomview manual, 1996.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset, Attribute
from ..contract.errors import BadInput
from ..geometry.polygons import triangulate
from .mesh_text import as_utf8, number_lines, whole
from .vertex_data import coloured_asset, colours, normals, texture_coordinates

HEADER = re.compile(rb"\s*((?:ST)?C?N?4?n?OFF)?[ \t]*(BINARY)?", re.IGNORECASE)


@dataclass
class _Numbers:
    """All numbers of a text, and for each line the position of its first; the last row: the end."""

    values: NDArray[np.float64]
    starts: NDArray[np.int64]

    def line_of(self, position: int) -> int:
        return int(np.searchsorted(self.starts, position, "right")) - 1


@dataclass
class _Polygons:
    """Corners of all polygons, how many each has, and where its colour (from, to) stands."""

    corners: NDArray[np.int64]
    sizes: NDArray[np.int64]
    colour: NDArray[np.int64]


def read_off(path: Path) -> Asset:
    """Read a .off file. Raises ValueError or IndexError if it is damaged."""
    data = as_utf8(path.read_bytes())
    text = re.sub(rb"#[^\r\n]*", b"", data).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    header = HEADER.match(text)
    assert header is not None  # all of it is optional
    if header.group(2):
        raise BadInput(f"{path.name} is binary OFF, which is not supported.", "Save it as text.")
    written = header.group(1) or b""
    kind = written.upper()
    if b"4" in kind or b"nOFF" in written:
        raise BadInput(
            f"{path.name} holds points of more than three coordinates.", "Save it as plain OFF."
        )
    lines = number_lines(text[header.end() :] + b"\n")
    table = _Numbers(lines.values, np.unique([0, *np.cumsum(lines.counts)]))
    vertex_count, face_count = whole(table.values[:2]).tolist()
    if vertex_count < 0 or face_count < 0:
        raise ValueError("a count is negative")
    # The third count, of edges, is left out by some programs.
    begin = 2 if table.line_of(0) == table.line_of(1) != table.line_of(2) else 3
    rows, begin = _vertices(table, begin, vertex_count, kind)
    vertices = rows[:, :3].copy()
    attributes: dict[str, Attribute] = {}
    rest = rows[:, 3:]
    if b"N" in kind and rest.shape[1] >= 3:
        normal = normals(rest[:, :3])
        attributes |= {"NORMAL": normal} if normal is not None else {}
        rest = rest[:, 3:]
    if kind.startswith(b"ST") and rest.shape[1] >= 2:
        attributes["TEXCOORD_0"] = texture_coordinates(rest[:, -2:])
        rest = rest[:, :-2]
    polygons = _polygons(table, begin, face_count)
    triangles, polygon = triangulate(vertices, polygons.corners, polygons.sizes)
    faces = polygons.corners[triangles]
    shades = _face_colours(table, polygons)
    if shades is not None:
        shades = shades[polygon]
    elif b"C" in kind and rest.shape[1] in (3, 4):
        attributes["COLOR_0"] = Attribute(colours(rest))
    return coloured_asset(path, vertices, faces, shades, attributes)


def _vertices(
    table: _Numbers, begin: int, count: int, kind: bytes
) -> tuple[NDArray[np.float64], int]:
    """Rows (V, 3 or more) of all vertices, and the position behind them."""
    if not count:
        return np.empty((0, 3)), begin
    line = table.line_of(begin)
    lines = table.starts[line : line + count + 1]
    widths = np.diff(lines)
    if len(widths) == count and lines[0] == begin and (widths == widths[0]).all():
        width = int(widths[0])
    else:
        width = 3
    if width < 3 or len(widths) < count:  # the numbers of a vertex are on several lines
        width = 3 + 3 * (b"N" in kind) + 4 * (b"C" in kind) + 2 * kind.startswith(b"ST")
    end = begin + width * count
    if end > len(table.values):
        raise ValueError(f"{count} vertices were announced, but the file ends before")
    return table.values[begin:end].reshape(count, width), end


def _polygons(table: _Numbers, begin: int, count: int) -> _Polygons:
    """The polygons, on a line each, or one after the other whatever the lines."""
    if not count:
        return _Polygons(*(np.zeros(0, np.int64),) * 2, np.zeros((0, 2), np.int64))
    first = table.line_of(begin)
    starts = table.starts[first : first + count + 1]
    if len(starts) == count + 1 and starts[0] == begin:
        sizes = whole(table.values[starts[:-1]])
        ends = starts[:-1] + 1 + sizes
        if (sizes >= 0).all() and (ends <= starts[1:]).all():
            return _gathered(table, starts[:-1], sizes, np.stack([ends, starts[1:]], axis=1))
    for to_line_end in (False, True):
        found = _in_turn(table, begin, count, to_line_end)
        if found is not None:
            return found
    raise ValueError(f"{count} faces were announced, but the file ends before")


def _in_turn(table: _Numbers, begin: int, count: int, to_line_end: bool) -> _Polygons | None:
    """Polygons one after the other; what follows up to the end of the line is the colour.

    Without `to_line_end` there are no colours, and the numbers must end with the last polygon.
    """
    values, starts = table.values.tolist(), table.starts.tolist()
    at, line = begin, table.line_of(begin)
    heads, sizes, colour = [], [], []
    for _ in range(count):
        if at >= len(values) or not 0 <= values[at] < len(values) - at:
            return None
        size = int(values[at])
        if size != values[at]:
            return None
        heads.append(at)
        sizes.append(size)
        at += 1 + size
        end = at
        if to_line_end:
            while line + 1 < len(starts) and starts[line + 1] < at:
                line += 1
            end = starts[line + 1] if line + 1 < len(starts) else len(values)
        colour.append((at, end))
        at = end
    if not to_line_end and at != len(values):
        return None
    return _gathered(table, np.array(heads), np.array(sizes), np.array(colour))


def _gathered(
    table: _Numbers, heads: NDArray[np.int64], sizes: NDArray[np.int64], colour: NDArray[np.int64]
) -> _Polygons:
    of = np.repeat(np.arange(len(sizes)), sizes)
    step = np.arange(len(of)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return _Polygons(whole(table.values[heads[of] + 1 + step]), sizes, colour)


def _face_colours(table: _Numbers, polygons: _Polygons) -> NDArray[np.float32] | None:
    """Linear colours (n, 3 or 4) of the polygons; white where one has none; None without any.

    A single number is a row of a table of colours that is not in the file: it tells nothing.
    """
    width = polygons.colour[:, 1] - polygons.colour[:, 0]
    has = (width == 3) | (width == 4)
    if not has.any():
        return None
    most = int(width[has].max())
    place = polygons.colour[has, :1] + np.arange(most)
    own = table.values[np.minimum(place, len(table.values) - 1)]
    own[np.arange(most) >= width[has][:, None]] = np.nan  # no alpha
    shades = np.ones((len(width), most), dtype=np.float32)
    shades[has] = colours(own)
    return shades
