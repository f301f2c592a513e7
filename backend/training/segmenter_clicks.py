# SPDX-License-Identifier: GPL-3.0-or-later
"""Clicks to train the segmenter with: random ones in a part, and corrections of a wrong mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Singles
from .segmenter_data import Sample

MOST_CLICKS = 10
MOST_CORRECTIONS = 3
ONE_CLICK = 0.4  # of the first rounds have a single click
SMALLEST = 0.002  # share of the area below which a part is not asked for
KEEP_MASK = 0.6  # of the corrections are given the mask that they correct


@dataclass(frozen=True)
class Queries:
    """Sets of clicks on one object, as `Segmenter.answer` takes them, and what they mean.

    Parameters
    ----------
    clicks : (Q, N) int64. signs : (Q, N). before : (Q, P). known : (Q, 1).
    truth : (Q, P) share of each patch that lies in the part.
    """

    clicks: NDArray[np.int64]
    signs: Singles
    before: Singles
    known: Singles
    truth: Singles


def first_clicks(
    one: Sample, queries: int, rng: np.random.Generator, clicks: int | None = None
) -> Queries:
    """Random include clicks, by area, in random parts of random opinions.

    clicks : how many in each set; without it, a random number, most often one.
    """
    count = len(one.patch)
    places = np.zeros((queries, MOST_CLICKS), np.int64)
    signs = np.zeros((queries, MOST_CLICKS), np.float32)
    truth = np.zeros((queries, count), np.float32)
    for q in range(queries):
        table = one.opinions[rng.choice(len(one.opinions), p=_normal(np.array(one.weights)))]
        size = one.share @ table
        parts = np.flatnonzero(size > SMALLEST * one.share.sum())
        truth[q] = table[:, rng.choice(parts if len(parts) else [int(size.argmax())])]
        n = 1 if rng.random() < ONE_CLICK else int(rng.integers(2, MOST_CLICKS + 1))
        n = clicks or n
        places[q, :n] = rng.choice(count, n, p=_normal(truth[q] * one.share))
        signs[q, :n] = 1.0
    nothing = np.zeros((queries, count), np.float32)
    return Queries(places, signs, nothing, np.zeros((queries, 1), np.float32), truth)


def corrected(one: Sample, queries: Queries, chance: Singles, rng: np.random.Generator) -> Queries:
    """The same sets with one to three clicks more, where the masks so far are wrong.

    chance : (Q, P) of each patch in the mask of each set.
    """
    mask = (chance > 0.5).astype(np.float32)
    more = MOST_CORRECTIONS
    clicks = np.concatenate([queries.clicks, np.zeros((len(mask), more), np.int64)], axis=1)
    signs = np.concatenate([queries.signs, np.zeros((len(mask), more), np.float32)], axis=1)
    for q in range(len(mask)):
        missing = np.maximum(queries.truth[q] - mask[q], 0) * one.share
        surplus = np.maximum(mask[q] - queries.truth[q], 0) * one.share
        error = np.concatenate([missing, surplus])
        # A patch that the border runs through is nobody's mistake.
        error[error < 0.5 * np.tile(one.share, 2)] = 0.0
        if not error.any():
            continue
        n = int(rng.integers(1, more + 1))
        place = rng.choice(len(error), n, p=_normal(error))
        clicks[q, -more : n - more or None] = place % len(one.patch)
        signs[q, -more : n - more or None] = np.where(place < len(one.patch), 1.0, -1.0)
    known = (rng.random((len(mask), 1)) < KEEP_MASK).astype(np.float32)
    return Queries(clicks, signs, chance * known, known, queries.truth)


def _normal(weight: NDArray[np.floating]) -> NDArray[np.float64]:
    weight = weight.astype(np.float64)
    return np.asarray(weight / weight.sum())
