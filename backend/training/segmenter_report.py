# SPDX-License-Identifier: GPL-3.0-or-later
"""How good a segmenter is on held-out samples: Rand errors of its trees, IoU of its clicks.

Measured on patches, with NumPy, as the product runs it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Ints, Singles
from ..contract.tree import MergeTree
from ..geometry.patches.merging import ordered_merges
from ..models.segmenter import Encoding, Segmenter
from .linkage import average_linkage
from .segmenter_clicks import Queries, first_clicks
from .segmenter_data import Sample
from .tree_report import likely_cut

CLICKS = (1, 3, 10)
CORRECTIONS = 4  # of a first click, each on the largest patch that is wrong
MOST_PARTS = 30
QUERIES = 6  # sets of clicks a sample


@dataclass(frozen=True)
class SampleReport:
    """Figures of one sample: Rand errors, IoU by area after `CLICKS` and after corrections."""

    name: str
    kind: str
    automatic: float
    best: float
    parts: float
    opinions: float
    iou: list[float]
    corrected: float


def patch_rand_error(one: Sample, label: NDArray[np.integer]) -> float:
    """Rand error by faces of a labelling of the patches, averaged over the opinions."""
    error = 0.0
    for table, weight in zip(one.opinions, one.weights, strict=True):
        joined = np.zeros((int(label.max()) + 1, table.shape[1]))
        np.add.at(joined, label, table * one.faces[:, None])
        joined /= joined.sum()
        same = np.square(joined).sum()
        apart = np.square(joined.sum(axis=0)).sum() + np.square(joined.sum(axis=1)).sum()
        error += weight * (apart - 2 * same)
    return float(error)


def iou(
    mask: NDArray[np.floating | np.bool_], truth: NDArray[np.float32], share: NDArray[np.float32]
) -> NDArray[np.float32]:
    """IoU by area (Q,) of masks (Q, P), 0 to 1 for each patch, with true masks."""
    common = (np.minimum(mask, truth) * share).sum(axis=1)
    return np.asarray(common / (np.maximum(mask, truth) * share).sum(axis=1))


def best_mask(
    net: Segmenter, coded: Encoding, queries: Queries, clicks: Ints, signs: Singles
) -> NDArray[np.bool_]:
    """The mask of which the network expects most, for each set of clicks (Q, N): (Q, P)."""
    answer = net.answer(coded, clicks, signs, queries.before, queries.known)
    return np.asarray(answer.masks[np.arange(len(clicks)), answer.iou.argmax(axis=1)] > 0)


def corrected_iou(net: Segmenter, coded: Encoding, one: Sample, queries: Queries) -> float:
    """Mean IoU after the first click of each set and `CORRECTIONS` where the mask was wrong."""
    inside = queries.truth > 0.5
    clicks, signs = queries.clicks[:, :1], queries.signs[:, :1]
    for _ in range(CORRECTIONS):
        wrong = (best_mask(net, coded, queries, clicks, signs) != inside) * one.share
        worst = wrong.argmax(axis=1)[:, None]
        sign = np.where(np.take_along_axis(inside, worst, axis=1), 1.0, -1.0)
        sign *= np.take_along_axis(wrong, worst, axis=1) > 0  # nothing wrong, no click
        clicks = np.concatenate([clicks, worst], axis=1)
        signs = np.concatenate([signs, sign.astype(np.float32)], axis=1)
    mask = best_mask(net, coded, queries, clicks, signs)
    return float(iou(mask, queries.truth, one.share).mean())


def coarse_cuts(
    children: NDArray[np.int32], strength: NDArray[np.float32]
) -> list[NDArray[np.int32]]:
    """Labellings (P,) of the patches in 1 to `MOST_PARTS` parts, by a tree of `average_linkage`."""
    ordered, _ = ordered_merges(children, np.maximum.accumulate(1.0 - strength))
    tree = MergeTree(ordered, np.zeros(len(children), np.float32))
    return [tree.cut(parts) for parts in range(1, min(MOST_PARTS, tree.leaf_count) + 1)]


def sample_report(net: Segmenter, one: Sample, seed: int = 0) -> SampleReport:
    """Measure one sample."""
    coded = net.encode(one.patch, one.pair.astype(np.float32), one.share)
    chance = net.ops.sigmoid(coded.affinity)
    children, strength = average_linkage(
        chance.astype(np.float64), one.share.astype(np.float64), one.borders.astype(np.int64)
    )
    natural = likely_cut(children, strength, one.faces.astype(np.float64))
    cuts = coarse_cuts(children, strength)
    queries = first_clicks(one, QUERIES, np.random.default_rng(seed), clicks=max(CLICKS))
    ious = []
    for count in CLICKS:
        mask = best_mask(net, coded, queries, queries.clicks[:, :count], queries.signs[:, :count])
        ious.append(float(iou(mask, queries.truth, one.share).mean()))
    return SampleReport(
        name=one.name,
        kind=one.kind + (" fused" if "_fused" in one.name else ""),
        automatic=patch_rand_error(one, natural),
        best=min(patch_rand_error(one, label) for label in cuts),
        parts=float(natural.max() + 1),
        opinions=float(np.average([len(t.T) for t in one.opinions], weights=one.weights)),
        iou=ious,
        corrected=corrected_iou(net, coded, one, queries),
    )


def summary(found: list[SampleReport]) -> dict[str, dict[str, float]]:
    """Means by kind of label, and over the kinds."""
    rows: dict[str, dict[str, float]] = {}
    for kind in sorted({one.kind for one in found}):
        group = [one for one in found if one.kind == kind]
        rows[kind] = {
            "samples": float(len(group)),
            "rand": float(np.mean([one.automatic for one in group])),
            "best": float(np.mean([one.best for one in group])),
            "parts": float(np.mean([one.parts for one in group])),
            "opinions": float(np.mean([one.opinions for one in group])),
            **{
                f"iou{count}": float(np.mean([one.iou[k] for one in group]))
                for k, count in enumerate(CLICKS)
            },
            "corrected": float(np.mean([one.corrected for one in group])),
        }
    keys = next(iter(rows.values())).keys()
    rows["mean of kinds"] = {
        key: float(np.mean([row[key] for row in rows.values()])) for key in keys
    }
    return rows


def table(rows: dict[str, dict[str, float]]) -> str:
    """The summary as lines of text."""
    lines = []
    for kind, row in rows.items():
        figures = " ".join(f"{key} {value:.3f}" for key, value in row.items() if key != "samples")
        lines.append(f"{kind:26s} {row['samples']:5.0f} {figures}")
    return "\n".join(lines)
