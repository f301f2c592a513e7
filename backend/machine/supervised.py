# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program and ends it when whoever asked for it is gone, however that came.

    python -I -S supervised.py SECONDS PROGRAM ARGUMENTS...

Whoever asks holds the other end of stdin. A byte there asks the program to end and kills it after
so many seconds; the end of stdin, which the system itself brings about when a process dies, kills
it at once. That holds on every system, without a call of its own for each. Standard library only,
and of that little: this starts before each program.
"""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

NOT_STARTED = 126  # exit status, as of a shell; the reason stands on stderr
_BY_SIGNAL = 128  # as of a shell, and the number of the signal is added


def main(seconds: str, *words: str) -> int:
    """Run the program. Returns its exit status."""
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # what it starts itself is ended with it
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        print(f"{words[0]}: {error.strerror or error}", file=sys.stderr, flush=True)
        return NOT_STARTED
    # Ctrl+C in a shell is for whoever asked, who then says what becomes of the program.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: end(process, 0.0))
    threading.Thread(target=watch, args=(process, float(seconds)), daemon=True).start()
    status = process.wait()
    return status if status >= 0 else _BY_SIGNAL - status


def watch(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    """Wait for what stdin says, and end the program."""
    asked = os.read(0, 1)
    end(process, seconds if asked else 0.0)


def end(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    """End a program and what it started: kindly, and after some seconds for certain."""
    if seconds > 0.0:
        _tell(process, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    _tell(process, getattr(signal, "SIGKILL", signal.SIGTERM))


def _tell(process: "subprocess.Popen[bytes]", what: int) -> None:
    with suppress(OSError):  # it has ended
        if sys.platform != "win32":
            os.killpg(process.pid, what)
        elif what == signal.SIGTERM:
            process.terminate()


if __name__ == "__main__":
    # At once: nothing waits for the thread that reads.
    os._exit(main(*sys.argv[1:]))
