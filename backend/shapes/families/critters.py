# SPDX-License-Identifier: GPL-3.0-or-later
"""Insects, spiders, octopuses, snakes, lizards, dinosaurs and upright beasts."""

from __future__ import annotations

import numpy as np

from ..implicit import ellipsoid, frame, loft, round_cone, spline, unit, vec
from ..sculpt import Sculpture, chance, mix

SIDES = (("l", 1.0), ("r", -1.0))


def insect(rng: np.random.Generator) -> Sculpture:
    """Ant, beetle, wasp or spider: body segments, six or eight legs, feelers, wings."""
    s = Sculpture(detail=118)
    spider = chance(rng, 0.3)
    k = mix(rng, 0.005, 0.04)
    thorax = mix(rng, 0.08, 0.13)
    head, rear = mix(rng, 0.07, 0.13), mix(rng, 0.14, 0.24)
    gap = mix(rng, 0.75, 0.95)
    stretch = mix(rng, 1.0, 1.8)
    s.add(ellipsoid((0, 0, 0), thorax * np.array([0.9, 1.2, 0.85])), "thorax", 0)
    front = -(thorax * 1.2 + head) * gap
    back = (thorax * 1.2 + rear * stretch) * gap
    lift = mix(rng, -0.02, 0.08)
    s.add(round_cone((0, 0, 0), (0, back * 0.7, lift * 0.6), 0.03, 0.035), "thorax", k)
    s.add(ellipsoid((0, back, lift), rear * np.array([0.85, stretch, 0.75])), "abdomen", k)
    s.add(round_cone((0, 0, 0), (0, front, 0), 0.04, 0.035), "thorax", k)
    if spider:
        s.add(ellipsoid((0, front * 0.8, 0), head * np.array([0.9, 0.9, 0.7])), "head/skull", k)
    else:
        s.add(ellipsoid((0, front, 0.02), head * np.array([1.0, 0.85, 0.8])), "head/skull", k)
    count = 4 if spider else 3
    reach, height = mix(rng, 0.25, 0.4), mix(rng, 0.05, 0.25)
    r = mix(rng, 0.017, 0.028)
    for i in range(count):
        fan = np.radians((i - (count - 1) / 2) * mix(rng, 28, 48))
        for name, side in SIDES:
            out = vec(side * np.cos(fan), np.sin(fan), 0)
            root = vec(side * thorax * 0.55, (i - (count - 1) / 2) * thorax * 0.55, -thorax * 0.3)
            knee = root + out * reach * 0.5 + vec(0, 0, height)
            foot = root + out * reach * 1.15 - vec(0, 0, mix(rng, 0.16, 0.3))
            points = [root, knee, knee * 0.35 + foot * 0.65 - out * 0.01, foot]
            leg = f"leg.{name}{i}"
            s.limb(
                points,
                [r * 1.3, r, r * 0.9, r * 0.75],
                [leg + "/upper", leg + "/lower", leg + "/lower"],
                k * 0.5,
            )
    for name, side in SIDES:
        if not spider:
            a = vec(side * head * 0.4, front - head * 0.55, 0.05)
            b = a + vec(side * 0.1, -0.08, 0.08)
            c = b + vec(side * 0.06, mix(rng, -0.18, -0.06), mix(rng, -0.1, 0.05))
            s.limb([a, b, c], [r, r * 0.8, r * 0.75], f"head/feeler.{name}", 0.008)
        if chance(rng, 0.4):
            a = vec(side * head * 0.35, front - head * 0.6, -0.02)
            s.add(
                round_cone(a, a + vec(-side * 0.02, -0.1, -0.02), 0.025, 0.016),
                f"head/jaw.{name}",
                0.008,
            )
    if not spider and chance(rng, 0.35):
        span = mix(rng, 0.3, 0.6)
        for name, side in SIDES:
            for j, turn in enumerate((0.2, 0.8)[: int(rng.integers(1, 3))]):
                root = vec(side * thorax * 0.4, (j - 0.3) * thorax * 0.7, thorax * 0.6)
                tip = root + span * unit(vec(side, turn, 0.35))
                s.add(
                    loft(root, tip, [0.03, 0.08, 0.06], 0.016, side=(0, 1, 0)), f"wing.{name}{j}", k
                )
    s.opinion(0.6, "head", "leg.*")
    s.opinion(0.15, "head/skull", "head/jaw.?>head/skull", "leg.*")
    s.opinion(0.15, "head")
    s.opinion(0.1, "head>thorax", "leg.*")
    return s


