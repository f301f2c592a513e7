# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes imagined from a picture, or from words and a drawing.

From a picture one whole (TripoSG: Li et al., 2025) or several parts that know each other
(PartCrafter: Lin et al., 2025); from words and a line drawing in few steps, guidance being part of
what the network learned (TripoSG-scribble).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..contract.progress import SILENT, Progress
from ..machine.plan import CHUNKS
from .batches import batch_of
from .flow import Known, sample
from .images import normalised
from .levels import schedule
from .looks import counted
from .networks import Networks
from .shapes import surfaces
from .surface import Extracted
from .velocity import Velocity


@dataclass(frozen=True)
class Sampling:
    """How latents are denoised, and their fields read.

    tokens : of each part. guidance : by the picture, 0 for a network that has learned it. cells :
    of the grid along each side.
    """

    tokens: int
    steps: int
    guidance: float = 0.0
    cells: int = 128
    seed: int = 0


def of_picture(
    networks: Networks,
    picture: NDArray[np.uint8],
    sampling: Sampling,
    *,
    parts: int = 1,
    as_published: bool = False,
    known: Known | None = None,
    chunk: int = CHUNKS[0],
    progress: Progress = SILENT,
) -> list[Extracted]:
    """The field of each part that a picture (H, W, 3), on white, shows. Raises Cancelled.

    as_published : parts are numbered as the public pipeline does, in the guided branch from where
    the other ends, instead of as in training. known : parts that stay.
    """

    def velocity() -> Velocity:
        with torch.inference_mode():
            seen = _seen(networks, picture, progress.span(0.03, 0.05, "Looking at the picture"))
            contexts = [networks.dit().context(0, seen, first=1)]
        numbers = torch.arange(parts, device=seen.device)
        codes = torch.stack([numbers, numbers + parts if as_published else numbers])
        scales = [sampling.guidance]
        return Velocity(networks.dit(), contexts, scales, codes=codes, apart=networks.apart)

    latents = _sampled(networks, velocity, sampling, parts, known, progress)
    return _read(networks, latents, sampling.cells, chunk, progress.span(0.75, 1.0))


def of_words(
    networks: Networks,
    text: str,
    drawing: NDArray[np.uint8] | None,
    sampling: Sampling,
    *,
    strengths: Sequence[float] = (1.0, 0.4),
    chunk: int = CHUNKS[0],
    progress: Progress = SILENT,
) -> Extracted:
    """The field of what words and a line drawing (H, W, 3) mean. Raises Cancelled.

    strengths : of the words and of the drawing; without a drawing zeros stand for it.
    """

    def velocity() -> Velocity:
        reading = progress.span(0.01, 0.02, "Reading the words")
        looking = progress.span(0.03, 0.05, "Looking at the drawing")
        with torch.inference_mode():
            numbers = networks.pieces().numbers(text)
            clip = networks.clip_text()
            with counted(clip, reading):
                words = clip(batch_of([numbers], networks.device.torch_name))
            del clip  # so that it can leave
            drawn = None if drawing is None else _seen(networks, drawing, looking)
            dit = networks.dit()
            if drawn is None:
                drawn = torch.zeros(1, 1, dit.config.contexts[1]).to(words)
            tokens = zip((words, drawn), strengths, strict=True)
            contexts = [dit.context(i, one, strength=s) for i, (one, s) in enumerate(tokens)]
        return Velocity(dit, contexts)

    latents = _sampled(networks, velocity, sampling, 1, None, progress)
    (found,) = _read(networks, latents, sampling.cells, chunk, progress.span(0.75, 1.0))
    return found


def _seen(networks: Networks, picture: NDArray[np.uint8], progress: Progress) -> Tensor:
    """Tokens (1, S, W) of a picture."""
    given = batch_of([normalised(picture)], networks.device.torch_name)
    network = networks.dinov2()
    with counted(network, progress):
        seen: Tensor = network(given)
    return seen


def _sampled(
    networks: Networks,
    velocity: Callable[[], Velocity],
    sampling: Sampling,
    parts: int,
    known: Known | None,
    progress: Progress,
) -> Tensor:
    """Latents (P, T, C). The transformer is no longer used when they are there."""
    asked = velocity()
    shape = (1, parts, sampling.tokens, asked.network.config.channels)
    # Drawn by the processor, so that a seed means the same on every device.
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(sampling.seed))
    levels = schedule(sampling.steps, networks.shift())
    imagining = progress.span(0.05, 0.75, "Imagining")
    with counted(asked.network, imagining, sampling.steps * asked.passes) as is_counted:
        told = SILENT if is_counted else imagining
        return sample(asked, noise.to(asked.device), levels, known=known, progress=told)[0]


def _read(
    networks: Networks, latents: Tensor, cells: int, chunk: int, progress: Progress
) -> list[Extracted]:
    spans = [
        progress.span(i / len(latents), (i + 1) / len(latents), f"Reading part {i + 1}")
        for i in range(len(latents))
    ]
    return surfaces(networks.vecset(), latents, cells, spans, chunk=chunk)
