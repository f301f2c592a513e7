# SPDX-License-Identifier: GPL-3.0-or-later
"""The guess learns means of what the same is told of, and from what is told alone."""

import numpy as np
import torch

from backend.models.partflow import PartFlow, shapes
from backend.training.generator import guesses
from backend.training.generator.guesses import GUESS, Known, learn_guess
from backend.training.generator.run import begun
from backend.training.torch_ops import TorchOps
from tests.backend.training.generator.test_flow_trainer import TINY, arrays

CPU = torch.device("cpu")
ALL = {"words": 1.0, "title": 1.0, "picture": 1.0, "mask": 1.0, "view": 1.0}


def known():
    """Two kinds of parts, each of one shape and one name."""
    objects = []
    for seed in range(8):
        one = arrays(2, seed)
        one["own"][:] = np.array([1, -1], np.float16)[:, None, None]
        one["placed"][:] = np.array([-2, 2], np.float16)[:, None, None]
        one["words"][:] = np.eye(2, TINY.words)[:, None]
        objects.append(one)
    return Known.of(objects, np.random.default_rng(0))


def test_parts_are_gathered_with_what_is_told_of_them():
    held = known()
    assert held.own.shape == (16, TINY.tokens, TINY.token)
    assert held.mask[:, -1].all()
    assert held.view[:, -1].all()
    bare = arrays(2)
    for name in ("picture", "mask", "view"):
        del bare[name]
    without = Known.of([bare], np.random.default_rng(0))
    assert not without.mask.any()
    assert not without.view.any()


def test_words_tell_shapes_apart_and_nothing_else_is_changed():
    tensors = begun(shapes(TINY), 0, CPU)
    before = {n: a.clone() for n, a in tensors.items()}
    net = PartFlow(TINY, tensors, TorchOps())
    error = learn_guess(net, known(), ALL, 300, np.random.default_rng(0), batch=64)
    assert error < 0.3, "2.5 by the mean of all"
    changed = {n for n, a in tensors.items() if not torch.equal(a, before[n])}
    assert changed
    assert all(n.startswith(GUESS) for n in changed)


def test_what_is_not_told_is_not_heard():
    net = PartFlow(TINY, begun(shapes(TINY), 0, CPU), TorchOps())
    never = dict.fromkeys(ALL, 0.0)
    asked, levels, box, _ = guesses._drawn(net, known(), never, np.random.default_rng(0), 50)
    assert not any(array.any() for array in asked.values())
    of_box = levels[1]
    assert 10 < (of_box == 0).sum() < 40, "half of the boxes are known"
    assert np.isfinite(box).all()
