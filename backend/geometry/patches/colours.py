# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the colour of a surface changes: a hint that a part may end there, and no more than that.

Colours are points of a space in which distances are as seen (OKLab). A change counts as far as it
stands out from how much the patches on both sides vary anyway, so that grain, dirt and baked light
say little, and flat paint says most. How much all changes of an object weigh then depends on
whether they lie where its shape suggests ends of parts, too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...contract.arrays import Floats, Ints
from ..graphs import sums
from ..mesh import FaceGraph
from .clusters import Clusters
from .cues import AREA, COLOUR, LENGTH, PatchGraph
from .hints import on_borders

SEEN = 0.1  # a difference of colours, in OKLab, that counts by half
GRAIN = 3.0  # times its deviation within patches a difference must be to count by half
# So much likelier ends of parts than other borders changes are by the shape alone, when they begin
# to be believed, and when they are wholly.
DOUBTFUL, AGREED = 0.01, 0.07
LARGE = 0.05  # of the surface: paint of less is the more likely a detail the less it is
CHEAP = 0.6  # of its cost a border saves that follows a change of colour
DOUBT = 3.0  # log odds of one part that a border loses whose colour changes all along it
LIGHT = 0.5  # weight of lightness, which shadows change as well, against hue and chroma


def edge_steps(graph: FaceGraph, colours: Floats) -> Floats:
    """How far colour changes across each shared edge: (E,) 0..1. colours : (F, 3) OKLab."""
    return _counted(_square(_weighed(colours), graph.first, graph.second), 0.0)


def coloured(cues: PatchGraph, graph: FaceGraph, patch: Ints, colours: Floats) -> PatchGraph:
    """Patches with the colours of their faces, as far as these change along each border.

    patch : (F,) of each face. colours : (F, 3) OKLab.
    """
    seen = _weighed(colours)
    area = graph.area + 1e-15
    total = sums(area, patch, cues.patches)
    mean = sums(area[:, None] * seen, patch, cues.patches) / total[:, None]
    varied = sums(area * np.square(seen - mean[patch]).sum(axis=1), patch, cues.patches) / total
    one, two = cues.pair.T
    sharp = _square(mean, one, two)
    beside, between = on_borders(graph, cues, patch)
    length = sums(graph.edge_length[beside], between, len(sharp))
    square = _square(seen, graph.first[beside], graph.second[beside])
    square = sums(graph.edge_length[beside] * square, between, len(sharp))
    # Light changes from patch to patch, but not at once; grain does, but not for whole patches.
    shared = length > 0
    sharp[shared] = np.minimum(sharp[shared], square[shared] / length[shared])
    border = cues.border.copy()
    border[:, COLOUR] = border[:, LENGTH] * _counted(sharp, (varied[one] + varied[two]) / 2)
    return replace(cues, border=border)


def cheaper(steps: Floats) -> Floats:
    """How many times its cost a border pays along each shared edge: (E,), less on changes."""
    return np.asarray(1.0 - CHEAP * steps)


def belief(chance: Floats, border: Floats) -> float:
    """How far changes of colour may be believed, 0..1: as far as the shape says the same.

    Paint that follows parts changes where the shape ends them anyway, more often than elsewhere;
    stripes, camouflage and baked light do not. chance : (pairs,) of one part, by the shape alone.
    border : (pairs, BORDERS) sums along each border.
    """
    ends, changed = 1 - chance, border[:, COLOUR]
    if not changed.any():
        return 0.0
    more = np.average(ends, weights=changed) - np.average(ends, weights=border[:, LENGTH])
    return float(np.clip((more - DOUBTFUL) / (AGREED - DOUBTFUL), 0.0, 1.0))


def doubted(chance: Floats, border: Floats, believed: Floats | float = 1.0) -> Floats:
    """Chances (pairs,) of one part, less where colour changes.

    border : (pairs, BORDERS) sums along each border. believed : how far colours are, 0..1, all
    alike or each pair's (pairs,).
    """
    if not border[:, COLOUR].any():
        return chance
    odds = np.exp(-DOUBT * believed * border[:, COLOUR] / border[:, LENGTH])
    return np.asarray(chance * odds / (1 - chance + chance * odds))


def weight_of_paint(state: Clusters) -> Floats:
    """How far the colour of the smaller cluster of each pair counts where parts are told from
    spots: (pairs,) 0..1. A stripe or an eye is merged in its turn, and is no part."""
    area = state.moments[:, AREA]
    return np.asarray(np.minimum(area[state.pair].min(axis=1) / (LARGE * state.totals[AREA]), 1.0))


def _weighed(colours: Floats) -> Floats:
    return np.asarray(colours * [LIGHT, 1.0, 1.0])


def _square(seen: Floats, one: Ints, two: Ints) -> Floats:
    return np.asarray(np.square(seen[one] - seen[two]).sum(axis=1))


def _counted(square: Floats, varied: Floats | float) -> Floats:
    return np.asarray(square / (square + SEEN**2 + GRAIN**2 * varied))
