# SPDX-License-Identifier: GPL-3.0-or-later
"""Caps: what closes the parts of a mesh where it was cut. Visible triangles are never touched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.progress import SILENT, Progress
from ..geometry.caps.close import close_parts
from ..geometry.caps.cracks import stitched, without_cracks
from ..geometry.mesh import same_positions, without_strays
from .guarantees import closed_parts


@dataclass(frozen=True)
class Caps:
    """What closes the parts of a mesh.

    Parameters
    ----------
    vertices : (M,3) float64, numbered from V on, after the source's V vertices.
    faces : for each part the cap faces (n,3) int64 into source and new vertices, outward. Where
        two parts meet, both have the same triangles, turned round.
    closed : for each part whether it is watertight with its caps: every edge, with vertices at
        the same position taken as one, is used by two faces in opposite directions.
    """

    vertices: NDArray[np.float64]
    faces: list[NDArray[np.int64]]
    closed: list[bool]


def cap_parts(
    vertices: NDArray[np.float64],
    faces: NDArray[np.int64],
    labels: NDArray[np.integer],
    *,
    progress: Progress = SILENT,
) -> Caps:
    """Close the cuts between the parts of a mesh.

    vertices : (V,3) float64, any size; need not be welded. faces : (F,3) int64.
    labels : (F,), part 0..K-1 of each face.

    A part of a watertight source comes out watertight and the volumes of all parts add up to the
    source's. Where the source is open, only loops of border that close are capped.
    """
    vertices = np.asarray(vertices, dtype=np.float64)
    faces, part = np.asarray(faces, dtype=np.int64), np.asarray(labels).astype(np.int64)
    parts = int(part.max()) + 1 if len(part) else 0
    if parts == 0:
        return Caps(np.empty((0, 3)), [], [])
    vertices = without_strays(vertices, faces)
    welded = same_positions(vertices)
    joined = without_cracks(vertices, faces, welded)
    corners = joined[faces]
    used = vertices[faces.reshape(-1)]
    low, high = used.min(axis=0), used.max(axis=0)
    centre, scale = 0.5 * low + 0.5 * high, float((high - low).max()) or 1.0
    closing = progress.span(0.0, 1.0, "Closing cuts")
    new, caps = close_parts((vertices - centre) / scale, corners, part, closing)
    new = apart(vertices, new * scale + centre, scale)
    cap_faces = [caps.get(k, np.empty((0, 3), np.int64)) for k in range(parts)]
    corners = welded[faces]
    if joined is not welded:
        everything = np.concatenate([vertices, new])
        for k, cap in enumerate(cap_faces):
            cap_faces[k] = stitched(everything, corners[part == k], cap, joined)
    return Caps(new, cap_faces, closed_parts(corners, part, cap_faces))


def apart(vertices: NDArray[np.float64], new: NDArray[np.float64], scale: float) -> NDArray:
    """New vertices, moved by a hair where they fall on others: positions tell them apart."""
    for _ in range(8):
        both = np.concatenate([vertices, new])
        first = same_positions(both)[len(vertices) :]
        double = np.nonzero(first != np.arange(len(vertices), len(both)))[0]
        if len(double) == 0:
            break
        hair = np.maximum(1e-9 * scale, 4 * np.spacing(np.abs(new[double])))
        new = new.copy()
        new[double] += hair * (1 + np.arange(len(double)))[:, None]
    return new