def octopus(rng: np.random.Generator) -> Sculpture:
    """Octopus, squid, jellyfish or starfish: a head and five to nine curling arms."""
    s = Sculpture(detail=118)
    k = mix(rng, 0.02, 0.07)
    head = mix(rng, 0.15, 0.26)
    tall = mix(rng, 0.8, 1.9)
    flat = chance(rng, 0.2)
    if flat:
        head, tall = mix(rng, 0.1, 0.16), 0.5
    tilt = unit(vec(mix(rng, -0.4, 0.4), mix(rng, -0.4, 0.4), 1))
    s.add(
        loft(
            (0, 0, 0),
            tilt * head * (1 + tall),
            head * np.array([0.6, 0.75, 1.0, 0.9]),
            head * np.array([0.6, 0.75, 0.95, 0.85]),
            cap=head * 0.6,
        ),
        "head/mantle",
        0,
    )
    count = int(rng.choice([5, 6, 7, 8, 8, 8, 9]))
    thick = mix(rng, 0.035, 0.06) * (8 / count) ** 0.4
    length = mix(rng, 0.45, 0.8)
    for i in range(count):
        a = 2 * np.pi * (i + mix(rng, -0.12, 0.12)) / count
        out = vec(np.cos(a), np.sin(a), 0)
        aside = vec(-np.sin(a), np.cos(a), 0) * mix(rng, -0.25, 0.25)
        drop = 0.0 if flat else mix(rng, 0.1, 0.35)
        rise = 0.03 if flat else mix(rng, -0.1, 0.35)
        points = [
            out * head * 0.25,
            out * (head * 0.6 + length * 0.3) - vec(0, 0, drop * 0.8) + aside * 0.2,
            out * (head * 0.6 + length * 0.65) - vec(0, 0, drop) + aside * 0.8,
            out * (head * 0.6 + length) + vec(0, 0, rise - drop) + aside * 2 * length,
        ]
        s.limb(spline(points, 20), [thick * 1.3, thick, thick * 0.45], f"arm.{i}", k)
    if chance(rng, 0.5) and not flat:
        for name, side in SIDES:
            at = tilt * head * 0.5 + vec(side * head * 0.6, -head * 0.5, 0)
            s.add(ellipsoid(at, head * 0.2), f"head/eye.{name}", 0.015)
    s.opinion(0.9, "head")
    s.opinion(0.1)
    return s


def snake(rng: np.random.Generator) -> Sculpture:
    """A snake, worm, eel or lizard-like body without legs; few parts."""
    s = Sculpture(detail=110)
    count = int(rng.integers(5, 9))
    points = np.zeros((count, 3))
    heading = 0.0
    turn = 1.0
    for i in range(1, count):
        heading += turn * mix(rng, 0.3, 1.1)
        turn = -turn if chance(rng, 0.7) else turn
        heading = float(np.clip(heading, -1.3, 1.3))
        points[i] = points[i - 1] + 0.3 * vec(np.sin(heading), np.cos(heading), 0)
    points[0, 2] = mix(rng, 0, 0.3)
    thick = mix(rng, 0.04, 0.08)
    curve = spline(points, 26)
    share = int(rng.integers(17, 23))
    radii = thick * np.interp(
        np.linspace(0, 1, 26), [0, 0.06, 0.3, 0.7, 1], [0.75, 0.72, 1.1, 0.95, 0.2]
    )
    s.limb(curve, radii, ["body"] * share + ["tail"] * (25 - share), 0)
    forward = unit(curve[0] - curve[1])
    head = thick * mix(rng, 1.1, 1.7)
    s.add(
        ellipsoid(
            curve[0] + forward * head * 0.6,
            head * np.array([0.95, 0.7, 1.4]),
            frame(forward, (forward[1], -forward[0], 0)),
        ),
        "head",
        0.03,
    )
    s.opinion(0.6, "tail>body")
    s.opinion(0.4)
    return s


