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
from backend.pipelines.click import MOST_TURNS
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
    forget(row[0])
    yield
    forget(row[0])


def forget(analysis):
    analysis.answers.clear()
    analysis.turns.clear()


def faces_under(analysis, places):
    """Faces nearest to places, in the coordinates of the mesh."""
    return analysis.nearest((np.array(places, float) - analysis.centre) / analysis.scale)[0]


def middles(analysis):
    """Middle of each face in the coordinates of the mesh: (F, 3)."""
    return analysis.faces.centroid * analysis.scale + analysis.centre


@pytest.fixture
def told(row, monkeypatch):
    """Tells what network and tree answer to clicks, and asks for the patches that are meant then.

    ``told(network, tree, worth)``: two functions of wanted and unwanted patches, both tuples, to
    patches, or to the chance of each, and the IoU that the network expects of its masks.
    The borders of masks stay on those of patches. Returns a function of patches that are clicked,
    one of each, and signs, to the patches of the mask.
    """
    analysis, _ = row
    count = analysis.grown_tree.leaf_count

    def mask(which, wanted, unwanted):
        found = which(tuple(wanted.tolist()), tuple(unwanted.tolist()))
        if isinstance(found, np.ndarray) and found.dtype == float:
            return found
        return np.isin(np.arange(count), found)

    def setup(network, tree, worth=1.0):
        def answer(_, wanted, unwanted, before=None):
            chance = mask(network, wanted, unwanted).astype(float)
            return Masks(chance[None], np.full(1, worth), chance)

        monkeypatch.setattr(type(analysis.evidence), "answer", answer)
        monkeypatch.setattr(
            "backend.pipelines.click.best_patches",
            lambda _tree, _area, wanted, unwanted, _clicks: (mask(tree, wanted, unwanted), 1.0),
        )
        monkeypatch.setattr(BorderCutter, "refine_mask", lambda _, mask, *_held, near=None: mask)

        def meant(patches, signs=None):
            forget(analysis)
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
    assert len(island) == row[0].grown_tree.leaf_count
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
    everything = np.arange(row[0].grown_tree.leaf_count)
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


def test_what_network_and_tree_hold_nearer_to_an_include_is_not_excluded(row, told, monkeypatch):
    """They say that nothing but the include is meant, so all else might go."""
    analysis, ball = row
    count = analysis.grown_tree.leaf_count
    told(lambda wanted, unwanted: wanted if unwanted else range(count), lambda wanted, _: wanted)
    places = [[0, 0, 1], [4.4, 0, 1]]
    assert click(analysis, places[:1], [1]).mask.all()
    assert click(analysis, places, [1, 0]).mask[ball == 0].all()
    forget(analysis)
    everywhere = np.ones(count, bool)
    monkeypatch.setattr(MergeTree, "join_first", lambda *_: everywhere)
    left = click(analysis, places, [1, 0]).mask[ball == 0]
    assert 0 < left.mean() < 0.5, "the tree does not agree"


def test_an_include_inside_may_mean_less_and_others_correct_the_mask_before_them(told):
    says = {
        ((0,), ()): [0, 1, 2, 3],
        ((0, 1), ()): [0, 1],
        ((0, 5), ()): [5, 6],
        ((0,), (1,)): [0, 2, 7],
    }

    def both(wanted, unwanted):
        return says[tuple(sorted(set(wanted))), tuple(sorted(set(unwanted)))]

    asked = told(both, both)
    assert asked([0]) == [0, 1, 2, 3]
    assert asked([0, 1]) == [0, 1], "inside: it may mean less"
    added = set(asked([0, 5]))
    assert {0, 1, 2, 3, 5} <= added <= {0, 1, 2, 3, 5, 6}, "outside: it only adds"
    left = set(asked([0, 1], [1, 0]))
    assert {0, 2} <= left <= {0, 2, 3}, "an exclude only takes away"
    assert asked([1, 0], [0, 1]) == [0, 2], "an exclude first has nothing to correct"


