# SPDX-License-Identifier: GPL-3.0-or-later
"""An engine that works long on each variant, as those of public models do: a ball for each seed."""

from __future__ import annotations

from collections.abc import Callable
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
    """begun : hears the seed of each part or object before it is made. heard : name and title of
    each part that was to be replaced."""

    knows_all_words = True
    follows_seed = True

    def __init__(self, begun: Callable[[int, Progress], object] = lambda *_: None) -> None:
        self.begun = begun
        self.heard: list[tuple[str, str]] = []

    def replace(
        self,
        vertices: Any,
        faces: Any,
        labels: Any,
        part: int,
        *,
        name: str = "",
        title: str = "",
        seed: int = 0,
        progress: Progress = SILENT,
        **_: Any,
    ) -> list[Offer]:
        self.heard.append((name, title))
        self.begun(seed, progress)
        progress.step()
        return [Offer(ball(seed), np.array([0.0, -1.0, 0.0]), np.array([0.0, -1.0, 0.0]))]

    def takes(self, brief: Brief) -> bool:
        return True

    def generate(self, brief: Brief, *, seed: int = 0, progress: Progress = SILENT) -> Generated:
        self.begun(seed, progress)
        progress.step()
        return Generated([ball(seed if self.follows_seed else 0)])


def chosen_for(engine: Balls) -> Callable[..., registry.Chosen]:
    """In the place of `registry.choose`."""
    return lambda *_: registry.Chosen(ABOUT, engine)  # type: ignore[arg-type]
