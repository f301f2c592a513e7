# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of large models and their engine, and how it is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ...backend.contract import installed
from ..engine import jobs, place, setups

OFFLINE = "Blender may not go online: tick Allow Online Access in its preferences, under System"


def is_installed() -> bool:
    """Is there an engine for large models, in whatever state?"""
    return engine_state() != "missing"


def needs_engine() -> bool:
    """Has the engine to be installed or repaired before a model can be got?"""
    return engine_state() in ("missing", "damaged") or jobs.engine_trouble() is not None


def engine_state() -> str:
    """The engine's state, as the last look found it; before it, whether there is one."""
    told = setups.told()
    if told is not None:
        return str(told.engine.get("state", "missing"))
    return "missing" if installed.current(place.home()) is None else "here"


def engine_bytes() -> int:
    """What an installation would download."""
    told = setups.told()
    return int(told.choice.get("download_bytes", 0)) if told is not None else 0


def lacks_packages() -> str:
    """Why packages cannot come, for a tooltip; empty when they can."""
    said = place.sources()
    is_local = bool(said.pack) or (said.index and Path(said.index).is_dir())
    return "" if is_local or place.online() else OFFLINE


def asks_consent(row: dict[str, Any]) -> bool:
    """Has a licence with limits to be agreed to?"""
    return bool(row.get("limits")) and not row.get("consent")


def size_text(size: float) -> str:
    """Bytes as people read them."""
    if size < 950_000:
        return f"{size / 1e3:.0f} kB"
    if size < 950_000_000:
        return f"{size / 1e6:.0f} MB"
    return f"{size / 1e9:.1f} GB"


def in_lines(text: str, letters: int) -> list[str]:
    """A text in lines of so many letters at most, for dialogs, whose width does not change."""
    import textwrap

    return textwrap.wrap(text, letters)
