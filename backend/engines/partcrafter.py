# SPDX-License-Identifier: GPL-3.0-or-later
"""PartCrafter (Lin et al., 2025): the parts of an object from one picture, imagined together.

Its weights are a public model. Parts know each other while they are denoised; how many there are
is said before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from ..contract.engines import About
from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from .base import Brief, Generated, GenerateEngine
from .projected import pictured
from .quality import of_quality

if TYPE_CHECKING:
    from ..latents.networks import Networks

ABOUT = About(
    name="partcrafter",
    label="PartCrafter",
    text="Imagines all parts of what a picture shows; needs a graphics card",
    verbs=("generate",),
    weights=("partcrafter",),
    torch=True,
    bundled=False,
    options=("parts", "quality", "seed", "rectangle"),
    work=2.0,
)

MOST_PARTS, USUAL_PARTS = 16, 6
TOKENS, STEPS, GUIDANCE = 1024, 50, 7.0
DISTANCE = 4.0  # of the camera of training, in half sides of the object's cube
CELLS = 128


def load() -> GenerateEngine:
    """The engine, whose networks are read when a picture comes. Raises WeightsMissing."""
    from ..latents.networks import Networks

    networks = Networks("partcrafter")
    networks.shift()  # raises where the model lacks
    return PartCrafter(networks)


@dataclass(frozen=True)
class PartCrafter:
    """The engine. tokens, steps, guidance, cells : how much of each."""

    networks: Networks = field(repr=False)
    tokens: int = TOKENS
    steps: int = STEPS
    guidance: float = GUIDANCE
    cells: int = CELLS
    follows_seed: ClassVar[bool] = True

    def tuned(self, options: Mapping[str, Any]) -> PartCrafter:
        """The engine as options want it."""
        steps, cells = of_quality(self.steps, self.cells, options)
        return replace(self, steps=steps, cells=cells)

    def takes(self, brief: Brief) -> bool:
        """Whether there is one picture."""
        return len(brief.images) == 1 and not brief.boxes

    def generate(self, brief: Brief, *, seed: int = 0, progress: Progress = SILENT) -> Generated:
        """As many parts as are asked for, as masks tell, or six."""
        from ..latents.generation import Sampling

        if not self.takes(brief):
            raise BadInput(
                "This engine makes parts from one picture.", "Give one picture, of the front."
            )
        count = brief.parts or (int(brief.masks[0].max()) + 1 if brief.masks else USUAL_PARTS)
        if count > MOST_PARTS:
            raise BadInput(
                f"This engine makes at most {MOST_PARTS} parts, not {count}.", "Ask for fewer."
            )
        sampling = Sampling(self.tokens, self.steps, self.guidance, self.cells, seed)
        return pictured(
            self.networks, brief, sampling, parts=count, distance=DISTANCE, progress=progress
        )
