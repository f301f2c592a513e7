# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of parts by colour and place: "red left upper"."""

from __future__ import annotations

from collections import Counter

import numpy as np

from ..contract.arrays import Floats, Singles
from .colours import colour_name
from .regions import Labels


def part_names(labels: Labels, lab: Singles) -> list[str]:
    """A name for each of the K parts of a label picture; no two are the same.

    lab : (h, w, 3) OKLab. Left and right are the viewer's.
    """
    rows, columns = np.nonzero(labels >= 0)
    top, left = rows.min(), columns.min()
    height, width = max(int(np.ptp(rows)), 1), max(int(np.ptp(columns)), 1)
    colours, middles = [], []
    for part in range(int(labels.max()) + 1):
        row, column = np.nonzero(labels == part)
        colours.append(np.median(lab[row, column], axis=0))
        middles.append([(column.mean() - left) / width, (row.mean() - top) / height])
    return names_by(np.array(colours), np.array(middles))


def names_by(lab: Floats | Singles, middles: Floats) -> list[str]:
    """A name for each of K parts by colour and place; no two are the same.

    lab : (K, 3) OKLab. middles : (K, 2) how far to the right and down each is, 0..1.
    """
    colours = [colour_name(colour) for colour in np.asarray(lab, np.float32)]
    places = []
    for across, down in middles:
        side = "left " if across < 0.42 else "right " if across > 0.58 else ""
        level = "upper" if down < 0.36 else "lower" if down > 0.64 else "middle"
        places.append(side + level)
    names = [f"{colour} {place}" for colour, place in zip(colours, places, strict=True)]
    alone = Counter(colours)
    names = [
        colour if alone[colour] == 1 else name for colour, name in zip(colours, names, strict=True)
    ]
    total, seen = Counter(names), Counter[str]()
    for number, name in enumerate(names):
        if total[name] > 1:
            seen[name] += 1
            names[number] = f"{name} {seen[name]}"
    return names
