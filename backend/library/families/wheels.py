# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedural wheels, gears and propellers."""

from __future__ import annotations

import numpy as np

from ...geometry.booleans import Mesh
from .forms import block, lathe, moved, outward, plate, smooth, turned
from .listing import Rng, Shells, family


def _tyre(radius: float, width: float) -> Mesh:
    inner = radius * 0.68
    profile = [
        (inner, -width),
        (radius * 0.94, -width),
        (radius, -width * 0.6),
        (radius, width * 0.6),
        (radius * 0.94, width),
        (inner, width),
    ]
    return hoop(profile)


def hoop(profile: list[tuple[float, float]], around: int = 36) -> Mesh:
    """A closed profile (radius, x) turned about x."""
    p = np.asarray(profile)
    a = 2 * np.pi * np.arange(around) / around
    v = np.stack(
        [np.tile(p[:, 1], (around, 1)), np.outer(np.cos(a), p[:, 0]), np.outer(np.sin(a), p[:, 0])],
        2,
    )
    n = len(p)
    i, j = np.divmod(np.arange(around * n), n)
    at = lambda r, s: (r % around) * n + s % n  # noqa: E731
    q = [at(i, j), at(i, j + 1), at(i + 1, j + 1), at(i + 1, j)]
    return outward(
        v.reshape(-1, 3),
        np.concatenate([np.stack([q[0], q[1], q[2]], 1), np.stack([q[0], q[2], q[3]], 1)]),
    )


@family("spoked wheel", "wheel", "side")
def _spoked(rng: Rng) -> Shells:
    width = rng.uniform(0.05, 0.09)
    rim = hoop([(0.4, -width), (0.5, -width), (0.5, width), (0.4, width)])
    spoke = moved(lathe([(0.03, 0.05), (0.024, 0.25), (0.03, 0.43)], 10), (0, 0, 0))
    hub = turned(
        lathe([(0.09, -width * 1.7), (0.11, -width), (0.11, width), (0.09, width * 1.7)], 20), 2, 90
    )
    return [
        rim,
        hub,
        *(turned(spoke, 0, 360 * k / n) for n in [int(rng.integers(6, 13))] for k in range(n)),
    ]


@family("alloy wheel", "wheel", "side")
def _alloy(rng: Rng) -> Shells:
    width, spokes = rng.uniform(0.13, 0.19), int(rng.integers(4, 8))
    spoke = moved(
        block((width * 0.5, 0.34, rng.uniform(0.06, 0.12)), 0.015), (width * 0.35, 0.2, 0)
    )
    hub = turned(lathe([(0.1, -width * 0.7), (0.1, width * 0.7), (0.07, width * 0.85)], 20), 2, -90)
    return [
        _tyre(0.5, width),
        hoop(
            [(0.31, -width * 0.9), (0.36, -width * 0.9), (0.36, width * 0.9), (0.31, width * 0.9)]
        ),
        hub,
        *(turned(spoke, 0, 360 * k / spokes) for k in range(spokes)),
    ]


@family("tyre", "wheel", "side")
def _plain_tyre(rng: Rng) -> Shells:
    width = rng.uniform(0.12, 0.22)
    studs = int(rng.integers(18, 28))
    stud = moved(block((width * 1.9, 0.04, 0.05)), (0, 0.5, 0))
    return [_tyre(0.5, width), *(turned(stud, 0, 360 * k / studs) for k in range(studs))]


@family("disc wheel", "wheel", "side")
def _disc(rng: Rng) -> Shells:
    width = rng.uniform(0.08, 0.16)
    return [
        _tyre(0.5, width),
        turned(
            lathe(
                [
                    (0.36, -width * 0.6),
                    (0.36, width * 0.5),
                    (0.2, width * 0.3),
                    (0.14, width * 0.8),
                    (0.0, width * 0.85),
                ],
                28,
            ),
            2,
            -90,
        ),
    ]


@family("gear", "wheel", "side")
def _gear(rng: Rng) -> Shells:
    teeth = int(rng.integers(9, 18))
    step = np.arange(4 * teeth)
    angle = 2 * np.pi * (step // 4 + np.array([0.0, 0.18, 0.5, 0.68])[step % 4]) / teeth
    radius = np.where((step % 4 == 1) | (step % 4 == 2), 0.5, 0.4)
    hole = 0.13 * np.stack(
        [
            np.cos(np.linspace(0, 2 * np.pi, 24, False)),
            np.sin(np.linspace(0, 2 * np.pi, 24, False)),
        ],
        1,
    )
    return [
        turned(
            plate(
                radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1),
                rng.uniform(0.12, 0.22),
                [hole],
            ),
            1,
            90,
        )
    ]


@family("propeller", "propeller", "side")
def _propeller(rng: Rng) -> Shells:
    count, twist = int(rng.integers(2, 6)), rng.uniform(15, 35)
    out = smooth(
        [
            (0.03, 0.0),
            (0.075, 0.2),
            (0.07, 0.38),
            (0.0, 0.5),
            (-0.05, 0.4),
            (-0.04, 0.15),
            (-0.03, 0.0),
        ],
        24,
    )
    blade = turned(turned(plate(out[:-1], 0.02), 1, 90), 1, twist)
    hub = turned(lathe([(0.07, -0.06), (0.07, 0.04), (0.045, 0.1), (0.0, 0.13)], 20), 2, -90)
    return [hub, *(turned(blade, 0, 360 * k / count) for k in range(count))]
