# SPDX-License-Identifier: GPL-3.0-or-later
"""People and what is shaped like them."""

from __future__ import annotations

import numpy as np

from ..implicit import Vector, ellipsoid, loft, round_cone, tube, unit, vec
from ..sculpt import Sculpture, chance, mix

SIDES = (("l", 1.0), ("r", -1.0))


def bend(direction: Vector, towards: Vector, degrees: float) -> Vector:
    """`direction` turned towards another one by an angle."""
    side = unit(towards - direction * float(np.dot(direction, towards)))
    angle = np.radians(degrees)
    return np.cos(angle) * direction + np.sin(angle) * side


def human(rng: np.random.Generator) -> Sculpture:
    """A standing, walking, sitting or reaching figure; slim, stout or a cartoon."""
    s = Sculpture(detail=110)
    cartoon = chance(rng, 0.2)
    stout = mix(rng, 0.85, 1.35) if chance(rng, 0.7) else mix(rng, 1.3, 1.8)
    head = mix(rng, 0.14, 0.22) if cartoon else mix(rng, 0.09, 0.115)
    leg = mix(rng, 0.5, 0.85) if cartoon else mix(rng, 0.8, 0.95)
    hip_w, waist = mix(rng, 0.13, 0.17) * stout, mix(rng, 0.11, 0.15) * stout
    shoulder = mix(rng, 0.16, 0.22) * (0.6 + 0.4 * stout)
    depth = mix(rng, 0.62, 0.85)
    torso_h = mix(rng, 0.48, 0.58)
    k = mix(rng, 0.02, 0.06)
    # Torso: hips at the origin, up along z, facing -y.
    chest = mix(rng, 0.12, 0.15) * stout
    s.add(
        loft(
            (0, 0, -0.04),
            (0, mix(rng, -0.04, 0.03), torso_h),
            [hip_w * 0.72, hip_w, waist, shoulder * 0.86, shoulder * 0.86, shoulder * 0.35],
            np.array([0.08, 0.105, 0.095, chest * 0.9, chest * 0.8, 0.06]) * depth * 1.15,
            stations=[0, 0.17, 0.42, 0.72, 0.88, 1],
            side=(1, 0, 0),
            cap=0.05,
            exponent=mix(rng, 2.0, 2.6),
        ),
        "torso",
        0,
    )
    top = vec(0, 0, torso_h)
    neck_r = mix(rng, 0.04, 0.06) * (0.7 + 0.3 * stout)
    neck_l = mix(rng, 0.02, 0.05) if cartoon else mix(rng, 0.07, 0.1)
    nod = unit(vec(mix(rng, -0.25, 0.25), mix(rng, -0.35, 0.1), 1))
    skull = top + nod * (neck_l + head * 1.1)
    s.limb([top - vec(0, 0, 0.03), skull], [neck_r * 1.15, neck_r], "head/neck", k)
    s.add(
        ellipsoid(skull, (head * 0.78, head * 0.92, head * 1.12)),
        "head/skull",
        mix(rng, 0.015, 0.05),
    )
    if chance(rng, 0.6):
        face = skull + vec(0, -head * 0.9, -head * 0.15)
        s.add(
            round_cone(
                face + vec(0, 0, head * 0.25),
                face + vec(0, -head * 0.15, -head * 0.1),
                head * 0.07,
                head * 0.12,
            ),
            "head/skull",
            0.015,
        )
        for _, side in SIDES:
            s.add(
                ellipsoid(
                    skull + vec(side * head * 0.8, 0, -head * 0.05),
                    (head * 0.1, head * 0.18, head * 0.28),
                ),
                "head/skull",
                0.01,
            )
    if chance(rng, 0.25):
        s.add(
            ellipsoid(skull + vec(0, head * 0.2, head * 0.25), (head * 0.92, head, head)),
            "head/skull",
            0.02,
        )
    pose = rng.choice(["rest", "stand", "walk", "sit", "reach", "dance"])
    _arms(s, rng, pose, vec(0, 0, torso_h * 0.9), shoulder, stout, k, cartoon)
    _legs(s, rng, pose, hip_w, leg, stout, k, cartoon)
    s.opinion(0.3, "head", "arm.?", "leg.?")
    s.opinion(0.12, "head", "arm.?/hand", "leg.?/foot", "arm.?/*", "leg.?/*")
    s.opinion(0.23, "head", "arm.?/upper>^", "arm.?/fore>^", "leg.?/thigh>^", "leg.?/shin>^")
    s.opinion(0.2, "arm.?/hand", "leg.?/foot")
    s.opinion(0.15, "head/skull", "head/neck", "arm.?", "leg.?")
    return s


