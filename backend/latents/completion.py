# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole part imagined from what is seen of it and of its object (HoloPart: Yang et al., 2025)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from ..contract.progress import SILENT, Progress
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
    seen: Seen,
    *,
    steps: int,
    guidance: float,
    cells: int,
    seed: int,
    progress: Progress = SILENT,
) -> Extracted:
    """The field of the whole part in its own frame. Raises Cancelled, WeightsCorrupt."""
    device = networks.device.torch_name

    def given(array: Cloud) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(device)[None]

    progress.span(0.0, 0.1, "Looking at a part").step()
    with torch.inference_mode():
        tokens = networks.part_encoder()(
            given(seen.own[seen.chosen]), given(seen.own),
            given(seen.within[seen.chosen]), given(seen.whole),
        )  # fmt: skip
        dit = networks.dit()
        contexts = [dit.context(i, each, first=1) for i, each in enumerate(tokens)]
    shape = (1, 1, len(seen.chosen), dit.config.channels)
    # Drawn by the processor, so that a seed means the same on every device.
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    latents = sample(
        Velocity(dit, contexts, [guidance]),
        noise.to(device),
        schedule(steps, networks.shift()),
        progress=progress.span(0.1, 0.8, "Imagining what is hidden"),
    )
    (field,) = fields(networks.vecset(), latents[:, 0])
    reading = progress.span(0.8, 1.0, "Reading the imagined part")
    return extract(field, cells, bound=BOUND, progress=reading)
