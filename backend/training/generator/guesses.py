# SPDX-License-Identifier: GPL-3.0-or-later
"""Teaches the flow's guess: the mean of shapes of which the same is told, see `Guess.guess`.

It sees no noise, so that it learns in minutes, from a thousand parts a step, what the flow, which
meets a part that is nothing but noise seldom, does not learn in hours. The flow learns after it,
and takes it as it is.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ...models.partflow import PartFlow, Parts
from ..torch_ops import TorchOps
from .sets import Sets, noisy

GUESS = "guess."  # beginning of the names of its arrays
RATE, DECAY = 1e-3, 0.05
BATCH = 768
SHORTEST = 0.02  # of the rate, at the end
DROPPED = (
    0.2  # of what its layers find: what is told is of few families, which it would know by heart
)


class Dropping(TorchOps):
    """Operations that lose some of what layers find, by chance (dropout, Srivastava et al.)."""

    def relu(self, x: Tensor) -> Tensor:
        return functional.dropout(super().relu(x), DROPPED)


def learn_guess(
    net: PartFlow, sets: Sets, steps: int, rng: torch.Generator, batch: int = BATCH
) -> float:
    """Steps of the arrays "guess.*" of a network of torch, in place; returns the mean squared error
    of the last tenth of them.

    sets : of tokens of the flow. Every part counts, whether it is known to the others or not, since
    none looks at itself.
    """
    names = [n for n in net.arrays if n.startswith(GUESS)]
    device = net.arrays[names[0]].device
    learned = {n: net.arrays[n].detach().clone().requires_grad_() for n in names}
    own = PartFlow(net.config, {**net.arrays, **learned}, Dropping())
    optimizer = torch.optim.AdamW(list(learned.values()), RATE, weight_decay=DECAY)
    errors: list[float] = []
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * max(SHORTEST, min(1.0, 2 * (1 - step / steps)))
        n = noisy(sets.draw(batch), device, rng)
        guessed = own.guess(Parts(**n.members), n.levels, n.given)
        each = [
            (one - n.clean[frame]).square().mean((-2, -1))
            for one, frame in zip(guessed, ("own", "placed"), strict=True)
        ]
        error = (sum(each) * n.there).sum() / n.there.sum()
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        errors.append(float(error.detach()) / 2)
    with torch.no_grad():
        for name, array in learned.items():
            net.arrays[name].copy_(array)
    return float(np.mean(errors[-max(1, steps // 10) :]))
