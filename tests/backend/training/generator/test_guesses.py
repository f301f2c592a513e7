# SPDX-License-Identifier: GPL-3.0-or-later
"""The guess learns means of what the same is told of, and nothing else changes."""

import numpy as np
import torch

from backend.models.partflow import PartFlow, shapes
from backend.training.generator.guesses import GUESS, learn_guess
from backend.training.generator.run import begun
from backend.training.generator.sets import Encoded, Sets
from backend.training.torch_ops import TorchOps
from tests.backend.training.generator.test_sets import TINY, arrays


def test_words_tell_shapes_apart_and_nothing_else_is_changed():
    # Two kinds of parts, each of one shape and one name.
    objects = []
    for seed in range(8):
        one = arrays(2, seed)
        one["own"][:] = np.array([1, -1], np.float16)[:, None, None]
        one["placed"][:] = np.array([-2, 2], np.float16)[:, None, None]
        one["words"][:] = np.eye(2, TINY.words)[:, None]
        objects.append(Encoded(one, {}))
    sets = Sets(objects, TINY, np.random.default_rng(0))
    tensors = begun(shapes(TINY), 0, torch.device("cpu"))
    before = {n: a.clone() for n, a in tensors.items()}
    net = PartFlow(TINY, tensors, TorchOps())
    error = learn_guess(net, sets, 200, torch.Generator().manual_seed(0), batch=64)
    assert error < 1.2, "2.5 by the mean of all; a quarter of the names is not told"
    changed = {n for n, a in tensors.items() if not torch.equal(a, before[n])}
    assert changed
    assert all(n.startswith(GUESS) for n in changed)