@pytest.mark.parametrize("worth", [0.5, 1.0])
def test_an_exclude_takes_away_what_is_near_it_whatever_the_network_says(row, told, worth):
    """The network takes the exclude for a hint that next to nothing is meant."""
    analysis, ball = row
    everything = np.arange(analysis.grown_tree.leaf_count)

    def network(wanted, unwanted):
        return everything if not unwanted else list(set(wanted))

    told(network, network, worth)
    places = [[0, 0, 1], [4.4, 0, 1]]
    assert click(analysis, places[:1], [1]).mask.all()
    mask = click(analysis, places, [1, 0]).mask
    assert mask[ball == 0].all()
    assert not mask[faces_under(analysis, places[1:])].any()
    assert mask[ball == 2].mean() < 0.9, "more than the clicked patch"


def test_a_correction_is_asked_for_with_the_mask_before_it(row, monkeypatch):
    analysis, ball = row
    asked, answer = [], type(analysis.evidence).answer

    def noted(self, wanted, unwanted, before=None):
        asked.append(before)
        return answer(self, wanted, unwanted, before)

    monkeypatch.setattr(type(analysis.evidence), "answer", noted)
    monkeypatch.setattr("backend.pipelines.click.BELIEVED", 1.0)
    click(analysis, [[0, 0, 1], [4.4, 0, 1], [2.2, 0, 1]], [1, 0, 1])
    told = [before for before in asked if before is not None]
    assert len(told) == 1
    np.testing.assert_allclose(told[0], np.bincount(analysis.grown_patch, ball == 0) > 0)


def test_the_same_error_clicked_again_is_doubted_more(row, told):
    """What the network and the tree say of the last click is the same both times."""
    analysis, _ = row
    everything = np.arange(analysis.grown_tree.leaf_count)
    doubtful = np.full(len(everything), 0.88)

    def network(wanted, unwanted):
        return doubtful if len(wanted) + len(unwanted) == 4 else np.ones(len(everything))

    def taken(places, signs):
        forget(analysis)
        told(network, lambda wanted, _: wanted, worth=0.5)
        before = click(analysis, places[:3], signs[:3]).mask
        after = click(analysis, places, signs).mask
        assert not (after & ~before).any()
        return np.unique(analysis.grown_patch[before & ~after])

    first, last, others = [0, 0, 1], [4.4, 0, 1], [[4.4, 1, 0], [4.4, -1, 0]]
    assert len(taken([first, *others, last], [1, 0, 0, 0])) > 1
    assert len(taken([first, others[0], [2.2, 0, 1], last], [1, 0, 1, 0])) == 1


def test_a_click_that_is_right_already_changes_nothing_once_there_are_corrections(row, told):
    analysis, ball = row
    everything = np.arange(analysis.grown_tree.leaf_count)
    told(lambda wanted, _: everything if len(wanted) < 2 else [], lambda *_: everything)
    places = [[0, 0, 1], [4.4, 0, 1], [2.2, 0, 1], [4.4, 0, 1]]
    before = click(analysis, places[:2], [1, 0]).mask
    assert before[ball == 1].all()
    np.testing.assert_array_equal(click(analysis, places[:3], [1, 0, 1]).mask, before)
    np.testing.assert_array_equal(click(analysis, places, [1, 0, 1, 0]).mask, before)


def test_an_exclude_in_a_patch_that_is_included_divides_it_by_nearness(row, told):
    analysis, _ = row
    everything = np.arange(analysis.grown_tree.leaf_count)
    told(lambda *_: everything, lambda *_: everything)
    inside = np.flatnonzero(analysis.grown_patch == np.bincount(analysis.grown_patch).argmax())
    middle = analysis.faces.centroid[inside]
    gap = np.linalg.norm(middle[:, None] - middle, axis=2)
    one, two = np.unravel_index(gap.argmax(), gap.shape)
    mask = click(analysis, middles(analysis)[inside[[one, two]]], [1, 0]).mask
    np.testing.assert_array_equal(mask[inside], gap[one] <= gap[two])
    assert (~mask[inside]).sum() > 1


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
