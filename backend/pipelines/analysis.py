# SPDX-License-Identifier: GPL-3.0-or-later
"""Analysis: everything that is computed once on a mesh, before any cut or click."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Ints
from ..contract.engines import AUTO
from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from ..contract.tree import MergeTree
from ..engines import registry
from ..engines.base import ClickEvidence, Evidence, Masks, Merges, Surface
from ..geometry.debris import Debris, debris
from ..geometry.graphs import sums
from ..geometry.mesh import (
    FaceGraph,
    Flaw,
    UnusableMesh,
    build_face_graph,
    check_usable,
    unit_vertices,
    without_strays,
)
from ..geometry.nearest import NearestFace
from ..geometry.patches.colours import cheaper, coloured, edge_steps
from ..geometry.patches.cues import BRIDGE, FACES, LENGTH, PatchGraph, patch_graph
from ..geometry.patches.flats import COST, flat_regions
from ..geometry.patches.graphcut import BorderCutter
from ..geometry.patches.hints import marked_edges, marked_lengths, without_edges
from ..geometry.patches.hollows import joined_walls
from ..geometry.patches.merging import joining_islands, likely_merges, ordered_merges
from ..geometry.patches.stairs import without_stairs
from ..geometry.patches.superfaces import superfaces
from ..geometry.rays import RayScene
from ..geometry.walls import hidden_walls
from ..images.colours import oklab
from .borders import melted, refine_borders
from .mirrored import symmetry
from .specks import without_specks

MARKED = 0.5  # of a border is marked: clicks do not pass it


@dataclass(frozen=True)
class Hints:
    """Where parts should end, as far as the artist says.

    Parameters
    ----------
    groups : (F,) int group of each face, -1 for no opinion; parts end where groups change.
    borders : (N, 2) int, vertices of edges at which parts end, for example seams.
    colours : (F, 3) uint8 sRGB of each face; parts may end where colour changes.
    """

    groups: NDArray[np.integer] | None = None
    borders: NDArray[np.integer] | None = None
    colours: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class Analysis:
    """Everything computed once on a mesh.

    Parameters
    ----------
    engine : name of the engine whose evidence made the tree.
    notice : a sentence for people where it is not the engine that was to be, otherwise empty.
    patch : (F,) int32 patch of each face. Borders are placed for every cut of the tree:
        ``tree.cut(parts)[patch]`` is the part of each face.
    tree : the merge tree of the patches.
    faces : the mesh, of unit size.
    seen : the same without hidden inner walls; it is what everything below is about.
    host : (F,) for each face its row in `seen`; a face of an inner wall has that of the outer face
        that it lines. None where `seen` is the whole mesh.
    grown_patch, grown_tree : patches of the seen faces before borders were placed and each flat
        face was made one. Clicks, which draw borders of their own, start from these even patches.
    cutter : cuts borders on the seen faces; they do not move over what hints mark.
    nearest : finds the seen face under a click.
    beside : (E, 2) neighbours in `grown_patch`, across narrow gaps too.
    centre, scale : (3,) and float; ``caller's coordinates = unit * scale + centre``.
    evidence : what the engine knows of the mesh, if it answers clicks; None where the tree does.
    open : (E, 2) neighbours in `grown_patch` whose border hints do not mark; None without marks.
    debris : pieces that nobody sees, and specks; of all faces. None where there are none.
    """

    engine: str
    notice: str
    patch: NDArray[np.int32]
    tree: MergeTree
    faces: FaceGraph
    seen: FaceGraph
    host: NDArray[np.int64] | None
    grown_patch: NDArray[np.int32]
    grown_tree: MergeTree
    cutter: BorderCutter
    nearest: NearestFace
    beside: NDArray[np.int64]
    centre: NDArray[np.float64]
    scale: float
    evidence: ClickEvidence | None = None
    open: NDArray[np.int64] | None = None
    debris: Debris | None = None

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences about the mesh that people should know."""
        return () if self.debris is None else (self.debris.text,)

    @functools.cached_property
    def answers(self) -> dict[tuple[bytes, bytes], tuple[Masks, NDArray[np.float64]]]:
        """What sets of clicks were answered with; `click` keeps it, for clicks come one by one."""
        return {}

    @functools.cached_property
    def turns(self) -> dict[bytes, NDArray[np.bool_]]:
        """What clicks one after the other meant, on `seen` faces; `click` keeps it likewise."""
        return {}

    @functools.cached_property
    def grown_area(self) -> NDArray[np.float64]:
        """Area of each patch of `grown_patch`, of a mesh of unit size: (P,)."""
        leaves = self.grown_tree.leaf_count
        return sums(self.seen.area, self.grown_patch.astype(np.int64), leaves)

    @functools.cached_property
    def grown_island(self) -> NDArray[np.int64]:
        """Island of the mesh on which each patch of `grown_patch` lies: (P,)."""
        island = np.zeros(self.grown_tree.leaf_count, np.int64)
        # The last one that is written stays: that of the first face, where a patch lies on several.
        island[self.grown_patch[::-1]] = self.seen.island[::-1]
        return island

    def on_all_walls(self, values: NDArray[Any]) -> NDArray[Any]:
        """What is known of the seen faces, on all faces: inner walls are as the outer ones."""
        return values if self.host is None else values[self.host]


