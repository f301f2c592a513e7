# SPDX-License-Identifier: GPL-3.0-or-later
"""What characters wear and carry: faces, hats, hair, clothes, packs, armour, shields, weapons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..implicit import (
    Solid,
    Vector,
    box,
    cylinder,
    ellipsoid,
    frame,
    half_space,
    loft,
    round_cone,
    spline,
    torus,
    tube,
    unit,
    vec,
)
from ..polyhedra import both, faceted_cone, minus
from ..sculpt import Sculpture, chance, mix

SIDES = (("l", 1.0), ("r", -1.0))


@dataclass(frozen=True)
class Figure:
    """Where a character's body is: z up, facing -y.

    Attributes
    ----------
    make : "smooth", "boxy" or "faceted" solids.
    k : blend of the joints.
    head, chest, hip : half sizes (3,); skull, breast and pelvis are their centres.
    wrist, elbow, ankle : (2, 3) left and right, with `arm` and `leg` the limbs' radii.
    """

    make: str
    k: float
    skull: Vector
    head: Vector
    breast: Vector
    chest: Vector
    pelvis: Vector
    hip: Vector
    shoulder: Vector
    elbow: Vector
    wrist: Vector
    knee: Vector
    ankle: Vector
    arm: float
    leg: float


def bone(make: str, a: Vector, b: Vector, ra: float, rb: float) -> Solid:
    """A limb's segment in the make of the figure."""
    if make == "boxy":
        return faceted_cone(a, b, ra * 1.3, rb * 1.3, 4, (1, 1, 0.1))
    if make == "faceted":
        return faceted_cone(a, b, ra * 1.12, rb * 1.12, 6)
    return round_cone(a, b, ra, rb)


def face(s: Sculpture, rng: np.random.Generator, f: Figure) -> None:
    """Nose, ears and eyes: inside the head they are no parts."""
    x, y, z = f.head
    if chance(rng, 0.6):
        r = x * mix(rng, 0.1, 0.2)
        s.add(ellipsoid(f.skull + vec(0, -y * 0.98, -z * 0.1), (r, r * 1.3, r)), "head/skull", f.k)
    long = mix(rng, 0.25, 1.0) if chance(rng, 0.3) else mix(rng, 0.18, 0.3)
    if chance(rng, 0.65):
        for name, side in SIDES:
            root = f.skull + vec(side * x * 0.9, 0, 0)
            tip = root + vec(side * x * long, y * 0.1, z * long * 0.6)
            path = f"head/ear.{name}"
            s.add(round_cone(root, tip, x * 0.18, max(0.015, x * 0.09)), path, f.k * 0.5)
    if chance(rng, 0.35):
        r = x * mix(rng, 0.14, 0.26)
        for _, side in SIDES:
            at = f.skull + vec(side * x * 0.4, -y * 0.88, z * 0.12)
            eye = ellipsoid(at, (r, r * 0.5, r * mix(rng, 1.0, 1.6)))
            if chance(rng, 0.5):
                s.add(eye, "head/skull", 0.0)
            else:
                s.cut(eye, 0.0)


