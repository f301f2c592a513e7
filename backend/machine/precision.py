# SPDX-License-Identifier: GPL-3.0-or-later
"""In which numbers a device computes: 16 bits where it is made for them, else 32."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .device import Device

if TYPE_CHECKING:
    import torch

AMPERE = 8  # the first generation of NVIDIA's cards that computes in bfloat16


def precision(device: Device) -> torch.dtype:
    """The numbers of networks on a device.

    bfloat16 has the range of 32 bits, so that nothing overflows; older cards and Metal know half
    precision alone. Processors are exact: what they would gain depends on the model of each.
    """
    import torch

    if device.kind == "cpu":
        return torch.float32
    if device.kind == "mps":
        return torch.float16
    if device.kind == "cuda" and torch.cuda.get_device_capability()[0] < AMPERE:
        return torch.float16
    return torch.bfloat16
