# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of `backend.models.segmenter` on arrays of NumPy: what the product runs on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


class NumpyOps:
    """See `backend.models.segmenter.Ops`."""

    def layer_norm(self, x: Array, weight: Array, bias: Array) -> Array:
        x = x - x.mean(-1, keepdims=True)
        deviation = np.sqrt(np.square(x).mean(-1, keepdims=True) + np.float32(1e-5))
        return x / deviation * weight + bias

    def softmax(self, x: Array) -> Array:
        x = x - x.max(-1, keepdims=True)
        np.exp(x, out=x)
        x /= x.sum(-1, keepdims=True)
        return x

    def relu(self, x: Array) -> Array:
        return np.maximum(x, np.float32(0))

    def sigmoid(self, x: Array) -> Array:
        out = np.exp(np.clip(-x, -80, 80))
        out += 1
        return np.reciprocal(out)

    def concatenate(self, arrays: list[Array], axis: int) -> Array:
        return np.concatenate(arrays, axis)

    def minimum(self, a: Array, b: Array) -> Array:
        return np.minimum(a, b)

    def maximum(self, a: Array, b: Array) -> Array:
        return np.maximum(a, b)

    def where(self, condition: NDArray[np.bool_], a: Array, b: float) -> Array:
        return np.where(condition, a, np.float32(b))

    def largest(self, x: Array, axis: int) -> Array:
        return x.max(axis)

    def unstack(self, x: Array, axis: int) -> list[Array]:
        return list(np.moveaxis(x, axis, 0))

    def across(self, weight: Array, x: Array, bias: Array) -> Array:
        return weight @ x + bias
