# SPDX-License-Identifier: GPL-3.0-or-later
"""HoloPart (Yang et al., 2025): the whole of a part from what is seen of it and of its object.

Its weights are a public model. Two encoders look at points of the visible part, in a frame of its
own and among points of the whole object; a transformer denoises latents of the whole part, whose
field goes to the pipeline as any engine's.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..contract.engines import About
from ..contract.progress import SILENT, Progress
from ..latents.encode import Box, Cloud, cloud, far_apart
from .base import CompleteEngine, SignedDistance

if TYPE_CHECKING:
    from ..latents.networks import Networks

ABOUT = About(
    name="holopart",
    label="HoloPart",
    text="Grows what is hidden by a large public model; needs a graphics card",
    verbs=("complete",),
    weights=("holopart",),
    torch=True,
    bundled=False,
)

SAMPLES = 20_480  # points of the part, and of the whole object
TOKENS = 2048
STEPS, GUIDANCE = 50, 3.5
PART_REACH = 0.665  # largest coordinate of what is seen of a part: what is hidden has room
OBJECT_REACH = 0.95
BOUND = 1.05  # of the cube in which a part is asked for
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

    def whole(self, part: int, *, progress: Progress = SILENT) -> SignedDistance | None:
        """See `engines.base.Wholes.whole`. One part at a time has the device."""
        if part not in self.seen:
            return None
        with self._turn:
            return self._whole(part, progress)

    def _whole(self, part: int, progress: Progress) -> SignedDistance:
        import torch

        from ..latents.flow import sample, schedule
        from ..latents.shapes import fields
        from ..latents.surface import extract
        from ..latents.velocity import Velocity

        engine, networks = self.engine, self.engine.networks
        seen = self.seen[part]
        box = Box.around(seen[:, :3].astype(np.float64), PART_REACH)
        chosen = far_apart(seen, engine.tokens, np.random.default_rng((self.seed, part)))
        own, within = _moved(seen, box), _moved(seen, self.box)
        mark = (self.label == part).astype(np.float32)
        whole = np.concatenate([_moved(self.points, self.box), mark[:, None]], axis=1)
        progress.span(0.0, 0.1, "Looking at a part").step()

        device = networks.device.torch_name

        def given(array: NDArray[np.float32]) -> torch.Tensor:
            return torch.from_numpy(np.ascontiguousarray(array)).to(device)[None]

        with torch.inference_mode():
            contexts = networks.part_encoder()(
                given(own[chosen]), given(own), given(within[chosen]), given(whole)
            )
            dit = networks.dit()
            asked = [dit.context(i, tokens, first=1) for i, tokens in enumerate(contexts)]
        noise = torch.randn(
            (1, 1, engine.tokens, dit.config.channels),
            generator=torch.Generator().manual_seed(hash((self.seed, part)) % 2**31),
        )
        latents = sample(
            Velocity(dit, asked, [engine.guidance]),
            noise.to(device),
            schedule(engine.steps, networks.shift()),
            progress=progress.span(0.1, 0.8, "Imagining what is hidden"),
        )
        (decoded,) = fields(networks.vecset(), latents[:, 0])
        found = extract(
            decoded, engine.cells, bound=BOUND, progress=progress.span(0.8, 1.0, "Reading it")
        )
        values = (found.field.values * box.scale).astype(np.float32)
        origin = box.outward(np.full(3, -BOUND))
        return SignedDistance(values, origin, found.field.cell * box.scale)


def _has_area(vertices: Floats, faces: Ints) -> bool:
    from ..geometry.mesh import face_vectors

    return bool(len(faces)) and bool(face_vectors(vertices, faces)[1].sum() > 0)


def _moved(points: Cloud, box: Box) -> NDArray[np.float32]:
    """Points (N, 6) with their places in a box."""
    places = box.inward(points[:, :3].astype(np.float64))
    return np.concatenate([places, points[:, 3:]], axis=1).astype(np.float32)
