# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that is run to its end, or until the job is cancelled."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..contract.progress import SILENT, Progress
from ..machine.children import running

TURN = 0.1  # seconds between two looks for a cancel
LOOK, LOOKS = 0.5, 2  # seconds between two looks at how far it is, and times of how long one takes
ENDING = 5.0  # seconds that it has to end before it is killed
Look = Callable[[], tuple[str, float]]


@dataclass(frozen=True)
class Ended:
    """How a program ended: its status, and what it wrote to stdout and stderr."""

    status: int
    out: str
    said: str


def run(
    words: Sequence[str],
    variables: Mapping[str, str],
    progress: Progress = SILENT,
    look: Look | None = None,
) -> Ended:
    """Run a program without a window and without input.

    look : tells, now and then, words and a share for the progress.

    Raises Cancelled, after the program was ended, when `progress` is cancelled; OSError where it
    cannot be started.
    """
    # Files, not pipes: nobody has to empty them meanwhile.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        with running(words, variables, out, said, ENDING) as process:
            _wait(process, progress, look)
        out.seek(0)
        said.seek(0)
        return Ended(
            process.returncode,
            out.read().decode("utf-8", "replace"),
            said.read().decode("utf-8", "replace"),
        )


def _wait(process: subprocess.Popen[bytes], progress: Progress, look: Look | None) -> None:
    due, share = 0.0, 0.0
    while True:
        began = time.monotonic()
        if look is not None and began >= due:
            stage, found = look()
            share = max(share, min(found, 1.0))
            progress = progress.span(0.0, 1.0, stage)
            took = time.monotonic() - began
            due = began + max(LOOK, LOOKS * took)
        progress.step(share)
        try:
            process.wait(TURN)
            return
        except subprocess.TimeoutExpired:
            pass
