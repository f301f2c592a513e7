# SPDX-License-Identifier: GPL-3.0-or-later
"""The diffusion transformer of latent sets: noisy tokens of shapes in, their velocity out.

Rectified flow with a transformer of long skips (U-ViT: Bao et al., 2023) as TripoSG (Li et al.,
2025) has it; two contexts after each other as HoloPart (Yang et al., 2025), or beside each other
as TripoSG's drawings; parts that look at each other as PartCrafter (Lin et al., 2025). The time
enters as a token. One network, a config away from each.

Shapes: tokens are (N, G, P, T, C): N branches of guidance, G objects of P parts, T tokens each of C
channels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .layers import EPS, CrossAttention, FeedForward, KeysValues, SelfAttention


@dataclass(frozen=True)
class DiTConfig:
    """Sizes and wiring of a transformer.

    contexts : width of each context's tokens. parallel : all contexts are asked with the same
    tokens, instead of one after the other. part_codes : how many parts have a code of their own;
    with any, the parts of an object look at each other in every second block.
    """

    contexts: tuple[int, ...] = (1024,)
    parallel: bool = False
    part_codes: int = 0
    channels: int = 64
    width: int = 2048
    heads: int = 16
    blocks: int = 21


TRIPOSG = DiTConfig()
PARTCRAFTER = DiTConfig(part_codes=32)
HOLOPART = DiTConfig(contexts=(512, 512))
SCRIBBLE = DiTConfig(contexts=(768, 1024), parallel=True)


@dataclass(frozen=True)
class Context:
    """One context's keys and values in every block.

    blocks : of each block. first : the first branch that has it; those before it have zeros in its
    place, which cost nothing. strength : factor of what it answers.
    """

    blocks: tuple[KeysValues, ...]
    first: int = 0
    strength: float = 1.0


class DiTBlock(nn.Module):
    """Skip, self-attention, contexts, feed-forward, each after a norm."""

    def __init__(self, config: DiTConfig, *, skips: bool, joined: bool) -> None:
        super().__init__()
        width, heads = config.width, config.heads
        self.parallel, self.joined = config.parallel, joined
        self.skip = nn.Linear(2 * width, width) if skips else None
        self.norm_skip = nn.LayerNorm(width, EPS) if skips else None
        self.norm_attention = nn.LayerNorm(width, EPS)
        self.attention = SelfAttention(width, heads, normed=True)
        self.norm_contexts = nn.ModuleList(nn.LayerNorm(width, EPS) for _ in config.contexts)
        self.contexts = nn.ModuleList(
            CrossAttention(width, context, heads, normed=True, norm_context=False)
            for context in config.contexts
        )
        self.norm_ff = nn.LayerNorm(width, EPS)
        self.ff = FeedForward(width)

    def forward(
        self, x: Tensor, contexts: Sequence[tuple[KeysValues, int, float]], skip: Tensor | None
    ) -> Tensor:
        """x : (N, G, P, T, W). contexts : keys and values, first branch and strength of each."""
        if self.skip is not None and self.norm_skip is not None and skip is not None:
            x = self.norm_skip(self.skip(torch.cat([skip, x], dim=-1)))
        # Joined, all tokens of an object look at each other: (N * G, P * T, W).
        sequence = self.norm_attention(x).flatten(0, 1 if self.joined else 2)
        if self.joined:
            sequence = sequence.flatten(1, 2)
        x = x + self.attention(sequence).view_as(x)
        asked = x
        for norm, attention, context in zip(
            self.norm_contexts, self.contexts, contexts, strict=True
        ):
            x = x + _answered(attention, norm, asked if self.parallel else x, *context)
        return x + self.ff(self.norm_ff(x))


def _answered(
    attention: nn.Module,
    norm: nn.Module,
    x: Tensor,
    context: KeysValues,
    first: int,
    strength: float,
) -> Tensor:
    """What a context answers to tokens (N, G, P, T, W), of the same shape."""
    assert isinstance(attention, CrossAttention)
    if first >= len(x):
        return attention.of_nothing.expand_as(x)
    asking = norm(x[first:])
    branches, objects, parts, tokens, width = asking.shape
    # All that ask the context of one object are one sequence: (G, n * P * T, W).
    asking = asking.transpose(0, 1).reshape(objects, -1, width)
    answer = attention(asking, context)
    answer = answer.view(objects, branches, parts, tokens, width).transpose(0, 1)
    if first:
        answer = torch.cat([attention.of_nothing.expand_as(x[:first]), answer])
    return answer if strength == 1.0 else strength * answer


class DiT(nn.Module):
    """Velocity of noisy tokens at a time, given contexts."""

    def __init__(self, config: DiTConfig) -> None:
        super().__init__()
        self.config = config
        width, middle = config.width, config.blocks // 2
        self.time = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )
        self.enter = nn.Linear(config.channels, width)
        self.part_codes = nn.Embedding(config.part_codes, width) if config.part_codes else None
        self.blocks = nn.ModuleList(
            DiTBlock(config, skips=i > middle, joined=bool(config.part_codes) and i % 2 == 0)
            for i in range(config.blocks)
        )
        self.norm_leave = nn.LayerNorm(width, EPS)
        self.leave = nn.Linear(width, config.channels)

    def context(
        self, which: int, tokens: Tensor, *, first: int = 0, strength: float = 1.0
    ) -> Context:
        """What a whole sampling asks of one context.

        which : its number in the config. tokens : (G, S, C), a row for each object.
        """
        blocks = [block.contexts[which] for block in self.blocks if isinstance(block, DiTBlock)]
        asked = tuple(one.keys_values(tokens) for one in blocks if isinstance(one, CrossAttention))
        return Context(asked, first, strength)

    def forward(
        self,
        x: Tensor,
        time: Tensor,
        contexts: Sequence[Context],
        codes: Tensor | None = None,
    ) -> Tensor:
        """Velocity (N, G, P, T, C) of tokens of that shape.

        time : (N, G, P) in 0..1000, or one for all, ().
        codes : (N, P) number of each part's code in each branch; (P,) 0..P-1 without.
        """
        branches, _, parts = x.shape[:3]
        now = self.time(time_code(time, self.config.width).to(x.dtype))  # (..., W)
        x = self.enter(x)
        x = torch.cat([now.expand(*x.shape[:3], -1).unsqueeze(3), x], dim=3)  # (N, G, P, 1 + T, W)
        if self.part_codes is not None:
            if codes is None:
                codes = torch.arange(parts, device=x.device).expand(branches, parts)
            x = x + self.part_codes(codes)[:, None, :, None]
        stored: list[Tensor] = []
        for i, block in enumerate(self.blocks):
            skip = stored.pop() if block.skip is not None else None
            given = [(one.blocks[i], one.first, one.strength) for one in contexts]
            x = block(x, given, skip)
            if i < self.config.blocks // 2:
                stored.append(x)
        return self.leave(self.norm_leave(x)[..., 1:, :])


def time_code(time: Tensor, width: int) -> Tensor:
    """Sines and cosines (..., W) of times (...), in single precision (Vaswani et al., 2017)."""
    half = width // 2
    places = torch.arange(half, dtype=torch.float32, device=time.device)
    angle = time.float().unsqueeze(-1) * torch.exp(-math.log(10_000) / half * places)
    return torch.cat([angle.sin(), angle.cos()], dim=-1)