def _arms(
    s: Sculpture,
    rng: np.random.Generator,
    pose: str,
    level: Vector,
    shoulder: float,
    stout: float,
    k: float,
    cartoon: bool,
) -> None:
    upper, fore = mix(rng, 0.26, 0.33), mix(rng, 0.24, 0.3)
    thick = mix(rng, 0.038, 0.055) * (0.5 + 0.5 * stout) * (1.25 if cartoon else 1)
    lift = {"rest": 85, "stand": mix(rng, 15, 40)}.get(pose, 0.0)
    fingers = chance(rng, 0.45)
    for name, side in SIDES:
        down, out, front = vec(0, 0, -1), vec(side, 0, 0), vec(0, -1, 0)
        angle = lift or mix(rng, 15, 130)
        direction = bend(down, out, angle)
        if pose in ("walk", "sit", "reach", "dance"):
            direction = bend(direction, front, mix(rng, -35, 70))
        start = level + vec(side * (shoulder - thick * 0.4), 0, -thick * 0.6)
        elbow = start + direction * upper
        second = bend(direction, front, mix(rng, 2, 15 if lift else 95))
        wrist = elbow + second * fore
        path = f"arm.{name}"
        s.limb(
            [start, start + direction * upper * 0.5, elbow, elbow + second * fore * 0.35, wrist],
            [thick * 1.15, thick * 1.05, thick * 0.88, thick * 0.9, thick * 0.6],
            [path + "/upper", path + "/upper", path + "/fore", path + "/fore"],
            k,
        )
        _simple_hand(
            s,
            wrist,
            bend(second, front, mix(rng, -15, 25)),
            front,
            thick,
            path + "/hand",
            fingers,
            side,
            cartoon,
        )


def _simple_hand(
    s: Sculpture,
    wrist: Vector,
    along: Vector,
    front: Vector,
    thick: float,
    path: str,
    fingers: bool,
    side: float,
    cartoon: bool,
) -> None:
    thumb_side = unit(front - along * float(np.dot(front, along)))
    flat = thick * 1.25
    palm = wrist + along * flat * 1.0
    s.add(
        loft(
            wrist,
            wrist + along * flat * 1.7,
            [flat * 0.55, flat * 0.85, flat * 0.8],
            flat * 0.4,
            side=thumb_side,
            cap=flat * 0.4,
        ),
        path,
        0.02,
    )
    if not fingers:
        s.add(
            loft(
                palm,
                wrist + along * flat * 3.4,
                [flat * 0.8, flat * 0.75, flat * 0.4],
                flat * 0.32,
                side=thumb_side,
            ),
            path,
            0.02,
        )
    count = 3 if cartoon else 4
    for i in range(count if fingers else 0):
        spread = (i - (count - 1) / 2) * 2 * flat / (count + 0.6)
        base = wrist + along * flat * 1.7 + thumb_side * spread * 0.8
        tip = base + unit(along + thumb_side * spread / flat * 0.3) * flat * 1.8
        s.add(round_cone(base, tip, flat * 0.25, flat * 0.19), path, 0.008)
    s.add(
        tube(
            [
                wrist + along * flat * 0.6,
                wrist + along * flat * 1.3 + thumb_side * flat * 1.05,
                wrist + along * flat * 2.1 + thumb_side * flat * 1.3,
            ],
            [flat * 0.35, flat * 0.28, flat * 0.22],
        ),
        path,
        0.015,
    )


def _legs(
    s: Sculpture,
    rng: np.random.Generator,
    pose: str,
    hip: float,
    length: float,
    stout: float,
    k: float,
    cartoon: bool,
) -> None:
    thigh, shin = length * 0.5, length * 0.48
    thick = min(mix(rng, 0.068, 0.088) * (0.6 + 0.4 * stout), hip * 0.56)
    stance = mix(rng, 1, 14)
    stride = mix(rng, 8, 35)
    ankle_r = thick * mix(rng, 0.45, 0.6) * (1.3 if cartoon else 1)
    for name, side in SIDES:
        down, out, front = vec(0, 0, -1), vec(side, 0, 0), vec(0, -1, 0)
        direction = bend(down, out, stance)
        knee_bend = mix(rng, 0, 6)
        if pose == "walk":
            direction = bend(direction, front, stride * side)
            knee_bend = mix(rng, 5, 40)
        elif pose == "sit":
            direction = bend(bend(down, front, mix(rng, 70, 95)), out, mix(rng, 2, 20))
            knee_bend = mix(rng, 60, 100)
        elif pose == "dance":
            direction = bend(bend(down, front, mix(rng, -30, 60)), out, mix(rng, 5, 30))
            knee_bend = mix(rng, 0, 80)
        start = vec(side * (hip - thick * 0.95), 0, -0.02)
        knee = start + direction * thigh
        second = bend(direction, -front, knee_bend)
        ankle = knee + second * shin
        path = f"leg.{name}"
        s.limb(
            [start, knee, knee + second * shin * 0.3 + vec(0, 0.012, 0), ankle],
            [thick * 1.1, thick * 0.72, thick * 0.74, ankle_r],
            [path + "/thigh", path + "/shin", path + "/shin"],
            k,
            0.005,
        )
        toe = unit(bend(second, front, mix(rng, 70, 95)) + vec(side * mix(rng, 0, 0.4), 0, 0))
        size = ankle_r * 1.15
        heel = ankle + second * size * 0.55 - toe * size * 0.5
        s.limb(
            [heel, heel + toe * size * 2.4, heel + toe * size * 4.2],
            [size * 0.85, size * 0.85, size * 0.6],
            path + "/foot",
            0.03,
            0.01,
        )


