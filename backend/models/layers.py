# SPDX-License-Identifier: GPL-3.0-or-later
"""What the latent networks are built of: attention, feed-forward, and the block of both.

One pre-norm block serves the autoencoder of vector sets, the part encoders and the diffusion
transformer (Vaswani et al., 2017; VecSet: Zhang et al., 2023; TripoSG: Li et al., 2025). There is
no code of positions: sets have no order.

Shapes: B rows, T tokens, W width, H heads of D channels, W = H * D; S tokens of a context.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

EPS = 1e-5  # of layer norms
EPS_RMS = 1e-6  # of the norms of queries and keys


class KeysValues(NamedTuple):
    """A context as a cross-attention wants it: computed once, asked at every step.

    keys, values : (G, H, S, D), a row for each object.
    """

    keys: Tensor
    values: Tensor


class HeadNorm(nn.Module):
    """Root mean square norm of each head's queries or keys, (..., D) (Zhang, Sennrich, 2019)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        return F.rms_norm(x, x.shape[-1:], self.weight, EPS_RMS)


def heads_of(x: Tensor, heads: int) -> Tensor:
    """(B, T, W) as (B, H, T, D)."""
    return x.unflatten(-1, (heads, -1)).transpose(1, 2)


class SelfAttention(nn.Module):
    """Attention of tokens to each other, queries, keys and values in one product.

    normed : queries and keys are normed head by head.
    """

    def __init__(self, width: int, heads: int, *, normed: bool) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.norm_q: nn.Module = HeadNorm(width // heads) if normed else nn.Identity()
        self.norm_k: nn.Module = HeadNorm(width // heads) if normed else nn.Identity()
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        # (B, T, 3W) -> three of (B, H, T, D)
        q, k, v = (heads_of(part, self.heads) for part in self.qkv(x).chunk(3, dim=-1))
        mixed = F.scaled_dot_product_attention(self.norm_q(q), self.norm_k(k), v)
        return self.out(mixed.transpose(1, 2).flatten(2))


class CrossAttention(nn.Module):
    """Attention of tokens to a context of another width.

    normed : as in `SelfAttention`. norm_context : the context passes a layer norm first.
    """

    def __init__(
        self, width: int, context: int, heads: int, *, normed: bool, norm_context: bool
    ) -> None:
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(width, width, bias=False)
        self.kv = nn.Linear(context, 2 * width, bias=False)
        self.norm_q: nn.Module = HeadNorm(width // heads) if normed else nn.Identity()
        self.norm_k: nn.Module = HeadNorm(width // heads) if normed else nn.Identity()
        self.norm_context = nn.LayerNorm(context, EPS) if norm_context else nn.Identity()
        self.out = nn.Linear(width, width)

    def keys_values(self, context: Tensor) -> KeysValues:
        """Keys and values of a context (G, S, C)."""
        context = self.norm_context(context)
        # Two products: of one, the keys before their norm would stay in memory with the values.
        k, v = (F.linear(context, weight) for weight in self.kv.weight.chunk(2))
        return KeysValues(self.norm_k(heads_of(k, self.heads)), heads_of(v, self.heads))

    def forward(self, x: Tensor, context: KeysValues) -> Tensor:
        """x : (G, T, W), the tokens that ask the context of each object."""
        q = self.norm_q(heads_of(self.q(x), self.heads))
        mixed = F.scaled_dot_product_attention(q, context.keys, context.values)
        return self.out(mixed.transpose(1, 2).flatten(2))

    @property
    def of_nothing(self) -> Tensor:
        """(W,) what a context of zeros answers: its keys and values have no bias, so they are 0."""
        return self.out.bias


class FeedForward(nn.Sequential):
    """Two linear maps with four times the width and an exact GELU between them."""

    def __init__(self, width: int) -> None:
        super().__init__(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))


class SelfBlock(nn.Module):
    """Tokens (B, T, W) look at each other."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm_attention = nn.LayerNorm(width, EPS)
        self.attention = SelfAttention(width, heads, normed=False)
        self.norm_ff = nn.LayerNorm(width, EPS)
        self.ff = FeedForward(width)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm_attention(x))
        return x + self.ff(self.norm_ff(x))


class CrossBlock(nn.Module):
    """Tokens (G, T, W) look at a context, and not at each other."""

    def __init__(self, width: int, context: int, heads: int) -> None:
        super().__init__()
        self.norm_attention = nn.LayerNorm(width, EPS)
        self.attention = CrossAttention(width, context, heads, normed=False, norm_context=True)
        self.norm_ff = nn.LayerNorm(width, EPS)
        self.ff = FeedForward(width)

    def forward(self, x: Tensor, context: KeysValues) -> Tensor:
        x = x + self.attention(self.norm_attention(x), context)
        return x + self.ff(self.norm_ff(x))


def fused(weights: tuple[Tensor, ...], heads: int) -> Tensor:
    """One map of several whose heads were split before the maps were told apart.

    In the published files head h of two or three stacked maps (W, C) takes rows [h, j] of
    [heads, maps, D] as its queries, keys or values. Put in order once, an ordinary split of heads
    gives the same.
    """
    stacked = torch.cat(weights)  # (maps * W, C)
    ordered = stacked.unflatten(0, (heads, len(weights), -1)).transpose(0, 1)
    return ordered.reshape(stacked.shape)
