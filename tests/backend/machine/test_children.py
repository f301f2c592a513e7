# SPDX-License-Identifier: GPL-3.0-or-later
"""No program outlives the process that runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backend.machine import children, supervised

ROOT = Path(__file__).parents[3]
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture(autouse=True)
def not_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "_over", False)


def test_a_program_is_ended_with_the_block(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out:
        with children.running(SLEEP, os.environ, out, out) as process:
            assert process.poll() is None
        assert process.poll() is not None


@pytest.mark.parametrize(
    ("code", "status"),
    [("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 15)", 128 + 15)],
)
def test_it_ends_with_the_status_of_the_program(tmp_path: Path, code: str, status: int) -> None:
    if os.name == "nt" and status > 128:
        pytest.skip("there are no signals")
    with (
        (tmp_path / "out").open("wb") as out,
        children.running([sys.executable, "-c", code], os.environ, out, out) as process,
    ):
        assert process.wait(30) == status


def test_what_is_no_program_is_not_started(tmp_path: Path) -> None:
    broken = tmp_path / "broken.exe"
    broken.write_bytes(b"\0")
    with (tmp_path / "out").open("w+b") as out:
        for words in (["/nowhere/program"], [str(tmp_path)]):
            running = children.running(words, os.environ, out, out)
            with pytest.raises(OSError, match=r"Errno (2|13)"), running:
                pass
        broken.chmod(0o755)
        with children.running([str(broken)], os.environ, out, out) as process:
            assert process.wait(30) == supervised.NOT_STARTED
        assert b"broken.exe" in (tmp_path / "out").read_bytes()


# A process that runs a program, which writes who it is and what it runs itself, and sleeps.
RUNS = """
import os, sys
from pathlib import Path
from backend.machine import children
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


def until(holds: object) -> None:
    """Wait until something holds, a few seconds at most."""
    assert callable(holds)
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


def test_all_are_killed_from_another_thread_and_none_is_started_afterwards(tmp_path: Path) -> None:
    began = time.monotonic()
    with (tmp_path / "out").open("wb") as out:
        with children.running(SLEEP, os.environ, out, out) as process:
            threading.Timer(0.1, children.end_all).start()
            process.wait(30)
        assert time.monotonic() - began < 30
        with pytest.raises(OSError, match="ending"), children.running(SLEEP, os.environ, out, out):
            pass
