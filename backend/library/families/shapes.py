# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedural handles, roofs and plain shapes."""

from __future__ import annotations

import numpy as np

from .forms import ball, block, lathe, moved, plate, ring, rings, smooth, sweep, turned
from .listing import Rng, Shells, family


@family("bar handle", "handle", "back")
def _bar(rng: Rng) -> Shells:
    r = rng.uniform(0.03, 0.05)
    post = turned(lathe([(r, 0), (r, 0.22)], 12), 0, 90)
    return [
        turned(lathe([(r * 1.2, -0.5), (r * 1.2, 0.5)], 14), 2, 90),
        moved(post, (0.36, 0, -0.2)),
        moved(post, (-0.36, 0, -0.2)),
    ]


@family("bow handle", "handle", "back")
def _bow_handle(rng: Rng) -> Shells:
    out = rng.uniform(0.25, 0.4)
    return [
        sweep(
            smooth(
                [
                    (0, -0.5, 0),
                    (0, -0.45, out * 0.8),
                    (0, 0, out),
                    (0, 0.45, out * 0.8),
                    (0, 0.5, 0),
                ],
                22,
            ),
            0.06,
            12,
            rng.uniform(0.7, 1.3),
        )
    ]


@family("cup handle", "handle", "left")
def _cup_handle(rng: Rng) -> Shells:
    low = rng.uniform(0.25, 0.45)
    return [
        sweep(
            smooth(
                [(0, 0.4, 0), (0.3, 0.42, 0), (0.42, 0.1, 0), (0.28, -low, 0), (0, -0.45, 0)], 22
            ),
            0.06,
            12,
        )
    ]


@family("round knob", "handle", "back")
def _knob(rng: Rng) -> Shells:
    neck = rng.uniform(0.14, 0.22)
    return [
        turned(
            lathe(
                smooth(
                    [
                        (0.28, 0),
                        (neck, 0.15),
                        (neck, 0.3),
                        (0.45, 0.5),
                        (0.5, 0.68),
                        (0.3, 0.85),
                        (0.02, 0.88),
                    ],
                    26,
                ),
                24,
            ),
            0,
            90,
        )
    ]


@family("ring handle", "handle", "back")
def _ring_handle(rng: Rng) -> Shells:
    return [
        moved(turned(ring(0.38, 0.05), 0, 90), (0, -0.38, 0.05)),
        turned(lathe([(0.16, -0.06), (0.14, 0.06), (0.08, 0.1)], 18), 0, 90),
    ]


@family("spout", "spout", "back")
def _spout(rng: Rng) -> Shells:
    line = smooth([(0, -0.35, -0.35), (0, -0.2, -0.05), (0, 0.15, 0.1), (0, 0.4, 0.4)], 18)
    return [sweep(line, np.linspace(0.16, 0.07, 18), 16)]


@family("gable roof", "roof")
def _gable(rng: Rng) -> Shells:
    tall = rng.uniform(0.35, 0.6)
    return [
        plate(
            [(-0.55, 0), (0.55, 0), (0.55, 0.06), (0, tall), (-0.55, 0.06)], rng.uniform(0.8, 1.2)
        )
    ]


@family("dome", "roof")
def _dome(rng: Rng) -> Shells:
    a = np.linspace(0, np.pi / 2, 12)
    return [
        lathe(np.stack([0.5 * np.cos(a), rng.uniform(0.4, 0.6) * np.sin(a)], 1), 32),
        moved(lathe([(0.03, 0), (0.06, 0.08), (0.0, 0.2)], 12), (0, 0.45, 0)),
    ]


@family("onion dome", "roof")
def _onion(rng: Rng) -> Shells:
    fat = rng.uniform(0.5, 0.6)
    return [lathe(smooth([(0.38, 0), (fat, 0.25), (0.4, 0.55), (0.1, 0.8), (0.02, 1.1)], 26), 28)]


