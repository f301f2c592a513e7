# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that this process runs. None of them outlives it, unless the system itself kills it."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO

_ENDING = 5.0  # seconds that a program has to end before it is killed
_lock = threading.Lock()  # held while one is started, so that none is started behind `end_all`
_running: set[subprocess.Popen[bytes]] = set()
_over = False


@contextmanager
def running(
    words: Sequence[str],
    variables: Mapping[str, str],
    out: IO[bytes],
    said: IO[bytes],
    ending: float = _ENDING,
) -> Iterator[subprocess.Popen[bytes]]:
    """A program without a window and without input; it is ended when it is needed no more: kindly,
    and after `ending` seconds for certain.

    Raises OSError where it cannot be started.
    """
    with _lock:
        if _over:
            raise OSError("the process is just ending")
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=said,
            env=dict(variables),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        _running.add(process)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(ending)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        with _lock:
            _running.discard(process)


def end_all() -> None:
    """Kill what still runs and start nothing more, for the process ends. From any thread."""
    global _over
    with _lock:
        _over = True
        for process in _running:
            with suppress(OSError):
                process.kill()
