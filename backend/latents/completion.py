# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole part imagined from what is seen of it and of its object (HoloPart: Yang et al., 2025)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ..contract.progress import SILENT, Progress
from ..machine.plan import CHUNKS
from .encode import Cloud
from .flow import sample, schedule
from .networks import Networks
from .shapes import fields
from .surface import Extracted, extract
from .velocity import Velocity

BOUND = 1.05  # of the cube in which a part is asked for


@dataclass(frozen=True)
class Seen:
    """What is seen of a part.

    own : (N, 6) points of it with normals, in the part's frame; within : the same in the object's.
    chosen : (T,) numbers of points far from each other. whole : (M, 7) points of the object in its
    frame, the last channel 1 where the part is.
    """

    own: Cloud
    within: Cloud
    chosen: NDArray[np.int64]
    whole: Cloud


def imagined(
    networks: Networks,
    seen: Sequence[Seen],
    seeds: Sequence[int],
    *,
    steps: int,
    guidance: float,
    cells: int,
    chunk: int = CHUNKS[0],
    progress: Progress = SILENT,
) -> list[Extracted]:
    """The fields of whole parts, each in its own frame, imagined together.

    seen : of each part, as many points of each. seeds : of each part's noise. chunk : points that
    are asked of a field at once. Raises Cancelled, WeightsCorrupt.
    """
    device = networks.device.torch_name
    progress.span(0.0, 0.1, "Looking at parts").step()
    latents = _sampled(networks, seen, seeds, steps, guidance, progress.span(0.1, 0.8))
    found = []
    reading = progress.span(0.8, 1.0, "Reading imagined parts")
    for i, field in enumerate(fields(networks.vecset(), latents.to(device), chunk)):
        span = reading.span(i / len(seen), (i + 1) / len(seen))
        found.append(extract(field, cells, bound=BOUND, progress=span))
    return found


def _sampled(
    networks: Networks,
    seen: Sequence[Seen],
    seeds: Sequence[int],
    steps: int,
    guidance: float,
    progress: Progress,
) -> torch.Tensor:
    """Latents (G, T, C) of whole parts. The transformer is no longer used when they are there."""
    device = networks.device.torch_name

    def given(arrays: Iterable[Cloud]) -> torch.Tensor:
        return torch.from_numpy(np.stack(list(arrays))).to(device)

    with torch.inference_mode():
        tokens = networks.part_encoder()(
            given(one.own[one.chosen] for one in seen),
            given(one.own for one in seen),
            given(one.within[one.chosen] for one in seen),
            given(one.whole for one in seen),
        )
        dit = networks.dit()
        contexts = [dit.context(i, each, first=1) for i, each in enumerate(tokens)]
    shape = (1, len(seen[0].chosen), dit.config.channels)
    # Drawn by the processor, so that a seed means the same on every device.
    drawn = [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    return sample(
        Velocity(dit, contexts, [guidance]),
        torch.stack(drawn).to(device),
        schedule(steps, networks.shift()),
        progress=progress.span(0.0, 1.0, "Imagining what is hidden"),
    )[:, 0]
