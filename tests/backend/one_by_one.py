# SPDX-License-Identifier: GPL-3.0-or-later
"""An engine that works long on each variant, as those of public models do: a ball for each seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import trimesh

from backend.contract.engines import About
from backend.contract.progress import SILENT, Progress
from backend.engines import registry
from backend.engines.base import Brief, Generated, Offer, PartMesh

ABOUT = About("balls", "Balls", "For tests", ("replace", "generate"), rank=1)


def ball(seed: int) -> PartMesh:
    """Taller by its seed."""
    mesh = trimesh.creation.icosphere(2)
    vertices = np.asarray(mesh.vertices) * [1.0, 1.0 + 0.1 * seed, 1.0]
    return PartMesh(vertices, np.asarray(mesh.faces, np.int64), f"ball {seed}")


class Balls:
    """begun : hears the number of each variant, or the seed of each object, before it is made."""

    knows_all_words = True
    follows_seed = True

    def __init__(self, begun: Callable[[int, Progress], object] = lambda *_: None) -> None:
        self.begun = begun

    def replace(
        self,
        vertices: Any,
        faces: Any,
        labels: Any,
        part: int,
        *,
        variants: int = 1,
        seed: int = 0,
        progress: Progress = SILENT,
        **_: Any,
    ) -> Iterator[Offer]:
        for number in range(variants):
            self.begun(number, progress)
            progress.step(number / variants)
            yield Offer(ball(seed + number), np.array([0.0, -1.0, 0.0]), np.array([0.0, -1.0, 0.0]))

    def takes(self, brief: Brief) -> bool:
        return True

    def generate(self, brief: Brief, *, seed: int = 0, progress: Progress = SILENT) -> Generated:
        self.begun(seed, progress)
        progress.step()
        return Generated([ball(seed if self.follows_seed else 0)])


def chosen_for(engine: Balls) -> Callable[..., registry.Chosen]:
    """In the place of `registry.choose`."""
    return lambda *_: registry.Chosen(ABOUT, engine)  # type: ignore[arg-type]
