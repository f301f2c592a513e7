# SPDX-License-Identifier: GPL-3.0-or-later
"""Some layers of a flow learn alone, and forget by chance meanwhile."""

import torch

from backend.models.partflow import PartFlow, shapes
from backend.training.generator.alone import DROPPED, Dropping, learn_alone
from backend.training.generator.run import begun
from backend.training.torch_ops import TorchOps
from tests.backend.training.generator.test_sets import TINY

START = "refine.out"


def test_arrays_of_other_names_stay_and_the_last_errors_are_told():
    net = PartFlow(TINY, begun(shapes(TINY), 0, torch.device("cpu")), TorchOps())
    before = {n: a.clone() for n, a in net.arrays.items()}
    tokens = torch.randn(20, TINY.tokens, TINY.token, generator=torch.Generator().manual_seed(0))
    errors = []

    def error_of(own):
        error = (own.refinement(tokens) - 1).square().mean()
        errors.append(float(error.detach()))
        return error

    told = learn_alone(net, START, error_of, 100)
    assert errors[0] == 1
    assert told < 0.5
    assert told == sum(errors[-10:]) / 10
    changed = {n for n, a in net.arrays.items() if not torch.equal(a, before[n])}
    assert changed == {f"{START}.weight", f"{START}.bias"}


def test_a_share_of_what_layers_find_is_lost_and_the_rest_makes_up_for_it():
    torch.manual_seed(0)
    kept = Dropping().relu(torch.ones(10_000))
    assert abs(float((kept == 0).float().mean()) - DROPPED) < 0.02
    assert abs(float(kept.mean()) - 1) < 0.03
    assert not Dropping().relu(-torch.ones(5)).any()
