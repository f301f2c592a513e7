# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks from the files of public checkpoints: sizes read from the tensors, every tensor used.

A network is made without memory and given the tensors of its files, so that it is never there
twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isqrt
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from ..checkpoints import layouts, shards
from ..checkpoints.layouts import Layout
from ..models.clip_text import ClipText, ClipTextConfig
from ..models.dinov2 import DinoConfig, DinoV2
from ..models.dit import DiT, DiTConfig
from ..models.layers import fused
from ..models.vecset import PartEncoder, PartEncoderConfig, VecSet, VecSetConfig

Network = TypeVar("Network", bound=nn.Module)
Config = TypeVar("Config")
Shapes = Mapping[str, tuple[int, ...]]
About = Mapping[str, Any]

HEAD = 64  # channels of a head of the encoders of pictures and words, where no config tells


@dataclass(frozen=True)
class Source:
    """Where a network's tensors come from, and where they go.

    folder : of its files. owner : what it is, in words for people. device : as torch calls it.
    dtype : of all its numbers. look : called before each tensor is read; may raise.
    """

    folder: Path
    owner: str
    device: str = "cpu"
    dtype: torch.dtype = torch.float32
    look: Callable[[], None] = lambda: None


def dit(source: Source, *, parallel: bool = False) -> DiT:
    """A diffusion transformer. parallel : its contexts are asked beside each other.

    This and the others raise WeightsMissing, or WeightsCorrupt for the files of another network.
    """

    def sizes(shapes: Shapes, _: About) -> DiTConfig:
        width, channels = shapes["proj_in.weight"]
        maps = ("blocks.0.attn2.to_k.weight", "blocks.0.attn2_2.to_k.weight")
        return DiTConfig(
            contexts=tuple(shapes[name][1] for name in maps if name in shapes),
            parallel=parallel,
            part_codes=shapes.get("part_embedding.weight", (0,))[0],
            channels=channels,
            width=width,
            heads=width // shapes["blocks.0.attn1.norm_q.weight"][0],
            blocks=count(shapes, "blocks"),
        )

    return _loaded(source, sizes, lambda config: (DiT(config), layouts.DIT, config.heads))


def vecset(source: Source) -> VecSet:
    """An autoencoder of vector sets."""

    def sizes(shapes: Shapes, about: About) -> VecSetConfig:
        return VecSetConfig(
            channels=shapes["post_quant.weight"][1],
            encoder_width=shapes["encoder.proj_in.weight"][0],
            encoder_blocks=count(shapes, r"encoder\.blocks") - 1,
            decoder_width=shapes["post_quant.weight"][0],
            decoder_blocks=count(shapes, r"decoder\.blocks") - 1,
            heads=int(about.get("num_attention_heads", VecSetConfig.heads)),
        )

    return _loaded(
        source,
        sizes,
        lambda config: (VecSet(config), layouts.vecset(config.decoder_blocks), config.heads),
    )


def part_encoder(source: Source) -> PartEncoder:
    """HoloPart's encoders of a part, by itself and in its object."""

    def sizes(shapes: Shapes, about: About) -> PartEncoderConfig:
        return PartEncoderConfig(
            width=shapes["encoder_local.proj_in.weight"][0],
            blocks=count(shapes, r"encoder_local\.blocks") - 1,
            heads=int(about.get("num_attention_heads", PartEncoderConfig.heads)),
        )

    return _loaded(
        source, sizes, lambda config: (PartEncoder(config), layouts.PART_ENCODER, config.heads)
    )


def dinov2(source: Source) -> DinoV2:
    """An encoder of pictures."""

    def sizes(shapes: Shapes, about: About) -> DinoConfig:
        width, _, patch, _ = shapes["embeddings.patch_embeddings.projection.weight"]
        return DinoConfig(
            width=width,
            heads=int(about.get("num_attention_heads", width // HEAD)),
            blocks=count(shapes, r"encoder\.layer"),
            patch=patch,
            grid=isqrt(shapes["embeddings.position_embeddings"][1] - 1),
        )

    return _loaded(source, sizes, lambda config: (DinoV2(config), layouts.DINOV2, config.heads))


def clip_text(source: Source) -> ClipText:
    """An encoder of words."""

    def sizes(shapes: Shapes, about: About) -> ClipTextConfig:
        vocabulary, width = shapes["text_model.embeddings.token_embedding.weight"]
        return ClipTextConfig(
            width=width,
            heads=int(about.get("num_attention_heads", width // HEAD)),
            blocks=count(shapes, r"text_model\.encoder\.layers"),
            vocabulary=vocabulary,
            tokens=shapes["text_model.embeddings.position_embedding.weight"][0],
            quick=about.get("hidden_act", "quick_gelu") == "quick_gelu",
        )

    return _loaded(source, sizes, lambda config: (ClipText(config), layouts.CLIP_TEXT, 1))


def count(shapes: Shapes, prefix: str) -> int:
    """How many blocks there are of names that begin so."""
    found = (re.match(rf"{prefix}\.(\d+)\.", name) for name in shapes)
    return 1 + max((int(match[1]) for match in found if match), default=-1)


def _loaded(
    source: Source,
    sizes: Callable[[Shapes, About], Config],
    make: Callable[[Config], tuple[Network, Layout, int]],
) -> Network:
    """The network of a folder: its sizes told by the tensors, and each tensor in its place."""
    with shards.opened(source.folder, source.owner) as files:
        try:
            config = sizes(files.shapes, files.about)
        except (KeyError, ValueError, TypeError, ZeroDivisionError) as error:
            raise layouts.of_another(source.owner, f"sizes: {error!r}") from error
        with torch.device("meta"):
            network, layout, heads = make(config)
        wanted = network.state_dict()
        names = layout.sources(wanted, files.shapes, source.owner)
        state = {}
        for name, parts in names.items():
            source.look()
            tensors = tuple(files.tensor(part) for part in parts)
            made = tensors[0] if len(parts) == 1 else _as_one(tensors, layout, heads)
            if made.shape != wanted[name].shape:
                found = f"{name}: {tuple(made.shape)}, not {tuple(wanted[name].shape)}"
                raise layouts.of_another(source.owner, found)
            state[name] = made.to(source.device, source.dtype)
    network.load_state_dict(state, assign=True)
    return network.eval().requires_grad_(False)


def _as_one(tensors: tuple[Tensor, ...], layout: Layout, heads: int) -> Tensor:
    return fused(tensors, heads) if layout.interleaved else torch.cat(tensors)
