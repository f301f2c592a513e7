# SPDX-License-Identifier: GPL-3.0-or-later
"""Robots with segmented limbs, walking machines, robot arms."""

from __future__ import annotations

import numpy as np

from ..implicit import Vector, box, cylinder, ellipsoid, round_cone, torus, unit, vec
from ..polyhedra import bevelled, faceted_ball
from ..sculpt import Sculpture, chance, mix
from .ornament import SIDEWAYS, UPRIGHT, Style, beam, block, draw_style, drum, slab

SIDES = (("l", 1.0), ("r", -1.0))


def _segment(
    s: Sculpture,
    rng: np.random.Generator,
    style: Style,
    kind: str,
    a: Vector,
    b: Vector,
    r: float,
    part: str,
) -> None:
    """One link of a limb: a beam, a tube or a capsule."""
    if kind == "beam":
        beam(s, rng, style, a, b, r, r * 0.85, part, side=(1, 0, 0))
    elif kind == "tube":
        drum(s, rng, style, a, b, r, part, r * mix(rng, 0.8, 1.15))
    else:
        s.add(round_cone(a, b, r, r * 0.85), part, style.blend)


def _joint(s: Sculpture, style: Style, kind: str, at: Vector, r: float, part: str) -> None:
    if kind == "ball":
        s.add(ellipsoid(at, r), part, style.blend)
    else:
        pin = vec(r * 1.15, 0, 0)
        s.add(cylinder(at - pin, at + pin, r, rounding=min(style.edge, r * 0.3)), part, style.blend)


def _gripper(
    s: Sculpture,
    rng: np.random.Generator,
    style: Style,
    at: Vector,
    way: Vector,
    r: float,
    part: str,
    count: int,
) -> None:
    """A palm with two or three fingers around `way`, or a ball for a hand where `count` is 0."""
    if count == 0:
        s.add(ellipsoid(at + way * r, r * 1.25), part + "/palm", style.blend)
        return
    drum(s, rng, style, at - way * r * 0.3, at + way * r * 0.8, r * 1.1, part + "/palm")
    side = unit(np.cross(way, (0.1, 1, 0.2)))
    other = np.cross(way, side)
    for i in range(count):
        out = np.cos(2 * np.pi * i / count) * side + np.sin(2 * np.pi * i / count) * other
        root = at + way * r * 0.6 + out * r * 0.7
        knuckle = root + (way + 0.7 * out) * r * 1.1
        tip = knuckle + (way - 0.6 * out) * r * 1.2
        thin = max(0.017, r * 0.32)
        s.limb([root, knuckle, tip], [thin, thin, thin * 0.8], f"{part}/finger.{i}", style.blend)


