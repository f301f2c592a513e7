# SPDX-License-Identifier: GPL-3.0-or-later
"""What the clicks on an object mean: asked of the engine, and kept in memory.

Clicks are properties of a mesh, which Blender saves and undoes. Their masks are a cache: one job
asks for what is missing, always for the clicks as they are at that moment, so that fast clicking
makes no queue.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import bpy

from ...backend.contract import requests
from ...backend.contract.arrays import np
from ...backend.contract.errors import BadInput, PartwiseError
from ..core import clicks
from ..core.clicks import ClickAnswer, ClickList, Question
from ..core.labels import Areas, Labels
from ..engine import jobs
from ..mesh.labels import get_labels
from ..mesh.read import MeshArrays, Snapshot
from . import changed, edits
from .analyses import Name, ask_about, named
from .targets import Target

MOMENT = 0.1  # seconds that a click waits for its mask, so that most masks are there at once
MOST_READINGS = 4

_answers = clicks.Answers()
_numbers = itertools.count(1)  # of requests: of those that wait, the engine answers the newest


@dataclass(eq=False)
class Reading:
    """The mesh of an object as it was when it was clicked.

    arrays, areas : as the engine takes it, and of its triangles; None until they are made;
    is_checked : nothing has happened since the mesh was found to be the same; is_being_read : what
    Blender tells of comes of that; parts : the analysis that its parts come from, None where the
    engine that is asked now made none; together : clicks, labels, parts that are held, and what all
    that means.
    """

    target: Target
    arrays: MeshArrays | None = None
    areas: Areas | None = None
    is_checked: bool = True
    is_being_read: bool = False
    parts: Name | None = None
    together: tuple[ClickList, Labels, list[int], ClickAnswer] | None = field(
        default=None, repr=False
    )

    def read(self) -> tuple[MeshArrays, Areas]:
        """Make the arrays, in whatever thread."""
        return self.target.arrays, self.target.arrays.triangle_areas()

    def missing(self, made: ClickList) -> Question | None:
        """The first question of clicks that was not answered yet."""
        known = self.answers(made)
        return next((each for each in made.questions() if each not in known), None)

    def answers(self, made: ClickList) -> dict[Question, ClickAnswer]:
        """Those answers to clicks that are known."""
        return _answers.find(self.name, made.questions()) if self.arrays else {}

    @property
    def name(self) -> str:
        """The mesh, who is asked about it, and on which of its analyses."""
        if self.arrays is None:
            return ""
        return str(self.basis) if self.basis else f"{self.arrays.fingerprint} {_engine()}"

    @property
    def basis(self) -> Name | None:
        """The analysis that clicks are about; None, whichever was made last, where that of the
        parts was of some faces alone."""
        is_of_all = self.arrays and self.parts and self.parts.mesh == self.arrays.fingerprint
        return self.parts if is_of_all else None

    def prepare(self) -> Generator[jobs.Ask, Any, None]:
        """The step of a job that makes the arrays, away from Blender's main thread."""
        if self.arrays is None or self.areas is None:
            self.arrays, self.areas = yield from jobs.compute(self.read)

    def find_out(self, question: Question) -> Generator[jobs.Ask, Any, None]:
        """The steps of a job that get the answer to a question, and keep it."""
        yield from self.prepare()
        assert self.arrays is not None
        assert self.areas is not None
        arrays, areas = self.arrays, self.areas

        def on_polygons(answer: requests.Clicked) -> ClickAnswer:
            """The engine's mask of triangles, as one of polygons; away from Blender's thread."""
            faces = clicks.majority(answer.mask, arrays.polygon, areas, arrays.polygons)
            return ClickAnswer(
                faces, answer.score, answer.engine, answer.warning, answer.choice, answer.choices
            )

        name, basis = self.name, self.basis
        request = requests.Click(
            arrays.fingerprint,
            next(_numbers),
            np.array(question.points) @ arrays.stretch,
            np.array(question.labels, dtype=np.int8),
            engine=basis.engine if basis else _engine(),
            choice=None if question.choice == clicks.LIKELIEST else question.choice,
            variant=basis.variant if basis else None,
            symmetric=basis.symmetric if basis else True,
            hints=basis.hints if basis else "",
        )
        answer = yield from ask_about(arrays, request, on_polygons)
        _answers.keep(name, question, answer)


_readings: dict[int, Reading] = {}  # by session_uid of the object; the last clicked at the end
_job: jobs.Job | None = None  # the last job of this module
_job_reading: Reading | None = None  # and the mesh that it is about


def clicks_of(mesh: bpy.types.Mesh) -> ClickList:
    """The clicks on a mesh that were not accepted yet."""
    table = mesh.partwise
    rows = [
        clicks.FaceClick(row.kind, tuple(row.point), row.face, row.choice) for row in table.clicks
    ]
    return ClickList(tuple(rows), table.clicks_extend)


def answer_of(obj: bpy.types.Object) -> ClickAnswer | None:
    """What the clicks on an object mean, on its own mesh; None while that is not known.

    Cheap enough to be asked at each redraw.
    """
    if obj.type != "MESH" or not len(obj.data.partwise.clicks) or obj.data.is_editmode:
        return None
    reading = current(obj)
    if reading is None:
        return None
    made, labels, held = clicks_of(obj.data), get_labels(obj.data), edits.held(obj.data)
    if reading.together is not None:
        before, old_labels, old_held, together = reading.together
        if before == made and old_held == held and np.array_equal(old_labels, labels):
            return together
    found = made.together(reading.answers(made), labels, held)
    reading.together = None if found is None else (made, labels, held, found)
    return found


