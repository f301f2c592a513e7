# SPDX-License-Identifier: GPL-3.0-or-later
"""Models in memory: each is read once, by whichever engine needs it first."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Model = TypeVar("Model")


def loaded(read: Callable[[Path], Model], path: Path) -> Model:
    """What `read` made of a file of weights. Raises what `read` raises, each time anew."""
    model: Model = _kept(read, path)
    return model


@functools.lru_cache(maxsize=16)
def _kept(read: Callable[[Path], Any], path: Path) -> Any:
    return read(path)
