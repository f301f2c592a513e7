# SPDX-License-Identifier: GPL-3.0-or-later
"""In which numbers a device computes: 16 bits where it is made for them, else 32."""

from __future__ import annotations

import functools
import time
from typing import TYPE_CHECKING

from .device import Device

if TYPE_CHECKING:
    import torch

AMPERE = 8  # the first generation of NVIDIA's cards that computes in bfloat16
WORTH = 1.5  # times faster, from which on a processor computes in 16 bits
ROWS, WIDTH = 512, 1024  # of the product that is measured


def precision(device: Device) -> torch.dtype:
    """The numbers of networks on a device.

    bfloat16 has the range of 32 bits, so that nothing overflows; older cards and Metal know half
    precision alone. Some processors multiply in bfloat16 several times faster, most do not: that is
    measured once, in some hundredths of a second.
    """
    import torch

    if device.kind == "cpu":
        return torch.bfloat16 if halves_are_faster() else torch.float32
    if device.kind == "mps":
        return torch.float16
    if device.kind == "cuda" and torch.cuda.get_device_capability()[0] < AMPERE:
        return torch.float16
    return torch.bfloat16


@functools.cache
def halves_are_faster() -> bool:
    """Whether this processor multiplies matrices clearly faster in bfloat16 than in 32 bits."""
    import torch

    return _seconds(torch.float32) > WORTH * _seconds(torch.bfloat16, most=0.2)


def _seconds(kind: torch.dtype, most: float = 1.0) -> float:
    """The shortest of a few products. most : seconds after which it is given up as slow.

    In time of the processor, as other programs may keep it from us.
    """
    import torch

    one, other = torch.ones(ROWS, WIDTH, dtype=kind), torch.ones(WIDTH, WIDTH, dtype=kind)
    best, began = float("inf"), time.thread_time()
    with torch.inference_mode():
        for _ in range(4):
            start = time.thread_time()
            torch.nn.functional.linear(one, other)
            best = min(best, time.thread_time() - start)
            if time.thread_time() - began > most:
                break
    return best
