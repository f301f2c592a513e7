# SPDX-License-Identifier: GPL-3.0-or-later
"""Teaches what refines parts in frames of their own, see `PartFlow.refinement`.

The flow is told of latents along their principal axes, so that it has little to make. What lies
beside the axes varies too much to be made of noise, but much of it follows from what lies along
them: it is learned as its mean.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ...models.partflow import REFINED, PartFlow
from .alone import learn_alone

REFINE = "refine."  # beginning of the names of its arrays
BATCH = 384
ROUGH = 0.6  # most deviations of noise upon tokens: those that are made are not quite right


def learn_refinement(
    net: PartFlow, latents: Tensor, steps: int, rng: torch.Generator, batch: int = BATCH
) -> float:
    """Steps of the arrays "refine.*" of a network of torch, in place; returns the mean squared
    error of the last tenth of them, as a share of what it is without them.

    latents : (M, T, C) of parts in frames of their own, of any type of numbers.
    """
    device = net.arrays["spaces"].device

    def error_of(own: PartFlow) -> Tensor:
        chosen = torch.randint(len(latents), (batch,), generator=rng)
        true = latents[chosen].to(device, torch.float32)
        tokens = own.tokens(true, REFINED)
        beside = true - own.along_axes(tokens, REFINED)
        noise = torch.randn(tokens.shape, generator=rng).to(device)
        rough = ROUGH * torch.rand((batch, 1, 1), generator=rng).to(device)
        said = own.refinement(tokens + rough * noise)
        return (said - beside).square().mean() / beside.square().mean()

    return learn_alone(net, REFINE, error_of, steps)
