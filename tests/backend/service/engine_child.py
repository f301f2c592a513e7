# SPDX-License-Identifier: GPL-3.0-or-later
"""A client for tests: the backend as a real child process. Run as a program, it is that child
with methods added that wait, compute, print and fail on demand.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from backend.contract import fields, protocol, requests
from backend.contract.progress import Progress

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 30.0  # seconds after which a silent child fails the test


class Child:
    """A running backend. Messages are read by a thread, so that the child never waits for us."""

    def __init__(
        self,
        *,
        with_test_methods: bool = False,
        read: bool = True,
        command: Sequence[str] | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        program = [__file__] if with_test_methods else ["-m", "backend", "serve"]
        self.process = subprocess.Popen(
            command or [sys.executable, *program],
            cwd=ROOT,
            env={**(variables or os.environ), "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        self.stdin: Any = self.process.stdin
        self.stdout: Any = self.process.stdout
        self.stderr = b""
        self.inbox: queue.Queue[protocol.Message | None] = queue.Queue()
        self._ids = iter(range(1, 1_000_000))
        self._threads = [threading.Thread(target=self._drain_stderr, daemon=True)]
        if read:
            self._threads.append(threading.Thread(target=self._read, daemon=True))
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for thread in self._threads:
            thread.join(PATIENCE)
        self.stdin.close()
        self.stdout.close()

    def send(self, body: dict[str, Any], arrays: dict[str, NDArray[Any]] | None = None) -> None:
        protocol.write_message(self.stdin, body, arrays)

    def send_bytes(self, data: bytes) -> None:
        protocol.write_pieces(self.stdin, [memoryview(data)])

    def request(self, request: fields.Fields, method: str | None = None) -> int:
        """Send a typed request; returns its id."""
        methods = {pair[0]: name for name, pair in requests.METHODS.items()}
        params, arrays = request.to_message()
        name = method or methods[type(request)]
        message_id = next(self._ids)
        self.send({"type": "request", "id": message_id, "method": name, "params": params}, arrays)
        return message_id

    def act(self, action: str, seconds: float = 0.0) -> int:
        """Ask the child of this file for one of the actions of `act` below."""
        return self.request(Act(action, seconds), "act")

    def cancel(self, message_id: int | str) -> None:
        self.send({"type": "cancel", "id": message_id})

    def next_message(self) -> protocol.Message:
        """The next message, whatever it is."""
        message = self.inbox.get(timeout=PATIENCE)
        assert message is not None, f"the child ended: {self.end()} {self.stderr.decode()}"
        return message

    def wait(self, wanted: Callable[[protocol.Message], bool]) -> protocol.Message:
        """The next message that is wanted; others before it are dropped."""
        while not wanted(message := self.next_message()):
            pass
        return message

    def answer(self, message_id: int | str | None) -> protocol.Message:
        """The result or error with this id."""
        return self.wait(lambda m: m.id == message_id and m.type in ("result", "error"))

    def result(self, message_id: int | str) -> protocol.Message:
        message = self.answer(message_id)
        assert message.type == "result", message.body
        return message

    def error(self, message_id: int | str | None) -> dict[str, Any]:
        message = self.answer(message_id)
        assert message.type == "error", message.body
        return message.body

    def progress(self, message_id: int | str) -> protocol.Message:
        message = self.wait(lambda m: m.id == message_id)
        assert message.type == "progress", message.body
        return message

    def end(self, timeout: float = PATIENCE) -> int:
        """Wait for the end of the process; returns its exit status."""
        status = self.process.wait(timeout)
        self._threads[0].join(PATIENCE)
        return status

    def _read(self) -> None:
        message: protocol.Message | None = None
        while True:
            try:
                message = protocol.read_message(self.stdout)
            except protocol.ProtocolError:  # killed in the middle of a frame
                message = None
            self.inbox.put(message)
            if message is None:
                return

    def _drain_stderr(self) -> None:
        assert self.process.stderr
        with self.process.stderr as pipe:
            while data := pipe.read(1 << 16):
                self.stderr += data


# The other side: `act` is a method that only the child of this file has.


@dataclass(frozen=True, eq=False)
class Act(fields.Fields):
    """Do something that a job may do."""

    action: Annotated[str, fields.Text()]
    seconds: Annotated[float, fields.Number(0, 1000)] = 0.0


@dataclass(frozen=True, eq=False)
class Acted(fields.Fields):
    """A megabyte for `action` "answer much", else empty."""

    data: Annotated[NDArray[np.uint8], fields.Array(("N",), "uint8")]


def ended(request: Act) -> bytes:
    """What an action that never looks whether it is cancelled writes to stderr at its end."""
    return f"{request.action} ended after {request.seconds} s\n".encode()


def act(request: Act, progress: Progress) -> Acted:
    until = time.perf_counter() + request.seconds
    size = 0
    if request.action == "tick":
        while (left := until - time.perf_counter()) > 0:
            progress.span(0, 1, "ticking").step(1 - left / request.seconds)
            time.sleep(0.005)
    elif request.action == "jump":  # a careless pipeline: backwards, beyond the end, of nothing
        for done, total in ((1, 4), (0, 4), (3, 4), (1, 100), (9, 4), (0, 0), (-5, 4)):
            progress.span(0, 1, f"{done} of {total}").step(done / total if total else 2.0)
            time.sleep(0.12)
    elif request.action == "compute without a tick":
        values = np.random.default_rng(0).random(2_000_000)
        while time.perf_counter() < until:
            np.sort(values)
    elif request.action == "python without a tick":
        while time.perf_counter() < until:
            sum(range(1000))
    elif request.action == "print":
        print("a print that must not reach the frames")
        os.write(1, b"nor must a write by a C library\n")
        subprocess.run([sys.executable, "-c", "print(input('child') or 1)"], check=False)
    elif request.action == "fail":
        raise RuntimeError("on demand")
    elif request.action == "exit":
        sys.exit("on demand")
    elif request.action == "run out of memory":
        np.empty(1 << 60, np.uint8)
    elif request.action == "answer much":
        size = 1 << 20
    elif request.action == "in pieces":
        for number in range(3):
            session._partial(Acted(np.full(number, number, np.uint8)))
        while time.perf_counter() < until:
            progress.step()
            time.sleep(0.005)
    elif request.action == "answer too much":
        size = protocol.MAX_PAYLOAD_BYTES + 1
    if request.action.endswith("without a tick"):
        os.write(2, ended(request))
    return Acted(np.zeros(size, np.uint8))


if __name__ == "__main__":
    from backend.service.server import serve
    from backend.service.session import Session

    requests.METHODS["act"] = (Act, Acted)
    requests.PARTIALS["act"] = (Acted,)
    session = Session()
    session.register(Act, act)
    serve(session)
