# SPDX-License-Identifier: GPL-3.0-or-later
"""One life of the engine's process, from start to end. No bpy.

Three threads, so that whoever asks never waits: one starts the process and reads its answers, one
writes to it, one drains what it says on stderr. What they have to tell is put on a queue, as calls
to be made on the thread that polls it.
"""

from __future__ import annotations

import signal
import subprocess
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from typing import IO, Any

from ...backend import __version__
from ...backend.contract.errors import Cancelled, OutOfMemory, PartwiseError, of_code
from ...backend.contract.fields import Fields
from ...backend.contract.protocol import (
    Message,
    PayloadNotHeld,
    ProtocolError,
    encode_frame,
    read_message,
    write_pieces,
)
from ...backend.contract.requests import METHODS, read_partial
from .command import environment
from .log import EngineLog

Events = SimpleQueue[Callable[[], None]]

_LAST_WORDS = 1.0  # seconds for a process whose stdout ended to end as well
_START = "--- "  # before the command, which is the first line in the log of each life
_REFUSED = 2  # exit status: the last line on stderr is a sentence for people
_REPORT = "Try again, and send us the report if it happens again."
_INSTALL = "Restart Blender; if that does not help, install Partwise again."


@dataclass(eq=False)
class Call:
    """A request, or work without one, and what became of it. Changes only in the client's `poll`.

    `share` (0..1) and `stage` are the engine's progress; `pieces` is what it has finished of the
    result and nobody took yet. At the end `done` is true and either `error` is set, or `result` is
    what the engine answered, or what `then` made of it.
    """

    id: int
    request: Fields | None = None
    then: Callable[[Any], Any] | None = None
    stage: str = ""
    share: float = 0.0
    pieces: list[Fields] = field(default_factory=list)
    done: bool = False
    result: Any = None
    error: PartwiseError | None = None

    def settle(self, result: Any = None, error: PartwiseError | None = None) -> None:
        """End the call, unless it has ended."""
        if not self.done:
            self.done, self.result, self.error = True, result, error

    def advance(self, stage: str, share: float) -> None:
        """Take over progress."""
        self.stage, self.share = stage, share

    def gain(self, piece: Fields) -> None:
        """Take over what is finished, unless the call has ended."""
        if not self.done:
            self.pieces.append(piece)