def ask(obj: bpy.types.Object) -> None:
    """Find out what the clicks on an object mean, as far as that is not known.

    Raises BadInput when another job runs, and PartwiseError when the engine fails at once.
    """
    global _job, _job_reading
    reading = read(obj)
    if reading.missing(clicks_of(obj.data)) is None:
        return
    if is_asking() and _job_reading is reading:
        return  # it will look at the clicks again when its question is answered
    stop()
    check_free()
    _job_reading = reading
    _job = jobs.start(f"Analysing {obj.name}", _work(reading))
    jobs.wait(MOMENT)
    if _job.state == jobs.FAILED and _job.error is not None:
        raise _job.error


def check_free() -> None:
    """Raises BadInput when another job than that of this module runs."""
    if jobs.busy() and not is_asking():
        raise BadInput("Partwise is still working on another job.", "Wait for it, or cancel it.")


def is_asking() -> bool:
    """Does the job of this module run?"""
    return _job is not None and _job is jobs.current() and jobs.busy()


def stop() -> None:
    """End the job of this module, if it runs."""
    if is_asking():
        jobs.cancel()
        jobs.dismiss()


def follow(obj: bpy.types.Object | None) -> None:
    """After an undo: get the mask of other clicks, if the engine knows the mesh already."""
    if obj is None or obj.type != "MESH" or obj.data.is_editmode or jobs.busy():
        return
    reading = current(obj)
    if reading is not None and reading.arrays is not None and len(obj.data.partwise.clicks):
        with contextlib.suppress(PartwiseError):  # whose card is in the panel
            ask(obj)


def forget() -> None:
    """Forget all meshes and masks."""
    _readings.clear()
    _answers.clear()


def _work(reading: Reading) -> Generator[jobs.Ask, Any, None]:
    yield from reading.prepare()
    while (question := _next_question(reading)) is not None:
        yield from reading.find_out(question)
        changed.seen.say()


def _next_question(reading: Reading) -> Question | None:
    """What is still to be asked, unless the object is gone, was changed or is of no more interest.

    References to Blender's data do not survive an undo, so the object is searched each time.
    """
    obj = next((each for each in bpy.data.objects if each.session_uid == reading.target.uid), None)
    if obj is None or obj.data.is_editmode or current(obj) is not reading:
        return None
    return reading.missing(clicks_of(obj.data))


def read(obj: bpy.types.Object) -> Reading:
    """The mesh of an object as it is now."""
    before = current(obj)
    reading = before or Reading(Target.of(obj))
    _readings.pop(obj.session_uid, None)
    _readings[obj.session_uid] = reading
    if before is None:
        _settle(obj, reading)
        _look_at_parts(obj, reading)
    while len(_readings) > MOST_READINGS:
        del _readings[next(iter(_readings))]
    return reading


def current(obj: bpy.types.Object) -> Reading | None:
    """What is known of an object's mesh; None when the mesh was changed since."""
    reading = _readings.get(obj.session_uid)
    if reading is not None and not reading.is_checked:
        if Snapshot.of(obj) != reading.target.snapshot:
            del _readings[obj.session_uid]
            return None
        reading.is_checked = True
        _settle(obj, reading)
    if reading is not None:
        _look_at_parts(obj, reading)
    return reading


def _look_at_parts(obj: bpy.types.Object, reading: Reading) -> None:
    """Clicks are about the parts that there are, which others may have taken the place of."""
    parts = named(obj.data, _engine())
    if parts != reading.parts:
        reading.parts, reading.together = parts, None


def _settle(obj: bpy.types.Object, reading: Reading) -> None:
    """To read a mesh in Edit Mode counts as a change of it: let Blender tell of that at once."""
    if obj.data.is_editmode:
        reading.is_being_read = True
        bpy.context.view_layer.update()
        reading.is_being_read = False


def known(obj: bpy.types.Object) -> Reading | None:
    """What is known of an object's mesh without looking whether it changed, as while drawing."""
    reading = _readings.get(obj.session_uid)
    return reading if reading is not None and reading.is_checked else None


def _engine() -> str:
    """The engine that the artist chose; "auto" takes the one that made the parts, or without parts
    the one that analysed the mesh last."""
    return str(bpy.context.scene.partwise.engine).lower()


def _evaluated(what: changed.Evaluated) -> None:
    for uid in (what.shaped | what.moved) & _readings.keys():
        _readings[uid].is_checked &= _readings[uid].is_being_read


def _undone() -> None:
    for reading in _readings.values():
        reading.is_checked = False
    follow(bpy.context.view_layer.objects.active)


def register() -> None:
    changed.evaluated.listen(_evaluated)
    changed.undone.listen(_undone)
    changed.loading.listen(forget)


def unregister() -> None:
    changed.evaluated.ignore(_evaluated)
    changed.undone.ignore(_undone)
    changed.loading.ignore(forget)
    forget()
