# SPDX-License-Identifier: GPL-3.0-or-later
"""No program outlives the process that runs it."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from backend.machine import children

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture(autouse=True)
def not_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "_over", False)


def test_a_program_is_ended_with_the_block(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as out:
        with children.running(SLEEP, os.environ, out, out) as process:
            assert process.poll() is None
        assert process.poll() is not None


def test_all_are_killed_from_another_thread_and_none_is_started_afterwards(tmp_path: Path) -> None:
    began = time.monotonic()
    with (tmp_path / "out").open("wb") as out:
        with children.running(SLEEP, os.environ, out, out) as process:
            threading.Timer(0.1, children.end_all).start()
            process.wait(30)
        assert time.monotonic() - began < 30
        with pytest.raises(OSError, match="ending"), children.running(SLEEP, os.environ, out, out):
            pass
