# SPDX-License-Identifier: GPL-3.0-or-later
"""The network's operations on arrays are what their names say."""

from __future__ import annotations

import numpy as np
import pytest

from backend.models.numpy_ops import NumpyOps

OPS = NumpyOps()


@pytest.fixture
def x() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(4, 3, 8)).astype(np.float32)


def test_softmax_sums_to_one_and_stays_finite(x: np.ndarray):
    found = OPS.softmax(x * 1000)
    np.testing.assert_allclose(found.sum(-1), 1, rtol=1e-5)
    wide = np.exp(x.astype(float))
    np.testing.assert_allclose(OPS.softmax(x), wide / wide.sum(-1, keepdims=True), rtol=1e-5)


def test_layer_norm_takes_off_mean_and_deviation(x: np.ndarray):
    weight, bias = np.full(8, 2, np.float32), np.full(8, 3, np.float32)
    found = OPS.layer_norm(5 * x + 7, weight, bias)
    np.testing.assert_allclose(found.mean(-1), 3, atol=1e-4)
    np.testing.assert_allclose(found.std(-1), 2, rtol=1e-3)


def test_sigmoid_of_what_is_sure_is_finite():
    found = OPS.sigmoid(np.array([-1000, -1, 0, 1, 1000], np.float32))
    np.testing.assert_allclose(found, [0, 0.26894, 0.5, 0.73106, 1], atol=1e-5)


def test_everything_stays_in_single_precision(x: np.ndarray):
    one = np.ones(8, np.float32)
    made = [
        OPS.softmax(x),
        OPS.layer_norm(x, one, one),
        OPS.sigmoid(x),
        OPS.relu(x),
        OPS.where(x > 0, x, -1.0),
        OPS.largest(x, 1),
        OPS.across(np.ones((5, 3), np.float32), x, np.ones((5, 1), np.float32)),
    ]
    assert {array.dtype for array in made} == {np.dtype(np.float32)}
    assert OPS.relu(x).min() == 0
    assert OPS.where(x > 0, x, -1.0)[x <= 0].max() == -1
