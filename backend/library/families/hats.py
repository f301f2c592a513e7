# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedural hats."""

from __future__ import annotations

import numpy as np

from ...geometry.booleans import Mesh
from .forms import ball, lathe, moved, outward, plate, ring, smooth, sweep, turned
from .listing import Rng, Shells, family


def brim(radius: float, up: float, oval: float = 1.0, thick: float = 0.025) -> Mesh:
    """A brim whose sides curl up by `up`."""
    profile = [
        (0.0, -thick),
        (radius * 0.7, -thick),
        (radius, -thick * 0.4),
        (radius, thick * 0.4),
        (radius * 0.7, thick),
        (0.0, thick),
    ]
    v, f = lathe(profile, 40, oval)
    far = np.linalg.norm(v[:, [0, 2]], axis=1) / radius
    v = v.copy()
    v[:, 1] += up * np.clip(far - 0.5, 0, None) * np.cos(2 * np.arctan2(v[:, 2], v[:, 0]))
    return v, f


def crown(profile: list[tuple[float, float]], crease: float = 0.0, oval: float = 1.0) -> Mesh:
    """The part of a hat above its brim, pinched along its top by `crease`."""
    curve = smooth(profile, 14)
    curve[-1, 0] = 0
    v, f = lathe(curve, 32, oval)
    high = np.clip((v[:, 1] - v[:, 1].max() * 0.55) / (v[:, 1].max() * 0.45), 0, 1)
    v = v.copy()
    v[:, 1] -= crease * high * np.exp(-((v[:, 0] / 0.13) ** 2))
    v[:, 0] *= 1 - 0.25 * (crease > 0) * high * np.clip(v[:, 2] / 0.4, 0, 1)
    return v, f


def band(radius: float, low: float, high: float, oval: float = 1.0) -> Mesh:
    return lathe(
        [(radius, low), (radius * 1.03, low), (radius * 1.02, high), (radius * 0.98, high)],
        32,
        oval,
    )


@family("cowboy hat", "hat")
def _cowboy(rng: Rng) -> Shells:
    tall, wide = rng.uniform(0.5, 0.6), rng.uniform(0.82, 0.95)
    return [
        brim(wide, rng.uniform(0.5, 0.75), 0.95),
        crown(
            [(0.46, -0.02), (0.45, 0.2), (0.41, tall * 0.8), (0.3, tall), (0.0, tall)], 0.16, 0.85
        ),
        band(0.455, 0.0, 0.09, 0.85),
    ]


@family("fedora", "hat")
def _fedora(rng: Rng) -> Shells:
    tall = rng.uniform(0.48, 0.56)
    return [
        brim(rng.uniform(0.66, 0.74), rng.uniform(0.08, 0.2), 0.88),
        crown(
            [(0.45, -0.02), (0.43, 0.2), (0.38, tall * 0.85), (0.26, tall), (0.0, tall)], 0.14, 0.84
        ),
        band(0.455, 0.0, 0.13, 0.84),
    ]


@family("top hat", "hat")
def _top_hat(rng: Rng) -> Shells:
    tall, flare = rng.uniform(0.75, 1.0), rng.uniform(0.0, 0.07)
    return [
        brim(0.68, 0.15, 0.92),
        lathe(
            [
                (0.43, -0.02),
                (0.40, tall * 0.4),
                (0.42 + flare, tall - 0.03),
                (0.4 + flare, tall),
                (0.0, tall),
            ],
            32,
            0.92,
        ),
        band(0.432, 0.0, 0.13, 0.92),
    ]


@family("bowler hat", "hat")
def _bowler(rng: Rng) -> Shells:
    tall = rng.uniform(0.42, 0.5)
    return [
        brim(0.62, 0.18, 0.9),
        crown([(0.44, -0.02), (0.44, 0.15), (0.36, tall * 0.85), (0.0, tall)], 0, 0.9),
        band(0.445, 0, 0.08, 0.9),
    ]


@family("sombrero", "hat")
def _sombrero(rng: Rng) -> Shells:
    wide, tall = rng.uniform(1.1, 1.3), rng.uniform(0.6, 0.75)
    profile = smooth(
        [
            (0.0, 0.0),
            (0.5, 0.0),
            (wide * 0.85, 0.06),
            (wide, 0.2),
            (wide, 0.24),
            (wide * 0.82, 0.11),
            (0.45, 0.05),
            (0.0, 0.05),
        ],
        24,
    )
    return [
        lathe(profile, 40),
        crown([(0.45, 0.0), (0.42, 0.2), (0.3, tall * 0.8), (0.16, tall), (0.0, tall)]),
    ]


