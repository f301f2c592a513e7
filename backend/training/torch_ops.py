# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of the networks on tensors of torch."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional


class TorchOps:
    """See `backend.models.segmenter.Ops` and `backend.models.blocks.SetOps`."""

    def layer_norm(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return functional.layer_norm(x, weight.shape, weight, bias)

    def softmax(self, x: Tensor) -> Tensor:
        return x.softmax(-1)

    def relu(self, x: Tensor) -> Tensor:
        return functional.relu(x)

    def sigmoid(self, x: Tensor) -> Tensor:
        return x.sigmoid()

    def concatenate(self, arrays: list[Tensor], axis: int) -> Tensor:
        return torch.cat(arrays, axis)

    def minimum(self, a: Tensor, b: Tensor) -> Tensor:
        return torch.minimum(a, b)

    def maximum(self, a: Tensor, b: Tensor) -> Tensor:
        return torch.maximum(a, b)

    def where(self, condition: Tensor, a: Tensor, b: float) -> Tensor:
        return torch.where(condition, a, b)

    def largest(self, x: Tensor, axis: int) -> Tensor:
        return x.amax(axis)

    def unstack(self, x: Tensor, axis: int) -> list[Tensor]:
        return list(x.unbind(axis))

    def across(self, weight: Tensor, x: Tensor, bias: Tensor) -> Tensor:
        if x.ndim != 3:
            return weight @ x + bias
        # A product for each sample: torch would transpose all of x to make it a single one.
        return torch.baddbmm(bias, weight.expand(len(x), *weight.shape), x)

    def standard(self, x: Tensor) -> Tensor:
        return functional.layer_norm(x, x.shape[-1:])

    def linear(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return torch.addmm(bias, x.reshape(-1, x.shape[-1]), weight).view(*x.shape[:-1], -1)

    def attention(self, q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None) -> Tensor:
        if q.device.type == "cpu":
            # Plain products are faster there than the fused kernel for so few tokens.
            logits = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
            return (logits if bias is None else logits + bias).softmax(-1) @ v
        return functional.scaled_dot_product_attention(q, k, v, bias)

    def squared_relu(self, x: Tensor) -> Tensor:
        return functional.relu(x).square()

    def waves(self, x: Tensor) -> Tensor:
        return torch.cat([x.sin(), x.cos()], -1)

    def swapped(self, x: Tensor, first: int, second: int) -> Tensor:
        return x.transpose(first, second)

    def sums(self, x: Tensor, slot: Tensor, count: int) -> Tensor:
        return x.new_zeros(count, x.shape[1]).index_add(0, slot, x)

    def like(self, array: np.ndarray, x: Tensor) -> Tensor:
        return torch.from_numpy(array).to(x.device, x.dtype)

    def blended(self, table: Tensor, index: Tensor, weight: Tensor) -> Tensor:
        return functional.embedding_bag(
            index, table, mode="sum", per_sample_weights=weight.to(table.dtype)
        )

    def floor(self, x: Tensor) -> Tensor:
        return x.floor()

    def indices(self, x: Tensor) -> Tensor:
        return x.long()

    def whole(self, array: np.ndarray, x: Tensor) -> Tensor:
        return torch.from_numpy(array).to(x.device)
