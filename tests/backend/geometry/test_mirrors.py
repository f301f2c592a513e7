# SPDX-License-Identifier: GPL-3.0-or-later
"""Mirror symmetry of surfaces: where the halves are alike, and where they only seem to be."""

import numpy as np
import trimesh

from backend.geometry.mirrors import _across, find_mirror
from backend.geometry.symmetry import mirror
from tests.backend.geometry.solids import eared, graph_of, images_across_x


def test_each_face_has_the_one_that_mirrors_it_wherever_the_object_is():
    mesh = eared()
    expected = images_across_x(mesh)
    mesh.apply_transform(trimesh.transformations.rotation_matrix(0.7, [1, 2, 3], [4, 5, 6]))
    found = find_mirror(graph_of(mesh))
    assert found.exact
    np.testing.assert_array_equal(found.face, expected)
    own = np.arange(len(expected)) == expected  # those that cross the plane
    assert own.mean() < 0.1
    assert ((found.left != found.left[found.face]) | own).all(), "one of two is of each half"


def test_what_is_nearly_mirrored_has_images_but_no_exact_borders():
    mesh = eared()
    mesh.vertices += 2e-3 * np.random.default_rng(0).normal(size=mesh.vertices.shape)
    found = find_mirror(graph_of(mesh))
    assert not found.exact
    middle = mesh.triangles_center
    off = np.linalg.norm(middle[found.face] - middle * [-1, 1, 1], axis=1)
    assert np.median(off) < 0.02


def test_one_half_may_have_something_that_the_other_lacks():
    button = trimesh.creation.icosphere(subdivisions=2, radius=0.2).apply_translation([1, 0, 0])
    body = eared()
    found = find_mirror(graph_of(trimesh.util.concatenate([body, button])))
    assert (found.face[: len(body.faces)] >= 0).mean() > 0.97
    assert (found.face[len(body.faces) :] < 0).mean() > 0.8


def test_an_ear_in_another_place_is_no_symmetry():
    assert find_mirror(graph_of(eared(((1, 1, 0), (-0.2, 1, -1))))) is None


def test_a_posed_body_is_known_by_its_wiring():
    straight, posed = eared(), eared(turn=0.6)
    found = find_mirror(graph_of(posed))
    known = found.face >= 0
    assert known.mean() > 0.9
    expected = images_across_x(straight)
    assert (found.face[known] == expected[known]).mean() > 0.97


def test_marks_are_symmetric_where_the_image_of_each_is_marked_too():
    graph = graph_of(eared())
    found = find_mirror(graph)
    middle = graph.edge_middle
    on_both = np.abs(middle[:, 1]) < 0.1
    assert found.keeps(graph, on_both)
    assert found.keeps(graph, np.zeros(len(middle), dtype=bool))
    assert not found.keeps(graph, on_both & (middle[:, 0] > 0.05))


def test_an_island_that_reaches_beyond_the_plane_is_of_one_half_with_all_of_it():
    pane = trimesh.creation.box([2, 1, 0.2]).subdivide().subdivide()
    pane.apply_translation([0.617, 0, 0])
    other = pane.copy()
    other.vertices[:, 0] *= -1
    other.invert()
    graph = graph_of(trimesh.util.concatenate([pane, other]))
    found = _across(graph, mirror(np.array([1.0, 0, 0]), 0.0))
    assert (graph.centroid[graph.island == 0, 0] < -0.01).any(), "it reaches beyond"
    assert [np.unique(found.left[graph.island == k]).tolist() for k in (0, 1)] == [[True], [False]]
