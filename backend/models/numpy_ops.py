# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of the networks on arrays of NumPy: what the product runs on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Singles


class NumpyOps:
    """See `backend.models.segmenter.Ops` and `backend.models.blocks.SetOps`."""

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

    def standard(self, x: Singles) -> Singles:
        x = x - x.mean(-1, keepdims=True)
        x /= np.sqrt(np.square(x).mean(-1, keepdims=True) + np.float32(1e-5))
        return x

    def linear(self, x: Singles, weight: Singles, bias: Singles) -> Singles:
        y = x.reshape(-1, x.shape[-1]) @ weight
        y += bias
        return y.reshape(*x.shape[:-1], weight.shape[1])

    def attention(self, q: Singles, k: Singles, v: Singles, bias: Singles | None) -> Singles:
        scaled = q * np.float32(q.shape[-1] ** -0.5)
        logits = np.asarray(scaled @ np.swapaxes(k, -1, -2), np.float32)
        if bias is not None:
            logits += bias
        return np.asarray(self.softmax(logits) @ v)

    def squared_relu(self, x: Singles) -> Singles:
        x = np.maximum(x, np.float32(0))
        x *= x
        return x

    def waves(self, x: Singles) -> Singles:
        return np.concatenate([np.sin(x), np.cos(x)], -1)

    def swapped(self, x: Singles, first: int, second: int) -> Singles:
        return np.swapaxes(x, first, second)

    def sums(self, x: Singles, slot: NDArray[np.int64], count: int) -> Singles:
        out = np.zeros((count, x.shape[1]), np.float32)
        if len(x):
            order = np.argsort(slot, kind="stable")
            first = np.flatnonzero(np.diff(slot[order], prepend=-1))
            out[slot[order][first]] = np.add.reduceat(x[order], first, axis=0)
        return out

    def like(self, array: NDArray[np.float32], x: Singles) -> Singles:
        return array

    def blended(self, table: Singles, index: NDArray[np.int64], weight: Singles) -> Singles:
        out = table[index[:, 0]] * weight[:, :1]
        for k in range(1, index.shape[1]):
            out += table[index[:, k]] * weight[:, k : k + 1]
        return out

    def floor(self, x: Singles) -> Singles:
        return np.floor(x)

    def indices(self, x: Singles) -> NDArray[np.int64]:
        return x.astype(np.int64)

    def whole(self, array: NDArray[np.int64], x: Singles) -> NDArray[np.int64]:
        return array
