# SPDX-License-Identifier: GPL-3.0-or-later
"""Teaches some layers of a flow alone, apart from the rest, which takes them as they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ...models.partflow import PartFlow
from ..torch_ops import TorchOps

RATE, DECAY = 1e-3, 0.05
SHORTEST = 0.02  # of the rate, at the end
# Of what layers find: objects are of few families, which they would know by heart.
DROPPED = 0.2


class Dropping(TorchOps):
    """Operations that lose some of what layers find, by chance (dropout, Srivastava et al.)."""

    def relu(self, x: Tensor) -> Tensor:
        return functional.dropout(super().relu(x), DROPPED)


def learn_alone(
    net: PartFlow, start: str, error_of: Callable[[PartFlow], Tensor], steps: int
) -> float:
    """Steps of the arrays whose names begin so, in place; returns the mean error of the last tenth
    of them.

    net : of torch. error_of : of a network in which these arrays learn.
    """
    names = [n for n in net.arrays if n.startswith(start)]
    learned = {n: net.arrays[n].detach().clone().requires_grad_() for n in names}
    own = PartFlow(net.config, {**net.arrays, **learned}, Dropping())
    optimizer = torch.optim.AdamW(list(learned.values()), RATE, weight_decay=DECAY)
    errors: list[float] = []
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * max(SHORTEST, min(1.0, 2 * (1 - step / steps)))
        error = error_of(own)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        errors.append(float(error.detach()))
    with torch.no_grad():
        for name, array in learned.items():
            net.arrays[name].copy_(array)
    return float(np.mean(errors[-max(1, steps // 10) :]))
