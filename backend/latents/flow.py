# SPDX-License-Identifier: GPL-3.0-or-later
"""Sampling by rectified flow: the loop, of tensors (Liu et al., 2023).

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


def sample(
    velocity: Callable[[Tensor, float], Tensor],
    noise: Tensor,
    levels: Sequence[float],
    *,
    known: Known | None = None,
    progress: Progress = SILENT,
) -> Tensor:
    """Latents like the noise (G, P, T, C), in single precision.

    velocity : of latents at a time in 0..1000, of their shape. levels : see `levels.schedule`.
    Raises Cancelled, or NotFinite where velocities overflow.
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
