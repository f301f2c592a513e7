# SPDX-License-Identifier: GPL-3.0-or-later
"""Analysis: everything that is computed once on a mesh, before any cut or click."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import BadInput
from ..geometry.clusters import Clusters
from ..geometry.cues import FACES, PatchGraph, patch_graph
from ..geometry.graphcut import BorderCutter
from ..geometry.merging import agglomerate, likely_merges, ordered_merges
from ..geometry.mesh import FaceGraph, build_face_graph, unit_vertices
from ..geometry.nearest import NearestFace
from ..geometry.superfaces import superfaces
from ..tree import MergeTree
from .merge_scores import geometric_scores

Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """No progress wanted."""


@dataclass(frozen=True)
class Analysis:
    """Everything computed once on a mesh.

    Parameters
    ----------
    engine : name of the engine whose evidence made the tree.
    patch : (F,) int32 patch of each face.
    tree : the merge tree of the patches.
    faces, patches : adjacency and cues, of unit size.
    centre, scale : (3,) and float; ``caller's coordinates = unit * scale + centre``.
    """

    engine: str
    patch: NDArray[np.int32]
    tree: MergeTree
    faces: FaceGraph
    patches: PatchGraph
    centre: NDArray[np.float64]
    scale: float

    @functools.cached_property
    def cutter(self) -> BorderCutter:
        """Cuts borders on this mesh; made when first needed."""
        return BorderCutter(self.faces)

    @functools.cached_property
    def nearest(self) -> NearestFace:
        """Finds the face under a click; made when first needed."""
        return NearestFace(self.faces.vertices, self.faces.faces)


def analyse(
    vertices: NDArray[np.float64],
    faces: NDArray[np.int64],
    *,
    seed: int = 0,
    engine: str = "geometric",
    progress: Progress | None = None,
) -> Analysis:
    """Patches, cues and merge tree of a mesh.

    vertices : (V, 3) float, any units; faces : (F, 3) int.

    Raises BadInput for a mesh that cannot be segmented.
    """
    report = progress or silent
    vertices, faces = checked_mesh(vertices, faces)
    if engine not in ("auto", "geometric"):
        raise BadInput(f"There is no engine named “{engine}”.", "Use “geometric”.")
    rng = np.random.default_rng(seed)
    report("Reading the surface", 0, 100)
    try:
        unit, centre, scale = unit_vertices(vertices, faces)
    except ValueError as error:
        raise _refusal(str(error)) from error
    graph = build_face_graph(
        unit, faces, lambda share: report("Reading the surface", int(15 * share), 100)
    )
    if not graph.area.any() or not graph.normal.any():
        raise _refusal("all faces have zero area")
    report("Finding patches", 15, 100)
    patch = superfaces(
        graph,
        rng,
        tick=lambda share: report("Finding patches", 15 + int(15 * share), 100),
    )
    report("Measuring the surface", 30, 100)
    cues = patch_graph(
        graph, patch, rng, lambda share: report("Measuring the surface", 30 + int(40 * share), 100)
    )
    report("Merging patches", 70, 100)
    tree = _merge(cues, lambda share: report("Merging patches", 70 + int(29 * share), 100))
    return Analysis(
        engine="geometric",
        patch=patch.astype(np.int32),
        tree=tree,
        faces=graph,
        patches=cues,
        centre=centre,
        scale=scale,
    )


def checked_mesh(
    vertices: NDArray[np.float64], faces: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The arrays of a mesh in the types that the engine works with.

    Raises BadInput for wrong shapes, no faces, or faces that name vertices that do not exist.
    """
    vertices = np.asarray(vertices, dtype=np.float64)
    faces = np.asarray(faces)
    if vertices.ndim != 2 or vertices.shape[1] != 3 or faces.ndim != 2 or faces.shape[1] != 3:
        raise BadInput(
            "The mesh is not made of triangles in space.",
            "Vertices must be rows of three coordinates and faces rows of three vertex numbers.",
        )
    if len(faces) == 0:
        raise _refusal("no faces")
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise BadInput("Some faces use vertices that do not exist.", "Export the mesh again.")
    return vertices, faces.astype(np.int64)


def _refusal(reason: str) -> BadInput:
    sentences = {
        "no faces": ("The mesh has no faces.", "Choose a mesh with at least one face."),
        "coordinates are not finite": (
            "Some coordinates of the mesh are not numbers (NaN or infinite).",
            "Remove those vertices and export the mesh again.",
        ),
        "all faces have zero area": (
            "All faces of the mesh have zero area.",
            "Check its scale, or that it was not collapsed into a point or a line.",
        ),
    }
    return BadInput(*sentences[reason])


def _merge(cues: PatchGraph, tick: Callable[[float], None]) -> MergeTree:
    """The tree of the patches, by the geometric engine's scores."""
    if cues.patches == 1:
        return MergeTree(np.zeros((0, 2), np.int32), np.zeros(0, np.float32), 1)
    scores = geometric_scores()
    state = Clusters(cues, scores.evidence(cues))
    children, strength = agglomerate(state, scores.score, tick)
    kept = likely_merges(children, strength, cues.moments[:, FACES], scores.stop)
    children, order = ordered_merges(children, (~kept).astype(np.float64))
    # Heights say how unlikely a merge is; what the natural cut keeps lies below one half.
    unlikely, inside = np.clip(1.0 - strength[order], 0.0, 1.0), int(kept.sum())
    height = np.concatenate(
        [
            np.minimum(np.maximum.accumulate(unlikely[:inside]), 0.5),
            np.maximum(np.maximum.accumulate(unlikely[inside:]), 0.5),
        ]
    )
    return MergeTree(children, height.astype(np.float32), 1 + len(children) - inside)
