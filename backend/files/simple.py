# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the small mesh formats (.npz, .stl, .off), and what readers of polygons share.

None of these readers welds, drops or reorders anything; polygons become fans of triangles in
place. ValueError and its like mean that the file is damaged.
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset, Attribute, Primitive, single_node_asset
from ..contract.errors import BadInput


def read_npz(path: Path) -> Asset:
    """NumPy archive with ``vertices`` (V, 3) and ``faces`` (F, 3)."""
    with np.load(path, allow_pickle=False) as archive:
        if not {"vertices", "faces"} <= set(archive.files):
            raise BadInput(
                f"{path.name} holds no arrays named 'vertices' and 'faces'.",
                "Save it with numpy.savez(path, vertices=..., faces=...).",
            )
        vertices, faces = archive["vertices"], archive["faces"]
    well_formed = (
        vertices.ndim == faces.ndim == 2
        and vertices.shape[1] == faces.shape[1] == 3
        and vertices.dtype.kind in "fiu"
        and faces.dtype.kind in "iu"
    )
    if not well_formed:
        raise BadInput(
            f"{path.name} holds vertices {vertices.dtype} {vertices.shape} and faces "
            f"{faces.dtype} {faces.shape}.",
            "Vertices must be numbers of shape (V, 3), faces integers of shape (F, 3).",
        )
    return plain_asset(path, vertices.astype(np.float64), faces.astype(np.int64))


def read_stl(path: Path) -> Asset:
    """STL, binary or text: three vertices of its own for each triangle."""
    data = path.read_bytes()
    count = int.from_bytes(data[80:84], "little") if len(data) >= 84 else -1
    if len(data) == 84 + 50 * count:
        record = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("colour", "<u2")])
        corners = np.frombuffer(data, record, count, 84)["corners"].astype(np.float64)
    elif data.lstrip()[:5].lower() == b"solid":
        if not data.rstrip().rpartition(b"\n")[2].strip().lower().startswith(b"endsolid"):
            raise ValueError("the text ends without 'endsolid'")
        text = re.sub(rb"(?im)^[ \t]*(?!vertex)[a-z].*$|vertex", b" ", data)
        corners = numbers(text).reshape(-1, 3, 3)
    else:
        raise ValueError(f"{len(data)} bytes do not hold {count} triangles")
    vertices = corners.reshape(-1, 3)
    return plain_asset(path, vertices, np.arange(len(vertices)).reshape(-1, 3), up="Z")


def read_off(path: Path) -> Asset:
    """Object File Format in text, with the variants COFF, NOFF, STOFF; colours are kept."""
    text = re.sub(rb"#.*", b"", path.read_bytes())
    header = re.match(rb"\s*((?:ST)?(?:C)?(?:N)?OFF)?[ \t]*(BINARY)?", text)
    if header is None or header.group(2):
        raise BadInput(f"{path.name} is binary OFF, which is not supported.", "Save it as text.")
    lines = [line for line in text[header.end() :].splitlines() if line.strip()]
    vertex_count, face_count = (int(n) for n in lines[0].split()[:2])
    rows = lines[1 : 1 + vertex_count + face_count]
    if len(rows) < vertex_count + face_count or vertex_count < 1:
        raise ValueError(f"{len(rows)} of {vertex_count + face_count} lines")
    table = numbers(b"\n".join(rows[:vertex_count])).reshape(vertex_count, -1)
    vertices = table[:, :3].copy()
    attributes = {}
    if b"C" in (header.group(1) or b"") and table.shape[1] in (6, 7):
        colour = table[:, 3:] / (255.0 if table[:, 3:].max() > 1 else 1.0)
        attributes["COLOR_0"] = Attribute(colour.astype(np.float32))
    sizes, flat = _off_polygons(rows[vertex_count:])
    corners, _ = fan(sizes)
    return plain_asset(path, vertices, flat[corners], attributes)


def _off_polygons(lines: list[bytes]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Corner count of each polygon, and the vertices of all of them one after the other."""
    if not lines:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    table = numbers(b"\n".join(lines))
    if len(table) % len(lines) == 0:
        grid = table.reshape(len(lines), -1)
        size = int(grid[0, 0])
        if (grid[:, 0] == size).all() and 1 + size <= grid.shape[1]:
            flat = whole(grid[:, 1 : 1 + size])
            return np.full(len(lines), size), flat.reshape(-1)
    polygons = []
    for line in lines:
        first, *rest = line.split()
        polygons.append([int(v) for v in rest[: int(first)]])
        if len(polygons[-1]) != int(first):
            raise ValueError(f"a face has {len(polygons[-1])} of {int(first)} corners")
    sizes = np.array([len(p) for p in polygons], dtype=np.int64)
    return sizes, np.array([v for p in polygons for v in p], dtype=np.int64)


def plain_asset(
    path: Path,
    vertices: NDArray[np.float64],
    faces: NDArray[np.int64],
    attributes: dict[str, Attribute] | None = None,
    **more: Any,
) -> Asset:
    """Asset of one primitive, whose attributes have one row for each vertex."""
    rows = np.arange(len(vertices))
    primitive = Primitive(0, faces, np.arange(len(faces)), rows, attributes or {})
    return single_node_asset(path, vertices, faces, [primitive], **more)


def numbers(text: bytes, dtype: type = np.float64) -> NDArray[Any]:
    """All numbers of a text; ValueError if something else stands between them."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return np.fromstring(text.decode("ascii"), dtype, sep=" ")
        except (DeprecationWarning, ValueError) as warning:
            raise ValueError("something that is not a number") from warning


def whole(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Integers read as floats; ValueError if they are none."""
    result = values.astype(np.int64)
    if not np.array_equal(result, values):
        raise ValueError("an index is not a whole number")
    return result


def fan(sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split polygons into fans of triangles, in order.

    `sizes` (n,) corners of each polygon, stored one after the other. Returns (t, 3) positions of
    corners in that storage and (t,) the polygon of each triangle; points and lines give none.
    """
    starts = np.cumsum(sizes) - sizes
    made = np.maximum(sizes - 2, 0)
    polygon = np.repeat(np.arange(len(sizes)), made)
    step = np.arange(len(polygon)) - np.repeat(np.cumsum(made) - made, made)
    first = starts[polygon]
    return np.stack([first, first + step + 1, first + step + 2], axis=1), polygon


def split_corners(
    *columns: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Make vertices of corners that index several arrays (positions, UVs, normals).

    `columns` are (t, 3) indices, -1 where a corner has none. Returns (n, len(columns)) the
    distinct combinations, sorted, and (t, 3) the combination of each corner.
    """
    stacked = np.stack([column.reshape(-1) for column in columns], axis=1)
    spans = [int(span) for span in stacked.max(axis=0, initial=-1) + 2]
    shape = columns[0].shape
    if np.prod([float(span) for span in spans]) > 2**62:
        rows, inverse = np.unique(stacked, axis=0, return_inverse=True)
        return rows, inverse.reshape(shape)
    key = np.zeros(len(stacked), dtype=np.int64)
    for column, span in zip(stacked.T, spans, strict=True):
        key = key * span + (column + 1)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return stacked[first], inverse.reshape(shape)
