# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading STL, binary and text, also where the file breaks the format's few rules.

STL stores three corners for each triangle and nothing of what they share. Corners at exactly one
position become one vertex; triangles stay as they are, in their order. The stored normals are
left out, as Blender does: flat shading follows from the corners.
Source: 3D Systems, "StereoLithography Interface Specification", 1988; the two ways to store
colours are those of VisCAM and of Materialise Magics.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..assets.asset import Asset
from ..geometry.mesh import same_positions
from .mesh_text import as_utf8, numbers
from .vertex_data import coloured_asset, colours

RECORD = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("colour", "<u2")])
HEAD = 84  # bytes before the first triangle: 80 of any content, and the count of triangles
PARALLEL = 0.9  # cosine between a stored normal and the triangle's own
PLAUSIBLE = 0.9  # of the triangles must agree with their normals where the length is wrong
# lines between the corners; all others of a well-formed text begin with "vertex"
OTHER_LINES = re.compile(rb"(?im)^[ \t]*(?!vertex)[a-z].*$|vertex")
SOLID_LINES = re.compile(rb"(?im)^[ \t]*(?:end[ \t]*)?solid\b[^\r\n]*")
NAMES = re.compile(rb"(?im)^[ \t]*solid\b[ \t]*([^\r\n]*)")
TOKENS = re.compile(rb"(?i)vertex\s+(\S+)\s+(\S+)\s+(\S+)|(facet(?=\s+normal)|endloop)")


def read_stl(path: Path) -> Asset:
    """Read a .stl file. Raises ValueError if it is damaged beyond use."""
    data = path.read_bytes()
    count = int.from_bytes(data[HEAD - 4 : HEAD], "little") if len(data) >= HEAD else -1
    if len(data) != HEAD + RECORD.itemsize * count:
        text = _as_text(data)
        if text is not None:
            corners, remarks = _read_text(text)
            return _asset(path, corners, None, remarks)
    records, remarks = _records(data, count)
    shades = _colours(data[: HEAD - 4], records["colour"])
    return _asset(path, _corners(records), shades, remarks)


def _asset(
    path: Path,
    corners: NDArray[np.float64],
    shades: NDArray[np.float32] | None,
    remarks: list[str],
) -> Asset:
    """Asset of (F, 3, 3) corners and (F, c) colours of the triangles."""
    points = corners.reshape(-1, 3)
    first = same_positions(points)
    chosen = np.flatnonzero(first == np.arange(len(points)))  # in order of first use
    vertices = points[chosen] + 0.0  # no negative zeros
    faces = np.searchsorted(chosen, first).reshape(-1, 3)
    return coloured_asset(path, vertices, faces, shades, up="Z", remarks=remarks)


# ---- binary


def _records(data: bytes, count: int) -> tuple[NDArray[np.void], list[str]]:
    """Triangles of a binary file; where count and length disagree, those that make sense."""
    size = RECORD.itemsize
    room = max(len(data) - HEAD, 0)
    if len(data) < HEAD or (count < 0 and not room):
        raise ValueError(f"{len(data)} bytes hold neither text nor a header")
    if room == size * count:
        return np.frombuffer(data, RECORD, count, HEAD), []
    # The two bytes after the last triangle's corners, or what follows it, tell nothing.
    held = (room + 2) // size
    padded = data + b"\0\0"
    if 0 < count <= held:
        records = np.frombuffer(padded, RECORD, count, HEAD)
        more = np.frombuffer(padded, RECORD, held - count, HEAD + size * count)
        if held == count or room % size or not _makes_sense(more, like=records):
            return records, []
    records = np.frombuffer(padded, RECORD, held, HEAD)
    if held and not _makes_sense(records):
        raise ValueError(f"{len(data)} bytes do not hold {count} triangles")
    return records, [f"The file says that it holds {count} triangles, but it holds {held}."]


def _corners(records: NDArray[np.void]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):  # some NaN complain of being converted
        return records["corners"].astype(np.float64)


