# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory: bytes of arrays that an object keeps alive, NumPy's and torch's alike; of the process."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

log = logging.getLogger(__name__)

_PLAIN = (str, bytes, int, float, complex, type(None), type, FunctionType, ModuleType)


def held_bytes(value: Any, seen: set[int] | None = None) -> int:
    """Bytes of the arrays and tensors that an object holds, directly or below.

    What is shared counts once: `seen` keeps what was met, also from one call to the next. An object
    that holds memory of another kind says so by an integer ``held_bytes`` of its own.
    """
    seen = set() if seen is None else seen
    total, waiting = 0, [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, _PLAIN) or id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, np.ndarray):
            # A view keeps all of its base alive.
            base = one
            while isinstance(base.base, np.ndarray):
                base = base.base
            if base is one or id(base) not in seen:
                seen.add(id(base))
                total += base.nbytes
                if base.dtype.hasobject:
                    waiting += base.ravel().tolist()
        elif hasattr(one, "untyped_storage"):  # a tensor, without loading torch to ask for its type
            storage = one.untyped_storage()
            if storage.data_ptr() not in seen:
                seen.add(storage.data_ptr())
                total += storage.nbytes()
        else:
            said = getattr(one, "held_bytes", None)
            total += said if isinstance(said, int) else 0
            waiting += _below(one)
    return total


def _below(value: Any) -> Iterator[Any]:
    """What an object holds: items, attributes and slots."""
    if isinstance(value, Mapping):
        yield from list(value.values())
    elif isinstance(value, list | tuple | Set):
        yield from list(value)
    yield from list(getattr(value, "__dict__", {}).values())
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__"):
                yield getattr(value, name, None)


def process_memory() -> int | None:
    """Resident memory of this process in bytes, None where it cannot be told."""
    try:
        resident = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError):
        return None
    return resident * os.sysconf("SC_PAGE_SIZE")


def give_back() -> None:
    """Give what is no longer used back to the system, and of graphics cards to other programs."""
    torch = sys.modules.get("torch")
    if torch is None:
        return
    gc.collect()
    try:
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        elif torch.backends.mps.is_available():
            torch.mps.empty_cache()
        elif torch.xpu.is_available():
            torch.xpu.empty_cache()
    except RuntimeError:  # of a card that is lost, which holds nothing any more
        log.exception("the card's memory could not be given back")
