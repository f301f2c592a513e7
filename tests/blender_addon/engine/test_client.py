# SPDX-License-Identifier: GPL-3.0-or-later
"""The client with real child processes: calls, cancel, death, restart, engines that are none."""

from __future__ import annotations

import os
import signal
import time

import numpy as np
import pytest
from partwise.backend import __version__
from partwise.backend.contract.errors import (
    BadInput,
    Cancelled,
    MeshNotOpen,
    OutOfMemory,
    PartwiseError,
)
from partwise.backend.contract.requests import OpenMesh, Ping, Segment
from partwise.blender_addon.engine import client as client_module

from tests.blender_addon.engine.children import (
    Act,
    error,
    in_the_middle_of_a_job,
    is_alive,
    posix_only,
    result,
    settle,
    until,
    wait_for_hello,
)
from tests.watched import watched

TETRAHEDRON = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float64)
FACES = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])
MESH = OpenMesh(TETRAHEDRON, FACES, "mesh")
# Calls.


def test_a_mesh_is_cut_into_parts(client):
    assert client.pid is None, "started before it was needed"
    assert result(client, MESH).fingerprint == "mesh"
    found = result(client, Segment("mesh", parts=2))
    assert set(found.labels) == {0, 1}
    assert client.hello["version"] == __version__


def test_what_the_engine_told_of_itself_outlives_it(client):
    assert client.last_hello == {}
    result(client, Ping())
    told = client.hello
    lacking = [engine for engine in told["engines"] if not engine["available"]]
    assert len(lacking) < len(told["engines"]) / 2
    assert all(engine["needs"] for engine in lacking)  # public models, which are optional
    client.stop()
    assert client.hello == {}
    assert client.last_hello == told


def test_submit_never_waits(client):
    with watched() as seen:
        calls = [client.submit(MESH), client.submit(Segment("mesh"))]
    assert not seen.waits
    assert "protocol.py" not in seen.modules, "other threads make and read frames"
    assert not any(call.done for call in calls)
    for call in calls:
        assert settle(client, call).error is None


def test_a_call_changes_only_when_it_is_polled(actor):
    call = actor.submit(Act("nothing"))
    time.sleep(0.5)
    assert not call.done
    until(actor.poll)
    until(lambda: call.done or not actor.poll())
    assert settle(actor, call).error is None
    assert not actor.poll(), "nothing has happened since"


def test_progress_and_stage(actor):
    call = in_the_middle_of_a_job(actor)
    assert 0 < call.share < 1
    assert call.stage == "ticking"


def test_then_makes_the_result_on_another_thread(actor):
    import threading

    threads = []

    def slow(answer) -> int:
        threads.append(threading.current_thread())
        time.sleep(0.2)
        return len(answer.data)

    call = actor.submit(Act("answer much"), slow)
    while not call.done:
        with watched() as seen:
            actor.poll()
        assert not seen.waits
        assert "protocol.py" not in seen.modules
        time.sleep(0.005)
    assert call.result == 1 << 20
    assert threads[0] is not threading.current_thread()


def test_an_exception_in_then_is_the_error_of_the_call(actor):
    def fail(_: object) -> None:
        raise ZeroDivisionError("in then")

    def refuse(_: object) -> None:
        raise BadInput("Not so.", "But so.")

    found = error(actor, Act("nothing"), fail)
    assert "ZeroDivisionError: in then" in found.detail
    assert str(error(actor, Act("nothing"), refuse)) == "Not so. But so."
    result(actor, Act("nothing"))


@pytest.mark.parametrize(
    ("action", "kind", "code"),
    [
        ("fail", PartwiseError, "INTERNAL"),
        ("run out of memory", OutOfMemory, "OUT_OF_MEMORY"),
        ("answer too much", BadInput, "BAD_INPUT"),
    ],
)
def test_errors_of_the_engine_arrive_with_all_they_say(actor, action, kind, code):
    found = error(actor, Act(action))
    assert isinstance(found, kind)
    assert found.code == code
    assert found.hint
    pid = actor.pid
    result(actor, Act("nothing"))
    assert actor.pid == pid, "a failed job is no reason for a new engine"


