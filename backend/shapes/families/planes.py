# SPDX-License-Identifier: GPL-3.0-or-later
"""Things that fly: airplanes, helicopters, rockets."""

from __future__ import annotations

import numpy as np

from ..implicit import Solid, loft, round_cone, vec
from ..sculpt import Sculpture, chance, mix

SIDES = (("l", 1.0), ("r", -1.0))


def airplane(rng: np.random.Generator) -> Sculpture:
    """Airliner, glider, fighter, propeller plane, biplane; nose at -y."""
    s = Sculpture(detail=118)
    kind = rng.choice(["airliner", "fighter", "propeller", "glider"], p=[0.4, 0.25, 0.25, 0.1])
    r = {"airliner": 0.065, "fighter": 0.06, "propeller": 0.075, "glider": 0.045}[str(kind)] * mix(
        rng, 0.8, 1.25
    )
    blend = mix(rng, 0.005, 0.05)
    nose = mix(rng, 0.15, 0.6)
    s.add(
        loft(
            (0, -0.55, 0),
            (0, 0.55, 0),
            r * np.array([nose, 0.9, 1.0, 1.0, 0.6, 0.25]),
            r * np.array([nose, 0.9, 1.05, 1.0, 0.65, 0.3]),
            stations=[0, 0.12, 0.3, 0.6, 0.85, 1],
            side=(1, 0, 0),
            offset_h=[0, 0, 0, 0, -0.2 * r, -0.5 * r],
            cap=r * 0.8,
        ),
        "fuselage/fuselage",
        0,
    )
    span = {"airliner": 0.55, "fighter": 0.36, "propeller": 0.55, "glider": 0.85}[str(kind)] * mix(
        rng, 0.85, 1.15
    )
    sweep = {"airliner": mix(rng, 0.15, 0.4), "fighter": mix(rng, 0.15, 0.4)}.get(
        str(kind), mix(rng, -0.03, 0.08)
    )
    chord = {"airliner": 0.11, "fighter": 0.2, "propeller": 0.1, "glider": 0.06}[str(kind)] * mix(
        rng, 0.85, 1.2
    )
    taper = mix(rng, 0.15, 0.5) if kind in ("airliner", "fighter") else mix(rng, 0.5, 1)
    thick = mix(rng, 0.016, 0.024)
    rise, level = mix(rng, -0.02, 0.12), mix(rng, -0.8, 0.8) * r
    start = mix(rng, -0.15, 0.05)

    def blade(
        root: np.ndarray,
        tip: np.ndarray,
        c: list[float],
        t: list[float],
        normal: tuple[float, float, float],
    ) -> Solid:
        return loft(root, tip, c, t, side=(0, 1, 0), normal=normal, cap=0.012)

    levels = [level] if kind != "propeller" or chance(rng, 0.8) else [-r, r * 2.6]
    for i, z in enumerate(levels):
        for name, side in SIDES:
            root = vec(side * r * (0.4 if abs(z) < 1.2 * r else 0), start, z)
            tip = vec(side * span, start + sweep, z + rise * span * 2)
            s.add(
                blade(root, tip, [chord, chord * taper], [thick * 1.2, thick * 0.8], (side, 0, 0)),
                f"wing{i}.{name}/wing",
                blend,
            )
            if len(levels) == 2 and i == 1:
                for x in (0.45, 0.8):
                    at = vec(side * span * x, start, 0)
                    s.add(
                        round_cone(at + vec(0, 0, levels[0]), at + vec(0, 0, z), 0.012, 0.012),
                        f"strut.{name}{x}",
                        0.008,
                    )
            if i == 0 and kind == "airliner" and chance(rng, 0.35):
                s.add(
                    blade(
                        tip - vec(side * 0.01, 0, 0),
                        tip + vec(side * 0.03, 0.05, 0.09),
                        [chord * taper, chord * taper * 0.5],
                        [0.015, 0.014],
                        (0, 0, 1),
                    ),
                    f"wing{i}.{name}/winglet",
                    0.01,
                )
    if len(levels) == 2:
        for name, side in SIDES:
            s.add(
                round_cone(
                    (side * r * 0.6, start, 0), (side * r * 1.2, start, levels[1]), 0.012, 0.012
                ),
                f"strut.{name}c",
                0.008,
            )
    _tail(s, rng, str(kind), r, chord, thick, blend)
    _engines(s, rng, str(kind), r, span, sweep, start, level, rise, chord, blend)
    if kind in ("fighter", "propeller", "glider"):
        s.add(
            loft(
                (0, -0.32, r * 0.7),
                (0, -0.08, r * 0.75),
                r * np.array([0.4, 0.65, 0.3]),
                r * np.array([0.3, 0.75, 0.3]),
                side=(1, 0, 0),
            ),
            "fuselage/cockpit",
            0.015,
        )
    s.opinion(
        0.45,
        "fuselage",
        "wing?.?",
        "engine.?",
        "tail/*>^" if chance(rng, 0.2) else "none",
        "prop/*>^",
    )
    s.opinion(0.25, "fuselage", "wing?.?", "engine.?>wing", "tail", "prop", "strut.*>strut")
    s.opinion(0.3)
    return s


