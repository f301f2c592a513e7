# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiny checkpoints with random weights, laid out as the public ones, and what ours answers.

The same questions are put to the public code by ``python -m tests.parity``, whose answers are kept
in tests/fixtures/parity.npz.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from backend.checkpoints import layouts
from backend.checkpoints.layouts import Layout
from backend.latents import flow, loading
from backend.latents.levels import guided, schedule
from backend.latents.loading import Source
from backend.models.clip_text import ClipText, ClipTextConfig
from backend.models.dinov2 import DinoConfig, DinoV2
from backend.models.dit import DiT, DiTConfig
from backend.models.vecset import PartEncoder, PartEncoderConfig, VecSet, VecSetConfig

SPREAD = 0.08  # of random weights: with much less, wrong wirings could not be told from right ones
STEPS = 4
Arrays = Mapping[str, NDArray[np.float32]]
Answers = dict[str, Tensor]


@dataclass(frozen=True)
class Sizes:
    """Widths and depths of all networks of a comparison."""

    width: int = 64
    blocks: int = 21
    encoder_blocks: int = 8
    decoder_blocks: int = 16
    picture_blocks: int = 24
    text_blocks: int = 12
    vocabulary: int = 49408
    grid: int = 37

    @property
    def dit(self) -> DiTConfig:
        return DiTConfig((48,), channels=16, width=self.width, heads=4, blocks=self.blocks)

    @property
    def vecset(self) -> VecSetConfig:
        half = self.width // 2
        blocks = self.encoder_blocks, self.decoder_blocks
        return VecSetConfig(16, half, blocks[0], self.width, blocks[1], heads=4)

    @property
    def part_encoder(self) -> PartEncoderConfig:
        return PartEncoderConfig(self.width // 2, self.encoder_blocks, heads=4)

    @property
    def dino(self) -> DinoConfig:
        return DinoConfig(self.width // 2, 4, self.picture_blocks, 14, self.grid)

    @property
    def clip(self) -> ClipTextConfig:
        return ClipTextConfig(self.width // 2, 4, self.text_blocks, self.vocabulary)


FULL = Sizes()  # in depth
TINY = Sizes(16, 5, 2, 2, 2, 2, 96, 5)


def normal(*shape: int, seed: int) -> Tensor:
    numbers = np.random.default_rng(seed).standard_normal(shape, np.float32)
    return torch.from_numpy(numbers)


def tensors(network: nn.Module, layout: Layout, seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """Random tensors (by published names) of which a network of these sizes is made.

    Weights of both signs; those of norms around 1 and not alike.
    """
    shapes: dict[str, tuple[int, ...]] = {}
    for name, tensor in network.state_dict().items():
        parts = layout.published(name)
        first = tensor.shape[0] // len(parts)
        shapes |= dict.fromkeys(parts, (first, *tensor.shape[1:]))
    rng = np.random.default_rng(seed)
    made = {}
    for name, shape in sorted(shapes.items()):
        noise = rng.standard_normal(shape, np.float32)
        around_one = len(shape) == 1 and not name.endswith("bias")
        made[name] = np.float32(1) + np.float32(0.2) * noise if around_one else SPREAD * noise
    return {name: array.astype(np.float32) for name, array in made.items()}


def written(folder: Path, arrays: Arrays, about: Mapping[str, object] | None = None) -> Source:
    """A checkpoint in a folder."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    save_file(dict(arrays), folder / "diffusion_pytorch_model.safetensors")
    (folder / "config.json").write_text(json.dumps(about or {}), encoding="utf-8")
    return Source(folder, folder.name)


def made(network: Callable[[], nn.Module]) -> nn.Module:
    """A network without memory, whose names and shapes are wanted."""
    with torch.device("meta"):
        return network()


# Of each transformer: its config, the guidance, and the strengths of its contexts.
TRUNKS = ("TripoSG", "TripoSG-scribble", "HoloPart")
GUIDANCE = {"TripoSG": 7.0, "TripoSG-scribble": 7.0, "HoloPart": 3.5, "PartCrafter": 7.0}
STRENGTHS = {"TripoSG-scribble": (1.0, 0.4)}


def trunk_config(name: str, sizes: Sizes) -> DiTConfig:
    if name == "TripoSG":
        return sizes.dit
    if name == "PartCrafter":
        return replace(sizes.dit, part_codes=32)
    return replace(sizes.dit, contexts=(40, 48), parallel=name == "TripoSG-scribble")


def trunk_arrays(name: str, sizes: Sizes) -> dict[str, NDArray[np.float32]]:
    return tensors(made(lambda: DiT(trunk_config(name, sizes))), layouts.DIT)


def trunk_contexts(name: str, sizes: Sizes) -> list[Tensor]:
    widths = trunk_config(name, sizes).contexts
    return [normal(2, 7 + 2 * i, width, seed=i) for i, width in enumerate(widths)]


def trunk_noise(sizes: Sizes) -> tuple[Tensor, Tensor]:
    """Noise (2, 16, C) and two times."""
    return normal(2, 16, sizes.dit.channels, seed=5), torch.tensor([875.5, 120.25])


def trunk_answers(name: str, sizes: Sizes, space: Path) -> Answers:
    """Two times in one batch, and a whole sampling with guidance."""
    source = written(space / name, trunk_arrays(name, sizes))
    network = loading.dit(source, parallel=name == "TripoSG-scribble")
    tokens, (noise, times) = trunk_contexts(name, sizes), trunk_noise(sizes)
    strengths = STRENGTHS.get(name, (1.0,) * len(tokens))

    def contexts(first: int) -> list[object]:
        return [
            network.context(i, one, first=first, strength=strength)
            for i, (one, strength) in enumerate(zip(tokens, strengths, strict=True))
        ]

    held, guidance = contexts(1), GUIDANCE[name]

    def velocity(x: Tensor, time: float) -> Tensor:
        both = network(x.expand(2, *x.shape), torch.tensor(time), held)
        return guided(both, [guidance])

    return {
        "two times": network(noise[None, :, None], times[None, :, None], contexts(0))[0, :, 0],
        "sampling": flow.sample(velocity, noise[:, None], schedule(STEPS))[:, 0],
    }


PARTS = 3
NUMBERS = {
    "numbered as trained": torch.arange(PARTS).expand(2, PARTS),
    "numbered as published": torch.arange(2 * PARTS).view(2, PARTS),
}


def parts_given(sizes: Sizes) -> tuple[Tensor, Tensor]:
    """Tokens of a picture (1, S, 48) and noise (1, P, T, C)."""
    return normal(1, 9, 48, seed=1), normal(1, PARTS, 12, sizes.dit.channels, seed=2)


def parts_answers(sizes: Sizes, space: Path) -> Answers:
    """Whole samplings of an object of three parts."""
    network = loading.dit(written(space / "PartCrafter", trunk_arrays("PartCrafter", sizes)))
    picture, noise = parts_given(sizes)
    held = [network.context(0, picture, first=1)]
    answers = {}
    for what, codes in NUMBERS.items():

        def velocity(x: Tensor, time: float, codes: Tensor = codes) -> Tensor:
            both = network(x.expand(2, *x.shape), torch.tensor(time), held, codes)
            return guided(both, [GUIDANCE["PartCrafter"]])

        answers[what] = flow.sample(velocity, noise, schedule(STEPS))[0]
    return answers


def cloud(rows: int, channels: int = 6, seed: int = 8) -> Tensor:
    return normal(rows, 128, channels, seed=seed).clamp(-1, 1)


HEADS = {"num_attention_heads": 4}


def vecset_arrays(sizes: Sizes) -> dict[str, NDArray[np.float32]]:
    layout = layouts.vecset(sizes.decoder_blocks)
    return tensors(made(lambda: VecSet(sizes.vecset)), layout)


def vecset_answers(sizes: Sizes, space: Path) -> Answers:
    network = loading.vecset(written(space / "VAE", vecset_arrays(sizes), HEADS))
    points = cloud(2)
    mean, spread = network.encode(points[:, :16], points)
    queries = network.decode(normal(2, 16, 16, seed=3))
    field = network.query(queries, cloud(2, 3, seed=9))
    return {"mean": mean, "log variance": spread, "field": field}


def part_arrays(sizes: Sizes) -> dict[str, NDArray[np.float32]]:
    return tensors(made(lambda: PartEncoder(sizes.part_encoder)), layouts.PART_ENCODER)


def part_answers(sizes: Sizes, space: Path) -> Answers:
    network = loading.part_encoder(written(space / "part", part_arrays(sizes), HEADS))
    part, whole = cloud(1, seed=3), cloud(1, 7, seed=4)
    local, within = network(part[:, :16], part, part[:, 16:32], whole)
    return {"part": local, "part in its object": within}


def dino_arrays(sizes: Sizes) -> dict[str, NDArray[np.float32]]:
    arrays = tensors(made(lambda: DinoV2(sizes.dino)), layouts.DINOV2)
    return {**arrays, "embeddings.mask_token": np.zeros((1, sizes.dino.width), np.float32)}


def picture(sizes: Sizes) -> Tensor:
    """Of fewer patches than the grid of training has."""
    side = 14 * min(16, sizes.grid - 2)
    return normal(2, 3, side, side, seed=1)


def dino_answers(sizes: Sizes, space: Path) -> Answers:
    network = loading.dinov2(written(space / "DINOv2", dino_arrays(sizes), HEADS))
    return {"tokens": network(picture(sizes))}


def clip_arrays(sizes: Sizes) -> dict[str, NDArray[np.float32]]:
    return tensors(made(lambda: ClipText(sizes.clip)), layouts.CLIP_TEXT)


def pieces(sizes: Sizes) -> Tensor:
    return torch.from_numpy(np.random.default_rng(1).integers(0, sizes.vocabulary, (2, 77)))


def clip_answers(sizes: Sizes, space: Path) -> Answers:
    network = loading.clip_text(written(space / "CLIP", clip_arrays(sizes), HEADS))
    return {"tokens": network(pieces(sizes))}


def answers(sizes: Sizes, space: Path) -> dict[str, Tensor]:
    """All that ours answers, by "network: what"."""
    asked = {name: trunk_answers(name, sizes, space) for name in TRUNKS}
    asked |= {
        "PartCrafter": parts_answers(sizes, space),
        "VAE": vecset_answers(sizes, space),
        "HoloPart encoder": part_answers(sizes, space),
        "DINOv2": dino_answers(sizes, space),
        "CLIP text": clip_answers(sizes, space),
    }
    return {f"{name}: {what}": t for name, said in asked.items() for what, t in said.items()}
