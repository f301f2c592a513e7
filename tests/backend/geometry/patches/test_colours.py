# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of colour on edges and on borders of patches, and what is left of a chance there."""

import numpy as np
import pytest
import trimesh

from backend.geometry.mesh import build_face_graph, unit_vertices
from backend.geometry.patches.colours import belief, cheaper, coloured, doubted, edge_steps
from backend.geometry.patches.cues import BORDERS, COLOUR, LENGTH, patch_graph
from backend.geometry.patches.superfaces import superfaces

RED, GREEN = [0.63, 0.22, 0.13], [0.87, -0.23, 0.18]  # OKLab


@pytest.fixture(scope="module")
def ball():
    mesh = trimesh.creation.icosphere(subdivisions=4)
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    return build_face_graph(unit_vertices(vertices, faces)[0], faces)


@pytest.fixture(scope="module")
def halves(ball):
    return ball.centroid @ [0.3, 0.2, 1.0] > 0.07


@pytest.fixture(scope="module")
def patched(ball, halves):
    """Patches that know of two colours, and their cues."""
    paint = np.where(halves[:, None], RED, GREEN)
    rng = np.random.default_rng(0)
    patch = superfaces(ball, rng, 60, steps=edge_steps(ball, paint))
    return patch, patch_graph(ball, patch, rng)


def steps(ball, patched, colours):
    border = coloured(patched[1], ball, patched[0], colours).border
    return border[:, COLOUR] / border[:, LENGTH]


def test_edges_between_two_paints_are_steps_and_no_others(ball, halves):
    found = edge_steps(ball, np.where(halves[:, None], RED, GREEN))
    across = halves[ball.first] != halves[ball.second]
    assert found[across].min() > 0.8
    assert not found[~across].any()
    assert (cheaper(found)[across] < cheaper(found)[~across].min()).all()


def test_patches_end_where_paint_does(ball, halves, patched):
    def mixed(patch):
        share = np.bincount(patch, halves) / np.bincount(patch)
        return (np.minimum(share, 1 - share) > 0).sum()

    plain = superfaces(ball, np.random.default_rng(0), 60)
    assert mixed(patched[0]) < mixed(plain) / 3


def test_borders_between_paints_stand_out(ball, halves, patched):
    found = steps(ball, patched, np.where(halves[:, None], RED, GREEN))
    share = np.bincount(patched[0], halves) / np.bincount(patched[0])
    one, two = share[patched[1].pair].T
    assert found[np.abs(one - two) == 1].min() > 0.8
    assert found[one == two].max() < 1e-9


def test_light_and_grain_are_hardly_steps(ball, halves, patched):
    baked = np.array(RED) * np.stack([0.6 + 0.6 * ball.normal[:, 0], *np.ones((2, len(halves)))], 1)
    assert steps(ball, patched, baked).max() < 0.2
    grain = np.random.default_rng(0).normal(RED, 0.1, (len(halves), 3))
    assert steps(ball, patched, grain).max() < 0.2


def test_a_chance_is_doubted_where_colour_changes():
    border = np.zeros((4, BORDERS))
    border[:, LENGTH] = 2.0
    chance = np.array([0.9, 0.9, 0.9, 0.0])
    assert doubted(chance, border) is chance
    border[:, COLOUR] = [0.0, 1.0, 2.0, 2.0]
    found = doubted(chance, border)
    assert found[0] == pytest.approx(0.9)
    assert (np.diff(found) < 0).all()
    assert found[3] == 0
    np.testing.assert_allclose(doubted(chance, border, 0.0), chance)
    assert (doubted(chance, border, 0.5)[1:3] > found[1:3]).all()


def test_colours_are_believed_as_far_as_the_shape_agrees():
    border = np.zeros((6, BORDERS))
    border[:, LENGTH] = 1.0
    shape = np.array([0.2, 0.3, 0.9, 0.9, 0.9, 0.9])
    assert belief(shape, border) == 0
    border[:, COLOUR] = [1, 1, 0, 0, 0, 0]
    assert belief(shape, border) == 1
    border[:, COLOUR] = [0, 0, 1, 1, 0, 0]
    assert belief(shape, border) == 0
    border[:, COLOUR] = 1  # changes everywhere, as in grain
    assert belief(shape, border) == 0