def analyse(
    vertices: NDArray[np.float64],
    faces: NDArray[np.int64],
    *,
    seed: int = 0,
    engine: str = AUTO,
    hints: Hints | None = None,
    variant: int = 0,
    symmetric: bool = True,
    progress: Progress = SILENT,
) -> Analysis:
    """Patches, cues and merge tree of a mesh, with borders placed.

    vertices : (V, 3) float, any units; faces : (F, 3) int. engine : the name of one that segments,
    or "auto" for the first of them that can run. variant : 0 for the likeliest tree; 1, 2, ... for
    other plausible ones. symmetric : whether a mesh that mirrors itself is cut so.

    Raises BadInput for a mesh that cannot be segmented, or hints that do not fit it; WeightsMissing
    or WeightsCorrupt for an engine that cannot run.
    """
    vertices, faces = checked_mesh(vertices, faces)
    chosen = registry.choose(engine, "segment")
    groups, borders, colours = _checked_hints(hints or Hints(), len(vertices), len(faces))
    rng = np.random.default_rng(seed)
    reading = progress.span(0.0, 0.15, "Reading the surface")
    reading.step()
    try:
        unit, centre, scale = unit_vertices(vertices, faces)
    except UnusableMesh as error:
        raise _refusal(error.flaw) from error
    whole = build_face_graph(unit, faces, reading)
    if not whole.area.any() or not whole.normal.any():
        raise _refusal(Flaw.NO_AREA)
    graph, scene, host, shown = _without_inner_walls(whole)
    groups = groups[shown]
    seen = None if colours is None else oklab(colours[shown]).astype(np.float64)
    reading.step(1.0)
    marked = marked_edges(graph, groups, borders)
    open_graph = without_edges(graph, marked)  # nothing that grows here passes a marked edge
    finding = progress.span(0.15, 0.3, "Finding patches")
    finding.step()
    even = without_stairs(open_graph)
    growing = even or open_graph
    steps = None if seen is None else edge_steps(growing, seen)
    grown = superfaces(growing, rng, groups=groups, steps=steps, progress=finding)
    flats = flat_regions(open_graph) if even is None else None
    if flats is not None:
        grown = flats.within(open_graph, grown)
    mirrored = symmetry(graph, open_graph, grown, marked) if symmetric else None
    left = debris(graph, scene)
    if left is not None and host is not None:
        left = replace(left, piece=left.piece[host])
    measuring = progress.span(0.3, 0.65, "Measuring the surface")
    measuring.step()
    cues = patch_graph(graph, grown, rng, measuring, scene)
    if seen is not None:
        cues = coloured(cues, graph, grown, seen)
    lengths = marked_lengths(graph, cues, grown, groups, marked)
    flat = None if flats is None else flats.joined(open_graph, grown, cues)
    evidence: Evidence | None = None
    if cues.patches > 1:
        progress.span(0.65, 0.75, "Judging the patches").step()
        evidence = chosen.engine.look(Surface(cues, lengths, flat))
    merging = progress.span(0.75, 0.85, "Merging patches")
    merging.step()
    if evidence is None:
        grown_tree = MergeTree(np.zeros((0, 2), np.int32), np.zeros(0, np.float32), 1)
    else:
        grown_tree = _tree(cues, evidence.merges(variant, seed, merging))
    answers_clicks = "click" in chosen.about.verbs
    placing = progress.span(0.85, 1.0, "Placing borders")
    placing.step()
    dear = np.ones(len(growing.first)) if steps is None else cheaper(steps)
    cutter = BorderCutter(growing, dear if flats is None else np.where(flats.edges, COST, dear))
    placing.step()
    contacts = cues.pair[(cues.border[:, BRIDGE] > 0) | (lengths > 0)]
    placed = None
    if mirrored is not None:
        placed = mirrored.placed(cutter, grown, grown_tree, contacts, placing)
    if placed is None:
        patch, tree = refine_borders(cutter, grown, grown_tree, contacts, progress=placing)
        placed = patch, without_specks(open_graph, patch, tree)
    patch, tree = placed
    if flats is not None:
        patch, group = flats.whole(open_graph, patch)
        tree = tree.contracted(group)
        patch = melted(open_graph, patch, tree)
        tree = without_specks(open_graph, patch, tree)
    if host is not None:  # what a border crosses back and forth on an inner wall is straightened
        patch = melted(whole, patch[host], tree)
    return Analysis(
        engine=chosen.about.name,
        notice=chosen.notice,
        patch=patch.astype(np.int32),
        tree=tree,
        faces=whole,
        seen=graph,
        host=host,
        grown_patch=grown.astype(np.int32),
        grown_tree=grown_tree,
        cutter=cutter,
        nearest=NearestFace(
            graph.vertices, graph.faces
        ),  # now, so that the first click need not wait
        beside=cues.pair,
        centre=centre,
        scale=scale,
        evidence=cast(ClickEvidence | None, evidence) if answers_clicks else None,
        open=cues.pair[lengths < MARKED * cues.border[:, LENGTH]] if lengths.any() else None,
        debris=left,
    )


