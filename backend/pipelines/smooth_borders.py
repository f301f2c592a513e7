# SPDX-License-Identifier: GPL-3.0-or-later
"""Smooth borders of parts, on request: triangles are cut where a border would have teeth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.progress import SILENT, Progress
from ..geometry.borders.cut import Cut, smooth_cut
from ..geometry.mesh import FaceGraph
from ..geometry.patches.stairs import without_stairs


def smooth_borders(
    graph: FaceGraph, labels: NDArray[np.integer], progress: Progress = SILENT
) -> Cut:
    """The triangles of a mesh, those at borders cut so that parts end along smooth curves.

    labels : (F,) 0..K-1, the part of each face. On stairs of voxels a curve is smooth as seen from
    the shape that they stand for.
    """
    progress.step()
    return smooth_cut(without_stairs(graph) or graph, labels.astype(np.int64), progress)
