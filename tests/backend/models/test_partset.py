# SPDX-License-Identifier: GPL-3.0-or-later
"""The part generator's autoencoder: the same on NumPy and torch, latents where points are."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from backend.models.numpy_ops import NumpyOps
from backend.models.partset import OWN, PLACED, WHOLE, Answers, PartSet, PartSetConfig, shapes
from backend.training.torch_ops import TorchOps

TINY = PartSetConfig(
    cells=2, whole_cells=4, channels=4, width=12, heads=2, encoding=1, decoding=1, point_width=6,
    field_width=5, segmenting=1, segment_width=3, mask_width=4, prompting=1,
)  # fmt: skip


LOOKING = replace(TINY, looking=2, place_width=8)


def arrays_of(config):
    rng = np.random.default_rng(0)
    return {
        n: (rng.standard_normal(s) / (s[0] ** 0.5 if len(s) > 1 else 4)).astype(np.float32)
        for n, s in shapes(config).items()
    }


@pytest.fixture(scope="module", params=[TINY, LOOKING], ids=["places alone", "places looking"])
def net(request):
    return PartSet(request.param, arrays_of(request.param), NumpyOps())


@pytest.fixture(scope="module")
def looking():
    return PartSet(LOOKING, arrays_of(LOOKING), NumpyOps())


def points(batch=2, count=200, seed=1):
    rng = np.random.default_rng(seed)
    p = rng.uniform(-1, 1, (batch, count, 3)).astype(np.float32)
    n = rng.standard_normal((batch, count, 3)).astype(np.float32)
    return p, n / np.linalg.norm(n, axis=-1, keepdims=True)


def all_of(net, kind, like=lambda a: a):
    p, n = (like(a) for a in points())
    q = like(points(seed=2)[0])
    codes = like(np.random.default_rng(3).standard_normal((2, 200, 8)).astype(np.float32))
    z = net.encode(p, n, kind, codes)
    decoded = net.decode(z, kind)
    logit, at = net.anchors(decoded)
    prompted = like(np.array([[0, 3, 7], [1, 1, 2]]))
    segmented = net.segmented(decoded)
    alike = net.alike(segmented, q, n)
    answers = net.prompts(segmented, prompted, q[:, :3], alike[:, :3])
    masks = net.masked(answers, alike)
    return [z, net.field(net.nodes(decoded), decoded.side, q), logit, at, masks, answers.iou]


@pytest.mark.parametrize("kind", [OWN, PLACED, WHOLE])
def test_numpy_and_torch_say_the_same(net, kind):
    tensors = {n: torch.from_numpy(a) for n, a in net.arrays.items()}
    theirs = all_of(PartSet(net.config, tensors, TorchOps()), kind, torch.from_numpy)
    for mine, other in zip(all_of(net, kind), theirs, strict=True):
        assert mine.dtype == np.float32
        assert np.abs(mine - other.numpy()).max() < 1e-5


def test_shapes_of_what_comes_out(net):
    z, field, logit, at, masks, iou = all_of(net, WHOLE)
    assert z.shape == (2, 64, 4)
    assert field.shape == (2, 200)
    assert (logit.shape, at.shape) == ((2, 64), (2, 64, 3))
    assert (masks.shape, iou.shape) == ((2, 3, 3, 200), (2, 3, 3))


def test_the_order_of_points_does_not_count(net):
    p, n = points()
    order = np.random.default_rng(4).permutation(200)
    assert np.allclose(net.encode(p, n, OWN), net.encode(p[:, order], n[:, order], OWN), atol=1e-5)


def test_points_beyond_the_cube_count_for_the_next_cell(net):
    p, n = points()
    p[..., 0] = 1.4
    inside = p.copy()
    inside[..., 0] = 0.99
    first, second = (net.decode(net.encode(q, n, OWN), OWN) for q in (p, inside))
    assert first.tokens.shape == second.tokens.shape
    assert np.isfinite(first.tokens).all()


def test_the_field_has_no_steps_between_nodes(net):
    decoded = net.decode(net.encode(*points(), OWN), OWN)
    line = np.zeros((2, 2001, 3), np.float32)
    line[..., 1] = np.linspace(-1, 1, 2001)
    said = net.field(net.nodes(decoded), decoded.side, line)
    inner = said[:, 300:1700]
    assert np.abs(np.diff(inner)).max() < 0.2 * np.ptp(inner) + 1e-6


def test_a_mask_is_compared_with_its_own_prompt(net):
    decoded = net.decode(net.encode(*points(), WHOLE), WHOLE)
    segmented = net.segmented(decoded)
    places, normals = points(seed=5)
    index = np.array([[0, 9], [4, 5]])
    alike = net.alike(segmented, places, normals)
    answers = net.prompts(segmented, index, places[:, :2], alike[:, :2])
    both = net.masked(answers, alike)
    one = Answers(answers.channels[:, 1:], answers.iou[:, 1:])
    assert np.allclose(net.masked(one, alike)[:, 0], both[:, 1], atol=1e-6)


def test_places_are_the_likelier_of_one_part_the_more_alike_they_are(net):
    segmented = net.segmented(net.decode(net.encode(*points(), WHOLE), WHOLE))
    alike = net.alike(segmented, *points(count=20, seed=6))
    logit = net.paired(alike, alike[:, :7])
    assert logit.shape == (2, 20, 7)
    first = np.square(alike[0, 3] - alike[0, 5]).sum()
    assert np.isclose(logit[0, 3, 5], net.arrays["mask.pair.bias"] - first, atol=1e-4)
    assert (logit[:, :7].argmax(1) == np.arange(7)).all(), "each is likest to itself"


def test_places_that_look_at_each_other_tell_what_they_are_among_them(looking):
    segmented = looking.segmented(looking.decode(looking.encode(*points(), WHOLE), WHOLE))
    places, normals = points(count=30, seed=6)
    alike = looking.alike(segmented, places, normals)
    order = np.random.default_rng(7).permutation(30)
    again = looking.alike(segmented, places[:, order], normals[:, order])
    assert np.allclose(again, alike[:, order], atol=1e-4), "their order does not count"
    fewer = looking.alike(segmented, places[:, :20], normals[:, :20])
    assert not np.allclose(fewer, alike[:, :20], atol=1e-3)


def test_a_bulge_and_a_hollow_between_two_places_are_told_apart(looking):
    places = np.array([[[0.1, 0, 0], [-0.1, 0, 0]]], np.float32)
    outward = np.array([[[1, 0, 0], [-1, 0, 0]]], np.float32)
    bulge, hollow = looking._near(places, outward), looking._near(places, -outward)
    assert bulge[0, -1, 1] > 1
    assert hollow[0, -1, 1] < -1
    assert np.allclose(bulge[0, :-1], hollow[0, :-1])


def test_the_field_of_no_places_is_empty(net):
    decoded = net.decode(np.zeros((1, 8, 4), np.float32), OWN)
    field = net.field(net.nodes(decoded), decoded.side, np.empty((1, 0, 3), np.float32))
    assert field.shape == (1, 0)


def test_the_field_goes_on_to_the_edge_of_the_cube(net):
    """Shapes fill the cube to 0.95, and its outermost nodes lie inside of that."""
    decoded = net.decode(net.encode(*points(), OWN), OWN)
    line = np.zeros((2, 9, 3), np.float32)
    line[..., 2] = np.linspace(0.9, 1.0, 9)
    said = net.field(net.nodes(decoded), decoded.side, line)
    assert (np.abs(np.diff(said)) > 0).all()
