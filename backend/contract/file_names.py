# SPDX-License-Identifier: GPL-3.0-or-later
"""File names for things with names of their own. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Names that Windows keeps for devices, whatever the ending.
RESERVED = {"con", "prn", "aux", "nul"}
RESERVED |= {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}


def file_names(names: Iterable[str], ending: str) -> list[str]:
    """File names for objects: allowed on every system, and different also where case is not."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        stem = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", name).strip(" .") or "part"
        if stem.lower().partition(".")[0] in RESERVED:
            stem = f"_{stem}"
        unique, number = stem, 1
        while unique.lower() in taken:
            number += 1
            unique = f"{stem}_{number}"
        taken.add(unique.lower())
        found.append(f"{unique}.{ending}")
    return found
