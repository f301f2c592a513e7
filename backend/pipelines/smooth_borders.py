# SPDX-License-Identifier: GPL-3.0-or-later
"""Smooth borders of parts, on request: triangles are cut where a border would have teeth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from ..geometry.borders.cut import Cut, smooth_cut
from ..geometry.borders.outlines import Polygons, outlined
from ..geometry.mesh import FaceGraph, UnusableMesh, build_face_graph, unit_vertices
from ..geometry.patches.stairs import without_stairs
from .analysis import checked_labels


def smooth_borders(
    graph: FaceGraph, labels: NDArray[np.integer], progress: Progress = SILENT
) -> Cut:
    """The triangles of a mesh, those at borders cut so that parts end along smooth curves.

    labels : (F,) 0..K-1, the part of each face. On stairs of voxels a curve is smooth as seen from
    the shape that they stand for.
    """
    progress.step()
    return smooth_cut(without_stairs(graph) or graph, labels.astype(np.int64), progress)


def cut_polygons(
    vertices: NDArray[np.float64],
    faces: NDArray[np.int64],
    labels: NDArray[np.integer],
    polygon: NDArray[np.integer],
    progress: Progress = SILENT,
) -> tuple[Cut, Polygons]:
    """The same of a mesh of polygons.

    vertices : (V, 3). faces : (F, 3) triangles. labels, polygon : (F,) of each triangle, numbers
    from 0 on.

    Raises BadInput where they do not fit the triangles.
    """
    labels = checked_labels(labels, len(faces))
    if len(polygon) != len(faces):
        raise BadInput("There is not one polygon for each triangle.", "Give as many.")
    progress.step()
    try:
        unit = unit_vertices(vertices, faces)[0]
    except UnusableMesh as error:
        raise BadInput("The mesh has no size.", "Check its scale.") from error
    graph = build_face_graph(unit, faces, progress.span(0.0, 0.4))
    cut = smooth_borders(graph, labels, progress.span(0.4, 0.9))
    progress.step(0.9)
    return cut, outlined(cut, faces, polygon.astype(np.int64), int(polygon.max()) + 1)
