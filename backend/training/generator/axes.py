# SPDX-License-Identifier: GPL-3.0-or-later
"""The principal axes of latents, along which the flow is told of them (see `models.partflow`).

Latents of a part are a thousand numbers that hardly vary on their own: 64 axes keep nine tenths of
the IoU, 128 nearly all of it (docs/generator.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.arrays import Singles
from ...models.partflow import FRAMES, PartFlowConfig

# What of a copy is in which frame.
FRAME_OF = {
    "own": "own", "seen_own": "own", "placed": "placed", "seen_placed": "placed",
    "before": "placed", "whole": "whole",
}  # fmt: skip
LEAST = 1e-6  # of the largest variance, below which axes are not told apart


def axes_of(copies: Iterable[Mapping[str, NDArray[Any]]], config: PartFlowConfig) -> dict:
    """The arrays "axes.*" of a flow, counted from the latents (B, T, C) of copies by name."""
    rows = list(copies)
    found: dict[str, Singles] = {}
    for frame in FRAMES:
        flat = np.concatenate([one[frame].reshape(len(one[frame]), -1) for one in rows])
        axes, mean, size = principal(flat.astype(np.float32), config.bases[frame][0])
        found |= {f"axes.{frame}": axes, f"axes.{frame}.mean": mean, f"axes.{frame}.size": size}
    return found


def principal(rows: Singles, count: int) -> tuple[Singles, Singles, Singles]:
    """The first `count` principal axes (count, D) of rows (M, D), their mean (D,), and the size
    (count,) by which what lies along each axis is divided.

    Divided, it varies as the root of what it did: what matters most still is the largest, so that
    noise takes it last, and on the mean over the axes its deviation is 1.
    """
    mean = rows.mean(axis=0)
    apart = rows - mean
    variance, axes = np.linalg.eigh((apart.T @ apart / len(rows)).astype(np.float64))
    variance = np.maximum(variance[::-1][:count], LEAST * max(float(variance[-1]), 1e-12))
    root = np.sqrt(variance)
    size = np.sqrt(root * root.mean())
    return tuple(  # type: ignore[return-value]
        np.ascontiguousarray(a, np.float32) for a in (axes[:, ::-1].T[:count], mean, size)
    )
