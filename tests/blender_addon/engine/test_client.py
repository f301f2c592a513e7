# SPDX-License-Identifier: GPL-3.0-or-later
"""The client with real child processes: calls, cancel, death, restart, engines that are none."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import pytest
from partwise.backend import __version__
from partwise.backend.contract import requests
from partwise.backend.contract.errors import (
    BadInput,
    Cancelled,
    MeshNotOpen,
    OutOfMemory,
    PartwiseError,
)
from partwise.backend.contract.requests import OpenMesh, Ping, Segment, Status
from partwise.blender_addon.engine import client as client_module
from partwise.blender_addon.engine import command as engine_command
from partwise.blender_addon.engine.client import Client
from partwise.blender_addon.engine.log import EngineLog
from partwise.blender_addon.engine.process import Call

from tests.watched import watched

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 30.0  # seconds after which a silent engine fails the test
TETRAHEDRON = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float64)
FACES = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])
MESH = OpenMesh(TETRAHEDRON, FACES, "mesh")
posix_only = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")


@dataclass(frozen=True, eq=False)
class Act(requests.Fields):
    """The request that the engine of service/engine_child.py has besides the real ones."""

    action: Annotated[str, requests.Text()]
    seconds: Annotated[float, requests.Number(0, 1000)] = 0.0


@dataclass(frozen=True, eq=False)
class Acted(requests.Fields):
    data: Annotated[np.ndarray, requests.Array(("N",), "uint8")]


def program(text: str) -> list[str]:
    return [sys.executable, "-c", text]


ACTOR = program(
    f"import sys, runpy; sys.path.insert(0, {str(ROOT)!r})\n"
    f"runpy.run_path({str(ROOT / 'tests/backend/service/engine_child.py')!r}, run_name='__main__')"
)


@contextlib.contextmanager
def running(command: Callable[[], list[str]], log: Path | None = None) -> Iterator[Client]:
    client = Client(command, log)
    try:
        yield client
    finally:
        client.stop()


@pytest.fixture
def client() -> Iterator[Client]:
    """The engine as Blender starts it."""
    with running(engine_command.command) as client:
        yield client


@pytest.fixture
def actor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """An engine that waits, prints and fails on demand."""
    monkeypatch.setitem(requests.METHODS, "act", (Act, Acted))
    with running(lambda: ACTOR) as client:
        yield client


def settle(client: Client, call: Call) -> Call:
    assert client.wait(call, PATIENCE), f"no answer: {client.log.tail()}"
    return call


def result(client: Client, request: requests.Fields, then=None):
    call = settle(client, client.submit(request, then))
    assert call.error is None, (call.error, call.error.detail)
    return call.result


def error(client: Client, request: requests.Fields, then=None) -> PartwiseError:
    call = settle(client, client.submit(request, then))
    assert call.result is None
    assert isinstance(call.error, PartwiseError)
    assert call.error.message.endswith(".")
    return call.error


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def is_alive(pid: int) -> bool:
    """Whether a process runs: neither gone nor waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[1].split()[0] != "Z"
    except OSError:
        return False


def in_the_middle_of_a_job(client: Client) -> Call:
    call = client.submit(Act("tick", 60))
    until(lambda: client.poll() and call.share > 0)
    return call


def wait_for_hello(client: Client) -> None:
    """Wait for an engine without asking it for anything."""

    def said() -> bool:
        client.poll()
        return bool(client.hello)

    until(said)


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
    assert [engine["available"] for engine in told["engines"]] == [True] * len(told["engines"])
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
    time.sleep(1.0)
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


@posix_only
def test_a_crash_is_reported_with_what_the_engine_said(actor):
    result(actor, Act("print"))
    call = in_the_middle_of_a_job(actor)
    os.kill(actor.pid, signal.SIGSEGV)
    found = settle(actor, call).error
    assert "SIGSEGV" in found.message
    assert "a print that must not reach the frames" in found.detail
    assert "Segmentation fault" in found.detail, "the fault handler's words"


# Programs that are no engine, or another.

FRAME = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
    "from backend.contract.protocol import encode_frame\n"
    "def send(**body):\n"
    "    sys.stdout.buffer.write(b''.join(encode_frame(body))); sys.stdout.flush()\n"
)
HELLO = f"send(type='hello', protocol=1, version={__version__!r})\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (FRAME + "send(type='hello', protocol=1, version='99.0')\nsys.stdin.read()", "(99.0)"),
        (FRAME + "send(type='hello', protocol=2)\nsys.stdin.read()", "none of this version"),
        ("print('I am a login banner', flush=True)\ninput()", "none of this version"),
        ("raise SystemExit(3)", "could not start: it ended with status 3"),
        ("import sys; sys.exit(2)", "could not start: it ended with status 2"),
        ("import sys; print('No luck. Buy more.', file=sys.stderr); sys.exit(2)", "No luck."),
        ("pass", "could not start: it ended with status 0"),
        (FRAME + HELLO + "print('garbage ' * 99, flush=True)\nsys.stdin.read()", "cannot be read"),
        (FRAME + HELLO + "import os, time; os.close(1); time.sleep(99)", "cannot be read"),
        (FRAME + HELLO + "sys.stdin.buffer.read(1); sys.exit(7)", "ended with status 7"),
    ],
)
def test_programs_that_are_no_engine(text, says):
    starts = []

    def command() -> list[str]:
        starts.append(text)
        return program(text)

    with running(command) as client:
        found = error(client, Ping())
        assert says in found.message
        assert found.hint
        time.sleep(2 * client_module.RESTART_DELAY)
        client.poll()
        assert len(starts) == (2 if HELLO in text else 1), "again only what once was an engine"


