# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of `backend.models.segmenter` on tensors of torch."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


class TorchOps:
    """See `backend.models.segmenter.Ops`."""

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
