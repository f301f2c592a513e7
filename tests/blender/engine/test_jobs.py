# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs in Blender: their states, cancel, loss of the engine, and a main thread that never waits.

Without a window Blender has no timers, so the tests call the timer's function themselves.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import bpy
import numpy as np
import pytest
from partwise import blender_addon
from partwise.backend.contract import fields, requests
from partwise.backend.contract.errors import BadInput, Cancelled, MeshNotOpen
from partwise.backend.contract.requests import OpenMesh, Ping, Segment, Status
from partwise.blender_addon.engine import command as engine_command
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.engine.client import Client
from partwise.blender_addon.engine.jobs import Ask

from tests.blender.other_engines import asked_instead, engine_of
from tests.watched import watched

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60.0  # seconds after which a job that does not end fails the test
ACTOR = (
    f"import sys, runpy; sys.path[:0] = [{str(ROOT)!r}, *{engine_command.library_folders()!r}]\n"
    f"runpy.run_path({str(ROOT / 'tests/backend/service/engine_child.py')!r}, run_name='__main__')"
)


@dataclass(frozen=True, eq=False)
class Act(fields.Fields):
    """The request that the engine of service/engine_child.py has besides the real ones."""

    action: Annotated[str, fields.Text()]
    seconds: Annotated[float, fields.Number(0, 1000)] = 0.0


@dataclass(frozen=True, eq=False)
class Acted(fields.Fields):
    data: Annotated[np.ndarray, fields.Array(("N",), "uint8")]


@pytest.fixture(autouse=True)
def no_job_is_left() -> Iterator[None]:
    yield
    jobs.cancel()
    jobs.dismiss()


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Blender that has timers: `start` returns at once, and the test does the timer's calls."""
    monkeypatch.setattr(jobs, "_has_no_timers", lambda: False)


@pytest.fixture(scope="module")
def engine_of_acts() -> Iterator[Client]:
    """An engine that waits and fails on demand."""
    with engine_of(ACTOR) as client:
        yield client


