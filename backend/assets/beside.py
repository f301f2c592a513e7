# SPDX-License-Identifier: GPL-3.0-or-later
"""Files beside a model: found as its author meant them, whatever the system it was made on."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path


class Beside:
    """Finds the files that a model names. Folders are listed once, for models name many files."""

    def __init__(self) -> None:
        self._listed: dict[Path, dict[str, str]] = {}

    def find(self, folders: Sequence[Path], name: str) -> Path | None:
        """The file that a model calls `name`, looked for from each of `folders`; None if missing.

        Backslashes are slashes, upper and lower case are alike where nothing else fits, and of a
        path of another machine as much of the end is used as is there.
        """
        words = name.strip().strip("\"'").strip().replace("\\", "/")
        parts = [part for part in words.split("/") if part not in ("", ".")]
        absolute = words.startswith("/") or re.match(r"[A-Za-z][\w+.-]*:", words)
        for first in range(1 if absolute and len(parts) > 1 else 0, len(parts)):
            for folder in folders:
                found = self._below(folder, parts[first:])
                if found is not None:
                    return found
        return None

    def _below(self, folder: Path, parts: list[str]) -> Path | None:
        try:
            exact = folder.joinpath(*parts)
            if exact.is_file():
                return exact
            for part in parts[:-1]:
                folder = folder / part if (folder / part).is_dir() else self._alike(folder, part)
            found = self._alike(folder, parts[-1])
            return found if found.is_file() else None
        except (OSError, ValueError, KeyError):  # no such folder, a name too long, a zero byte
            return None

    def _alike(self, folder: Path, name: str) -> Path:
        """The entry of a folder whose name differs in case or composition of letters at most."""
        if folder not in self._listed:
            names = sorted(os.listdir(folder), reverse=True)
            self._listed[folder] = {_folded(entry): entry for entry in names}
        return folder / self._listed[folder][_folded(name)]


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
