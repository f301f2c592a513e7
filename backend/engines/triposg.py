# SPDX-License-Identifier: GPL-3.0-or-later
"""TripoSG (Li et al., 2025): a whole object from one picture, which is then taken apart.

Its weights are a public model. The pipeline segments the whole and completes its parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf
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
    name="triposg",
    label="TripoSG",
    text="Imagines the whole of what a picture shows, then takes it apart; needs a graphics card",
    verbs=("generate",),
    weights=("triposg",),
    torch=True,
    bundled=False,
    options=("parts", "quality", "seed", "rectangle", "faces"),
    work=0.7,
)

TOKENS, STEPS, GUIDANCE = 2048, 50, 7.0
CELLS = 256
MOST_PARTS = 64  # into which a whole is taken apart


def load() -> GenerateEngine:
    """The engine, whose networks are read when a picture comes. Raises WeightsMissing."""
    from ..latents.networks import Networks

    networks = Networks("triposg")
    networks.shift()  # raises where the model lacks
    return TripoSG(networks)


@dataclass(frozen=True)
class TripoSG:
    """The engine. tokens, steps, guidance, cells : how much of each. faces : of an object at most,
    0 for the usual number."""

    networks: Networks = field(repr=False)
    tokens: int = TOKENS
    steps: int = STEPS
    guidance: float = GUIDANCE
    cells: int = CELLS
    faces: int = 0
    follows_seed: ClassVar[bool] = True

    def tuned(self, options: Mapping[str, Any]) -> TripoSG:
        """The engine as options want it."""
        steps, cells = of_quality(self.steps, self.cells, options)
        return replace(self, steps=steps, cells=cells, faces=options.get("faces", self.faces))

    def takes(self, brief: Brief) -> bool:
        """Whether there is one picture."""
        return len(brief.images) == 1 and not brief.boxes

    def generate(self, brief: Brief, *, seed: int = 0, progress: Progress = SILENT) -> Generated:
        """The whole object in one."""
        from ..latents.generation import Sampling

        if not self.takes(brief):
            raise BadInput(
                "This engine makes an object from one picture.", "Give one picture, of the front."
            )
        if (brief.parts or 0) > MOST_PARTS:
            raise BadInput(
                f"This engine makes at most {MOST_PARTS} parts, not {brief.parts}.",
                "Ask for fewer.",
            )
        sampling = Sampling(self.tokens, self.steps, self.guidance, self.cells, seed)
        whole = pictured(
            self.networks, brief, sampling, faces=self.faces, distance=inf, progress=progress
        )
        return replace(whole, in_one=True)
