# SPDX-License-Identifier: GPL-3.0-or-later
"""The Polygon File Format (.ply) as tables: its header, and the columns of its elements.

Rows of a text are its lines, so that numbers which the header does not name do no harm; where the
lines do not fit the header the numbers are taken one after the other, and must come out even.

Source: Greg Turk, "The PLY Polygon File Format", 1994.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from .mesh_text import as_utf8, decoded, number_lines

TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1",
    "short": "i2", "int16": "i2", "ushort": "u2", "uint16": "u2",
    "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4",
    "int64": "i8", "uint64": "u8",
    "float": "f4", "float32": "f4", "double": "f8", "float64": "f8",
}  # fmt: skip
CODES = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q",
         "f4": "f", "f8": "d"}  # fmt: skip
POLYGONS = ("vertex_indices", "vertex_index")
SPARE = 4  # bytes behind the last row that are taken for a slip of the writer


@dataclass
class Property:
    """A column. ``dtype`` in NumPy's letters; ``count_dtype`` that of a list's length, or empty."""

    name: str
    dtype: str
    count_dtype: str = ""


@dataclass
class Element:
    """A table as the header announces it."""

    name: str
    count: int
    properties: list[Property] = field(default_factory=list)


@dataclass
class Lists:
    """Values of a list property: those of all rows one after the other, and how many of each."""

    sizes: NDArray[np.int64]
    values: NDArray[np.generic]


Columns = dict[str, NDArray[np.generic] | Lists]


@dataclass
class Tables:
    """A file: columns by element and property, textures named in comments, and remarks.

    ``ragged`` names the elements whose lines hold more numbers than the header says.
    """

    elements: dict[str, Columns] = field(default_factory=dict)
    textures: list[str] = field(default_factory=list)
    ragged: set[str] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)


def read_tables(data: bytes) -> Tables:
    """All tables of a .ply. Raises ValueError, KeyError, ... if it is damaged."""
    data = as_utf8(data)
    form, elements, textures, start = _header(data)
    tables = Tables(textures=textures)
    if form == "ascii":
        text = data[start:].replace(b"\r\n", b"\n").replace(b"\r", b"\n") + b"\n"
        _read_text(tables, text, elements)
    else:
        _read_binary(tables, data, start, elements, "<" if "little" in form else ">")
    return tables


def _header(data: bytes) -> tuple[str, list[Element], list[str], int]:
    """Format, elements, texture files and the position of the first byte after the header."""
    end = re.search(rb"[\r\n][ \t]*end_header[ \t]*", data)
    magic = re.match(rb"ply[ \t]*(\r\n|\r|\n)", data, re.IGNORECASE)
    if magic is None or end is None:
        raise ValueError("no PLY header")
    # Lines may end with one carriage return; a line feed behind the last is then data.
    breaks = (b"\r", b"\n") if magic.group(1) == b"\r" else (b"\r\n", b"\n", b"\r")
    stop = next((b for b in breaks if data.startswith(b, end.end())), None)
    if stop is None:
        raise ValueError("the header does not end")
    form, elements, textures = "", [], []
    for line in re.split(rb"\r\n|\r|\n", data[: end.start()]):
        words = decoded(line).split()
        match words:
            case ["format", form, *_]:
                pass
            case ["comment", kind, *_] if kind.lower() == "texturefile" and len(words) > 2:
                textures.append(decoded(line).split(None, 2)[2].strip())
            case ["element", name, count]:
                elements.append(Element(name, int(count)))
            case ["property", "list", count_type, value_type, name]:
                own = Property(name, TYPES[value_type], TYPES[count_type])
                elements[-1].properties.append(own)
            case ["property", value_type, name]:
                elements[-1].properties.append(Property(name, TYPES[value_type]))
    if form not in ("ascii", "binary_little_endian", "binary_big_endian"):
        raise ValueError(f"PLY format {form!r}")
    if any(element.count < 0 for element in elements):
        raise ValueError("a count is negative")
    return form, elements, textures, int(end.end() + len(stop))


def _read_binary(
    tables: Tables, data: bytes, start: int, elements: list[Element], order: str
) -> None:
    for element in elements:
        columns, start = _in_turn(_Body(data, order), start, element)
        for name, column in columns.items():
            if isinstance(column, Lists) and name in POLYGONS and not column.sizes.all():
                raise ValueError("a polygon has no corners")  # a neighbour's zeros as a length
        tables.elements[element.name] = columns
    if len(data[start:].strip(b"\0\t\n\r \x1a")) >= SPARE:
        raise ValueError(f"{len(data) - start} bytes more than the header says")


def _read_text(tables: Tables, text: bytes, elements: list[Element]) -> None:
    lines = number_lines(text)
    body = _Body(lines.values.tobytes(), "=")
    counts = lines.counts[lines.counts > 0]
    ends = 8 * np.cumsum(counts)
    wide = [replace(e, properties=[Property(p.name, "f8", p.count_dtype and "f8")
            for p in e.properties]) for e in elements]  # fmt: skip
    found: list[Columns] = []
    row = 0
    for element in wide:
        own = ends[row : row + element.count]
        begins = own - 8 * counts[row : row + element.count]
        columns = _on_lines(body, element, begins, own) if len(own) == element.count else None
        if columns is None:
            break
        found.append(columns[0])
        if columns[1]:
            tables.ragged.add(element.name)
        row += element.count if element.properties else 0
    if len(found) == len(elements):
        if row < len(counts):
            tables.remarks.append(f"{len(counts) - row} lines at its end were not read.")
    else:
        tables.ragged.clear()
        found, position = [], 0
        for element in wide:
            columns_in_turn, position = _in_turn(body, position, element)
            found.append(columns_in_turn)
        if position != 8 * len(lines.values):
            raise ValueError("the numbers do not fit the header")
    for element, columns_read in zip(elements, found, strict=True):
        typed = {p.name: _typed(columns_read[p.name], p.dtype) for p in element.properties}
        tables.elements[element.name] = typed
    if tables.ragged:
        names = ", ".join(sorted(tables.ragged))
        tables.remarks.append(
            f"Lines hold more numbers than the header names ({names}): the rest was left out."
        )


def _typed(column: NDArray[np.generic] | Lists, dtype: str) -> NDArray[np.generic] | Lists:
    """Numbers of a text in the type that the header gives; those of lists stay as they are."""
    if isinstance(column, Lists) or dtype[0] == "f":
        return column
    span = np.iinfo(dtype)
    return np.clip(np.nan_to_num(column), span.min, span.max).astype(dtype)


class _Body:
    """Bytes after a header, from which values are taken wherever they stand."""

    def __init__(self, data: bytes, order: str) -> None:
        self.data, self.order = data, order

    def strided(
        self, dtype: str, start: int, shape: tuple[int, ...], strides: tuple[int, ...]
    ) -> NDArray[np.generic]:
        """Values at equal distances, in the byte order of this machine."""
        if not np.prod(shape):
            return np.zeros(shape, dtype)
        view: NDArray[np.generic] = np.ndarray(shape, self.order + dtype, self.data, start, strides)
        return view.astype(dtype)

    def take(self, dtype: str, at: NDArray[np.int64]) -> NDArray[np.generic]:
        """Values at byte positions (n,); IndexError beyond the end."""
        places = len(self.data) - int(dtype[1]) + 1
        if not len(at):
            return np.zeros(0, dtype)
        if places <= int(at.max()) or int(at.min()) < 0:
            raise IndexError("the file is cut short")
        everywhere: NDArray[np.generic] = np.ndarray(
            (places,), self.order + dtype, self.data, 0, (1,)
        )
        return everywhere[at].astype(dtype)

    def one(self, dtype: str, at: int) -> int:
        """The length of a list."""
        (number,) = struct.unpack_from(self.order + CODES[dtype], self.data, at)
        if number < 0 or number != int(number):
            raise ValueError(f"a list of {number} values")
        return int(number)


def _in_turn(body: _Body, start: int, element: Element) -> tuple[Columns, int]:
    """Columns of rows that follow each other from byte `start`, and the byte behind them."""
    if not element.properties:
        return {}, start
    uniform = _uniform(body, element, start)
    if uniform is not None:
        return uniform
    # of each list: bytes of plain values before it, how its length is read, bytes of a value
    lists: list[tuple[int, struct.Struct, int]] = []
    gap = 0
    for p in element.properties:
        if p.count_dtype:
            lists.append((gap, struct.Struct(body.order + CODES[p.count_dtype]), int(p.dtype[1])))
            gap = 0
        else:
            gap += int(p.dtype[1])
    data, end = body.data, len(body.data)
    position, begins = start, []
    for _ in range(element.count):
        begins.append(position)
        for before, counter, size in lists:
            position += before
            (length,) = counter.unpack_from(data, position)
            if not length >= 0:
                raise ValueError(f"a list of {length} values")
            position += counter.size + size * int(length)
        position += gap
        if position > end:
            raise ValueError("the file is cut short")
    return _gathered(body, element, np.array(begins, dtype=np.int64))[0], position


def _uniform(
    body: _Body, element: Element, start: int, stride: int = 0
) -> tuple[Columns, int] | None:
    """Columns when all rows are alike, or None; rows are `stride` bytes apart, or in turn."""
    position, places = start, []
    for p in element.properties:
        length = -1
        if p.count_dtype:
            if not element.count or position + int(p.count_dtype[1]) > len(body.data):
                return None
            length = body.one(p.count_dtype, position)
        places.append((position, length))
        position += int(p.dtype[1]) * abs(length) + int(p.count_dtype[1:] or 0)
    stride = stride or position - start
    end = start + stride * element.count
    if end > len(body.data) or position - start > stride:
        if not any(p.count_dtype for p in element.properties):
            raise ValueError("the file is cut short")
        return None
    columns: Columns = {}
    for p, (at, length) in zip(element.properties, places, strict=True):
        if length < 0:
            columns[p.name] = body.strided(p.dtype, at, (element.count,), (stride,))
            continue
        sizes = body.strided(p.count_dtype, at, (element.count,), (stride,))
        if (sizes != length).any():
            return None
        first, size = at + int(p.count_dtype[1]), int(p.dtype[1])
        grid = body.strided(p.dtype, first, (element.count, length), (stride, size))
        columns[p.name] = Lists(sizes.astype(np.int64), grid.reshape(-1))
    return columns, end


def _gathered(
    body: _Body, element: Element, at: NDArray[np.int64]
) -> tuple[Columns, NDArray[np.int64]]:
    """Columns of rows that begin at bytes `at` (n,), and the bytes behind the rows (n,)."""
    columns: Columns = {}
    for p in element.properties:
        size = int(p.dtype[1])
        if not p.count_dtype:
            columns[p.name] = body.take(p.dtype, at)
            at = at + size
            continue
        with np.errstate(invalid="ignore"):
            given = body.take(p.count_dtype, at)
            sizes = given.astype(np.int64)
        if (sizes != given).any() or (sizes < 0).any():
            raise ValueError("the length of a list is none")
        if size * sizes.sum(dtype=np.float64) > len(body.data):
            raise IndexError("the file is cut short")
        at = at + int(p.count_dtype[1])
        row = np.repeat(np.arange(len(at)), sizes)
        step = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        columns[p.name] = Lists(sizes, body.take(p.dtype, at[row] + size * step))
        at = at + size * sizes
    return columns, at


def _on_lines(
    body: _Body, element: Element, begins: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[Columns, bool] | None:
    """Columns of rows that are lines of a text, and whether any line holds more than its row.

    None if a line holds less.
    """
    if not element.properties:
        return {}, False
    try:
        if len(begins) and (ends - begins == ends[0] - begins[0]).all():
            stride = int(ends[0] - begins[0])
            found = _uniform(body, element, int(begins[0]), stride)
            if found is not None:
                used = sum(1 + int(c.sizes[0]) if isinstance(c, Lists) else 1
                           for c in found[0].values())  # fmt: skip
                return found[0], 8 * used < stride
        columns, stop = _gathered(body, element, begins)
    except (ValueError, IndexError, OverflowError, struct.error):
        return None
    return (columns, bool((stop < ends).any())) if (stop <= ends).all() else None
