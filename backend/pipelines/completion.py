# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of an object on their way to be whole: what was made for each, and all of it."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..contract.progress import SILENT, Progress
from ..geometry.caps.cracks import stitched, without_cracks
from ..geometry.caps.loops import Borders, borders
from ..geometry.graphs import stable_order
from ..geometry.hidden.carry import WIDTH, carry_weights
from ..geometry.hidden.visible import ObjectShell, OpenPart
from ..geometry.mesh import (
    UnusableMesh,
    same_positions,
    signed_volume,
    signed_volumes,
    unit_vertices,
    used_by,
)
from ..geometry.winding import WindingNumber
from .caps import Caps, apart
from .guarantees import PartReport, closed_parts, report_part

NONE = np.empty((0, 3), np.int64)
FLAT = 1e-6  # of its width, from which on an object has an inside where something may be hidden


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
    closed : for each part whether it is watertight with its new faces: every edge, with vertices
        at the same position taken as one, is used by two faces in opposite directions.
    report : for each part what was measured on it.
    carry_vertex : (M,4) int64, source vertices from which a new vertex takes weights, colours and
        other layers; carry_weight : (M,4) float32, how much of each, rows add up to 1.
    engine : what was asked, "cap" for caps. notice : a sentence where another stood in, or empty.
    seed : that it is of; follows_seed : whether another one makes other surface.
    """

    vertices: NDArray[np.float64]
    faces: list[NDArray[np.int64]]
    closed: list[bool]
    report: list[PartReport]
    carry_vertex: NDArray[np.int64]
    carry_weight: NDArray[np.float32]
    engine: str
    notice: str = ""
    seed: int = 0
    follows_seed: bool = False

    @property
    def grown(self) -> list[int]:
        """The parts whose new faces go on with their surface; those of others are flat caps."""
        return [k for k, one in enumerate(self.report) if one.engine not in ("cap", "none")]


class Completion:
    """The object in unit size, and what was made for its parts so far."""

    def __init__(
        self,
        vertices: NDArray[np.float64],
        faces: NDArray[np.int64],
        part: NDArray[np.int64],
        count: int,
        shown: Callable[[CompletedPart], None] | None,
        progress: Progress = SILENT,
    ) -> None:
        progress.step()
        self.vertices, self.faces, self.part, self.count = vertices, faces, part, count
        self.shown = shown
        self.exact = same_positions(vertices)
        progress.step(0.3)
        # (F, 3) welded where positions are equal, cracks apart.
        self.exact_corners = self.exact[faces]
        self.welded = without_cracks(vertices, faces, self.exact)
        progress.step(0.7)
        self.corners = self.welded[faces]
        self.has_size, self.has_depth = True, True
        try:
            self.unit, self.centre, self.scale = unit_vertices(vertices, faces)
            used = used_by(faces)  # a vertex that nothing uses may stand for one in its place
            self.unit[self.welded[used]] = self.unit[used]
            spread = np.linalg.svd(np.cov(self.unit[used], rowvar=False), compute_uv=False)
            self.has_depth = bool(spread[-1] > FLAT**2 * spread[0])
        except UnusableMesh:  # all in one place: there is nothing to close
            self.unit, self.centre, self.scale = np.zeros_like(vertices), vertices[faces[0, 0]], 1.0
            self.has_size = False
        progress.step(0.9)
        order = stable_order(part)
        self.rows = np.split(order, np.searchsorted(part[order], np.arange(1, count)))
        none = np.empty((0, 3))
        self.nothing = none, NONE
        self.points = [none] * count
        self.new = [NONE] * count
        self.report: dict[int, PartReport] = {}

    def anew(self) -> Completion:
        """The same object, of which nothing was made yet and nobody hears; what was prepared
        stays."""
        other = copy(self)
        other.shown = None
        other.points = [self.nothing[0]] * self.count
        other.new = [NONE] * self.count
        other.report = {}
        return other

    @cached_property
    def outward(self) -> NDArray[np.int64]:
        """The faces, all turned where the object is inside out."""
        inside_out = signed_volume(self.unit, self.faces) < 0
        return self.faces[:, ::-1] if inside_out else self.faces

    @cached_property
    def object(self) -> ObjectShell:
        """What nothing hidden may be seen through."""
        return ObjectShell(self.unit, self.welded[self.outward])

    @cached_property
    def borders(self) -> Borders:
        """Where parts meet."""
        return borders(self.corners, self.part, len(self.vertices))

    @cached_property
    def winding(self) -> WindingNumber:
        """How often the whole object goes round a place."""
        return WindingNumber(self.unit, self.object.faces)

    def prepare(self, progress: Progress) -> None:
        """Make what threads share before they begin, so that it is made once."""
        progress.step()
        _ = self.borders
        progress.step(0.2)
        _ = self.object.normals
        progress.step(0.5)
        _ = self.object.samples
        progress.step(0.8)
        _ = self.object.samples.tree

    def seen(self, k: int) -> OpenPart:
        """A part as it is seen, in unit size."""
        return OpenPart.of(self.unit, self.corners[self.rows[k]], self.borders, k)

    def cap(self, k: int, caps: Caps) -> None:
        """Close a part with its cap."""
        faces, count = caps.faces[k], len(self.vertices)
        if not len(faces):
            self._take(k, *self.nothing, "none")
            return
        used = np.unique(faces[faces >= count])
        local = np.where(faces >= count, np.searchsorted(used, faces) + count, faces)
        self._take(k, caps.vertices[used - count], local, "cap")

    def take(
        self, k: int, points: NDArray[np.float64], faces: NDArray[np.int64], engine: str
    ) -> None:
        """Keep new points (m,3), of unit size, and faces for a part."""
        placed = apart(self.vertices, points * self.scale + self.centre, self.scale)
        if self.welded is not self.exact:
            everything = np.concatenate([self.vertices, placed])
            own = self.exact_corners[self.rows[k]]
            faces = stitched(everything, own, faces, self.welded)
        self._take(k, placed, faces, engine)

    def _take(
        self, k: int, points: NDArray[np.float64], faces: NDArray[np.int64], engine: str
    ) -> None:
        self.points[k], self.new[k] = points, faces
        if len(faces):
            self.report[k] = self._reported(k, points, faces, engine)
        else:
            self.report[k] = replace(self.bare[k], engine=engine)
        if self.shown is not None:
            self.shown(CompletedPart(k, points, faces, self.report[k]))

    def _reported(
        self, k: int, points: NDArray[np.float64], faces: NDArray[np.int64], engine: str
    ) -> PartReport:
        own = self.exact_corners[self.rows[k]]
        both = np.concatenate([own, faces])
        used = used_by(both)
        number = np.empty(len(self.vertices) + len(points), np.int64)
        number[used] = np.arange(len(used))
        number = number[both]
        place = np.concatenate([self.vertices, points])[used]
        closed = closed_parts(
            number[: len(own)], np.zeros(len(own), np.int64), [number[len(own) :]]
        )
        return report_part(
            place, number[: len(own)], number[len(own) :], closed=closed[0], engine=engine
        )

    @cached_property
    def bare(self) -> list[PartReport]:
        """What is told of each part without new faces."""
        closed = closed_parts(self.exact_corners, self.part, [NONE] * self.count)
        volume = signed_volumes(self.vertices, self.faces, self.part, self.count)
        return [
            PartReport(is_closed, float(size) if is_closed else 0.0, 0.0, 0.0, "none")
            for is_closed, size in zip(closed, volume.tolist(), strict=True)
        ]

    def done(self, engine: str, notice: str = "", caps: Caps | None = None) -> CompletedParts:
        """All parts together, their new vertices one after the other.

        caps : what all new faces are of; then neighbours share the vertices of their caps.
        """
        count = len(self.vertices)
        carried = [self._carried(k) for k in range(self.count)]
        row = np.concatenate([np.empty((0, WIDTH), np.int64), *(row for row, _ in carried)])
        weight = np.concatenate([np.empty((0, WIDTH), np.float32), *(w for _, w in carried)])
        if caps is not None:
            faces = [caps.faces[k] if k in self.report else NONE for k in range(self.count)]
            added = caps.vertices
            number = [np.unique(new[new >= count]) - count for new in faces]
            owner = np.concatenate([np.empty(0, np.int64), *number])
            first = np.full(len(added), -1)
            first[owner[::-1]] = np.arange(len(owner))[::-1]
            # The last row is for those of parts that were not asked for.
            row = np.concatenate([row, np.zeros((1, WIDTH), np.int64)])[first]
            weight = np.concatenate([weight, np.eye(1, WIDTH, dtype=np.float32)])[first]
        else:
            added = np.concatenate([np.empty((0, 3)), *self.points])
            start = count + np.cumsum([0, *(len(points) for points in self.points)])
            faces = [
                np.where(new >= count, new - count + begin, new)
                for new, begin in zip(self.new, start[:-1].tolist(), strict=True)
            ]
        report = [self.report.get(k) or self.bare[k] for k in range(self.count)]
        closed = [one.closed for one in report]
        return CompletedParts(added, faces, closed, report, row, weight, engine, notice)

    def _carried(self, k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The border vertices, as the part's own faces name them, that its new ones take from."""
        points, new = self.points[k], self.new[k]
        if not len(points):
            return np.empty((0, WIDTH), np.int64), np.empty((0, WIDTH), np.float32)
        own = used_by(self.faces[self.rows[k]])
        is_border = np.zeros(len(self.vertices), dtype=bool)
        is_border[new[new < len(self.vertices)]] = True
        border = own[is_border[self.welded[own]]]
        _, once = np.unique(self.welded[border], return_index=True)
        border = border[once]
        if not len(border):
            border = own
        row, weight = carry_weights(points, self.vertices[border])
        return border[row], weight
