# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedural noses, eyes, hands, hair and beards."""

from __future__ import annotations

import numpy as np

from .forms import ball, lathe, moved, plate, ring, smooth, sweep, turned
from .hats import crown
from .listing import Rng, Shells, family


@family("beak", "nose", "back")
def _beak(rng: Rng) -> Shells:
    hook = rng.uniform(0.0, 0.15)
    upper = sweep(
        smooth([(0, 0.06, -0.3), (0, 0.08, 0.0), (0, -hook, 0.35)], 12),
        np.linspace(0.22, 0.01, 12),
        14,
        0.7,
    )
    return [
        upper,
        sweep(
            smooth([(0, -0.06, -0.3), (0, -0.1, 0.0), (0, -0.09, 0.22)], 10),
            np.linspace(0.17, 0.01, 10),
            12,
            0.5,
        ),
    ]


@family("elephant trunk", "nose", "back")
def _trunk(rng: Rng) -> Shells:
    line = smooth(
        [(0, 0.5, -0.2), (0, 0.3, 0.1), (0, -0.2, 0.2), (0, -0.5, 0.25), (0, -0.5, 0.45)], 26
    )
    return [sweep(line, np.linspace(0.17, 0.06, 26) * (1 + 0.04 * np.cos(np.arange(26) * 2.2)), 14)]


@family("carrot nose", "nose", "back")
def _carrot(rng: Rng) -> Shells:
    return [turned(lathe([(0.0, 0.0), (0.16, 0.02), (0.0, 1.0)], 18), 0, 90)]


@family("round nose", "nose", "back")
def _round_nose(rng: Rng) -> Shells:
    return [ball((0.5, rng.uniform(0.4, 0.5), 0.45))]


@family("eye", "eye", "back")
def _eye(rng: Rng) -> Shells:
    return [ball(0.5, 24, 13), moved(ball((0.27, 0.27, 0.16), 20, 9), (0, 0, 0.4))]


@family("tentacle", "arm", "top")
def _tentacle(rng: Rng) -> Shells:
    line = smooth(
        [(0, 1, 0), (0.1, 0.6, 0.1), (-0.08, 0.3, 0.1), (0.1, 0.05, 0), (0.25, 0.1, 0)], 28
    )
    shells = [sweep(line, np.linspace(0.13, 0.015, 28), 12)]
    return shells + [
        moved(ball((0.035, 0.035, 0.035), 8, 5), line[k] + [0.02, 0, 0.11 - 0.004 * k])
        for k in range(3, 22, 3)
    ]


@family("hook hand", "hand", "top")
def _hook(rng: Rng) -> Shells:
    a = np.linspace(0.5 * np.pi, -1.1 * np.pi, 22)
    line = np.concatenate(
        [[(0, 0.55, 0)], np.stack([0.22 * np.cos(a), 0.22 * np.sin(a), 0 * a], 1)]
    )
    return [
        sweep(line, np.linspace(0.06, 0.012, 23), 12),
        moved(lathe([(0.2, 0), (0.16, 0.3), (0.17, 0.32)], 20), (0, 0.45, 0)),
    ]


@family("mohawk", "hair")
def _mohawk(rng: Rng) -> Shells:
    a = np.linspace(np.radians(-25), np.radians(205), 26)
    out = np.where(np.arange(26) % 2 == 0, rng.uniform(0.85, 1.0), 0.72)
    outline = np.concatenate(
        [
            out[:, None] * np.stack([np.cos(a), np.sin(a)], 1),
            0.5 * np.stack([np.cos(a), np.sin(a)], 1)[::-1],
        ]
    )
    return [turned(plate(outline, 0.14), 1, 90)]


