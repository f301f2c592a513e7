# SPDX-License-Identifier: GPL-3.0-or-later
"""Complete parts: close with caps what a cut has opened, or grow what was hidden.

Visible triangles are never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.engines import AUTO
from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from ..geometry.caps.close import close_parts
from ..geometry.mesh import same_positions
from .analysis import checked_mesh
from .guarantees import PartReport, closed_parts, report_part

HOW = ("cap", "hidden")


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


@dataclass(frozen=True)
class CompletedPart:
    """One part as it comes: its new vertices (m,3), numbered from V on, and its new faces (n,3)."""

    part: int
    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    report: PartReport


@dataclass(frozen=True)
class CompletedParts:
    """What makes the parts of a mesh whole.

    Parameters
    ----------
    vertices : (M,3) float64, numbered from V on, after the source's V vertices.
    faces : for each part its new faces (n,3) int64 into source and new vertices, wound as the
        part's own. Those of a part that was not asked for are none.
    closed : for each part whether it is watertight with its new faces.
    report : for each part what was measured on it.
    carry_vertex : (M,4) int64, source vertices from which a new vertex takes weights, colours and
        other layers; carry_weight : (M,4) float32, how much of each, rows add up to 1.
    engine : what was asked, "cap" for caps. notice : a sentence where another stood in, or empty.
    """

    vertices: NDArray[np.float64]
    faces: list[NDArray[np.int64]]
    closed: list[bool]
    report: list[PartReport]
    carry_vertex: NDArray[np.int64]
    carry_weight: NDArray[np.float32]
    engine: str
    notice: str = ""


def complete_parts(
    vertices: NDArray[np.float64],
    faces: NDArray[np.int64],
    labels: NDArray[np.integer],
    *,
    how: str = "hidden",
    engine: str = AUTO,
    parts: Iterable[int] | None = None,
    seed: int = 0,
    progress: Progress = SILENT,
    shown: Callable[[CompletedPart], None] | None = None,
) -> CompletedParts:
    """Make the parts of a mesh whole.

    vertices : (V,3) float64, any size; need not be welded. faces : (F,3) int64.
    labels : (F,), part 0..K-1 of each face; numbers may be unused.
    how : "cap" closes the cuts, "hidden" asks an engine for what others hid.
    parts : which parts, all by default. shown : hears of each part as it is finished.

    Raises BadInput for a mesh, labels or an engine that cannot be used.
    """
    vertices, faces = checked_mesh(vertices, faces)
    part = checked_labels(labels, len(faces))
    count = int(part.max()) + 1
    chosen = list(range(count)) if parts is None else sorted(set(map(int, parts)))
    if chosen and not 0 <= chosen[0] <= chosen[-1] < count:
        raise BadInput(
            f"There is no part {chosen[0] if chosen[0] < 0 else chosen[-1]}.",
            f"Parts are numbered from 0 to {count - 1}.",
        )
    if how not in HOW:
        raise BadInput(f"Parts cannot be completed by “{how}”.", f"Use {' or '.join(HOW)}.")
    caps = cap_parts(vertices, faces, part, progress=progress.span(0.0, 0.9))
    return _gather(vertices, faces, part, chosen, caps, shown)


def checked_labels(labels: NDArray[np.integer], faces: int) -> NDArray[np.int64]:
    """Labels as (F,) int64. Raises BadInput unless there is a part number for each face."""
    labels = np.asarray(labels)
    if labels.shape != (faces,) or labels.dtype.kind not in "iu":
        have = f"{len(labels)} labels" if labels.ndim == 1 else "labels of another shape"
        raise BadInput(f"There are {have} for {faces} faces.", "Give one part number to each face.")
    if labels.min() < 0 or labels.max() >= max(faces, 1):
        raise BadInput(
            "The labels are not all part numbers.",
            "Number the parts 0, 1, 2 and so on, and give each face a part.",
        )
    return labels.astype(np.int64)


def _gather(
    vertices: NDArray[np.float64],
    faces: NDArray[np.int64],
    part: NDArray[np.int64],
    chosen: list[int],
    caps: Caps,
    shown: Callable[[CompletedPart], None] | None,
) -> CompletedParts:
    everything = np.concatenate([vertices, caps.vertices])
    wanted = set(chosen)
    none = np.empty((0, 3), np.int64)
    new = [f if k in wanted else none for k, f in enumerate(caps.faces)]
    reports = []
    for k, added in enumerate(new):
        own = faces[part == k]
        done = caps.closed[k] and k in wanted
        reports.append(report_part(everything, own, added, closed=done, engine="cap"))
        if shown is not None and k in wanted:
            used = np.unique(added[added >= len(vertices)])
            local = np.where(added >= len(vertices), np.searchsorted(used, added), 0)
            local = np.where(added >= len(vertices), local + len(vertices), added)
            shown(CompletedPart(k, everything[used], local, reports[-1]))
    row, weight = _carried(vertices, caps.vertices, new)
    return CompletedParts(
        caps.vertices, new, [r.closed for r in reports], reports, row, weight, "cap"
    )


def _carried(
    vertices: NDArray[np.float64], added: NDArray[np.float64], new: list[NDArray[np.int64]]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """For each new vertex the source vertices that its part's new faces begin at."""
    from ..geometry.hidden.carry import WIDTH, carry_weights

    row = np.zeros((len(added), WIDTH), dtype=np.int64)
    weight = np.zeros((len(added), WIDTH), dtype=np.float32)
    weight[:, 0] = 1.0
    for added_faces in new:
        used = np.unique(added_faces)
        border, fresh = used[used < len(vertices)], used[used >= len(vertices)] - len(vertices)
        if len(border) and len(fresh):
            nearest, weight[fresh] = carry_weights(added[fresh], vertices[border])
            row[fresh] = border[nearest]
    return row, weight


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
    welded = same_positions(vertices)
    corners = welded[faces]
    used = vertices[faces.reshape(-1)]
    low, high = used.min(axis=0), used.max(axis=0)
    centre, scale = 0.5 * low + 0.5 * high, float((high - low).max()) or 1.0
    closing = progress.span(0.0, 1.0, "Closing cuts")
    new, caps = close_parts((vertices - centre) / scale, corners, part, closing)
    new = _apart(vertices, new * scale + centre, scale)
    cap_faces = [caps.get(k, np.empty((0, 3), np.int64)) for k in range(parts)]
    return Caps(new, cap_faces, closed_parts(corners, part, cap_faces))


def _apart(vertices: NDArray[np.float64], new: NDArray[np.float64], scale: float) -> NDArray:
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