def _without_inner_walls(
    whole: FaceGraph,
) -> tuple[FaceGraph, RayScene, NDArray[np.int64] | None, NDArray[np.int64]]:
    """A mesh without hidden inner walls: the seen faces, the scene of them, `Analysis.host`, and
    which of all faces (S,) they are. What hints say of inner walls is not heard."""
    seen, row = whole, np.arange(len(whole.faces))
    shown = row
    host = hidden_walls(seen)
    if host is not None:
        seen, row, shown = _outside(seen, host, row, shown)
    scene = RayScene(seen.vertices, seen.faces)
    joined = joined_walls(seen, scene)
    if joined is not None:
        seen, row, shown = _outside(seen, joined, row, shown)
        scene = RayScene(seen.vertices, seen.faces)
    return seen, scene, row if len(seen.faces) < len(row) else None, shown


def _outside(graph: FaceGraph, host: Ints, row: Ints, shown: Ints) -> tuple[FaceGraph, Ints, Ints]:
    """The mesh of the faces that are their own hosts, its row for each of the rows of before, and
    what is `shown` of all."""
    kept = host == np.arange(len(host))
    graph = build_face_graph(graph.vertices, graph.faces[kept])
    return graph, (np.cumsum(kept) - 1)[host][row], shown[kept]


