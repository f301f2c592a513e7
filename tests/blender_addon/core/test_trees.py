# SPDX-License-Identifier: GPL-3.0-or-later
"""The merge trees that are kept in memory."""

from __future__ import annotations

import numpy as np
import pytest
from partwise.backend.contract.tree import MergeTree
from partwise.blender_addon.core import trees
from partwise.blender_addon.core.trees import PolygonTree


def chain(leaves: int, natural: int = 1) -> MergeTree:
    """Patch 0 swallows 1, then 2, and so on."""
    below = [0, *range(leaves, 2 * leaves - 2)]
    children = np.array([*zip(below, range(1, leaves), strict=True)], dtype=np.int32)
    return MergeTree(children, np.linspace(0, 1, leaves - 1).astype(np.float32), natural)


def polygon_tree(patch: list[int], natural: int = 1) -> PolygonTree:
    return PolygonTree(
        chain(max(patch) + 1, natural), np.array(patch, np.int32), np.ones(len(patch))
    )


@pytest.fixture(autouse=True)
def empty():
    trees.forget()
    yield
    trees.forget()


def test_a_cut_gives_polygons_their_part_and_no_opinion_elsewhere():
    tree = polygon_tree([0, 1, 2, 2, -1])
    assert tree.cut(2).tolist() == [0, 0, 1, 1, -1]
    assert tree.cut(99).tolist() == [0, 1, 2, 2, -1]
    assert tree.cut(0).tolist() == [0, 0, 0, 0, -1]


def test_a_part_is_cut_where_the_tree_parts_next():
    tree = polygon_tree([0, 0, 1, 2, 3, 4, -1])
    inside = np.array([0, 1, 1, 1, 1, 0, 1], dtype=bool)
    piece, count = tree.cut_within(inside, 2)
    assert count == 2
    assert piece.tolist() == [-1, 0, 0, 0, 1, -1, -1]
    piece, count = tree.cut_within(inside, 3)
    assert count == 3
    assert piece.tolist() == [-1, 0, 0, 1, 2, -1, -1]


def test_a_part_cannot_be_cut_into_more_pieces_than_it_has_patches():
    tree = polygon_tree([0, 0, 1, 2])
    piece, count = tree.cut_within(np.array([1, 1, 1, 0], dtype=bool), 9)
    assert count == 2
    assert piece.tolist() == [0, 0, 1, -1]
    piece, count = tree.cut_within(np.array([1, 1, 0, 0], dtype=bool), 2)
    assert count == 1
    assert tree.cut_within(np.zeros(4, dtype=bool), 2)[1] == 0


@pytest.mark.parametrize("natural", [1, 3, 12, 40])
def test_the_slider_finds_every_part_count(natural):
    tree = polygon_tree(list(range(40)), natural)
    for parts in range(1, 41):
        if natural == 1 and parts < 2:
            continue
        slider = float(np.float32(tree.granularity_of(parts)))  # as Blender keeps it
        assert tree.tree.parts_at(slider) == parts


def test_a_tree_is_found_by_name_and_size():
    tree = polygon_tree([0, 1])
    trees.keep("a", tree)
    assert trees.find("a", 2) is tree
    assert trees.find("a", 3) is None
    assert trees.find("b", 2) is None


def test_the_least_used_tree_makes_room(monkeypatch):
    monkeypatch.setattr(trees, "MAX_BYTES", 2 * 24)
    for name in ("a", "b"):
        trees.keep(name, polygon_tree([0, 1]))
    trees.find("a", 2)
    trees.keep("c", polygon_tree([0, 1]))
    assert trees.find("b", 2) is None
    assert trees.find("a", 2) is not None
