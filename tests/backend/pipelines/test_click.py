# SPDX-License-Identifier: GPL-3.0-or-later
"""Clicks on an analysed mesh."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import trimesh

from backend.contract.errors import BadInput
from backend.contract.tree import MergeTree
from backend.engines.learned import Masks
from backend.geometry.patches.graphcut import BorderCutter
from backend.pipelines.click import MOST_TURNS, best_patches
from backend.pipelines.segment import analyse, click
from backend.shapes.blob import blob
from tests.bad_meshes import grid


@pytest.fixture(scope="module")
def row():
    """Three balls on thin bars, one surface by labels and three islands by topology."""
    balls = [
        trimesh.creation.icosphere(subdivisions=3).apply_translation([2.2 * k, 0, 0])
        for k in range(3)
    ]
    mesh = trimesh.util.concatenate(balls)
    ball = np.repeat(np.arange(3), len(balls[0].faces))
    return analyse(np.asarray(mesh.vertices), np.asarray(mesh.faces)), ball


@pytest.fixture(autouse=True)
def nothing_kept(row):
    row[0].answers.clear()
    yield
    row[0].answers.clear()


def faces_under(analysis, places):
    """Faces nearest to places, in the coordinates of the mesh."""
    return analysis.nearest((np.array(places, float) - analysis.centre) / analysis.scale)[0]


def middles(analysis):
    """Middle of each face in the coordinates of the mesh: (F, 3)."""
    return analysis.faces.centroid * analysis.scale + analysis.centre


@pytest.fixture
def told(row, monkeypatch):
    """Tells what network and tree answer to clicks, and asks for the patches that are meant then.

    ``told(network, tree)``: two functions of wanted and unwanted patches, both tuples, to patches.
    The borders of masks stay on those of patches. Returns a function of patches that are clicked,
    one of each, and signs, to the patches of the mask.
    """
    analysis, _ = row
    count = analysis.tree.leaf_count

    def mask(which, wanted, unwanted):
        found = which(tuple(wanted.tolist()), tuple(unwanted.tolist()))
        return np.isin(np.arange(count), found)

    def setup(network, tree):
        def answer(_, wanted, unwanted):
            chance = mask(network, wanted, unwanted).astype(float)
            return Masks(chance[None], np.ones(1), chance)

        monkeypatch.setattr(type(analysis.evidence), "answer", answer)
        monkeypatch.setattr(
            "backend.pipelines.click.best_patches",
            lambda _tree, _area, wanted, unwanted, _clicks: (mask(tree, wanted, unwanted), 1.0),
        )
        monkeypatch.setattr(BorderCutter, "refine_mask", lambda _, mask, *_held: mask)

        def meant(patches, signs=None):
            analysis.answers.clear()
            _, face = np.unique(analysis.grown_patch, return_index=True)
            points = middles(analysis)[face[list(patches)]]
            found = click(analysis, points, np.ones(len(points)) if signs is None else signs).mask
            return np.unique(analysis.grown_patch[found]).tolist()

        return meant

    return setup


def test_a_click_takes_the_ball_under_it(row):
    analysis, ball = row
    answer = click(analysis, [[2.2, 0, 1.0]], [1])
    assert answer.warning == ""
    assert 0 < answer.score <= 1
    np.testing.assert_array_equal(answer.mask, ball == 1)


def test_two_clicks_take_both_balls_and_an_exclude_keeps_the_third_out(row):
    analysis, ball = row
    answer = click(analysis, [[0, 0, 1], [4.4, 0, 1], [2.2, 0, 1]], [1, 1, 0])
    np.testing.assert_array_equal(answer.mask, ball != 1)


def test_where_the_tree_answers_whole_islands_the_network_is_not_heard(row, told):
    island = row[0].grown_island
    assert len(island) == row[0].tree.leaf_count
    everything = np.arange(len(island))
    one, two = np.flatnonzero(island == 0), np.flatnonzero(island < 2)

    def asked(tree):
        return told(lambda *_: everything, lambda *_: tree)(one[:1])

    assert asked(one) == one.tolist()
    assert asked(two) == two.tolist()
    assert asked(one[:-1]) == everything.tolist(), "a piece of an island"
    assert asked(two[:-1]) == everything.tolist(), "an island and a piece of another"
    less = told(lambda *_: one[:2], lambda *_: everything)(one[:1])
    assert less == one[:2].tolist(), "all is no choice"


def test_where_gaps_part_the_mesh_several_clicks_mean_what_the_tree_says(row, told):
    everything = np.arange(row[0].tree.leaf_count)
    pair = np.flatnonzero(row[0].grown_island == 0)[:2]
    asked = told(lambda *_: everything, lambda *_: pair)
    assert asked(pair) == pair.tolist()
    assert asked(pair[:1]) == everything.tolist(), "one click asks the network too"


def test_include_and_exclude_on_one_ball_divide_it(row):
    analysis, ball = row
    answer = click(analysis, [[0, 0, 1], [0, 0, -1]], [1, 0])
    up = analysis.faces.centroid[:, 2] > 0
    inside = ball == 0
    assert answer.mask[inside & up].mean() > answer.mask[inside & ~up].mean()
    assert not answer.mask[ball != 0].any()


def test_exclude_clicks_only_take_away_and_includes_outside_only_add():
    """On a smooth body, where a click elsewhere could speak for another part."""
    vertices, faces = blob(6000)
    analysis = analyse(vertices, faces)
    middle = vertices[faces].mean(axis=1)
    rng = np.random.default_rng(2)
    for _ in range(12):
        include, exclude = middle[rng.integers(len(faces), size=2)]  # or another include
        before = click(analysis, include[None], [1]).mask
        both = np.stack([include, exclude])
        # Both borders are straightened on their own.
        assert (click(analysis, both, [1, 0]).mask & ~before).mean() < 0.02
        outside = faces_under(analysis, exclude[None])[0]
        if not before[outside]:
            assert (before & ~click(analysis, both, [1, 1]).mask).mean() < 0.02


def test_an_exclude_takes_with_it_what_network_and_tree_hold_nearer_to_it(row, told, monkeypatch):
    analysis, _ = row
    faces = faces_under(analysis, [[0, 0, 1], [2.2, 0, 1], [2.2, 0, -1], [4.4, 0, 1]])
    here, excluded, beside, third = analysis.grown_patch[faces].tolist()
    assert beside != excluded, "another patch of the ball that is excluded"
    everything = np.arange(analysis.tree.leaf_count)
    asked = told(lambda *_: everything, lambda *_: everything)
    without = asked([here, excluded], [1, 0])
    assert beside not in without
    assert excluded not in without
    assert third in without, "that is no nearer"
    assert beside in asked([here]), "nothing is excluded"
    monkeypatch.setattr(MergeTree, "join_first", lambda *_: np.zeros(len(everything), bool))
    assert beside in asked([here, excluded], [1, 0]), "the tree does not agree"


def test_clicks_are_corrections_of_those_before_them(told, monkeypatch):
    """Network and tree agree on what is told here; they are asked for one click after another."""
    says = {
        ((0,), ()): [0, 1, 2, 3],
        ((0, 1), ()): [0, 1],  # inside: it may mean less
        ((0, 5), ()): [5, 6],  # outside: it only adds
        ((0,), (1,)): [0, 2, 7],  # an exclude: it only takes away
        ((0,), (1, 8)): [0, 2, 3],  # nor does another bring back what one took
        ((0, 5), (1,)): [5, 1],
    }
    monkeypatch.setattr(
        MergeTree, "join_first", lambda tree, *_: np.zeros(tree.leaf_count, bool)
    )  # or an exclude takes more with it

    def both(wanted, unwanted):
        return says[tuple(sorted(set(wanted))), tuple(sorted(set(unwanted)))]

    asked = told(both, both)
    assert asked([0]) == [0, 1, 2, 3]
    assert asked([0, 1]) == [0, 1]
    assert asked([0, 5]) == [0, 1, 2, 3, 5, 6]
    assert asked([0, 1], [1, 0]) == [0, 2]
    assert asked([0, 1, 8], [1, 0, 0]) == [0, 2]
    assert asked([0, 1, 5], [1, 0, 1]) == [0, 2, 5]
    assert asked([1, 0], [0, 1]) == [0, 2], "an exclude first has nothing to correct"


def test_very_many_clicks_are_answered_at_once(row, told):
    asked = []

    def network(*clicks):
        asked.append(clicks)
        return [0]

    meant = told(network, lambda *_: [0])
    assert meant([0] * (MOST_TURNS + 1)) == [0]
    assert len(asked) == 1
    assert meant([0] * MOST_TURNS) == [0]
    assert len(asked) == 1 + MOST_TURNS


def test_answers_are_kept_for_the_next_click_but_not_for_ever(row, monkeypatch):
    analysis, _ = row
    places = [[0, 0, 1], [2.2, 0, 1]]
    click(analysis, places[:1], [1])
    first = dict(analysis.answers)
    assert len(first) == 1
    before = click(analysis, places, [1, 1]).mask
    assert len(analysis.answers) == 2
    key = next(iter(first))
    assert analysis.answers[key] is first[key], "not asked again"
    monkeypatch.setattr("backend.pipelines.click.MOST_KEPT", 1)
    np.testing.assert_array_equal(click(analysis, places, [1, 1]).mask, before)
    click(analysis, [[4.4, 0, 1]], [1])
    assert len(analysis.answers) == 1


def test_the_clicked_faces_are_always_on_their_side(row):
    analysis, _ = row
    rng = np.random.default_rng(0)
    middle = middles(analysis)
    for _ in range(10):
        faces = rng.choice(len(middle), 4, replace=False)
        signs = np.array([1, 1, 0, 0])
        answer = click(analysis, middle[faces], signs)
        np.testing.assert_array_equal(answer.mask[faces], signs == 1)


def test_a_click_on_a_large_face_beside_many_small_ones_means_the_large_one():
    """A floor of squares under a finely divided ball that all but touches it."""
    ball = trimesh.creation.icosphere(subdivisions=3, radius=0.1).apply_translation([0, 0, 0.102])
    vertices, faces = grid(40, 40)
    floor = trimesh.Trimesh(vertices * [0.1, 0.1, 0] - [2, 2, 0], faces, process=False)
    mesh = trimesh.util.concatenate([ball, floor])
    analysis = analyse(np.asarray(mesh.vertices), np.asarray(mesh.faces), engine="geometric")
    small = np.arange(len(mesh.faces)) < len(ball.faces)
    for place in ([0.01, 0.02, 0], [-0.01, 0.02, 0], [0.03, -0.02, 0]):
        answer = click(analysis, [place], [1])
        assert answer.warning == ""
        assert answer.mask[~small].any(), place
        assert not answer.mask[small].any(), place


def test_the_first_click_loads_nothing_more():
    """Of a fresh process: a person waits for it."""
    code = (
        "import sys; import numpy as np; from backend.shapes.blob import blob; "
        "from backend.pipelines.segment import analyse, click; "
        "vertices, faces = blob(3000); found = analyse(vertices, faces); before = set(sys.modules);"
        "click(found, vertices[:1], np.ones(1)); print(*sorted(set(sys.modules) - before))"
    )
    root = Path(__file__).resolve().parents[3]
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == []


def test_a_click_far_from_the_surface_gives_an_empty_mask_and_a_warning(row):
    answer = click(row[0], [[0, 0, 5.0]], [1])
    assert not answer.mask.any()
    assert answer.score == 0
    assert "farther" in answer.warning


@pytest.mark.parametrize(
    ("points", "signs", "sentence"),
    [
        ([[0, 0, 1]], [1, 0], "label each"),
        ([[0, 0]], [1], "points in space"),
        ([[0, 0, 1]], [0], "includes anything"),
        ([[0, np.nan, 1]], [1], "not a number"),
        ([[0, 0, "x"]], [1], "not a number"),
        ([[0, 0, 1], [0, 0]], [1, 1], "not a number"),
        ([[0, 0, 1]], [2], "neither includes nor excludes"),
        ([[0, 0, 1], [0, 0, 1]], [1, -1], "neither includes nor excludes"),
        (np.zeros((0, 3)), [], "includes anything"),
    ],
)
def test_clicks_that_do_not_fit_are_refused(row, points, signs, sentence):
    with pytest.raises(BadInput, match=sentence):
        click(row[0], points, signs)


def test_many_clicks_close_together_mean_a_small_part_and_spread_clicks_a_large_one(row):
    analysis, _ = row
    rng = np.random.default_rng(1)
    near = rng.normal(size=(12, 3)) * 0.05 + [0, 0, 1]
    spread = rng.normal(size=(12, 3))
    spread /= np.linalg.norm(spread, axis=1, keepdims=True)
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    ones = np.ones(12)
    assert click(analysis, near, ones).mask.sum() <= click(analysis, spread, ones).mask.sum()


def test_an_exclude_beside_the_include_takes_its_own_piece_only():
    # Patches 0..5 are one part; 5 was merged with the clicked 0 first of all, wrongly.
    children = np.array([[0, 5], [1, 2], [3, 4], [7, 8], [10, 9], [11, 6]], np.int32)
    height = np.array([0.02, 0.03, 0.04, 0.06, 0.08, 0.95], np.float32)
    tree = MergeTree(children, height)
    area = np.ones(7)
    none = np.zeros(0, np.int64)
    alone, _ = best_patches(tree, area, np.array([0]), none, 1)
    assert alone.tolist() == [True] * 6 + [False]
    without, _ = best_patches(tree, area, np.array([0]), np.array([5]), 1)
    assert without.tolist() == [True] * 5 + [False, False]


def test_an_exclude_takes_out_the_part_it_lies_in():
    # Two parts of three patches each, 0..2 and 3..5, that are likely one: an exclude parts them.
    children = np.array([[0, 1], [6, 2], [3, 4], [8, 5], [7, 9]], np.int32)
    tree = MergeTree(children, np.array([0.02, 0.03, 0.04, 0.05, 0.45], np.float32))
    without, _ = best_patches(tree, np.ones(6), np.array([0]), np.array([4]), 1)
    assert without.tolist() == [True] * 3 + [False] * 3
