# SPDX-License-Identifier: GPL-3.0-or-later
"""The image encoder DINOv2 (Oquab et al., 2023): a vision transformer with a scale on each branch.

Shapes: B images, T tokens (one for the class, then the patches row by row), W width.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers import heads_of

EPS = 1e-6


@dataclass(frozen=True)
class DinoConfig:
    """Sizes. grid : patches along each side of the images that it was trained on."""

    width: int = 1024
    heads: int = 16
    blocks: int = 24
    patch: int = 14
    grid: int = 37


class DinoBlock(nn.Module):
    """Self-attention and feed-forward, each after a norm and scaled channel by channel."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_attention = nn.LayerNorm(width, EPS)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.scale_attention = nn.Parameter(torch.ones(width))
        self.norm_ff = nn.LayerNorm(width, EPS)
        self.ff = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.scale_ff = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (
            heads_of(one, self.heads) for one in self.qkv(self.norm_attention(x)).chunk(3, -1)
        )
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        x = x + self.scale_attention * self.out(mixed)
        return x + self.scale_ff * self.ff(self.norm_ff(x))


class DinoV2(nn.Module):
    """Tokens of images."""

    def __init__(self, config: DinoConfig) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.class_token = nn.Parameter(torch.zeros(1, 1, width))
        self.places = nn.Parameter(torch.zeros(1, 1 + config.grid**2, width))
        self.patches = nn.Conv2d(3, width, config.patch, config.patch)
        self.blocks = nn.ModuleList(DinoBlock(width, config.heads) for _ in range(config.blocks))
        self.norm_leave = nn.LayerNorm(width, EPS)

    def forward(self, images: Tensor) -> Tensor:
        """Tokens (B, 1 + h * w, W) of normalised images (B, 3, h * patch, w * patch)."""
        x = self.patches(images.to(self.patches.weight.dtype))  # (B, W, h, w)
        places = self._places(x.shape[-2], x.shape[-1])
        x = torch.cat([self.class_token.expand(len(x), -1, -1), x.flatten(2).transpose(1, 2)], 1)
        x = x + places
        for block in self.blocks:
            x = block(x)
        return self.norm_leave(x)

    def _places(self, height: int, width: int) -> Tensor:
        """Codes (1, 1 + h * w, W) of places, resampled from the grid of training."""
        grid = self.config.grid
        if (height, width) == (grid, grid):
            return self.places
        patches = self.places[:, 1:].float().unflatten(1, (grid, grid)).permute(0, 3, 1, 2)
        patches = F.interpolate(patches, (height, width), mode="bicubic", align_corners=False)
        resampled = patches.flatten(2).transpose(1, 2).to(self.places.dtype)
        return torch.cat([self.places[:, :1], resampled], dim=1)
