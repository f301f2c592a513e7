# SPDX-License-Identifier: GPL-3.0-or-later
"""Getting, repairing and removing large models and their engine: at most one task at a time.

Each step of a task has a process of its own beside the engine, so that the artist's jobs go on
while something is downloaded. Most steps run on Blender's own Python, for the installed one may be
missing, damaged, or about to be removed. A task ends with a look at what there is now, whatever
became of it; that look is all that the set-up card shows::

    setups.start("Getting HoloPart", "holopart", [Step(GetModel("holopart"), on_installed=True)])

What tasks have removed is deleted behind them, by a task that nobody waits for: another one ends
it, and it goes on afterwards. A timer looks at the tasks ten times a second while there are any.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import bpy

from ...backend.contract import installed
from ...backend.contract.errors import BadInput, Cancelled, PartwiseError
from ...backend.contract.setup import FreeDisk, SetupChanged, SetupTold
from . import jobs, place
from .jobs import CANCELLED, DONE, FAILED, RUNNING
from .setup_task import (
    Asked,
    Step,
    Task,
    in_place,
    look_request,
    question,
    share_of,
    starting,
)

if TYPE_CHECKING:
    from .client import Client
    from .log import EngineLog
    from .process import Call

PERIOD = 0.1  # seconds between two looks at a running task
SOON = 0.02  # seconds after which a look that is wanted is begun
LATER = 2.0  # seconds after Blender's start
PATIENCE = 3.0  # seconds for a task to clean up when Blender ends


_task: Task | None = None
_behind: Task | None = None  # deletes what was removed
_told: SetupTold | None = None
_asked: Asked | None = None  # what the last look was asked
_engine_is_old: bool = False  # it runs, and does not know of what has changed
_greeting: Call | None = None  # of the engine that was started anew
_log: EngineLog | None = None


def told() -> SetupTold | None:
    """What the last look found; None before it."""
    return _told


def model(name: str) -> dict[str, Any] | None:
    """What the last look found of a model."""
    rows = _told.models if _told is not None else []
    return next((row for row in rows if row.get("name") == name), None)


def current() -> Task | None:
    """The task that runs, or the last one until it is dismissed; a look is none."""
    return _task if _task is not None and not _task.quiet else None


def busy() -> bool:
    """Does a task run?"""
    return _task is not None and _task.state == RUNNING and not _task.quiet


def looks() -> bool:
    """Is a look on its way, or about to be?"""
    is_quiet = _task is not None and _task.quiet and _task.state == RUNNING
    return is_quiet or _timer_of(_look_soon)


def freeing() -> Task | None:
    """The task that deletes what was removed, while it runs."""
    return _behind if _behind is not None and _behind.state == RUNNING else None


def failed() -> Task | None:
    """The task, or the look, that failed last, if nothing came after it."""
    return _task if _task is not None and _task.state == FAILED else None


def start(
    title: str,
    about: str,
    steps: Sequence[Step],
    *,
    changes: bool = True,
    replaces: bool = False,
) -> Task:
    """Start a task. Without a window (``blender -b``) it is at its end when this returns.

    changes : the engine's process is started anew afterwards, so that it knows. replaces : files
    that it uses may be replaced or removed, so that until then it runs on Blender's own Python.

    Raises BadInput while another task runs, and while a job runs on what would be replaced.
    """
    _refuse_two()
    if replaces and jobs.busy():
        raise BadInput(
            "A job is running on the engine that this replaces.", "Wait for it, or cancel it."
        )
    _drop_look()
    _drop_freeing()
    if replaces:
        jobs.rest_engine(True)
        jobs.stop_engine()
    return _begin_as(Task(title, about, steps, changes=changes, replaces=replaces))


def look() -> Task:
    """Look at what there is. Raises BadInput while a task runs, which will look at its end."""
    global _asked
    _refuse_two()
    _drop_look()
    _asked = question()
    return _begin_as(Task("Looking at what is installed", quiet=True, changes=False))


def want_look() -> None:
    """Look soon, unless that was done and nothing was chosen otherwise since: for what is drawn."""
    if _has_no_timers() or busy() or looks() or _asked == question():
        return
    bpy.app.timers.register(_look_soon, first_interval=SOON, persistent=True)


def cancel() -> None:
    """End the running task; what it has got so far is kept where it can go on from there.

    It may take a moment to clean up; asked again, it is ended at once.
    """
    task = _task
    if task is None or task.state != RUNNING or task._client is None:
        return
    if task.stopping or task.quiet:
        task.error = Cancelled()
        _end(task)
        return
    task.stopping, task.stage = True, "Stopping"
    if task._is_looking:
        return
    from ...backend.contract.requests import Release

    if task._call is not None:
        task._client.cancel(task._call)
    task._call = task._client.submit(Release())  # is answered when the process has cleaned up
    _show()


def dismiss() -> None:
    """Forget the last task, so that the card shows it no more."""
    global _task
    if not busy() and not looks():
        _task = None


def pump() -> float | None:
    """Look at the running tasks, and take them on if they can go on: Blender's timer calls this.

    Returns the seconds until the next look, None when all have ended.
    """
    for task in (_task, _behind):
        if task is not None and task.state == RUNNING:
            _take_on(task)
    running = [task for task in (_task, _behind) if task is not None and task.state == RUNNING]
    return PERIOD if running else None


def _take_on(task: Task) -> None:
    client, call = task._client, task._call
    if client is None or call is None:
        return
    client.poll()
    before = task.stage, task.share
    if not task.stopping and not task._is_looking:
        task.stage = call.stage or task.stage
        task.share = max(task.share, share_of(task, call.share))
    if call.done:
        try:
            _go_on(task, call)
        except PartwiseError as error:
            task.error = task.error or error
            _end(task)
    elif (task.stage, task.share) != before:
        _show()


def renew_engine() -> None:
    """Let the engine know that something has changed, as soon as no job needs it."""
    global _engine_is_old
    _engine_is_old = True
    if _renew_now() is not None and not _timer_of(_renew_now):
        bpy.app.timers.register(_renew_now, first_interval=PERIOD, persistent=True)


def log() -> str:
    """The last lines that processes of tasks wrote."""
    return _log.tail() if _log is not None else ""


# The steps of a task.


def _begin_as(task: Task) -> Task:
    global _task
    _task = task
    return _begin(task)


def _begin(task: Task) -> Task:
    task.place = place.read()
    atexit.unregister(_stop)
    atexit.register(_stop)
    try:
        _ask(task)
    except PartwiseError as error:
        task.error = error
        _end(task)
    _show()
    if task.state != RUNNING:
        return task
    if _has_no_timers():
        _run_to_end(task)
    elif not _timer_of(pump):
        bpy.app.timers.register(pump, first_interval=PERIOD, persistent=True)
    return task


def _refuse_two() -> None:
    if busy():
        raise BadInput("Partwise is still getting or removing something.", "Wait, or cancel it.")


def _ask(task: Task) -> None:
    """Ask for the next step, or for the look at the end."""
    task._is_looking = task._number >= len(task.steps)
    if task._is_looking:
        task._call = _client_for(task, False).submit(look_request())
    else:
        step = task.steps[task._number]
        task._call = _client_for(task, step.on_installed).submit(step.request)


def _go_on(task: Task, call: Call) -> None:
    global _told
    if isinstance(call.result, SetupTold):
        _told = call.result
        _end(task)
        if task is not _behind and _told.engine.get("left") and freeing() is None:
            _free_behind()
        return
    if task._is_looking:
        task.error = task.error or call.error
        _end(task)
        return
    if call.error is not None and not task.stopping:
        task.error = in_place(task, call.error)
    if isinstance(call.result, SetupChanged):
        task.said.append(call.result.sentence)
    is_over = task.stopping or task.error is not None
    task._number = len(task.steps) if is_over else task._number + 1
    _ask(task)


def _end(task: Task) -> None:
    if task._client is not None:
        _close(task._client)
    task._client = task._call = None
    if task.error is not None and not isinstance(task.error, Cancelled):
        task.state = FAILED
    else:
        task.state = CANCELLED if task.stopping or task.error is not None else DONE
    if task.state == DONE:
        task.share = 1.0
    if task.replaces:
        jobs.rest_engine(False)
    if task.changes and (task.said or task.replaces):
        renew_engine()
    _show()


def _renew_now() -> float | None:
    """Start the engine anew, and see to it that it starts; returns when to go on with that."""
    global _engine_is_old, _greeting
    if _engine_is_old:
        if jobs.busy():
            return PERIOD
        _engine_is_old, _greeting = False, jobs.renew_engine()
    if _greeting is not None and not _greeting.done:
        jobs.client().poll()
        return PERIOD
    _greeting = None
    _show()
    return None


def _run_to_end(task: Task) -> None:
    try:
        while task.state == RUNNING and task._client is not None and task._call is not None:
            task._client.wait(task._call)
            pump()
    except KeyboardInterrupt:
        _stop()
        raise


def _look_soon() -> None:
    if not busy():
        look()


def _drop_look() -> None:
    """End a look that is on its way, for something else comes, which looks at its end."""
    task = _task
    if task is not None and task.quiet and task.state == RUNNING:
        task.error = Cancelled()
        _end(task)
    if _timer_of(_look_soon):
        bpy.app.timers.unregister(_look_soon)


def _free_behind() -> None:
    """Delete what was removed, behind whatever the artist does."""
    global _behind
    _behind = Task("Freeing the disk", steps=[Step(FreeDisk())], quiet=True, changes=False)
    _begin(_behind)


def _drop_freeing() -> None:
    """End that, for a task comes, which may need the room, and looks at its end."""
    task = freeing()
    if task is not None:
        task.error = Cancelled()
        _end(task)


# Processes.


def _client_for(task: Task, on_installed: bool) -> Client:
    """The process for a step: that of the step before, if it is of the same Python."""
    from .client import Client

    global _log
    if task._client is not None:
        if task._on_installed == on_installed:
            return task._client
        _close(task._client)
    assert task.place is not None
    client = Client(starting(task.place, on_installed), jobs.log_file("setup"))
    task._client, task._on_installed, _log = client, on_installed, client.log
    return client


def _close(client: Client) -> None:
    """End a process that has nothing to do any more, without waiting for it."""
    thread = threading.Thread(target=client.stop, name="partwise set-up ends")
    thread.start()  # not a daemon: it is waited for when Blender ends
    if _has_no_timers():
        thread.join()


def _stop() -> None:
    """End the running task for good, with Blender or the extension; nothing is left running."""
    _drop_freeing()
    task = _task
    if task is None or task.state != RUNNING or task._client is None:
        return
    from ...backend.contract.requests import Release

    client = task._client
    if task._call is not None and not task.stopping and not task._is_looking:
        client.cancel(task._call)
        task._call = client.submit(Release())
    if task._call is not None:
        client.wait(task._call, PATIENCE)
    client.stop()
    task._client = task._call = None
    task.state, task.error = CANCELLED, Cancelled()
    if task.replaces:
        jobs.rest_engine(False)


# Blender.


def _has_no_timers() -> bool:
    return bool(bpy.app.background)


def _timer_of(function: Callable[[], float | None]) -> bool:
    return bool(bpy.app.timers.is_registered(function))


def _show() -> None:
    """Tell what shows the card that it has changed: the preferences, and the sidebars."""
    if bpy.app.background:
        return
    for window in getattr(bpy.context.window_manager, "windows", ()):
        for area in window.screen.areas:
            kind = {"VIEW_3D": "UI", "PREFERENCES": "WINDOW"}.get(area.type)
            for region in area.regions:
                if region.type == kind:
                    region.tag_redraw()


def register() -> None:
    """Go on with deleting what was removed before Blender was ended."""
    if not _has_no_timers():
        bpy.app.timers.register(_look_for_left, first_interval=LATER, persistent=True)


def _look_for_left() -> None:
    if (place.home() / installed.ASIDE).is_dir():
        want_look()


def unregister() -> None:
    global _task, _behind, _told, _asked, _engine_is_old, _greeting
    _stop()
    for function in (pump, _look_soon, _look_for_left, _renew_now):
        if _timer_of(function):
            bpy.app.timers.unregister(function)
    atexit.unregister(_stop)
    _task = _behind = _told = _asked = _greeting = None
    _engine_is_old = False
