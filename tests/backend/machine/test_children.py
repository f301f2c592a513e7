# SPDX-License-Identifier: GPL-3.0-or-later
"""No program outlives the process that runs it."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from backend.machine import children, supervised

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


def test_all_are_killed_from_another_thread_and_none_is_started_afterwards(tmp_path: Path) -> None:
    began = time.monotonic()
    with (tmp_path / "out").open("wb") as out:
        with children.running(SLEEP, os.environ, out, out) as process:
            threading.Timer(0.1, children.end_all).start()
            process.wait(30)
        assert time.monotonic() - began < 30
        with pytest.raises(OSError, match="ending"), children.running(SLEEP, os.environ, out, out):
            pass
