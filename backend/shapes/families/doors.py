# SPDX-License-Identifier: GPL-3.0-or-later
"""Doors with their handles and hinges."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    Vector,
    box,
    cylinder,
    ellipsoid,
    extrusion,
    sphere,
    spline,
    torus,
    vec,
)
from ..polyhedra import minus
from ..sculpt import Sculpture, chance, mix
from .ornament import UPRIGHT, draw_style


def door(rng: np.random.Generator) -> Sculpture:
    """A door in its frame or alone, facing -y: panels, panes, hinges, handle, steps."""
    style = draw_style(rng, 0.95, 0.2)
    s = Sculpture(crisp=style.crisp, detail=116)
    w, h, d = mix(rng, 0.2, 0.28), mix(rng, 0.42, 0.5), mix(rng, 0.026, 0.04)
    arch = mix(rng, 0.3, 1.0) if chance(rng, 0.35) else 0.0
    point = mix(rng, 0.0, 0.8) if arch and chance(rng, 0.4) else 0.0

    def shape(grow: float) -> Vector:
        """The leaf's outline, (N, 2), grown by some length."""
        t = np.linspace(0, np.pi, 21) if arch else np.array([0.0, np.pi])
        bow = (1 - abs(np.cos(t)) ** (1 + point)) if point else np.sin(t)
        top = np.stack(
            [(w + grow) * np.cos(t), h + bow * (w * arch + grow) + (0 if arch else grow)], 1
        )
        return np.concatenate([top, [[-w - grow, -h], [w + grow, -h]]])

    s.add(extrusion(shape(0.0), d, rotation=UPRIGHT), "door/leaf", 0.0)
    planks = chance(rng, 0.4)
    if planks:
        count = int(rng.integers(4, 7))
        for i in range(1, count):
            x = -w + 2 * w * i / count
            s.cut(box((x, -d, 0), (0.006, 0.012, 3)), 0.0)
        for i, z in enumerate((-0.6, 0.0, 0.6)[: int(rng.choice([2, 3]))]):
            s.add(
                box((0, -d - 0.006, z * h), (w * 0.92, 0.02, 0.035), 0.004), f"door/brace.{i}", 0.0
            )
    else:
        rows, cols = int(rng.choice([1, 2, 2, 3])), int(rng.choice([1, 2]))
        glazed = chance(rng, 0.4)
        for i in range(rows):
            for j in range(cols):
                at = vec(
                    (2 * j + 1 - cols) / cols * w * 0.9,
                    -d,
                    h * (0.9 - (2 * i + 1) * 0.9 / rows) + 0.02,
                )
                half = vec(w * 0.72 / cols, 0.022, h * 0.68 / rows)
                if glazed and i == 0:
                    s.cut(box(at, half * [1, 3, 1]), 0.0)
                    s.add(box(at + vec(0, d, 0), half * [1.02, 0.7, 1.02]), f"door/pane.{j}", 0.0)
                    if chance(rng, 0.5):
                        s.add(
                            box(at + vec(0, d * 0.4, 0), (0.012, 0.016, half[2])),
                            "door/glazing bar",
                            0.0,
                        )
                        s.add(
                            box(at + vec(0, d * 0.4, 0), (half[0], 0.016, 0.012)),
                            "door/glazing bar",
                            0.0,
                        )
                else:
                    s.add(box(at, half, 0.008), f"door/panel.{i * cols + j}", 0.0)
    side = 1.0 if chance(rng, 0.5) else -1.0
    _door_handle(s, rng, vec(side * w * 0.8, -d, -h * mix(rng, 0.0, 0.15)), side)
    for i in range(int(rng.choice([2, 3]))):
        z = h * (0.7 - 0.7 * i)
        at = vec(-side * w, -d, z)
        s.add(cylinder(at - vec(0, 0.01, 0.05), at + vec(0, -0.01, 0.05), 0.022), f"hinge.{i}", 0.0)
        if planks or chance(rng, 0.3):
            long = w * mix(rng, 0.7, 1.4)
            s.add(
                box(at + vec(side * long / 2, -0.02, 0), (long / 2, 0.016, 0.02), 0.004),
                f"hinge.{i}",
                0.0,
            )
            s.add(
                cylinder(at + vec(side * long, -0.036, 0), at + vec(side * long, -0.004, 0), 0.034),
                f"hinge.{i}",
                0.0,
            )
    if chance(rng, 0.35):
        at = vec(0, -d - 0.02, h * 0.35)
        s.add(ellipsoid(at, (0.045, 0.03, 0.05)), "knocker/boss", 0.0)
        s.add(torus(at - vec(0, 0.026, 0.055), (0, 1, 0.25), 0.055, 0.015), "knocker/ring", 0.0)
    if chance(rng, 0.25):
        s.add(box((0, -d, -h * 0.25), (0.075, 0.022, 0.022), 0.006), "letter slot", 0.0)
    if chance(rng, 0.65):
        wide, deep = mix(rng, 0.05, 0.09), d * mix(rng, 1.4, 2.4)
        frame = minus(
            extrusion(shape(wide), deep, rotation=UPRIGHT),
            extrusion(shape(0.004) - [0, 0.01], 1.0, rotation=UPRIGHT),
        )
        s.add(frame, "frame", 0.0)
        if chance(rng, 0.6):
            for i in range(int(rng.integers(1, 4))):
                s.add(
                    box(
                        (0, -0.07 * i, -h - 0.03 - 0.05 * i),
                        (w + wide + 0.03 * (1 + i), deep + 0.06 * (1 + i), 0.026),
                        0.004,
                    ),
                    f"step.{i}",
                    0.0,
                )
        if not arch and chance(rng, 0.4):
            top = h + wide
            if chance(rng, 0.5):
                s.add(
                    box((0, -0.02, top + 0.025), (w + wide + 0.05, deep + 0.04, 0.026), 0.004),
                    "lintel",
                    0.0,
                )
            else:
                roof = np.array([[-w - wide - 0.06, 0], [w + wide + 0.06, 0], [0, 0.14]])
                s.add(
                    extrusion(roof, deep + 0.03, centre=(0, -0.02, top), rotation=UPRIGHT),
                    "pediment",
                    0.0,
                )
    s.opinion(
        0.4,
        "door/panel.*>^",
        "door/brace.*>^",
        "door/glazing bar>^",
        "handle",
        "knocker",
        "step.*>steps",
    )
    s.opinion(0.25, "door", "handle", "knocker", "hinge.*>hinges", "step.*>steps")
    s.opinion(0.35)
    return s