def _checked_hints(
    hints: Hints, vertices: int, faces: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8] | None]:
    """Groups (F,) and borders (N, 2), also where there are none, and colours (F, 3) or None."""
    groups = np.full(faces, -1) if hints.groups is None else np.asarray(hints.groups)
    borders = np.zeros((0, 2)) if hints.borders is None else np.asarray(hints.borders)
    if groups.shape != (faces,):
        raise BadInput(
            f"There are groups for {len(groups)} faces, but the mesh has {faces}.",
            "Give one group for each face, or -1.",
        )
    if borders.ndim != 2 or borders.shape[1] != 2:
        raise BadInput("The marked edges are not pairs of vertices.", "Give two for each edge.")
    if len(borders) and (borders.min() < 0 or borders.max() >= vertices):
        raise BadInput("Some marked edges use vertices that do not exist.", "Mark them again.")
    colours = hints.colours
    if colours is not None and (colours.shape != (faces, 3) or colours.dtype != np.uint8):
        raise BadInput(
            f"There are {colours.dtype} colours {colours.shape} for {faces} faces.",
            "Give red, green and blue of each face, 0 to 255.",
        )
    return groups.astype(np.int64), borders.astype(np.int64), colours


def checked_mesh(
    vertices: NDArray[np.float64], faces: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The arrays of a mesh in the types that the engine works with.

    Vertices that no face uses and nothing can compute with are at the origin after this. Raises
    BadInput for wrong shapes, no faces, or faces of vertices that do not exist or are not finite.
    """
    vertices = np.asarray(vertices, dtype=np.float64)
    faces = np.asarray(faces)
    if vertices.ndim != 2 or vertices.shape[1] != 3 or faces.ndim != 2 or faces.shape[1] != 3:
        raise BadInput(
            "The mesh is not made of triangles in space.",
            "Vertices must be rows of three coordinates and faces rows of three vertex numbers.",
        )
    faces = faces.astype(np.int64, copy=False)
    try:
        check_usable(vertices, faces)
    except UnusableMesh as error:
        raise _refusal(error.flaw) from error
    return without_strays(vertices, faces), faces


def checked_labels(labels: NDArray[np.integer], faces: int) -> NDArray[np.int64]:
    """Labels as (F,) int64. Raises BadInput unless there is a part number for each face."""
    labels = np.asarray(labels)
    if labels.shape != (faces,) or labels.dtype.kind not in "iu":
        have = f"{len(labels):,} labels" if labels.ndim == 1 else "labels of another shape"
        raise BadInput(
            f"There are {have} for {faces:,} faces.", "Give one part number to each face."
        )
    if labels.min() < 0 or labels.max() >= max(faces, 1):
        raise BadInput(
            "The labels are not all part numbers.",
            "Number the parts 0, 1, 2 and so on, and give each face a part.",
        )
    return labels.astype(np.int64)


def _refusal(flaw: Flaw) -> BadInput:
    sentences = {
        Flaw.NO_FACES: ("The mesh has no faces.", "Choose a mesh with at least one face."),
        Flaw.NO_SUCH_VERTEX: (
            "Some faces use vertices that do not exist.",
            "The mesh is damaged: export it again, or make it anew.",
        ),
        Flaw.NOT_FINITE: (
            "Some coordinates of the mesh are not numbers (NaN or infinite).",
            "Delete those vertices, or undo the step that made them.",
        ),
        Flaw.NO_AREA: (
            "All faces of the mesh have zero area.",
            "Check its scale, or that it was not collapsed into a point or a line.",
        ),
    }
    return BadInput(*sentences[flaw])


def _tree(cues: PatchGraph, merges: Merges) -> MergeTree:
    """Merges and their chances as a tree whose natural cut has the least expected Rand error."""
    stop = np.full(len(merges.children), merges.stop)
    if merges.bodies_stop is not None:
        stop[joining_islands(merges.children, cues.island)] = merges.bodies_stop
    kept = likely_merges(merges.children, merges.chance, cues.moments[:, FACES], stop)
    children, order = ordered_merges(merges.children, (~kept).astype(np.float64))
    # Heights say how unlikely a merge is; what the natural cut keeps lies below one half.
    unlikely, inside = np.clip(1.0 - merges.chance[order], 0.0, 1.0), int(kept.sum())
    height = np.concatenate(
        [
            np.minimum(np.maximum.accumulate(unlikely[:inside]), 0.5),
            np.maximum(np.maximum.accumulate(unlikely[inside:]), 0.5),
        ]
    )
    return MergeTree(children, height.astype(np.float32), 1 + len(children) - inside)
