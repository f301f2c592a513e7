# SPDX-License-Identifier: GPL-3.0-or-later
"""The learned engine: loading, trees, alternatives, masks, and weights that are damaged."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import trimesh
from safetensors.numpy import load_file, save_file

from backend.contract.errors import WeightsCorrupt, WeightsMissing
from backend.engines import learned
from backend.engines.learned import LearnedEvidence
from backend.evaluation.metrics import rand_error
from backend.geometry.patches.masks import SAME_MASK, overlaps
from backend.models.segmenter import SegmenterConfig, shapes
from backend.pipelines.segment import Hints, analyse, click, labels
from tests.backend.engines.shapes import smooth

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def hand():
    vertices, faces, _ = smooth("hand")
    return analyse(vertices, faces, engine="learned")


def test_the_bundled_network_is_of_the_size_that_was_promised():
    net = learned.bundled_segmenter()
    numbers = sum(array.size for array in net.arrays.values())
    assert 3e6 < numbers < 12e6
    assert learned.CHECKPOINT.stat().st_size < 25e6


def test_the_network_loads_without_torch():
    code = (
        "import sys; sys.modules['torch'] = None; from backend.engines import learned; "
        "learned.bundled_segmenter(); print('torch' in sys.modules and bool(sys.modules['torch']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_it_is_the_engine_that_runs_by_default(hand):
    vertices, faces, _ = smooth("hand")
    default = analyse(vertices, faces)
    assert (default.engine, default.notice) == ("learned", "")
    np.testing.assert_array_equal(labels(default), labels(hand))


def test_the_tree_joins_every_patch_once(hand):
    leaves = hand.grown_tree.leaf_count
    assert leaves > learned.PATCHES, "some were merged before the network looked"
    assert sorted(hand.grown_tree.children.ravel()) == list(range(2 * leaves - 2))
    made = leaves + np.arange(leaves - 1)
    assert (hand.grown_tree.children < made[:, None]).all()
    assert (np.diff(hand.grown_tree.height) >= 0).all()


def test_the_same_mesh_and_seed_give_the_same_parts(hand):
    again = analyse(*smooth("hand")[:2], engine="learned")
    np.testing.assert_array_equal(labels(again), labels(hand))


def test_alternatives_are_plausible_and_differ(hand):
    vertices, faces, truths = smooth("hand")
    found = [labels(hand)]
    found += [labels(analyse(vertices, faces, variant=k)) for k in (1, 2)]
    whole = rand_error(np.zeros(len(faces)), truths)
    for one in found:
        assert rand_error(one, truths) < 0.8 * whole
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert rand_error(found[a], found[b]) > 0.001


def test_masks_of_spread_clicks_differ_from_each_other(hand):
    masks, worth = hand.evidence.masks, hand.evidence.worth
    assert len(masks) == len(worth) > 3
    iou = overlaps(masks > 0.5, hand.evidence.coding.share)
    np.fill_diagonal(iou, 0)
    assert iou.max() < SAME_MASK
    assert ((worth > 0) & (worth < 1)).all()


def test_drawn_masks_hardly_overlap(hand):
    masks = learned.drawn_masks(hand.evidence, np.random.default_rng(0))
    assert isinstance(hand.evidence, LearnedEvidence)
    assert 1 <= len(masks) <= learned.MOST_ASSUMED
    assert masks.sum(axis=0).max() <= 1 + 1e-9


def test_assuming_a_mask_joins_its_inside_and_parts_it_from_the_rest():
    chance = np.full((4, 4), 0.5)
    got = learned.assuming(chance, np.array([[1.0, 1.0, 0.0, 0.0]]))
    assert got[0, 1] > 0.8
    assert got[1, 2] < 0.2
    assert got[2, 3] == pytest.approx(0.5)
    np.testing.assert_allclose(got, got.T)


def test_a_click_offers_several_masks_by_size(hand):
    vertices, faces, _ = smooth("hand")
    place = vertices[faces[0]].mean(axis=0)[None]
    best = click(hand, place, np.array([1]))
    assert best.choices > 1
    sizes = []
    for choice in range(best.choices):
        answer = click(hand, place, np.array([1]), choice)
        assert (answer.choice, answer.choices) == (choice, best.choices)
        sizes.append(hand.faces.area[answer.mask].sum())
    assert sizes[0] < sizes[-1]
    np.testing.assert_array_equal(click(hand, place, np.array([1]), best.choice).mask, best.mask)
    assert click(hand, place, np.array([1]), 99).choice == best.choices - 1


def test_a_mask_that_is_told_stays_where_no_click_is(hand):
    """An include click beside a mask: what is meant is more like the mask than without it."""
    grown, evidence = hand.grown_patch, hand.evidence
    tips = [int(grown[hand.seen.centroid[:, axis].argmax()]) for axis in range(2)]
    wanted, nothing = np.array(tips), np.zeros(0, np.int64)
    before = evidence.answer(wanted[:1], nothing).mean > 0.5
    fresh = evidence.answer(wanted, nothing).mean
    told = evidence.answer(wanted, nothing, before.astype(float)).mean
    assert np.abs(told - before).mean() < np.abs(fresh - before).mean()


def test_a_click_does_not_pass_a_marked_border():
    mesh = trimesh.creation.icosphere(subdivisions=4)
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    half = (mesh.triangles_center[:, 2] > 0).astype(np.int64)
    found = analyse(vertices, faces, engine="learned", hints=Hints(groups=half))
    answer = click(found, np.array([[0, 0, 1.0]]), np.array([1]))
    assert answer.mask.any()
    assert not answer.mask[half == 0].any()


def test_hints_part_what_the_network_would_leave_whole():
    mesh = trimesh.creation.icosphere(subdivisions=4)
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    half = (mesh.triangles_center[:, 2] > 0).astype(np.int64)
    found = labels(analyse(vertices, faces, hints=Hints(groups=half)), parts=2)
    assert rand_error(found, half) == 0


@pytest.mark.parametrize("count", [1, 2, 5])
def test_meshes_of_very_few_faces_are_no_trouble(count):
    vertices = np.random.default_rng(0).random((3 * count, 3))
    faces = np.arange(3 * count).reshape(-1, 3)
    found = analyse(vertices, faces, engine="learned")
    assert labels(found).max() < count
    assert click(found, vertices[:1], np.array([1])).mask[0]


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(WeightsMissing, match="learned engine are missing"):
        learned.read_segmenter(tmp_path / "none.safetensors")


def damaged(tmp_path, change):
    """The bundled checkpoint after a change of its arrays or its metadata."""
    arrays = load_file(learned.CHECKPOINT)
    about = {"config": json.dumps(dataclasses.asdict(SegmenterConfig()))}
    change(arrays, about)
    path = tmp_path / "changed.safetensors"
    save_file(arrays, path, about)
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda arrays, about: arrays.pop("lone.weight"),
        lambda arrays, about: arrays.update({"lone.bias": np.full(1, np.nan, np.float16)}),
        lambda arrays, about: arrays.update({"lone.bias": np.zeros(2, np.float16)}),
        lambda arrays, about: about.update(config="{}"),
        lambda arrays, about: about.update(config="no JSON"),
        lambda arrays, about: about.clear(),
    ],
)
def test_damaged_weights_are_told(tmp_path, change):
    with pytest.raises(WeightsCorrupt, match="learned engine"):
        learned.read_segmenter(damaged(tmp_path, change))


def test_a_file_that_is_no_checkpoint_is_told(tmp_path):
    path = tmp_path / "text.safetensors"
    path.write_text("hello")
    with pytest.raises(WeightsCorrupt, match="damaged"):
        learned.read_segmenter(path)


def test_the_bundled_network_has_every_array():
    net = learned.bundled_segmenter()
    assert {name: array.shape for name, array in net.arrays.items()} == shapes(net.config)
