# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking about a mesh: sent when the engine lacks it; and trees that belong to a mesh."""

from __future__ import annotations

from dataclasses import replace

import bpy
import numpy as np
import pytest
from partwise.backend.contract.errors import BadInput, MeshNotOpen
from partwise.backend.contract.requests import OpenMesh, Segment, Segmented
from partwise.backend.contract.tree import MergeTree
from partwise.blender_addon.core import trees
from partwise.blender_addon.core.trees import PolygonTree
from partwise.blender_addon.scene import analyses, parts
from partwise.blender_addon.scene.orders import Order


@pytest.fixture
def cube() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    return bpy.context.object


@pytest.fixture
def order(cube) -> Order:
    return Order.of(cube, bpy.context.scene.partwise)


def answered(steps, *answers):
    """Answer the questions of a job's steps; the questions, and what the steps return."""
    asked = [next(steps)]
    try:
        for answer in answers:
            is_error = isinstance(answer, Exception)
            asked.append(steps.throw(answer) if is_error else steps.send(answer))
    except StopIteration as end:
        return asked, end.value
    return asked, None


def test_a_mesh_that_the_engine_has_is_not_sent_again(order):
    arrays = order.target.arrays
    request = Segment(arrays.fingerprint)
    asked, found = answered(analyses.ask_about(arrays, request, span=(0.25, 0.5)), "answer")
    assert [(ask.request, ask.span) for ask in asked] == [(request, (0.25, 0.5))]
    assert found == "answer"


def test_a_mesh_that_it_lacks_is_sent_and_asked_about_again(order):
    arrays = order.target.arrays
    request = Segment(arrays.fingerprint)
    steps = analyses.ask_about(arrays, request, span=(0.25, 0.5))
    asked, found = answered(steps, MeshNotOpen("No such mesh."), None, "answer")
    first, opened, again = asked
    assert first.request is again.request is request
    assert isinstance(opened.request, OpenMesh)
    assert opened.request.fingerprint == arrays.fingerprint
    assert opened.span == (0.25, 0.25), "sending is no progress"
    assert found == "answer"


def test_other_errors_are_not_for_it_to_mend(order):
    arrays = order.target.arrays
    with pytest.raises(BadInput):
        answered(analyses.ask_about(arrays, Segment(arrays.fingerprint)), BadInput("No.", "Yes."))


def test_the_tree_of_triangles_becomes_one_of_polygons(order, cube):
    arrays = order.target.arrays
    steps = analyses.analyse(order, (0.0, 0.5))
    read = next(steps)
    assert read.request is None, "arrays are made on another thread"
    ask = steps.send(arrays)
    assert ask.span == (0.0, 0.5)
    patch = (arrays.polygon >= 3).astype(np.int32)
    answer = Segmented(
        labels=patch,
        patch=patch,
        tree_children=np.array([(0, 1)], np.int32),
        tree_height=np.array([1.0], np.float32),
        natural_parts=2,
        parts=2,
        engine="learned",
        notice="",
        tree_paired=np.array([False]),
        debris=np.where(arrays.polygon == 5, 0, -1).astype(np.int32),
        unseen=1,
    )
    assert ask.request.symmetric
    found = ask.then(answer)
    assert found.tree.tree.paired.tolist() == [False]
    assert found.tree.patch.tolist() == [0, 0, 0, 1, 1, 1]
    assert np.allclose(found.tree.area, 4.0)
    assert found.tree.debris.tolist() == [-1, -1, -1, -1, -1, 0]
    assert found.tree.unseen == 1
    assert arrays.fingerprint in found.name
    with pytest.raises(StopIteration):
        steps.send(found)


def test_an_analysis_without_symmetry_is_another_one(order):
    asked, names = [], []
    for one in (order, replace(order, symmetric=False)):
        steps = analyses.analyse(one)
        next(steps)
        asked.append(steps.send(one.target.arrays))
        patch = np.zeros(12, np.int32)
        tree = np.zeros((0, 2), np.int32), np.zeros(0, np.float32)
        names.append(asked[-1].then(Segmented(patch, patch, *tree, "learned", 1, 1)).name)
    assert [ask.request.symmetric for ask in asked] == [True, False]
    assert names[0] != names[1]


def test_the_name_of_an_analysis_is_read_again():
    for name in (
        analyses.Name("a1b2", "auto", 0, True, ""),
        analyses.Name("a1b2", "learned", 3, False, "c3d4"),
    ):
        assert analyses.Name.of(str(name)) == name
    for text in ("", "an analysis", "a b c d e"):
        assert analyses.Name.of(text) is None


def test_parts_come_from_an_analysis_of_the_engine_that_made_them(cube):
    name = analyses.Name("a1b2", "auto", 2, True, "")
    cube.data.partwise.fingerprint, cube.data.partwise.engine = str(name), "learned"
    assert analyses.named(cube.data, "auto") == name
    assert analyses.named(cube.data, "learned") == name
    assert analyses.named(cube.data, "geometric") is None


@pytest.fixture
def kept(cube, order) -> analyses.Analysis:
    children, heights = np.array([(0, 1)], np.int32), np.array([1.0], np.float32)
    patch = np.array([0, 0, 0, 1, 1, -1], np.int32)
    tree = PolygonTree(MergeTree(children, heights, 2), patch, np.ones(6))
    found = analyses.Analysis(order, "an analysis", tree, "learned", "")
    analyses.keep_tree(cube.data, found)
    return found


def test_a_mesh_finds_its_tree_while_it_is_in_memory(cube, kept):
    assert analyses.tree_of(cube.data) is kept.tree
    trees.forget()
    assert analyses.tree_of(cube.data) is None


def test_a_mesh_with_other_polygons_has_another_tree(cube, kept):
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.mesh.subdivide()
    assert analyses.tree_of(cube.data) is None
    bpy.ops.object.mode_set(mode="OBJECT")
    assert analyses.tree_of(cube.data) is None


def test_what_was_analysed_is_known_from_the_tree_or_else_from_the_parts(cube, kept):
    assert analyses.analysed(cube.data).tolist() == [True] * 5 + [False]
    trees.forget()
    assert analyses.analysed(cube.data) is None, "all, as there are no parts"
    parts.set_labels(cube.data, np.array([0, 0, 1, -1, -1, -1], np.int32))
    assert analyses.analysed(cube.data).tolist() == [True] * 3 + [False] * 3
