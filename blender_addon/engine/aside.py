# SPDX-License-Identifier: GPL-3.0-or-later
"""Work beside the jobs: for what is shown while somebody only looks, as under the pointer.

It has the form of a job (`jobs.Work`), but holds up nothing: it is not shown, no operator waits
for it, and what goes wrong in it is nobody's trouble. Only one is under way at a time, and a timer
looks at it as long as it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import bpy

from ...backend.contract.errors import Cancelled
from . import jobs

if TYPE_CHECKING:
    from .process import Call

log = logging.getLogger(__name__)

PERIOD = 0.02  # seconds between two looks

_work: jobs.Work | None = None
_call: Call | None = None


def start(work: jobs.Work) -> None:
    """Begin some work, in the place of what is under way."""
    global _work
    stop()
    _work = work
    _go_on(lambda: next(work))


def busy() -> bool:
    """Is something under way?"""
    return _work is not None


def stage() -> tuple[str, float]:
    """What the engine says that it does, and how far it is, 0..1."""
    return (_call.stage, _call.share) if _call is not None else ("", 0.0)


def stop() -> None:
    """End what is under way; the engine works on it no more."""
    global _work, _call
    work, call, _work, _call = _work, _call, None, None
    if call is not None and not call.done:
        jobs.client().cancel(call)
    if work is not None:
        work.close()


def look() -> float | None:
    """Take the work on if it can go on: Blender's timer calls this.

    Returns the seconds until the next look, None when the work has ended.
    """
    work, call = _work, _call
    if work is None or call is None:
        return None
    before = stage()
    jobs.client().poll()
    if stage() != before:
        jobs.redraw_sidebars("TOOL_HEADER")
    if call.done:
        error, result = call.error, call.result
        _go_on(lambda: work.throw(error) if error else work.send(result))
    return PERIOD if _work is not None else None


def _go_on(step: Callable[[], jobs.Ask]) -> None:
    global _work, _call
    try:
        _call = jobs.submit(step())
    except Exception as error:
        _work = _call = None
        if not isinstance(error, StopIteration | Cancelled):
            log.info("Left out: %s", error)
        return
    if not bpy.app.background and not bpy.app.timers.is_registered(look):
        bpy.app.timers.register(look, first_interval=PERIOD)


def unregister() -> None:
    stop()
    if bpy.app.timers.is_registered(look):
        bpy.app.timers.unregister(look)