def test_a_mesh_that_the_engine_lacks_can_be_told_from_other_errors(client):
    assert isinstance(error(client, Segment("never sent")), MeshNotOpen)


def test_a_request_too_large_for_a_message_is_an_error_of_its_call(client, monkeypatch):
    monkeypatch.setattr("partwise.backend.contract.protocol.MAX_PAYLOAD_BYTES", 100)
    assert "at most 100" in error(client, MESH).message
    monkeypatch.undo()
    result(client, MESH)


# Cancel.


def test_cancel_is_at_once_and_the_engine_stops_working(actor):
    call = in_the_middle_of_a_job(actor)
    pid = actor.pid
    actor.cancel(call)
    assert call.done
    assert isinstance(call.error, Cancelled)
    result(actor, Act("nothing"))  # runs only when the cancelled job has left
    assert actor.pid == pid
    assert isinstance(call.error, Cancelled), "a late answer must not change it"


def test_cancel_of_a_call_that_was_not_sent_yet(actor):
    call = actor.submit(Act("tick", 60))
    actor.cancel(call)
    assert call.done
    result(actor, Act("nothing"))


def test_cancel_while_then_runs(actor):
    call = actor.submit(Act("nothing"), lambda _: time.sleep(0.3))
    time.sleep(1.0)
    actor.cancel(call)
    result(actor, Act("nothing"))
    assert isinstance(call.error, Cancelled)


# Work without the engine.


def test_work_on_another_thread_needs_no_engine(client):
    assert settle(client, client.compute(lambda: 6 * 7)).result == 42
    failed = settle(client, client.compute(lambda: 1 // 0))
    assert "ZeroDivisionError" in failed.error.detail
    full = settle(client, client.compute(lambda: np.empty(1 << 60, np.uint8)))
    assert full.error.code == "OUT_OF_MEMORY"
    assert client.pid is None


def test_work_on_another_thread_is_cancelled_at_once(client):
    call = client.compute(lambda: time.sleep(0.3))
    client.cancel(call)
    assert isinstance(call.error, Cancelled)
    time.sleep(0.5)
    client.poll()
    assert isinstance(call.error, Cancelled)


# Death and restart.


@posix_only
def test_killed_in_the_middle_of_a_job_it_is_started_again_once(actor):
    calls = [in_the_middle_of_a_job(actor), actor.submit(Act("nothing"))]
    first = actor.pid
    os.kill(first, signal.SIGKILL)
    for call in calls:
        assert "ended by the system" in settle(actor, call).error.message
        assert "Close other programs" in call.error.hint
    wait_for_hello(actor)  # without being asked
    second = actor.pid
    assert is_alive(second)
    assert second != first
    result(actor, Act("nothing"))
    assert actor.pid == second


@posix_only
def test_an_engine_that_keeps_dying_is_not_started_in_a_loop(actor):
    call = in_the_middle_of_a_job(actor)
    os.kill(actor.pid, signal.SIGKILL)
    settle(actor, call)
    wait_for_hello(actor)
    call = actor.submit(Act("tick", 60))
    until(lambda: actor.poll() and call.share > 0)
    os.kill(actor.pid, signal.SIGKILL)
    settle(actor, call)
    time.sleep(2 * client_module.RESTART_DELAY)
    assert actor.pid is None
    result(actor, Act("nothing"))  # a person's wish is always tried


@posix_only
def test_killed_while_idle_the_next_job_does_not_notice(actor):
    result(actor, Act("nothing"))
    first = actor.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: not is_alive(first))
    time.sleep(0.2)
    result(actor, Act("nothing"))
    assert actor.pid != first