def _tail(
    s: Sculpture,
    rng: np.random.Generator,
    kind: str,
    r: float,
    chord: float,
    thick: float,
    blend: float,
) -> None:
    up = mix(rng, 0.14, 0.24)
    base, back = mix(rng, 0.06, 0.12), mix(rng, 0.04, 0.16)
    twin = kind == "fighter" and chance(rng, 0.4)
    for i, x in enumerate((-0.6, 0.6) if twin else (0.0,)):
        s.add(
            loft(
                (x * r, 0.43, 0),
                (x * r * 1.6, 0.43 + back, r * 0.5 + up),
                [base, base * 0.5],
                [thick, thick * 0.8],
                side=(0, 1, 0),
                normal=(0, 0, 1),
                cap=0.012,
            ),
            f"tail/fin.{i}",
            blend * 0.7,
        )
    z = (
        up * mix(rng, 0.75, 1.0) + r * 0.4
        if not twin and chance(rng, 0.2)
        else mix(rng, -0.3, 0.5) * r
    )
    y = 0.45 + (back if z > r else 0)
    span, c = mix(rng, 0.16, 0.25), min(chord, 0.11) * mix(rng, 0.45, 0.75)
    for name, side in SIDES:
        s.add(
            loft(
                (0, y, z),
                (side * span, y + mix(rng, 0, 0.1), z),
                [c, c * 0.55],
                [thick, thick * 0.8],
                side=(0, 1, 0),
                normal=(side, 0, 0),
                cap=0.012,
            ),
            f"tail/plane.{name}",
            blend * 0.7,
        )


def _engines(
    s: Sculpture,
    rng: np.random.Generator,
    kind: str,
    r: float,
    span: float,
    sweep: float,
    start: float,
    level: float,
    rise: float,
    chord: float,
    blend: float,
) -> None:
    size = r * mix(rng, 0.42, 0.62)
    if kind == "airliner":
        if chance(rng, 0.2):
            for name, side in SIDES:
                s.add(
                    loft(
                        (side * r * 1.5, 0.22, r * 0.4),
                        (side * r * 1.5, 0.4, r * 0.4),
                        size * np.array([1, 1.1, 0.8]),
                        size * np.array([1, 1.1, 0.8]),
                        cap=0.015,
                    ),
                    f"engine.{name}",
                    0.03,
                )
            return
        for i, share in enumerate((0.35,) if chance(rng, 0.7) else (0.3, 0.58)):
            for name, side in SIDES:
                y = start + sweep * share - chord * 0.6
                z = level + rise * span * 2 * share - size * 1.05
                a = vec(side * span * share, y - size * 1.8, z)
                s.add(
                    loft(
                        a,
                        a + vec(0, size * 4, 0),
                        size * np.array([0.9, 1.0, 0.7]),
                        size * np.array([0.9, 1.0, 0.7]),
                        cap=0.012,
                    ),
                    f"engine.{name}{i}",
                    0.012,
                )
                s.add(
                    loft(
                        a + vec(0, size * 1.6, size * 0.5),
                        a + vec(0, size * 3.6, size * 1.3),
                        size * 0.7,
                        0.014,
                        side=(0, 1, 0),
                        normal=(0, 0, 1),
                    ),
                    f"engine.{name}{i}",
                    0.012,
                )
    elif kind == "propeller":
        hub = vec(0, -0.55 - r * 0.6, 0)
        s.add(
            round_cone(hub + vec(0, 0.05, 0), hub - vec(0, 0.03, 0), r * 0.35, r * 0.15),
            "prop/hub",
            0.01,
        )
        n, turn = int(rng.choice([2, 3, 4])), mix(rng, 0, 6)
        for i in range(n):
            angle = turn + 2 * np.pi * i / n
            out = vec(np.cos(angle), 0, np.sin(angle))
            s.add(
                loft(
                    hub,
                    hub + out * 0.15,
                    [0.02, 0.026, 0.018],
                    0.014,
                    side=np.cross(out, (0.3, 1, 0)),
                ),
                f"prop/blade.{i}",
                0.01,
            )
