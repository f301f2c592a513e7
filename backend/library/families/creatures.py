# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedural horns, ears, tails, wings and fins."""

from __future__ import annotations

import numpy as np

from ...contract.arrays import Floats
from .forms import moved, plate, rings, smooth, sweep, turned
from .listing import Rng, Shells, family


def _coil(turns: float, radius: float, rise: float, count: int = 30, shrink: float = 0.3) -> Floats:
    t = np.linspace(0, 1, count)
    a = 2 * np.pi * turns * t
    r = radius * (1 - (1 - shrink) * t)
    return np.stack([rise * t, r * np.cos(a) - radius, r * np.sin(a)], 1)


@family("curved horn", "horn")
def _horn(rng: Rng) -> Shells:
    bend = rng.uniform(0.25, 0.5)
    line = smooth(
        [(0, 0, 0), (bend * 0.5, 0.35, 0), (bend * 0.7, 0.7, 0), (bend * 0.5, 1.0, 0.05)], 16
    )
    return [sweep(line, np.linspace(0.13, 0.004, 16), 14)]


@family("ram horn", "horn", "left")
def _ram(rng: Rng) -> Shells:
    line = _coil(rng.uniform(1.0, 1.3), 0.4, 0.45)
    ridges = 1 + 0.06 * np.sin(np.arange(30) * 2.1)
    return [sweep(line, np.linspace(0.17, 0.02, 30) * ridges, 14)]


@family("unicorn horn", "horn")
def _unicorn(rng: Rng) -> Shells:
    tall, turns = np.linspace(0, 1, 40), rng.uniform(4, 7)
    a = 2 * np.pi * turns * tall
    line = np.stack([0.02 * (1 - tall) * np.cos(a), tall, 0.02 * (1 - tall) * np.sin(a)], 1)
    return [sweep(line, 0.004 + 0.1 * (1 - tall) * (1 + 0.08 * np.cos(2 * a)), 12)]


@family("antler", "horn")
def _antler(rng: Rng) -> Shells:
    main = smooth([(0, 0, 0), (0.25, 0.3, -0.1), (0.4, 0.7, -0.05), (0.3, 1.0, 0.15)], 14)
    shells = [sweep(main, np.linspace(0.075, 0.015, 14), 10)]
    for at in (4, 7, 10):
        p = main[at]
        tip = p + np.array([rng.uniform(-0.05, 0.1), rng.uniform(0.2, 0.3), rng.uniform(0.25, 0.4)])
        shells.append(
            sweep(
                smooth([p, (p + tip) / 2 + [0, -0.03, 0.04], tip], 8), np.linspace(0.05, 0.01, 8), 8
            )
        )
    return shells


@family("devil horn", "horn")
def _devil(rng: Rng) -> Shells:
    line = smooth([(0, 0, 0), (0.12, 0.25, 0), (0.1, 0.5, 0)], 10)
    return [sweep(line, np.linspace(0.15, 0.004, 10) ** 0.8 * 0.7, 14)]


def _ear(points: list[tuple[float, float]], deep: float) -> Shells:
    v, f = plate(smooth(points, 26), 0.1)
    v = v.copy()
    v[:, 2] += deep * (v[:, 0] / 0.3) ** 2 - deep
    return [(v, f)]


@family("pointed ear", "ear")
def _pointed_ear(rng: Rng) -> Shells:
    tall = rng.uniform(0.75, 1.0)
    return _ear(
        [
            (0.26, 0),
            (0.28, 0.3),
            (0.12, tall * 0.8),
            (0.02, tall),
            (-0.1, tall * 0.75),
            (-0.27, 0.3),
            (-0.26, 0),
        ],
        0.12,
    )


@family("rabbit ear", "ear")
def _rabbit_ear(rng: Rng) -> Shells:
    tall = rng.uniform(0.9, 1.2)
    return _ear(
        [
            (0.1, 0),
            (0.17, 0.4),
            (0.15, tall * 0.8),
            (0.0, tall),
            (-0.15, tall * 0.8),
            (-0.17, 0.4),
            (-0.1, 0),
        ],
        0.05,
    )


@family("round ear", "ear")
def _round_ear(rng: Rng) -> Shells:
    return _ear(
        [
            (0.2, 0),
            (0.36, 0.25),
            (0.28, 0.52),
            (0.0, 0.64),
            (-0.28, 0.52),
            (-0.36, 0.25),
            (-0.2, 0),
        ],
        0.08,
    )


@family("elf ear", "ear", "right")
def _elf_ear(rng: Rng) -> Shells:
    return _ear(
        [(0.15, -0.2), (0.17, 0.12), (-0.2, 0.25), (-0.75, 0.55), (-0.3, 0.0), (-0.1, -0.25)], 0.05
    )


@family("curled tail", "tail", "front")
def _curled(rng: Rng) -> Shells:
    a = np.linspace(0, rng.uniform(1.5, 2.0) * np.pi, 26)
    r = np.linspace(0.35, 0.12, 26)
    line = np.concatenate(
        [
            [(0, 0, 0.55), (0, 0.0, 0.3)],
            np.stack([0.05 * a, 0.35 - r * np.cos(a), -r * np.sin(a)], 1),
        ]
    )
    return [sweep(line, np.linspace(0.09, 0.03, 28), 12)]


@family("bushy tail", "tail", "front")
def _bushy(rng: Rng) -> Shells:
    line = smooth([(0, 0, 0.5), (0, 0.02, 0.2), (0, 0.15, -0.15), (0, 0.5, -0.4)], 16)
    return [
        sweep(
            line,
            np.array(
                [
                    0.04,
                    0.06,
                    0.09,
                    0.12,
                    0.15,
                    0.18,
                    0.2,
                    0.21,
                    0.21,
                    0.2,
                    0.18,
                    0.16,
                    0.13,
                    0.09,
                    0.05,
                    0.01,
                ]
            )
            * rng.uniform(0.85, 1.1),
            14,
        )
    ]


