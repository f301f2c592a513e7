# SPDX-License-Identifier: GPL-3.0-or-later
"""The geometric engine: a whole tree by the shapes of clusters, and others that are plausible."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.engines import geometric
from backend.engines.base import METHODS, Surface
from backend.evaluation.metrics import rand_error
from backend.geometry.patches.cues import LENGTH
from backend.pipelines.segment import analyse, labels
from tests.backend.engines.shapes import smooth
from tests.backend.geometry.solids import patches_of


def test_alternatives_of_the_geometric_engine_differ_too():
    vertices, faces, _ = smooth("hand")
    first, second = (
        labels(analyse(vertices, faces, engine="geometric", variant=k)) for k in (0, 1)
    )
    assert rand_error(first, second) > 0.001


@pytest.fixture(scope="module")
def surface() -> Surface:
    graph = patches_of(trimesh.creation.icosphere(subdivisions=3), 40)
    return Surface(graph, np.zeros(len(graph.pair)))


def test_it_declares_what_it_does():
    engine = geometric.load()
    assert geometric.ABOUT.name == "geometric"
    assert not geometric.ABOUT.torch
    assert [METHODS[verb] for verb in geometric.ABOUT.verbs] == ["look"]
    assert callable(engine.look)


def test_all_patches_are_merged_into_one_tree(surface: Surface):
    evidence = geometric.load().look(surface)
    assert ((evidence.evidence > 0) & (evidence.evidence < 1)).all()
    merges = evidence.merges()
    patches = surface.graph.patches
    assert merges.children.shape == (patches - 1, 2)
    assert sorted(merges.children.ravel().tolist()) == list(range(2 * patches - 2))
    assert (merges.children.max(axis=1) < patches + np.arange(patches - 1)).all()
    assert ((merges.chance >= 0) & (merges.chance <= 1)).all()
    assert 0 < merges.stop < 1


def test_the_likeliest_tree_knows_no_chance_and_each_variant_is_one(surface: Surface):
    evidence = geometric.load().look(surface)
    trees = [evidence.merges(variant, seed).children.tolist()
             for variant, seed in ((0, 0), (0, 9), (1, 0), (1, 0), (2, 0))]  # fmt: skip
    assert trees[0] == trees[1]
    assert trees[2] == trees[3]
    assert len({str(tree) for tree in trees}) == 3


def test_what_hints_mark_is_merged_last(surface: Surface):
    upper = surface.graph.centre[:, 2] > 0
    across = upper[surface.graph.pair[:, 0]] != upper[surface.graph.pair[:, 1]]
    marked = np.where(across, surface.graph.border[:, LENGTH], 0.0)
    tree = geometric.load().look(Surface(surface.graph, marked)).merges().children
    patches = surface.graph.patches

    def leaves(node: int) -> set[int]:
        if node < patches:
            return {node}
        return set().union(*(leaves(child) for child in tree[node - patches].tolist()))

    halves = [leaves(int(node)) for node in tree[-1]]
    assert set(map(frozenset, halves)) == {
        frozenset(np.flatnonzero(upper).tolist()), frozenset(np.flatnonzero(~upper).tolist()),
    }  # fmt: skip
