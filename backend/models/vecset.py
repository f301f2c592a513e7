# SPDX-License-Identifier: GPL-3.0-or-later
"""The autoencoder of vector sets: points of a surface to a set of latents, and back to its field.

3DShape2VecSet (Zhang et al., 2023) in the form of TripoSG (Li et al., 2025); the encoders of parts
are HoloPart's (Yang et al., 2025). Points are in about [-1, 1]^3.

Shapes: B objects, N points, T tokens, W width, C channels of a latent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .layers import EPS, CrossBlock, KeysValues, SelfBlock

OCTAVES = 8
CODE = 3 + 6 * OCTAVES  # channels of a point's code
LOG_VARIANCE = (-30.0, 20.0)


@dataclass(frozen=True)
class VecSetConfig:
    """Sizes of an autoencoder. heads : of both sides."""

    channels: int = 64
    encoder_width: int = 512
    encoder_blocks: int = 8
    decoder_width: int = 1024
    decoder_blocks: int = 16
    heads: int = 8


@dataclass(frozen=True)
class PartEncoderConfig:
    """Sizes of HoloPart's two encoders."""

    width: int = 512
    blocks: int = 8
    heads: int = 8


def point_code(points: Tensor) -> Tensor:
    """(..., 3) points as (..., 51): places, then sines and cosines of octaves of each axis."""
    octaves = 2.0 ** torch.arange(OCTAVES, dtype=points.dtype, device=points.device)
    angle = (points.unsqueeze(-1) * octaves).flatten(-2)  # (..., 24), axis by axis
    return torch.cat([points, angle.sin(), angle.cos()], dim=-1)


class SetEncoder(nn.Module):
    """Chosen points look at all of them, then at each other.

    enter : of points (..., 54), their code and normal. enter_all : of what is looked at, where it
    has more channels; the same map without.
    """

    def __init__(self, width: int, blocks: int, heads: int, extra: int | None = None) -> None:
        super().__init__()
        self.enter = nn.Linear(CODE + 3, width)
        self.enter_all = None if extra is None else nn.Linear(CODE + 3 + extra, width)
        self.look = CrossBlock(width, width, heads)
        self.blocks = nn.ModuleList(SelfBlock(width, heads) for _ in range(blocks))
        self.norm_leave = nn.LayerNorm(width, EPS)

    def forward(self, chosen: Tensor, points: Tensor) -> Tensor:
        """Tokens (B, T, W) of the chosen points (B, T, 6), places and normals, among (B, N, 6+)."""
        dtype = self.enter.weight.dtype
        # Codes are made in the precision of the points: half of it would move them.
        x = self.enter(with_code(chosen).to(dtype))
        everything = (self.enter_all or self.enter)(with_code(points).to(dtype))
        x = self.look(x, self.look.attention.keys_values(everything))
        for block in self.blocks:
            x = block(x)
        return self.norm_leave(x)


def with_code(points: Tensor) -> Tensor:
    """(..., 3 + n) places with n other numbers as (..., 51 + n)."""
    return torch.cat([point_code(points[..., :3]), points[..., 3:]], dim=-1)


class VecSet(nn.Module):
    """Encoder, bottleneck and decoder."""

    def __init__(self, config: VecSetConfig) -> None:
        super().__init__()
        self.config = config
        width, heads = config.decoder_width, config.heads
        self.encoder = SetEncoder(config.encoder_width, config.encoder_blocks, heads)
        self.to_latent = nn.Linear(config.encoder_width, 2 * config.channels)
        self.from_latent = nn.Linear(config.channels, width)
        self.blocks = nn.ModuleList(SelfBlock(width, heads) for _ in range(config.decoder_blocks))
        self.enter_query = nn.Linear(CODE, width)
        self.look = CrossBlock(width, width, heads)
        self.norm_leave = nn.LayerNorm(width, EPS)
        self.leave = nn.Linear(width, 1)

    def encode(self, chosen: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance (B, T, C) of the latents of points; see `SetEncoder`."""
        mean, spread = self.to_latent(self.encoder(chosen, points)).chunk(2, dim=-1)
        return mean, spread.clamp(*LOG_VARIANCE)

    def decode(self, latents: Tensor) -> KeysValues:
        """What queries of latents (B, T, C) ask, once a shape: keys and values (B, H, T, D)."""
        x = self.from_latent(latents)
        for block in self.blocks:
            x = block(x)
        return self.look.attention.keys_values(x)

    def query(self, shapes: KeysValues, points: Tensor) -> Tensor:
        """The field (B, N) of decoded shapes at points (B, N, 3): positive inside."""
        x = self.enter_query(point_code(points).to(self.enter_query.weight.dtype))
        x = self.norm_leave(self.look(x, shapes))
        return -self.leave(x).squeeze(-1)


class PartEncoder(nn.Module):
    """What is seen of a part, by itself and in its object, as two contexts."""

    def __init__(self, config: PartEncoderConfig) -> None:
        super().__init__()
        self.config = config
        sizes = (config.width, config.blocks, config.heads)
        self.local = SetEncoder(*sizes)
        self.within = SetEncoder(*sizes, extra=1)

    def forward(
        self, chosen: Tensor, part: Tensor, chosen_within: Tensor, whole: Tensor
    ) -> Sequence[Tensor]:
        """Two contexts (B, T, W).

        chosen, part : (B, T, 6) of (B, N, 6) points of the part in its own frame.
        chosen_within : the same points as chosen in the object's frame. whole : (B, M, 7) points of
        the object, the last channel 1 where the part is.
        """
        return self.local(chosen, part), self.within(chosen_within, whole)
