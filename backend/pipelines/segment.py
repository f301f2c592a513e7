# SPDX-License-Identifier: GPL-3.0-or-later
"""Segmentation: a mesh is analysed once; every cut and click is then answered from the analysis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.errors import BadInput
from .analysis import Analysis, Hints, analyse, checked_mesh
from .click import ClickAnswer, click

__all__ = ["Analysis", "ClickAnswer", "Hints", "analyse", "checked_mesh", "click", "labels"]


def labels(
    analysis: Analysis, *, granularity: float | None = None, parts: int | None = None
) -> NDArray[np.int32]:
    """Part of each face: (F,) int32, 0..K-1 without gaps.

    granularity : 0 coarsest .. 1 finest. parts : an exact count instead. With neither, the engine
    chooses.

    Raises BadInput when `parts` cannot be made.
    """
    tree = analysis.tree
    if parts is None:
        parts = tree.natural_parts if granularity is None else tree.parts_at(granularity)
    if not 1 <= parts <= tree.leaf_count:
        raise BadInput(
            f"This mesh cannot be cut into {parts} parts.",
            f"Choose a number from 1 to {tree.leaf_count}.",
        )
    return tree.cut(parts)[analysis.patch]
