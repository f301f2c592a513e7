# SPDX-License-Identifier: GPL-3.0-or-later
"""What Linux tells of devices, in small files; where one cannot be read it tells nothing."""

from __future__ import annotations

from pathlib import Path


def text(path: Path) -> str:
    """All of a file; nothing where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def line(path: Path) -> str:
    """A file of one line."""
    return text(path).strip()


def number(words: str) -> int:
    """A number as 12 or 0x0c; 0 for what is none."""
    try:
        return int(words, 0)
    except ValueError:
        return 0
