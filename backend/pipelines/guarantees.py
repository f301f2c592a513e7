# SPDX-License-Identifier: GPL-3.0-or-later
"""What every completed part is measured by: closed, visible faces kept; its report for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..geometry.mesh import signed_volume


@dataclass(frozen=True)
class PartReport:
    """What is told of one part; plain values, for JSON.

    closed : is it watertight with its new faces? volume : that it encloses, in the units of the
    mesh; 0 where it is open. hidden_share : of its area, that of the new faces. cap_distance :
    the largest distance of a new vertex to the plane of the border that it is nearest to, in the
    units of the mesh. engine : what answered, "cap" for plain caps, "none" where nothing was open.
    """

    closed: bool
    volume: float
    hidden_share: float
    cap_distance: float
    engine: str

    def to_json(self) -> dict[str, Any]:
        """A dictionary of plain values."""
        return asdict(self)


def closed_parts(
    corners: NDArray[np.int64], labels: NDArray[np.int64], new: Sequence[NDArray[np.int64]]
) -> list[bool]:
    """Whether each part's own and new faces use every edge once in each direction: K values.

    corners : (F,3) welded vertices of the source's faces. labels : (F,) their parts, 0..K-1.
    new : K arrays (n,3) of new faces, welded likewise.
    """
    parts = len(new)
    whole = (corners != np.roll(corners, 1, axis=1)).all(axis=1)
    faces = np.concatenate([corners[whole], *new])
    part = np.concatenate([labels[whole], np.repeat(np.arange(parts), [len(c) for c in new])])
    a, b = faces, np.roll(faces, -1, axis=1)
    size = int(faces.max(initial=0)) + 1
    key = (np.minimum(a, b) * size + np.maximum(a, b)).reshape(-1)
    if size**2 * parts > 2**62:
        key = np.unique(key, return_inverse=True)[1]
    # Part, edge and direction in one number: one sort is all that a million triangles cost.
    use = np.sort((key * parts + np.repeat(part, 3)) * 2 + (a < b).reshape(-1))
    edge = use >> 1
    begin = np.nonzero(np.append(len(edge) > 0, edge[1:] != edge[:-1]))[0]
    pairs = np.diff(np.append(begin, len(use))) == 2
    bad = ~pairs
    bad[pairs] = use[begin[pairs]] == use[begin[pairs] + 1]
    closed = np.bincount(part, minlength=parts) > 0
    closed[edge[begin[bad]] % parts] = False
    return [bool(c) for c in closed]


def report_part(
    vertices: NDArray[np.float64],
    own: NDArray[np.int64],
    new: NDArray[np.int64],
    *,
    closed: bool,
    engine: str,
) -> PartReport:
    """Measure one part. vertices : (N,3); own, new : (n,3) its visible and its new faces."""
    from ..geometry.caps.loops import cross, newell_normal, simple_loops

    area = [
        float(0.5 * np.linalg.norm(cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]), axis=1).sum())
        for p in (vertices[own], vertices[new])
    ]
    distance = 0.0
    inner = np.setdiff1d(new, own)
    if len(inner):
        a, b = new.reshape(-1), np.roll(new, -1, axis=1).reshape(-1)
        size = len(vertices)
        rim = ~np.isin(a * size + b, b * size + a)
        from scipy.spatial import cKDTree

        loops = simple_loops(zip(a[rim].tolist(), b[rim].tolist(), strict=True))
        if loops:
            points = [vertices[loop] for loop in loops]
            number = np.repeat(np.arange(len(loops)), [len(p) for p in points])
            nearest = number[cKDTree(np.concatenate(points)).query(vertices[inner])[1]]
            normal = np.stack([newell_normal(p) for p in points])
            normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300)
            centre = np.stack([p.mean(axis=0) for p in points])
            off = np.einsum("ij,ij->i", vertices[inner] - centre[nearest], normal[nearest])
            distance = float(np.abs(off).max())
    volume = signed_volume(vertices, np.concatenate([own, new])) if closed else 0.0
    return PartReport(
        closed=closed,
        volume=float(volume),
        hidden_share=area[1] / max(sum(area), 1e-300),
        cap_distance=distance,
        engine=engine if len(new) else "none",
    )
