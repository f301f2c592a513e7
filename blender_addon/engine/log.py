# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine writes for people: the last lines in memory, all of them in a file. No bpy."""

from __future__ import annotations

import os
import threading
from collections import deque
from pathlib import Path
from typing import IO

_LINES = 200
_LONGEST_LINE = 2000  # characters
_LARGEST_FILE = 1 << 20  # bytes; then a new one is begun and one old one is kept


class EngineLog:
    """Lines of text; may be written from several threads.

    path : the file to append to, or None for none. A file that cannot be written is left alone:
        the log must never be the reason that a job fails.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lines: deque[str] = deque(maxlen=_LINES)
        self._lock = threading.Lock()

    def write(self, line: str) -> None:
        """Add a line."""
        line = line.rstrip()[:_LONGEST_LINE]
        with self._lock:
            self._lines.append(line)
            if self._path is not None:
                try:
                    self._append(self._path, line)
                except OSError as error:
                    self._lines.append(f"(no log file: {error})")
                    self._path = None

    def drain(self, pipe: IO[bytes]) -> None:
        """Add all lines of a pipe, until it ends."""
        with pipe:
            for line in pipe:
                self.write(line.decode("utf-8", errors="replace"))

    def tail(self) -> str:
        """The last 200 lines."""
        with self._lock:
            return "\n".join(self._lines)

    def _append(self, path: Path, line: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Opened for each line: lines are few, and two Blenders may share the file.
        with open(path, "a", encoding="utf-8", errors="replace") as file:
            file.write(line + "\n")
            size = file.tell()
        if size > _LARGEST_FILE:
            os.replace(path, path.with_suffix(".old.log"))
