# SPDX-License-Identifier: GPL-3.0-or-later
"""The segmenter, with random weights: what holds whatever it has learned."""

import numpy as np
import pytest

from backend.models.segmenter import Segmenter, SegmenterConfig, shapes
from tests.backend.models.networks import TINY, random_arrays, random_object, random_segmenter


def queries(patches, seed=0, sets=3, clicks=4):
    """Clicks, signs, a mask so far and whether it is known, for sets of clicks."""
    rng = np.random.default_rng(seed)
    signs = rng.choice(np.array([1, -1], np.float32), (sets, clicks))
    signs[:, 0] = 1
    return (
        rng.integers(0, patches, (sets, clicks)),
        signs,
        rng.random((sets, patches)).astype(np.float32),
        np.array([[1], [0], [1]], np.float32),
    )


def test_shapes_names_just_the_arrays_that_the_network_uses():
    used = set()

    class Watched(dict):
        def __getitem__(self, name):
            used.add(name)
            return super().__getitem__(name)

    net = random_segmenter()
    net.arrays = Watched(net.arrays)
    patch, pair, share = random_object()
    net.answer(net.encode(patch, pair, share), *queries(len(patch)))
    assert used == set(shapes(TINY))


def test_the_network_of_the_product_has_3_to_12_million_parameters():
    size = sum(np.prod(shape) for shape in shapes(SegmenterConfig()).values())
    assert 3e6 < size < 12e6


def test_affinities_are_symmetric_and_flows_are_means():
    net, (patch, pair, share) = random_segmenter(), random_object()
    coded = net.encode(patch, pair, share)
    assert coded.affinity.shape == (len(patch),) * 2
    np.testing.assert_allclose(coded.affinity, coded.affinity.T, atol=1e-4)
    np.testing.assert_allclose(coded.flow[0].sum(axis=-1), 1, atol=1e-3)


def test_patches_may_come_in_any_order():
    net, (patch, pair, share) = random_segmenter(), random_object()
    order = np.random.default_rng(1).permutation(len(patch))
    place = np.argsort(order)  # where each patch has gone
    coded = net.encode(patch, pair, share)
    other = net.encode(patch[order], pair[:, order][:, :, order], share[order])
    np.testing.assert_allclose(other.affinity, coded.affinity[order][:, order], atol=1e-4)
    clicks, signs, before, known = queries(len(patch))
    answer = net.answer(coded, clicks, signs, before, known)
    moved = net.answer(other, place[clicks], signs, before[:, order], known)
    np.testing.assert_allclose(moved.masks, answer.masks[:, :, order], atol=1e-4)
    np.testing.assert_allclose(moved.iou, answer.iou, atol=1e-4)


def test_clicks_without_a_sign_change_nothing():
    net, (patch, pair, share) = random_segmenter(), random_object()
    coded = net.encode(patch, pair, share)
    clicks, signs, before, known = queries(len(patch))
    answer = net.answer(coded, clicks, signs, before, known)
    more = np.concatenate([clicks, np.full((3, 5), 7)], axis=1)
    none = np.concatenate([signs, np.zeros((3, 5), np.float32)], axis=1)
    padded = net.answer(coded, more, none, before, known)
    np.testing.assert_array_equal(padded.masks, answer.masks)
    np.testing.assert_array_equal(padded.iou, answer.iou)


def test_sets_of_clicks_do_not_see_each_other_and_their_order_means_nothing():
    net, (patch, pair, share) = random_segmenter(), random_object()
    coded = net.encode(patch, pair, share)
    clicks, signs, before, known = queries(len(patch))
    answer = net.answer(coded, clicks, signs, before, known)
    alone = net.answer(coded, clicks[1:2, ::-1], signs[1:2, ::-1], before[1:2], known[1:2])
    np.testing.assert_allclose(alone.masks[0], answer.masks[1], atol=1e-4)


def test_every_click_and_the_mask_so_far_count():
    net, (patch, pair, share) = random_segmenter(), random_object()
    coded = net.encode(patch, pair, share)
    clicks, signs, before, known = queries(len(patch), clicks=2)
    answer = net.answer(coded, clicks, signs, before, known)
    for other in (
        net.answer(coded, (clicks + 1) % len(patch), signs, before, known),
        net.answer(coded, clicks, signs * np.array([1, -1], np.float32), before, known),
        net.answer(coded, clicks, signs, 1 - before, known),
        net.answer(coded, clicks, signs, before, 1 - known),
    ):
        assert (np.abs(other.masks - answer.masks).max(axis=(1, 2)) > 1e-4).all()


def test_clicks_that_only_exclude_are_answered_too():
    net = random_segmenter()
    patch, *rest = random_object()
    clicks, signs, before, known = queries(len(patch))
    answer = net.answer(net.encode(patch, *rest), clicks, -np.abs(signs), before, known)
    assert np.isfinite(answer.masks).all()
    assert np.isfinite(answer.iou).all()


@pytest.mark.parametrize("lead", [(), (2,)])
def test_numpy_and_torch_give_the_same_numbers(lead):
    torch = pytest.importorskip("torch", reason="torch is needed for training only")
    from backend.training.torch_ops import TorchOps

    arrays = random_arrays()
    net = random_segmenter()
    twin = Segmenter(TINY, {k: torch.from_numpy(a) for k, a in arrays.items()}, TorchOps())
    several = [random_object(seed=seed) for seed in range(2)]
    inputs = [np.stack(one) for one in zip(*several, strict=True)] if lead else several[0]
    coded = net.encode(*inputs)
    other = twin.encode(*(torch.from_numpy(one) for one in inputs))
    for name in ("tokens", "affinity", "draft", "flow", "clicked"):
        here, there = getattr(coded, name), getattr(other, name)
        np.testing.assert_allclose(there.numpy(), here, atol=1e-4)
    if not lead:
        asked = queries(len(inputs[0]))
        answer = net.answer(coded, *asked)
        twins = twin.answer(other, *(torch.from_numpy(one) for one in asked))
        np.testing.assert_allclose(twins.masks.numpy(), answer.masks, atol=1e-4)
        np.testing.assert_allclose(twins.iou.numpy(), answer.iou, atol=1e-4)


def test_objects_of_a_batch_do_not_see_each_other():
    net = random_segmenter()
    several = [random_object(seed=seed) for seed in range(3)]
    together = net.encode(*(np.stack(one) for one in zip(*several, strict=True)))
    for k, one in enumerate(several):
        np.testing.assert_allclose(together.affinity[k], net.encode(*one).affinity, atol=1e-4)
