# SPDX-License-Identifier: GPL-3.0-or-later
"""The text encoder of CLIP (Radford et al., 2021): a causal transformer over pieces of words.

Shapes: B texts, T tokens, W width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers import EPS, heads_of


@dataclass(frozen=True)
class ClipTextConfig:
    """Sizes. tokens : of each text, to which it is filled up. quick : the activation is
    x sigmoid(1.702 x), as in the first models, instead of an exact GELU."""

    width: int = 768
    heads: int = 12
    blocks: int = 12
    vocabulary: int = 49408
    tokens: int = 77
    quick: bool = True


class ClipBlock(nn.Module):
    """Causal self-attention and feed-forward, each after a norm."""

    def __init__(self, config: ClipTextConfig) -> None:
        super().__init__()
        width = config.width
        self.heads, self.quick = config.heads, config.quick
        self.norm_attention = nn.LayerNorm(width, EPS)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm_ff = nn.LayerNorm(width, EPS)
        self.widen = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (
            heads_of(one, self.heads) for one in self.qkv(self.norm_attention(x)).chunk(3, -1)
        )
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).flatten(2))
        wide = self.widen(self.norm_ff(x))
        wide = wide * torch.sigmoid(1.702 * wide) if self.quick else F.gelu(wide)
        return x + self.narrow(wide)


class ClipText(nn.Module):
    """Tokens of texts."""

    def __init__(self, config: ClipTextConfig) -> None:
        super().__init__()
        self.config = config
        self.words = nn.Embedding(config.vocabulary, config.width)
        self.places = nn.Embedding(config.tokens, config.width)
        self.blocks = nn.ModuleList(ClipBlock(config) for _ in range(config.blocks))
        self.norm_leave = nn.LayerNorm(config.width, EPS)

    def forward(self, pieces: Tensor) -> Tensor:
        """Tokens (B, T, W) of numbers of pieces (B, T), after the last norm and not pooled."""
        x = self.words(pieces) + self.places.weight[: pieces.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.norm_leave(x)
