# SPDX-License-Identifier: GPL-3.0-or-later
"""Transformer blocks over sets of tokens, written once for NumPy and torch.

The arrays of a network are a dictionary; `Shapes` gathers their names and shapes, and the functions
here read them by those names. Where a block is given a `modulation`, it shifts, scales and gates
what the block does (adaptive layer norm, Peebles, Xie, 2023).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

Array = Any  # NDArray[np.float32] or torch.Tensor
WAVES = 4  # octaves in which places are told
TIMES = 32  # frequencies in which a level of noise is told
UNSEEN = -1e4  # added to the logits of what is not to be looked at
MODULATIONS = 6  # shift, scale and gate, of attention and of the perceptron


class SetOps(Protocol):
    """What NumPy and torch call by different names."""

    def layer_norm(self, x: Array, weight: Array, bias: Array) -> Array:
        """To mean 0 and variance 1 over the channels, then scaled and shifted."""

    def standard(self, x: Array) -> Array:
        """To mean 0 and variance 1 over the channels."""

    def linear(self, x: Array, weight: Array, bias: Array) -> Array:
        """(..., C) by (C, C') plus (C',)."""

    def attention(self, q: Array, k: Array, v: Array, bias: Array | None) -> Array:
        """Of (B, H, N, D) on (B, H, M, D); bias (B or 1, 1, 1 or N, M) is added to the logits."""

    def squared_relu(self, x: Array) -> Array:
        """Square of the positive part (So et al., 2021)."""

    def relu(self, x: Array) -> Array:
        """Positive part."""

    def concatenate(self, arrays: list[Array], axis: int) -> Array:
        """Join along an axis."""

    def waves(self, x: Array) -> Array:
        """Sines and cosines (..., 2 C) of (..., C)."""

    def swapped(self, x: Array, first: int, second: int) -> Array:
        """With two axes in each other's place."""

    def sums(self, x: Array, slot: Array, count: int) -> Array:
        """(count, C) sums of the rows of x (N, C) that share a slot (N,)."""

    def blended(self, table: Array, index: Array, weight: Array) -> Array:
        """(N, C) sums of rows of a table (R, C), by index (N, K) and weight (N, K)."""

    def floor(self, x: Array) -> Array:
        """Rounded down."""

    def indices(self, x: Array) -> Array:
        """Whole numbers of 64 bits, rounded towards 0."""

    def whole(self, array: np.ndarray, x: Array) -> Array:
        """Whole numbers of NumPy as what x is, on its device."""

    def like(self, array: np.ndarray, x: Array) -> Array:
        """An array of NumPy as what x is, on its device, of its kind of numbers."""


class Shapes(dict[str, tuple[int, ...]]):
    """The arrays of a network by name; (in, out) for what multiplies from the right."""

    def linear(self, name: str, inside: int, outside: int) -> None:
        self[f"{name}.weight"], self[f"{name}.bias"] = (inside, outside), (outside,)

    def norm(self, name: str, width: int) -> None:
        self[f"{name}.weight"], self[f"{name}.bias"] = (width,), (width,)

    def block(self, name: str, width: int, *, modulated: bool = False, looks: int = 0) -> None:
        """A block; looks : width of the tokens that it looks at besides its own, 0 for none."""
        if modulated:
            self[f"{name}.modulation"] = (MODULATIONS, width)
        else:
            self.norm(f"{name}.norm1", width)
            self.norm(f"{name}.norm2", width)
        self.attention(name, width, looks)
        self.linear(f"{name}.up", width, 4 * width)
        self.linear(f"{name}.down", 4 * width, width)

    def attention(self, name: str, width: int, looks: int = 0) -> None:
        """What lets tokens look at each other, or at others of width `looks`."""
        if looks:
            self.linear(f"{name}.q", width, width)
            self.linear(f"{name}.kv", looks, 2 * width)
        else:
            self.linear(f"{name}.qkv", width, 3 * width)
        self.linear(f"{name}.out", width, width)


def octaves(count: int = WAVES) -> np.ndarray:
    """(count,) frequencies in which places of the cube [-1, 1]^3 are told."""
    return (0.5 * np.pi * 2.0 ** np.arange(count)).astype(np.float32)


class Blocks:
    """Reads arrays by name. arrays : as `Shapes` has them. heads : of attention."""

    def __init__(self, arrays: Mapping[str, Array], ops: SetOps, heads: int) -> None:
        self.arrays, self.ops, self.heads = arrays, ops, heads

    def linear(self, name: str, x: Array) -> Array:
        return self.ops.linear(x, self.arrays[f"{name}.weight"], self.arrays[f"{name}.bias"])

    def norm(self, name: str, x: Array) -> Array:
        return self.ops.layer_norm(x, self.arrays[f"{name}.weight"], self.arrays[f"{name}.bias"])

    def told(self, places: Array, count: int = WAVES) -> Array:
        """(..., 3 + 6 count) of places (..., 3): themselves, and in waves."""
        turns = self.ops.like(octaves(count), places)
        waves = (places[..., None] * turns).reshape(*places.shape[:-1], -1)
        return self.ops.concatenate([places, self.ops.waves(waves)], -1)

    def block(
        self,
        name: str,
        x: Array,
        *,
        looks: Array | None = None,
        bias: Array | None = None,
        modulation: Array | None = None,
    ) -> Array:
        """A block on tokens x (B, N, C).

        looks : (B, M, C') tokens that are looked at in the place of its own. bias : see
        `SetOps.attention`. modulation : (B, N or 1, 6, C) what a condition asks of the block.
        """
        if modulation is None:
            x = x + self.attended(name, self.norm(f"{name}.norm1", x), looks, bias)
            return x + self._perceptron(name, self.norm(f"{name}.norm2", x))
        m = modulation + self.arrays[f"{name}.modulation"]
        h = self.ops.standard(x) * (1 + m[:, :, 1]) + m[:, :, 0]
        x = x + m[:, :, 2] * self.attended(name, h, looks, bias)
        h = self.ops.standard(x) * (1 + m[:, :, 4]) + m[:, :, 3]
        return x + m[:, :, 5] * self._perceptron(name, h)

    def attended(self, name: str, x: Array, looks: Array | None, bias: Array | None) -> Array:
        """(B, N, C) what tokens see that look at each other, or at others, see `block`."""
        if looks is None:
            q, k, v = self._in_heads(self.linear(f"{name}.qkv", x), 3)
        else:
            (q,) = self._in_heads(self.linear(f"{name}.q", x), 1)
            k, v = self._in_heads(self.linear(f"{name}.kv", looks), 2)
        found = self.ops.swapped(self.ops.attention(q, k, v, bias), 1, 2)  # (B, N, H, D)
        return self.linear(f"{name}.out", found.reshape(x.shape))

    def _in_heads(self, x: Array, count: int) -> list[Array]:
        """`count` arrays (B, H, N, D) of (B, N, count H D)."""
        batch, tokens = x.shape[:2]
        split = x.reshape(batch, tokens, count, self.heads, -1)
        return [self.ops.swapped(split[:, :, k], 1, 2) for k in range(count)]

    def _perceptron(self, name: str, x: Array) -> Array:
        return self.linear(f"{name}.down", self.ops.squared_relu(self.linear(f"{name}.up", x)))
