# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose licence was agreed to, where it has limits: ``consent.json`` in the folder of all that was
downloaded. A licence that changed its name is asked for again.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..contract.errors import BadInput, ConsentNeeded
from .disk import write
from .public import PublicModel

FILE = "consent.json"


def has_consent(model: PublicModel, home: Path) -> bool:
    """Whether a model may be used: its licence is free, or was agreed to."""
    if model.is_free:
        return True
    given = _read(home).get(model.name)
    return isinstance(given, dict) and given.get("licence") == model.licence


def require(model: PublicModel, home: Path) -> None:
    """Raises ConsentNeeded where `has_consent` is not so."""
    if not has_consent(model, home):
        raise ConsentNeeded(
            f"The licence of {model.title}, {model.licence}, has limits: {model.limits}.",
            f"Read it at {model.licence_page}; if you agree, say so "
            f"(in a shell: models download {model.name} --accept-licence).",
        )


def agree(model: PublicModel, name: str, home: Path) -> None:
    """Remember consent to the licence of a name, where the model's has limits.

    Raises BadInput where that is not its licence: then another one was read.
    """
    if name != model.licence:
        raise BadInput(
            f"The licence of {model.title} is {model.licence}, not “{name:.80}”.",
            f"Read it at {model.licence_page}, and agree to that one.",
        )
    if not has_consent(model, home):
        consent(model, home)


def consent(model: PublicModel, home: Path) -> None:
    """Remember that the licence of a model was agreed to, and when. Raises BadInput, DiskFull."""
    given = _read(home)
    given[model.name] = {
        "licence": model.licence,
        "page": model.licence_page,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write(home / FILE, json.dumps(given, indent=2, ensure_ascii=False) + "\n")


def _read(home: Path) -> dict[str, Any]:
    """What was agreed to; nothing where that cannot be read."""
    try:
        read = json.loads((home / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}
