# SPDX-License-Identifier: GPL-3.0-or-later
"""How well a labelling of faces agrees with a true one. Pure functions over arrays.

Labels are (F,) integers; their values mean nothing, only who shares one. Weights are (F,)
non-negative, usually face areas; None counts faces.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..contract.arrays import Floats, Ints


@dataclass(frozen=True)
class Contingency:
    """Weight that each pair of labels shares; only pairs that meet are listed.

    Parameters
    ----------
    row, column : (N,) int64, number of the label (A) and of the truth (B) of each pair.
    shared : (N,) float64, weight of the faces with that pair.
    rows, columns : (A,), (B,) float64, weight of each label and of each truth.
    """

    row: Ints
    column: Ints
    shared: Floats
    rows: Floats
    columns: Floats


def contingency(
    labels: ArrayLike, truth: ArrayLike, weights: ArrayLike | None = None
) -> Contingency:
    """Cross table of two labellings of the same faces.

    Raises ValueError when the lengths differ or there is no face.
    """
    labels, truth = np.asarray(labels), np.asarray(truth)
    if labels.ndim != 1 or labels.shape != truth.shape or len(labels) == 0:
        raise ValueError(f"labels {labels.shape} and truth {truth.shape} must be equally long")
    weight = np.ones(len(labels)) if weights is None else np.asarray(weights, dtype=np.float64)
    if weight.shape != labels.shape:
        raise ValueError(f"weights {weight.shape} must have one entry for each of {labels.shape}")
    a = np.unique(labels, return_inverse=True)[1].reshape(-1).astype(np.int64)
    b = np.unique(truth, return_inverse=True)[1].reshape(-1).astype(np.int64)
    width = int(b.max()) + 1
    key, pair = np.unique(a * width + b, return_inverse=True)
    return Contingency(
        row=key // width,
        column=key % width,
        shared=_sum_by(pair.reshape(-1), weight),
        rows=_sum_by(a, weight),
        columns=_sum_by(b, weight),
    )


def _sum_by(index: NDArray[np.integer], weight: Floats) -> Floats:
    return np.bincount(index, weights=weight).astype(np.float64)


def rand_error(labels: ArrayLike, truth: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Share of face pairs on which two labellings disagree: one minus the Rand index, 0..1.

    `truth` may be (F,) or several opinions (T, F), whose errors are averaged. Without weights it
    is the Rand error by face count of Chen, Golovinskiy and Funkhouser, "A Benchmark for 3D Mesh
    Segmentation" (2009); with weights a pair counts by the product of its two.
    """
    truths = np.atleast_2d(np.asarray(truth))
    return float(np.mean([_rand_error(labels, one, weights) for one in truths]))


def _rand_error(labels: ArrayLike, truth: ArrayLike, weights: ArrayLike | None) -> float:
    table = contingency(labels, truth, weights)
    total = table.rows.sum()
    own = float(len(np.asarray(labels))) if weights is None else float(np.square(weights).sum())
    pairs = total**2 - own  # twice the weight of all pairs of different faces
    apart = np.square(table.rows).sum() + np.square(table.columns).sum()
    apart -= 2 * np.square(table.shared).sum()
    return max(float(apart / pairs), 0.0) if pairs > 0 else 0.0


def matched_iou(
    labels: ArrayLike,
    truth: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    one_to_one: bool = False,
) -> float:
    """Mean over the true parts of the IoU with the part that matches each best, 0..1.

    With `one_to_one` a part answers for one true part only: the assignment of largest sum
    (Kuhn 1955), true parts left over count 0. Otherwise each true part takes its best.
    """
    table = contingency(labels, truth, weights)
    union = table.rows[table.row] + table.columns[table.column] - table.shared
    iou = np.divide(table.shared, union, out=np.zeros_like(union), where=union > 0)
    parts = len(table.columns)
    if not one_to_one:
        best = np.zeros(parts)
        np.maximum.at(best, table.column, iou)
        return float(best.mean())
    from scipy.optimize import linear_sum_assignment

    dense = np.zeros((len(table.rows), parts))
    dense[table.row, table.column] = iou
    return float(dense[linear_sum_assignment(dense, maximize=True)].sum() / parts)


def mask_iou(mask: ArrayLike, truth: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Intersection over union of two face masks, each (F,) bool. Two empty masks agree: 1."""
    mask, truth = np.asarray(mask, dtype=bool), np.asarray(truth, dtype=bool)
    weight = np.ones(len(mask)) if weights is None else np.asarray(weights, dtype=np.float64)
    union = float(weight[mask | truth].sum())
    return (
        float(weight[mask & truth].sum()) / union if union > 0 else float(mask.sum() == truth.sum())
    )


def boundary_f(
    labels: ArrayLike,
    truth: ArrayLike,
    first: Ints,
    second: Ints,
    ends: Floats,
    tolerance: float,
) -> float:
    """F-measure of part borders: how much border lies within `tolerance` of the other's.

    Parameters
    ----------
    labels, truth : (F,) integers.
    first, second : (E,) int64, the two faces of each shared edge.
    ends : (E, 2, 3) float64, end points of each shared edge.
    tolerance : Euclidean distance, usually 2 % of the bounding box' diagonal.

    Returns the harmonic mean of precision and recall by border length, 0..1; NaN when the truth
    has no border on a shared edge (parts that are islands), where there is nothing to find. After
    Martin, Fowlkes and Malik (2004) for images, here on edges.
    """
    labels, truth = np.asarray(labels), np.asarray(truth)
    found, true = labels[first] != labels[second], truth[first] != truth[second]
    if not true.any():
        return float("nan")
    if not found.any():
        return 0.0
    found_points, found_length = _sample_edges(ends[found], tolerance / 4)
    true_points, true_length = _sample_edges(ends[true], tolerance / 4)
    precision = _share_near(found_points, found_length, true_points, tolerance)
    recall = _share_near(true_points, true_length, found_points, tolerance)
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0


def _sample_edges(ends: Floats, step: float) -> tuple[Floats, Floats]:
    """Points along edges, at most `step` apart, and the length each stands for: (N, 3), (N,)."""
    length = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    count = np.maximum(np.ceil(length / step), 1).astype(np.int64)
    edge = np.repeat(np.arange(len(ends)), count)
    index = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    along = ((index + 0.5) / count[edge])[:, None]
    return ends[edge, 0] * (1 - along) + ends[edge, 1] * along, (length / count)[edge]


def _share_near(points: Floats, length: Floats, others: Floats, tolerance: float) -> float:
    from scipy.spatial import cKDTree

    distance = cKDTree(others).query(points, distance_upper_bound=tolerance * (1 + 1e-9))[0]
    total = length.sum()
    return float(length[np.isfinite(distance)].sum() / total) if total > 0 else 0.0
