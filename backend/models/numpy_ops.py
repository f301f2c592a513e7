# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of `backend.models.segmenter` on arrays of NumPy: what the product runs on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Singles


class NumpyOps:
    """See `backend.models.segmenter.Ops`."""

    def layer_norm(self, x: Singles, weight: Singles, bias: Singles) -> Singles:
        x = x - x.mean(-1, keepdims=True)
        deviation = np.sqrt(np.square(x).mean(-1, keepdims=True) + np.float32(1e-5))
        return x / deviation * weight + bias

    def softmax(self, x: Singles) -> Singles:
        x = x - x.max(-1, keepdims=True)
        np.exp(x, out=x)
        x /= x.sum(-1, keepdims=True)
        return x

    def relu(self, x: Singles) -> Singles:
        return np.maximum(x, np.float32(0))

    def sigmoid(self, x: Singles) -> Singles:
        out = np.exp(np.clip(-x, -80, 80))
        out += 1
        return np.reciprocal(out)

    def concatenate(self, arrays: list[Singles], axis: int) -> Singles:
        return np.concatenate(arrays, axis)

    def minimum(self, a: Singles, b: Singles) -> Singles:
        return np.minimum(a, b)

    def maximum(self, a: Singles, b: Singles) -> Singles:
        return np.maximum(a, b)

    def where(self, condition: NDArray[np.bool_], a: Singles, b: float) -> Singles:
        return np.where(condition, a, np.float32(b))

    def largest(self, x: Singles, axis: int) -> Singles:
        return x.max(axis)

    def unstack(self, x: Singles, axis: int) -> list[Singles]:
        return list(np.moveaxis(x, axis, 0))

    def across(self, weight: Singles, x: Singles, bias: Singles) -> Singles:
        return weight @ x + bias