def hand(rng: np.random.Generator) -> Sculpture:
    """An open, curled or pointing hand with a stump of forearm."""
    s = Sculpture(detail=110)
    width, palm = mix(rng, 0.2, 0.26), mix(rng, 0.42, 0.52)
    thick = mix(rng, 0.075, 0.105)
    k = mix(rng, 0.02, 0.05)
    up, normal = vec(0, 1, 0), vec(0, 0, 1)
    s.add(
        loft(
            (0, 0.02, 0),
            (0, palm * 0.93, 0),
            [width * 0.72, width * 0.9, width * 0.98, width * 0.9],
            [thick * 0.9, thick, thick * 0.8],
            side=(1, 0, 0),
            cap=0.08,
            exponent=2.5,
        ),
        "palm/palm",
        0,
    )
    arm = mix(rng, 0.1, 0.7)
    tilt = unit(vec(mix(rng, -0.3, 0.3), -1, mix(rng, -0.3, 0.3)))
    s.add(
        loft(
            vec(0, 0.1, 0),
            vec(0, 0.02, 0) + tilt * arm,
            [width * 0.5, width * 0.66, width * 0.8],
            [thick * 0.8, thick * 1.0, thick * 1.4],
            side=(1, 0, 0),
            cap=0.05,
        ),
        "palm/wrist",
        0.12,
    )
    mode = rng.choice(
        ["open", "relaxed", "point", "fist", "spread"], p=[0.35, 0.3, 0.12, 0.08, 0.15]
    )
    spread = mix(rng, 3, 9) if mode != "spread" else mix(rng, 9, 15)
    base_curl = {"open": 4, "spread": 3, "relaxed": 25, "point": 60, "fist": 65}[mode]
    lengths = np.array([0.36, 0.41, 0.38, 0.29]) * mix(rng, 0.85, 1.15)
    finger = mix(rng, 0.043, 0.056)
    for i in range(4):
        x = (i - 1.5) * width * 0.49
        angle = np.radians((i - 1.5) * spread)
        direction = vec(np.sin(angle), np.cos(angle), 0)
        curl = max(0.0, base_curl * mix(rng, 0.6, 1.4))
        if mode == "point" and i == 0:
            curl = mix(rng, 0, 8)
        r = finger * (0.85 if i == 3 else 1.0)
        joint = vec(x, palm * (0.93 - 0.04 * abs(i - 1.2)), 0)
        points, total = [joint - direction * 0.07, joint], 0.0
        for share, more in zip((0.44, 0.31, 0.25), (0.7, 1.1, 0.7), strict=True):
            total += curl * more
            points.append(points[-1] + lengths[i] * share * bend(direction, normal, total))
        path = f"finger.{i}"
        s.limb(
            points,
            [r * 1.08, r * 1.08, r, r * 0.9, r * 0.75],
            [path + "/1", path + "/1", path + "/2", path + "/3"],
            k * 0.7,
            0.004,
        )
    out = mix(rng, 25, 60) if mode != "fist" else 15
    away = bend(up, vec(-1, 0, 0), out)
    over = mix(rng, 5, 45)
    base = vec(-width * 0.55, palm * 0.22, thick * 0.25)
    first = base + bend(away, normal, over * 0.6) * 0.2
    second = first + bend(bend(away, up, out * 0.4), normal, over) * 0.15
    third = second + bend(bend(away, up, out * 0.6), normal, over * 1.3) * 0.12
    s.limb(
        [base, first, second, third],
        np.array([1.55, 1.22, 1.12, 0.8]) * finger,
        ["thumb/base", "thumb/1", "thumb/2"],
        k * 1.2,
        0.005,
    )
    s.opinion(0.4, "palm", "finger.?", "thumb")
    s.opinion(0.2, "palm", "finger.?", "thumb/base>palm", "thumb/?>^")
    s.opinion(0.15, "finger.?", "thumb")
    s.opinion(0.25, "palm", "thumb/base>palm")
    return s
