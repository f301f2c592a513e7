# SPDX-License-Identifier: GPL-3.0-or-later
"""HoloPart (Yang et al., 2025): the whole of a part from what is seen of it and of its object.

Its weights are a public model. Two encoders look at points of the visible part, in a frame of its
own and among points of the whole object; a transformer denoises latents of the whole part, whose
field goes to the pipeline as any engine's.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..contract.engines import About
from ..contract.progress import SILENT, Progress
from ..latents.encode import Box, Cloud, cloud, far_apart
from .base import CompleteEngine, SignedDistance
from .quality import of_quality

if TYPE_CHECKING:
    from ..latents.networks import Networks
    from ..latents.surface import Extracted
    from ..machine.plan import Plan

ABOUT = About(
    name="holopart",
    label="HoloPart",
    text="Grows what is hidden by a large public model; needs a graphics card",
    verbs=("complete",),
    weights=("holopart",),
    torch=True,
    bundled=False,
    options=("quality", "seed"),
    work=0.9,
)

SAMPLES = 20_480  # points of the part, and of the whole object
TOKENS = 2048
STEPS, GUIDANCE = 50, 3.5
PART_REACH = 0.665  # largest coordinate of what is seen of a part: what is hidden has room
OBJECT_REACH = 0.95
CELLS = 128


def load() -> CompleteEngine:
    """The engine, whose networks are read when a part is asked for. Raises WeightsMissing."""
    from ..latents.networks import Networks

    networks = Networks("holopart")
    networks.shift()  # raises where the model lacks
    return HoloPart(networks)


@dataclass(frozen=True)
class HoloPart:
    """The engine. samples, tokens, steps, cells : how much it looks, and how finely."""

    networks: Networks = field(repr=False)
    samples: int = SAMPLES
    tokens: int = TOKENS
    steps: int = STEPS
    guidance: float = GUIDANCE
    cells: int = CELLS

    def tuned(self, options: Mapping[str, Any]) -> HoloPart:
        """The engine as options want it."""
        steps, cells = of_quality(self.steps, self.cells, options)
        return replace(self, steps=steps, cells=cells)

    def survey(
        self,
        vertices: Floats,
        faces: Ints,
        labels: NDArray[np.int32],
        *,
        seed: int = 0,
        progress: Progress = SILENT,
    ) -> HoloPartWholes:
        """See `CompleteEngine.survey`."""
        progress.span(0.0, 1.0, "Looking at the visible surface").step()
        rng = np.random.default_rng(seed)
        points, face = cloud(vertices, faces, self.samples, rng)
        box = Box.around(points[:, :3].astype(np.float64), OBJECT_REACH)
        seen = {
            part: cloud(vertices, faces[labels == part], self.samples, rng)[0]
            for part in range(int(labels.max()) + 1)
            if _has_area(vertices, faces[labels == part])
        }
        return HoloPartWholes(self, box, points, labels[face], seen, seed)


@dataclass(frozen=True)
class HoloPartWholes:
    """The parts of one object; see `engines.base.Wholes`.

    box : the object's. points : (N, 6) of the object; label : (N,) their parts. seen : (N, 6) of
    the visible surface of each part.
    """

    engine: HoloPart
    box: Box
    points: Cloud
    label: NDArray[np.int32]
    seen: dict[int, Cloud]
    seed: int
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _imagined: dict[int, SignedDistance] = field(default_factory=dict, repr=False)

    def whole(self, part: int, *, progress: Progress = SILENT) -> SignedDistance | None:
        """See `engines.base.Wholes.whole`. Parts that come next are imagined with it."""
        if part not in self.seen:
            return None
        with self._turn:
            if part not in self._imagined:
                self._imagine(part, progress)
            return self._imagined[part]

    def _imagine(self, part: int, progress: Progress) -> None:
        from ..latents.completion import BOUND, Seen, imagined
        from ..latents.networks import Demand
        from ..latents.rungs import on_rungs

        engine = self.engine
        waiting = [one for one in sorted(self.seen) if one not in self._imagined]
        waiting = waiting[waiting.index(part) :]
        boxes = {p: Box.around(self.seen[p][:, :3].astype(np.float64), PART_REACH) for p in waiting}

        def evidence(one: int) -> Seen:
            points, mark = self.seen[one], (self.label == one).astype(np.float32)
            return Seen(
                own=_moved(points, boxes[one]),
                within=_moved(points, self.box),
                chosen=far_apart(points, engine.tokens, np.random.default_rng((self.seed, one))),
                whole=np.concatenate([_moved(self.points, self.box), mark[:, None]], axis=1),
            )

        def job(networks: Networks, plan: Plan) -> dict[int, Extracted]:
            now = waiting[: plan.at_a_time]
            found = imagined(
                networks,
                [evidence(one) for one in now],
                [int(np.random.default_rng((self.seed, one, 1)).integers(2**31)) for one in now],
                steps=engine.steps,
                guidance=engine.guidance,
                cells=engine.cells,
                chunk=plan.chunk,
                progress=progress,
            )
            return dict(zip(now, found, strict=True))

        demand = Demand(
            engine.tokens, 2 * engine.tokens, parts=len(waiting), points=2 * engine.samples
        )
        ran = on_rungs(engine.networks, demand, job, progress)
        for one, found in ran.result.items():
            grid, box = found.field.whole(), boxes[one]
            values = (grid.values * box.scale).astype(np.float32)
            origin = box.outward(np.full(3, -BOUND))
            spacing = grid.cell * box.scale
            self._imagined[one] = SignedDistance(values, origin, spacing, ran.notes)


def _has_area(vertices: Floats, faces: Ints) -> bool:
    from ..geometry.mesh import face_vectors

    return bool(len(faces)) and bool(face_vectors(vertices, faces)[1].sum() > 0)


def _moved(points: Cloud, box: Box) -> NDArray[np.float32]:
    """Points (N, 6) with their places in a box."""
    places = box.inward(points[:, :3].astype(np.float64))
    return np.concatenate([places, points[:, 3:]], axis=1).astype(np.float32)
