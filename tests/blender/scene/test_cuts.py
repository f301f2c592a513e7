# SPDX-License-Identifier: GPL-3.0-or-later
"""New cuts of a tree, and the slider that follows them and is followed."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.backend.contract.tree import MergeTree
from partwise.blender_addon.core import trees
from partwise.blender_addon.core.trees import PolygonTree
from partwise.blender_addon.scene import cuts, parts


@pytest.fixture
def tree() -> PolygonTree:
    """The faces of a cube, joined one by one to the first."""
    children = np.array([(0, 1), (6, 2), (7, 3), (8, 4), (9, 5)], np.int32)
    heights = np.arange(1, 6, dtype=np.float32)
    return PolygonTree(MergeTree(children, heights, 3), np.arange(6, dtype=np.int32), np.ones(6))


@pytest.fixture
def mesh(tree) -> bpy.types.Mesh:
    bpy.ops.mesh.primitive_cube_add()
    mesh = bpy.context.object.data
    trees.keep("cube", tree)
    mesh.partwise.fingerprint = "cube"
    cuts.apply_cut(mesh, tree.cut(3), tree)
    return mesh


def test_a_cut_sets_the_slider_and_the_slider_does_not_cut_again(mesh, tree, monkeypatch):
    again = []
    monkeypatch.setattr(cuts, "tree_of", again.append)
    cuts.apply_cut(mesh, tree.cut(5), tree)
    assert len(mesh.partwise.parts) == 5
    assert tree.tree.parts_at(mesh.partwise.granularity) == 5
    assert not again


def test_the_slider_cuts(mesh, tree):
    mesh.partwise.granularity = tree.granularity_of(6)
    assert len(mesh.partwise.parts) == 6


def test_the_slider_follows_again_after_a_cut_that_failed(mesh, tree, monkeypatch):
    monkeypatch.setattr(PolygonTree, "granularity_of", lambda self, count: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cuts.apply_cut(mesh, tree.cut(2), tree)
    assert not cuts._slider_follows


def test_locked_parts_and_borders_stay(mesh, tree):
    before = parts.get_labels(mesh)
    mesh.partwise.parts[0].locked = True
    locked = before == mesh.partwise.parts[0].part_id
    cuts.apply_cut(mesh, tree.cut(6), tree)
    assert (parts.get_labels(mesh)[locked] == mesh.partwise.parts[0].part_id).all()


def test_without_the_tree_the_cut_cannot_follow(mesh):
    trees.forget()
    before = parts.get_labels(mesh)
    assert not cuts.follow_slider(mesh)
    assert (parts.get_labels(mesh) == before).all()


def test_without_parts_there_is_nothing_to_follow(mesh):
    parts.remove_labels(mesh)
    trees.forget()
    assert cuts.follow_slider(mesh)


def test_a_slider_that_returns_brings_parts_back_as_they_were(mesh, tree):
    mesh.partwise.granularity = tree.granularity_of(6)
    for number, part in enumerate(mesh.partwise.parts):
        part.colour = (number / 10, 0.5, 0.25)
    before, colours = parts.get_labels(mesh), [tuple(part.colour) for part in mesh.partwise.parts]
    for count in (4, 2, 1, 3, 5, 6):
        mesh.partwise.granularity = tree.granularity_of(count)
    assert parts.get_labels(mesh).tolist() == before.tolist()
    assert [tuple(part.colour) for part in mesh.partwise.parts] == colours


def test_an_outlook_is_what_a_cut_makes_and_changes_nothing(mesh, tree):
    mesh.partwise.granularity = tree.granularity_of(6)
    for number, part in enumerate(mesh.partwise.parts):
        part.colour = (number / 10, 0.5, 0.25)
    mesh.partwise.granularity = tree.granularity_of(2)
    mesh.partwise.parts[1].locked = True
    for count in (6, 4):
        before = parts.get_labels(mesh)
        labels, colours = cuts.outlook(mesh, tree.cut(count), tree)
        assert parts.get_labels(mesh).tolist() == before.tolist()
        cuts.apply_cut(mesh, tree.cut(count), tree)
        assert parts.get_labels(mesh).tolist() == labels.tolist()
        assert {part.part_id: tuple(part.colour) for part in mesh.partwise.parts} == {
            part_id: pytest.approx(colour) for part_id, colour in colours.items()
        }