@family("pyramid roof", "roof")
def _pyramid_roof(rng: Rng) -> Shells:
    square = np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)])
    tall = rng.uniform(0.5, 0.9)
    return [
        rings(
            np.array(
                [
                    [(w * x, h, w * z) for x, z in square]
                    for w, h in ((0.5, 0), (0.5, 0.05), (0.005, tall))
                ]
            )
        )
    ]


@family("cone roof", "roof")
def _cone_roof(rng: Rng) -> Shells:
    return [lathe([(0.5, 0), (0.52, 0.03), (0.25, rng.uniform(0.4, 0.5)), (0.0, 1.0)], 28)]


@family("chimney stack", "roof")
def _chimney(rng: Rng) -> Shells:
    return [
        moved(block((0.3, 0.8, 0.3)), (0, 0.4, 0)),
        moved(block((0.38, 0.1, 0.38)), (0, 0.78, 0)),
        moved(lathe([(0.09, 0), (0.07, 0.2)], 14), (0, 0.8, 0)),
    ]


@family("cube", "shape")
def _cube(rng: Rng) -> Shells:
    return [block((1, 1, 1), 0.04)]


@family("sphere", "shape")
def _sphere(rng: Rng) -> Shells:
    return [ball(0.5, 32, 17)]


@family("cylinder", "shape")
def _cylinder(rng: Rng) -> Shells:
    return [lathe([(0.38, 0), (0.4, 0.02), (0.4, 0.98), (0.38, 1.0)], 32)]


@family("cone", "shape")
def _cone(rng: Rng) -> Shells:
    return [lathe([(0.45, 0), (0.0, 1.0)], 32)]


@family("pyramid", "shape")
def _pyramid(rng: Rng) -> Shells:
    square = np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)])
    return [
        rings(
            np.array([[(w * x, h, w * z) for x, z in square] for w, h in ((0.5, 0), (0.003, 0.8))])
        )
    ]


@family("torus", "shape")
def _torus(rng: Rng) -> Shells:
    return [ring(0.36, 0.14, 36, 16)]


@family("egg", "shape")
def _egg(rng: Rng) -> Shells:
    return [lathe(smooth([(0.0, 0), (0.33, 0.15), (0.38, 0.42), (0.25, 0.85), (0.0, 1.0)], 22), 28)]


@family("star", "shape")
def _star(rng: Rng) -> Shells:
    points = int(rng.integers(5, 7))
    a = np.pi / 2 + np.pi * np.arange(2 * points) / points
    r = np.where(np.arange(2 * points) % 2 == 0, 0.5, 0.22)
    return [plate(r[:, None] * np.stack([np.cos(a), np.sin(a)], 1), 0.14)]


@family("heart shape", "shape")
def _heart(rng: Rng) -> Shells:
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    x = 16 * np.sin(t) ** 3
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return [plate(np.stack([x, y], 1)[::-1] / 34, 0.2)]


@family("crescent moon", "shape")
def _moon(rng: Rng) -> Shells:
    a, b = np.linspace(0.3 * np.pi, 1.7 * np.pi, 26), np.linspace(1.62 * np.pi, 0.38 * np.pi, 20)
    outer = 0.5 * np.stack([np.cos(a), np.sin(a)], 1)
    return [
        plate(np.concatenate([outer, 0.42 * np.stack([np.cos(b), np.sin(b)], 1) + [0.14, 0]]), 0.12)
    ]


@family("spring", "shape")
def _spring(rng: Rng) -> Shells:
    t = np.linspace(0, 1, 110)
    a = 2 * np.pi * int(rng.integers(5, 8)) * t
    return [sweep(np.stack([0.25 * np.cos(a), t, 0.25 * np.sin(a)], 1), 0.035, 7)]


@family("finial ball", "lid")
def _finial(rng: Rng) -> Shells:
    return [
        lathe(
            smooth(
                [
                    (0.25, 0),
                    (0.12, 0.12),
                    (0.14, 0.2),
                    (0.34, 0.45),
                    (0.2, 0.75),
                    (0.05, 0.9),
                    (0.0, 1.0),
                ],
                28,
            ),
            24,
        )
    ]
