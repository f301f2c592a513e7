# SPDX-License-Identifier: GPL-3.0-or-later
"""Cuts of an analysis: counts, granularity, borders, refusals."""

from pathlib import Path

import numpy as np
import pytest
import trimesh

from backend.contract.errors import BadInput, Cancelled
from backend.contract.progress import Progress
from backend.evaluation.metrics import rand_error
from backend.geometry.graphs import components
from backend.pipelines.segment import Hints, analyse, labels


def arrays(mesh):
    return np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)


@pytest.fixture(scope="module")
def torus():
    return analyse(*arrays(trimesh.creation.torus(1.0, 0.3, 48, 24)))


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


@pytest.mark.parametrize("power", [40, -40])
def test_size_does_not_matter(torus, power):
    vertices, faces = arrays(trimesh.creation.torus(1.0, 0.3, 48, 24))
    scaled = analyse(vertices * 2.0**power, faces)  # a power of two leaves every digit as it is
    np.testing.assert_array_equal(labels(scaled, parts=5), labels(torus, parts=5))


def test_far_from_the_origin_there_are_still_parts():
    vertices, faces = arrays(trimesh.creation.torus(1.0, 0.3, 48, 24))
    assert labels(analyse(vertices * 1e12 + 3e13, faces), parts=5).max() == 4


def test_same_seed_same_labels_other_seed_other_patches():
    mesh = arrays(trimesh.creation.annulus(0.4, 1.0, 0.5))
    one, two = analyse(*mesh, seed=3), analyse(*mesh, seed=3)
    np.testing.assert_array_equal(one.tree.children, two.tree.children)
    np.testing.assert_array_equal(labels(one), labels(two))


@pytest.mark.parametrize("parts", [2, 5, 8, 16, 32])
def test_parts_of_a_closed_surface_are_connected(torus, parts):
    found = labels(torus, parts=parts)
    graph = torus.faces
    inside = found[graph.first] == found[graph.second]
    pieces = components(len(found), graph.first[inside], graph.second[inside])
    assert pieces.max() + 1 == parts


def test_progress_never_turns_back_and_has_many_stages():
    seen = []
    mesh = arrays(trimesh.creation.icosphere(subdivisions=4))
    analyse(*mesh, progress=Progress(lambda stage, done, total: seen.append((stage, done / total))))
    assert len({stage for stage, _ in seen}) >= 4
    shares = [share for _, share in seen]
    assert shares == sorted(shares)
    assert max(shares) <= 1


def test_a_cancel_at_any_report_stops_the_work():
    mesh = arrays(trimesh.creation.icosphere(subdivisions=3))
    count = 0

    def counting(stage, done, total):
        nonlocal count
        count += 1

    analyse(*mesh, progress=Progress(counting))
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