def headgear(s: Sculpture, rng: np.random.Generator, f: Figure, knight: bool) -> None:
    """A hat, a helmet or hair."""
    x, y, z = f.head
    up = vec(0, 0, 1)
    k = f.k * 0.4
    brow = f.skull + up * z * mix(rng, 0.15, 0.4)
    above = half_space(brow, -up)
    swell = mix(rng, 1.06, 1.2)
    shell = ellipsoid(f.skull, f.head * swell, exponent=2.4)
    kinds = (
        ["helmet", "crest", "horns"] if knight else ["cap", "cone", "top", "hair", "hair", "hood"]
    )
    kind = str(rng.choice(kinds))
    if kind in ("cap", "helmet", "crest", "horns"):
        s.add(both(shell, above), "head/hat/crown", k)
    if kind == "cap":
        visor = loft(
            brow - vec(0, y * 0.5, 0),
            brow - vec(0, y * 1.7, z * 0.1),
            x * 0.75,
            0.018,
            side=(1, 0, 0),
        )
        s.add(visor, "head/hat/brim", k)
    elif kind in ("helmet", "crest", "horns"):
        if chance(rng, 0.6):
            guard = minus(shell, half_space(f.skull - vec(0, y * 0.1, 0), (0, 1, 0)))
            rear = both(shell, half_space(f.skull - vec(0, y * 0.2, 0), (0, -1, 0)))
            s.add(both(rear, half_space(f.skull - up * z * 0.6, -up)), "head/hat/crown", k)
            if chance(rng, 0.6):
                visor = both(guard, half_space(brow, up))
                s.add(both(visor, half_space(f.skull - up * z * 0.2, -up)), "head/hat/visor", k)
        if kind == "horns":
            for name, side in SIDES:
                root = brow + vec(side * x * swell * 0.85, 0, z * 0.2)
                curve = spline(
                    [
                        root,
                        root + vec(side * x * 0.7, 0, z * 0.2),
                        root + vec(side * x * 0.9, 0, z * 1.1),
                    ],
                    7,
                )
                s.limb(curve, [x * 0.22, max(0.014, x * 0.06)], f"head/hat/horn.{name}", k)
        if kind == "crest":
            crest = both(
                ellipsoid(f.skull, f.head * swell * 1.35),
                box(f.skull + up * z, (max(0.018, x * 0.12), 9, z)),
            )
            s.add(
                both(crest, half_space(f.skull - vec(0, y * 0.6, 0), (0, -1, 0))),
                "head/hat/crest",
                k,
            )
    elif kind == "cone":
        tall = z * mix(rng, 1.2, 2.8)
        lean = vec(mix(rng, -0.2, 0.2), mix(rng, 0, 0.6), 1) * tall
        cone = tube([brow, brow + lean * [0.4, 0.2, 0.6], brow + lean], [x * swell, x * 0.5, 0.025])
        s.add([both(piece, above) for piece in cone], "head/hat/crown", k, 0.02)
        wide = x * mix(rng, 1.5, 2.1)
        s.add(cylinder(brow, brow + up * 0.035, wide, rounding=0.014), "head/hat/brim", k)
    elif kind == "top":
        tall = z * mix(rng, 0.7, 1.6)
        s.add(
            cylinder(brow, brow + up * tall, x * 1.02, x * mix(rng, 0.75, 1.15), 0.012),
            "head/hat/crown",
            k,
        )
        s.add(
            cylinder(brow, brow + up * 0.03, x * mix(rng, 1.4, 1.9), rounding=0.012),
            "head/hat/brim",
            k,
        )
        if chance(rng, 0.4):
            s.add(cylinder(brow + up * 0.03, brow + up * 0.07, x * 1.08), "head/hat/crown", 0.0)
    elif kind == "hood":
        hood = minus(shell, ellipsoid(f.skull - vec(0, y * 0.9, 0), f.head * [0.8, 0.9, 0.85]))
        s.add(hood, "head/hat/crown", k)
        s.add(torus(f.skull - up * z * 0.9, up, x * 0.75, x * 0.25), "head/hat/collar", f.k)
    else:
        _hair(s, rng, f, shell)


def _hair(s: Sculpture, rng: np.random.Generator, f: Figure, shell: Solid) -> None:
    x, y, z = f.head
    k = f.k * 0.5
    line = half_space(f.skull + vec(0, -y * 0.25, z * 0.35), (0, -0.9, -1))
    s.add(both(shell, line), "head/hair/cap", k)
    kind = str(rng.choice(["spikes", "tail", "long", "bun", "tails", "plain"]))
    if kind == "spikes":
        for turn in np.linspace(0, 2 * np.pi, int(rng.integers(5, 10)), endpoint=False):
            way = unit(vec(np.cos(turn), np.sin(turn) + 0.4, mix(rng, 0.5, 1.2)))
            root = f.skull + way * f.head * 0.85
            tip = root + way * x * mix(rng, 0.5, 0.9)
            s.add(round_cone(root, tip, x * 0.3, x * 0.07), "head/hair/cap", k)
    elif kind in ("tail", "tails"):
        places = [("", 0.0)] if kind == "tail" else [(".l", 1.0), (".r", -1.0)]
        drop = mix(rng, 1.0, 2.2)
        for name, side in places:
            root = f.skull + vec(side * x * 0.9, y * (0.95 if not side else 0.3), z * 0.4)
            end = root + vec(side * x * 0.5, y * 0.5, -z * drop)
            mid = (root + end) / 2 + vec(side * x * 0.4, y * 0.4, z * 0.3)
            s.limb(
                spline([root, mid, end], 8),
                [x * 0.2, x * 0.3, x * 0.12],
                f"head/hair/tail{name}",
                k,
            )
    elif kind == "long":
        fall = loft(
            f.skull + vec(0, y * 0.6, z * 0.4),
            f.skull + vec(0, y * 0.9, -z * 1.9),
            [x * 0.95, x * 1.0, x * 0.6],
            y * 0.35,
            side=(1, 0, 0),
        )
        s.add(fall, "head/hair/fall", k)
    elif kind == "bun":
        s.add(ellipsoid(f.skull + vec(0, y * 0.7, z * 0.95), x * 0.42), "head/hair/bun", k)
    if chance(rng, 0.25):
        beard = ellipsoid(
            f.skull + vec(0, -y * 0.7, -z * 0.75), f.head * [0.6, 0.5, mix(rng, 0.5, 1)]
        )
        s.add(beard, "head/beard", k)


