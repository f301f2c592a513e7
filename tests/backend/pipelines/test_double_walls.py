# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes with an inner wall have the parts of their outer one, on both; flat faces stay whole."""

from pathlib import Path

import numpy as np
import pytest
import trimesh

from backend.pipelines.segment import Hints, analyse, click, labels
from tests.backend.geometry.double_walls import drained, inner_wall

SHAPES = Path(__file__).parents[2] / "fixtures" / "smooth_shapes.npz"


@pytest.fixture(scope="module")
def figure():
    with np.load(SHAPES) as shapes:
        vertices, faces = (shapes[f"quadruped/{name}"] for name in ("vertices", "faces"))
    return trimesh.Trimesh(vertices.astype(float), faces.astype(np.int64), process=False)


def doubled(figure, thickness=0.004):
    wall = inner_wall(figure, thickness * figure.extents.max())
    vertices = np.vstack([figure.vertices, wall.vertices])
    return vertices, np.vstack([figure.faces, wall.faces + len(figure.vertices)])


@pytest.fixture(scope="module", params=["learned", "geometric"])
def analyses(request, figure):
    one = analyse(np.array(figure.vertices), np.array(figure.faces), engine=request.param)
    return one, analyse(*doubled(figure), engine=request.param)


@pytest.mark.parametrize("cut", [{}, {"parts": 9}, {"granularity": 0.7}])
def test_both_walls_have_the_parts_of_the_outer_one_alone(analyses, figure, cut):
    one, two = (labels(analysis, **cut) for analysis in analyses)
    count = len(figure.faces)
    np.testing.assert_array_equal(two[:count], one)
    assert (two[count:] == one).mean() > 0.97
    assert one.max() >= 4


def test_the_result_is_a_cut_of_the_tree_on_all_faces(analyses, figure):
    two = analyses[1]
    assert two.patch.shape == (2 * len(figure.faces),)
    assert two.patch.dtype == np.int32
    most = two.tree.leaf_count
    assert set(two.patch.tolist()) == set(range(most))
    for parts in (1, 5, most):
        assert labels(two, parts=parts).max() + 1 == parts


def test_a_click_on_either_wall_gives_both(analyses, figure):
    count = len(figure.faces)
    end = int(figure.triangles_center[:, 0].argmax())
    points = np.asarray(figure.triangles_center)[[end]]
    one, two = (click(analysis, points, np.array([1])) for analysis in analyses)
    np.testing.assert_array_equal(two.mask[:count], one.mask)
    assert (two.mask[count:] == one.mask).mean() > 0.97
    inner = inner_wall(figure, 0.004 * figure.extents.max()).triangles_center[[end]]
    assert click(analyses[1], inner, np.array([1])).mask[[end, count + end]].all()


def test_hints_of_the_outer_wall_are_heeded(figure):
    vertices, faces = doubled(figure)
    groups = (np.vstack([figure.triangles_center] * 2)[:, 0] > figure.centroid[0]).astype(int)
    found = labels(analyse(vertices, faces, hints=Hints(groups=groups)))
    front, back = set(found[groups == 1].tolist()), set(found[groups == 0].tolist())
    shared = np.isin(found, list(front & back))
    assert shared.mean() < 0.02


def test_walls_that_join_at_a_hole_share_parts(figure):
    belly = figure.triangles_center[
        np.linalg.norm(figure.triangles_center - figure.centroid, axis=1).argmin()
    ]
    size = figure.extents.max()
    mesh, count = drained(figure, 0.01 * size, belly, 0.04 * size)
    analysis = analyse(np.array(mesh.vertices), np.array(mesh.faces), engine="geometric")
    found = labels(analysis, parts=9)
    outer, inner = found[:count], found[count : 2 * count]
    assert (outer == inner).mean() > 0.9
    assert np.bincount(outer).max() < 0.75 * count


def plate():
    """A square plate with a round hole whose flat faces are fans of slivers, as CAD writes them."""
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    outline = ring / np.abs(ring).max(axis=1, keepdims=True)
    flat = np.vstack([outline, 0.4 * ring])
    points = np.vstack([np.c_[flat, np.full(96, z)] for z in (0.0, 0.2)])
    k = np.arange(48)
    n = np.roll(k, -1)
    lid = np.vstack([np.stack([k, n, k + 48], 1), np.stack([n, n + 48, k + 48], 1)])
    outside = np.vstack([np.stack([k, n, n + 96], 1), np.stack([k, n + 96, k + 96], 1)])
    hole = np.vstack([np.stack([n, k, k + 96], 1), np.stack([n, k + 96, n + 96], 1)]) + 48
    return points, np.vstack([lid[:, ::-1], lid + 96, outside, hole]), len(lid)


@pytest.mark.parametrize("engine", ["learned", "geometric"])
def test_no_part_ends_inside_a_flat_face(engine):
    points, faces, lid = plate()
    analysis = analyse(points, faces, engine=engine)
    for parts in (None, 2, 3):
        found = labels(analysis, parts=parts)
        assert len(set(found[:lid].tolist())) == 1
        assert len(set(found[lid : 2 * lid].tolist())) == 1
    assert labels(analysis, parts=analysis.tree.leaf_count).max() + 1 == analysis.tree.leaf_count
