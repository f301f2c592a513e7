# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that is run to its end, or until the job is cancelled."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True)
class Going:
    """A program that runs; `out` and `said` are the files that its words go to."""

    process: subprocess.Popen[bytes]
    out: Path
    said: Path

    @property
    def runs(self) -> bool:
        """Whether it has not ended yet."""
        return self.process.poll() is None

    def so_far(self) -> str:
        """What it wrote to stderr so far."""
        return self.said.read_text("utf-8", "replace")

    def wait(self, progress: Progress = SILENT, look: Look | None = None) -> Ended:
        """Wait for its end. look : as for `run`. Raises Cancelled when `progress` is cancelled."""
        _wait(self.process, progress, look)
        return Ended(self.process.returncode, self.out.read_text("utf-8", "replace"), self.so_far())


@contextmanager
def going(words: Sequence[str], variables: Mapping[str, str]) -> Iterator[Going]:
    """A program without a window and without input; it is ended with the block.

    Raises OSError where it cannot be started.
    """
    # Files, not pipes: nobody has to empty them meanwhile.
    with tempfile.TemporaryDirectory(prefix="partwise-", ignore_cleanup_errors=True) as name:
        out, said = Path(name, "out"), Path(name, "said")
        with (
            out.open("wb") as to_out,
            said.open("wb") as to_said,
            running(words, variables, to_out, to_said, ENDING) as process,
        ):
            yield Going(process, out, said)


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
    with going(words, variables) as one:
        return one.wait(progress, look)


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
