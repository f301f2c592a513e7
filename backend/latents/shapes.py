# SPDX-License-Identifier: GPL-3.0-or-later
"""Latents of shapes, and the fields that they decode to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..contract.progress import Progress
from ..machine.plan import CHUNKS
from ..models.layers import KeysValues
from ..models.vecset import VecSet
from .batches import batch_of
from .looks import counted
from .surface import BOUND, Extracted, Field, extract


def fields(network: VecSet, latents: Tensor, chunk: int = CHUNKS[0]) -> Iterator[Field]:
    """The field of each shape of latents (B, T, C); each is decoded once, when its turn comes.

    chunk : points that are asked of it at once.
    """
    weight = network.from_latent.weight
    for row in latents.split(1):
        with torch.inference_mode():
            shape = network.decode(row.to(weight.device, weight.dtype))
        yield _field(network, shape, chunk)


def surfaces(
    network: VecSet,
    latents: Tensor,
    cells: int,
    spans: Sequence[Progress],
    *,
    chunk: int = CHUNKS[0],
    bound: float = BOUND,
) -> list[Extracted]:
    """The surface of each shape of latents (B, T, C), see `surface.extract`.

    spans : a progress for each. Raises Cancelled, and NotFinite where numbers overflowed.
    """
    found, shapes = [], fields(network, latents, chunk)
    for span in spans:
        with counted(network, span.span(0.0, 0.1)):
            field = next(shapes)
        found.append(extract(field, cells, bound=bound, turn=chunk, progress=span.span(0.1, 1.0)))
    return found


def _field(network: VecSet, shape: KeysValues, chunk: int) -> Field:
    device = network.from_latent.weight.device

    def field(points: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            asked = batch_of([points], device).split(chunk, dim=1)
            answers = [network.query(shape, some)[0].float() for some in asked]
            answer: NDArray[np.float32] = torch.cat(answers).cpu().numpy()
        return answer

    return field
