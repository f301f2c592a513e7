# SPDX-License-Identifier: GPL-3.0-or-later
"""Four-legged animals and birds."""

from __future__ import annotations

import numpy as np

from ..implicit import Solid, Vector, ellipsoid, frame, loft, round_cone, spline, unit, vec
from ..sculpt import Sculpture, chance, mix

SIDES = (("l", 1.0), ("r", -1.0))


def quadruped(rng: np.random.Generator) -> Sculpture:
    """Dog, horse, cow, pig, giraffe, cat, elephant, sheep: one plan, other proportions."""
    s = Sculpture(detail=112)
    kind = rng.choice(["dog", "horse", "cow", "pig", "giraffe", "cat", "elephant", "bear", "deer"])
    # body girth, leg length, leg thickness, neck length, neck rise (degrees), head length, snout
    girth, leg, thick, neck, rise, head, snout = {
        "dog": (0.16, 0.42, 0.042, 0.18, 45.0, 0.13, 0.55),
        "horse": (0.17, 0.58, 0.042, 0.36, 48, 0.17, 0.7),
        "cow": (0.21, 0.42, 0.048, 0.2, 18, 0.16, 0.65),
        "pig": (0.22, 0.25, 0.045, 0.08, 5, 0.15, 0.6),
        "giraffe": (0.17, 0.75, 0.04, 0.9, 65, 0.14, 0.6),
        "cat": (0.13, 0.34, 0.036, 0.12, 45, 0.115, 0.3),
        "elephant": (0.27, 0.46, 0.085, 0.1, 25, 0.2, 0.4),
        "bear": (0.24, 0.33, 0.07, 0.13, 15, 0.16, 0.45),
        "deer": (0.14, 0.52, 0.032, 0.3, 60, 0.12, 0.6),
    }[str(kind)]
    girth, leg, thick = (
        girth * mix(rng, 0.8, 1.25),
        leg * mix(rng, 0.8, 1.2),
        thick * mix(rng, 0.9, 1.3),
    )
    neck, rise, head = (
        neck * mix(rng, 0.8, 1.25),
        rise + mix(rng, -25, 15),
        head * mix(rng, 0.85, 1.3),
    )
    k = mix(rng, 0.02, 0.07)
    length = mix(rng, 0.38, 0.5)
    # Body along y: the front is at -y, up is z.
    sag = mix(rng, -0.02, 0.03)
    s.add(
        loft(
            (0, length, 0),
            (0, -length, 0),
            girth * np.array([0.6, 0.9, 0.92, 1.0, 0.8]) * mix(rng, 0.72, 0.95),
            girth * np.array([0.65, 0.95, 0.92, 1.08, 0.85]),
            side=(1, 0, 0),
            offset_h=[0, -sag, sag, 0, -sag],
            cap=girth * mix(rng, 0.5, 0.9),
        ),
        "torso",
        0,
    )
    angle = np.radians(rise)
    up = vec(mix(rng, -0.25, 0.25), -np.cos(angle), np.sin(angle))
    start = vec(0, -length * 0.95, girth * 0.35)
    poll = start + unit(up) * (neck + girth * 0.55)
    bow = vec(0, 0, -1) * neck * mix(rng, 0.0, 0.15)
    neck_r = girth * mix(rng, 0.38, 0.5)
    s.limb(
        spline([start, (start + poll) / 2 + bow, poll], 5),
        [girth * mix(rng, 0.6, 0.75), neck_r * 1.2, neck_r, min(neck_r, head * 0.75)],
        "head/neck",
        k * 1.3,
    )
    droop = np.radians(mix(rng, -10, 55))
    muzzle = unit(vec(up[0] * 0.5 + mix(rng, -0.3, 0.3), -np.cos(droop), -np.sin(droop)))
    skull = poll + muzzle * head * 0.15
    thin = mix(rng, 0.8, 1.1)
    s.add(
        ellipsoid(skull, head * np.array([0.7, 0.75, 0.9]) * thin, frame(muzzle, (1, 0, 0))),
        "head/skull",
        0.03,
    )
    nose = skull + muzzle * head * (0.5 + 1.3 * snout)
    s.limb(
        [skull + muzzle * head * 0.2, nose],
        [head * 0.58 * thin, head * mix(rng, 0.3, 0.5)],
        "head/skull",
        0.04,
    )
    if kind == "elephant":
        trunk = spline(
            [
                nose,
                nose + vec(0, -0.1, -0.2),
                nose + vec(0, -0.12, -0.38),
                nose + vec(0.05, -0.2 + mix(rng, -0.1, 0.1), -0.55),
            ],
            9,
        )
        s.limb(trunk, [head * 0.4, head * 0.2], "head/trunk", 0.03)
    _ears(s, rng, str(kind), skull, muzzle, head)
    _quadruped_legs(s, rng, length, girth, leg, thick, k)
    if chance(rng, 0.9):
        size = mix(rng, 0.15, 0.75)
        lift = mix(rng, -1.2, 0.8) if kind in ("dog", "cat") else mix(rng, -1.5, -0.6)
        root = vec(0, length + girth * 0.4, girth * 0.55)
        side = mix(rng, -0.3, 0.3)
        r = mix(rng, 0.022, 0.05)
        curve = spline(
            [
                root - vec(0, girth * 0.4, 0.03),
                root,
                root + size * vec(side * 0.4, 0.35, lift * 0.3),
                root + size * vec(side, 0.6 + 0.1 * lift, lift * 0.75),
            ],
            10,
        )
        s.limb(curve, [r * 1.25, r, r * mix(rng, 0.5, 1.4)], "tail", 0.03)
    s.opinion(0.3, "head", "leg.*")
    s.opinion(
        0.3,
        "head/skull",
        "head/ear.?>head/skull",
        "head/horn.?>head/skull",
        "head/trunk>head/skull",
        "leg.*",
    )
    s.opinion(0.2, "leg.*")
    s.opinion(0.1, "head", "leg.*/foot>^")
    s.opinion(0.1)
    return s


