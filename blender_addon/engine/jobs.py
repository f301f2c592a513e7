# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that takes longer than a moment: at most one job at a time, and Blender never waits for it.

A job is a generator. It runs on Blender's main thread, in short steps; whatever takes long it
yields, to be done by the engine or on another thread, and is resumed with the result::

    def work():
        tree = yield Ask(Segment(fingerprint), then=to_polygons)
        area = yield from compute(lambda: areas(tree))
        return tree, area

    jobs.start("Decomposing Fox", work(), finish)

A timer looks at the job 20 times a second while there is one; otherwise there is none.
"""

from __future__ import annotations

import atexit
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import bpy
from bpy.app.handlers import persistent

from ...backend.contract.errors import BadInput, Cancelled, PartwiseError
from ...backend.contract.records import Record

if TYPE_CHECKING:
    from ...backend.contract.engines import Told
    from ...backend.contract.fields import Fields
    from .client import Client
    from .process import Call

T = TypeVar("T")

PERIOD = 0.05  # seconds between two looks at a running job
PATIENCE = 10.0  # seconds in which an engine that was woken should have said something

RUNNING, DONE, FAILED, CANCELLED = "RUNNING", "DONE", "FAILED", "CANCELLED"


Span = tuple[float, float]
"""The part of a job's progress that a step covers: from, to."""


class Ask(Record):
    """What a job yields: a request to the engine, or None to ask it nothing.

    `then` makes the yield's result of the engine's answer (of None without a request). It runs on
    another thread, and must touch nothing that belongs to Blender. `span` is the part of the job's
    progress that this step covers; without it, the progress of the step is that of the job.
    `hear` is told, on the main thread, what the engine finishes before the rest.
    """

    request: Fields | None
    then: Callable[[Any], Any] | None = None
    span: Span | None = None
    hear: Callable[[Any], None] | None = None


Work = Generator[Ask, Any, Any]


@dataclass(eq=False)
class Job:
    """A job and how far it is: `share` (0..1) of it is done, which never falls.

    `error` says why it FAILED or was CANCELLED.
    """

    title: str
    stage: str = ""
    share: float = 0.0
    state: str = RUNNING
    error: PartwiseError | None = None
    _work: Work | None = field(default=None, repr=False)
    _finish: Callable[[Any], None] | None = field(default=None, repr=False)
    _ask: Ask | None = field(default=None, repr=False)
    _call: Call | None = field(default=None, repr=False)


_job: Job | None = None
_client: Client | None = None


def start(title: str, work: Work, finish: Callable[[Any], None] | None = None) -> Job:
    """Start a job. When all is done, `finish` applies what it returned, on the main thread.

    Whatever goes wrong in the job or in `finish` ends in its state and error. Without a window
    (``blender -b``) there are no timers, so the job is at its end when this returns.

    Raises BadInput while another job runs.
    """
    global _job
    if busy():
        work.close()
        raise BadInput("Partwise is still working on another job.", "Wait for it, or cancel it.")
    job = _job = Job(title, _work=work, _finish=finish)
    _resume(job, partial(next, work))
    _show(job)
    if _has_no_timers():
        _run_to_end(job)
    elif job.state == RUNNING and not bpy.app.timers.is_registered(pump):
        bpy.app.timers.register(pump, first_interval=PERIOD)
    return job


def compute(work: Callable[[], T]) -> Generator[Ask, Any, T]:
    """The step of a job that runs a function on another thread; it must not touch Blender."""
    result: T = yield Ask(None, lambda _: work())
    return result


def current() -> Job | None:
    """The job that runs, or the last one until it is dismissed."""
    return _job


def busy() -> bool:
    """Does a job run?"""
    return _job is not None and _job.state == RUNNING


def cancel(reason: Cancelled | None = None) -> None:
    """End the running job at once, if there is one. The scene stays as it is."""
    job = _job
    if job is None or job.state != RUNNING:
        return
    if bpy.app.timers.is_registered(pump):
        bpy.app.timers.unregister(pump)
    if job._call is not None:
        client().cancel(job._call)
    reason = reason or Cancelled("The job was cancelled; nothing was changed.")
    _resume(job, partial(_close, job, reason))
    _show(job)


def dismiss() -> None:
    """Forget the last job, so that the panel shows it no more."""
    global _job
    if not busy():
        _job = None


def pump() -> float | None:
    """Look at the running job, and take it on if it can go on: Blender's timer calls this.

    Returns the seconds until the next look, None when the job has ended.
    """
    job = _job
    if job is None or job.state != RUNNING or job._call is None or job._ask is None:
        return None
    client().poll()
    call, before = job._call, (job.stage, job.share)
    job.stage = call.stage or job.stage
    job.share = max(job.share, _share(job._ask, call))
    try:
        _hear(job._ask, call)
    except Exception as error:
        from .process import in_words

        client().cancel(call)
        _end(job, FAILED, in_words(error))
    if call.done and job.state == RUNNING:
        _resume(job, partial(_answer, job, call))
    if job.state != RUNNING or (job.stage, job.share) != before:
        _show(job)
    return PERIOD if busy() else None  # also when the end of one job was the start of another


def wait(seconds: float) -> None:
    """Give the running job a moment, so that one which ends in it is never seen to run."""
    end = time.monotonic() + seconds
    while _job is not None and _job.state == RUNNING and _job._call is not None:
        left = end - time.monotonic()
        if left <= 0.0 or not client().wait(_job._call, left):
            return
        pump()


def client() -> Client:
    """The client of the engine. The engine itself starts when the first job needs it."""
    global _client
    if _client is None:
        from . import place
        from .client import Client  # slow to load, so not before there is a job
        from .command import EngineStarting

        _client = Client(EngineStarting(lambda: place.read()), log_file())
        atexit.register(stop_engine)
    return _client


