# SPDX-License-Identifier: GPL-3.0-or-later
"""Sampling by rectified flow: the schedule, guidance, and the loop (Liu et al., 2023).

A sample at level s is ``(1 - s) x0 + s noise``; networks say the velocity ``x0 - noise``, so that a
step from s to a lower level adds their difference times that velocity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from ..contract.progress import SILENT, Progress
from .finite import NotFinite

TIMES = 1000.0  # what networks call level 1


@dataclass(frozen=True)
class Known:
    """Parts that stay as they are (resampling: Lugmayr et al., 2022, as CoPart edits).

    parts : (P,) which. latents : (G, P, T, C) of all parts, those of others unused.
    """

    parts: Tensor
    latents: Tensor


def schedule(steps: int, shift: float = 1.0) -> list[float]:
    """Levels from 1 to 0, ``steps + 1`` of them. shift : above 1 stays longer at high levels."""
    levels = [1 - i / steps for i in range(steps)]
    return [*(shift * s / (1 + (shift - 1) * s) for s in levels), 0.0]


def guided(velocities: Tensor, scales: Sequence[float]) -> Tensor:
    """One velocity of those of nested branches (classifier-free guidance: Ho, Salimans, 2022).

    velocities : (N, ...), the first without contexts, each next one with one more. scales : N-1,
    of the difference that each context makes.
    """
    velocity = velocities[0]
    for i, scale in enumerate(scales):
        velocity = velocity + scale * (velocities[i + 1] - velocities[i])
    return velocity


def sample(
    velocity: Callable[[Tensor, float], Tensor],
    noise: Tensor,
    levels: Sequence[float],
    *,
    known: Known | None = None,
    progress: Progress = SILENT,
) -> Tensor:
    """Latents like the noise (G, P, T, C), in single precision.

    velocity : of latents at a time in 0..1000, of their shape. levels : see `schedule`. Raises
    Cancelled, or NotFinite where velocities overflow.
    """
    noise = noise.float()
    x = noise.clone()
    for i, (level, lower) in enumerate(pairwise(levels)):
        progress.step(i / (len(levels) - 1))
        x = x + (level - lower) * velocity(x, TIMES * level).float()
        if known is not None:
            kept = (1 - lower) * known.latents.float() + lower * noise
            x = torch.where(known.parts[:, None, None], kept, x)
        # To ask after each step would keep a card waiting for the next one.
        if (i == 0 or lower == levels[-1]) and not bool(x.isfinite().all()):
            raise NotFinite(f"latents at level {lower:.3f}")
    progress.step(1.0)
    return x