@dataclass(eq=False)
class EngineProcess:
    """A child process that answers calls.

    command : program and arguments, called on a thread; may raise PartwiseError.
    log : takes what the engine says on stderr.
    events : takes what happens; each entry is to be called on the polling thread.
    on_end : told the reason when the process has ended without being asked to.
    variables : its environment, called on a thread after `command`.
    delay : seconds to wait before the start.
    """

    command: Callable[[], Sequence[str]]
    log: EngineLog
    events: Events
    on_end: Callable[[EngineProcess, PartwiseError], None]
    variables: Callable[[], Mapping[str, str]] = environment
    delay: float = 0.0
    is_restart: bool = False
    calls: dict[int, Call] = field(default_factory=dict)  # that wait for an answer
    hello: dict[str, Any] | None = None
    has_answered: bool = False

    def __post_init__(self) -> None:
        self._outbox: SimpleQueue[Call | dict[str, Any] | None] = SimpleQueue()
        self._lock = threading.Lock()  # guards the start of the process against `stop`
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._live, name="partwise engine", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """Process id, None before the start."""
        return self._process.pid if self._process else None

    def send(self, call: Call) -> None:
        """Ask; the answer settles the call. Never waits."""
        self.calls[call.id] = call
        self._outbox.put(call)

    def cancel(self, call: Call) -> None:
        """Settle a call as cancelled, whatever the engine may still say about it."""
        if self.calls.pop(call.id, None) is not None:
            call.settle(error=Cancelled())
            self._outbox.put({"type": "cancel", "id": call.id})

    def stop(self, patience: float) -> None:
        """End the process, within `patience` seconds if it listens, soon after if it does not."""
        with self._lock:
            self._stopping.set()
            process = self._process
        self._outbox.put({"type": "shutdown"})
        self._outbox.put(None)
        if process is not None:
            for end in (lambda: None, process.terminate, process.kill):
                end()
                try:
                    process.wait(patience)
                    break
                except subprocess.TimeoutExpired:
                    patience = 1.0
        self._thread.join(1.0)

    # On the thread that reads.

    def _live(self) -> None:
        self._stopping.wait(self.delay)
        try:
            process = self._start()
            if process is not None:
                self._serve(process)
                return
            reason = PartwiseError("The engine was stopped.", "Start the job again.")
        except PartwiseError as error:
            reason = error
        except OSError as error:
            reason = PartwiseError(
                f"The engine could not be started ({error.strerror or error}).",
                "Install Partwise again; if that does not help, send us the report.",
                traceback.format_exc(),
            )
        self._tell_end(reason)

    def _start(self) -> subprocess.Popen[bytes] | None:
        command, variables = list(self.command()), dict(self.variables())
        with self._lock:
            if self._stopping.is_set():
                return None
            self.log.write(f"{_START}{subprocess.list2cmdline(command)}")
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                env=variables,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows only
            )
            return self._process

    def _serve(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        stderr = threading.Thread(target=self.log.drain, args=(process.stderr,), daemon=True)
        stderr.start()
        threading.Thread(target=self._write, args=(process.stdin,), daemon=True).start()
        trouble: PartwiseError | None = None
        with process.stdout as stdout:
            try:
                self._read(stdout)
            except PartwiseError as error:
                trouble = error
            except OSError as error:
                trouble = ProtocolError(str(error))
            self._outbox.put(None)
            status = _reap(process)
        stderr.join(_LAST_WORDS)
        self._tell_end(self._reason(trouble, status))

    def _read(self, stdout: Any) -> None:
        first = read_message(stdout)
        if first is None:
            return
        _check_hello(first)
        self.hello = first.body
        while True:
            try:
                message = read_message(stdout)
            except PayloadNotHeld as error:
                self._answer(error.body.get("id"), error=error)
                continue
            if message is None:
                return
            self._receive(message)

    def _receive(self, message: Message) -> None:
        call = self.calls.get(message.id)
        if call is None:  # it was cancelled; what still comes is of no use
            return
        if message.type == "progress":
            share = message.body["done"] / max(message.body["total"], 1)
            self.events.put(partial(call.advance, message.body["stage"], share))
        elif message.type == "error":
            self._answer(call.id, error=_error(message.body))
        elif message.type in ("partial", "result"):
            try:
                if message.type == "result":
                    self._answer(call.id, result=_result(call, message))
                else:
                    self.events.put(partial(call.gain, _piece(call, message)))
            except Exception as error:
                self._answer(call.id, error=in_words(error))

    def _answer(
        self, call_id: int, *, result: Any = None, error: PartwiseError | None = None
    ) -> None:
        self.events.put(partial(self._settle, call_id, result, error))

    def _tell_end(self, reason: PartwiseError) -> None:
        self.events.put(partial(self.on_end, self, reason))

    def _reason(self, trouble: PartwiseError | None, status: int | None) -> PartwiseError:
        """Why the process ended, in words. Status None: it was ended because of the trouble."""
        log = self.log.tail()
        if trouble is not None and not isinstance(trouble, ProtocolError):
            return trouble
        words = log.rpartition("\n")[2]
        if self.hello is None and status == _REFUSED and not words.startswith(_START):
            sentence, _, advice = words.partition(". ")
            return PartwiseError(f"{sentence.removesuffix('.')}.", advice or _INSTALL, log)
        if status is None or (status == 0 and trouble is not None):
            detail = f"{trouble or 'It closed its output.'}\n{log}"
            if self.hello is None:
                return PartwiseError("The engine is none of this version.", _INSTALL, detail)
            return PartwiseError("What the engine sent cannot be read.", _REPORT, detail)
        if self.hello is None:
            return PartwiseError(f"The engine could not start: it {_how(status)}.", _INSTALL, log)
        if status == -getattr(signal, "SIGKILL", 9):
            return PartwiseError(
                "The engine was ended by the system, perhaps because memory ran out.",
                "Close other programs, or reduce the mesh, and try again.",
                log,
            )
        return PartwiseError(f"The engine broke down: it {_how(status)}.", _REPORT, log)

    # On the thread that writes.

    def _write(self, stdin: IO[bytes]) -> None:
        try:
            with stdin:
                while (item := self._outbox.get()) is not None:
                    self._write_one(stdin, item)
        except OSError:  # the process is gone; the reader says why
            pass

    def _write_one(self, stdin: Any, item: Call | dict[str, Any]) -> None:
        if isinstance(item, dict):
            write_pieces(stdin, encode_frame(item))
        elif not item.done:
            try:
                pieces = encode_frame(*_request(item))
            except Exception as error:  # too large for a message
                self._answer(item.id, error=in_words(error))
            else:
                write_pieces(stdin, pieces)

    # On the thread that polls.

    def _settle(self, call_id: int, result: Any, error: PartwiseError | None) -> None:
        call = self.calls.pop(call_id, None)
        if call is not None:
            self.has_answered = True
            call.settle(result, error)


def in_words(error: Exception) -> PartwiseError:
    """An exception as an error for people; the detail of an unexpected one is its traceback."""
    if isinstance(error, PartwiseError):
        return error
    detail = "".join(traceback.format_exception(error))
    if isinstance(error, MemoryError):
        return OutOfMemory(
            "There was not enough memory for the result.",
            "Close other programs, or reduce the mesh, and try again.",
            detail,
        )
    return PartwiseError(
        f"Something went wrong inside Partwise ({type(error).__name__}).",
        "Send us the report: this is a fault of Partwise.",
        detail,
    )


def _request(call: Call) -> tuple[dict[str, Any], Mapping[str, Any]]:
    method = next(name for name, (kind, _) in METHODS.items() if kind is type(call.request))
    assert call.request is not None
    params, arrays = call.request.to_message()
    return {"type": "request", "id": call.id, "method": method, "params": params}, arrays


def _result(call: Call, message: Message) -> Any:
    answers = next(answer for kind, answer in METHODS.values() if kind is type(call.request))
    result = answers.from_message(message.body.get("params", {}), message.arrays)
    return call.then(result) if call.then else result


def _piece(call: Call, message: Message) -> Fields:
    method = next(name for name, (kind, _) in METHODS.items() if kind is type(call.request))
    return read_partial(method, message.body.get("params", {}), message.arrays)


def _error(body: Mapping[str, Any]) -> PartwiseError:
    error = of_code(body["code"])(body["message"], body.get("hint", ""), body.get("detail", ""))
    error.code = body["code"]
    return error


def _check_hello(message: Message) -> None:
    """Raises PartwiseError for an engine of another version of Partwise."""
    version = message.body.get("version")
    if message.type != "hello" or version != __version__:
        raise PartwiseError(
            f"The engine is of another version of Partwise ({version}) than the extension "
            f"({__version__}).",
            _INSTALL,
        )


def _reap(process: subprocess.Popen[bytes]) -> int | None:
    """Exit status of a process that should be ending; None when it had to be killed."""
    try:
        return process.wait(_LAST_WORDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return None


def _how(status: int) -> str:
    if status < 0:
        try:
            return f"was ended by {signal.Signals(-status).name}"
        except ValueError:
            return f"was ended by signal {-status}"
    return f"ended with status {status if status < 256 else hex(status)}"
