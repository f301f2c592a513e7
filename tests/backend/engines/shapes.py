# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies on which several engines are tried."""

from __future__ import annotations

from pathlib import Path

import numpy as np

SMOOTH = Path(__file__).parents[2] / "fixtures" / "smooth_shapes.npz"


def smooth(shape):
    with np.load(SMOOTH) as file:
        arrays = [file[f"{shape}/{name}"] for name in ("vertices", "faces", "truths")]
    return arrays[0].astype(float), arrays[1].astype(np.int64), arrays[2]
