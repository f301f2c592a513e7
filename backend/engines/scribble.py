# SPDX-License-Identifier: GPL-3.0-or-later
"""TripoSG-scribble (Li et al., 2025): another part from words and a drawing of the old one.

Its weights are a public model. The old part's outline, or a picture that the artist drew, says how
large and where; the words say what.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..contract.engines import About
from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from .base import Offer, PartMesh, ReplaceEngine
from .projected import meshes_of, upright

if TYPE_CHECKING:
    from ..latents.networks import Networks
    from ..latents.surface import Extracted
    from ..machine.plan import Plan

ABOUT = About(
    name="scribble",
    label="TripoSG-scribble",
    text="Imagines a part by words in the old one's outline; better with a graphics card",
    verbs=("replace",),
    weights=("scribble",),
    torch=True,
    bundled=False,
)

TOKENS, STEPS = 512, 16
STRENGTHS = (1.0, 0.4)  # of the words and of the drawing
SEEN = 257 + 77  # tokens of a drawing and of words
CELLS = 128


def load() -> ReplaceEngine:
    """The engine, whose networks are read when words come. Raises WeightsMissing."""
    from ..latents.networks import Networks

    networks = Networks("scribble", parallel=True)
    networks.shift()  # raises where the model lacks
    return Scribble(networks)


@dataclass(frozen=True)
class Scribble:
    """The engine. tokens, steps, cells : how much of each. strengths : of words and drawing."""

    networks: Networks = field(repr=False)
    tokens: int = TOKENS
    steps: int = STEPS
    cells: int = CELLS
    strengths: tuple[float, float] = STRENGTHS
    knows_all_words: ClassVar[bool] = True

    def replace(
        self,
        vertices: Floats,
        faces: Ints,
        labels: NDArray[np.int32],
        part: int,
        *,
        name: str = "",
        image: NDArray[np.uint8] | None = None,
        text: str = "",
        variants: int = 1,
        seed: int = 0,
        progress: Progress = SILENT,
    ) -> list[Offer]:
        """An offer for each seed, where the old part is. Without words, the old one's name."""
        from ..images.drawing import line_drawing

        words = text or name
        if not words:
            raise BadInput("This engine needs words.", "Say what the part should be.")
        own = faces[labels == part]
        points = vertices[own].reshape(-1, 3)
        drawing = line_drawing(vertices, own) if image is None else _on_white(image)
        offers = []
        for number in range(variants):
            span = progress.span(number / variants, (number + 1) / variants)
            vertices_, faces_ = self._imagined(words, drawing, seed + number, span)
            if len(faces_):
                placed = _where_it_was(vertices_, points)
                offers.append(
                    Offer(PartMesh(placed, faces_, words), np.zeros(3), np.zeros(3), in_place=True)
                )
        if not offers:
            raise BadInput("Nothing came out of these words.", "Try other words, or another seed.")
        return offers

    def _imagined(
        self, words: str, drawing: NDArray[np.uint8], seed: int, progress: Progress
    ) -> tuple[Floats, Ints]:
        from ..latents.generation import Sampling, of_words
        from ..latents.rungs import on_rungs

        sampling = Sampling(self.tokens, self.steps, cells=self.cells, seed=seed)

        def job(plan: Plan) -> Extracted:
            return of_words(
                self.networks.planned(plan), words, drawing, sampling,
                strengths=self.strengths, chunk=plan.chunk, progress=progress,
            )  # fmt: skip

        plans = self.networks.plans(1, branches=1, tokens=self.tokens, context=SEEN)
        (mesh,) = upright(self.networks.name, meshes_of([on_rungs(plans, job).field]))
        return mesh


def _on_white(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A drawing (H, W, 4) without what shows through."""
    share = image[..., 3:].astype(np.float32) / 255
    return np.rint(image[..., :3] * share + 255 * (1 - share)).astype(np.uint8)


def _where_it_was(vertices: Floats, old: Floats) -> Floats:
    """Vertices as tall or wide as the old part's points, about the same middle."""
    low, high = old.min(axis=0), old.max(axis=0)
    first, last = vertices.min(axis=0), vertices.max(axis=0)
    seen = max(float((last - first)[:2].max()), 1e-9)
    scale = float((high - low)[:2].max()) / seen
    return np.asarray((vertices - (first + last) / 2) * scale + (low + high) / 2)