def _ears(
    s: Sculpture, rng: np.random.Generator, kind: str, skull: Vector, muzzle: Vector, head: float
) -> None:
    long = {"elephant": 1.5, "horse": 0.6, "dog": mix(rng, 0.5, 1.0), "bear": 0.4}.get(kind, 0.65)
    hang = kind in ("elephant", "pig", "cow") or (kind == "dog" and chance(rng, 0.5))
    back = np.cross(vec(1, 0, 0), muzzle)
    back = back if back[2] > 0 else -back
    for name, side in SIDES:
        out = unit(vec(side, 0, 0) + (0.1 if hang else 1.4) * back - 0.2 * muzzle)
        root = skull + vec(side * head * 0.5, 0, 0) + back * head * 0.55 - muzzle * head * 0.25
        wide = head * (0.75 if kind == "elephant" else mix(rng, 0.2, 0.32))
        tip = root + out * head * long + (vec(0, 0, -head * long * 0.8) if hang else 0)
        s.add(
            loft(
                root - out * head * 0.15,
                tip,
                [wide * 0.7, wide, wide * 0.3],
                max(head * 0.1, 0.014),
                side=muzzle if hang else (1, 0, 0),
                cap=head * 0.12,
            ),
            f"head/ear.{name}",
            0.02,
        )
        if kind in ("cow", "deer") and chance(rng, 0.8):
            base = root + back * head * 0.15 - vec(side * head * 0.15, 0, 0)
            horn = spline(
                [
                    base,
                    base + head * vec(side * 0.6, 0, 0.3),
                    base + head * vec(side * 0.8, -0.1, 1.0),
                ],
                7,
            )
            s.limb(horn, [head * 0.17, head * 0.09], f"head/horn.{name}", 0.015)


def _quadruped_legs(
    s: Sculpture,
    rng: np.random.Generator,
    length: float,
    girth: float,
    leg: float,
    thick: float,
    k: float,
) -> None:
    walk = mix(rng, 0, 30) if chance(rng, 0.6) else 0.0
    hoof = mix(rng, 0.8, 1.4)
    splay = mix(rng, 0.0, 0.12)
    haunch = mix(rng, 1.2, 1.9)
    for end, y in (("front", -length * 0.78), ("hind", length * 0.85)):
        for name, side in SIDES:
            swing = np.radians(walk * side * (1 if end == "front" else -1) * mix(rng, 0.6, 1.2))
            hip = vec(side * girth * mix(rng, 0.48, 0.6), y, -girth * 0.25)
            total = leg + girth * 0.4
            down = vec(side * splay, -np.sin(swing), -np.cos(swing))
            bent = 0.16 if end == "hind" else -0.05
            knee = hip + down * total * 0.45 + vec(0, -bent * 0.35 * total, 0)
            hock = hip + down * total * 0.72 + vec(0, bent * 0.5 * total, 0)
            ankle = hip + down * total * 0.93
            toe = ankle + vec(0, -thick * mix(rng, 0.4, 1.6), -total * 0.06)
            upper = thick * (haunch if end == "hind" else 1.35)
            path = f"leg.{end}.{name}"
            s.limb(
                [hip, knee, hock, ankle],
                [upper * 1.35, upper * 0.95, thick * 0.85, thick * 0.75],
                [path + "/upper", path + "/lower", path + "/lower"],
                k,
                0.01,
            )
            s.add(
                round_cone(ankle, toe, thick * 0.9 * hoof, thick * 0.95 * hoof),
                path + "/foot",
                0.015,
            )


