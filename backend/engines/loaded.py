# SPDX-License-Identifier: GPL-3.0-or-later
"""Models in memory: each is read once, by whichever engine needs it first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from ..machine.resident import residents

Model = TypeVar("Model")


def loaded(read: Callable[[Path], Model], path: Path) -> Model:
    """What `read` made of a file of weights. Raises what `read` raises, each time anew.

    The model stays until nobody asked for it for a while, or memory is asked back.
    """
    return residents.get(f"{read.__name__} {path}", partial(read, path))
