# SPDX-License-Identifier: GPL-3.0-or-later
"""Latent networks at reduced size with random weights: what they cost where no model is there.

An eighth of the width of the public ones, an eighth of their tokens, all their blocks, four steps.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch

from ..models.dit import DiT, DiTConfig
from . import flow
from .levels import schedule
from .velocity import Velocity

STEPS = 4


@dataclass(frozen=True)
class Trunk:
    """config : of a transformer. seen : tokens of each context. tokens : of each of `parts`.
    guidance : 0 for a network that has learned it.
    """

    config: DiTConfig
    seen: tuple[int, ...]
    tokens: int
    guidance: float = 7.0
    parts: int = 1


TRUNKS = {
    "a whole from a picture": Trunk(DiTConfig((128,), width=256, heads=4), (32,), 256),
    "a part by words": Trunk(
        DiTConfig((96, 128), parallel=True, width=256, heads=4), (16, 32), 64, 0.0
    ),
    "what of a part is hidden": Trunk(
        DiTConfig((64, 64), width=256, heads=4), (256, 256), 256, 3.5
    ),
    "three parts from a picture": Trunk(
        DiTConfig((128,), part_codes=32, width=256, heads=4), (32,), 128, parts=3
    ),
}


def sampling_seconds(name: str) -> float:
    """Seconds of a sampling of one of `TRUNKS` on the processor, after one that warms up."""
    trunk = TRUNKS[name]
    torch.manual_seed(0)
    network = DiT(trunk.config).eval().requires_grad_(False)
    tokens = [
        torch.randn(1, count, width)
        for count, width in zip(trunk.seen, trunk.config.contexts, strict=True)
    ]
    noise = torch.randn(1, trunk.parts, trunk.tokens, trunk.config.channels)
    scales = [trunk.guidance] if trunk.guidance else []

    def sampled() -> None:
        contexts = [network.context(i, one, first=len(scales)) for i, one in enumerate(tokens)]
        flow.sample(Velocity(network, contexts, scales), noise, schedule(STEPS))

    sampled()
    began = time.perf_counter()
    sampled()
    return time.perf_counter() - began
