# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands beside a program ends it with the process that asked for it, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

# A process that runs a program, which writes who it is and what it runs itself, and sleeps.
RUNS = """
import os, signal, sys
from pathlib import Path
from backend.machine import children
signal.signal(signal.SIGINT, signal.default_int_handler)  # shells may switch it off
with Path(os.devnull).open("wb") as out:
    with children.running(sys.argv[1:], os.environ, out, out) as one:
        print(one.pid, flush=True)
        one.wait()
"""
PROGRAM = """
import os, subprocess, sys, time
inner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
with open(sys.argv[1] + ".new", "w") as file:
    file.write(f"{os.getpid()} {inner.pid}")
os.replace(sys.argv[1] + ".new", sys.argv[1])
time.sleep(60)
"""


@contextmanager
def started(told: Path) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A process that runs a program, and the ids of those that must not outlive it."""
    words = [sys.executable, "-c", RUNS, sys.executable, "-c", PROGRAM, str(told)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ids = [int(process.stdout.readline())]
            until(told.exists)
            yield process, [*ids, *map(int, told.read_text().split())]
        finally:
            process.kill()


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, a few seconds at most."""
    end = time.monotonic() + 20.0
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def runs(number: int) -> bool:
    """Whether a process runs; one that ended and that nobody asked about does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks Linux who runs")
@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_nothing_outlives_a_process_that_is_killed(tmp_path: Path, how: str) -> None:
    with started(tmp_path / "told") as (process, ids):
        assert all(map(runs, ids))
        process.send_signal(getattr(signal, how))
        until(lambda: not any(map(runs, ids)))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="asks Linux who runs")
def test_what_stands_beside_a_program_takes_it_along_when_it_is_ended(tmp_path: Path) -> None:
    with started(tmp_path / "told") as (_process, ids):
        os.kill(ids[0], signal.SIGTERM)
        until(lambda: not any(map(runs, ids)))
