# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters with clothes and gear: game figures with big heads, adventurers, knights."""

from __future__ import annotations

import numpy as np

from ..implicit import Solid, Vector, box, ellipsoid, round_cone, unit, vec
from ..polyhedra import faceted_ball
from ..sculpt import Sculpture, chance, mix
from .gear import SIDES, Figure, bone, clothes, face, gear, headgear


def _lump(rng: np.random.Generator, make: str, centre: Vector, half: Vector) -> Solid:
    if make == "boxy":
        return box(centre, half * 0.95, 0.25 * float(np.min(half)))
    if make == "faceted":
        return faceted_ball(rng, centre, half, int(rng.integers(18, 40)))
    return ellipsoid(centre, half, exponent=float(rng.choice([2.0, 2.4, 3.0])))


def _body(s: Sculpture, rng: np.random.Generator, big_head: bool) -> Figure:
    """Builds a naked figure and says where its joints are."""
    p = [0.4, 0.3, 0.3] if big_head else [0.75, 0.1, 0.15]
    make = str(rng.choice(["smooth", "boxy", "faceted"], p=p))
    s.crisp = make != "smooth"
    k = mix(rng, 0.015, 0.045) if make == "smooth" else mix(rng, 0.0, 0.012)
    stout = mix(rng, 0.85, 1.4)
    leg = mix(rng, 0.16, 0.34) if big_head else mix(rng, 0.45, 0.56)
    arm = mix(rng, 0.2, 0.3) if big_head else mix(rng, 0.38, 0.46)
    chest = vec(mix(rng, 0.12, 0.16) * stout, mix(rng, 0.08, 0.11) * stout, mix(rng, 0.13, 0.17))
    hip = vec(chest[0] * mix(rng, 0.75, 1.05), chest[1] * 0.95, chest[2] * 0.7)
    head = np.full(3, mix(rng, 0.18, 0.28) if big_head else mix(rng, 0.085, 0.11))
    head = head * rng.uniform(0.85, 1.12, 3)
    pelvis = vec(0, 0, leg + hip[2] * 0.55)
    breast = pelvis + vec(0, 0, (hip[2] + chest[2]) * 0.78)
    neck = mix(rng, 0.0, 0.02) if big_head else mix(rng, 0.05, 0.08)
    skull = breast + vec(0, -0.01, chest[2] * 0.85 + neck + head[2] * 0.85)
    thick, thin = chest[0] * mix(rng, 0.42, 0.52), chest[0] * mix(rng, 0.3, 0.4)
    s.add(_lump(rng, make, breast, chest), "torso/chest", 0)
    s.add(_lump(rng, make, pelvis, hip), "torso/hips", k * 1.2)
    s.add(bone(make, breast + vec(0, 0, chest[2] * 0.5), skull, thin, thin * 0.9), "head/neck", k)
    s.add(_lump(rng, make, skull, head), "head/skull", k * 0.8)
    joints = np.zeros((5, 2, 3))
    palm = thin * mix(rng, 1.0, 1.35)
    raise_l, raise_r = mix(rng, 0.15, 1.5), mix(rng, 0.15, 1.5)
    if chance(rng, 0.6):
        raise_r = raise_l
    bent, wide = mix(rng, 0.0, 0.9), mix(rng, 0.5, 0.75)
    for i, (name, side) in enumerate(SIDES):
        angle = (raise_l, raise_r)[i]
        way = vec(side * np.sin(angle), 0, -np.cos(angle))
        second = unit(way + vec(0, -bent, 0))
        shoulder = breast + vec(side * (chest[0] - thin * 0.4), 0, chest[2] * 0.55)
        elbow = shoulder + way * arm * 0.5
        wrist = elbow + second * arm * 0.5
        path = f"arm.{name}"
        s.add(
            [
                bone(make, shoulder, elbow, thin, thin * 0.85),
                bone(make, elbow, wrist, thin * 0.88, thin * 0.75),
            ],
            [path + "/upper", path + "/fore"],
            k,
        )
        s.add(_lump(rng, make, wrist + second * palm * 0.7, np.full(3, palm)), path + "/hand", k)
        s.add(
            round_cone(
                wrist + second * palm * 0.6,
                wrist + second * palm * 1.3 + vec(0, -palm * 1.1, 0),
                palm * 0.42,
                palm * 0.34,
            ),
            path + "/hand",
            k * 0.5,
        )
        top = pelvis + vec(side * hip[0] * wide, 0, -hip[2] * 0.3)
        ankle = vec(side * (hip[0] * wide + mix(rng, 0, 0.05)), 0, 0.06)
        knee = (top + ankle) / 2 + vec(0, -0.01, 0)
        leg_path = f"leg.{name}"
        s.add(
            [
                bone(make, top, knee, thick, thick * 0.82),
                bone(make, knee, ankle, thick * 0.84, thick * 0.7),
            ],
            [leg_path + "/thigh", leg_path + "/shin"],
            k,
            0.005 if make == "smooth" else 0.0,
        )
        foot = vec(thick * 0.85, thick * 1.5, 0.05)
        s.add(
            _lump(
                rng, "boxy" if make == "boxy" else "smooth", ankle - vec(0, thick * 0.7, 0.01), foot
            ),
            leg_path + "/foot",
            k,
        )
        joints[:, i] = shoulder, elbow, wrist, knee, ankle
    shoulder, elbow, wrist, knee, ankle = joints
    return Figure(
        make=make,
        k=k,
        skull=skull,
        head=head,
        breast=breast,
        chest=chest,
        pelvis=pelvis,
        hip=hip,
        shoulder=shoulder,
        elbow=elbow,
        wrist=wrist,
        knee=knee,
        ankle=ankle,
        arm=thin,
        leg=thick,
    )


