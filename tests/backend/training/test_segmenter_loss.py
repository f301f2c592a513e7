# SPDX-License-Identifier: GPL-3.0-or-later
"""What the segmenter learns from."""

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is needed for training only")

from backend.models.segmenter import Answer, Encoding, Segmenter  # noqa: E402
from backend.training import segmenter_loss  # noqa: E402
from backend.training.segmenter_clicks import Queries, corrected  # noqa: E402
from backend.training.segmenter_loss import (  # noqa: E402
    agreement,
    loss_of,
    mask_loss,
    pair_loss,
    pair_weight,
    stacked,
)
from backend.training.segmenter_run import Recipe, learnable  # noqa: E402
from backend.training.torch_ops import TorchOps  # noqa: E402
from tests.backend.models.networks import TINY, random_arrays  # noqa: E402
from tests.backend.training.samples import chain  # noqa: E402

CPU = torch.device("cpu")


def net():
    arrays = {name: torch.from_numpy(a) for name, a in random_arrays().items()}
    for a in learnable(arrays).values():
        a.requires_grad_(True)
    return Segmenter(TINY, arrays, TorchOps())


def test_agreement_is_the_chance_over_all_opinions():
    one = chain(parts=3)
    label = one.opinions[0].argmax(axis=1)
    same = label[:, None] == label[None, :]
    both = (label[:, None] < 2) & (label[None, :] < 2)  # the second opinion joins two parts
    np.testing.assert_allclose(agreement(one), 0.75 * same + 0.25 * (same | both))


def test_pairs_weigh_about_one_in_all_and_neighbours_more():
    one = chain()
    weight = pair_weight(one)
    np.testing.assert_allclose(weight, weight.T, rtol=1e-5)
    assert (weight > 0).all()
    assert weight.sum() == pytest.approx(1.3, rel=1e-4)
    i, j = one.borders.T
    assert weight[i, j].min() > np.median(weight)
    assert pair_weight(replace(one, borders=one.borders[:0])).sum() == pytest.approx(1, rel=1e-4)


def test_pairs_cost_nothing_when_all_is_known():
    batch = stacked(
        [replace(chain(k), opinions=chain(k).opinions[:1], weights=[1.0]) for k in range(2)]
    ).to(CPU)
    right = 20 * (2 * batch.agreement - 1)
    assert float(pair_loss(right, batch)) == pytest.approx(0, abs=1e-6)
    nothing = float(pair_loss(0 * right, batch))
    assert nothing == pytest.approx(1.3 * np.log(2), rel=1e-3)
    assert float(pair_loss(-right, batch)) > nothing


class Answering:
    """A network that answers with given masks."""

    def __init__(self, masks, iou):
        self.masks, self.iou = masks, iou

    def answer(self, *_):
        return Answer(self.masks, self.iou)


def test_only_the_best_mask_of_a_query_counts_and_its_iou_is_learned():
    share = torch.tensor([0.5, 0.25, 0.25])
    truth = np.array([[1, 0, 0]], np.float32)
    right, wrong = torch.tensor([9.0, -9, -9]), torch.tensor([-9.0, 9, 9])
    masks = torch.stack([wrong, right])[None]  # (1, 2, 3)
    none = torch.zeros((3, 1))
    coded = Encoding(none, none, none, share, none, none)
    queries = Queries(np.zeros((1, 1), np.int64), *([np.zeros((1, 1), np.float32)] * 3), truth)
    knowing = Answering(masks, torch.tensor([[-9.0, 9.0]]))
    loss, iou, best = mask_loss(knowing, coded, queries)
    assert float(loss) < 0.4, "a wrong mask beside the right one costs little"
    assert float(iou) == pytest.approx(0, abs=1e-3)
    np.testing.assert_allclose(best.numpy(), right.sigmoid()[None].numpy())
    alone = mask_loss(Answering(masks[:, :1], torch.tensor([[9.0]])), coded, queries)
    assert float(alone[0]) > 5
    assert float(alone[1]) > 5, "sure of a mask that is wrong"


def test_every_array_learns_from_a_batch():
    network, batch = net(), stacked([chain(k) for k in range(2)]).to(CPU)
    losses = loss_of(network, batch, Recipe(clicks=6), np.random.default_rng(0))
    assert set(losses) == {"pairs", "masks", "iou"}
    sum(losses.values()).backward()
    for name, a in learnable(network.arrays).items():
        assert a.grad is not None, name
        assert torch.isfinite(a.grad).all(), name
        assert a.grad.abs().max() > 0, name


def test_answers_are_corrected_as_often_as_the_recipe_says(monkeypatch):
    asked = []

    def counted(one, queries, chance, rng):
        asked.append(queries.clicks.shape[1])
        return corrected(one, queries, chance, rng)

    monkeypatch.setattr(segmenter_loss, "corrected", counted)
    batch = stacked([chain(0)]).to(CPU)
    loss_of(net(), batch, Recipe(corrections=3), np.random.default_rng(0))
    assert len(asked) == 3
    assert asked[0] < asked[1] < asked[2], "each with the clicks of the one before"
    loss_of(net(), batch, Recipe(corrections=0), np.random.default_rng(0))
    assert len(asked) == 3


def test_the_same_seed_gives_the_same_loss():
    network, batch = net(), stacked([chain(0)]).to(CPU)
    first, again, other = (
        float(loss_of(network, batch, Recipe(), np.random.default_rng(seed))["pairs"].detach())
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other, "patch features are noisy"


def test_half_precision_loses_little():
    network, batch = net(), stacked([chain(k) for k in range(2)]).to(CPU)
    plain = loss_of(network, batch, Recipe(), np.random.default_rng(0))
    with torch.autocast("cpu", torch.bfloat16):
        half = loss_of(network, batch, Recipe(), np.random.default_rng(0))
    for name, loss in plain.items():
        torch.testing.assert_close(half[name], loss, rtol=0.05, atol=0.01)
    sum(half.values()).backward()
    assert all(torch.isfinite(a.grad).all() for a in learnable(network.arrays).values())
