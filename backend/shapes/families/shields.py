# SPDX-License-Identifier: GPL-3.0-or-later
"""Shields."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..implicit import (
    Solid,
    Vector,
    box,
    cylinder,
    ellipsoid,
    extrusion,
    loft,
    round_cone,
    spline,
    vec,
)
from ..polyhedra import both, bowed, minus, regular
from ..sculpt import Sculpture, chance, mix
from .ornament import UPRIGHT, draw_style, rays


def _edge(rng: np.random.Generator, kind: str) -> Vector:
    """A shield's edge in its plane, (N, 2), the top at +y."""
    t = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    if kind == "round":
        return np.stack([np.cos(t), np.sin(t)], 1) * mix(rng, 0.36, 0.46)
    if kind == "oval":
        return np.stack([np.cos(t) * mix(rng, 0.26, 0.34), np.sin(t) * mix(rng, 0.4, 0.48)], 1)
    if kind == "tower":
        w, h, e = mix(rng, 0.24, 0.32), mix(rng, 0.42, 0.5), mix(rng, 3, 9)
        return np.stack(
            [
                w * np.sign(np.cos(t)) * abs(np.cos(t)) ** (2 / e),
                h * np.sign(np.sin(t)) * abs(np.sin(t)) ** (2 / e),
            ],
            1,
        )
    w, h = mix(rng, 0.28, 0.36), mix(rng, 0.4, 0.48)
    if kind == "kite":
        top = np.linspace(0, np.pi, 17)
        side = np.linspace(0, 1, 12)[1:-1]
        left = np.stack([-w * (1 - side**1.5), h * 0.3 - side * h * 1.5], 1)
        return np.concatenate(
            [
                np.stack([w * np.cos(top), h * 0.3 + w * np.sin(top)], 1),
                left,
                [[0, -h * 1.2]],
                left[::-1] * [-1, 1],
            ]
        )
    side = np.linspace(0, 1, 12)
    edge = np.stack([w * np.cos(side**1.3 * np.pi / 2) ** 0.9, h * 0.4 - side * h * 1.4], 1)
    notch = mix(rng, -0.08, 0.1)
    top = np.array(
        [
            [-w * 0.5, h * (0.5 + notch * 0.5)],
            [0, h * (0.55 - notch)],
            [w * 0.5, h * (0.5 + notch * 0.5)],
        ]
    )
    return np.concatenate(
        [edge[:-1], [[0, -h]], (edge[:-1] * [-1, 1])[::-1], [[-w, h * 0.6]], top, [[w, h * 0.6]]]
    )


