# SPDX-License-Identifier: GPL-3.0-or-later
"""What a network sees of a patch graph."""

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from backend.engines.patch_features import FAR, pair_maps
from backend.engines.patch_features import patch_features as features
from backend.geometry.patches import cues
from backend.geometry.patches.cues import PatchGraph
from backend.models.segmenter import PAIR_FEATURES, PATCH_FEATURES
from tests.backend.geometry.solids import patches_of

SPREAD = ((0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2))


@pytest.fixture(scope="module")
def graph():
    """A box beside a ball, of 60 patches."""
    box = trimesh.creation.box([1, 2, 3]).subdivide().subdivide().subdivide()
    ball = trimesh.creation.icosphere(subdivisions=3).apply_translation([3, 0, 0])
    return patches_of(trimesh.util.concatenate([box, ball]), 60)


def moved(graph, turn, shift):
    """The graph of the object moved by `turn` (3, 3), orthogonal, and `shift` (3,)."""
    moments = graph.moments.copy()
    area, centre = moments[:, [cues.AREA]], moments[:, cues.CENTRE]
    second = np.empty((len(moments), 3, 3))
    for k, (a, b) in enumerate(SPREAD):
        second[:, a, b] = second[:, b, a] = moments[:, cues.SPREAD][:, k]
    second = turn @ second @ turn.T
    first = centre @ turn.T
    cross = first[:, :, None] * shift
    second = second + cross + cross.swapaxes(1, 2) + area[:, :, None] * np.outer(shift, shift)
    moments[:, cues.CENTRE] = first + area * shift
    moments[:, cues.SPREAD] = np.stack([second[:, a, b] for a, b in SPREAD], axis=1)
    moments[:, cues.NORMAL] = moments[:, cues.NORMAL] @ turn.T
    return replace(
        graph,
        moments=moments,
        centre=graph.centre @ turn.T + shift,
        normal=graph.normal @ turn.T,
    )


def turns():
    turn = trimesh.transformations.rotation_matrix(1.0, [1, 2, 3])[:3, :3]
    return {"turned": turn, "moved": np.eye(3), "mirrored": np.diag([-1.0, 1, 1]) @ turn}


@pytest.mark.parametrize("how", ["turned", "moved", "mirrored"])
def test_nothing_changes_when_the_object_is_moved(graph, how):
    shift = np.zeros(3) if how == "turned" else np.array([0.3, -0.2, 0.1])
    other = moved(graph, turns()[how], shift)
    np.testing.assert_allclose(features(other), features(graph), atol=2e-3)
    # A patch is at no distance from itself, so what lies between is rounding.
    others = ~np.eye(graph.patches, dtype=bool)
    np.testing.assert_allclose(pair_maps(other)[:, others], pair_maps(graph)[:, others], atol=2e-3)


def test_each_name_has_its_numbers(graph):
    patch, pair = features(graph), pair_maps(graph)
    assert patch.shape == (graph.patches, len(PATCH_FEATURES))
    assert pair.shape == (len(PAIR_FEATURES), graph.patches, graph.patches)
    assert patch.dtype == pair.dtype == np.float32

    def column(name):
        return patch[:, PATCH_FEATURES.index(name)]

    def table(name):
        return pair[PAIR_FEATURES.index(name)]

    share = graph.moments[:, cues.AREA] / graph.moments[:, cues.AREA].sum()
    np.testing.assert_allclose(column("log area"), np.log(share + 1e-6), rtol=1e-5)
    np.testing.assert_allclose(column("log shape diameter"), np.log(graph.sdf + 1e-3), rtol=1e-4)
    assert (column("log widest extent") >= column("log middle extent")).all()
    assert (column("log middle extent") >= column("log narrow extent")).all()
    assert set(np.unique(table("neighbours"))) == {0, 1}
    assert table("neighbours").sum() == 2 * len(graph.pair)
    gap = np.linalg.norm(graph.centre[:, None] - graph.centre[None], axis=2)
    np.testing.assert_allclose(table("distance"), gap, atol=2e-3)
    assert (table("distance along the surface") >= np.minimum(gap, FAR) - 2e-3).all()
    assert (
        table("distance around concave borders") >= table("distance along the surface") - 1e-6
    ).all()
    same = graph.island[:, None] == graph.island[None, :]
    np.testing.assert_array_equal(table("same island"), same)
    np.testing.assert_allclose(table("mutual sight"), graph.visible, atol=1e-6)
    np.testing.assert_allclose(np.diagonal(table("overlap of sight")), 1, atol=1e-3)


def test_patches_of_a_pair_may_be_named_in_any_order(graph):
    pair = pair_maps(graph)
    np.testing.assert_allclose(pair, pair.swapaxes(1, 2), atol=1e-5)


def no_borders(patches):
    """A graph of patches of no size that touch nothing and see nothing."""
    return PatchGraph(
        moments=np.zeros((patches, cues.MOMENTS)),
        low=np.zeros((patches, len(cues.AXES))),
        high=np.zeros((patches, len(cues.AXES))),
        pair=np.zeros((0, 2), np.int64),
        border=np.zeros((0, cues.BORDERS)),
        sharpest=np.zeros(0),
        visible=np.zeros((patches, patches), np.float32),
        island=np.arange(patches),
        island_area=np.zeros(patches),
        centre=np.zeros((patches, 3)),
        normal=np.zeros((patches, 3)),
        sdf=np.zeros(patches),
    )


def flat(graph):
    """The graph with a patch of no area and borders of no length, all in one plane."""
    moments, border = graph.moments.copy(), graph.border.copy()
    moments[0] = 0
    border[:5] = 0
    squash = np.diag([1.0, 1.0, 0.0])
    return moved(replace(graph, moments=moments, border=border), squash, np.zeros(3))


@pytest.mark.parametrize("case", ["one patch", "apart", "flat"])
def test_numbers_stay_finite_on_degenerate_graphs(graph, case):
    found = {"one patch": no_borders(1), "apart": no_borders(3), "flat": flat(graph)}[case]
    assert np.isfinite(features(found)).all()
    pair = pair_maps(found)
    assert np.isfinite(pair).all()
    assert np.isfinite(pair.astype(np.float16)).all(), "samples are kept in half precision"