@family("arrow tail", "tail", "front")
def _arrow_tail(rng: Rng) -> Shells:
    line = smooth([(0, 0, 0.6), (0, -0.1, 0.2), (0, 0.2, -0.2), (0, 0.6, -0.3)], 20)
    tip = turned(plate([(0.0, 0.22), (-0.13, -0.06), (0, 0.0), (0.13, -0.06)], 0.05), 1, 90)
    return [sweep(line, np.linspace(0.05, 0.025, 20), 10), moved(tip, line[-1])]


@family("thin tail", "tail", "front")
def _thin_tail(rng: Rng) -> Shells:
    line = smooth(
        [(0, 0, 0.5), (0, 0.05, 0.1), (rng.uniform(-0.15, 0.15), -0.05, -0.3), (0, 0.1, -0.6)], 20
    )
    return [sweep(line, np.linspace(0.06, 0.012, 20), 10)]


def _feathers(rng: Rng, rows: int, long: float) -> Shells:
    shells = [
        sweep(
            smooth([(0, 0, 0), (-0.4, 0.18, 0), (-0.85, 0.05, 0)], 12),
            np.linspace(0.09, 0.03, 12),
            10,
        )
    ]
    for k in range(rows):
        t = k / (rows - 1)
        base = np.array([-0.08 - 0.75 * t, 0.1 + 0.13 * np.sin(np.pi * t) - 0.1 * t, 0])
        length = long * (0.45 + 0.55 * t)
        a = np.radians(-82 - 68 * t**1.3)
        v, f = plate(
            smooth(
                [(0, -0.05), (length * 0.6, -0.075), (length, 0), (length * 0.6, 0.075), (0, 0.05)],
                16,
            ),
            0.025,
        )
        v, f = turned((v, f), 2, np.degrees(a))
        shells.append(moved((v, f), base + [0, 0, 0.012 * (k % 2)]))
    return shells


@family("feathered wing", "wing", "right")
def _feathered(rng: Rng) -> Shells:
    return _feathers(rng, int(rng.integers(9, 13)), rng.uniform(0.6, 0.8))


@family("leather wing", "wing", "right")
def _leather(rng: Rng) -> Shells:
    wrist, tip = np.array([-0.35, 0.42]), np.array([-1.0, 0.35])
    fingers = [tip, np.array([-0.9, -0.15]), np.array([-0.6, -0.32]), np.array([-0.25, -0.3])]
    out: list[np.ndarray] = [np.array([0.0, 0.0]), np.array([0.0, 0.08]), wrist]
    for a, b in zip(fingers, [*fingers[1:], np.array([0.0, -0.15])], strict=True):
        middle = (a + b) / 2 * 0.86 + 0.14 * np.array([-0.25, 0.1])
        out += [a, middle]
    out.append(np.array([0.0, -0.15]))
    shells = [plate(np.array(out), 0.02)]
    at = lambda p: np.array([p[0], p[1], 0.0])  # noqa: E731
    shells.append(sweep(np.stack([at((0, 0.03)), at(wrist)]), [0.05, 0.035], 10))
    return shells + [sweep(np.stack([at(wrist), at(f)]), [0.03, 0.01], 8) for f in fingers]


@family("butterfly wing", "wing", "right")
def _butterfly(rng: Rng) -> Shells:
    upper = smooth(
        [
            (0, -0.04),
            (-0.3, 0.02),
            (-0.75, 0.15),
            (-0.85, 0.6),
            (-0.6, 0.72),
            (-0.2, 0.35),
            (0, 0.06),
        ],
        30,
    )
    lower = smooth(
        [
            (0, 0.04),
            (-0.2, 0.0),
            (-0.55, 0.0),
            (-0.62, -0.35),
            (-0.35, -0.5),
            (-0.1, -0.25),
            (0, -0.06),
        ],
        26,
    )
    return [plate(upper, 0.02), moved(plate(lower, 0.02), (0, 0, 0.008))]


@family("aeroplane wing", "wing", "right")
def _plane_wing(rng: Rng) -> Shells:
    foil = np.array(
        [(0.5, 0.0), (0.35, 0.05), (0.0, 0.06), (-0.5, 0.0), (0.0, -0.025), (0.35, -0.03)]
    )
    sweepback = rng.uniform(0.1, 0.45)
    loops = [
        [(-x, s * y, s * z - back) for z, y in foil]
        for x, s, back in ((0, 0.45, 0), (0.6, 0.3, sweepback * 0.6), (1.0, 0.18, sweepback))
    ]
    return [rings(np.array(loops))]


@family("fish fin", "fin", "right")
def _fish_fin(rng: Rng) -> Shells:
    return [
        plate(
            smooth(
                [
                    (0, -0.12),
                    (-0.4, -0.35),
                    (-0.62, -0.3),
                    (-0.5, 0.0),
                    (-0.55, 0.25),
                    (-0.3, 0.22),
                    (0, 0.12),
                ],
                26,
            ),
            0.05,
        )
    ]


@family("dorsal fin", "fin")
def _dorsal(rng: Rng) -> Shells:
    return [
        turned(
            plate(smooth([(-0.4, 0), (-0.1, 0.25), (0.3, 0.55), (0.25, 0.2), (0.4, 0)], 20), 0.06),
            1,
            90,
        )
    ]