def bird(rng: np.random.Generator) -> Sculpture:
    """A standing bird with folded wings, or one that flies."""
    s = Sculpture(detail=112)
    flying = chance(rng, 0.55)
    slim = mix(rng, 0.7, 1.25)
    k = mix(rng, 0.02, 0.06)
    pitch = np.radians(mix(rng, -5, 15) if flying else mix(rng, 15, 60))
    along = vec(0, -np.cos(pitch), np.sin(pitch))
    w = 0.17 * slim
    s.add(
        loft(
            -along * 0.32,
            along * 0.28,
            w * np.array([0.35, 0.8, 1.0, 0.75]),
            w * np.array([0.3, 0.8, 1.05, 0.8]),
            side=(1, 0, 0),
            cap=0.1,
        ),
        "body",
        0,
    )
    neck = mix(rng, 0.02, 0.12) if chance(rng, 0.65) else mix(rng, 0.2, 0.5)
    lift = unit(
        vec(mix(rng, -0.2, 0.2), -1.0, mix(rng, -0.1, 0.7) if flying else mix(rng, 0.6, 2.0))
    )
    head = mix(rng, 0.075, 0.12)
    start = along * 0.26 + vec(0, 0, 0.04)
    skull = start + lift * (neck + 0.12)
    curve = spline([start, (start + skull) / 2 + vec(0, mix(rng, -0.25, 0.1) * neck, 0), skull], 7)
    s.limb(curve, [0.1 * slim, min(0.07, head * 0.75), head * 0.7], "head/neck", k * 1.2)
    s.add(ellipsoid(skull, head * np.array([0.9, 1.05, 0.95])), "head/skull", 0.025)
    beak = mix(rng, 0.07, 0.3)
    tip = skull + unit(vec(lift[0], -1, mix(rng, -0.35, 0.05))) * (head * 0.8 + beak)
    flat = mix(rng, 0.6, 2.0)
    root = skull + (tip - skull) * 0.2
    s.add(
        loft(
            root,
            tip,
            np.array([0.42, 0.3, 0.1]) * head * np.sqrt(flat),
            np.array([0.42, 0.26, 0.1]) * head / np.sqrt(flat),
            side=(1, 0, 0),
        ),
        "head/beak",
        0.012,
    )
    fan, size = mix(rng, 0.06, 0.2), mix(rng, 0.2, 0.5)
    end = -along * (0.32 + size) + vec(0, 0, mix(rng, -0.1, 0.15))
    s.add(
        loft(-along * 0.2, end, [0.05, fan * 0.6, fan], [0.045, 0.02, 0.018], side=(1, 0, 0)),
        "tail",
        0.03,
    )
    _wings(s, rng, flying, along, w, k)
    if not flying or chance(rng, 0.3):
        for name, side in SIDES:
            hip = vec(side * w * 0.5, 0.04, -w * 0.6)
            size = mix(rng, 0.15, 0.28) if neck < 0.2 else mix(rng, 0.25, 0.55)
            knee = hip + vec(0, mix(rng, -0.03, 0.06), -size * 0.5)
            foot = hip + vec(0, 0, -size - 0.05)
            r = mix(rng, 0.02, 0.028)
            path = f"leg.{name}"
            s.limb([hip, knee, foot], [r * 2.2, r * 1.1, r], path + "/shank", 0.03)
            toes = [
                round_cone(foot, foot + 0.11 * vec(np.sin(a), -np.cos(a), -0.1), r, r * 0.6)
                for a in (-0.7, 0.0, 0.7, np.pi)
            ]
            s.add(toes, path + "/foot", 0.01)
    s.opinion(0.35, "head", "wing.?", "leg.?")
    s.opinion(0.2, "head/neck>body", "head/skull>head", "head/beak>head", "wing.?", "leg.?")
    s.opinion(0.25, "head/skull", "head/neck>head/skull", "wing.?", "leg.?")
    s.opinion(0.2, "wing.?" if chance(rng, 0.5) else "none")
    return s


def _wings(
    s: Sculpture, rng: np.random.Generator, flying: bool, along: Vector, w: float, k: float
) -> None:
    span, chord = mix(rng, 0.45, 0.95), mix(rng, 0.13, 0.24)
    raise_, sweep = mix(rng, -0.25, 0.6), mix(rng, -0.1, 0.3)
    for name, side in SIDES:
        path = f"wing.{name}"
        if flying:
            root = vec(side * w * 0.4, -0.02, w * 0.35)
            wrist = root + span * 0.45 * vec(side, -0.12, raise_)
            tip = wrist + span * 0.55 * vec(side, sweep, raise_ * mix(rng, -0.3, 1.2))

            def panel(
                a: Vector, b: Vector, w: list[float], h: list[float], x: float = side
            ) -> Solid:
                return loft(a, b, w, h, side=(0, 1, 0), normal=(x, 0, 0), cap=0.02)

            s.add(
                [
                    panel(root, wrist, [chord, chord * 0.95], [0.034, 0.026]),
                    panel(
                        wrist, tip, [chord * 0.95, chord * 0.8, chord * 0.25], [0.026, 0.02, 0.017]
                    ),
                ],
                [path + "/inner", path + "/outer"],
                k,
            )
        else:
            root = along * 0.2 + vec(side * w * 0.88, 0, w * 0.15)
            tip = -along * mix(rng, 0.35, 0.5) + vec(side * w * 0.5, 0, w * 0.2)
            s.add(
                loft(
                    root,
                    tip,
                    np.array([0.1, 0.135, 0.09, 0.035]) * mix(rng, 0.8, 1.1),
                    [0.04, 0.04, 0.03],
                    side=np.cross(along, vec(side, 0, 0)),
                    cap=0.05,
                ),
                path,
                0.015,
            )
