# SPDX-License-Identifier: GPL-3.0-or-later
"""The backend as a real child process: hello, jobs, cancel, bad frames, and how it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from backend.contract import protocol, requests
from backend.contract.engines import told
from backend.contract.protocol import HEADER, encode_frame
from backend.contract.requests import Click, OpenMesh, Ping, Segment, Status
from backend.engines import registry
from tests.backend.service.engine_child import PATIENCE, ROOT, Act, Child, ended

TETRAHEDRON = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float64)
FACES = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]])
PING = {"type": "request", "id": 1, "method": "ping"}
LONG = 4 * PATIENCE  # seconds: what ends earlier was ended
posix_only = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")


@pytest.fixture(scope="module")
def kept() -> Iterator[list[Child]]:
    """The child that the last test left usable, if it did: starting one takes a while."""
    children: list[Child] = []
    yield children
    for child in children:
        child.__exit__()


@pytest.fixture
def child(kept: list[Child]) -> Iterator[Child]:
    """A child with test methods that has said hello, with nothing open and nothing to do."""
    if not kept:
        kept.append(Child(with_test_methods=True))
        assert kept[0].next_message().type == "hello"
    yield kept[0]
    if not is_idle(kept[0]):
        kept.pop().__exit__()


def is_idle(child: Child) -> bool:
    if child.process.poll() is not None or child.stdin.closed:
        return False
    report = child.result(child.request(Status())).body["params"]
    if report["queue"] or "running" in report:
        return False
    for mesh in report["meshes"]:
        child.result(child.request(requests.CloseMesh(mesh["fingerprint"])))
    return child.inbox.empty()


def read(child: Child) -> protocol.Message:
    """A message of a child that no thread reads from."""
    message = protocol.read_message(child.stdout)
    assert message
    return message


def ping(child: Child) -> None:
    child.result(child.request(Ping()))


def test_hello_comes_first() -> None:
    with Child() as child:
        hello = child.next_message()
        assert hello.type == "hello"
        assert hello.body["protocol"] == protocol.PROTOCOL
        assert hello.body["device"] == "cpu"
        assert hello.body.keys() >= {"version", "memory"}
        assert told(hello.body["engines"]) == registry.told()
        child.stdin.close()
        assert child.end() == 0


def test_results_come_back_with_arrays(child: Child) -> None:
    answer = child.result(child.act("answer much"))
    assert answer.arrays["data"].shape == (1 << 20,)


def test_jobs_run_in_order(child: Child) -> None:
    first, second = child.act("tick", 0.2), child.act("nothing")
    assert child.wait(lambda m: m.type == "result").id == first
    assert child.wait(lambda m: m.type == "result").id == second


# Cancel.


def cancelled(child: Child, message_id: int | str) -> None:
    child.cancel(message_id)
    assert child.error(message_id)["code"] == "CANCELLED"


@pytest.mark.parametrize("action", ["tick", "compute without a tick", "python without a tick"])
def test_running_job_is_cancelled_at_once(child: Child, action: str) -> None:
    child.result(child.act("nothing"))
    seconds = LONG if action == "tick" else 2.0  # what never ticks is waited for
    job, after = child.act(action, seconds), child.act("nothing")
    time.sleep(0.3)
    cancelled(child, job)
    assert ended(Act(action, seconds)) not in child.stderr, "the answer came after the job"
    child.result(after)
    ping(child)  # and nothing more is said about the cancelled job
    assert child.inbox.empty()


def test_waiting_job_is_cancelled_at_once_and_never_runs(child: Child) -> None:
    running, waiting = child.act("compute without a tick", 1.0), child.act("fail")
    cancelled(child, waiting)
    child.result(running)  # which was not answered before
    ping(child)
    child.stdin.close()
    child.end()
    assert b"on demand" not in child.stderr


def test_a_late_or_unknown_cancel_is_no_error(child: Child) -> None:
    job = child.act("nothing")
    child.result(job)
    for message_id in (job, 12345):
        child.cancel(message_id)
    ping(child)
    assert child.inbox.empty()


def test_an_id_may_be_used_again_after_its_answer(child: Child) -> None:
    body = {"type": "request", "id": "job", "method": "act"}
    for _ in range(2):
        child.send({**body, "params": {"action": "tick", "seconds": 20}})
        child.progress("job")
        cancelled(child, "job")
    child.send({**body, "params": {"action": "nothing"}})
    child.result("job")


def test_a_real_analysis_is_cancelled_and_the_mesh_is_kept(child: Child) -> None:
    import trimesh

    ball = trimesh.creation.icosphere(6)  # 82 k triangles
    child.result(child.request(OpenMesh(np.asarray(ball.vertices), ball.faces, "ball")))
    for wait in (0.05, 0.6):
        job, after = child.request(Segment("ball")), child.act("nothing")
        child.progress(job)
        time.sleep(wait)
        cancelled(child, job)
        child.result(after)
    (mesh,) = child.result(child.request(Status())).body["params"]["meshes"]
    assert mesh["faces"] == len(ball.faces)


# Clicks.


def test_the_newest_click_wins(child: Child) -> None:
    def click(sequence: int, fingerprint: str = "mesh") -> int:
        point = np.zeros((1, 3))
        return child.request(Click(fingerprint, sequence, point, np.ones(1, np.int8)))

    busy = child.act("tick", 0.5)
    child.progress(busy)
    old, other, new, late = click(1), click(1, "another mesh"), click(3), click(2)
    codes = {}
    for _ in range(4):
        message = child.wait(lambda m: m.type == "error")
        codes[message.id] = message.body["code"]
    # The meshes are not open: the clicks that were not replaced are answered so.
    assert codes == {
        old: "CANCELLED",
        late: "CANCELLED",
        other: "MESH_NOT_OPEN",
        new: "MESH_NOT_OPEN",
    }


# Answers in the middle of a job, progress, output of jobs.


def test_status_and_ping_are_answered_in_the_middle_of_a_job(child: Child) -> None:
    child.result(child.request(OpenMesh(TETRAHEDRON, FACES, "mesh")))
    running, waiting = child.act("tick", LONG), child.act("nothing")
    child.progress(running)
    ping(child)
    status = child.result(child.request(Status())).body["params"]
    assert status["running"] == {"id": running, "method": "act"}
    assert status["queue"] == [{"id": waiting, "method": "act"}]
    assert [mesh["fingerprint"] for mesh in status["meshes"]] == ["mesh"]
    assert status["memory"]["cache"] == TETRAHEDRON.nbytes + FACES.nbytes


def test_progress_is_rare_and_never_goes_back(child: Child) -> None:
    job = child.act("tick", 1.05)
    done = []
    while (message := child.next_message()).type == "progress":
        assert message.body["total"] == 100
        done.append(message.body["done"])
    assert message.id == job
    assert 5 <= len(done) <= 11
    assert done == sorted(done)


def test_careless_progress_is_put_right(child: Child) -> None:
    child.act("jump")
    shares = []
    while (message := child.next_message()).type == "progress":
        body = message.body
        assert 0 <= body["done"] <= body["total"] > 0
        shares.append(body["done"] / body["total"])
    assert len(shares) >= 5
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_prints_do_not_reach_the_frames(child: Child) -> None:
    child.result(child.act("print"))
    child.result(child.act("answer much"))
    child.stdin.close()
    assert child.end() == 0
    assert b"a print that must not" in child.stderr
    assert b"nor must a write" in child.stderr


# Errors of jobs.


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("fail", "INTERNAL"),
        ("exit", "INTERNAL"),
        ("run out of memory", "OUT_OF_MEMORY"),
        ("answer too much", "BAD_INPUT"),
    ],
)
def test_a_failed_job_is_an_answer_and_the_next_one_runs(
    child: Child, action: str, code: str
) -> None:
    error = child.error(child.act(action))
    assert error["code"] == code
    assert error["message"]
    assert error["hint"]
    if code == "INTERNAL":
        assert "on demand" in error["detail"]
    child.result(child.act("nothing"))


def test_bad_requests_are_answered_with_their_id(child: Child) -> None:
    bad: list[dict[str, Any]] = [
        {"method": "dance"},
        {"method": "segment"},
        {"method": "segment", "params": {"fingerprint": "mesh", "colour": 1}},
        {"method": "open_mesh"},
    ]
    for number, body in enumerate(bad):
        child.send({"type": "request", "id": f"bad {number}", **body})
        error = child.error(f"bad {number}")
        assert error["code"] == "BAD_INPUT"
        assert error["message"].endswith(".")
    error = child.error(child.request(Segment("never sent")))
    assert error["code"] == "MESH_NOT_OPEN"
    ping(child)


def test_too_many_waiting_requests_are_refused(child: Child) -> None:
    from backend.service.server import MAX_WAITING_JOBS

    job = child.act("tick", LONG)
    child.progress(job)
    last = [child.act("nothing") for _ in range(MAX_WAITING_JOBS + 1)][-1]
    error = child.error(last)
    assert error["code"] == "BAD_INPUT"
    assert "waiting" in error["message"]


# Bad frames: an error frame, a sentence on stderr, exit status 2.


def whole(body: dict[str, Any]) -> bytes:
    return b"".join(encode_frame(body))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "at most"),
        (b"\0" * 100, "JSON"),
        (b"\xff" * 100, "at most"),
        (HEADER.pack(20, 2**32 - 1), "at most"),
        (HEADER.pack(2**31, 0), "at most"),
        (HEADER.pack(5, 0) + b"hello", "JSON"),
        (HEADER.pack(24, 1 << 30) + b'{"type":"shutdown"}     ', "belong to none"),
        (whole({"type": "hello", "protocol": 2}), "protocol"),
        (whole({"type": "request", "id": 1, "method": "ping", "protocol": 99}), "protocol"),
        (whole({"type": "result", "id": 1}), "does not send"),
        (whole({"type": "dance"}), "no message type"),
    ],
)
def test_bad_frame_ends_the_child_with_words(data: bytes, says: str) -> None:
    with Child() as child:
        child.next_message()
        child.send_bytes(data)  # and stdin stays open
        message = child.wait(lambda m: m.type == "error")
        assert message.body["code"] == "BAD_INPUT"
        assert says in message.body["message"]
        assert child.end() == 2
        assert says.encode() in child.stderr
        assert b"Traceback" not in child.stderr


def test_truncated_frame() -> None:
    with Child() as child:
        child.next_message()
        child.send_bytes(whole({"type": "shutdown"})[:-3])
        child.stdin.close()
        assert "ended inside a frame" in child.error(None)["message"]
        assert child.end() == 2
        assert b"ended inside a frame" in child.stderr


def test_bad_frame_in_the_middle_of_a_job(child: Child) -> None:
    child.progress(child.act("tick", LONG))
    child.send_bytes(b"\xff" * 8)
    child.wait(lambda m: m.type == "error")
    assert child.end() == 2


def test_an_id_used_twice_at_a_time_is_refused(child: Child) -> None:
    for _ in range(2):
        child.send(
            {
                "type": "request",
                "id": 5,
                "method": "act",
                "params": {"action": "tick", "seconds": 9},
            }
        )
    assert "same id" in child.error(5)["message"]
    assert child.end() == 2


def test_own_version_in_any_message_is_fine(child: Child) -> None:
    child.send({"type": "hello", "protocol": protocol.PROTOCOL, "version": "0.0.0"})
    child.send({"type": "request", "id": 1, "method": "ping", "protocol": protocol.PROTOCOL})
    child.result(1)


# The end.


@pytest.mark.parametrize("action", ["nothing", "tick", "compute without a tick"])
def test_end_of_stdin_ends_the_child_also_in_a_job(child: Child, action: str) -> None:
    child.result(child.act("nothing"))
    child.act(action, LONG)
    time.sleep(0.2)
    child.stdin.close()
    assert child.end() == 0


def test_shutdown_ends_the_child(child: Child) -> None:
    child.act("tick", LONG)
    child.send({"type": "shutdown"})
    assert child.end() == 0
    assert b"Traceback" not in child.stderr


def test_client_sees_the_end_of_a_killed_child(child: Child) -> None:
    child.progress(child.act("tick", LONG))
    child.process.kill()
    while child.inbox.get(timeout=PATIENCE) is not None:
        pass
    assert child.end() != 0


@posix_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_the_child_without_a_traceback(child: Child, number: int) -> None:
    child.act("compute without a tick", LONG)
    time.sleep(0.2)
    child.process.send_signal(number)
    child.end()
    assert b"Traceback" not in child.stderr


def test_a_client_that_is_gone_ends_the_child_quietly() -> None:
    with Child(with_test_methods=True, read=False) as child:
        assert read(child).type == "hello"
        child.stdout.close()
        child.act("answer much")
        assert child.end() == 0
        assert child.stderr == b""


def test_a_client_that_does_not_read_can_still_cancel_and_end() -> None:
    """Big answers fill the pipe: the reader must go on, or both sides would wait for ever."""
    with Child(with_test_methods=True, read=False) as child:
        assert read(child).type == "hello"
        jobs = [child.act("answer much") for _ in range(4)]
        mesh = OpenMesh(np.zeros((1_000_000, 3)), np.zeros((1, 3), np.int64), "big")
        opened = child.request(mesh)  # 24 MB written to a child whose own pipe is full
        running = child.act("tick", LONG)
        child.cancel(running)
        answers: dict[Any, str] = {}
        while len(answers) < len(jobs) + 2:
            message = read(child)
            answers[message.id] = message.type
        assert answers == {**dict.fromkeys([*jobs, opened], "result"), running: "error"}
        child.act("answer much")
        time.sleep(0.2)
        child.stdin.close()
        assert child.end() == 0


def test_a_client_that_never_reads_is_given_up() -> None:
    with Child(read=False) as child:
        with contextlib.suppress(BrokenPipeError):
            for _ in range(200):
                child.send_bytes(whole(PING) * 100)
        assert child.end() == 2
        assert b"does not read" in child.stderr


def test_two_backends_at_the_same_time(child: Child) -> None:
    with Child(with_test_methods=True) as other:
        other.next_message()
        jobs = [(each, each.act("tick", 0.3)) for each in (child, other)]
        for each, job in jobs:
            each.result(job)
        child.stdin.close()
        assert child.end() == 0
        ping(other)


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="reads CPU time from /proc")
def test_an_idle_child_uses_no_cpu(child: Child) -> None:
    child.result(child.act("tick", 0.2))

    def ticks() -> int:
        with open(f"/proc/{child.process.pid}/stat") as file:
            return sum(map(int, file.read().rsplit(")")[-1].split()[11:13]))

    before = ticks()
    time.sleep(1.0)
    assert ticks() - before <= 1  # hundredths of a second


@posix_only
def test_a_terminal_is_told_to_use_other_commands() -> None:
    import pty

    ours, theirs = pty.openpty()
    try:
        output = subprocess.run(
            [sys.executable, "-m", "backend", "serve"],
            cwd=ROOT,
            stdin=theirs,
            capture_output=True,
            timeout=30,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert output.returncode == 2
    assert output.stdout == b""
    assert b"not with a terminal" in output.stderr


def test_the_example_of_the_documentation_runs() -> None:
    page = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    program = page.split("```python\n")[1].split("```")[0]
    output = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert output.returncode == 0, output.stderr
    hello, *_, labels, status = output.stdout.splitlines()
    assert "'protocol': 1" in hello
    assert set(labels[1:-1].split()) == {"0", "1"}
    assert status == "0"
    assert "29 00 00 00  00 00 00 00  " + whole(PING)[8:].decode() in page
