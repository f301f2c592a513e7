# SPDX-License-Identifier: GPL-3.0-or-later
"""Borders of all cuts, refined once."""

import numpy as np
import pytest
import trimesh

from backend.contract.errors import Cancelled
from backend.contract.progress import Progress
from backend.contract.tree import MergeTree
from backend.geometry.graphs import components
from backend.geometry.mesh import build_face_graph, unit_vertices
from backend.geometry.patches.graphcut import BorderCutter, crossing_cost
from backend.pipelines.borders import refine_borders

NO_CONTACTS = np.zeros((0, 2), np.int64)


def graph_of(mesh):
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    return build_face_graph(unit_vertices(vertices, faces)[0], faces)


def tree_of(children):
    children = np.array(children, np.int32).reshape(-1, 2)
    return MergeTree(children, np.linspace(0, 1, len(children), dtype=np.float32))


@pytest.fixture(scope="module")
def ball():
    return graph_of(trimesh.creation.icosphere(subdivisions=4))


@pytest.fixture(scope="module")
def ragged(ball):
    """Patches of the ball grown about 40 random places with ragged borders, and a chain of them."""
    rng = np.random.default_rng(0)
    places = rng.normal(size=(40, 3))
    places /= 2 * np.linalg.norm(places, axis=1, keepdims=True)
    blurred = ball.centroid + 0.02 * rng.normal(size=ball.centroid.shape)
    patch = np.square(blurred[:, None] - places).sum(axis=2).argmin(axis=1)
    children = []
    order = np.argsort(places[:, 2], kind="stable")
    top = int(order[0])
    for k, leaf in enumerate(order[1:].tolist()):
        children.append([top, leaf])
        top = 40 + k
    return patch, tree_of(children)


def cost(graph, labels):
    return crossing_cost(graph)[labels[graph.first] != labels[graph.second]].sum()


def valid(tree):
    used = np.sort(tree.children.ravel())
    below = tree.leaf_count + np.arange(len(tree.children))
    return (
        np.array_equal(used, np.arange(2 * tree.leaf_count - 2))
        and (tree.children.max(axis=1) < below).all()
    )


def test_every_cut_has_shorter_borders_and_no_patch_is_lost(ball, ragged):
    patch, tree = ragged
    fine, refined = refine_borders(BorderCutter(ball), patch, tree, NO_CONTACTS)
    assert np.unique(fine).tolist() == list(range(40))
    assert valid(refined)
    for parts in (2, 3, 5, 10, 20, 40):
        before, after = tree.cut(parts)[patch], refined.cut(parts)[fine]
        assert cost(ball, after) < 0.8 * cost(ball, before)


def test_pieces_that_a_border_cut_off_do_not_stay(ball, ragged):
    fine, tree = refine_borders(BorderCutter(ball), *ragged, NO_CONTACTS)
    for parts in range(2, 41):
        labels = tree.cut(parts)[fine]
        inside = labels[ball.first] == labels[ball.second]
        assert components(len(fine), ball.first[inside], ball.second[inside]).max() + 1 == parts


def test_only_the_highest_merges_are_refined(ball, ragged):
    patch, tree = ragged
    none, same = refine_borders(
        BorderCutter(ball), np.unique(patch, return_inverse=True)[1], tree, NO_CONTACTS, merges=0
    )
    assert (same.children == tree.children).all()
    assert np.mean(none == patch) > 0.8  # what ragged borders had cut off is gone even so


def test_however_random_no_patch_appears_or_vanishes(ball):
    rng = np.random.default_rng(1)
    patch = rng.integers(0, 30, len(ball.faces))
    alive, children = list(range(30)), []
    for k in range(29):
        pair = [alive.pop(int(rng.integers(len(alive)))) for _ in range(2)]
        children.append(pair)
        alive.append(30 + k)
    fine, tree = refine_borders(BorderCutter(ball), patch, tree_of(children), NO_CONTACTS)
    assert np.unique(fine).tolist() == list(range(30))
    assert valid(tree)


def test_a_patch_that_a_border_passes_over_goes_to_the_other_side():
    body = trimesh.creation.icosphere(subdivisions=4)
    vertices = np.asarray(body.vertices) * [2.0, 1, 1]
    vertices[:, 1:] *= 0.45 + 0.55 * np.abs(np.tanh(1.6 * vertices[:, :1]))
    graph = graph_of(trimesh.Trimesh(vertices, body.faces, process=False))
    # By the tree the strip beside the waist belongs to the left, but the waist is at x = 0.
    patch = np.digitize(graph.centroid[:, 0], [0, 0.02, 0.2])
    tree = tree_of([[0, 1], [2, 3], [4, 5]])
    fine, refined = refine_borders(BorderCutter(graph), patch, tree, NO_CONTACTS, merges=1)
    assert tree.cut(2).tolist() == [0, 0, 1, 1]
    assert refined.cut(2).tolist() == [0, 1, 1, 1]
    assert valid(refined)
    x = graph.centroid[:, 0]
    clear = np.abs(x) > 0.015  # a triangle
    np.testing.assert_array_equal(refined.cut(2)[fine][clear], (x > 0)[clear])
    assert np.unique(fine).tolist() == [0, 1, 2, 3]


def test_degenerate_faces_stay_with_a_neighbour():
    mesh = trimesh.creation.icosphere(subdivisions=3)
    faces = np.concatenate([mesh.faces, mesh.faces[:40, [0, 1, 1]], mesh.faces[40:60, [0, 0, 0]]])
    graph = build_face_graph(unit_vertices(np.asarray(mesh.vertices), faces)[0], faces)
    patch = (graph.centroid[:, 2] > 0.02).astype(np.int64)
    fine, _ = refine_borders(BorderCutter(graph), patch, tree_of([[0, 1]]), NO_CONTACTS)
    far = np.abs(graph.centroid[:, 2]) > 0.15
    np.testing.assert_array_equal(fine[far], patch[far])


def test_the_same_twice_and_a_cancel_at_each_border(ball, ragged):
    cutter = BorderCutter(ball)
    shares = []
    heard = Progress(lambda _stage, done, _whole: shares.append(done))
    one = refine_borders(cutter, *ragged, NO_CONTACTS, progress=heard)
    assert shares == sorted(shares)
    assert len(shares) == 40
    for stop in (0, 7, 39):
        left = stop

        def cancelling(*_):
            nonlocal left
            if left == 0:
                raise Cancelled()
            left -= 1

        with pytest.raises(Cancelled):
            refine_borders(cutter, *ragged, NO_CONTACTS, progress=Progress(cancelling))
    two = refine_borders(cutter, *ragged, NO_CONTACTS)
    np.testing.assert_array_equal(one[0], two[0])
    np.testing.assert_array_equal(one[1].children, two[1].children)
