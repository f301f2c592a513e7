# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies beside the axes of latents is learned from what lies along them, and nothing else
changes."""

from dataclasses import replace

import numpy as np
import torch

from backend.models.partflow import REFINED, PartFlow, shapes
from backend.training.generator.axes import axes_of
from backend.training.generator.refinements import REFINE, learn_refinement
from backend.training.generator.run import begun
from backend.training.torch_ops import TorchOps
from tests.backend.training.generator.test_sets import TINY


def latents_of(config, count=400):
    """Parts whose last numbers are squares of their first, and their network."""
    rng = np.random.default_rng(0)
    axes, numbers = config.bases[REFINED]
    flat = np.zeros((count, numbers), np.float32)
    flat[:, :axes] = 2 * rng.standard_normal((count, axes))
    flat[:, axes : axes + 4] = np.square(flat[:, :4]) / 5
    latents = flat.reshape(count, -1, config.channels)
    _, whole = config.bases["whole"]
    others = rng.standard_normal((count, whole)).reshape(count, -1, config.channels)
    arrays = begun(shapes(config), 0, torch.device("cpu"))
    counted = axes_of([{"own": latents, "placed": latents, "whole": others}], config)
    arrays |= {n: torch.from_numpy(a) for n, a in counted.items()}
    return torch.from_numpy(latents).half(), PartFlow(config, arrays, TorchOps())


def error(net, latents):
    made = net.latents(net.tokens(latents.float(), REFINED), REFINED)
    return float((made - latents.float()).square().mean())


def test_detail_follows_from_what_lies_along_the_axes():
    latents, net = latents_of(replace(TINY, refining=64))
    before, was = {n: a.clone() for n, a in net.arrays.items()}, error(net, latents)
    left = learn_refinement(net, latents, 300, torch.Generator().manual_seed(0), batch=64)
    assert left < 0.7, "1 is what is left without it"
    assert error(net, latents) < 0.7 * was
    changed = {n for n, a in net.arrays.items() if not torch.equal(a, before[n])}
    assert changed
    assert all(n.startswith(REFINE) for n in changed)


def test_before_it_learns_it_adds_nothing():
    _, net = latents_of(replace(TINY, refining=64), 40)
    tokens = torch.randn(3, TINY.tokens, TINY.token)
    assert not net.refinement(tokens).any()
    assert torch.equal(net.latents(tokens, REFINED), net.along_axes(tokens, REFINED))
