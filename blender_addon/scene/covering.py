# SPDX-License-Identifier: GPL-3.0-or-later
"""What a proposal takes the place of is out of sight as long as that is shown, and no longer.

No step of undo, no saved file, no exported one and no other preview may keep it so: whatever ends a
proposal, or brings back a state of the file in which there was one, ends here too.

Blender tells nobody that it exports. So all is uncovered while a file browser asks what the file is
to be called; collections that have exporters of their own do not ask (`is_exported_unasked`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bpy

from . import changed, proposals, visibility

PERIOD = 0.2  # seconds between two looks for file browsers, while something is covered
AFTER = 4  # looks until all is covered again: the browser forgets whom it asks before that exports

_looks_left = 0
_count = 0  # of objects, when something was evaluated


def follow(*_: object) -> None:
    """Cover what the proposal that is shown takes the place of, and nothing else."""
    proposal = proposals.current()
    covered: dict[int, frozenset[int] | None] = {}
    for uid, part_id in proposal.variant.covers if proposal is not None else ():
        former = covered.get(uid, frozenset())
        if part_id is None or former is None:
            covered[uid] = None
        else:
            covered[uid] = former | {part_id}
    visibility.cover(covered)
    timers = bpy.app.timers
    if covered and not bpy.app.background and not timers.is_registered(look_for_exports):
        timers.register(look_for_exports, first_interval=PERIOD)


def look_for_exports() -> float | None:
    """Cover nothing as long as a file browser is open for something to export: a timer calls this.

    Returns the seconds until the next look, None when nothing is to be covered any more, nor to be
    shown for a browser that is still open.
    """
    global _looks_left
    is_asked = is_exporting(bpy.context.window_manager.windows)
    _looks_left = AFTER if is_asked else max(_looks_left - 1, 0)
    visibility.suspend(suspended=_looks_left > 0)
    return PERIOD if visibility.is_wanted() or _looks_left else None


def is_exporting(windows: Iterable[Any]) -> bool:
    """Does a file browser ask in one of these windows for the name of an exported file?"""
    areas = (area for window in windows for area in window.screen.areas)
    browsers = (area.spaces.active for area in areas if area.type == "FILE_BROWSER")
    asking = (getattr(browser, "active_operator", None) for browser in browsers)
    return any(asked is not None and "EXPORT" in asked.bl_idname.upper() for asked in asking)


def is_exported_unasked() -> bool:
    """Is something covered, and has a collection an exporter that would leave it out?"""
    return visibility.is_covering() and any(folder.exporters for folder in bpy.data.collections)


def _evaluated(_what: object) -> None:
    """What ends a proposal is an edit, too; and a copy of what is covered has to be seen."""
    global _count
    follow()
    count = len(bpy.data.objects)
    if visibility.is_covering() and count != _count:
        visibility.mend()
    _count = count


def _changed_back() -> None:
    """An undo, a redo, or a file, perhaps one that was saved by itself while something was covered:
    it may hold what covers and lack it, and so may the other way round."""
    follow()
    visibility.mend()


def _saving() -> None:
    visibility.suspend(suspended=True)


def _saved() -> None:
    visibility.suspend(suspended=False)
    follow()


LISTENERS = (
    (changed.seen, follow),
    (changed.evaluated, _evaluated),
    (changed.undone, _changed_back),
    (changed.loaded, _changed_back),
    (changed.saving, _saving),
    (changed.saved, _saved),
)


def register() -> None:
    for signal, listener in LISTENERS:
        signal.listen(listener)


def unregister() -> None:
    if bpy.app.timers.is_registered(look_for_exports):
        bpy.app.timers.unregister(look_for_exports)
    visibility.cover({})
    for signal, listener in LISTENERS:
        signal.ignore(listener)
