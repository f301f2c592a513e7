# SPDX-License-Identifier: GPL-3.0-or-later
"""Complete parts: close with caps what a cut has opened, or grow what was hidden.

Visible triangles are never touched. A part whose hidden surface cannot be made gets its cap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.engines import AUTO
from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from ..engines import registry
from ..engines.base import PartMesh, SignedDistance
from ..geometry.caps.cracks import stitched, without_cracks
from ..geometry.caps.loops import Borders, borders
from ..geometry.graphs import stable_order
from ..geometry.hidden.carry import WIDTH, carry_weights
from ..geometry.hidden.covered import covered_lids
from ..geometry.hidden.sheets import is_sheet, thickened
from ..geometry.hidden.surface import hidden_surface
from ..geometry.hidden.visible import ObjectShell, OpenPart
from ..geometry.isosurface import GridField
from ..geometry.mesh import (
    UnusableMesh,
    same_positions,
    signed_volume,
    signed_volumes,
    unit_vertices,
    used_by,
)
from ..geometry.winding import WindingNumber
from ..machine.abreast import abreast, at_a_time
from .analysis import checked_mesh
from .caps import Caps, apart, cap_parts
from .guarantees import PartReport, closed_parts, report_part

__all__ = ["Caps", "CompletedPart", "CompletedParts", "cap_parts", "complete_parts"]

HOW = ("cap", "hidden")
NONE = np.empty((0, 3), np.int64)
READ = 0.05  # share of the time that is taken before anything is asked
LARGE = 5000  # faces of an object from which on that is most of the work
FLAT = 1e-6  # of its width, from which on an object has an inside where something may be hidden
PROBES = 2000  # faces of a part that are asked which side of them is inside


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
    """

    vertices: NDArray[np.float64]
    faces: list[NDArray[np.int64]]
    closed: list[bool]
    report: list[PartReport]
    carry_vertex: NDArray[np.int64]
    carry_weight: NDArray[np.float32]
    engine: str
    notice: str = ""

    @property
    def grown(self) -> list[int]:
        """The parts whose new faces go on with their surface; those of others are flat caps."""
        return [k for k, one in enumerate(self.report) if one.engine not in ("cap", "none")]


def complete_parts(
    vertices: NDArray[np.float64],
    faces: NDArray[np.int64],
    labels: NDArray[np.integer],
    *,
    how: str = "hidden",
    engine: str = AUTO,
    parts: Iterable[int] | None = None,
    thicken: float = 0.0,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
    progress: Progress = SILENT,
    shown: Callable[[CompletedPart], None] | None = None,
) -> CompletedParts:
    """Make the parts of a mesh whole.

    vertices : (V,3) float64, any size; need not be welded. faces : (F,3) int64.
    labels : (F,), part 0..K-1 of each face; numbers may be unused.
    how : "cap" closes the cuts, "hidden" asks an engine for what others hid.
    parts : which parts, all by default. thicken : thickness of open sheets (cloth, paper), as a
        share of the object's size; 0 leaves them open. options : of the engine. shown : hears of
        each part as it is done.

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
    reading = progress.span(0.0, READ, "Looking at the parts")
    work = _Completion(vertices, faces, part, count, shown, reading)
    if how == "hidden" and work.has_size:
        return _grow_hidden(
            work, chosen, (engine, options), thicken, seed, progress.span(READ, 1.0)
        )
    caps = cap_parts(vertices, faces, part, progress=progress.span(READ, 1.0))
    for k in chosen:
        work.cap(k, caps)
    return work.done("cap", caps=caps)


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


def _grow_hidden(
    work: _Completion,
    chosen: list[int],
    engine: tuple[str, Mapping[str, Any] | None],
    thicken: float,
    seed: int,
    progress: Progress,
) -> CompletedParts:
    """engine : its name and its options."""
    asked = registry.choose(engine[0], "complete", engine[1])
    looking = progress.span(0.0, 0.2, "Looking at what is hidden")
    looking.step()
    wholes = asked.engine.survey(
        work.unit, work.outward, work.part.astype(np.int32), seed=seed, progress=looking
    )
    work.prepare(progress.span(0.2, 0.3, "Looking at what is hidden"))

    notes: dict[str, None] = dict.fromkeys([asked.notice] if asked.notice else [])

    def grown(number: int, k: int, every: Progress) -> _Grown | None:
        """What closes a part; None where it needs a cap."""
        stage = f"Completing part {number + 1} of {len(chosen)}"
        own = every.span(number / len(chosen), (number + 1) / len(chosen), stage)
        own.step()
        seen = work.seen(k)
        own.step()
        if is_sheet(seen):
            made = thickened(seen, thicken) if thicken > 0 else work.nothing
            return _Grown(*made, "sheet")
        lids = work.nothing if seen.left_over else covered_lids(seen, lambda: work.winding)
        if not seen.loops and not seen.left_over:
            return _Grown(*lids, "cap" if len(lids[1]) else "none")
        if not work.has_depth:
            return None
        own.step()
        whole = wholes.whole(k, progress=own.span(0.0, 0.5))
        if isinstance(whole, SignedDistance):
            notes.update(dict.fromkeys(whole.notes))
        field = _field(whole)
        if field is None or not seen.loops or seen.left_over:
            return None
        turned = not _agree(seen, field)
        side = seen.turned() if turned else seen
        found = hidden_surface(side, work.object, field, own.span(0.5, 0.9))
        if found is None:
            return None
        new = found.faces[:, ::-1] if turned else found.faces
        return _Grown(found.points, new, asked.about.name).and_lids(*lids, len(seen.points))

    caps: Caps | None = None
    growing = progress.span(0.3, 1.0)
    workers = at_a_time() if len(work.faces) > LARGE else 1
    made = abreast(grown, chosen, workers, growing)
    with closing(made):
        for number, (k, each) in enumerate(zip(chosen, made, strict=True)):
            if each is not None:
                work.take(k, each.points, each.faces, each.engine)
                if work.report[k].closed or each.engine != asked.about.name:
                    continue
            if caps is None:
                own = growing.span(number / len(chosen), (number + 1) / len(chosen))
                caps = cap_parts(work.vertices, work.faces, work.part, progress=own)
            work.cap(k, caps)
    return work.done(asked.about.name, " ".join(notes))


def _field(whole: SignedDistance | PartMesh | None) -> GridField | None:
    """What an engine answered, as a field."""
    if isinstance(whole, SignedDistance):
        return GridField(whole.values, np.asarray(whole.origin, np.float64), float(whole.spacing))
    return None


def _agree(seen: OpenPart, field: GridField) -> bool:
    """Whether the visible faces look out of what the field calls inside."""
    rows = np.linspace(0, len(seen.faces) - 1, min(PROBES, len(seen.faces))).astype(np.int64)
    corner = seen.points[seen.faces[rows]]
    area = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    return bool(np.sum(area * field.normal(corner.mean(axis=1))) >= 0)


@dataclass(frozen=True)
class _Grown:
    """New points (m,3), of unit size, and faces of a part; engine : what made them."""

    points: NDArray[np.float64]
    faces: NDArray[np.int64]
    engine: str

    def and_lids(self, points: NDArray[np.float64], faces: NDArray[np.int64], count: int) -> _Grown:
        """With the lids of other openings; count : of the object's points."""
        behind = np.where(faces >= count, faces + len(self.points), faces)
        both = np.concatenate([self.points, points]), np.concatenate([self.faces, behind])
        return replace(self, points=both[0], faces=both[1])


class _Completion:
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
