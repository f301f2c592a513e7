# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine as Blender's main thread sees it: ask, look now and then, never wait. No bpy.

::

    client = Client(engine_command.command)
    call = client.submit(Segment(fingerprint))
    while not call.done:  # a timer, in Blender
        client.poll()
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from ...backend.contract.errors import Cancelled, PartwiseError
from ...backend.contract.fields import Fields
from .command import Starting
from .log import EngineLog
from .process import Call, EngineProcess, Events, in_words

RESTART_DELAY = 0.5  # seconds; what ended the engine (say, no memory) may need a moment to pass
PATIENCE = 3.0  # seconds for the engine to end when it is asked to


class Client:
    """Talks to an engine that it starts when the first call needs it.

    All methods are for one thread. None but `wait` and `stop` ever waits.

    command : program and arguments of the engine, called on a thread at each start; or all of how
        it is started.
    log_file : takes what the engine says on stderr, if given.
    """

    def __init__(
        self, command: Callable[[], Sequence[str]] | Starting, log_file: Path | None = None
    ) -> None:
        self.log = EngineLog(log_file)
        self.starting = command if isinstance(command, Starting) else Starting(command)
        self._events: Events = SimpleQueue()
        self._ids = itertools.count(1)
        self._engine: EngineProcess | None = None
        self._last_hello: dict[str, Any] = {}

    @property
    def pid(self) -> int | None:
        """Id of the engine's process, None while there is none."""
        return self._engine.pid if self._engine else None

    @property
    def hello(self) -> dict[str, Any]:
        """What the engine said of itself: version, device, memory, engines. Empty before it did."""
        return (self._engine.hello if self._engine else None) or {}

    @property
    def last_hello(self) -> dict[str, Any]:
        """The same of the last engine that said it, also after its end."""
        return self.hello or self._last_hello

    def submit(self, request: Fields, then: Callable[[Any], Any] | None = None) -> Call:
        """Ask the engine; it is started if it does not run.

        `then` turns the engine's answer into the call's result. It runs on another thread and may
        take its time; an exception in it becomes the call's error.
        """
        self.poll()  # it may have ended since the last look
        if self._engine is None:
            self._engine = self._start()
        call = Call(next(self._ids), request, then)
        self._engine.send(call)
        return call

    def compute(self, work: Callable[[], Any]) -> Call:
        """Run `work` on a thread of its own; what it returns is the call's result.

        It needs no engine. It must touch nothing that belongs to Blender.
        """
        call = Call(next(self._ids))

        def run() -> None:
            try:
                self._events.put(partial(call.settle, work()))
            except Exception as error:
                self._events.put(partial(call.settle, error=in_words(error)))

        threading.Thread(target=run, name="partwise work", daemon=True).start()
        return call

    def cancel(self, call: Call) -> None:
        """End a call at once, with the error Cancelled; the engine then stops working on it."""
        if self._engine is not None:
            self._engine.cancel(call)
        call.settle(error=Cancelled())

    def poll(self) -> bool:
        """Take in what has happened. Returns whether anything has."""
        happened = False
        while True:
            try:
                event = self._events.get_nowait()
            except Empty:
                return happened
            event()
            happened = True

    def wait(self, call: Call, timeout: float | None = None) -> bool:
        """Wait for the end of a call, at most `timeout` seconds. Returns whether it has ended."""
        end = None if timeout is None else time.monotonic() + timeout
        while not call.done:
            left = None if end is None else max(end - time.monotonic(), 0.0)
            try:
                event = self._events.get(timeout=left)
            except Empty:
                break
            event()
        return call.done

    def stop(self, patience: float = PATIENCE) -> None:
        """End the engine and fail what it works on. A later `submit` starts a new one."""
        self._last_hello = self.last_hello
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.stop(patience)
            _fail(engine, PartwiseError("The engine was stopped.", "Start the job again."))

    def _start(self, *, again: bool = False) -> EngineProcess:
        self.starting.prepare()
        return EngineProcess(
            self.starting.command,
            self.log,
            self._events,
            self._ended,
            self.starting.variables,
            delay=RESTART_DELAY if again else 0.0,
            is_restart=again,
        )

    def _ended(self, engine: EngineProcess, reason: PartwiseError) -> None:
        if engine is not self._engine:  # it was stopped
            return
        self._last_hello = self.last_hello
        self._engine = None
        if engine.hello is None and self.starting.another_way(reason):
            waiting = [call for call in engine.calls.values() if not call.done]
            if waiting:
                self._engine = self._start()
                for call in waiting:  # none was answered, so that it can be asked again
                    self._engine.send(call)
            return
        was_busy = bool(engine.calls)
        _fail(engine, reason)
        # Once: an engine that was started again and ended before any answer stays ended, until
        # somebody asks for something.
        if was_busy and engine.hello and (engine.has_answered or not engine.is_restart):
            self._engine = self._start(again=True)


def _fail(engine: EngineProcess, reason: PartwiseError) -> None:
    for call in engine.calls.values():
        call.settle(error=reason)
    engine.calls.clear()
