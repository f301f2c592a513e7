# SPDX-License-Identifier: GPL-3.0-or-later
"""Analyses: which meshes and hints are refused, what hints do, progress, and what never matters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from backend.contract.errors import BadInput, Cancelled
from backend.contract.progress import Progress
from backend.engines.base import Merges
from backend.evaluation.metrics import rand_error
from backend.pipelines.analysis import Hints, _tree, analyse, checked_mesh
from backend.pipelines.segment import labels
from tests.backend.geometry.double_walls import inner_wall
from tests.backend.geometry.solids import arrays, patches_of

SMOOTH = Path(__file__).parents[2] / "fixtures" / "smooth_shapes.npz"


@pytest.mark.parametrize("power", [40, -40])
def test_size_does_not_matter(torus, power):
    vertices, faces = arrays(trimesh.creation.torus(1.0, 0.3, 48, 24))
    scaled = analyse(vertices * 2.0**power, faces)  # a power of two leaves every digit as it is
    np.testing.assert_array_equal(labels(scaled, parts=5), labels(torus, parts=5))


def test_same_seed_same_labels_other_seed_other_patches():
    mesh = arrays(trimesh.creation.annulus(0.4, 1.0, 0.5))
    one, two = analyse(*mesh, seed=3), analyse(*mesh, seed=3)
    np.testing.assert_array_equal(one.tree.children, two.tree.children)
    np.testing.assert_array_equal(labels(one), labels(two))


def test_progress_never_turns_back_and_has_many_stages():
    seen = []
    mesh = arrays(trimesh.creation.icosphere(subdivisions=4))
    analyse(*mesh, progress=Progress(lambda stage, done, total: seen.append((stage, done / total))))
    assert len({stage for stage, _ in seen}) >= 4
    shares = [share for _, share in seen]
    assert shares == sorted(shares)
    assert max(shares) <= 1


def test_a_cancel_at_any_report_stops_the_work():
    mesh = arrays(trimesh.creation.icosphere(subdivisions=1))
    count = 0

    def counting(stage, done, total):
        nonlocal count
        count += 1

    analyse(*mesh, progress=Progress(counting))
    assert count >= 20
    for stop in range(0, count, max(count // 10, 1)):
        left = stop

        def cancelling(stage, done, total):
            nonlocal left
            if left == 0:
                raise Cancelled()
            left -= 1

        with pytest.raises(Cancelled):
            analyse(*mesh, progress=Progress(cancelling))


@pytest.mark.parametrize(
    ("vertices", "faces", "sentence"),
    [
        (np.zeros((3, 3)), np.zeros((0, 3), int), "no faces"),
        (np.zeros((3, 3)), np.array([[0, 1, 2]]), "zero area"),
        (np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0.0]]), np.array([[0, 1, 2]]), "zero area"),
        (np.array([[0, 0, 0], [1, 0, 0], [0, np.nan, 0]]), np.array([[0, 1, 2]]), "not numbers"),
        (np.eye(3), np.array([[0, 1, 3]]), "do not exist"),
        (np.eye(3), np.array([[0, 1, -1]]), "do not exist"),
        (np.eye(3)[:, :2], np.array([[0, 1, 2]]), "triangles in space"),
    ],
)
def test_meshes_that_cannot_be_used_are_refused(vertices, faces, sentence):
    with pytest.raises(BadInput, match=sentence):
        analyse(vertices, faces)


def test_an_unknown_engine_is_refused():
    with pytest.raises(BadInput, match="no engine"):
        analyse(*arrays(trimesh.creation.box()), engine="magic")


def edges_between(mesh, sides):
    """Vertices of the edges between faces of different sides, (N, 2)."""
    one, two = mesh.face_adjacency.T
    return mesh.face_adjacency_edges[sides[one] != sides[two]]


BALL = trimesh.creation.icosphere(subdivisions=4)


UPPER = (BALL.triangles_center[:, 2] > 0.1).astype(np.int32)


@pytest.mark.parametrize(
    "hints", [Hints(groups=UPPER), Hints(borders=edges_between(BALL, UPPER).astype(np.int32))]
)
def test_hints_that_divide_a_smooth_ball_make_its_parts(hints):
    analysis = analyse(*arrays(BALL), hints=hints)
    assert analysis.tree.natural_parts == 2
    assert rand_error(labels(analysis), UPPER) == 0
    # Finer cuts divide the halves and never join them.
    fine = labels(analysis, parts=40)
    assert len(np.unique(fine * 2 + UPPER)) == 40


def test_a_seam_that_divides_nothing_does_no_harm():
    seam = edges_between(BALL, UPPER)
    seam = seam[BALL.vertices[seam].mean(axis=1)[:, 0] > 0]
    assert analyse(*arrays(BALL), hints=Hints(borders=seam)).tree.natural_parts == 1
    with np.load(SMOOTH) as file:
        vertices, faces = file["hand/vertices"].astype(float), file["hand/faces"].astype(np.int64)
        truths = file["hand/truths"]
    hand = trimesh.Trimesh(vertices, faces, process=False)
    seam = edges_between(hand, hand.triangles_center[:, 0] > hand.centroid[0])
    middle = vertices[seam].mean(axis=1)[:, 1]
    hints = Hints(borders=seam[middle > np.median(middle)])
    plain, hinted = labels(analyse(vertices, faces)), labels(analyse(vertices, faces, hints=hints))
    assert rand_error(hinted, truths) < rand_error(plain, truths) + 0.02


def test_truth_as_a_hint_is_found():
    with np.load(SMOOTH) as file:
        vertices, faces = file["human/vertices"].astype(float), file["human/faces"].astype(np.int64)
        truth = file["human/truths"][0].astype(np.int32)
    analysis = analyse(vertices, faces, hints=Hints(groups=truth))
    assert rand_error(labels(analysis, parts=len(np.unique(truth))), truth) < 0.01
    assert len(np.unique(labels(analysis) * 100 + truth)) == labels(analysis).max() + 1


def test_hints_without_an_opinion_change_nothing(torus):
    hints = Hints(np.full(len(torus.patch), -1, np.int32), np.zeros((0, 2), np.int32))
    mesh = arrays(trimesh.creation.torus(1.0, 0.3, 48, 24))
    same = analyse(*mesh, hints=hints)
    np.testing.assert_array_equal(same.patch, torus.patch)
    np.testing.assert_array_equal(same.tree.children, torus.tree.children)


@pytest.mark.parametrize("wild", ["own", "random", "edges"])
def test_hints_at_every_edge_are_survived(wild):
    vertices, faces = arrays(trimesh.creation.icosphere(subdivisions=4))
    hints = {
        "own": Hints(groups=np.arange(len(faces))),
        "random": Hints(groups=np.random.default_rng(0).integers(-1, 9, len(faces))),
        "edges": Hints(borders=np.concatenate([faces[:, :2], faces[:, 1:]])),
    }[wild]
    analysis = analyse(vertices, faces, hints=hints)
    patches = analysis.tree.leaf_count
    assert np.unique(analysis.patch).tolist() == list(range(patches))
    assert patches < 1500
    assert labels(analysis, parts=7).max() == 6


@pytest.mark.parametrize(
    ("hints", "sentence"),
    [
        (Hints(groups=np.zeros(3, np.int32)), "groups for 3 faces, but the mesh has"),
        (Hints(borders=np.array([[0, 10**6]])), "do not exist"),
        (Hints(borders=np.array([[-1, 0]])), "do not exist"),
        (Hints(borders=np.zeros((2, 3), int)), "pairs"),
    ],
)
def test_hints_that_do_not_fit_are_refused(hints, sentence):
    with pytest.raises(BadInput, match=sentence):
        analyse(*arrays(BALL), hints=hints)


def test_meshes_of_other_types_are_taken_as_they_are_meant():
    vertices, faces = arrays(trimesh.creation.box())
    found = checked_mesh(vertices.astype(np.float32).tolist(), faces.astype(np.uint8))
    assert (found[0].dtype, found[1].dtype) == (np.float64, np.int64)
    np.testing.assert_array_equal(found[0], vertices)
    np.testing.assert_array_equal(found[1], faces)


def test_places_of_the_mesh_are_found_again(torus):
    vertices, _ = arrays(trimesh.creation.torus(1.0, 0.3, 48, 24))
    again = torus.faces.vertices * torus.scale + torus.centre
    np.testing.assert_allclose(again, vertices, atol=1e-9)


def test_patches_know_their_area_and_their_island():
    balls = [
        trimesh.creation.icosphere(subdivisions=1).apply_translation([3 * k, 0, 0])
        for k in range(2)
    ]
    found = analyse(*arrays(trimesh.util.concatenate(balls)), engine="geometric")
    assert found.grown_area.sum() == pytest.approx(found.seen.area.sum())
    assert (found.grown_area > 0).all()
    np.testing.assert_array_equal(found.grown_island[found.grown_patch], found.seen.island)


def test_what_is_known_of_seen_faces_is_said_of_hidden_ones_too(torus):
    values = np.random.default_rng(0).random(len(torus.seen.faces))
    assert torus.on_all_walls(values) is values, "nothing is hidden"
    ball = trimesh.creation.icosphere(subdivisions=2)
    shell = trimesh.util.concatenate([ball, inner_wall(ball, 0.02)])
    found = analyse(*arrays(shell), engine="geometric")
    count = len(ball.faces)
    assert len(found.seen.faces) == count
    assert len(found.patch) == 2 * count
    outer = found.on_all_walls(np.arange(count))
    np.testing.assert_array_equal(outer[:count], np.arange(count))
    assert (outer[count:] == np.arange(count)).mean() > 0.9, "each lines the face above it"


def test_debris_is_told_of_all_faces_and_a_second_wall_is_none():
    ball = trimesh.creation.icosphere(subdivisions=2)
    kernel = trimesh.creation.icosphere(subdivisions=1, radius=0.2)
    shell = trimesh.util.concatenate([ball, inner_wall(ball, 0.02), kernel])
    found = analyse(*arrays(shell), engine="geometric")
    count = 2 * len(ball.faces)
    assert found.debris is not None
    assert found.debris.inside == 1
    assert (found.debris.piece[:count] == -1).all()
    assert (found.debris.piece[count:] == 0).all()


def test_a_tree_of_merges_falls_naturally_where_they_get_unlikely():
    ball = trimesh.creation.icosphere(subdivisions=2)
    cues = patches_of(ball, 4)
    assert cues.patches >= 3
    count = cues.patches - 1
    made = [(k + cues.patches - 1 if k else 0, k + 1) for k in range(count)]
    chance = np.linspace(0.9, 0.05, count).astype(np.float32)
    tree = _tree(cues, Merges(np.array(made, np.int32), chance, 0.5))
    assert tree.natural_parts == 1 + int((tree.height > 0.5).sum()) > 1
    assert (np.diff(tree.height) >= 0).all()
    sure = _tree(cues, Merges(np.array(made, np.int32), np.full(count, 0.99, np.float32), 0.5))
    assert sure.natural_parts == 1


def test_whole_islands_are_joined_at_a_chance_at_which_an_island_is_divided():
    ball = trimesh.creation.icosphere(subdivisions=2)
    cues = patches_of(trimesh.util.concatenate([ball, ball.copy().apply_translation([3, 0, 0])]), 8)
    order = np.argsort(cues.island, kind="stable").tolist()  # first one ball, then the other
    halves = [order[: order.index(next(k for k in order if cues.island[k]))], []]
    halves[1] = order[len(halves[0]) :]
    made, tops = [], []
    for half in halves:
        top = half[0]
        for patch in half[1:]:
            made.append((top, patch))
            top = cues.patches + len(made) - 1
        tops.append(top)
    made = np.array([*made, tops], np.int32)
    chance = np.append(np.full(len(made) - 1, 0.9), 0.4).astype(np.float32)
    assert _tree(cues, Merges(made, chance, 0.5)).natural_parts == 2
    assert _tree(cues, Merges(made, chance, 0.5, 0.35)).natural_parts == 1
    inside = np.append(np.full(len(made) - 1, 0.4), 0.4).astype(np.float32)
    assert _tree(cues, Merges(made, inside, 0.5, 0.35)).natural_parts > 2


RED, GREEN = np.array([200, 40, 30], np.uint8), np.array([40, 160, 60], np.uint8)


@pytest.fixture(scope="module")
def hand():
    """Vertices, faces and true labels (T, F) of a smooth hand."""
    with np.load(SMOOTH) as file:
        vertices, faces = file["hand/vertices"].astype(float), file["hand/faces"].astype(np.int64)
        return vertices, faces, file["hand/truths"]


def found_in(hand, colours):
    vertices, faces, truths = hand
    hints = None if colours is None else Hints(colours=colours)
    return rand_error(labels(analyse(vertices, faces, hints=hints)), truths)


def test_paint_that_follows_parts_does_no_harm(hand):
    part = hand[2][0]
    assert found_in(hand, np.where((part % 2 == 0)[:, None], RED, GREEN)) <= found_in(hand, None)


def test_a_stripe_alone_is_no_part(hand):
    middle = hand[0][hand[1]].mean(axis=1)
    low, high = np.quantile(middle[:, 1], [0.35, 0.5])
    stripe = (middle[:, 1] > low) & (middle[:, 1] < high)
    striped = np.where(stripe[:, None], RED, GREEN)
    assert found_in(hand, striped) < found_in(hand, None) + 0.02
    ball = np.where((np.abs(BALL.triangles_center[:, 2]) < 0.15)[:, None], RED, GREEN)
    assert analyse(*arrays(BALL), hints=Hints(colours=ball)).tree.natural_parts == 1


def test_colours_that_do_not_fit_are_refused():
    for colours in (np.zeros((3, 3), np.uint8), np.zeros((len(BALL.faces), 3))):
        with pytest.raises(BadInput, match="colours"):
            analyse(*arrays(BALL), hints=Hints(colours=colours))
