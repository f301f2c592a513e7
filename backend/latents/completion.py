# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole part imagined from what is seen of it and of its object (HoloPart: Yang et al., 2025)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ..contract.progress import SILENT, Progress
from ..machine.plan import CHUNKS
from .batches import batch_of
from .encode import Cloud
from .flow import sample
from .levels import schedule
from .looks import counted
from .networks import Networks
from .shapes import surfaces
from .surface import Extracted
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
    latents = _sampled(networks, seen, seeds, steps, guidance, progress)
    reading = progress.span(0.8, 1.0, "Reading imagined parts")
    spans = [reading.span(i / len(seen), (i + 1) / len(seen)) for i in range(len(seen))]
    on_device = latents.to(networks.device.torch_name)
    return surfaces(networks.vecset(), on_device, cells, spans, chunk=chunk, bound=BOUND)


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

    with torch.inference_mode():
        encoder = networks.part_encoder()
        with counted(encoder, progress.span(0.05, 0.1, "Looking at parts")):
            tokens = encoder(
                batch_of((one.own[one.chosen] for one in seen), device),
                batch_of((one.own for one in seen), device),
                batch_of((one.within[one.chosen] for one in seen), device),
                batch_of((one.whole for one in seen), device),
            )
        del encoder  # so that it can leave
        dit = networks.dit()
        contexts = [dit.context(i, each, first=1) for i, each in enumerate(tokens)]
    shape = (1, len(seen[0].chosen), dit.config.channels)
    # Drawn by the processor, so that a seed means the same on every device.
    drawn = [torch.randn(shape, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
    velocity = Velocity(dit, contexts, [guidance], apart=networks.apart)
    imagining = progress.span(0.1, 0.8, "Imagining what is hidden")
    with counted(dit, imagining, steps * velocity.passes) as is_counted:
        return sample(
            velocity,
            torch.stack(drawn).to(device),
            schedule(steps, networks.shift()),
            progress=SILENT if is_counted else imagining,
        )[:, 0]
