# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that step down when memory runs out, and what is said of a device that is gone."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from typing import TypeVar

import torch

from ..contract.errors import DeviceLost, OutOfMemory
from ..machine.plan import Plan
from ..machine.resident import residents

Result = TypeVar("Result")

FULL = ("out of memory", "not enough memory", "can't allocate memory")  # of torch's plain errors
LOST = (
    "device-side assert",
    "device lost",
    "unspecified launch failure",
    "cuda error",
    "hip error",
)


def on_rungs(plans: Sequence[Plan], job: Callable[[Plan], Result]) -> Result:
    """What a job answers on the first rung on which it does not run out of memory.

    Raises OutOfMemory where none is left, DeviceLost where the card no longer answers.
    """
    for plan in plans:
        try:
            return job(plan)
        except (MemoryError, RuntimeError) as error:
            told = str(error).lower()
            if isinstance(error, MemoryError) or any(word in told for word in FULL):
                last = told
            elif any(word in told for word in LOST):
                raise DeviceLost(
                    "The graphics card stopped answering.",
                    "Start the engine again; if it happens once more, update its driver.",
                    str(error),
                ) from error
            else:
                raise
        free()
    raise OutOfMemory(
        "There is not enough memory for this model.",
        "Close other programs, or choose another engine.",
        last if plans else "",
    )


def free() -> None:
    """Give the memory of all networks and of what is no longer used back to the device."""
    residents.unload()
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    elif torch.backends.mps.is_available():
        torch.mps.empty_cache()
