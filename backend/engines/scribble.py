# SPDX-License-Identifier: GPL-3.0-or-later
"""TripoSG-scribble (Li et al., 2025): another part from words and a drawing of the old one.

Its weights are a public model. A drawing, of the old part's outline or one that the artist drew,
says what it looks like from one side; the words say what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..contract.engines import About
from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from .base import Offer, PartMesh, ReplaceEngine
from .projected import meshes_of, upright
from .quality import of_quality

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
    options=(
        "strength_words",
        "strength_drawing",
        "drawing",
        "drawn_from",
        "quality",
        "seed",
    ),
    work=0.03,
)

TOKENS, STEPS = 512, 16
STRENGTHS = (1.0, 0.4)  # of the words and of the drawing
SEEN = 257 + 77  # tokens of a drawing and of words
CELLS = 128
STEEP = 0.87  # height of an eye, of the sine of its angle, from which on it looks from above


def load() -> ReplaceEngine:
    """The engine, whose networks are read when words come. Raises WeightsMissing."""
    from ..latents.networks import Networks

    networks = Networks("scribble", parallel=True)
    networks.shift()  # raises where the model lacks
    return Scribble(networks)


@dataclass(frozen=True)
class Scribble:
    """The engine.

    tokens, steps, cells : how much of each. strengths : of words and drawing. drawn_from : towards
    the eye that a drawing of one's own was made for, (3,), or a side.
    """

    networks: Networks = field(repr=False)
    tokens: int = TOKENS
    steps: int = STEPS
    cells: int = CELLS
    strengths: tuple[float, float] = STRENGTHS
    drawn_from: str | tuple[float, float, float] = "front"
    follows_seed: ClassVar[bool] = True
    knows_all_words: ClassVar[bool] = True

    def tuned(self, options: Mapping[str, Any]) -> Scribble:
        """The engine as options want it."""
        words, drawing = self.strengths
        words = float(options.get("strength_words", words))
        strengths = words, float(options.get("strength_drawing", drawing))
        steps, cells = of_quality(self.steps, self.cells, options)
        seen = options.get("drawn_from", self.drawn_from)
        return replace(self, steps=steps, cells=cells, strengths=strengths, drawn_from=seen)

    def replace(
        self,
        vertices: Floats,
        faces: Ints,
        labels: NDArray[np.int32],
        part: int,
        *,
        name: str = "",
        title: str = "",
        drawing: NDArray[np.uint8] | None = None,
        text: str = "",
        variants: int = 1,
        seed: int = 0,
        progress: Progress = SILENT,
    ) -> list[Offer]:
        """What a seed gives, where the old part is. Without words, the old one's name."""
        from ..images.drawing import line_drawing

        words = text or name
        if not words:
            raise BadInput("This engine needs words.", "Say what the part should be.")
        own = faces[labels == part]
        turn = np.eye(3) if drawing is None else facing(self.drawn_from)
        points = vertices[own].reshape(-1, 3) @ turn.T
        lines = line_drawing(vertices, own) if drawing is None else flattened(drawing)
        (found, shape), notes = self._imagined(words, lines, seed, progress)
        if not len(shape):
            return []
        mesh = PartMesh(_where_it_was(found, points) @ turn, shape, words)
        return [Offer(mesh, np.zeros(3), np.zeros(3), in_place=True, notes=notes)]

    def _imagined(
        self, words: str, drawing: NDArray[np.uint8], seed: int, progress: Progress
    ) -> tuple[tuple[Floats, Ints], tuple[str, ...]]:
        """A mesh, and sentences about how it came about."""
        from ..latents.generation import Sampling, of_words
        from ..latents.networks import Demand
        from ..latents.rungs import on_rungs

        sampling = Sampling(self.tokens, self.steps, cells=self.cells, seed=seed)

        def job(networks: Networks, plan: Plan) -> Extracted:
            return of_words(
                networks, words, drawing, sampling,
                strengths=self.strengths, chunk=plan.chunk, progress=progress,
            )  # fmt: skip

        ran = on_rungs(self.networks, Demand(self.tokens, SEEN, branches=1), job, progress)
        (mesh,) = upright(self.networks.name, meshes_of([ran.result.field]))
        return mesh, ran.notes


def facing(seen_from: str | tuple[float, float, float]) -> Floats:
    """The turn (3, 3) of an upright object, Y up, whose seen side then looks along +Z.

    seen_from : towards the eye, or a side. From a slant eye an object is upright all the same: only
    what is seen more from above, or below, than from beside lies down.
    """
    sides = {"front": (0, 0, 1), "side": (1, 0, 0), "back": (0, 0, -1), "top": (0, 1, 0)}
    eye = np.array(sides[seen_from] if isinstance(seen_from, str) else seen_from, np.float64)
    eye /= np.linalg.norm(eye)
    if abs(eye[1]) > STEEP:
        up = np.array([0.0, 0.0, -np.sign(eye[1])])
        eye = np.array([0.0, np.sign(eye[1]), 0.0])
    else:
        up = np.array([0.0, 1.0, 0.0])
        eye[1] = 0.0
        eye /= np.linalg.norm(eye)
    return np.stack([np.cross(up, eye), up, eye])


def flattened(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A drawing (H, W, 4) on white, without what shows through: (H, W, 3)."""
    share = image[..., 3:].astype(np.float32) / 255
    return np.rint(image[..., :3] * share + 255 * (1 - share)).astype(np.uint8)


def _where_it_was(vertices: Floats, old: Floats) -> Floats:
    """Vertices as tall or wide as the old part's points, about the same middle."""
    low, high = old.min(axis=0), old.max(axis=0)
    first, last = vertices.min(axis=0), vertices.max(axis=0)
    seen = max(float((last - first)[:2].max()), 1e-9)
    scale = float((high - low)[:2].max()) / seen
    return np.asarray((vertices - (first + last) / 2) * scale + (low + high) / 2)
