# SPDX-License-Identifier: GPL-3.0-or-later
"""Tails to put on a body: along a curve, with a tip of another kind."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    Vector,
    ellipsoid,
    extrusion,
    frame,
    loft,
    round_cone,
    sphere,
    spline,
    torus,
    unit,
    vec,
)
from ..sculpt import Sculpture, chance, mix

KINDS = (
    "arrow",
    "spade",
    "club",
    "spiked",
    "fan",
    "tuft",
    "plain",
    "bushy",
    "ringed",
    "paddle",
    "fluke",
    "sting",
    "curled",
    "bob",
)


def tail(
    s: Sculpture,
    rng: np.random.Generator,
    root: Vector,
    way: Vector,
    long: float,
    thick: float,
    kind: str,
    k: float = 0.02,
) -> Vector:
    """Adds a tail that leaves `root` along `way`, `thick` there; returns its curve (N, 3).

    Its length is named "tail/tail", what ends it "tail/tip", "tail/tuft" and so on.
    """
    side = vec(mix(rng, -0.5, 0.5), 0, 0)
    lift = mix(rng, -0.35, 0.7)
    if kind in ("bushy", "ringed", "sting"):
        lift = mix(rng, 0.7, 1.2)
    if kind == "bob":
        s.add(sphere(root + way * thick * 1.2, thick * mix(rng, 1.5, 2.2)), "tail/tail", 0.004)
        return np.stack([root, root + way * thick])
    if kind == "curled":
        t = np.linspace(0, 3.4 * np.pi, 26)
        axis = frame(way)
        r = thick * mix(rng, 1.3, 1.8)
        curve = root + np.stack([np.cos(t) - 1, np.sin(t), t * 0.35], 1) * r @ axis.T
        s.limb(curve, [thick * 0.8, thick * 0.45], "tail/tail", 0.006)
        return np.asarray(curve)
    mid = root + way * long * 0.45 + side * long * 0.35 - vec(0, 0, long * 0.08)
    end = root + way * long * 0.85 + side * long + vec(0, 0, lift * long * 0.6)
    if kind in ("bushy", "ringed"):
        mid, end = (
            root + way * long * 0.5 + vec(0, 0, long * 0.1),
            root + way * long * 0.45 + vec(0, 0, long * lift),
        )
    elif kind == "sting":
        mid, end = (
            root + way * long * 0.6 + vec(0, 0, long * 0.5),
            root + way * long * 0.05 + vec(0, 0, long * 0.95),
        )
    curve = spline([root, mid, end], 16)
    if kind == "bushy":
        broad = thick * mix(rng, 2.0, 3.2)
        s.limb(
            curve[:11],
            np.interp(np.arange(11), [0, 5, 10], [thick * 0.7, broad * 0.8, broad]),
            "tail/tail",
            0.01,
            0.01,
        )
        s.limb(curve[10:], [broad * 0.97, thick * 0.3], "tail/tip", 0.004, 0.01)
        return curve
    if kind == "ringed":
        for i in range(0, 15, 3):
            last = i >= 12
            s.limb(
                curve[i : i + 4],
                thick * (1.5 - 0.12 * (i / 3 % 2)),
                f"tail/{'tip' if last else 'ring'}.{i // 3}",
                0.004,
            )
        return curve
    if kind == "sting":
        for i in range(7):
            s.add(ellipsoid(curve[2 * i], thick * (1.15 - 0.08 * i)), f"tail/segment.{i}", 0.003)
        s.add(ellipsoid(curve[14], thick * 1.1), "tail/bulb", 0.003)
        tip = curve[15] - way * thick * 2.6 - vec(0, 0, thick * 1.2)
        s.limb(
            spline([curve[15], curve[15] - way * thick * 1.6 + vec(0, 0, thick * 0.4), tip], 6),
            [thick * 0.6, 0.014],
            "tail/sting",
            0.003,
        )
        return curve
    s.limb(curve, [thick, thick * 0.7, max(0.018, thick * 0.25)], "tail/tail", k)
    along = unit(curve[-1] - curve[-3])
    size = min(max(thick * mix(rng, 1.2, 2.0), 0.05), 0.09)
    at = curve[-1] - along * 0.01
    up = unit(np.cross(along, (1, 0, 0.01)))
    rot = np.stack([np.cross(up, along), along, up], 1)
    shapes = {
        "arrow": [
            [0, 1.9],
            [-1, 0.2],
            [-0.35, 0.35],
            [-0.2, -0.1],
            [0.2, -0.1],
            [0.35, 0.35],
            [1, 0.2],
        ],
        "spade": [
            [0, 2.0],
            [-0.55, 1.5],
            [-0.9, 0.8],
            [-0.6, 0.2],
            [0, -0.1],
            [0.6, 0.2],
            [0.9, 0.8],
            [0.55, 1.5],
        ],
        "fluke": [
            [0, 0.9],
            [-0.5, 1.2],
            [-1.7, 1.5],
            [-1.2, 0.7],
            [-0.4, 0.0],
            [0, -0.3],
            [0.4, 0.0],
            [1.2, 0.7],
            [1.7, 1.5],
            [0.5, 1.2],
        ],
        "paddle": [
            [0, 2.9],
            [-0.7, 2.6],
            [-1.05, 1.6],
            [-0.8, 0.4],
            [-0.3, -0.4],
            [0.3, -0.4],
            [0.8, 0.4],
            [1.05, 1.6],
            [0.7, 2.6],
        ],
    }
    if kind in shapes:
        outline = np.array(shapes[kind])
        s.add(
            extrusion(
                outline * size, max(0.016, 0.16 * size), centre=at, rotation=rot, rounding=0.012
            ),
            f"tail/{'fluke' if kind == 'fluke' else 'paddle' if kind == 'paddle' else 'tip'}",
            0.006,
        )
    elif kind in ("club", "spiked"):
        s.add(ellipsoid(at + along * size * 0.5, size * vec(1.1, 1.1, 1.0)), "tail/club", 0.006)
        for i in range(int(rng.integers(4, 8)) if kind == "spiked" else 0):
            turn = 2 * np.pi * i / 6
            out = unit(rot @ vec(np.cos(turn), 0.5 * (-1) ** i, np.sin(turn)))
            s.add(
                round_cone(
                    at + along * size * 0.5 + out * size * 0.7,
                    at + along * size * 0.5 + out * size * 1.9,
                    size * 0.3,
                    0.013,
                ),
                f"tail/spike.{i}",
                0.003,
            )
    elif kind == "fan":
        count = int(rng.integers(3, 7))
        for i in range(count):
            turn = (i / (count - 1) - 0.5) * 2.0
            leaf = rot @ vec(np.sin(turn), np.cos(turn), 0)
            s.add(
                loft(
                    at,
                    at + leaf * size * 2.6,
                    [size * 0.2, size * 0.42, size * 0.12],
                    0.016,
                    side=np.cross(leaf, up),
                ),
                f"tail/feather.{i}",
                0.003,
            )
    elif kind == "tuft":
        s.add(
            loft(
                at - along * size * 0.4,
                at + along * size * 1.9,
                size * np.array([0.35, 0.8, 0.6, 0.08]),
                size * np.array([0.35, 0.8, 0.6, 0.08]),
            ),
            "tail/tuft",
            0.004,
        )
        if chance(rng, 0.4):
            s.add(torus(at - along * size * 0.3, along, size * 0.4, 0.022), "tail/tie", 0.002)
    return curve
