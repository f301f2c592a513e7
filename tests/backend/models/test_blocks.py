# SPDX-License-Identifier: GPL-3.0-or-later
"""Blocks over sets: the same on NumPy and torch, blind to order, still where gates are shut."""

import numpy as np
import pytest
import torch

from backend.models.blocks import MODULATIONS, Blocks, Shapes, octaves
from backend.models.numpy_ops import NumpyOps
from backend.training.torch_ops import TorchOps

WIDTH, HEADS = 12, 3


def both(**kinds):
    shapes = Shapes()
    shapes.block("b", WIDTH, **kinds)
    rng = np.random.default_rng(0)
    arrays = {n: 0.3 * rng.standard_normal(s).astype(np.float32) for n, s in shapes.items()}
    tensors = {n: torch.from_numpy(a) for n, a in arrays.items()}
    return Blocks(arrays, NumpyOps(), HEADS), Blocks(tensors, TorchOps(), HEADS)


def normal(*shape, seed=1):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("kinds", [{}, {"modulated": True}, {"looks": 8}])
def test_numpy_and_torch_say_the_same(kinds):
    mine, theirs = both(**kinds)
    given = {"looks": normal(2, 7, 8, seed=2)} if "looks" in kinds else {}
    if "modulated" in kinds:
        given["modulation"] = normal(2, 1, MODULATIONS, WIDTH, seed=3)
    given["bias"] = np.where(normal(1, 1, 5, 7 if "looks" in kinds else 5) > 0, 0, -9).astype("f4")
    x = normal(2, 5, WIDTH)
    other = theirs.block(
        "b", torch.from_numpy(x), **{k: torch.from_numpy(v) for k, v in given.items()}
    )
    assert np.abs(mine.block("b", x, **given) - other.numpy()).max() < 1e-5


def test_tokens_are_a_set():
    mine, _ = both()
    x, order = normal(1, 6, WIDTH), np.array([3, 1, 5, 0, 4, 2])
    assert np.allclose(mine.block("b", x)[:, order], mine.block("b", x[:, order]), atol=1e-5)


def test_a_bias_hides_tokens():
    mine, _ = both()
    x = normal(1, 4, WIDTH)
    hidden = np.zeros((1, 1, 1, 4), np.float32)
    hidden[..., 3] = -1e4
    other = x.copy()
    other[:, 3, 0] += 3
    alone = mine.block("b", x, bias=hidden)[:, :3]
    assert np.allclose(alone, mine.block("b", other, bias=hidden)[:, :3], atol=1e-6)
    assert not np.allclose(mine.block("b", x)[:, :3], mine.block("b", other)[:, :3], atol=1e-4)


def test_shut_gates_let_tokens_pass():
    mine, _ = both(modulated=True)
    shut = -mine.arrays["b.modulation"][None, None] * np.ones((1, 1, 1, 1), np.float32)
    x = normal(1, 4, WIDTH)
    assert np.array_equal(mine.block("b", x, modulation=shut), x)


def test_places_are_told_in_waves():
    mine, _ = both()
    told = mine.told(np.array([[0.0, 0.5, -1.0]], np.float32))
    assert told.shape == (1, 3 + 6 * len(octaves()))
    assert np.allclose(told[0, :3], [0, 0.5, -1])
    assert np.allclose(told[0, 3], 0), "the sine of the first octave at 0"
    assert np.allclose(told[0, 3 + 3 * len(octaves())], 1), "its cosine"