def robot(rng: np.random.Generator) -> Sculpture:
    """Humanoid or toy robot: head with eyes and aerials, segmented arms, legs, tracks or wheels."""
    style = draw_style(rng, 0.85, 0.6)
    s = Sculpture(crisp=style.crisp, detail=114)
    k = style.blend
    half = rng.uniform([0.13, 0.09, 0.13], [0.22, 0.16, 0.24])
    kind = str(rng.choice(["block", "drum", "bevel", "ball"]))
    waist = -float(half[2])
    if kind == "block":
        block(s, rng, style, (0, 0, 0), half, "torso/chest", faces=("-y", "+y"))
    elif kind == "drum":
        drum(
            s,
            rng,
            style,
            (0, 0, waist),
            (0, 0, -waist),
            float(half[0]) * mix(rng, 0.7, 1),
            "torso/chest",
            float(half[0]),
        )
    elif kind == "bevel":
        outline = bevelled(float(half[0]), float(half[2]), mix(rng, 0.04, 0.12))
        slab(s, rng, style, outline, float(half[1]), "torso/chest", rotation=UPRIGHT)
    else:
        s.add(ellipsoid((0, 0, 0), half, exponent=mix(rng, 2.0, 4.0)), "torso/chest", 0)
    if chance(rng, 0.4):
        s.add(box((0, half[1] * 1.1, 0.02), half * [0.6, 0.5, 0.6], style.edge), "pack", k)
    if chance(rng, 0.3):
        s.add(cylinder((0, -half[1] * 1.15, 0.03), (0, 0, 0.03), 0.05), "torso/lamp", k)
    _robot_head(s, rng, style, -waist)
    link = str(rng.choice(["beam", "tube", "capsule"]))
    joint = str(rng.choice(["ball", "pin"]))
    r, arm = mix(rng, 0.03, 0.055), mix(rng, 0.14, 0.24)
    fingers = int(rng.choice([0, 2, 2, 3]))
    spread, bent = mix(rng, 0.05, 1.2), mix(rng, 0.0, 1.3)
    state = rng.bit_generator.state
    for name, side in SIDES:
        rng.bit_generator.state = state
        path = f"arm.{name}"
        shoulder = vec(side * (half[0] + r * 0.8), 0, half[2] * 0.65)
        way = unit(vec(side * np.sin(spread), 0, -np.cos(spread)))
        second = unit(way + vec(0, -bent, 0.2 * bent))
        elbow = shoulder + way * arm
        wrist = elbow + second * arm * 0.9
        _segment(s, rng, style, link, shoulder, elbow, r, path + "/upper")
        _segment(s, rng, style, link, elbow, wrist, r * mix(rng, 0.9, 1.4), path + "/fore")
        _joint(s, style, joint, shoulder, r * 1.5, path + "/shoulder")
        _joint(s, style, joint, elbow, r * 1.3, path + "/elbow")
        _gripper(s, rng, style, wrist, second, r * 1.25, path + "/hand", fingers)
    base = str(rng.choice(["legs", "legs", "legs", "tracks", "wheel", "skirt"]))
    hip = half[0] * mix(rng, 0.5, 0.75)
    if base == "legs":
        leg, thick = mix(rng, 0.14, 0.24), r * mix(rng, 1.1, 1.5)
        s.add(
            box((0, 0, waist - 0.02), (hip + thick, thick * 1.2, 0.045), style.edge),
            "torso/hips",
            k,
        )
        state = rng.bit_generator.state
        for name, side in SIDES:
            rng.bit_generator.state = state
            path = f"leg.{name}"
            top = vec(side * hip, 0, waist - 0.05)
            knee = top + vec(side * 0.01, -0.01, -leg)
            ankle = knee + vec(0, 0.01, -leg)
            _segment(s, rng, style, link, top, knee, thick, path + "/thigh")
            _segment(s, rng, style, link, knee, ankle, thick * mix(rng, 0.9, 1.4), path + "/shin")
            _joint(s, style, joint, knee, thick * 1.25, path + "/knee")
            foot = vec(thick * 1.5, thick * 2.3, 0.035)
            block(
                s,
                rng,
                style,
                ankle - vec(0, thick * 0.7, 0.02),
                foot,
                path + "/foot",
                faces=("-y",),
            )
    elif base == "tracks":
        s.add(box((0, 0, waist - 0.05), (hip, half[1] * 0.7, 0.07)), "base", k)
        for name, side in SIDES:
            outline = bevelled(0.2, 0.09, 0.07)
            rot = SIDEWAYS
            at = vec(side * (hip + 0.03), 0, waist - 0.12)
            slab(s, rng, style, outline, 0.05, f"track.{name}", centre=at, rotation=rot)
    elif base == "wheel":
        s.add(box((0, 0, waist - 0.05), (hip * 0.9, 0.04, 0.08)), "base", k)
        wide = mix(rng, 0.03, 0.07)
        drum(s, rng, style, (-wide, 0, waist - 0.16), (wide, 0, waist - 0.16), 0.12, "wheel")
    else:
        drum(
            s,
            rng,
            style,
            (0, 0, waist + 0.02),
            (0, 0, waist - mix(rng, 0.15, 0.3)),
            float(half[0]) * 0.8,
            "base",
            float(half[0]) * mix(rng, 1.0, 1.5),
        )
    s.opinion(
        0.35,
        "head",
        "torso",
        "arm.?/hand",
        "leg.?/knee>^",
        "arm.?/shoulder>^",
        "arm.?/elbow>^",
        "arm.?/upper>^",
        "arm.?/fore>^",
    )
    s.opinion(0.25, "head", "torso", "arm.?", "leg.?", "track.?", "pack>torso")
    s.opinion(0.2, "head/neck", "head/*>head", "arm.?/hand")
    s.opinion(0.2)
    return s


