# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that this process runs. None of them outlives it, not even where the system kills it:
beside each runs `supervised.py`, which notices and ends it.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_ENDING = 5.0  # seconds that a program has to end before it is killed
_SPARE = 5.0  # seconds more for what kills it
_SUPERVISED = Path(__file__).with_name("supervised.py")
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
    and after `ending` seconds for certain. The process stands for it and ends with its status;
    where the program does not run after all, with that of `supervised.NOT_STARTED`.

    Raises OSError where it cannot be started.
    """
    _require(words[0], variables)
    with _lock:
        if _over:
            raise OSError("the process is just ending")
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_SUPERVISED), str(ending), *words],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=said,
            bufsize=0,
            env=dict(variables),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        _running.add(process)
    try:
        yield process
    finally:
        if process.poll() is None:
            with suppress(OSError, ValueError):  # it has just ended, or was told so
                _stdin(process).write(b"e")
            try:
                process.wait(ending + _SPARE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        with _lock:
            _running.discard(process)
            _stdin(process).close()


def _require(program: str, variables: Mapping[str, str]) -> None:
    """Raises OSError for what is no program."""
    if shutil.which(program, path=variables.get("PATH")) is None:
        number = errno.EACCES if os.path.exists(program) else errno.ENOENT
        raise OSError(number, os.strerror(number), program)


def _stdin(process: subprocess.Popen[bytes]) -> IO[bytes]:
    assert process.stdin is not None
    return process.stdin


def end_all() -> None:
    """Kill what still runs and start nothing more, for the process ends. From any thread."""
    global _over
    with _lock:
        _over = True
        for process in _running:
            with suppress(OSError):
                _stdin(process).close()
