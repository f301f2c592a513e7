# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command says: results on stdout, progress and sentences on stderr."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO


class Console:
    """The two streams of a command.

    Parameters
    ----------
    quiet : only errors on stderr.
    as_json : results are kept and printed as one JSON document by `close`.
    """

    def __init__(self, *, quiet: bool = False, as_json: bool = False) -> None:
        self.quiet = quiet
        self.as_json = as_json
        self.document: dict[str, Any] = {}
        self._bar: Any = None
        self._stage = ""

    def result(self, text: str) -> None:
        """Print a line for people on stdout, unless the results are wanted as JSON."""
        if self._bar is not None:
            self.end_progress()
        if not self.as_json:
            self._print(text)

    def close(self) -> None:
        """End the progress bar and print the JSON document, if one was asked for."""
        self.end_progress()
        if self.as_json:
            self._print(json.dumps(self.document, ensure_ascii=False, allow_nan=False))

    def _print(self, text: str) -> None:
        try:
            print(text, flush=True)
        except BrokenPipeError:  # the reader has seen enough; files are still written
            hush(sys.stdout)

    def say(self, text: str) -> None:
        """A sentence on stderr, unless quiet."""
        if not self.quiet:
            self.warn(text)

    def warn(self, text: str) -> None:
        """A sentence on stderr, also when quiet."""
        self.end_progress()
        try:
            print(text, file=sys.stderr, flush=True)
        except BrokenPipeError:
            hush(sys.stderr)

    def progress(self, stage: str, done: int, total: int) -> None:
        """A bar on a terminal; elsewhere one plain line a stage."""
        if self.quiet:
            return
        kind = re.sub(r"[\d.]+ of ", "", stage)  # of a hundred parts the first one's line will do
        if not sys.stderr.isatty():
            if kind != self._stage:
                self.say(f"  {stage}")
                self._stage = kind
            return
        from tqdm import tqdm

        if kind != self._stage or self._bar is None:
            self.end_progress()
            self._bar = tqdm(
                total=total, desc=stage, leave=False, bar_format="{desc} {bar} {n}/{total}"
            )
            self._stage = kind
        if self._bar.desc != stage:
            self._bar.set_description_str(stage)
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def end_progress(self) -> None:
        """Take the bar off the terminal."""
        if self._bar is not None:
            self._bar.close()
        self._bar, self._stage = None, ""


@contextmanager
def names_written(console: Console, written: Sequence[Path]) -> Iterator[None]:
    """Where a command fails or is interrupted, it says which files it wrote before that."""
    try:
        yield
    except BaseException:
        if written:
            console.warn(f"Written before that: {', '.join(map(str, written))}.")
        raise


def hush(stream: TextIO) -> None:
    """Send what is still written to a stream whose reader is gone into the void."""
    with open(os.devnull, "wb") as void:
        os.dup2(void.fileno(), stream.fileno())


def speak_utf8() -> None:
    """UTF-8 on stdout and stderr whatever the locale; odd bytes of file names as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