def _robot_head(s: Sculpture, rng: np.random.Generator, style: Style, top: float) -> None:
    k = style.blend
    size = rng.uniform([0.07, 0.07, 0.06], [0.16, 0.12, 0.13])
    neck = mix(rng, 0.01, 0.07)
    s.add(cylinder((0, 0, top - 0.03), (0, 0, top + neck + 0.03), size[0] * 0.45), "head/neck", k)
    at = vec(0, 0, top + neck + size[2])
    kind = str(rng.choice(["block", "drum", "ball", "dome", "facets"]))
    if kind == "block":
        block(s, rng, style, at, size, "head/skull", faces=("+z", "+y"))
    elif kind == "drum":
        low, high = at - vec(0, 0, size[2]), at + vec(0, 0, size[2])
        drum(s, rng, style, low, high, float(size[0]), "head/skull")
    elif kind == "facets":
        s.add(faceted_ball(rng, at, size, 22), "head/skull", k)
    else:
        s.add(ellipsoid(at, size, exponent=2.0 if kind == "ball" else 3.0), "head/skull", k)
    r, front = size[0] * mix(rng, 0.18, 0.3), -float(size[1])
    if chance(rng, 0.6):
        for name, side in SIDES:
            eye = at + vec(side * size[0] * 0.45, front * 0.8, size[2] * 0.15)
            drum(s, rng, style, eye, eye + vec(0, front * 0.35, 0), r, f"head/eye.{name}")
    elif chance(rng, 0.6):
        visor = box(at + vec(0, front, size[2] * 0.1), (size[0] * 0.8, 0.025, size[2] * 0.3))
        if chance(rng, 0.5):
            s.cut(visor, 0.0)
        else:
            s.add(visor, "head/visor", k)
    if chance(rng, 0.5):
        for name, side in SIDES:
            ear = at + vec(side * size[0], 0, 0)
            s.add(
                cylinder(ear * [0.9, 1, 1], ear + vec(side * 0.04, 0, 0), 0.035),
                f"head/ear.{name}",
                k,
            )
    if chance(rng, 0.5):
        tip = at + vec(0, 0, size[2] + mix(rng, 0.06, 0.16))
        s.add(cylinder(at, tip, 0.014), "head/aerial", k)
        s.add(ellipsoid(tip, 0.03), "head/aerial", k)


def mech(rng: np.random.Generator) -> Sculpture:
    """A walking machine on two or four bent legs, with a cockpit and guns."""
    style = draw_style(rng, 0.95, 0.75)
    s = Sculpture(crisp=style.crisp, detail=118)
    k = style.blend
    half = rng.uniform([0.14, 0.16, 0.09], [0.24, 0.3, 0.16])
    if chance(rng, 0.5):
        block(s, rng, style, (0, 0, 0), half, "body/hull", faces=("+x", "-x", "+z", "+y"))
    else:
        outline = bevelled(float(half[1]), float(half[2]), mix(rng, 0.05, 0.13))
        rot = SIDEWAYS
        slab(s, rng, style, outline, float(half[0]), "body/hull", rotation=rot)
    nose = vec(0, -half[1] * 0.95, mix(rng, -0.02, 0.06))
    if chance(rng, 0.5):
        cabin = faceted_ball(rng, nose, (half[0] * 0.75, 0.13, half[2] * 0.95), 26)
        s.add(cabin, "body/cockpit", k)
    else:
        block(
            s,
            rng,
            style,
            nose - vec(0, 0.05, 0),
            (half[0] * 0.6, 0.08, half[2] * 0.7),
            "body/cockpit",
            faces=("-y",),
        )
    if chance(rng, 0.5):
        drum(
            s,
            rng,
            style,
            (0, 0.03, half[2] * 0.9),
            (0, 0.03, half[2] + 0.07),
            half[0] * mix(rng, 0.4, 0.7),
            "turret/base",
        )
        if chance(rng, 0.7):
            muzzle = vec(0, -mix(rng, 0.2, 0.4), half[2] + 0.07)
            drum(s, rng, style, (0, 0, half[2] + 0.05), muzzle, 0.028, "turret/gun")
    four = chance(rng, 0.4)
    leg, r = mix(rng, 0.2, 0.32), mix(rng, 0.035, 0.06)
    link = str(rng.choice(["beam", "tube"]))
    out, back = mix(rng, 0.0, 0.5), mix(rng, 0.3, 0.9)
    rows = ((".f", -0.6), (".b", 0.6)) if four else (("", 0.0),)
    state = rng.bit_generator.state
    for row, y in rows:
        for name, side in SIDES:
            rng.bit_generator.state = state
            path = f"leg{row}.{name}"
            flip = -1.0 if row == ".f" else 1.0
            hip = vec(side * (half[0] + r * 0.7), y * half[1], -half[2] * 0.3)
            drum(
                s,
                rng,
                style,
                hip - vec(side * r * 1.6, 0, 0),
                hip + vec(side * r * 1.4, 0, 0),
                r * 1.6,
                path + "/hip",
            )
            way = unit(vec(side * out, flip * back, -0.6))
            knee = hip + way * leg
            shin = unit(vec(side * out * 0.3, -flip * back * 0.7, -1.2))
            ankle = knee + shin * leg * 1.1
            _segment(s, rng, style, link, hip, knee, r * 1.15, path + "/thigh")
            _segment(s, rng, style, link, knee, ankle, r, path + "/shin")
            _joint(s, style, "pin", knee, r * 1.4, path + "/knee")
            foot = vec(r * 1.9, r * 2.8, 0.035)
            block(s, rng, style, ankle - vec(0, r * 0.8, 0.01), foot, path + "/foot", faces=("-y",))
    if chance(rng, 0.75):
        pods = str(rng.choice(["gun", "box"]))
        state = rng.bit_generator.state
        for name, side in SIDES:
            rng.bit_generator.state = state
            at = vec(side * (half[0] + 0.1), -0.02, half[2] * mix(rng, 0.4, 1.2))
            s.add(cylinder(at - vec(side * 0.14, 0, 0), at, 0.035), f"pod.{name}/mount", k)
            if pods == "gun":
                front = at - vec(0, mix(rng, 0.2, 0.35), 0)
                block(s, rng, style, at, (0.05, 0.1, 0.055), f"pod.{name}/body", faces=("-y",))
                drum(s, rng, style, at, front, 0.03, f"pod.{name}/barrel")
                s.cut(cylinder(front, front + vec(0, 0.1, 0), 0.017), 0.0)
            else:
                block(s, rng, style, at, (0.06, 0.1, 0.06), f"pod.{name}/body")
                spots = [(x, z) for x in (-0.028, 0.028) for z in (-0.028, 0.028)]
                s.cut(
                    [
                        cylinder(at + vec(x, -0.12, z), at + vec(x, -0.06, z), 0.02)
                        for x, z in spots
                    ],
                    0.0,
                )
    if chance(rng, 0.5):
        block(
            s,
            rng,
            style,
            (0, half[1] * 1.05, 0.02),
            (half[0] * 0.7, 0.07, half[2] * 0.7),
            "body/engine",
            faces=("+y", "+z"),
        )
    if chance(rng, 0.3):
        s.add(
            cylinder(
                (half[0] * 0.7, half[1] * 0.6, 0), (half[0] * 0.7, half[1] * 0.6, 0.35), 0.014
            ),
            "aerial",
            k,
        )
    s.opinion(0.35, "leg*/knee>^", "leg*/hip>^", "leg*/thigh>^", "leg*/shin>^", "pod.?", "turret")
    s.opinion(0.25, "leg*", "pod.?", "body", "turret")
    s.opinion(0.4)
    return s