def test_a_python_that_is_not_there(tmp_path):
    with running(lambda: [str(tmp_path / "python"), "x.py"]) as client:
        found = error(client, Ping())
        assert "could not be started (No such file or directory)" in found.message
        assert "Install" in found.hint
        assert client.pid is None


def test_blender_without_a_python_of_its_own(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/opt/blender/blender")
    with running(engine_command.command) as client:
        assert "Python was not found" in error(client, Ping()).message


def test_a_library_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(engine_command, "library_folders", lambda: [])
    with running(engine_command.command) as client:
        found = error(client, Ping())
        assert str(found) == "The engine's library numpy is missing. Install Partwise again."


# The command.


def test_it_runs_isolated_on_this_python_with_the_libraries_found(client, monkeypatch, tmp_path):
    for name in ("PYTHONPATH", "PYTHONHOME", "CONDA_PREFIX", "PIP_TARGET", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("A_PROXY", "stays")
    given = engine_command.environment()
    assert given["A_PROXY"] == "stays"
    assert not any(value == str(tmp_path) for value in given.values())
    report = result(client, Status())
    if sys.platform == "linux":
        received = Path(f"/proc/{client.pid}/environ").read_bytes()
        assert b"A_PROXY=stays" in received
        assert str(tmp_path).encode() not in received
    assert Path(report.python["executable"]).samefile(sys.executable)
    folders = engine_command.library_folders()
    assert {folder for _, folder in report.libraries.values()} == set(folders)


def test_bundled_libraries_come_before_blenders(monkeypatch):
    folders = {"numpy": "/blender/site-packages", "pillow": None}
    monkeypatch.setattr(
        "partwise.backend.contract.libraries.folder", lambda name: folders.get(name, "/bundled")
    )
    assert engine_command.library_folders() == ["/bundled", "/blender/site-packages"]


# The end.


def test_stop_ends_it_also_in_the_middle_of_a_job(actor):
    call = in_the_middle_of_a_job(actor)
    pid = actor.pid
    actor.stop()
    assert not is_alive(pid)
    assert "stopped" in call.error.message
    result(actor, Act("nothing"))  # and it can be used again


@posix_only
def test_an_engine_that_does_not_listen_is_killed():
    deaf = FRAME + HELLO + "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    deaf += "send(type='progress', id=1, stage='deaf', done=1, total=2)\ntime.sleep(99)"
    with running(lambda: program(deaf)) as client:
        call = client.submit(Ping())
        until(lambda: client.poll() and call.stage == "deaf")
        pid = client.pid
        client.stop(patience=0.2)
        assert not is_alive(pid)


def test_stop_before_it_has_started(client):
    call = client.submit(Ping())
    client.stop()
    assert call.error
    assert client.pid is None


@posix_only
@pytest.mark.parametrize("end", ["os.kill(os.getpid(), signal.SIGKILL)", "raise SystemExit"])
def test_it_ends_with_the_program_that_started_it(end):
    text = f"""
import os, signal, sys, types
package = types.ModuleType("partwise")
package.__path__ = [{str(ROOT)!r}]
sys.modules["partwise"] = package
from partwise.backend.contract.requests import Ping
from partwise.blender_addon.engine import command as engine_command
from partwise.blender_addon.engine.client import Client
client = Client(engine_command.command)
assert client.wait(client.submit(Ping()), 30)
print(client.pid, flush=True)
{end}
"""
    output = subprocess.run(program(text), capture_output=True, text=True, timeout=60)
    pid = int(output.stdout)
    until(lambda: not is_alive(pid))


def test_two_at_once_do_not_know_of_each_other(actor):
    call = in_the_middle_of_a_job(actor)
    with running(lambda: ACTOR) as other:
        result(other, Act("nothing"))
        assert other.pid != actor.pid
    actor.poll()
    assert not call.done
    assert is_alive(actor.pid)


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="reads sockets from /proc")
def test_it_listens_nowhere(client):
    result(client, Ping())
    links = [os.readlink(entry) for entry in Path(f"/proc/{client.pid}/fd").iterdir()]
    assert len(links) >= 3
    assert not [link for link in links if link.startswith("socket")]


# The log.


def test_the_log_goes_to_a_file_in_a_folder_with_any_name(monkeypatch, tmp_path):
    monkeypatch.setitem(requests.METHODS, "act", (Act, Acted))
    path = tmp_path / "Für 模型" / "engine.log"
    with running(lambda: ACTOR, path) as client:
        error(client, Act("fail"))
        until(lambda: "on demand" in client.log.tail())
    assert "RuntimeError: on demand" in path.read_text(encoding="utf-8")


def test_the_log_keeps_the_last_lines_and_its_file_small(tmp_path):
    path = tmp_path / "engine.log"
    log = EngineLog(path)
    for number in range(2000):
        log.write(f"{number} " + "x" * 3000)
    assert len(log.tail().splitlines()) == 200
    assert log.tail().splitlines()[-1].startswith("1999 ")
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 3 << 20
    assert len(list(tmp_path.iterdir())) == 2


def test_a_log_that_cannot_be_written_fails_no_job(tmp_path):
    (tmp_path / "file").touch()
    with running(engine_command.command, tmp_path / "file" / "engine.log") as client:
        result(client, Ping())
        assert "no log file" in client.log.tail()
