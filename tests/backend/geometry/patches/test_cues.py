# SPDX-License-Identifier: GPL-3.0-or-later
"""Cues, on shapes whose values are known."""

import numpy as np
import pytest
import trimesh

from backend.geometry.mesh import build_face_graph, unit_vertices
from backend.geometry.patches import cues
from backend.geometry.patches.cues import patch_graph
from backend.geometry.patches.superfaces import superfaces


def measured(mesh, patches=80, seed=0):
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    rng = np.random.default_rng(seed)
    graph = build_face_graph(unit_vertices(vertices, faces)[0], faces)
    patch = superfaces(graph, rng, patches)
    return graph, patch, patch_graph(graph, patch, rng)


@pytest.fixture(scope="module")
def ball():
    return measured(trimesh.creation.icosphere(subdivisions=4))


def test_patch_moments_add_up_to_the_surface(ball):
    graph, _, found = ball
    assert found.moments[:, cues.AREA].sum() == pytest.approx(graph.area.sum())
    assert found.moments[:, cues.FACES].sum() == len(graph.faces)
    np.testing.assert_allclose(found.moments[:, cues.CENTRE].sum(axis=0), 0, atol=1e-6)


def test_a_ball_sees_all_of_itself_and_is_convex_everywhere(ball):
    found = ball[2]
    assert found.visible.mean() > 0.99
    assert (found.border[:, cues.CONCAVE] == 0).all()
    assert (found.moments[:, cues.CURVE][:, 1] < 0).all()  # at the wider radius


def test_shape_diameter_of_a_ball_is_near_its_diameter(ball):
    # Rays within 50 degrees of the axis: the chord is at least cos(50 deg) of the diameter.
    sdf = ball[2].sdf
    assert (sdf > 0.64).all()
    assert (sdf < 1.001).all()


def test_two_rooms_do_not_see_each_other():
    left = trimesh.creation.icosphere(subdivisions=3)
    found = measured(trimesh.util.concatenate([left, left.copy().apply_translation([2.5, 0, 0])]))[
        2
    ]
    other = found.island[:, None] != found.island[None, :]
    assert found.visible[other].max() == 0
    assert found.visible[~other].mean() > 0.95


def test_a_thin_arm_is_thinner_and_less_central_than_its_body():
    body = trimesh.creation.icosphere(subdivisions=4)
    body.vertices[:, 0] += np.where(body.vertices[:, 0] > 0.98, 3.0, 0.0) * 1.0
    body = trimesh.creation.capsule(height=6, radius=0.2).apply_transform(
        trimesh.transformations.rotation_matrix(np.pi / 2, [0, 1, 0])
    )
    ball = trimesh.creation.icosphere(subdivisions=3)
    found = measured(trimesh.util.concatenate([ball, body.apply_translation([3.5, 0, 0])]))[2]
    arm = found.centre[:, 0] > 0.1
    assert np.median(found.sdf[arm]) < 0.3 * np.median(found.sdf[~arm])
    central = found.moments[:, cues.CENTRAL] / found.moments[:, cues.AREA]
    assert central.min() == pytest.approx(0)
    assert central[found.centre[:, 0].argmax()] > central[arm].min()


def test_same_seed_same_cues_and_other_seed_other_samples():
    mesh = trimesh.creation.annulus(0.5, 1.0, 0.7)
    one, two, three = (measured(mesh, seed=seed)[2] for seed in (5, 5, 6))
    np.testing.assert_array_equal(one.visible, two.visible)
    np.testing.assert_array_equal(one.moments, two.moments)
    assert not np.array_equal(one.sdf[:10], three.sdf[:10])


def test_a_cloud_of_islands_becomes_one_graph():
    rng = np.random.default_rng(0)
    corner = rng.random((300, 1, 3)) * 20
    vertices = (corner + rng.random((300, 3, 3)) * 0.1).reshape(-1, 3)
    found = measured(trimesh.Trimesh(vertices, np.arange(900).reshape(-1, 3), process=False))[2]
    from backend.geometry.graphs import components

    assert components(found.patches, found.pair[:, 0], found.pair[:, 1]).max() == 0


@pytest.mark.parametrize("kind", ["anywhere", "grid"])
def test_few_points_are_compared_as_the_tree_of_many_does(monkeypatch, kind):
    rng = np.random.default_rng(5)
    points = rng.uniform(-0.3, 0.3, (400, 3))
    if kind == "grid":
        points = np.round(points, 2)
    centre = np.concatenate([points[:40], [[9.0, 9.0, 9.0]]])
    few = list(cues._within(points, centre, cues.CURVATURE_RADII))
    monkeypatch.setattr(cues, "FEW_PAIRS", 0)
    many = list(cues._within(points, centre, cues.CURVATURE_RADII))
    for one, other in zip(few, many, strict=True):
        np.testing.assert_array_equal(one, other)
        assert len(one[0])
