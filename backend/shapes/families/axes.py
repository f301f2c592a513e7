# SPDX-License-Identifier: GPL-3.0-or-later
"""Axes, maces and flails."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    Vector,
    box,
    cylinder,
    ellipsoid,
    extrusion,
    loft,
    round_cone,
    sphere,
    spline,
    torus,
    unit,
    vec,
)
from ..polyhedra import faceted_ball, faceted_cone
from ..sculpt import Sculpture, chance, mix
from .ornament import UPRIGHT, Style, draw_style, drum, rays

SIDES = (("l", 1.0), ("r", -1.0))


def _haft(s: Sculpture, rng: np.random.Generator, style: Style, long: float, r: float) -> None:
    """The handle of a weapon, from z = 0 down: haft, wrap, pommel, strap."""
    bow = mix(rng, -0.05, 0.05) if chance(rng, 0.4) else 0.0
    curve = spline(
        [vec(0, 0, 0.03), vec(0, 0, -0.12), vec(bow, 0, -long * 0.6), vec(0, 0, -long)], 13
    )
    if bow:
        s.limb(curve, r, "handle/haft", 0.0)
    else:
        drum(
            s,
            rng,
            style,
            (0, 0, -long),
            (0, 0, 0.03),
            r,
            "handle/haft",
            r * mix(rng, 0.9, 1.1),
            sides=int(rng.choice([0, 0, 6, 8])),
        )
    if chance(rng, 0.7):
        s.limb(curve[int(rng.integers(6, 10)) : 12], r * 1.25, "handle/wrap", 0.0)
    kind = str(rng.choice(["ball", "cap", "ring", "spike", "none"]))
    at = vec(0, 0, -long)
    if kind == "ball":
        s.add(sphere(at, r * mix(rng, 1.5, 2.0)), "handle/pommel", 0.0)
    elif kind == "cap":
        s.add(
            cylinder(at - vec(0, 0, 0.02), at + vec(0, 0, 0.04), r * 1.5, rounding=0.006),
            "handle/pommel",
            0.0,
        )
    elif kind == "ring":
        s.add(torus(at - vec(0, 0, r * 1.5), (0, 1, 0), r * 1.6, 0.017), "handle/pommel", 0.0)
    elif kind == "spike":
        s.add(
            faceted_cone(at + vec(0, 0, 0.03), at - vec(0, 0, 0.1), r * 1.4, 0.012, 6),
            "handle/pommel",
            0.0,
        )


def axe(rng: np.random.Generator) -> Sculpture:
    """A war axe, a felling axe, a hatchet, a pick: one or two blades on a haft."""
    style = draw_style(rng, 0.75, 0.2)
    s = Sculpture(crisp=style.crisp, detail=114)
    long, r = mix(rng, 0.35, 0.85), mix(rng, 0.024, 0.036)
    _haft(s, rng, style, long, r)
    kind = str(rng.choice(["bearded", "broad", "crescent", "wedge", "pick"]))
    reach, high, thick = mix(rng, 0.17, 0.28), mix(rng, 0.11, 0.2), mix(rng, 0.018, 0.028)
    arc = np.linspace(1, -1, 13)
    edge = reach * (1 - mix(rng, 0.1, 0.4) * arc**2)
    if kind == "bearded":
        low = mix(rng, 1.2, 2.0)
        z = np.where(arc > 0, arc * high * 0.7, arc * high * low)
        root = [[0, -0.05], [reach * 0.35, -0.07]]
        blade = np.concatenate([[[0, 0.05]], np.stack([edge, z], 1), root[::-1]])
    elif kind == "crescent":
        inner = np.stack([edge[::-1] - 0.09 - 0.03 * arc**2, arc[::-1] * high * 1.25], 1)
        blade = np.concatenate([np.stack([edge, arc * high * 1.5], 1), inner])
    elif kind == "wedge":
        blade = np.array(
            [
                [-0.06, 0.05],
                [reach * 0.3, 0.06],
                [reach, high],
                [reach * 1.08, 0],
                [reach, -high],
                [reach * 0.3, -0.06],
                [-0.06, -0.05],
            ]
        )
    elif kind == "pick":
        blade = np.array(
            [
                [0, 0.045],
                [reach * 0.6, 0.03],
                [reach * 1.3, -0.07],
                [reach * 0.6, -0.03],
                [0, -0.045],
            ]
        )
    else:
        blade = np.concatenate([[[0, 0.06]], np.stack([edge, arc * high], 1), [[0, -0.06]]])
    double = kind in ("broad", "crescent") and chance(rng, 0.5)
    for name, side in SIDES if double else SIDES[:1]:
        if kind == "crescent":
            neck = box((side * reach * 0.4, 0, 0), (reach * 0.5, thick * 1.1, 0.035), 0.004)
            s.add(neck, "head/neck", 0.0)
        s.add(
            extrusion(
                blade * [side, 1], thick, rotation=UPRIGHT, rounding=min(style.edge, 0.4 * thick)
            ),
            f"head/blade.{name}",
            0.0,
        )
        if kind in ("broad", "bearded") and chance(rng, 0.4):
            rim = blade[1:-1] if kind == "broad" else blade[1:14]
            rim = np.concatenate([rim + [0.006, 0], (rim - [0.04, 0])[::-1]]) * [side, 1]
            s.add(extrusion(rim, thick * 0.55, rotation=UPRIGHT), f"head/edge.{name}", 0.0)
    s.add(cylinder((0, 0, -0.09), (0, 0, 0.075), r * 1.55, rounding=0.006), "head/eye", style.blend)
    if not double:
        back = str(rng.choice(["poll", "spike", "hook", "none"]))
        if back == "poll":
            s.add(box((-0.075, 0, 0), (0.055, 0.036, 0.045), 0.006), "head/poll", 0.0)
        elif back == "spike":
            s.add(
                faceted_cone(
                    (-0.01, 0, 0),
                    (-mix(rng, 0.14, 0.24), 0, mix(rng, -0.05, 0.03)),
                    0.045,
                    0.012,
                    4,
                ),
                "head/spike.back",
                0.0,
            )
        elif back == "hook":
            s.limb(
                spline([vec(0, 0, 0), vec(-0.12, 0, 0.02), vec(-0.17, 0, -0.08)], 7),
                [0.035, 0.013],
                "head/hook",
                0.0,
            )
    if chance(rng, 0.35):
        s.add(
            faceted_cone((0, 0, 0.06), (0, 0, mix(rng, 0.16, 0.28)), 0.035, 0.012, 4),
            "head/spike.top",
            0.0,
        )
    if chance(rng, 0.3):
        for name, y in (("front", -1), ("back", 1)):
            s.add(
                box((0, y * r * 1.2, -0.2), (0.018, 0.016, 0.12), 0.004), f"head/langet.{name}", 0.0
            )
    if chance(rng, 0.25):
        for i in range(2):
            knot = vec(0.0, -r, -long * 0.3)
            s.limb(
                [
                    knot,
                    knot + vec(0.03 * (2 * i - 1), -0.02, -0.1),
                    knot + vec(0.05 * (2 * i - 1), -0.01, -0.2),
                ],
                [0.016, 0.028],
                f"ribbon.{i}",
                0.0,
            )
    s.opinion(0.4, "head", "handle")
    s.opinion(0.25, "handle", "head/edge.?>^")
    s.opinion(0.35)
    return s


def mace(rng: np.random.Generator, kind: str = "") -> Sculpture:
    """A mace, a club, a morning star, a flail with its ball on a chain."""
    style = draw_style(rng, 0.7, 0.3)
    s = Sculpture(crisp=style.crisp, detail=114)
    kind = kind or str(rng.choice(["flanged", "spiked", "flail", "flail", "club", "stone"]))
    long, r, size = mix(rng, 0.3, 0.6), mix(rng, 0.026, 0.038), mix(rng, 0.1, 0.15)
    _haft(s, rng, style, long, r)
    centre = vec(0, 0, size * 0.8)
    if kind == "flail":
        s.add(cylinder((0, 0, -0.04), (0, 0, 0.05), r * 1.5, rounding=0.006), "handle/ferrule", 0.0)
        balls = int(rng.choice([1, 1, 2, 3]))
        for b in range(balls):
            way = unit(vec(1.2, (b - (balls - 1) / 2) * 1.4, mix(rng, -1.2, 0.6)))
            links, step = int(rng.integers(4, 8)), 0.062
            root = vec(0, 0, 0.055)
            for i in range(links):
                at = root + way * step * (i + 0.4)
                flat = (
                    np.cross(way, (0, 1, 0.3))
                    if i % 2
                    else np.cross(way, np.cross(way, (0, 1, 0.3)))
                )
                s.add(torus(at, flat, 0.034, 0.014), f"chain.{b}", 0.0)
            _spiked(
                s,
                rng,
                root + way * (step * links + size * 0.5),
                size * (0.85 if balls == 1 else 0.6),
                f"ball{b}",
                chance(rng, 0.8),
            )
    elif kind == "flanged":
        count, sweep = int(rng.integers(5, 9)), mix(rng, 0.5, 1.0)
        s.add(cylinder((0, 0, -0.03), (0, 0, size * 1.8), r * 1.5), "head/core", 0.0)
        shape = np.array([[0, -0.2], [sweep * 0.7, 0.25], [1, 0.8], [0.75, 1.4], [0, 1.75]]) * size
        for i, way in enumerate(rays(count)):
            rot = np.stack([way, vec(0, 0, 1), np.cross(way, (0, 0, 1))], 1)
            s.add(extrusion(shape, 0.017, rotation=rot), f"head/flange.{i}", 0.0)
        s.add(ellipsoid((0, 0, size * 1.9), r * mix(rng, 1.3, 2)), "head/knob", 0.0)
    elif kind == "spiked":
        _spiked(s, rng, centre, size, "head", True)
    elif kind == "club":
        s.add(
            loft(
                (0, 0, -long * 0.5),
                (0, 0, size * 2),
                size * np.array([0.25, 0.5, 0.85, 0.8]),
                size * np.array([0.25, 0.5, 0.8, 0.75]),
                cap=size * 0.5,
            ),
            "head/club",
            0.01,
        )
        for i in range(int(rng.integers(0, 10))):
            turn, z = mix(rng, 0, 6.3), mix(rng, 0, size * 1.9)
            out = vec(np.cos(turn), np.sin(turn), 0)
            s.add(
                round_cone(
                    out * size * 0.5 + vec(0, 0, z), out * size * 1.15 + vec(0, 0, z), 0.03, 0.012
                ),
                f"head/spike.{i}",
                0.0,
            )
        for z in (0.0, size * 1.2):
            if chance(rng, 0.4):
                s.add(cylinder((0, 0, z - 0.02), (0, 0, z + 0.02), size * 0.9), "head/band", 0.0)
    else:
        s.add(faceted_ball(rng, centre, size * rng.uniform(0.9, 1.4, 3), 22), "head/stone", 0.0)
        for tilt in (0.5, -0.5):
            s.add(torus((0, 0, size * 0.5), (tilt, 0, 1), size * 0.85, 0.024), "head/lashing", 0.0)
    s.opinion(0.4, "head", "ball*", "handle", "chain.*")
    s.opinion(
        0.3,
        "head/spike.*>head/spikes",
        "head/flange.*>head/flanges",
        "ball*/spike.*>^",
        "handle/wrap",
    )
    s.opinion(0.3)
    return s


def _spiked(
    s: Sculpture, rng: np.random.Generator, at: Vector, r: float, path: str, spikes: bool
) -> None:
    s.add(sphere(at, r), f"{path}/ball", 0.0)
    if not spikes:
        return
    count, tall = int(rng.integers(9, 17)), mix(rng, 0.4, 0.9)
    i = np.arange(count) + 0.5
    z, turn = 1 - 2 * i / count, np.pi * (1 + 5**0.5) * i
    flat = np.sqrt(1 - z * z)
    for j, way in enumerate(np.stack([flat * np.cos(turn), flat * np.sin(turn), z], 1)):
        s.add(
            faceted_cone(at + way * r * 0.8, at + way * r * (1 + tall), r * 0.26, 0.011, 4),
            f"{path}/spike.{j}",
            0.0,
        )