def _opinions(s: Sculpture) -> None:
    gear = ("pack", "weapon", "head/hat", "head/hair", "head/ear.?>head/skull")
    s.opinion(
        0.35,
        "head/neck>head/skull",
        *gear,
        "leg.?/pad>^",
        "arm.?/fore>^",
        "arm.?/upper>^",
        "arm.?/sleeve>^",
        "leg.?/thigh>^",
        "leg.?/shin>^",
        "torso/chest>torso",
        "torso/hips>torso",
    )
    s.opinion(0.2, "head", "arm.?", "leg.?", "torso", "pack", "weapon")
    s.opinion(
        0.2,
        "head/neck>head/skull",
        *gear,
        "torso/chest>torso",
        "torso/hips>torso",
        "arm.l/sleeve>arm.l/upper",
        "arm.r/sleeve>arm.r/upper",
    )
    s.opinion(
        0.25,
        *gear,
        "head/neck>torso/chest",
        "arm.?/fore>^",
        "arm.?/upper>^",
        "arm.?/sleeve",
        "leg.?/thigh>torso/hips",
        "leg.?/shin>torso/hips",
    )


def game_character(rng: np.random.Generator) -> Sculpture:
    """A stylised figure with a big head: smooth, boxy or low-poly; hat or hair, some gear."""
    s = Sculpture(detail=110)
    f = _body(s, rng, big_head=True)
    face(s, rng, f)
    headgear(s, rng, f, knight=False)
    clothes(s, rng, f)
    if chance(rng, 0.6):
        gear(s, rng, f, knight=False)
    _opinions(s)
    return s


def geared_figure(rng: np.random.Generator) -> Sculpture:
    """A person in clothes and gear, or a knight in armour, as one closed surface."""
    s = Sculpture(detail=118)
    knight = chance(rng, 0.4)
    f = _body(s, rng, big_head=False)
    if not knight:
        face(s, rng, f)
    headgear(s, rng, f, knight)
    clothes(s, rng, f)
    gear(s, rng, f, knight)
    _opinions(s)
    return s
