# SPDX-License-Identifier: GPL-3.0-or-later
"""What is installed, told quickly and without raising, whatever state it is in."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from ..contract.errors import PartwiseError
from . import environment, lists, removal
from .accelerators import ACCELERATORS
from .environment import Environment

A_LOOK = 0.1  # seconds for each of some looks over many files


@dataclass(frozen=True)
class Engine:
    """The environment in use.

    Parameters
    ----------
    state : "missing", "here", "damaged", or "outdated" where this version lists other packages.
    environment : None where there is none, or nobody knows which.
    trouble : what is damaged, a sentence, else empty.
    bytes : what it and its caches take, about.
    left : bytes of what was removed and still takes room, as many as are counted in a moment.
    """

    state: str
    environment: Environment | None
    trouble: str
    bytes: int
    left: int = 0

    @property
    def label(self) -> str:
        """Its accelerator, for people."""
        return "" if self.environment is None else label_of(self.environment.accelerator)


def look(home: Path) -> Engine:
    """What is installed in a folder. Takes a fraction of a second: not all files of a large
    environment may have been looked at.
    """
    found = environment.current(home)
    trouble = environment.trouble(home, until=time.monotonic() + A_LOOK)
    size = environment.size(home, until=time.monotonic() + A_LOOK)
    if trouble:
        state = "damaged"
    elif found is None:
        state = "missing"
    else:
        state = "here" if _is_listed(found) else "outdated"
    return Engine(state, found, trouble, size, removal.left(home, until=time.monotonic() + A_LOOK))


def label_of(accelerator: str) -> str:
    """An accelerator's name for people."""
    known = ACCELERATORS.get(accelerator)
    return accelerator if known is None else known.label


def _is_listed(found: Environment) -> bool:
    """Whether an environment holds what this version lists, as far as it lists anything."""
    one = ACCELERATORS.get(found.accelerator)
    try:
        if one is None or found.own or not lists.serves(one):
            return True
        return found.digest == lists.digest(lists.of(one))
    except PartwiseError:  # this version's own lists are damaged, which an installation tells
        return True
