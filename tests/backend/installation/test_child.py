# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs are run to their end, or ended with the job that they belong to."""

from __future__ import annotations

import os
import sys
import time

import pytest

from backend.contract.errors import Cancelled
from backend.contract.progress import Progress
from backend.installation import child


def test_what_a_program_says_and_how_it_ends_is_told() -> None:
    code = "import sys; print('out'); print('said', file=sys.stderr); sys.exit(3)"
    ended = child.run([sys.executable, "-c", code], os.environ)
    assert (ended.status, ended.out.strip(), ended.said.strip()) == (3, "out", "said")


def test_much_that_is_said_does_not_stop_it() -> None:
    ended = child.run([sys.executable, "-c", "print('x' * 1_000_000)"], os.environ)
    assert len(ended.out.strip()) == 1_000_000


@pytest.mark.parametrize("stubborn", [False, True])
def test_a_cancel_ends_it(monkeypatch: pytest.MonkeyPatch, stubborn: bool) -> None:
    monkeypatch.setattr(child, "ENDING", 0.3)
    started = time.monotonic()

    def tell(_stage: str, _done: int, _whole: int) -> None:
        if time.monotonic() - started > 0.3:
            raise Cancelled

    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" if stubborn else ""
    code = f"{deaf}import time; time.sleep(60)"
    with pytest.raises(Cancelled):
        child.run([sys.executable, "-c", code], os.environ, Progress(tell))
    assert time.monotonic() - started < 5.0


def test_the_share_that_is_told_never_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "LOOK", 0.1)
    told: list[int] = []
    shares = iter([0.6, 0.2, 0.9, 0.1])
    child.run(
        [sys.executable, "-c", "import time; time.sleep(0.6)"],
        os.environ,
        Progress(lambda _stage, done, _whole: told.append(done)),
        lambda: ("Toy", next(shares, 0.0)),
    )
    assert told == sorted(told)
    assert told[0] == 60