def _makes_sense(records: NDArray[np.void], like: NDArray[np.void] | None = None) -> bool:
    """Whether bytes taken for triangles are finite, have area, and normals that fit or are zero.

    `like`: triangles that are known; then the others must be of a similar size and place.
    """
    corners = _corners(records)
    if not np.isfinite(corners).all():
        return False
    if like is not None:
        reach = float(np.abs(_corners(like)).max(initial=0.0))
        if np.abs(corners).max(initial=0.0) > 100 * reach:
            return False
    with np.errstate(all="ignore"):
        stored = records["normal"].astype(np.float64)
        own = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        area = np.linalg.norm(own, axis=1)
        lengths = area * np.linalg.norm(stored, axis=1)
        fits = (lengths == 0) | (np.abs((own * stored).sum(axis=1)) > PARALLEL * lengths)
    return bool(fits.mean() >= PLAUSIBLE and (area > 0).mean() > 1 - PLAUSIBLE)


def _colours(head: bytes, stored: NDArray[np.uint16]) -> NDArray[np.float32] | None:
    """Linear colours (F, 3) of the triangles, where the file has any.

    The highest bit of VisCAM says that a triangle has a colour: five bits each, blue lowest. That
    of Magics says that it has none but the object's, which the header names; red is lowest.
    """
    at = head.find(b"COLOR=")
    if at < 0 and not (stored & 0x8000).any():
        return None
    five = np.stack([stored & 31, stored >> 5 & 31, stored >> 10 & 31], axis=1) / 31.0
    own = (stored & 0x8000) == 0
    if at >= 0:
        rest = np.frombuffer(head[at + 6 : at + 9].ljust(3, b"\xff"), np.uint8) / 255.0
        if not own.any() and (rest == 1).all():
            return None
    else:
        five, own, rest = five[:, ::-1], ~own, np.ones(3)
    seen = np.where(own[:, None], five, rest)
    if (seen == 1).all():
        return None  # all white: some programs fill the two bytes with ones
    return colours(seen)


# ---- text


def _as_text(data: bytes) -> bytes | None:
    """The file as text, without a byte order mark; None if it is none."""
    text = as_utf8(data)
    if b"\0" in text[:HEAD] or not re.match(rb"(?is)\s*solid\b|.{0,4096}?\bvertex\s", text):
        return None
    return text.rstrip(b"\0\x1a \t\r\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _read_text(text: bytes) -> tuple[NDArray[np.float64], list[str]]:
    """Corners (F, 3, 3) of the triangles of all solids, one after the other."""
    remarks = []
    if not re.search(rb"(?i)\bend[ \t]*solid\b[^\n]*\Z", text):
        remarks.append("The file ends without 'endsolid': triangles may be missing.")
    names = [name.strip().decode("utf-8", "replace") for name in NAMES.findall(text)]
    if len(names) > 1:
        known = ", ".join(name for name in names if name)
        listed = f" ({known if len(known) < 200 else known[:200] + '...'})" if known else ""
        remarks.append(f"The {len(names)} solids of the file{listed} are taken as one mesh.")
    body = SOLID_LINES.sub(b"", text)
    try:
        values = numbers(OTHER_LINES.sub(b" ", body))
        regular = len(values) % 9 == 0 and 9 * len(re.findall(rb"(?i)endloop", body)) == len(values)
    except ValueError:
        regular = False
    if regular:
        return values.reshape(-1, 3, 3), remarks
    return _facet_by_facet(body), remarks


def _facet_by_facet(body: bytes) -> NDArray[np.float64]:
    """Triangles of a text whose lines are set otherwise, or that was cut: whole ones alone."""
    loops: list[list[tuple[bytes, ...]]] = [[]]
    for match in TOKENS.finditer(re.sub(rb"(?m)(?:#|//).*$", b"", body)):
        if match.group(4):  # a facet begins, or a loop ends
            loops.append([])
        else:
            loops[-1].append(match.groups()[:3])
    loops = [loop for loop in loops[:-1] if loop]  # the last one was not closed
    if not loops and body.strip():
        raise ValueError("no facets between the lines")
    if any(len(loop) != 3 for loop in loops):
        raise ValueError("a facet has fewer or more than three corners")
    words = b" ".join(word for loop in loops for corner in loop for word in corner)
    return numbers(words).reshape(-1, 3, 3)
