# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking the engine about meshes, and the merge trees that it answers with.

The steps of jobs that ask; and which tree belongs to a mesh, as long as it is in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, NamedTuple

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.engines import AUTO
from ...backend.contract.errors import MeshNotOpen
from ...backend.contract.fields import Fields
from ...backend.contract.records import Value
from ...backend.contract.requests import OpenMesh, Segment, Segmented
from ...backend.contract.tree import MergeTree
from ..core import labels, trees
from ..core.naming import Solid
from ..core.trees import PolygonTree
from ..engine import jobs
from ..mesh.labels import face_count, get_labels
from ..mesh.read import MeshArrays
from .orders import Order

MOST_POLYGONS = 400_000  # above which parts are only numbered while the slider moves


class Name(NamedTuple):
    """What makes one analysis differ from another; its text is the name by which its tree is kept.

    mesh : fingerprint of what was analysed; hints : their digest.
    """

    mesh: str
    engine: str  # as it was asked for
    variant: int
    symmetric: bool
    hints: str

    @classmethod
    def of(cls, text: str) -> Name | None:
        """The name that a text is, None when it is none."""
        words = text.split(" ")
        if len(words) != len(cls._fields) or not words[2].isdecimal():
            return None
        return cls(words[0], words[1], int(words[2]), words[3] == "1", words[4])

    def __str__(self) -> str:
        return f"{self.mesh} {self.engine} {self.variant} {self.symmetric:d} {self.hints}"


class Analysis(Value):
    """What the engine found on one object.

    name : of the analysis, by which its tree is kept; engine : the one that ran; notice : a
    sentence where it is not the one that was to run.
    """

    order: Order
    name: str
    tree: PolygonTree
    engine: str
    notice: str


def analyse(order: Order, span: jobs.Span = (0.0, 1.0)) -> Generator[jobs.Ask, Any, Analysis]:
    """The step of a job that gets the merge tree of a mesh from the engine.

    span : the part of the job's progress that it covers.
    """
    arrays = yield from jobs.compute(lambda: order.target.arrays)
    request = Segment(
        arrays.fingerprint,
        engine=order.engine,
        variant=order.variant,
        symmetric=order.symmetric,
        **order.hints.for_engine(arrays),
    )

    def on_polygons(answer: Segmented) -> Analysis:
        """The engine's tree of triangles, as one of polygons; away from Blender's main thread."""
        areas = arrays.triangle_areas()
        patch = labels.majority(answer.patch, arrays.polygon, areas, arrays.polygons)
        area = np.bincount(arrays.polygon, weights=areas, minlength=arrays.polygons).astype(float)
        tree = MergeTree(
            answer.tree_children, answer.tree_height, answer.natural_parts, answer.tree_paired
        )
        # Undo goes back from one analysis of a shape to another, whose tree must be there too.
        digest = request.hints_digest()
        name = Name(arrays.fingerprint, order.engine, order.variant, order.symmetric, digest)
        solid = None
        if arrays.polygons <= MOST_POLYGONS:
            solid = Solid.of(arrays.vertices, arrays.faces, arrays.polygon, order.turn)
        debris = answer.debris
        if debris is not None:  # all triangles of a polygon are of one piece
            debris = labels.majority(debris + 1, arrays.polygon, areas, arrays.polygons) - 1
        found = PolygonTree(tree, patch, area, solid, debris, answer.unseen)
        return Analysis(order, str(name), found, answer.engine, answer.notice)

    analysis: Analysis = yield from ask_about(arrays, request, on_polygons, span)
    return analysis


def ask_about(
    arrays: MeshArrays,
    request: Fields,
    then: Callable[[Any], Any] | None = None,
    span: jobs.Span = (0.0, 1.0),
    hear: Callable[[Any], None] | None = None,
) -> Generator[jobs.Ask, Any, Any]:
    """The step of a job that asks about a mesh, and sends the mesh if the engine lacks it."""
    try:
        return (yield jobs.Ask(request, then, span, hear))
    except MeshNotOpen:
        pass  # it is sent now
    opened = OpenMesh(arrays.vertices, arrays.faces, arrays.fingerprint)
    yield jobs.Ask(opened, span=(span[0], span[0]))
    return (yield jobs.Ask(request, then, span, hear))


def keep_tree(mesh: bpy.types.Mesh, found: Analysis) -> None:
    """Let a mesh find the tree of an analysis, as long as that is in memory."""
    trees.keep(found.name, found.tree)
    mesh.partwise.fingerprint = found.name


def tree_of(mesh: bpy.types.Mesh) -> PolygonTree | None:
    """The merge tree of a mesh with parts, when it is still known."""
    return trees.find(mesh.partwise.fingerprint, face_count(mesh))


def named(mesh: bpy.types.Mesh, engine: str) -> Name | None:
    """The analysis that the parts of a mesh come from, as far as this engine made it: "auto" is
    whichever did."""
    name = Name.of(mesh.partwise.fingerprint)
    is_its = name is not None and engine in (AUTO, name.engine, mesh.partwise.engine)
    return name if is_its else None


def analysed(mesh: bpy.types.Mesh) -> NDArray[np.bool_] | None:
    """(F,) the polygons that were decomposed, None when that is all: for doing it again.

    Where the tree is gone, those that have parts.
    """
    tree = tree_of(mesh)
    faces = (get_labels(mesh) if tree is None else tree.patch) >= 0
    return faces if faces.any() and not faces.all() else None