@family("spiky hair", "hair")
def _spiky(rng: Rng) -> Shells:
    shells = [moved(crown([(0.5, -0.05), (0.5, 0.15), (0.38, 0.4), (0.0, 0.5)]), (0, 0, 0))]
    for _ in range(22):
        d = rng.normal(size=3)
        d[1] = abs(d[1]) * 0.9 + 0.15
        d /= np.linalg.norm(d)
        if d[2] > 0.75:
            continue
        base = d * [0.42, 0.42, 0.42]
        shells.append(
            sweep(
                np.stack([base, base + d * 0.2, base + d * 0.2 + [0, 0.18, -0.05]]),
                [0.13, 0.09, 0.005],
                8,
            )
        )
    return shells


@family("hair bun", "hair")
def _bun_hair(rng: Rng) -> Shells:
    dome = ball((0.5, 0.45, 0.52), 24, 13)
    return [
        dome,
        moved(ball(0.22, 18, 10), (0, 0.35, -0.38)),
        moved(ring(0.13, 0.04), (0, 0.3, -0.3)),
    ]


@family("ponytail", "hair", "front")
def _pony(rng: Rng) -> Shells:
    line = smooth([(0, 0.4, 0.25), (0, 0.45, 0.0), (0, 0.1, -0.25), (0, -0.5, -0.2)], 20)
    return [
        sweep(
            line,
            np.array(
                [
                    0.08,
                    0.08,
                    0.09,
                    0.11,
                    0.13,
                    0.15,
                    0.16,
                    0.17,
                    0.17,
                    0.17,
                    0.17,
                    0.16,
                    0.16,
                    0.15,
                    0.14,
                    0.12,
                    0.1,
                    0.08,
                    0.05,
                    0.01,
                ]
            ),
            14,
        )
    ]


@family("beard", "beard", "back")
def _beard(rng: Rng) -> Shells:
    tall = rng.uniform(0.5, 0.9)
    out = smooth(
        [
            (0.42, 0.2),
            (0.4, -0.1),
            (0.2, -tall * 0.8),
            (0.0, -tall),
            (-0.2, -tall * 0.8),
            (-0.4, -0.1),
            (-0.42, 0.2),
            (-0.25, 0.05),
            (0, 0.0),
            (0.25, 0.05),
        ],
        40,
    )[:-1]
    v, f = plate(out, 0.14)
    v = v.copy()
    v[:, 2] -= 0.9 * v[:, 0] ** 2
    return [(v, f)]


@family("moustache", "beard", "back")
def _moustache(rng: Rng) -> Shells:
    half = smooth([(0, 0.0, 0), (0.2, -0.06, 0), (0.4, 0.0, -0.06), (0.5, 0.15, -0.12)], 14)
    width = np.array(
        [0.07, 0.085, 0.09, 0.09, 0.085, 0.08, 0.07, 0.06, 0.05, 0.04, 0.03, 0.02, 0.015, 0.006]
    )
    side = sweep(half, width, 10)
    return [side, moved(side, (0, 0, 0), (-1, 1, 1))]


@family("glasses", "glasses", "back")
def _glasses(rng: Rng) -> Shells:
    frame = turned(ring(0.2, 0.025, 28, 8), 0, 90)
    bow = sweep(
        [(0.44, 0.05, 0), (0.48, 0.06, -0.1), (0.48, 0.05, -0.7), (0.47, -0.08, -0.85)], 0.02, 8
    )
    bridge = sweep(smooth([(-0.06, 0.03, 0), (0, 0.07, 0), (0.06, 0.03, 0)], 7), 0.022, 8)
    shells = [
        moved(frame, (0.25, 0, 0)),
        moved(frame, (-0.25, 0, 0)),
        bridge,
        bow,
        moved(bow, (0, 0, 0), (-1, 1, 1)),
    ]
    if rng.random() < 0.5:
        lens = turned(lathe([(0.2, -0.006), (0.2, 0.006)], 28), 0, 90)
        shells += [moved(lens, (0.25, 0, 0)), moved(lens, (-0.25, 0, 0))]
    return shells