@family("straw hat", "hat")
def _straw(rng: Rng) -> Shells:
    return [
        brim(rng.uniform(0.85, 1.0), -0.12),
        crown([(0.44, -0.02), (0.44, 0.22), (0.38, 0.32), (0.0, 0.34)]),
        band(0.447, 0, 0.1),
    ]


@family("beanie", "hat")
def _beanie(rng: Rng) -> Shells:
    shells = [
        crown([(0.47, 0.02), (0.48, 0.2), (0.4, 0.45), (0.2, 0.58), (0.0, 0.6)]),
        ring(0.46, 0.06, 32, 8, 2.0),
    ]
    shells[1] = moved(shells[1], (0, 0.1, 0))
    if rng.random() < 0.7:
        shells.append(moved(ball(0.12, 14, 8), (0, 0.66, 0)))
    return shells


@family("baseball cap", "hat")
def _cap(rng: Rng) -> Shells:
    dome = crown([(0.47, 0.0), (0.47, 0.15), (0.4, 0.36), (0.2, 0.46), (0.0, 0.47)], 0, 0.92)
    angle = np.linspace(0, np.pi, 16)
    out = rng.uniform(0.8, 0.95)
    v, f = plate(np.stack([0.45 * np.cos(angle), out * np.sin(angle) ** 0.8], 1), 0.035)
    v = np.stack([v[:, 0], 0.03 + v[:, 2] - 0.35 * v[:, 0] ** 2, v[:, 1]], 1)
    return [dome, (v, f[:, ::-1]), moved(ball(0.035, 10, 6), (0, 0.48, 0))]


@family("party hat", "hat")
def _party(rng: Rng) -> Shells:
    return [
        lathe([(0.36, 0), (0.0, rng.uniform(0.85, 1.1))], 28),
        moved(ball(0.09, 12, 7), (0, 0.95, 0)),
        ring(0.355, 0.03, 28, 6),
    ]


@family("witch hat", "hat")
def _witch(rng: Rng) -> Shells:
    bend = rng.uniform(0.1, 0.3)
    line = smooth([(0, 0, 0), (0, 0.4, 0), (bend * 0.3, 0.8, 0), (bend, 1.1, -bend * 0.3)], 12)
    return [
        brim(rng.uniform(0.85, 1.0), 0.08),
        sweep(line, np.linspace(0.45, 0.02, 12) ** 1.15 * 1.13, 24),
        band(0.44, 0.02, 0.14),
    ]


@family("hard hat", "hat")
def _hard(rng: Rng) -> Shells:
    a = np.linspace(0, np.pi, 20)
    ridge = plate(np.stack([0.47 * np.cos(a), 0.5 * np.sin(a)], 1), 0.1)
    return [
        brim(0.58, -0.05, 0.88),
        crown([(0.48, 0), (0.47, 0.15), (0.38, 0.37), (0.18, 0.45), (0.0, 0.46)], 0, 0.88),
        turned(ridge, 1, 90),
    ]


@family("king crown", "hat")
def _king(rng: Rng) -> Shells:
    points, tall = int(rng.integers(5, 9)), rng.uniform(0.35, 0.5)
    angle = 2 * np.pi * np.arange(4 * points) / (4 * points)
    top = np.where(
        np.arange(4 * points) % 4 == 0,
        tall,
        np.where(np.arange(4 * points) % 4 == 2, tall * 0.5, tall * 0.72),
    )
    loop = lambda r, h: np.stack([r * np.cos(angle), h + 0 * angle, r * np.sin(angle)], 1)  # noqa: E731
    around = 4 * points
    loops = np.array([loop(0.42, 0), loop(0.46, 0), loop(0.5, top), loop(0.46, top)])
    n = np.arange(around)
    m = np.roll(n, -1)
    faces = []
    for r in range(4):
        a, b = r * around, (r + 1) % 4 * around
        faces += [np.stack([a + n, a + m, b + m], 1), np.stack([a + n, b + m, b + n], 1)]
    shells = [outward(loops.reshape(-1, 3), np.concatenate(faces))]
    return shells + [
        moved(ball(0.05, 10, 6), (0.48 * np.cos(a), tall, 0.48 * np.sin(a))) for a in angle[::4]
    ]
