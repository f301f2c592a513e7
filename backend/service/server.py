# SPDX-License-Identifier: GPL-3.0-or-later
"""The backend process: frames on stdin and stdout, jobs on the main thread.

Three threads, so that a cancel is answered while a job computes and while the client is slow:

- the reader takes messages from stdin, answers what needs no job, and answers a cancel itself,
  also for the running job, which unwinds at its next progress call;
- the main thread runs one job after another;
- the writer sends frames. It alone waits for a client that does not read. The reader never does,
  or both sides could wait for each other for ever.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import platform
import signal
import sys
import threading
from collections import deque
from dataclasses import dataclass
from functools import partial
from io import FileIO, TextIOWrapper
from typing import NoReturn

from .. import __version__
from ..contract import libraries, requests
from ..contract.errors import BadInput, Cancelled, OutOfMemory, PartwiseError, without_shell
from ..contract.fields import Fields
from ..contract.progress import Progress
from ..contract.protocol import (
    PROTOCOL,
    ByteReader,
    ByteWriter,
    Message,
    PayloadNotHeld,
    ProtocolError,
    encode_frame,
    read_message,
)
from ..engines import registry
from ..machine import children
from ..machine import cpu as machine
from ..machine.device import usable
from ..machine.resident import IDLE
from .outbox import Outbox, Pieces
from .session import Session

log = logging.getLogger(__name__)

MAX_WAITING_JOBS = 1000
MAX_WAITING_BYTES = 4 << 30  # arrays of requests that wait
_LONGEST_TEXT = 20_000  # characters of a text in an error: it must fit into a frame
_SMALLER = "Close other programs, or reduce the mesh, and try again."
_SWITCH_INTERVAL = 0.001  # seconds after which a computing thread lets the reader in
_FLUSH_TIME = 0.4  # seconds for the last frames when the process ends
_END_TIME = 0.7  # seconds after which it ends even if stderr is stuck


@dataclass(eq=False)
class PendingJob:
    """A request that waits or runs. Once `answered`, nothing more is said about it."""

    id: int | str
    method: str
    request: Fields
    bytes: int
    answered: bool = False
    done: int = 0  # of `total`, as last reported
    total: int = 1


class Server:
    """Reads requests, runs them one by one on the calling thread, and answers each once."""

    def __init__(self, session: Session, stdin: ByteReader, stdout: ByteWriter) -> None:
        self._session = session
        self._stdin = stdin
        self._outbox = Outbox(stdout, on_broken=lambda: self.end(0))
        self._changed = threading.Condition()  # guards all below; held for moments only
        self._jobs: dict[int | str, PendingJob] = {}  # not answered yet, waiting or running
        self._queue: deque[PendingJob] = deque()
        self._running: PendingJob | None = None
        self._status: int | None = None

    def run(self) -> NoReturn:
        """Say hello, then work until the process ends."""
        device = usable()
        hello = {
            "type": "hello",
            "protocol": PROTOCOL,
            "version": __version__,
            "device": device.kind,
            "device_name": str(device),
            "memory": machine.memory(),
            "engines": [engine.to_json() for engine in registry.told()],
        }
        self._outbox.put(encode_frame(hello))
        threading.Thread(target=self._read, name="reader", daemon=True).start()
        try:
            while True:
                self._compute(self._next_job())
        except BaseException:
            log.exception("the main thread failed")
            self.end(1)

    def end(self, status: int, sentence: str = "") -> NoReturn:
        """End the process from any thread, also while another one computes.

        The status of the first caller counts. Nothing in here can keep the process alive: not a
        client that stopped reading, nor a full pipe on stderr.
        """
        if self._status is None:
            self._status = status
        watchdog = threading.Timer(_END_TIME, os._exit, [self._status])
        watchdog.daemon = True
        watchdog.start()
        children.end_all()
        if sentence:
            print(sentence, file=sys.stderr, flush=True)
        self._outbox.flush(_FLUSH_TIME)
        os._exit(self._status)

    # The reader's side.

    def _read(self) -> None:
        try:
            while True:
                try:
                    # Kept in no variable: the arrays would live on until the next message.
                    self._receive(read_message(self._stdin))
                except PayloadNotHeld as error:
                    self._outbox.put(_error(error.body.get("id"), error))
                if self._outbox.overfull:
                    self.end(2, "The client does not read its answers, so the engine ended.")
        except ProtocolError as error:
            self._outbox.put(_error(error.message_id, error))
            self.end(2, str(error))
        except OSError:
            self.end(0)
        except BaseException:
            log.exception("the reader failed")
            self.end(1)

    def _receive(self, message: Message | None) -> None:
        if message is None:
            self.end(0)
        if message.type == "request":
            self._accept(message)
        elif message.type == "cancel":
            self._cancel(message.id)
        elif message.type == "shutdown":
            self.end(0)
        elif message.type != "hello":  # a client's hello was checked for its version
            raise ProtocolError(f"A client does not send a {message.type}.", message_id=message.id)

    def _accept(self, message: Message) -> None:
        if message.id in self._jobs:
            raise ProtocolError(
                "Two requests that are not answered have the same id.", message_id=message.id
            )
        method = message.body["method"]
        try:
            params = message.body.get("params", {})
            request = requests.read_request(method, params, message.arrays)
            if isinstance(request, requests.Ping):
                self._outbox.put(_result(message.id, requests.Done()))
            elif isinstance(request, requests.Status):
                self._outbox.put(_result(message.id, self._report()))
            else:
                size = sum(array.nbytes for array in message.arrays.values())
                self._enqueue(PendingJob(message.id, method, request, size))
        except BadInput as error:
            self._outbox.put(_error(message.id, error))

    def _enqueue(self, job: PendingJob) -> None:
        with self._changed:
            waiting = sum(other.bytes for other in self._queue)
            if len(self._queue) >= MAX_WAITING_JOBS or waiting + job.bytes > MAX_WAITING_BYTES:
                raise BadInput(
                    f"{len(self._queue)} requests are waiting; there is no room for another.",
                    "Wait for answers before you send more.",
                )
            self._jobs[job.id] = job
            self._queue.append(job)
            if isinstance(job.request, requests.Click):
                self._keep_newest_click(job.request.fingerprint)
            self._changed.notify_all()

    def _keep_newest_click(self, fingerprint: str) -> None:
        """Of the clicks that wait on a mesh, keep the one with the highest sequence."""
        clicks = [
            (job.request.sequence, order, job)
            for order, job in enumerate(self._queue)
            if isinstance(job.request, requests.Click) and job.request.fingerprint == fingerprint
        ]
        for _, _, job in sorted(clicks)[:-1]:
            self._queue.remove(job)
            self._answer(job, _error(job.id, Cancelled("A newer click replaced this one.")))

    def _cancel(self, job_id: int | str) -> None:
        with self._changed:
            job = self._jobs.get(job_id)
            if job is None:  # answered already; the two messages crossed on their way
                return
            if job is not self._running:
                self._queue.remove(job)
            self._answer(job, _error(job.id, Cancelled()))

    def _report(self) -> requests.StatusReport:
        with self._changed:
            running = self._running
            queue = [{"id": job.id, "method": job.method} for job in self._queue]
        memory, meshes = self._session.status()
        return requests.StatusReport(
            memory=memory,
            meshes=meshes,
            queue=queue,
            running={"id": running.id, "method": running.method} if running else None,
            python={"executable": sys.executable, "version": platform.python_version()},
            libraries=libraries.found(),
        )

    # The main thread's side.

    def _next_job(self) -> PendingJob:
        with self._changed:
            self._running = None
            while not self._queue:
                if not self._changed.wait(IDLE):
                    self._session.networks.unload(IDLE)
            self._running = self._queue.popleft()
            return self._running

    def _compute(self, job: PendingJob) -> None:
        try:
            progress = Progress(partial(self._progress, job))
            result = self._session.answer(job.request, progress, partial(self._partial, job))
            answer = _result(job.id, result)
        except PartwiseError as error:
            answer = _error(job.id, error)
        except MemoryError:
            answer = _error(job.id, OutOfMemory("There was no memory for the answer.", _SMALLER))
        self._outbox.wait_for_room()
        with self._changed:
            self._answer(job, answer)

    def _progress(self, job: PendingJob, stage: str, done: int, total: int) -> None:
        """Report on the running job: done of total of the whole job, which never goes back.

        Raises Cancelled when the job was cancelled: the way by which it unwinds.
        """
        total = max(int(total), 1)
        lowest = -(-job.done * total // job.total)  # the same share as before, rounded up
        job.done, job.total = done, total = min(max(int(done), lowest), total), total
        share = {"stage": stage[:200], "done": done, "total": total}
        with self._changed:
            if job.answered:
                raise Cancelled
            self._outbox.put_progress({"type": "progress", "id": job.id, **share})

    def _partial(self, job: PendingJob, result: Fields) -> None:
        """Send what is finished of the running job. Raises Cancelled when it was cancelled."""
        params, arrays = result.to_message()
        pieces = encode_frame({"type": "partial", "id": job.id, "params": params}, arrays)
        self._outbox.wait_for_room()
        with self._changed:
            if job.answered:
                raise Cancelled
            self._outbox.put(pieces)

    def _answer(self, job: PendingJob, pieces: Pieces) -> None:
        """Send the one answer of a job; call with the lock held."""
        if job.answered:
            return
        job.answered = True
        del self._jobs[job.id]
        if job is self._running:
            self._outbox.put_progress(None)
        self._outbox.put(pieces)


def _result(message_id: int | str, result: Fields) -> Pieces:
    params, arrays = result.to_message()
    return encode_frame({"type": "result", "id": message_id, "params": params}, arrays)


def _error(message_id: int | str | None, error: PartwiseError) -> Pieces:
    return encode_frame(
        {
            "type": "error",
            "id": message_id,
            "code": error.code,
            "message": error.message[:_LONGEST_TEXT],
            "hint": without_shell(error.hint)[:_LONGEST_TEXT],
            "detail": error.detail[-_LONGEST_TEXT:],
        }
    )


def _take_streams() -> tuple[FileIO, FileIO]:
    """Private copies of stdin and stdout for frames.

    Descriptor 0 then reads nothing and descriptor 1 writes to stderr, so that no library, however
    low it prints, can take from or add to the frames.
    """
    frames_in, frames_out = os.dup(0), os.dup(1)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(frames_in, os.O_BINARY)
        msvcrt.setmode(frames_out, os.O_BINARY)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # started without a stderr
        os.dup2(null, 1)
        os.dup2(null, 2)
    os.close(null)
    if sys.stderr is None:
        sys.stderr = TextIOWrapper(FileIO(2, "w", closefd=False), write_through=True)
    sys.stdout = sys.stderr
    return FileIO(frames_in, "rb"), FileIO(frames_out, "wb")


def serve(session: Session | None = None) -> NoReturn:
    """Serve one client over stdin and stdout until stdin ends, then end the process.

    Exit status 0 at the end of stdin, after a shutdown message or when the client is gone; 2 when
    what came was no frame of this protocol, with a sentence on stderr; 1 for a fault of our own.
    """
    if os.isatty(0) or os.isatty(1):
        print(
            "serve speaks a binary protocol with Blender, not with a terminal. "
            "For a shell there are `segment` and `decompose`.",
            file=sys.stderr,
        )
        sys.exit(2)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(name)s: %(message)s")
    stdin, stdout = _take_streams()
    # There is nothing to save, so the system's own way to end a process is the fastest one.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    faulthandler.enable(sys.stderr)
    sys.setswitchinterval(_SWITCH_INTERVAL)
    Server(session or Session(), stdin, stdout).run()
