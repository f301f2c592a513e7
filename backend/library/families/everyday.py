# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedural flowers, leaves, sails, bags and snouts."""

from __future__ import annotations

import numpy as np

from ...geometry.booleans import difference
from .forms import ball, block, lathe, moved, plate, ring, rings, smooth, sweep, turned
from .listing import Rng, Shells, family


@family("daisy flower", "plant")
def _daisy(rng: Rng) -> Shells:
    petals, long = int(rng.integers(8, 15)), rng.uniform(0.26, 0.36)
    outline = smooth(
        [(0.06, -0.03), (long * 0.7, -0.07), (long, 0), (long * 0.7, 0.07), (0.06, 0.03)], 18
    )
    lift = rng.uniform(8, 25)
    shells = [moved(ball((0.11, 0.06, 0.11), 18, 9), (0, 1.0, 0))]
    for k in range(petals):
        flat = turned(turned(plate(outline, 0.02), 0, 90), 2, lift)
        shells.append(moved(turned(flat, 1, 360 * k / petals), (0, 0.98 + 0.006 * (k % 2), 0)))
    bend = rng.uniform(-0.1, 0.1)
    return [*shells, sweep(smooth([(0, 0, 0), (bend, 0.5, 0), (0, 1, 0)], 12), 0.025, 10)]


@family("tulip flower", "plant")
def _tulip(rng: Rng) -> Shells:
    wide = rng.uniform(0.13, 0.18)
    cup = lathe(
        smooth(
            [(0.03, 0.68), (wide, 0.76), (wide * 1.05, 0.9), (wide * 0.6, 1.0), (0.01, 0.97)], 18
        ),
        24,
    )
    leaf = plate(smooth([(0, -0.02), (0.3, -0.07), (0.62, 0), (0.3, 0.07), (0, 0.02)], 18), 0.02)
    shells = [cup, lathe([(0.022, 0), (0.022, 0.72)], 12)]
    for side in (0, 180):
        shells.append(moved(turned(turned(leaf, 2, rng.uniform(55, 72)), 1, side), (0, 0.02, 0)))
    return shells


@family("leaf", "plant")
def _leaf(rng: Rng) -> Shells:
    wide = rng.uniform(0.18, 0.3)
    half = smooth([(0.02, 0.12), (wide, 0.4), (wide * 0.8, 0.7), (0.0, 1.0)], 16)
    outline = np.concatenate([half, half[-2::-1] * [-1, 1]])
    vertices, faces = plate(outline, 0.025)
    vertices = vertices.copy()
    vertices[:, 2] += 0.25 * np.abs(vertices[:, 0]) - 0.12 * vertices[:, 1] ** 2
    line = [(0, h, -0.12 * h * h) for h in np.linspace(0, 0.92, 12)]
    return [(vertices, faces), sweep(line, np.linspace(0.025, 0.008, 12), 8)]


@family("triangular sail", "sail")
def _sail(rng: Rng) -> Shells:
    belly, foot = rng.uniform(0.06, 0.16), rng.uniform(0.5, 0.65)
    rows = 14
    loops = []
    for h in np.linspace(0.08, 0.98, rows):
        wide = foot * (1 - h) + 0.01
        x = np.linspace(0, wide, 10)
        z = belly * np.sin(np.pi * x / wide) * np.sin(np.pi * h) * wide / foot
        front = np.stack([x, np.full(10, h), z + 0.008], 1)
        back = np.stack([x[::-1], np.full(10, h), z[::-1] - 0.008], 1)
        loops.append(np.concatenate([front, back]))
    boom = turned(lathe([(0.018, -0.02), (0.018, foot)], 12), 2, -90)
    return [
        rings(np.array(loops)),
        lathe([(0.025, 0), (0.018, 1.0)], 12),
        moved(boom, (0, 0.07, 0)),
    ]


@family("handbag", "bag", "back")
def _handbag(rng: Rng) -> Shells:
    wide, tall, deep = rng.uniform(0.8, 1.0), rng.uniform(0.5, 0.65), rng.uniform(0.25, 0.35)
    reach = wide * rng.uniform(0.24, 0.32)
    arch = [
        (reach * np.cos(a), tall / 2 + 1.3 * reach * np.sin(a), 0)
        for a in np.linspace(0, np.pi, 18)
    ]
    arch = [(reach, tall / 2 - 0.05, 0), *arch, (-reach, tall / 2 - 0.05, 0)]
    return [
        block((wide, tall, deep), 0.09),
        sweep(arch, 0.03, 10),
        moved(block((wide * 0.96, tall * 0.5, 0.03), 0.012), (0, tall * 0.24, deep / 2)),
        moved(ball(0.05, 14, 8), (0, tall * 0.02, deep / 2 + 0.015)),
    ]


@family("shoulder bag", "bag", "back")
def _shoulder_bag(rng: Rng) -> Shells:
    wide, tall = rng.uniform(0.6, 0.75), rng.uniform(0.42, 0.5)
    strap = turned(ring(0.36, 0.022, 32, 8), 0, 90)
    return [
        block((wide, tall, 0.22), 0.08),
        moved(strap, (0, tall / 2 + 0.18, 0), (wide / 0.78, 1.3, 1.6)),
        moved(block((wide * 1.01, tall * 0.55, 0.24), 0.06), (0, tall * 0.23, 0.01)),
    ]


@family("pig snout", "nose", "back")
def _snout(rng: Rng) -> Shells:
    oval, long = rng.uniform(1.15, 1.35), rng.uniform(0.35, 0.6)
    tube = turned(
        lathe([(0.42, 0), (0.36, long * 0.7), (0.4, long * 0.86), (0.37, long)], 28, oval), 0, 90
    )
    holes = [moved(ball((0.09, 0.13, 0.1), 14, 8), (x, 0, long)) for x in (-0.17, 0.17)]
    return [difference(tube, holes) or tube]
