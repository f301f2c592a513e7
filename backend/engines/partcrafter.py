# SPDX-License-Identifier: GPL-3.0-or-later
"""PartCrafter (Lin et al., 2025): the parts of an object from one picture, imagined together.

Its weights are a public model. Parts know each other while they are denoised; how many there are
is said before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

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
    options=("parts", "quality", "seed", "rectangle", "faces"),
    work=2.0,
)

MOST_PARTS = 16
FEWEST_SEEN, MOST_SEEN = 2, 8  # parts without a number; a drawing has more regions than that
SEEN_SIZE = 512  # pixels, by which they are counted
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
    """The engine. tokens, steps, guidance, cells : how much of each. faces : of an object at most,
    0 for the usual number."""

    networks: Networks = field(repr=False)
    tokens: int = TOKENS
    steps: int = STEPS
    guidance: float = GUIDANCE
    cells: int = CELLS
    faces: int = 0
    follows_seed: ClassVar[bool] = True

    def tuned(self, options: Mapping[str, Any]) -> PartCrafter:
        """The engine as options want it."""
        steps, cells = of_quality(self.steps, self.cells, options)
        return replace(self, steps=steps, cells=cells, faces=options.get("faces", self.faces))

    def takes(self, brief: Brief) -> bool:
        """Whether there is one picture."""
        return len(brief.images) == 1 and not brief.boxes

    def generate(self, brief: Brief, *, seed: int = 0, progress: Progress = SILENT) -> Generated:
        """As many parts as are asked for, as masks have, or as there seem to be in the picture."""
        from ..latents.generation import Sampling

        if not self.takes(brief):
            raise BadInput(
                "This engine makes parts from one picture.", "Give one picture, of the front."
            )
        count = _count(brief)
        sampling = Sampling(self.tokens, self.steps, self.guidance, self.cells, seed)
        return pictured(
            self.networks,
            brief,
            sampling,
            parts=count,
            faces=self.faces,
            distance=DISTANCE,
            progress=progress,
        )


def _count(brief: Brief) -> int:
    """How many parts to imagine. Raises BadInput for a number that cannot be."""
    asked = brief.parts
    if asked is None and brief.masks:
        painted = np.unique(brief.masks[0])
        asked = int((painted >= 0).sum())
        if asked > MOST_PARTS:
            raise BadInput(
                f"The mask has {asked} parts, and this engine makes at most {MOST_PARTS}.",
                "Paint fewer parts, or say how many to make.",
            )
    if asked is None:
        return min(max(_seen(brief), FEWEST_SEEN), MOST_SEEN)
    if not 1 <= asked <= MOST_PARTS:
        raise BadInput(
            f"This engine makes 1 to {MOST_PARTS} parts, not {asked}.",
            "Ask for another number, or for none: then it is chosen by what is seen.",
        )
    return asked


def _seen(brief: Brief) -> int:
    """How many regions and limbs the figure of the picture has."""
    from ..images.resample import at_most
    from .figures import Options, found_figure, parts_of

    full = brief.images[0]
    picture = at_most(full, SEEN_SIZE)
    scale = picture.shape[0] / full.shape[0], picture.shape[1] / full.shape[1]
    options = Options(rectangle=brief.options.get("rectangle"))
    canvas, _ = found_figure(picture, None, options, scale)
    return int(parts_of(canvas, None, None, options, SILENT).max()) + 1
