# SPDX-License-Identifier: GPL-3.0-or-later
"""Teaches the flow's guess: the mean of shapes of which the same is told, see `Guess.guess`.

It sees no noise, so that it learns in minutes, from a thousand parts a step, what the flow, which
meets a part that is nothing but noise seldom, does not learn in hours. The flow learns after it,
and takes it as it is.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ...models.partflow import PartFlow, Parts
from .alone import learn_alone
from .sets import Sets, noisy

GUESS = "guess."  # beginning of the names of its arrays
BATCH = 768


def learn_guess(
    net: PartFlow, sets: Sets, steps: int, rng: torch.Generator, batch: int = BATCH
) -> float:
    """Steps of the arrays "guess.*" of a network of torch, in place; returns the mean squared error
    of the last tenth of them.

    sets : of tokens of the flow. Every part counts, whether it is known to the others or not, since
    none looks at itself.
    """
    device = net.arrays["spaces"].device

    def error_of(own: PartFlow) -> Tensor:
        n = noisy(sets.draw(batch), device, rng)
        guessed = own.guess(Parts(**n.members), n.levels, n.given)
        each = [
            (one - n.clean[frame]).square().mean((-2, -1))
            for one, frame in zip(guessed, ("own", "placed"), strict=True)
        ]
        return (sum(each) * n.there).sum() / n.there.sum() / 2

    return learn_alone(net, GUESS, error_of, steps)
