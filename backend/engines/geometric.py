# SPDX-License-Identifier: GPL-3.0-or-later
"""The geometric engine: boosted trees that judge merges by the shapes of clusters alone.

It needs no network: creases, necks, thickness and visibility are measured on patches and their
borders (`geometry.patches.cues`), and two models ask them how likely two patches, and two clusters,
are of one part. Of an ambiguous mesh, doubt about these scores makes other plausible trees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats
from ..contract.engines import About
from ..contract.progress import SILENT, Progress
from ..geometry.patches.clusters import Clusters
from ..geometry.patches.merging import agglomerate
from ..models.boosted import logistic, logit
from .base import Merges, SegmentEngine, Surface
from .scores import GeometricScores, geometric_scores

ABOUT = About(
    name="geometric",
    label="Geometric",
    text="The shape alone: creases, necks and thickness",
    verbs=("segment",),
    rank=20,
    weights=("merging",),
    memory=10_000_000,
)

VARIANT_DOUBT = 0.7  # deviation of the logits of merges, for another tree


def load() -> SegmentEngine:
    """The engine with its bundled weights. Raises WeightsMissing or WeightsCorrupt."""
    return Geometric(geometric_scores())


@dataclass(frozen=True)
class Geometric:
    """The engine. scores : its models."""

    scores: GeometricScores

    def look(self, surface: Surface) -> Scored:
        """Judge the borders of a mesh."""
        return Scored(surface, self.scores, self.scores.evidence(surface.graph))


@dataclass(frozen=True)
class Scored:
    """A mesh with its borders judged. evidence : (E,) chance that two patches are of one part."""

    surface: Surface
    scores: GeometricScores
    evidence: Floats

    def merges(self, variant: int = 0, seed: int = 0, progress: Progress = SILENT) -> Merges:
        """Merge all patches of the mesh into one tree, by the scores of clusters."""
        doubt = VARIANT_DOUBT if variant else 0.0
        nudge = np.random.default_rng(variant)

        def score(rows: NDArray[np.float32]) -> Floats:
            sure = logit(self.scores.score(rows))
            return logistic(sure + doubt * nudge.normal(size=len(sure)))

        surface = self.surface
        state = Clusters(surface.graph, self.evidence, surface.marked, flat=surface.flat)
        children, strength = agglomerate(state, score if variant else self.scores.score, progress)
        return Merges(children, strength, self.scores.stop)
