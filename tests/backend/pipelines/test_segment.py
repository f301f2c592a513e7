# SPDX-License-Identifier: GPL-3.0-or-later
"""Cuts of an analysis: counts, granularity, and parts that are connected."""

from pathlib import Path

import numpy as np
import pytest
import trimesh

from backend.contract.errors import BadInput
from backend.evaluation.metrics import rand_error
from backend.geometry.graphs import components
from backend.pipelines.segment import analyse, labels
from tests.backend.geometry.solids import arrays


def test_labels_are_one_for_each_face_without_gaps(torus):
    for granularity in (None, 0.0, 0.3, 0.8, 1.0):
        found = labels(torus, granularity=granularity)
        assert found.dtype == np.int32
        assert len(found) == len(torus.patch)
        assert set(found.tolist()) == set(range(found.max() + 1))


@pytest.mark.parametrize("parts", [1, 2, 7, 60, "all"])
def test_a_count_is_made_exactly_and_is_a_cut_of_the_tree(torus, parts):
    parts = torus.tree.leaf_count if parts == "all" else parts
    found = labels(torus, parts=parts)
    assert found.max() + 1 == parts
    np.testing.assert_array_equal(found, torus.tree.cut(parts)[torus.patch])


@pytest.mark.parametrize("parts", [0, -3, 10**6])
def test_impossible_counts_are_refused_with_the_maximum(torus, parts):
    with pytest.raises(BadInput, match=f"1 to {torus.tree.leaf_count}"):
        labels(torus, parts=parts)


def test_parts_below_the_number_of_islands_join_islands():
    balls = [
        trimesh.creation.icosphere(subdivisions=2).apply_translation([3 * k, 0, 0])
        for k in range(6)
    ]
    analysis = analyse(*arrays(trimesh.util.concatenate(balls)))
    ball = np.repeat(np.arange(6), len(balls[0].faces))
    two = labels(analysis, parts=2)
    for k in range(6):
        assert len(set(two[ball == k].tolist())) == 1
    # Islands are joined by nearness: each part is a run of neighbours in the row.
    order = two[:: len(balls[0].faces)]
    assert (np.diff(order) != 0).sum() == 1


def test_separate_balls_are_separate_parts_by_themselves():
    balls = [
        trimesh.creation.icosphere(subdivisions=3).apply_translation([2.5 * k, 0, 0])
        for k in range(4)
    ]
    found = labels(analyse(*arrays(trimesh.util.concatenate(balls))))
    ball = np.repeat(np.arange(4), len(balls[0].faces))
    assert len(set(zip(ball.tolist(), found.tolist(), strict=True))) == found.max() + 1 == 4


def test_far_from_the_origin_there_are_still_parts():
    vertices, faces = arrays(trimesh.creation.torus(1.0, 0.3, 48, 24))
    assert labels(analyse(vertices * 1e12 + 3e13, faces), parts=5).max() == 4


@pytest.mark.parametrize("parts", [2, 5, 8, 16, 32])
def test_parts_of_a_closed_surface_are_connected(torus, parts):
    found = labels(torus, parts=parts)
    graph = torus.faces
    inside = found[graph.first] == found[graph.second]
    pieces = components(len(found), graph.first[inside], graph.second[inside])
    assert pieces.max() + 1 == parts


SMOOTH = Path(__file__).parents[2] / "fixtures" / "smooth_shapes.npz"


@pytest.mark.parametrize(
    ("shape", "most"),
    [("airplane", 0.21), ("cup", 0.06), ("hand", 0.15), ("human", 0.15), ("quadruped", 0.17)],
)
def test_smooth_bodies_of_one_piece_fall_into_their_parts(shape, most):
    with np.load(SMOOTH) as file:
        vertices = file[f"{shape}/vertices"].astype(float)
        faces, truths = file[f"{shape}/faces"].astype(np.int64), file[f"{shape}/truths"]
    analysis = analyse(vertices, faces)
    assert analysis.faces.islands == 1  # connectivity gives nothing away
    found = labels(analysis)
    assert rand_error(found, truths) < most
    assert rand_error(found, truths) < 0.5 * rand_error(np.zeros(len(faces)), truths)
