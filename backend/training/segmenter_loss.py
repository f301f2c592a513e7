# SPDX-License-Identifier: GPL-3.0-or-later
"""What the segmenter is asked for: who shares a part with whom, and the masks of clicks.

The masks of each set of clicks are judged as in Segment Anything (Kirillov et al. 2023): only the
best of them learns, and the network says how good it expects each to be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ..contract.arrays import Singles
from ..models.segmenter import Encoding, Segmenter
from .segmenter_clicks import Queries, corrected, first_clicks
from .segmenter_data import Sample
from .segmenter_run import Recipe

DRAFT = 0.4  # what the draft of the affinity counts beside the affinity


@dataclass(frozen=True)
class Batch:
    """B samples of equally many patches.

    Parameters
    ----------
    samples : B of them. patch : (B, P, FEATURES). pair : (B, MAPS, P, P). share : (B, P).
    agreement, weight : (B, P, P) as the functions of these names say.
    """

    samples: list[Sample]
    patch: Tensor
    pair: Tensor
    share: Tensor
    agreement: Tensor
    weight: Tensor

    def to(self, device: torch.device) -> Batch:
        """The same in single precision on a device."""
        names = ("patch", "pair", "share", "agreement", "weight")
        return replace(self, **{k: getattr(self, k).to(device, torch.float32) for k in names})


def agreement(one: Sample) -> Singles:
    """Chance that random faces of two patches share a part, over the opinions: (P, P)."""
    found = np.zeros((len(one.patch),) * 2, np.float32)
    for parts, weight in zip(one.opinions, one.weights, strict=True):
        found += weight * (parts @ parts.T)
    return np.clip(found, 0, 1)


def pair_weight(one: Sample) -> Singles:
    """How much each pair of patches counts: by their size, more evenly, and neighbours more."""
    faces = one.faces / one.faces.sum()
    area = one.share / one.share.sum()
    size = 0.5 * (faces + area)
    even = np.sqrt(size)
    even /= even.sum()
    found = 0.5 * size[:, None] * size[None, :] + 0.5 * even[:, None] * even[None, :]
    if len(one.borders):
        i, j = one.borders.T
        found[i, j] += 0.15 / len(i)
        found[j, i] += 0.15 / len(i)
    return found.astype(np.float32)


def stacked(samples: list[Sample]) -> Batch:
    """Samples of equally many patches as one batch, in the precision of their files."""

    def stack(arrays: list[Singles]) -> Tensor:
        return torch.from_numpy(np.stack(arrays))

    return Batch(
        samples=samples,
        patch=stack([one.patch for one in samples]),
        pair=torch.from_numpy(np.stack([one.pair for one in samples])),
        share=stack([one.share for one in samples]),
        agreement=stack([agreement(one) for one in samples]),
        weight=stack([pair_weight(one) for one in samples]),
    )


def loss_of(
    net: Segmenter, batch: Batch, recipe: Recipe, rng: np.random.Generator
) -> dict[str, Tensor]:
    """Losses of a batch, each the mean over its samples: of the pairs, of the masks, of the IoU."""
    noise = torch.from_numpy(rng.standard_normal(batch.patch.shape, np.float32))
    noise = noise.to(batch.patch.device) * (net.arrays["patch.deviation"] * recipe.noise)
    coded = net.encode(batch.patch + noise, batch.pair, batch.share)
    pairs = pair_loss(coded.affinity, batch) + DRAFT * pair_loss(coded.draft, batch)
    masks, ious = [], []
    for k, one in enumerate(batch.samples):
        queries = first_clicks(one, recipe.clicks, rng)
        own = Encoding(
            tokens=coded.tokens[k],
            affinity=coded.affinity[k],
            draft=coded.draft[k],
            share=coded.share[k],
            flow=coded.flow[k].detach(),
            clicked=coded.clicked[k].detach(),
        )
        answers = [mask_loss(net, own, queries)]
        for _ in range(recipe.corrections):
            queries = corrected(one, queries, answers[-1][2].cpu().numpy(), rng)
            answers.append(mask_loss(net, own, queries))
        masks += [loss for loss, _, _ in answers]
        ious += [iou for _, iou, _ in answers]
    return {
        "pairs": pairs,
        "masks": torch.stack(masks).mean(),
        "iou": torch.stack(ious).mean(),
    }


def pair_loss(logits: Tensor, batch: Batch) -> Tensor:
    """Cross-entropy of (B, P, P) logits that two patches share a part, by the weight of pairs."""
    entropy = functional.binary_cross_entropy_with_logits(
        logits.float(), batch.agreement, reduction="none"
    )
    return (entropy * batch.weight).sum() / len(batch.samples)


def mask_loss(net: Segmenter, coded: Encoding, queries: Queries) -> tuple[Tensor, Tensor, Tensor]:
    """Loss of the best mask of each query, of the expected IoU, and the chosen masks (Q, P)."""
    device = coded.tokens.device

    def tensor(array: NDArray) -> Tensor:
        return torch.from_numpy(array).to(device)

    answer = net.answer(
        coded,
        tensor(queries.clicks),
        tensor(queries.signs),
        tensor(queries.before),
        tensor(queries.known),
    )
    logits, expected = answer.masks.float(), answer.iou.float()
    truth = tensor(queries.truth)[:, None, :].expand_as(logits)  # (Q, M, P)
    share = coded.share / coded.share.sum()
    even = share.sqrt() / share.sqrt().sum()
    entropy = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    chance = logits.sigmoid()
    common = (torch.minimum(chance, truth) * share).sum(-1)
    whole = (torch.maximum(chance, truth) * share).sum(-1)
    each = (entropy * (0.5 * share + 0.5 * even)).sum(-1) + 1 - common / (whole + 1e-6)  # (Q, M)
    chosen = each.argmin(1)
    loss = each.min(1).values.mean() + 0.05 * each.mean()
    with torch.no_grad():
        hard = (logits > 0).float()
        found = (torch.minimum(hard, truth) * share).sum(-1)
        found = found / ((torch.maximum(hard, truth) * share).sum(-1) + 1e-6)
    iou = functional.binary_cross_entropy_with_logits(expected, found)
    best = chance[torch.arange(len(chosen)), chosen].detach()
    return loss, iou, best