def robot_arm(rng: np.random.Generator) -> Sculpture:
    """An industrial arm: base, turntable, two to four links with joints, a gripper or a tool."""
    style = draw_style(rng, 0.75, 0.6)
    s = Sculpture(crisp=style.crisp, detail=112)
    k = style.blend
    wide = mix(rng, 0.12, 0.22)
    if chance(rng, 0.5):
        block(s, rng, style, (0, 0, 0), (wide, wide, 0.035), "base/plate", faces=("-y",))
    else:
        drum(s, rng, style, (0, 0, -0.035), (0, 0, 0.035), wide, "base/plate")
    high = mix(rng, 0.06, 0.16)
    drum(
        s,
        rng,
        style,
        (0, 0, 0),
        (0, 0, high),
        wide * 0.75,
        "base/column",
        wide * mix(rng, 0.55, 0.75),
    )
    if chance(rng, 0.6):
        s.add(
            cylinder((0, 0, high), (0, 0, high + 0.05), wide * 0.7, rounding=style.edge),
            "turntable",
            k,
        )
    r = wide * mix(rng, 0.3, 0.42)
    at = vec(0, 0, high + 0.02 + 0.6 * r)
    angle = mix(rng, 0.0, 0.7)
    kind = str(rng.choice(["beam", "tube", "capsule"]))
    count = int(rng.integers(2, 5))
    way = vec(0, 0, 1)
    for i in range(count):
        _joint(s, style, "pin", at, r * 1.15, f"link.{i}/joint")
        way = unit(vec(0, -np.sin(angle), np.cos(angle)))
        end = at + way * mix(rng, 0.2, 0.4) * 0.9**i
        _segment(s, rng, style, kind, at, end, r * 0.85, f"link.{i}/bar")
        if i == 0 and chance(rng, 0.3):
            offset = vec(0, r * 1.3, 0)
            s.add(cylinder(at + offset, (at + end) / 2 + offset * 0.6, r * 0.4), "piston", k)
        at, r = end, r * mix(rng, 0.75, 0.95)
        angle += mix(rng, 0.3, 1.1)
    _joint(s, style, "ball", at, r * 1.1, "wrist")
    if chance(rng, 0.7):
        _gripper(s, rng, style, at + way * r, way, r * 1.2, "tool", int(rng.choice([2, 3])))
    else:
        s.add(cylinder(at, at + way * 0.2, r * 0.8, 0.02), "tool/nozzle", k)
    if chance(rng, 0.25):
        s.add(torus((0, 0, high * 0.5), (0, 0, 1), wide * 0.75, 0.025), "base/column", k)
    s.opinion(0.4, "base", "tool")
    s.opinion(0.35, "base", "turntable>base", "link.?", "tool", "wrist>tool", "piston>link.0")
    s.opinion(0.25)
    return s