def reptile(rng: np.random.Generator) -> Sculpture:
    """Lizard, crocodile, newt or tortoise: flat body, sprawling legs, long tail."""
    s = Sculpture(detail=118)
    shell = chance(rng, 0.25)
    w = mix(rng, 0.09, 0.16) * (1.5 if shell else 1)
    h = w * mix(rng, 0.55, 0.85)
    long = mix(rng, 0.2, 0.36)
    k = mix(rng, 0.015, 0.05)
    curl = mix(rng, -0.35, 0.35)
    s.add(
        loft(
            (0, long, 0),
            (0, -long, 0),
            w * np.array([0.55, 0.95, 1.0, 0.65]),
            h * np.array([0.6, 1.0, 1.0, 0.7]),
            side=(1, 0, 0),
            cap=0.06,
        ),
        "body",
        0,
    )
    if shell:
        s.add(ellipsoid((0, 0, h * 0.4), (w * 1.25, long * 1.15, h * 1.3)), "shell", 0.012)
    neck = mix(rng, 0.04, 0.15)
    nod = unit(vec(mix(rng, -0.5, 0.5), -1, mix(rng, -0.1, 0.4)))
    base = vec(0, -long * 0.95, 0)
    skull = base + nod * (neck + w * 0.6)
    s.limb([base, skull], [w * 0.62, w * 0.5], "head/neck", k)
    jaw = mix(rng, 0.8, 2.6)
    s.add(
        loft(
            skull - nod * w * 0.3,
            skull + nod * w * jaw,
            w * np.array([0.5, 0.65, 0.42, 0.3]),
            h * np.array([0.5, 0.62, 0.35, 0.28]),
            side=(1, 0, 0),
        ),
        "head/skull",
        0.03,
    )
    size = mix(rng, 0.12, 0.25) if shell else mix(rng, 0.45, 0.9)
    tail = [
        vec(0, long * 0.8, 0),
        vec(0, long + size * 0.35, -h * 0.1),
        vec(curl * size * 0.5, long + size * 0.7, -h * 0.2),
        vec(curl * size * 1.3, long + size, -h * 0.25),
    ]
    s.limb(spline(tail, 24), [w * 0.6, w * 0.38, w * 0.12], "tail", k)
    r = w * mix(rng, 0.22, 0.32)
    for end, y in (("front", -long * 0.72), ("hind", long * 0.75)):
        for name, side in SIDES:
            root = vec(side * w * 0.6, y, -h * 0.2)
            swing = mix(rng, -0.6, 0.6)
            knee = root + mix(rng, 0.1, 0.16) * unit(vec(side, swing, 0.15))
            foot = knee + vec(side * 0.05, -0.05, -0.13)
            leg = f"leg.{end}.{name}"
            s.limb([root, knee, foot], [r * 1.2, r, r * 0.8], [leg + "/upper", leg + "/lower"], k)
            toe = foot + vec(side * 0.025, -0.065, -0.005)
            s.add(round_cone(foot, toe, r * 0.8, r * 0.75), leg + "/foot", 0.015)
    s.opinion(0.5, "head", "leg.*")
    s.opinion(0.2, "head/neck>body", "leg.*")
    s.opinion(0.15, "leg.*")
    s.opinion(0.15, "head", "leg.*/foot>^")
    return s


