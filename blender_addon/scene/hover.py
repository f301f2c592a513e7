# SPDX-License-Identifier: GPL-3.0-or-later
"""What a click would mean where the pointer is, found out before anybody clicks.

The pointer asks what the click there would ask, and the answers are kept with those of clicks, so
that the click has its mask at once. One question is under way at a time; when it is answered, the
one of the moment is next, and those between are never asked. Nothing of the scene is changed.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any

import bpy

from ...backend.contract.errors import Cancelled, PartwiseError
from ...backend.contract.records import Value
from ..core import clicks
from ..core.clicks import ClickAnswer, ClickList, Question
from ..engine import aside, jobs
from ..mesh.labels import face_count, get_labels
from . import changed, click_masks, edits
from .analyses import tree_of
from .click_masks import Reading
from .pick import Hit
from .proposals import find

TOOL = "partwise.click"  # which shows it
REST = 0.15  # seconds that the pointer rests on an unknown mesh before that is analysed
AWAY = 12.0  # pixels from a click to where the next one is shown, times the interface's scale
MOST_FACES = 250_000  # of a mesh that nobody asked for: larger ones wait for a click or Decompose


class Pointed(Value):
    """A place under the pointer, and the clicks that there would be with one there."""

    uid: int
    made: ClickList

    @property
    def click(self) -> clicks.FaceClick:
        return self.made.clicks[-1]


_at: Pointed | None = None  # where the pointer is
_shown: tuple[Pointed, ClickAnswer] | None = None  # the last answer that there was to show
_about: int | None = None  # the object that the question under way is about
_rest: tuple[float, float] | None = None  # the pixel of the last click, near which nothing is shown
_refused: Reading | None = None  # the mesh that could not be asked about


def point_at(pointed: Pointed | None) -> None:
    """The pointer is here now; None where no click can be made."""
    global _at, _shown
    if pointed is not None and _at is not None and _same(pointed, _at):
        return
    _at = pointed
    if _shown is not None and not _still_fits(_shown):
        _shown = None
        changed.hovered.say()
    if pointed is None or _about not in (None, pointed.uid):
        aside.stop()
        _ended()
    if pointed is None:
        return
    obj = find(pointed.uid)
    reading = click_masks.current(obj) if obj is not None else None
    if reading is not None and reading.arrays is not None:
        ask()
    elif not bpy.app.background and not bpy.app.timers.is_registered(ask):
        bpy.app.timers.register(ask, first_interval=REST)


def ask() -> None:
    """Find out what is not known of the place under the pointer, unless that is under way."""
    global _about
    obj = hovered()
    if aside.busy() or _at is None or obj is None:
        return
    if _wanted() is not None:
        _about = _at.uid
        aside.start(_work())
    elif answer_of(obj) is None:
        return  # nothing will come
    changed.hovered.say()


def leave() -> None:
    """The pointer is nowhere, as after a click."""
    point_at(None)


def rest_at(pixel: tuple[float, float]) -> None:
    """A click was made here: what it means is to be seen, not what the next one would."""
    global _rest
    leave()
    _rest = pixel


def rests(pixel: tuple[float, float], scale: float) -> bool:
    """Is the pointer still where the last click was? scale : of the interface."""
    global _rest
    if _rest is not None and math.dist(pixel, _rest) >= AWAY * scale:
        _rest = None
    return _rest is not None


def answer_of(obj: bpy.types.Object) -> ClickAnswer | None:
    """What the clicks on an object would mean with one at the pointer; None while it is unknown.

    Cheap enough to be asked at each redraw.
    """
    global _shown
    if _at is None or obj.session_uid != _at.uid:
        return None
    # What is being edited cannot be read while it is drawn.
    reading = (click_masks.known if obj.data.is_editmode else click_masks.current)(obj)
    if reading is None:
        return None
    if _shown is None or _shown[0] is not _at:
        answers, labels = reading.answers(_at.made), get_labels(obj.data)
        found = _at.made.together(answers, labels, edits.held(obj.data))
        if found is not None:
            _shown = _at, found
    return None if _shown is None else _shown[1]


def hovered() -> bpy.types.Object | None:
    """The object under the pointer."""
    return None if _at is None else find(_at.uid)


def seen(hit: Hit) -> Hit:
    """A hit, moved to the place of its polygon of which the answer is known: where the pointer was
    seen last, some pixels beside."""
    if _at is None or hit.obj.session_uid != _at.uid or hit.face != _at.click.face:
        return hit
    return Hit(hit.obj, hit.face, type(hit.point)(_at.click.point), hit.place)


def again(choice: int) -> None:
    """Ask for another mask at the same place."""
    if _at is None:
        return
    kind, point, face = _at.click.kind, _at.click.point, _at.click.face
    before = ClickList(_at.made.clicks[:-1], _at.made.extended)
    made = before.with_click(clicks.FaceClick(kind, point, face, choice))
    point_at(Pointed(_at.uid, made))


def is_analysing() -> bool:
    """Is the engine at work for the pointer, with something to tell of it?"""
    return aside.busy() and bool(aside.stage()[0])


def is_tool_active(context: bpy.types.Context) -> bool:
    """Is the tool in use that shows what is under the pointer?"""
    tool = context.workspace.tools.from_space_view3d_mode(context.mode, create=False)
    return tool is not None and tool.idname == TOOL


def _same(one: Pointed, two: Pointed) -> bool:
    """Are they on one polygon, and ask for the same? Its points are not told apart."""
    a, b = one.click, two.click
    return (
        (one.uid, a.kind, a.face, a.choice) == (two.uid, b.kind, b.face, b.choice)
        and one.made.clicks[:-1] == two.made.clicks[:-1]
        and one.made.extended == two.made.extended
    )


def _still_fits(shown: tuple[Pointed, ClickAnswer]) -> bool:
    """May an answer stay until the next one comes? As long as the pointer is within it, asking for
    the same, so that nothing flickers."""
    before, answer = shown
    if _at is None or before.uid != _at.uid or not 0 <= _at.click.face < len(answer.faces):
        return False
    is_alike = (before.click.kind, before.click.choice) == (_at.click.kind, _at.click.choice)
    is_within = bool(answer.faces[_at.click.face]) == _at.click.is_wanted
    return is_alike and is_within and before.made.clicks[:-1] == _at.made.clicks[:-1]


def _wanted() -> tuple[Reading, Question] | None:
    """What is to be asked now, and of which mesh."""
    if _at is None or jobs.busy():
        return None
    obj = find(_at.uid)
    if obj is None or obj.type != "MESH":
        return None
    reading = click_masks.current(obj)
    if reading is None or reading.arrays is None:
        if face_count(obj.data) > MOST_FACES and tree_of(obj.data) is None:
            return None
        reading = click_masks.read(obj)
    question = reading.missing(_at.made)
    return None if question is None or reading is _refused else (reading, question)


def _work() -> Generator[jobs.Ask, Any, None]:
    global _refused
    while (wanted := _wanted()) is not None and _at is not None and _at.uid == _about:
        reading, question = wanted
        try:
            if reading.arrays is None:
                yield from reading.prepare()
            else:
                yield from reading.find_out(question)
        except Cancelled:  # by a click, which asks for itself
            break
        except PartwiseError:
            _refused = reading
            raise
        changed.hovered.say()
    _ended()


def _ended() -> None:
    global _about
    _about = None


def _undone() -> None:
    """What there was may be gone; the next movement of the pointer tells what there is."""
    leave()


def register() -> None:
    changed.undone.listen(_undone)
    changed.loading.listen(leave)


def unregister() -> None:
    global _refused
    changed.undone.ignore(_undone)
    changed.loading.ignore(leave)
    leave()
    _refused = None
    if bpy.app.timers.is_registered(ask):
        bpy.app.timers.unregister(ask)