def clothes(s: Sculpture, rng: np.random.Generator, f: Figure) -> None:
    """Cloth lies on the body: sleeves, trousers, boots, gloves, skirt, belt, scarf, cape."""
    up, k = vec(0, 0, 1), f.k * 0.5
    waist = (f.breast + f.pelvis) / 2
    girth = max(f.chest[0], f.hip[0])
    if chance(rng, 0.5):
        belt = f.pelvis + up * f.hip[2] * 0.55
        size = vec(f.hip[0] * 1.1, f.hip[1] * 1.12, 0.028)
        s.add(ellipsoid(belt, size, exponent=6), "torso/belt", 0.004)
        if chance(rng, 0.5):
            s.add(box(belt - vec(0, size[1], 0), (0.035, 0.02, 0.035), 0.006), "torso/belt", 0.003)
    skirt = chance(rng, 0.3)
    if skirt:
        low = f.pelvis - up * (f.hip[2] + mix(rng, 0.02, 0.14))
        s.add(
            loft(
                waist,
                low,
                [girth * 0.9, girth * mix(rng, 1.2, 1.7)],
                [f.hip[1], f.hip[1] * mix(rng, 1.2, 1.8)],
                side=(1, 0, 0),
                cap=0.02,
            ),
            "torso/skirt",
            k,
        )
    if chance(rng, 0.55):
        high, r = mix(rng, 0.0, 1.0), f.leg * mix(rng, 1.0, 1.15)
        for i, (name, _) in enumerate(SIDES):
            top = f.ankle[i] + (f.knee[i] - f.ankle[i]) * (0.3 + 0.6 * high)
            s.add(bone(f.make, f.ankle[i] - up * 0.01, top, r, r * 1.08), f"leg.{name}/foot", k)
            if chance(rng, 0.5):
                s.add(
                    cylinder(top - up * 0.02, top + up * 0.02, r * 1.3, rounding=0.008),
                    f"leg.{name}/foot",
                    0.0,
                )
    if chance(rng, 0.4):
        for i, (name, _) in enumerate(SIDES):
            back = unit(f.elbow[i] - f.wrist[i])
            s.add(
                cylinder(f.wrist[i], f.wrist[i] + back * 0.06, f.arm * 1.15, f.arm * 1.45, 0.01),
                f"arm.{name}/hand",
                k,
            )
    if chance(rng, 0.3):
        neck = f.breast + up * f.chest[2] * 0.95
        s.add(torus(neck, up, f.arm * 1.35, f.arm * 0.6), "torso/scarf", k)
        if chance(rng, 0.5):
            s.limb(
                [neck + vec(0.03, -0.06, 0), neck + vec(0.06, -f.chest[1] * 1.1, -0.17)],
                [0.04, 0.05],
                "torso/scarf",
                k,
            )
    if chance(rng, 0.3):
        top = f.breast + vec(0, f.chest[1] * 0.8, f.chest[2] * 0.7)
        end = vec(0, f.chest[1] * mix(rng, 1.2, 2.4), mix(rng, 0.1, 0.3))
        s.add(
            loft(top, end, [f.chest[0] * 0.8, girth * mix(rng, 1.0, 1.5)], 0.022, side=(1, 0, 0)),
            "cape",
            k,
        )
    if chance(rng, 0.5):
        for name, _ in SIDES:
            i = 0 if name == "l" else 1
            short = half_space((f.elbow[i] + f.shoulder[i]) / 2, f.elbow[i] - f.shoulder[i])
            s.paint(short, f"arm.{name}/sleeve", f"arm.{name}/upper")


