# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations on tensors give the numbers of those on arrays, and gradients go through them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is needed for training only")

from backend.models.numpy_ops import NumpyOps  # noqa: E402
from backend.training.torch_ops import TorchOps  # noqa: E402

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 3, 8)).astype(np.float32)
Y = RNG.normal(size=(4, 3, 8)).astype(np.float32)
EIGHT = RNG.normal(size=8).astype(np.float32)
WEIGHT, BIAS = (RNG.normal(size=shape).astype(np.float32) for shape in ((5, 3), (5, 1)))

SQUARE = RNG.normal(size=(8, 8)).astype(np.float32)
QUERY, KEY = (RNG.normal(size=(2, 3, n, 4)).astype(np.float32) for n in (5, 7))
HIDDEN = RNG.normal(size=(1, 1, 1, 7)).astype(np.float32)
SLOTS = np.array([3, 0, 3])
INDEX, SHARES = np.array([[0, 2], [1, 1]]), RNG.random((2, 2)).astype(np.float32)
FLAT = ("unstack", "floor", "indices", "whole", "like")  # no gradient goes through, or many come

CALLS: dict[str, Callable[[Any, Callable[[np.ndarray], Any]], Any]] = {
    "layer_norm": lambda ops, a: ops.layer_norm(a(5 * X + 7), a(EIGHT), a(EIGHT)),
    "softmax": lambda ops, a: ops.softmax(a(100 * X)),
    "relu": lambda ops, a: ops.relu(a(X)),
    "sigmoid": lambda ops, a: ops.sigmoid(a(50 * X)),
    "concatenate": lambda ops, a: ops.concatenate([a(X), a(Y)], 1),
    "minimum": lambda ops, a: ops.minimum(a(X), a(Y)),
    "maximum": lambda ops, a: ops.maximum(a(X), a(Y)),
    "where": lambda ops, a: ops.where(a(X > 0), a(Y), -2.0),
    "largest": lambda ops, a: ops.largest(a(X), 1),
    "across": lambda ops, a: ops.across(a(WEIGHT), a(X), a(BIAS)),
    "standard": lambda ops, a: ops.standard(a(5 * X + 7)) * a(Y),
    "linear": lambda ops, a: ops.linear(a(X), a(SQUARE), a(EIGHT)),
    "attention": lambda ops, a: ops.attention(a(QUERY), a(KEY), a(KEY + 1), None),
    "attention biased": lambda ops, a: ops.attention(a(QUERY), a(KEY), a(KEY + 1), a(HIDDEN)),
    "squared_relu": lambda ops, a: ops.squared_relu(a(X)),
    "waves": lambda ops, a: ops.waves(a(X)) + 1,
    "swapped": lambda ops, a: ops.swapped(a(X), 0, 2),
    "sums": lambda ops, a: ops.sums(a(X[0]), a(SLOTS), 4),
    "blended": lambda ops, a: ops.blended(a(X[0]), a(INDEX), a(SHARES)),
    "across one": lambda ops, a: ops.across(a(WEIGHT), a(X[0]), a(BIAS)),
}


def test_every_operation_is_compared():
    named = {name.split()[0] for name in CALLS} | set(FLAT)
    for ops in (NumpyOps, TorchOps):
        assert {name for name in vars(ops) if not name.startswith("_")} == named


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_tensors_and_arrays_give_the_same_numbers(call: Callable[..., Any]):
    known = call(NumpyOps(), lambda array: array.copy())
    found = call(TorchOps(), torch.from_numpy)
    assert found.dtype == torch.float32
    np.testing.assert_allclose(found.numpy(), known, rtol=1e-4, atol=1e-5)


def test_whole_numbers_are_the_same():
    known, found = NumpyOps(), TorchOps()
    tensor = torch.from_numpy(3 * X)
    np.testing.assert_array_equal(found.floor(tensor).numpy(), known.floor(3 * X))
    np.testing.assert_array_equal(found.indices(tensor).numpy(), known.indices(3 * X))
    assert found.whole(SLOTS, tensor).dtype == torch.int64
    np.testing.assert_array_equal(found.whole(SLOTS, tensor).numpy(), known.whole(SLOTS, X))
    assert found.like(EIGHT, tensor.half()).dtype == torch.float16
    np.testing.assert_array_equal(found.like(EIGHT, tensor).numpy(), known.like(EIGHT, X))


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_unstacked_pieces_are_those_along_the_axis(axis: int):
    known, found = NumpyOps().unstack(X, axis), TorchOps().unstack(torch.from_numpy(X), axis)
    assert isinstance(found, list)
    assert len(found) == len(known) == X.shape[axis]
    for one, other in zip(found, known, strict=True):
        np.testing.assert_array_equal(one.numpy(), other)


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_gradients_go_through(call: Callable[..., Any]):
    leaves = []

    def leaf(array: np.ndarray) -> Any:
        tensor = torch.from_numpy(array.copy())
        if tensor.dtype == torch.float32:
            leaves.append(tensor.requires_grad_(True))
        return tensor

    (call(TorchOps(), leaf) ** 2).sum().backward()
    assert leaves
    for tensor in leaves:
        assert torch.isfinite(tensor.grad).all()
        assert tensor.grad.abs().max() > 0