def _door_handle(s: Sculpture, rng: np.random.Generator, at: Vector, side: float) -> None:
    """A knob, a lever, a bow or a ring, on a plate with a keyhole."""
    kind = str(rng.choice(["knob", "lever", "bow", "ring"]))
    if kind != "bow" and chance(rng, 0.7):
        s.add(
            box(at - vec(0, 0.004, 0), (0.034, 0.018, mix(rng, 0.06, 0.12)), 0.008),
            "handle/plate",
            0.0,
        )
        s.cut(cylinder(at + vec(0, -0.1, -0.055), at + vec(0, 0.0, -0.055), 0.012), 0.0)
    else:
        s.add(cylinder(at + vec(0, 0.01, 0), at - vec(0, 0.02, 0), 0.045), "handle/rose", 0.0)
    stem = at - vec(0, 0.075, 0)
    if kind == "knob":
        s.add(cylinder(at, stem, 0.02), "handle/knob", 0.0)
        s.add(ellipsoid(stem, (0.048, mix(rng, 0.03, 0.05), 0.048)), "handle/knob", 0.003)
    elif kind == "lever":
        curve = [
            at,
            stem,
            stem - vec(side * 0.05, 0, 0),
            stem - vec(side * 0.14, -0.01, mix(rng, -0.02, 0.03)),
        ]
        s.limb(curve, [0.018, 0.02, 0.018], "handle/lever", 0.0, 0.004)
    elif kind == "bow":
        long = mix(rng, 0.1, 0.2)
        curve = [
            at + vec(0, 0.01, -long),
            at + vec(0, -0.06, -long * 0.9),
            at + vec(0, -0.07, 0),
            at + vec(0, -0.06, long * 0.9),
            at + vec(0, 0.01, long),
        ]
        s.limb(spline(curve, 13), 0.02, "handle/bow", 0.0)
    else:
        s.add(sphere(at - vec(0, 0.035, 0), 0.03), "handle/boss", 0.0)
        s.add(torus(at - vec(0, 0.045, 0.055), (0, 1, 0.2), 0.055, 0.015), "handle/ring", 0.0)
