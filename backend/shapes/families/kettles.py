# SPDX-License-Identifier: GPL-3.0-or-later
"""Kettles, pots and pans."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    Vector,
    box,
    cylinder,
    ellipsoid,
    loft,
    sphere,
    spline,
    torus,
    unit,
    vec,
)
from ..sculpt import Sculpture, chance, mix
from .ornament import draw_style, rays

SIDES = (("l", 1.0), ("r", -1.0))


def _grip(
    s: Sculpture, rng: np.random.Generator, root: Vector, way: Vector, long: float, part: str
) -> None:
    """A long handle of a pan, with a ferrule and a hole to hang it by."""
    end = root + way * long
    thick = mix(rng, 0.02, 0.032)
    s.add(
        loft(
            root,
            end,
            thick * np.array([0.8, 1, 1.4, 1.2]),
            thick * np.array([0.7, 0.8, 0.8, 0.7]),
            side=np.cross(way, (0, 0, 1)),
            exponent=2.6,
        ),
        part,
        0.003,
    )
    s.add(cylinder(root - way * 0.02, root + way * long * 0.2, thick * 1.15, thick), "ferrule", 0.0)
    if chance(rng, 0.6):
        at = end - way * 0.03
        s.cut(cylinder(at - vec(0, 0, 1), at + vec(0, 0, 1), thick * 0.5), 0.0)


def kettle(rng: np.random.Generator, kind: str = "") -> Sculpture:
    """A kettle for the stove, one on an electric base, a pot with a lid, a pan, a coffee pot."""
    style = draw_style(rng, 0.4, 0.2)
    s = Sculpture(crisp=style.crisp, detail=116)
    k = max(style.blend, 0.004)
    kind = kind or str(rng.choice(["stove", "stove", "electric", "pot", "pan", "coffee pot"]))
    r, tall = mix(rng, 0.22, 0.32), mix(rng, 0.25, 0.4)
    if kind == "pan":
        tall = mix(rng, 0.08, 0.14)
    low, high = {
        "stove": (1.0, mix(rng, 0.4, 0.7)),
        "electric": (1.0, mix(rng, 0.6, 0.8)),
        "pot": (1.0, 1.0),
        "pan": (0.85, 1.05),
        "coffee pot": (1.0, mix(rng, 0.6, 0.75)),
    }[kind]
    belly = mix(rng, 0.95, 1.15) if kind in ("stove", "pot") else (low + high) / 2
    sizes = r * np.array([low, belly, (belly + high) / 2, high])
    body = loft((0, 0, 0), (0, 0, tall), sizes, sizes, stations=[0, 0.35, 0.7, 1], cap=0.02)
    s.add(body, "body", 0)
    top, open_top = vec(0, 0, tall), kind == "pan" or (kind == "pot" and chance(rng, 0.35))
    if kind in ("pan", "pot"):
        s.cut(cylinder((0, 0, 0.04), (0, 0, tall + 0.1), r * low * 0.86, r * high * 0.93), 0.004)
        if chance(rng, 0.5):
            s.add(torus(top, (0, 0, 1), r * high, 0.018), "rim", 0.0)
    if chance(rng, 0.5):
        s.add(
            cylinder((0, 0, -0.03), (0, 0, 0.03), r * low * mix(rng, 0.9, 1.04), rounding=0.008),
            "base",
            0.0,
        )
    if not open_top:
        wide = r * high * (mix(rng, 0.7, 0.95) if kind not in ("pot", "pan") else 1.03)
        arch = mix(rng, 0.25, 0.6) * wide
        s.add(loft(top - vec(0, 0, 0.005), top + vec(0, 0, 0.02), wide, wide, cap=arch), "lid", 0.0)
        knob, size = top + vec(0, 0, 0.02 + arch), mix(rng, 0.04, 0.06)
        s.add(cylinder(knob - vec(0, 0, 0.03), knob + vec(0, 0, 0.03), size * 0.5), "knob", 0.0)
        s.add(
            ellipsoid(knob + vec(0, 0, 0.03 + size * 0.5), size * rng.uniform(0.7, 1.15, 3)),
            "knob",
            k,
        )
    if kind in ("stove", "electric", "coffee pot"):
        _spout(s, rng, sizes, tall, kind)
    if kind == "stove":
        rise, reach = mix(rng, 0.2, 0.36), r * high
        bail = [
            vec(-reach, 0, tall * 0.85),
            vec(-reach * 1.1, 0, tall + rise * 0.7),
            vec(0, 0, tall + rise),
            vec(reach * 1.1, 0, tall + rise * 0.7),
            vec(reach, 0, tall * 0.85),
        ]
        curve = spline(bail, 21)
        s.limb(curve, 0.02, "handle/bail", k)
        if chance(rng, 0.75):
            s.limb(curve[7:14], mix(rng, 0.03, 0.04), "handle/grip", 0.0)
        for name, side in SIDES if chance(rng, 0.6) else ():
            s.add(
                cylinder(
                    (side * reach * 0.85, 0, tall * 0.85),
                    (side * reach * 1.15, 0, tall * 0.85),
                    0.035,
                ),
                f"lug.{name}",
                0.0,
            )
    elif kind in ("electric", "coffee pot"):
        out = mix(rng, 0.16, 0.24)
        bow = [
            vec(r * 0.75, 0, tall * 0.9),
            vec(r * 0.8 + out, 0, tall * 0.95),
            vec(r * 0.9 + out, 0, tall * 0.4),
            vec(r * 0.9, 0, tall * 0.15),
        ]
        s.limb(spline(bow, 13), [0.024, 0.034, 0.026], "handle/grip", k)
        if kind == "electric":
            s.add(
                cylinder((0, 0, -0.09), (0, 0, -0.03), r * mix(rng, 1.05, 1.2), rounding=0.012),
                "power base",
                0.0,
            )
            s.add(
                box((r * 0.8 + out * 0.5, 0, tall * 1.0), (0.05, 0.03, 0.022), 0.008), "switch", 0.0
            )
            s.limb(
                spline(
                    [
                        vec(r, 0, -0.06),
                        vec(r * 1.4, 0.05, -0.07),
                        vec(r * 1.7, -0.05, -0.07),
                        vec(r * 2.1, 0.05, -0.07),
                    ],
                    11,
                ),
                0.016,
                "cable",
                0.0,
            )
            if chance(rng, 0.5):
                s.add(box((0, -r * 0.92, tall * 0.5), (0.03, 0.05, tall * 0.3), 0.01), "gauge", 0.0)
    elif kind == "pan" or chance(rng, 0.35):
        _grip(
            s,
            rng,
            vec(r * high * 0.98, 0, tall * 0.75),
            unit(vec(1, 0, mix(rng, 0, 0.3))),
            mix(rng, 0.35, 0.55),
            "handle/grip",
        )
        if kind == "pan" and chance(rng, 0.35):
            food = mix(rng, 0.3, 0.45) * r
            s.add(ellipsoid((0, 0, 0.05), (food * 1.7, food * 1.5, 0.026)), "egg white", 0.0)
            s.add(ellipsoid((food * 0.2, 0, 0.07), (food * 0.6, food * 0.6, 0.045)), "yolk", 0.0)
    else:
        for name, side in SIDES:
            bow = [
                vec(side * r * 0.92, -0.08, tall * 0.75),
                vec(side * r * 1.25, -0.06, tall * 0.8),
                vec(side * r * 1.25, 0.06, tall * 0.8),
                vec(side * r * 0.92, 0.08, tall * 0.75),
            ]
            s.limb(spline(bow, 9), 0.022, f"handle.{name}", k)
    if kind == "stove" and chance(rng, 0.3):
        for i, way in enumerate(rays(3)):
            s.limb(
                [way * r * 0.8 + vec(0, 0, 0.03), way * r - vec(0, 0, 0.09)],
                [0.034, 0.024],
                f"foot.{i}",
                k,
            )
    if chance(rng, 0.25) and not open_top:
        s.add(torus(vec(0, 0, tall * 0.35), (0, 0, 1), float(sizes[1]), 0.018), "band", 0.0)
    s.opinion(0.4, "handle", "knob>lid")
    s.opinion(0.25, "handle", "knob>lid", "rim>body", "lug.?>handle", "base>body", "foot.?>^")
    s.opinion(0.35)
    return s


def _spout(s: Sculpture, rng: np.random.Generator, sizes: Vector, tall: float, kind: str) -> None:
    """Where water comes out: a tube, with a whistle or without, or a lip at the top."""
    r = float(sizes[0])
    if kind == "stove" and chance(rng, 0.6):
        root = vec(-r * 0.85, 0, tall * mix(rng, 0.25, 0.5))
        tip = vec(-r * mix(rng, 1.5, 1.9), 0, tall * mix(rng, 0.9, 1.15))
        bend = mix(rng, -0.06, 0.06)
        s.limb(
            spline([root, (root + tip) / 2 + vec(bend, 0, -bend), tip], 9),
            [r * 0.24, r * 0.15, r * 0.1],
            "spout",
            0.008,
        )
        if chance(rng, 0.5):
            way = unit(vec(-1, 0, 0.7))
            s.add(cylinder(tip - way * 0.03, tip + way * 0.05, r * 0.15), "whistle", 0.0)
            s.add(sphere(tip + way * 0.06, r * 0.12), "whistle", 0.0)
    else:
        low = mix(rng, 0.6, 0.75)
        near = float(np.interp(low, [0, 0.35, 0.7, 1], sizes))
        root = vec(-near * 0.8, 0, tall * low)
        lip = vec(-sizes[-1] - r * mix(rng, 0.15, 0.35), 0, tall * 0.97)
        s.add(
            loft(
                root + vec(0, 0, -tall * 0.1),
                lip,
                [r * 0.15, r * 0.28],
                [r * 0.12, r * 0.16],
                side=(0, 1, 0),
                cap=0.012,
            ),
            "spout",
            0.012,
        )