def shield(rng: np.random.Generator) -> Sculpture:
    """A round, oval, kite, heater or tower shield, facing -y: rim, boss, emblem, studs, grip."""
    style = draw_style(rng, 0.8, 0.2)
    s = Sculpture(crisp=style.crisp, detail=114)
    kind = str(rng.choice(["round", "round", "heater", "heater", "kite", "tower", "oval"]))
    outline = _edge(rng, kind)
    thick, curve = mix(rng, 0.018, 0.03), mix(rng, 0.0, 0.5)
    curve = curve if kind != "tower" else mix(rng, 0.5, 1.4)
    dish = np.float32(curve)

    def lift(p: NDArray[np.float32]) -> NDArray[np.float32]:
        q = np.minimum(
            p[0] * p[0] + (p[2] * p[2] if kind in ("round", "oval") else 0), np.float32(0.25)
        )
        return np.asarray(dish * q, np.float32)

    def bent(solid: Solid) -> Solid:
        return bowed(solid, lift, curve * 0.25, min(curve * 0.9, 1.2), 1)

    def plate(shape: Vector, half: float, y: float) -> Solid:
        return bent(
            extrusion(
                shape, half, centre=(0, y, 0), rotation=UPRIGHT, rounding=min(0.006, half * 0.5)
            )
        )

    s.add(plate(outline, thick, 0.0), "board", 0.0)
    middle = outline.mean(0)
    if chance(rng, 0.8):
        wide = 1 - mix(rng, 0.07, 0.15)
        ring = minus(
            extrusion(
                middle + (outline - middle) * 1.03, thick + 0.014, rotation=UPRIGHT, rounding=0.008
            ),
            extrusion(middle + (outline - middle) * wide, 1.0, rotation=UPRIGHT),
        )
        s.add(bent(ring), "rim", 0.0)
        if chance(rng, 0.5):
            edge = middle + (outline - middle) * (1.03 + wide) / 2
            along = np.concatenate(
                [
                    [0],
                    np.cumsum(
                        np.linalg.norm(np.diff(np.concatenate([edge, edge[:1]]), axis=0), axis=1)
                    ),
                ]
            )
            count = int(rng.integers(8, 15))
            for i in range(count):
                place = along[-1] * i / count
                x = np.interp(place, along, np.append(edge[:, 0], edge[0, 0]))
                z = np.interp(place, along, np.append(edge[:, 1], edge[0, 1]))
                y = -thick - 0.014 + float(lift(np.array([[x], [0], [z]], np.float32))[0])
                s.add(ellipsoid((x, y, z), (0.026, 0.02, 0.026)), f"stud.{i}", 0.0)
    front = -thick
    what = str(rng.choice(["boss", "boss", "cross", "emblem", "star", "halves", "spike"]))
    if what in ("boss", "spike"):
        r = mix(rng, 0.08, 0.14)
        s.add(cylinder((0, front - 0.012, 0), (0, front + 0.02, 0), r * 1.3), "boss", 0.0)
        s.add(
            both(
                ellipsoid((0, front, 0), (r, r * mix(rng, 0.5, 1.0), r)),
                box((0, front - 0.5, 0), (1, 0.5, 1)),
            ),
            "boss",
            0.0,
        )
        if what == "spike":
            s.add(
                round_cone(
                    (0, front - r * 0.3, 0), (0, front - r - mix(rng, 0.1, 0.2), 0), r * 0.4, 0.012
                ),
                "spike",
                0.004,
            )
        inside = extrusion(outline * 0.97, 1.0, rotation=UPRIGHT)
        for i, way in enumerate(rays(int(rng.choice([0, 0, 4, 6])))[:, [0, 2, 1]]):
            root = vec(0, front - 0.004, 0)
            side = np.cross(way, (0, 1, 0))
            band = loft(root, root + way * 0.6, 0.03, 0.016, side=side, cap=0.01)
            s.add(bent(both(band, inside)), f"band.{i}", 0.0)
    else:
        size, y = mix(rng, 0.13, 0.2), front - 0.006
        shapes = {
            "star": regular(2 * 5, 1.0, 0.5) * np.tile([[1.0], [0.45]], (5, 1)) * [1, 1],
            "emblem": np.array(
                [
                    [0, 1.2],
                    [-0.35, 0.55],
                    [-0.9, 0.7],
                    [-0.6, 0],
                    [-0.75, -0.6],
                    [-0.2, -0.5],
                    [0, -1.2],
                    [0.2, -0.5],
                    [0.75, -0.6],
                    [0.6, 0],
                    [0.9, 0.7],
                    [0.35, 0.55],
                ]
            ),
            "cross": np.array(
                [
                    [-0.25, 1.5],
                    [-0.25, 0.4],
                    [-1.2, 0.4],
                    [-1.2, -0.1],
                    [-0.25, -0.1],
                    [-0.25, -1.7],
                    [0.25, -1.7],
                    [0.25, -0.1],
                    [1.2, -0.1],
                    [1.2, 0.4],
                    [0.25, 0.4],
                    [0.25, 1.5],
                ]
            ),
        }
        if what == "halves":
            half = np.clip(middle + (outline - middle) * 0.9, [0.0, -9], [9, 9])
            s.add(plate(half + [1e-3, 0] * (half[:, :1] > 0), 0.02, y + 0.004), "half", 0.0)
        else:
            s.add(plate(shapes[what] * size, 0.022, y), what, 0.0)
    back = thick + float(lift(np.zeros((3, 1), np.float32))[0])
    if chance(rng, 0.7):
        for i, x in enumerate((-0.1, 0.1) if chance(rng, 0.6) else (0.0,)):
            arch = [
                vec(x, back, -0.12),
                vec(x, back + 0.09, -0.07),
                vec(x, back + 0.09, 0.07),
                vec(x, back, 0.12),
            ]
            s.limb(spline(arch, 9), 0.022, f"strap.{i}" if i else "grip", 0.0)
    s.opinion(0.4, "stud.*>rim", "band.*>bands")
    s.opinion(0.3, "stud.*>board", "band.*>boss", "spike>boss", "rim")
    s.opinion(0.3)
    return s