def beast(rng: np.random.Generator) -> Sculpture:
    """Dinosaur, kangaroo, dragon, armadillo on two legs: upright body, tail, small arms, ears."""
    s = Sculpture(detail=116)
    girth = mix(rng, 0.14, 0.22)
    pitch = np.radians(mix(rng, 15, 85))
    up = vec(0, -np.cos(pitch), np.sin(pitch))
    long = mix(rng, 0.25, 0.36)
    k = mix(rng, 0.02, 0.06)
    s.add(
        loft(
            -up * long,
            up * long,
            girth * np.array([0.75, 1.05, 1.0, 0.75]),
            girth * np.array([0.75, 1.05, 1.0, 0.7]),
            side=(1, 0, 0),
            cap=0.07,
        ),
        "body",
        0,
    )
    back = np.cross(vec(1, 0, 0), up)
    back = back if back[1] > 0 else -back
    size = mix(rng, 0.35, 0.8)
    root = -up * long * 0.75 + back * girth * 0.3
    tail = [
        root,
        root + vec(0, size * 0.45, -0.1),
        root + vec(mix(rng, -0.1, 0.1), size * 0.8, -0.15),
        root + vec(mix(rng, -0.3, 0.3), size * 1.1, mix(rng, -0.15, 0.1)),
    ]
    s.limb(spline(tail, 24), [girth * 0.7, girth * 0.4, girth * 0.12], "tail", k)
    neck = mix(rng, 0.06, 0.25)
    nod = unit(vec(0, -0.5, 1))
    skull = up * long + nod * (neck + 0.1)
    head = mix(rng, 0.1, 0.15)
    bow = vec(0, 0.03, 0)
    s.limb(
        spline([up * long * 0.8, up * long + nod * neck * 0.5 + bow, skull], 7),
        [girth * 0.7, head * 0.75],
        "head/neck",
        k,
    )
    face = unit(vec(mix(rng, -0.3, 0.3), -1, mix(rng, -0.4, 0.1)))
    s.add(ellipsoid(skull, head * np.array([0.85, 1, 0.9])), "head/skull", 0.03)
    nose = skull + face * head * mix(rng, 1.0, 2.2)
    s.limb([skull, nose], [head * 0.65, head * mix(rng, 0.3, 0.5)], "head/skull", 0.04)
    if chance(rng, 0.65):
        ear = mix(rng, 0.1, 0.32)
        for name, side in SIDES:
            a = skull + vec(side * head * 0.5, 0.02, head * 0.6)
            b = a + ear * unit(vec(side * mix(rng, 0.1, 0.9), 0.15, 1))
            s.add(
                loft(a, b, [0.03, 0.045, 0.022], 0.018, side=(1, 0, 0)), f"head/ear.{name}", 0.015
            )
    if chance(rng, 0.25):
        span = mix(rng, 0.35, 0.7)
        for name, side in SIDES:
            a = up * long * 0.4 + back * girth * 0.6 + vec(side * girth * 0.4, 0, 0)
            b = a + span * unit(vec(side, 0.4, 0.6))
            s.add(loft(a, b, [0.06, 0.16, 0.05], 0.018, side=-up), f"wing.{name}", 0.02)
    leg = mix(rng, 0.3, 0.5)
    thick = girth * mix(rng, 0.32, 0.45)
    arm = girth * mix(rng, 0.18, 0.3)
    for name, side in SIDES:
        hip = -up * long * 0.5 + vec(side * girth * 0.65, 0, -0.02)
        knee = hip + vec(side * 0.03, -leg * mix(rng, 0.15, 0.4), -leg * 0.45)
        ankle = knee + vec(0, leg * mix(rng, 0.1, 0.3), -leg * 0.5)
        path = f"leg.{name}"
        s.limb(
            [hip, knee, ankle],
            [thick * 1.5, thick, thick * 0.65],
            [path + "/thigh", path + "/shin"],
            k,
        )
        toe = ankle + vec(side * 0.02, -mix(rng, 0.1, 0.17), -0.02)
        s.limb([ankle, toe], [thick * 0.65, thick * 0.6], path + "/foot", 0.02)
        shoulder = up * long * 0.6 + vec(side * girth * 0.65, -0.02, 0)
        bend = unit(vec(side * mix(rng, 0.2, 1.2), -mix(rng, 0.2, 1.0), -0.6))
        elbow = shoulder + bend * mix(rng, 0.1, 0.2)
        wrist = elbow + mix(rng, 0.08, 0.18) * unit(vec(0, -1, mix(rng, -0.3, 0.9)))
        path = f"arm.{name}"
        s.limb(
            [shoulder, elbow, wrist],
            [arm * 1.3, arm, arm * 0.8],
            [path + "/upper", path + "/fore"],
            k,
        )
        s.add(ellipsoid(wrist, arm * 1.15), path + "/hand", 0.015)
    s.opinion(0.35, "head", "leg.?", "arm.?")
    s.opinion(0.25, "head/skull", "head/neck>head/skull", "leg.?", "arm.?")
    s.opinion(0.2, "head", "leg.?/foot", "arm.?/hand", "leg.?/*>^", "arm.?/*>^")
    s.opinion(0.2)
    return s