@pytest.fixture
def actor(engine_of_acts: Client, timers: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """That engine is asked, in a Blender that has timers."""
    monkeypatch.setitem(requests.METHODS, "act", (Act, Acted))
    monkeypatch.setitem(requests.PARTIALS, "act", (Acted,))
    with asked_instead(engine_of_acts):
        yield
        jobs.cancel()


def ask(request: fields.Fields, **options: Any) -> jobs.Work:
    """A job of one question."""
    return (yield Ask(request, **options))


def until(condition: Callable[[], bool]) -> None:
    """Pump until the condition holds. No call may wait for anything."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, jobs.engine_log()
        with watched() as seen:
            jobs.pump()
        assert not seen.waits
        assert "protocol.py" not in seen.modules, "other threads make and read frames"
        time.sleep(0.01)


def until_ended(job: jobs.Job) -> None:
    until(lambda: job.state != "RUNNING")


def in_the_middle(seconds: float = 60) -> jobs.Job:
    job = jobs.start("Ticking", ask(Act("tick", seconds)))
    until(lambda: job.share > 0)
    return job


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[1].split()[0] != "Z"
    except OSError:
        return False


# Without a window.


def test_without_timers_a_job_is_at_its_end_when_start_returns():
    results = []
    job = jobs.start("Status", ask(Status()), results.append)
    assert (job.state, job.share, job.error) == ("DONE", 1.0, None)
    assert Path(results[0].python["executable"]).samefile(sys.executable)
    assert set(results[0].libraries) >= {"numpy", "scipy", "trimesh"}
    assert jobs.current() is job
    assert not jobs.busy()
    assert not bpy.app.timers.is_registered(jobs.pump)


def test_without_timers_an_error_is_the_state_of_the_job():
    job = jobs.start("Segment", ask(Segment("never sent")))
    assert job.state == "FAILED"
    assert job.error.code == "MESH_NOT_OPEN"


# States.


def test_a_job_goes_on_from_answer_to_answer(actor):
    seen, finished = [], []

    def work() -> jobs.Work:
        seen.append((yield Ask(Act("answer much"), then=lambda answer: answer.data.nbytes)))
        seen.append((yield from jobs.compute(lambda: 6 * 7)))
        return "value"

    job = jobs.start("Two steps", work(), finished.append)
    assert jobs.busy()
    assert jobs.current() is job
    assert bpy.app.timers.is_registered(jobs.pump)
    until_ended(job)
    assert (job.state, job.error) == ("DONE", None)
    assert seen == [1 << 20, 42]
    assert finished == ["value"]
    assert jobs.pump() is None


@pytest.mark.of_the_engine
def test_progress_never_falls_and_names_the_stage(actor):
    def work() -> jobs.Work:
        for first in (0.0, 0.5):
            yield Ask(Act("tick", 0.5), span=(first, first + 0.5))

    job = jobs.start("Twice", work())
    shares = []
    until(lambda: shares.append(job.share) or job.state != "RUNNING")
    assert job.stage == "ticking"
    assert shares == sorted(shares)
    assert any(0 < share < 0.5 for share in shares)
    assert any(0.5 < share < 1 for share in shares)
    assert shares[-1] == 1


@pytest.mark.of_the_engine
def test_an_error_arrives_at_the_yield_and_can_be_handled(actor):
    def work() -> jobs.Work:
        with pytest.raises(MeshNotOpen):
            yield Ask(Segment("mesh"))
        return (yield Ask(Act("nothing")))

    job = jobs.start("Handled", work())
    until_ended(job)
    assert job.state == "DONE"


@pytest.mark.of_the_engine
def test_what_is_finished_is_heard_before_the_rest(actor):
    heard, ended = [], []
    work = ask(Act("in pieces", 60.0), hear=lambda piece: heard.append(piece.data.tolist()))
    job = jobs.start("In pieces", work, ended.append)
    until(lambda: len(heard) == 3)
    assert heard == [[], [1], [2, 2]]
    assert job.state == "RUNNING"
    jobs.cancel()
    assert job.state == "CANCELLED"
    again = ask(Act("in pieces"), hear=lambda _: heard.append(len(ended)))
    until_ended(jobs.start("Again", again, ended.append))
    assert heard[3:] == [0, 0, 0]
    assert len(ended) == 1


@pytest.mark.of_the_engine
def test_pieces_that_nobody_wants_are_no_matter(actor):
    job = jobs.start("In pieces", ask(Act("in pieces")))
    until_ended(job)
    assert job.state == "DONE"


@pytest.mark.of_the_engine
def test_who_cannot_hear_ends_the_job(actor):
    heard = []

    def hear(piece: Acted) -> None:
        heard.append(piece)
        raise BadInput("The object is gone.", "Start again.")

    job = jobs.start("In pieces", ask(Act("in pieces", 60.0), hear=hear), heard.append)
    until_ended(job)
    assert (job.state, job.error.message) == ("FAILED", "The object is gone.")
    assert len(heard) == 1
    following = jobs.start("Next", ask(Act("nothing")))
    until_ended(following)
    assert following.state == "DONE"


@pytest.mark.of_the_engine
def test_a_question_that_fails_is_no_progress(actor):
    def work() -> jobs.Work:
        with pytest.raises(MeshNotOpen):
            yield Ask(Segment("mesh"), span=(0.0, 1.0))
        return (yield Ask(Act("tick", 60.0), span=(0.0, 1.0)))

    job = jobs.start("Sent again", work())
    until(lambda: job.stage == "ticking")
    assert job.share < 0.5
    jobs.cancel()


@pytest.mark.of_the_engine
@pytest.mark.parametrize(
    ("action", "code"), [("fail", "INTERNAL"), ("run out of memory", "OUT_OF_MEMORY")]
)
def test_an_error_that_is_not_handled_is_the_end(actor, action, code):
    finished = []
    job = jobs.start("Failing", ask(Act(action)), finished.append)
    until_ended(job)
    assert (job.state, job.error.code) == ("FAILED", code)
    assert job.error.message
    assert job.error.hint
    assert not finished
    assert not jobs.busy()
    following = jobs.start("Next", ask(Act("nothing")))
    until_ended(following)
    assert following.state == "DONE"


def raise_(error: Exception) -> Any:
    raise error


@pytest.mark.of_the_engine
@pytest.mark.parametrize(
    ("error", "state", "says"),
    [
        (BadInput("The object is gone.", "Decompose it again."), "FAILED", "The object is gone."),
        (ZeroDivisionError("oops"), "FAILED", "inside Partwise"),
        (Cancelled(), "CANCELLED", "Cancelled."),
    ],
)
@pytest.mark.parametrize("where", ["at once", "after an answer", "in then", "in finish"])
def test_wherever_a_job_raises_it_ends_with_that_error(actor, error, state, says, where):
    def work() -> jobs.Work:
        if where == "at once":
            raise error
        yield Ask(Ping(), then=lambda _: where == "in then" and raise_(error))
        if where == "after an answer":
            raise error

    job = jobs.start("Raising", work(), lambda _: where == "in finish" and raise_(error))
    until_ended(job)
    assert job.state == state
    assert says in job.error.message
    if says == "inside Partwise":
        assert "ZeroDivisionError: oops" in job.error.detail
        assert "test_jobs.py" in job.error.detail
    assert not jobs.busy()


@pytest.mark.of_the_engine
def test_only_one_job_at_a_time(actor):
    job = in_the_middle()
    closed = []

    def other() -> jobs.Work:
        yield Ask(closed.append("must not start"))

    with pytest.raises(BadInput, match="still working"):
        jobs.start("Another", other())
    assert jobs.current() is job
    assert job.state == "RUNNING"
    assert not closed


@pytest.mark.of_the_engine
def test_the_end_of_a_job_may_apply_it_and_start_another(actor):
    order = []

    def finish(_: object) -> None:
        order.append(jobs.busy())  # an operator that waits for no job can run
        jobs.start("Second", ask(Act("nothing")), lambda _: order.append("second"))

    first = jobs.start("First", ask(Act("nothing")), finish)
    until(lambda: order[-1:] == ["second"])
    assert order == [False, "second"]
    assert first.state == "DONE"
    assert jobs.current().title == "Second"


# Cancel.


def test_cancel_is_at_once_closes_the_job_and_keeps_the_engine(actor):
    closed, finished = [], []

    def work() -> jobs.Work:
        try:
            yield Ask(Act("tick", 60))
        finally:
            closed.append(True)

    job = jobs.start("Cancelled", work(), finished.append)
    until(lambda: job.share > 0)
    pid = jobs.client().pid
    with watched() as seen:
        jobs.cancel()
    assert not seen.waits
    assert (job.state, job.error.code) == ("CANCELLED", "CANCELLED")
    assert closed
    assert not finished
    assert not bpy.app.timers.is_registered(jobs.pump)
    following = jobs.start("Next", ask(Act("nothing")))
    until_ended(following)
    assert following.state == "DONE"
    assert jobs.client().pid == pid


@pytest.mark.of_the_engine
def test_the_last_that_the_status_bar_is_told_is_the_end(actor, monkeypatch):
    told = []
    monkeypatch.setattr(jobs, "_show", lambda job: told.append(job.state))
    until_ended(jobs.start("Done", ask(Act("nothing"))))
    assert told[-1] == "DONE"
    until_ended(jobs.start("Failed", ask(Act("fail"))))
    assert told[-1] == "FAILED"
    jobs.start("Cancelled", ask(Act("tick", 60)))
    assert told[-1] == "RUNNING"
    jobs.cancel()
    assert told[-1] == "CANCELLED"


@pytest.mark.of_the_engine
def test_cancel_of_work_on_a_thread(timers):
    job = jobs.start("Computing", jobs.compute(lambda: time.sleep(0.5)))
    jobs.cancel()
    assert job.state == "CANCELLED"
    time.sleep(0.7)
    jobs.pump()
    assert job.state == "CANCELLED"


@pytest.mark.of_the_engine
def test_a_job_that_cannot_be_closed_is_a_fault_in_words(actor):
    def work() -> jobs.Work:
        try:
            yield Ask(Act("tick", 60))
        finally:
            raise_(ZeroDivisionError("while closing"))

    job = jobs.start("Stubborn", work())
    jobs.cancel()
    assert job.state == "FAILED"
    assert "while closing" in job.error.detail


# Loss of the file, of the engine, of the extension.


def test_opening_a_file_cancels_the_job_with_a_reason(actor, tmp_path):
    path = str(tmp_path / "Datei 文.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    for load in (lambda: bpy.ops.wm.open_mainfile(filepath=path), bpy.ops.wm.read_homefile):
        finished: list[Any] = []
        job = jobs.start("Interrupted", ask(Act("tick", 60)), finished.append)
        until(lambda job=job: job.share > 0)
        load()
        assert job.state == "CANCELLED"
        assert "Another file was opened" in job.error.message
        assert not bpy.app.timers.is_registered(jobs.pump)
        assert not finished
    following = jobs.start("In the new file", ask(Act("nothing")))
    until_ended(following)
    assert following.state == "DONE"


@pytest.mark.of_the_engine
def test_a_killed_engine_is_reported_and_the_next_job_runs(actor):
    job = in_the_middle()
    first = jobs.client().pid
    os.kill(first, signal.SIGKILL)
    until_ended(job)
    assert job.state == "FAILED"
    assert "ended by the system" in job.error.message
    assert "try again" in job.error.hint
    following = jobs.start("Next", ask(Act("nothing")))
    until_ended(following)
    assert following.state == "DONE"
    assert jobs.client().pid != first


@pytest.mark.of_the_engine
def test_an_engine_that_cannot_start_is_a_failed_job(actor, monkeypatch):
    jobs.client().stop()
    with monkeypatch.context() as patch:
        patch.setattr(jobs.client().starting, "command", lambda: ["/there/is/no/python"])
        job = jobs.start("Impossible", ask(Ping()))
        until_ended(job)
        assert job.state == "FAILED"
        assert "could not be started" in job.error.message
    job = jobs.start("Possible", ask(Ping()))
    until_ended(job)
    assert job.state == "DONE"


def test_a_woken_engine_says_what_there_is_without_a_job(monkeypatch):
    seen, drawn = [], []
    monkeypatch.setattr(jobs, "_has_no_timers", lambda: False)
    monkeypatch.setattr(bpy.app.timers, "register", lambda look, **_: seen.append(look))
    monkeypatch.setattr(jobs, "redraw_sidebars", lambda: drawn.append(True))
    with engine_of(ACTOR) as client, asked_instead(client):
        jobs.wake_engine()
        assert jobs.current() is None
        (look,) = seen
        end = time.monotonic() + PATIENCE
        while look() is not None:
            assert time.monotonic() < end
            time.sleep(0.01)
        assert drawn == [True], "the panels are drawn again when it has said so, and once"
        assert any(engine.available for engine in jobs.engines())
        pid = client.pid
        jobs.wake_engine()  # it is awake
        assert (client.pid, len(seen)) == (pid, 1)


def test_disabling_the_extension_ends_job_and_engine(actor):
    job = in_the_middle()
    pid = jobs.client().pid
    blender_addon.unregister()
    try:
        assert job.state == "CANCELLED"
        assert not is_alive(pid)
        assert not bpy.app.timers.is_registered(jobs.pump)
        assert jobs.current() is None
        assert jobs._before_load not in bpy.app.handlers.load_pre
    finally:
        blender_addon.register()


@pytest.mark.parametrize("end", ["quit", "kill", "raise"])
def test_no_engine_outlives_blender(end):
    """Blender ends, one way or another, while a job runs."""
    ways = {
        "quit": "bpy.ops.wm.quit_blender()",
        "kill": "os.kill(os.getpid(), signal.SIGKILL)",
        "raise": "raise SystemExit",
    }
    text = f"""
import os, signal, sys, time, types
package = types.ModuleType("partwise")
package.__path__ = [{str(ROOT)!r}]
sys.modules["partwise"] = package
import bpy
from partwise import blender_addon
from partwise.backend.contract.requests import Ping
from partwise.blender_addon.engine import jobs
blender_addon.register()
jobs._has_no_timers = lambda: False
def work():
    yield jobs.Ask(Ping())
    yield from jobs.compute(lambda: time.sleep(60))
job = jobs.start("Waiting", work())
while job._ask.request is not None:
    jobs.pump()
print("pid", jobs.client().pid, flush=True)
{ways[end]}
"""
    child = subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True)
    try:
        line = next(line for line in child.stdout if line.startswith("pid"))
        pid = int(line.split()[1])
        until(lambda: not is_alive(pid))
    finally:
        child.kill()  # bpy may hang when it is unloaded
        child.communicate()


# The main thread.


def hills(count: int) -> tuple[np.ndarray, np.ndarray]:
    """A wavy grid of count x count vertices, in triangles."""
    x, y = np.meshgrid(np.linspace(-1, 1, count), np.linspace(-1, 1, count))
    vertices = np.stack([x, y, 0.3 * np.sin(5 * x) * np.cos(4 * y)], axis=-1).reshape(-1, 3)
    corner = (np.arange(count - 1)[:, None] * count + np.arange(count - 1)).reshape(-1, 1)
    triangles = [corner + [0, 1, count], corner + [1, count + 1, count]]
    return vertices, np.concatenate(triangles).astype(np.int32)


@pytest.mark.of_the_engine
def test_the_main_thread_is_never_blocked(timers):
    """A real job on 200 k faces: to start it, to look at it and to take each step."""
    vertices, faces = hills(320)
    assert len(faces) > 200_000

    threads = set()

    def elsewhere(value: Any) -> Any:
        threads.add(threading.current_thread())
        return value

    def work() -> jobs.Work:
        yield Ask(OpenMesh(vertices, faces, "hills"))
        found = yield Ask(Segment("hills"), then=elsewhere)
        return (yield from jobs.compute(lambda: elsewhere(np.bincount(found.labels))))

    sizes: list[Any] = []
    with watched() as seen:
        job = jobs.start("Hills", work(), sizes.append)
    assert not seen.waits
    until_ended(job)  # and no look at it waits
    assert job.state == "DONE", job.error
    assert sizes[0].sum() == len(faces)
    assert threading.current_thread() not in threads
