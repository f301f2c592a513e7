# SPDX-License-Identifier: GPL-3.0-or-later
"""A third engine, for tests: it cuts a mesh where an axis halves it, and answers clicks with sides.

The tests lay this file beside the others; nothing else of Partwise knows its name.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backend.contract.engines import About
from backend.contract.progress import SILENT, Progress
from backend.engines.base import ClickEngine, Masks, Merges, Surface
from backend.geometry.patches.clusters import Clusters
from backend.geometry.patches.merging import agglomerate
from backend.geometry.patches.pair_features import FEATURES

ABOUT = About(
    name="toy",
    label="Toy",
    text="Two halves of everything",
    verbs=("segment", "click"),
)


def load() -> ClickEngine:
    return Toy()


class Toy:
    def look(self, surface: Surface) -> Halves:
        centre = surface.graph.centre[:, 0]
        return Halves(surface, centre > 0)


@dataclass(frozen=True)
class Halves:
    surface: Surface
    right: np.ndarray  # (P,) bool

    def merges(self, variant: int = 0, seed: int = 0, progress: Progress = SILENT) -> Merges:
        i, j = self.surface.graph.pair.T
        same = np.where(self.right[i] == self.right[j], 0.9, 0.1)
        column = FEATURES.index("weakest")
        state = Clusters(self.surface.graph, same, self.surface.marked)
        children, chance = agglomerate(state, lambda rows: rows[:, column].astype(float), progress)
        return Merges(children, chance, 0.5)

    def answer(self, wanted: np.ndarray, unwanted: np.ndarray) -> Masks:
        side = (self.right == self.right[wanted[0]]).astype(float)
        return Masks(side[None], np.array([0.8]), side)

    def nearer(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return self.right == self.right[one[0]]