def engine_version() -> str | None:
    """The version of the engine that runs, empty while it starts; None when none does."""
    if _client is None or _client.pid is None:
        return None
    return str(_client.hello.get("version", ""))


def engines() -> list[Told]:
    """The engines for menus: as the engine's process last said, or as they came along. Those on
    trial are among them only if the artist wants that."""
    from ...backend.contract.engines import Told, declared, told
    from . import place

    hello = _client.last_hello if _client else {}
    found = told(hello["engines"]) if "engines" in hello else [Told.of(a) for a in declared()]
    return found if place.shows_trials() else [one for one in found if not one.trial]


def wake_engine() -> None:
    """Start the engine, unless it runs, so that it says which engines there are and what they need.

    Nobody waits for it; the sidebars are drawn again when it has said so.
    """
    from ...backend.contract.requests import Ping

    if client().hello:
        return
    client().submit(Ping())
    end = time.monotonic() + PATIENCE

    def look() -> float | None:
        if _client is None or _client.hello or time.monotonic() > end:
            redraw_sidebars()
            return None
        return PERIOD

    if not _has_no_timers():
        bpy.app.timers.register(look, first_interval=PERIOD)


def stop_engine() -> None:
    """End the engine's process, if there is one. The next job starts a new one."""
    if _client is not None:
        _client.stop()
        _client.starting.trouble = None  # what did not start may do so now


def engine_trouble() -> PartwiseError | None:
    """Why the installed Python did not start, so that the engine runs on Blender's own."""
    return _client.starting.trouble if _client is not None else None


def rest_engine(rests: bool) -> None:
    """Leave the installed Python alone while somebody replaces it, or use it again."""
    client().starting.rests = rests


def renew_engine() -> Call:
    """Let a new process of the engine say which engines there are, without waiting for it.

    Not while a job runs: it would end. The call is done when the process has answered, or cannot.
    """
    from ...backend.contract.requests import Ping

    stop_engine()
    return client().submit(Ping())


def log_file(name: str = "engine") -> Path | None:
    """Where a log goes: the extension's own folder; None outside an extension."""
    package = (__package__ or "").rpartition(".blender_addon")[0]
    try:
        return Path(bpy.utils.extension_path_user(package, path="logs")) / f"{name}.log"
    except (ValueError, OSError):
        return None


def engine_log() -> str:
    """The last lines that the engine wrote; empty when it did not run yet."""
    return _client.log.tail() if _client else ""


def _hear(ask: Ask, call: Call) -> None:
    pieces, call.pieces = call.pieces, []
    if ask.hear is not None:
        for piece in pieces:
            ask.hear(piece)


def _share(ask: Ask, call: Call) -> float:
    if ask.span is None:
        return call.share
    first, last = ask.span
    is_made = call.done and call.error is None
    return first + (last - first) * (1.0 if is_made else call.share)


def _resume(job: Job, step: Callable[[], Ask]) -> None:
    """Take the job one step further: to its next question, or to its end."""
    try:
        try:
            job._ask = step()
        except StopIteration as end:
            job.state = DONE  # so that operators which wait for no job can apply the result
            if job._finish is not None:
                job._finish(end.value)
            _end(job, DONE)
        else:
            job._call = submit(job._ask)
    except Cancelled as error:
        _end(job, CANCELLED, error)
    except Exception as error:
        from .process import in_words

        _end(job, FAILED, in_words(error))


def _answer(job: Job, call: Call) -> Ask:
    assert job._work is not None
    return job._work.throw(call.error) if call.error else job._work.send(call.result)


def _close(job: Job, reason: Cancelled) -> Ask:
    assert job._work is not None
    job._work.close()
    raise reason


def submit(ask: Ask) -> Call:
    """Put the question of a step."""
    if ask.request is not None:
        return client().submit(ask.request, ask.then)
    then = ask.then
    return client().compute(lambda: then(None) if then else None)


def _end(job: Job, state: str, error: PartwiseError | None = None) -> None:
    if job._work is not None:
        job._work.close()
    job.state, job.error = state, error
    if state == DONE:
        job.share = 1.0
    job._work = job._finish = job._ask = job._call = None  # they may hold large arrays


def _run_to_end(job: Job) -> None:
    try:
        while job.state == RUNNING and job._call is not None:
            client().wait(job._call)
            pump()
    finally:  # interrupted from the keyboard
        cancel()


def _has_no_timers() -> bool:
    return bool(bpy.app.background)


def _show(job: Job) -> None:
    """Tell the sidebars and the status bar that the job has changed."""
    if bpy.app.background:
        return
    text = None
    if job.state == RUNNING:
        text = f"{job.title}: {job.stage or 'Starting'} ({job.share:.0%})"
    redraw_sidebars()
    for workspace in bpy.data.workspaces:  # the window may have gone to another one meanwhile
        workspace.status_text_set(text)


def redraw_sidebars(kind: str = "UI") -> None:
    """Have the tab drawn again, in all windows; or regions of another kind of the 3D view."""
    for window in getattr(bpy.context.window_manager, "windows", ()):
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == kind:
                        region.tag_redraw()


@persistent
def _before_load(*_: object) -> None:
    cancel(
        Cancelled(
            "Another file was opened, so the job was cancelled.",
            "Start it again in the file that it is for.",
        )
    )


def register() -> None:
    bpy.app.handlers.load_pre.append(_before_load)


def unregister() -> None:
    global _client, _job
    bpy.app.handlers.load_pre.remove(_before_load)
    cancel(Cancelled("Partwise was disabled, so the job was cancelled.", "Enable it again."))
    stop_engine()
    atexit.unregister(stop_engine)
    _client = _job = None