def gear(s: Sculpture, rng: np.random.Generator, f: Figure, knight: bool) -> None:
    """What a character carries: pack, pads, shield, weapon."""
    up, k = vec(0, 0, 1), f.k * 0.4
    if chance(rng, 0.2 if knight else 0.5):
        half = f.chest * [mix(rng, 0.6, 0.95), mix(rng, 0.5, 0.9), mix(rng, 0.7, 1.1)]
        at = f.breast + vec(0, f.chest[1] * 0.85 + half[1], 0)
        s.add(box(at, half, mix(rng, 0.01, 0.05)), "pack/bag", k)
        if chance(rng, 0.5):
            low = at - up * half[2] * 0.4 + vec(0, half[1], 0)
            s.add(box(low, half * [0.7, 0.35, 0.45], 0.015), "pack/pocket", k)
        if chance(rng, 0.5):
            roll = at + up * half[2]
            s.add(
                round_cone(roll - vec(half[0], 0, 0), roll + vec(half[0], 0, 0), 0.05, 0.05),
                "pack/roll",
                k,
            )
    if chance(rng, 0.75 if knight else 0.2):
        for i, (name, side) in enumerate(SIDES):
            at = f.shoulder[i] + vec(side * f.arm * 0.3, 0, f.arm * 0.4)
            pad = ellipsoid(at, f.arm * vec(1.7, 1.6, 1.2), frame((side * 0.5, 0, 1)))
            pad = both(pad, half_space(at - up * f.arm * 0.3, -up))
            s.add(pad, f"arm.{name}/pad", k)
    if knight and chance(rng, 0.6):
        plate = both(
            ellipsoid(f.breast, f.chest * 1.12, exponent=3),
            half_space(f.breast - up * f.chest[2] * 0.6, -up),
        )
        s.add(plate, "torso/chest", k)
        if chance(rng, 0.4):
            s.cut(box(f.breast, (0.008, 9, f.chest[2])), 0.0)
    if chance(rng, 0.5 if knight else 0.15):
        for i, (name, _) in enumerate(SIDES):
            s.add(
                ellipsoid(f.knee[i] - vec(0, f.leg * 0.6, 0), f.leg * vec(0.8, 0.6, 0.9)),
                f"leg.{name}/pad",
                k,
            )
    if chance(rng, 0.5 if knight else 0.25):
        hand = f.wrist[1]
        way = unit(vec(0, mix(rng, -1, -0.2), mix(rng, 0.2, 1.2)))
        long, r = mix(rng, 0.3, 0.6), max(0.02, f.arm * 0.4)
        grip = hand + unit(hand - f.elbow[1]) * f.arm
        s.add(round_cone(grip - way * 0.12, grip + way * 0.12, r, r), "weapon/grip", k)
        if chance(rng, 0.6):
            s.add(
                loft(
                    grip + way * 0.1,
                    grip + way * (0.1 + long),
                    [0.05, 0.05, 0.02],
                    0.018,
                    side=(0, 0.5, 1),
                ),
                "weapon/blade",
                k,
            )
            s.add(
                box(grip + way * 0.1, (0.025, 0.1, 0.022), 0.008, frame(way, (1, 0, 0))),
                "weapon/guard",
                k,
            )
        else:
            s.add(tube([grip, grip + way * long], r), "weapon/grip", k)
            s.add(ellipsoid(grip + way * long, r * mix(rng, 2, 3.5)), "weapon/head", k)
    if chance(rng, 0.45 if knight else 0.1):
        out = vec(1, 0, 0)
        at = f.wrist[0] + out * f.arm * 1.2
        size = mix(rng, 0.13, 0.22)
        if chance(rng, 0.5):
            s.add(cylinder(at - out * 0.02, at + out * 0.025, size, rounding=0.01), "shield", k)
        else:
            s.add(
                loft(
                    at + up * size,
                    at - up * size * 1.2,
                    [size * 0.8, size * 0.8, 0.03],
                    0.025,
                    side=(0, 1, 0),
                    cap=0.02,
                ),
                "shield",
                k,
            )
        s.add(ellipsoid(at + out * 0.02, (0.04, size * 0.25, size * 0.25)), "shield", 0.0)
