# SPDX-License-Identifier: GPL-3.0-or-later
"""Complete parts: close with caps what a cut has opened, or grow what was hidden.

Visible triangles are never touched. A part whose hidden surface cannot be made gets its cap.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.engines import AUTO
from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from ..contract.requests import fingerprint
from ..engines import registry
from ..engines.base import PartMesh, SignedDistance, Sketch
from ..geometry.hidden.covered import covered_lids
from ..geometry.hidden.sheets import is_sheet, thickened
from ..geometry.hidden.surface import hidden_surface
from ..geometry.hidden.visible import OpenPart
from ..geometry.isosurface import GridField
from ..machine.abreast import abreast, at_a_time
from .analysis import checked_labels, checked_mesh
from .caps import Caps, cap_parts
from .completion import NONE, CompletedPart, CompletedParts, Completion
from .seeds import in_turn

__all__ = [
    "Caps",
    "CompletedPart",
    "CompletedParts",
    "alternatives",
    "cap_parts",
    "complete_parts",
]

HOW = ("cap", "hidden")
READ = 0.05  # share of the time that is taken before anything is asked
LARGE = 5000  # faces of an object from which on that is most of the work
PROBES = 2000  # faces of a part that are asked which side of them is inside
MOST_ALTERNATIVES = 16


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
    made = alternatives(
        vertices,
        faces,
        labels,
        how=how,
        engine=engine,
        parts=parts,
        thicken=thicken,
        seed=seed,
        options=options,
        progress=progress,
        shown=shown,
    )
    with closing(made):
        return next(made)


def alternatives(
    vertices: NDArray[np.float64],
    faces: NDArray[np.int64],
    labels: NDArray[np.integer],
    *,
    how: str = "hidden",
    engine: str = AUTO,
    parts: Iterable[int] | None = None,
    thicken: float = 0.0,
    seed: int = 0,
    variants: int = 1,
    options: Mapping[str, Any] | None = None,
    progress: Progress = SILENT,
    shown: Callable[[CompletedPart], None] | None = None,
) -> Generator[CompletedParts, None, None]:
    """The same asked with one seed after the other, each as soon as it is made.

    Caps, and what an engine makes that takes no seed, are made once, and what came before comes no
    second time: there may be fewer than `variants`, but there is one. What holds of one completion
    holds of each. shown : hears of each part of the first; progress : gets sketches of parts. The
    others as for `complete_parts`.
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
    work = Completion(vertices, faces, part, count, shown, reading)
    if how != "hidden" or not work.has_size:
        caps = cap_parts(vertices, faces, part, progress=progress.span(READ, 1.0))
        for k in chosen:
            work.cap(k, caps)
        yield work.done("cap", caps=caps)
        return
    asked = registry.choose(engine, "complete", options)
    follows = "seed" in asked.about.options
    times = min(max(variants, 1), MOST_ALTERNATIVES) if follows else 1
    growing = progress.span(READ, 1.0)
    before: set[str] = set()
    for number, (own, span) in enumerate(in_turn(seed, times, growing)):
        which = f", variant {number + 1} of {times}" if times > 1 else ""
        grown = _grow_hidden(work if number == 0 else work.anew(), chosen, asked, thicken, own,
                             span, which)  # fmt: skip
        name = fingerprint(grown.vertices, np.concatenate([NONE, *grown.faces]))
        if name not in before:
            before.add(name)
            yield replace(grown, seed=own, follows_seed=follows)


def _grow_hidden(
    work: Completion,
    chosen: list[int],
    asked: registry.Chosen,
    thicken: float,
    seed: int,
    progress: Progress,
    which: str = "",
) -> CompletedParts:
    """which : of several completions this is, in words that go on with "part 1 of 2"."""
    whole = progress
    if progress.is_looked_at:
        progress = progress.shown_to(lambda sketch: whole.sketch(_placed(sketch, work)))
    looking = progress.span(0.0, 0.2, "Looking at what is hidden")
    looking.step()
    wholes = asked.engine.survey(
        work.unit, work.outward, work.part.astype(np.int32), seed=seed, progress=looking
    )
    work.prepare(progress.span(0.2, 0.3, "Looking at what is hidden"))

    notes: dict[str, None] = dict.fromkeys([asked.notice] if asked.notice else [])

    def grown(number: int, k: int, every: Progress) -> _Grown | None:
        """What closes a part; None where it needs a cap."""
        stage = f"Completing part {number + 1} of {len(chosen)}{which}"
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


def _placed(sketch: Sketch, work: Completion) -> Sketch:
    """A sketch of what has unit size, in the coordinates of the mesh."""
    moved = [one.vertices * work.scale + work.centre for one in sketch.parts]
    both = zip(sketch.parts, moved, strict=True)
    return replace(sketch, parts=[replace(one, vertices=vertices) for one, vertices in both])


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
