# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed in the scene, said to all who listen: drawings, masks, the table of parts.

One set of Blender's handlers. Whoever is above listens, so that what is here knows nobody.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import bpy
from bpy.app.handlers import persistent

from ...backend.contract.records import Value

log = logging.getLogger(__name__)

Listener = Callable[..., None]


class Evaluated(Value):
    """What Blender evaluated anew: the session_uid of data with another shape, or another place."""

    shaped: frozenset[int]
    moved: frozenset[int]

    @classmethod
    def of(cls, depsgraph: bpy.types.Depsgraph) -> Evaluated:
        updates = depsgraph.updates
        shaped = (each.id.original.session_uid for each in updates if each.is_updated_geometry)
        moved = (each.id.original.session_uid for each in updates if each.is_updated_transform)
        return cls(frozenset(shaped), frozenset(moved))


@dataclass(eq=False)
class Signal:
    """A kind of change, and who wants to know of it."""

    name: str
    _listeners: list[Listener] = field(default_factory=list, repr=False)

    def listen(self, listener: Listener) -> None:
        """Call this at each change, after those that listened before."""
        self._listeners.append(listener)

    def ignore(self, listener: Listener) -> None:
        """Call it no more."""
        self._listeners.remove(listener)

    def say(self, *what: Any) -> None:
        """Tell all. What goes wrong with one is written to the log, and the others hear it too."""
        for listener in tuple(self._listeners):
            try:
                listener(*what)
            except Exception:
                log.exception("Partwise could not follow a change (%s)", self.name)


evaluated = Signal("evaluated")  # Evaluated: the artist, or a script, changed something
frame = Signal("frame")  # Evaluated: another frame is shown
undone = Signal("undone")  # an undo or a redo: anything may be another, and under another name
loading = Signal("loading")  # another file will take the place of this one
loaded = Signal("loaded")  # and did
saving = Signal("saving")  # the file will be written
saved = Signal("saved")  # and was, or could not be
seen = Signal("seen")  # parts, clicks or their masks, of which no evaluation tells
hovered = Signal("hovered")  # what would be under a click at the pointer
settings = Signal("settings")  # the settings of a scene, and the context


@persistent
def _on_evaluation(_scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
    evaluated.say(Evaluated.of(depsgraph))


@persistent
def _on_frame(_scene: bpy.types.Scene, depsgraph: bpy.types.Depsgraph) -> None:
    frame.say(Evaluated.of(depsgraph))


@persistent
def _on_undo(*_: object) -> None:
    undone.say()


@persistent
def _before_load(*_: object) -> None:
    loading.say()


@persistent
def _after_load(*_: object) -> None:
    loaded.say()


@persistent
def _before_save(*_: object) -> None:
    saving.say()


@persistent
def _after_save(*_: object) -> None:
    saved.say()


HANDLERS = (
    ("depsgraph_update_post", _on_evaluation),
    ("frame_change_post", _on_frame),
    ("undo_post", _on_undo),
    ("redo_post", _on_undo),
    ("load_pre", _before_load),
    ("load_post", _after_load),
    ("save_pre", _before_save),
    ("save_post", _after_save),
    ("save_post_fail", _after_save),
)


def register() -> None:
    for name, function in HANDLERS:
        getattr(bpy.app.handlers, name).append(function)


def unregister() -> None:
    for name, function in HANDLERS:
        getattr(bpy.app.handlers, name).remove(function)
