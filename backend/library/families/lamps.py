# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedural lamp shades, furniture legs and pillars."""

from __future__ import annotations

import numpy as np

from ...contract.arrays import Floats
from ...geometry.booleans import Mesh
from .forms import ball, block, lathe, moved, ring, rings, smooth, sweep, turned
from .listing import Rng, Shells, family
from .wheels import hoop


def _shade(profile: list[tuple[float, float]], thick: float = 0.012) -> Mesh:
    """An open shade: outside up, inside down."""
    outer = smooth(profile, 8)
    inner = outer[::-1] - [thick, 0]
    return _upright(np.concatenate([outer, inner]))


def _upright(profile: Floats, around: int = 36) -> Mesh:
    v, f = hoop([(float(r), float(h)) for r, h in profile], around)
    return turned((v, f), 2, 90)


@family("cone lamp shade", "lamp shade", "middle")
def _cone_shade(rng: Rng) -> Shells:
    top = rng.uniform(0.18, 0.3)
    return [_shade([(0.5, 0), (top, rng.uniform(0.45, 0.7))])]


@family("drum lamp shade", "lamp shade", "middle")
def _drum_shade(rng: Rng) -> Shells:
    return [_shade([(0.5, 0), (rng.uniform(0.42, 0.5), rng.uniform(0.45, 0.7))])]


@family("bell lamp shade", "lamp shade", "middle")
def _bell_shade(rng: Rng) -> Shells:
    tall = rng.uniform(0.5, 0.65)
    return [_shade([(0.5, 0), (0.38, tall * 0.3), (0.27, tall * 0.7), (0.2, tall)])]


@family("globe lamp shade", "lamp shade", "middle")
def _globe_shade(rng: Rng) -> Shells:
    return [
        ball((0.5, rng.uniform(0.42, 0.5), 0.5), 28, 15),
        moved(lathe([(0.16, 0), (0.16, 0.1)], 20), (0, -0.52, 0)),
    ]


@family("dome lamp shade", "lamp shade", "middle")
def _dome_shade(rng: Rng) -> Shells:
    tall = rng.uniform(0.3, 0.42)
    return [_shade([(0.5, 0), (0.46, tall * 0.45), (0.32, tall * 0.82), (0.06, tall)])]


@family("turned table leg", "table leg", "top")
def _turned(rng: Rng) -> Shells:
    h = np.concatenate([[0, 0.03, 0.1], np.sort(rng.uniform(0.15, 0.75, 6)), [0.8, 0.82, 1.0]])
    r = np.concatenate([[0.035, 0.045, 0.03], rng.uniform(0.025, 0.06, 6), [0.055, 0.06, 0.06]])
    return [lathe(smooth(np.stack([r, h], 1), 34), 18)]


@family("tapered table leg", "table leg", "top")
def _tapered(rng: Rng) -> Shells:
    low, high = rng.uniform(0.02, 0.035), rng.uniform(0.05, 0.07)
    return [lathe([(low, 0), (high, 1)], 20)]


@family("square table leg", "table leg", "top")
def _square_leg(rng: Rng) -> Shells:
    low, high = rng.uniform(0.025, 0.05), rng.uniform(0.05, 0.06)
    square = np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)])
    loops = np.array(
        [[(w * x, h, w * z) for x, z in square] for w, h in ((low, 0), (high, 0.8), (high, 1.0))]
    )
    return [rings(loops)]


@family("cabriole chair leg", "table leg", "top")
def _cabriole(rng: Rng) -> Shells:
    out = rng.uniform(0.06, 0.12)
    line = smooth(
        [
            (0, 1, 0),
            (out * 0.7, 0.85, 0),
            (out * 0.5, 0.5, 0),
            (-0.02, 0.15, 0),
            (out * 0.3, 0.03, 0),
            (out * 0.5, 0, 0),
        ],
        22,
    )
    return [sweep(line, smooth([[0.08], [0.085], [0.05], [0.03], [0.045], [0.04]], 22)[:, 0], 14)]


@family("round table leg", "table leg", "top")
def _round_leg(rng: Rng) -> Shells:
    r = rng.uniform(0.03, 0.06)
    return [lathe([(r, 0), (r, 1)], 20)]


@family("bun foot", "table leg", "top")
def _bun(rng: Rng) -> Shells:
    r = rng.uniform(0.45, 0.55)
    return [lathe(smooth([(0.25, 0), (r, 0.3), (0.28, 0.6), (0.3, 0.75)], 18), 24)]


@family("claw foot", "foot", "top")
def _claw(rng: Rng) -> Shells:
    toes = int(rng.integers(3, 5))
    shells = [
        sweep(
            smooth([(0, 0.9, -0.1), (0, 0.5, -0.12), (0, 0.2, 0)], 8),
            [0.13, 0.12, 0.11, 0.11, 0.12, 0.14, 0.15, 0.13],
            12,
        )
    ]
    for k in range(toes):
        a = np.radians(-40 + 80 * k / (toes - 1))
        d = np.array([np.sin(a), 0, np.cos(a)])
        way = [np.array([0, 0.18, 0]), d * 0.25 + [0, 0.2, 0], d * 0.48 + [0, 0.1, 0], d * 0.58]
        line = smooth(np.array(way), 9)
        shells.append(
            sweep(line, np.array([0.1, 0.1, 0.09, 0.09, 0.08, 0.07, 0.05, 0.03, 0.006]), 10)
        )
    return shells


@family("baluster", "pillar")
def _baluster(rng: Rng) -> Shells:
    belly = rng.uniform(0.11, 0.16)
    profile = smooth(
        [(0.08, 0.1), (0.06, 0.16), (belly, 0.35), (0.06, 0.65), (0.05, 0.8), (0.08, 0.9)], 24
    )
    return [
        lathe(profile, 20),
        moved(block((0.24, 0.12, 0.24)), (0, 0.05, 0)),
        moved(block((0.24, 0.12, 0.24)), (0, 0.95, 0)),
    ]


@family("round column", "pillar")
def _column(rng: Rng) -> Shells:
    r = rng.uniform(0.08, 0.13)
    return [
        lathe([(r, 0.05), (r * 1.05, 0.4), (r * 0.85, 0.95)], 24),
        moved(block((r * 2.8, 0.06, r * 2.8)), (0, 0.03, 0)),
        moved(block((r * 2.6, 0.06, r * 2.6)), (0, 0.97, 0)),
        moved(ring(r * 1.05, r * 0.2), (0, 0.07, 0)),
    ]
