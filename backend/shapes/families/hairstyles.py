# SPDX-License-Identifier: GPL-3.0-or-later
"""What hair can be made into: buns, tails, braids, curls, spikes, locks."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    Solid,
    Vector,
    ellipsoid,
    half_space,
    loft,
    round_cone,
    spline,
    torus,
    unit,
    vec,
)
from ..polyhedra import both, minus
from ..sculpt import Sculpture, chance, mix
from .heads import SIDES, Bare
from .ornament import rays


def _strand(s: Sculpture, curve: Vector, r: float, path: str) -> None:
    """A braid along a curve: a chain of plaits, a tie, a tuft."""
    count = max(5, int(np.linalg.norm(np.diff(curve, axis=0), axis=1).sum() / (1.15 * r)))
    places = spline(curve, count)
    plaits: list[Solid] = []
    for i in range(count - 2):
        way = unit(places[min(i + 1, count - 1)] - places[i])
        across = unit(np.cross(way, (0.3, 1, 0.2)))
        at = places[i] + across * r * 0.35 * (-1) ** i
        plaits.append(ellipsoid(at, r * (1 - 0.35 * i / count)))
    s.add(plaits, path, 0.006, 0.006)
    end = places[-2]
    s.add(torus(end, places[-1] - end, r * 0.5, r * 0.28), path.replace("braid", "tie"), 0.002)
    way = unit(places[-1] - end)
    s.add(
        loft(end, end + way * r * 2.4, [r * 0.4, r * 0.7, r * 0.15], [r * 0.4, r * 0.7, r * 0.15]),
        path.replace("braid", "tip"),
        0.003,
    )


def _bun(s: Sculpture, rng: np.random.Generator, bare: Bare, swell: float) -> None:
    x, y, z = bare.half
    r, turn = x * mix(rng, 0.35, 0.6), mix(rng, 0, 1.5)
    at = (
        vec(0, y * np.sin(turn), z * np.cos(turn)) * swell
        + vec(0, np.sin(turn), np.cos(turn)) * r * 0.6
    )
    s.add(ellipsoid(at, r * rng.uniform(0.85, 1.15, 3)), "hair/bun", 0.005)
    if chance(rng, 0.6):
        s.add(torus(at * 0.84, at, r * 0.72, 0.03), "tie", 0.002)
    if chance(rng, 0.4):
        for side in (-1, 1):
            way = vec(side * 1.0, 0.1, 0.8)
            s.limb([at - way * r * 1.3, at + way * r * 1.3], [0.016, 0.02], "hair pin", 0.002)


def _buns(s: Sculpture, rng: np.random.Generator, bare: Bare, swell: float) -> None:
    x, _y, _z = bare.half
    r = x * mix(rng, 0.3, 0.45)
    high = mix(rng, -0.1, 0.75)
    for name, side in SIDES:
        out = unit(vec(side, 0.15, high))
        at = out * bare.half * swell + out * r * 0.5
        s.add(ellipsoid(at, r), f"hair/bun.{name}", 0.005)
        if chance(rng, 0.5):
            s.add(torus(at - out * r * 0.6, out, r * 0.7, 0.026), f"tie.{name}", 0.002)


def _ponytail(s: Sculpture, rng: np.random.Generator, bare: Bare, swell: float) -> None:
    x, y, z = bare.half
    turn = mix(rng, 0.2, 1.7)
    out = vec(0, np.sin(turn), np.cos(turn))
    root = out * bare.half * swell * 0.97
    drop, thick = z * mix(rng, 1.0, 2.6), x * mix(rng, 0.22, 0.4)
    knee = root + out * x * mix(rng, 0.5, 0.8) + vec(0, y * 0.2, 0.03)
    end = knee + vec(mix(rng, -0.2, 0.2), y * mix(rng, 0.1, 0.7), -drop)
    mid = (knee + end) / 2 + vec(0, y * mix(rng, 0.0, 0.3), 0)
    s.limb(
        spline([root, knee, mid, end], 12),
        thick * np.array([0.6, 1, 1.1, 0.9, 0.15]),
        "hair/ponytail",
        0.006,
    )
    s.add(torus(root + out * 0.05, out, thick * 0.62, 0.03), "tie", 0.002)


def _pigtails(s: Sculpture, rng: np.random.Generator, bare: Bare, swell: float) -> None:
    x, y, z = bare.half
    high, drop, thick = mix(rng, -0.3, 0.7), mix(rng, 0.6, 2.2), x * mix(rng, 0.18, 0.32)
    back, flick = mix(rng, 0.0, 0.6), mix(rng, -0.1, 0.6)
    for name, side in SIDES:
        out = unit(vec(side, back, high))
        root = out * bare.half * swell * 0.97
        knee = root + out * x * 0.45
        end = knee + vec(side * x * flick, y * 0.2, -z * drop)
        curve = spline([root, knee, (knee + end) / 2 + vec(side * x * 0.15, 0, 0), end], 11)
        s.limb(curve, thick * np.array([0.6, 1, 1, 0.7, 0.15]), f"hair/pigtail.{name}", 0.006)
        s.add(torus(root + out * 0.05, out, thick * 0.65, 0.028), f"tie.{name}", 0.002)


def _braid(s: Sculpture, rng: np.random.Generator, bare: Bare, swell: float) -> None:
    x, y, z = bare.half
    root = vec(0, y * 0.9, -z * mix(rng, -0.3, 0.3)) * swell
    end = root + vec(x * mix(rng, -0.9, 0.9), y * mix(rng, 0.1, 0.5), -z * mix(rng, 1.2, 2.6))
    curve = np.array(
        [root, root + vec(0, y * 0.35, -z * 0.4), (root + end) / 2 + vec(0, y * 0.25, 0), end]
    )
    _strand(s, curve, x * mix(rng, 0.17, 0.26), "hair/braid")


def _braids(s: Sculpture, rng: np.random.Generator, bare: Bare, swell: float) -> None:
    x, y, z = bare.half
    r, drop, front = x * mix(rng, 0.14, 0.2), mix(rng, 1.0, 2.2), mix(rng, -0.7, 0.4)
    for name, side in SIDES:
        root = vec(side * x * swell * 0.95, y * 0.15, -z * 0.2)
        end = root + vec(side * x * 0.3, y * front, -z * drop)
        curve = np.array([root, root + vec(side * x * 0.35, y * front * 0.3, -z * 0.3), end])
        _strand(s, curve, r, f"hair/braid.{name}")


def _curls(s: Sculpture, rng: np.random.Generator, bare: Bare, swell: float) -> None:
    """Balls of hair all over: an afro, or curls that hang to the shoulders."""
    count, r = int(rng.integers(14, 40)), mix(rng, 0.28, 0.45) * bare.half[0]
    i = np.arange(count) + 0.5
    up = 1 - (1.35 + mix(rng, 0, 0.4)) * i / count
    turn = np.pi * (1 + 5**0.5) * i
    flat = np.sqrt(1 - up * up)
    ways = np.stack([flat * np.cos(turn), flat * np.sin(turn), up], 1)
    ways = ways[(ways[:, 1] > -0.35) | (ways[:, 2] > 0.45)]
    s.add(
        [ellipsoid(way * bare.half * swell, r * mix(rng, 0.8, 1.15)) for way in ways],
        "hair/curls",
        0.008,
        0.01,
    )


def _mohawk(s: Sculpture, rng: np.random.Generator, bare: Bare, swell: float) -> None:
    x, y, z = bare.half
    thick, rise = x * mix(rng, 0.1, 0.24), mix(rng, 1.35, 1.9)
    if chance(rng, 0.5):
        fan = both(
            ellipsoid((0, 0, 0), bare.half * rise),
            loft((0, 0, 0), (0, 0, z * 3), thick, y * 3, side=(1, 0, 0)),
        )
        fan = minus(
            both(fan, half_space((0, -y * 0.7, 0), (0, -1, 0.4))),
            ellipsoid((0, 0, 0), bare.half * 0.9),
        )
        s.add(
            both(fan, half_space((0, 0, -z * mix(rng, -0.2, 0.5)), (0, 0, -1))),
            "hair/mohawk",
            0.004,
        )
        return
    count = int(rng.integers(4, 8))
    for i, turn in enumerate(np.linspace(-0.9, 2.0, count)):
        out = vec(0, np.sin(turn), np.cos(turn))
        root = out * bare.half * 0.9
        tip = root + out * z * (rise - 0.8) + vec(0, y * 0.2, 0)
        s.add(
            loft(root, tip, [thick, thick * 0.3], [y * 0.26, y * 0.05], side=(1, 0, 0)),
            f"hair/spike.{i}",
            0.004,
        )


def _spikes(s: Sculpture, rng: np.random.Generator, bare: Bare, swell: float) -> None:
    x, _y, _z = bare.half
    count, long = int(rng.integers(5, 11)), x * mix(rng, 0.6, 1.4)
    back = mix(rng, 0, 0.8)
    for ring, (rise, many) in enumerate(((0.5, count), (1.4, max(3, count // 2)))):
        for i, ray in enumerate(rays(many, mix(rng, 0, 2))):
            way = unit(ray + vec(0, back, rise))
            if way[1] < -0.6:
                continue
            root = way * bare.half * 0.9
            s.add(
                round_cone(root, root + way * long, x * 0.3, 0.02),
                f"hair/spike.{ring * 20 + i}",
                0.01,
            )


def _long(s: Sculpture, rng: np.random.Generator, bare: Bare, swell: float) -> None:
    """Hair down the back, and locks before the shoulders."""
    x, y, z = bare.half
    low, wave = -z * mix(rng, 1.3, 3.2), mix(rng, -0.15, 0.2)
    fall = loft(
        (0, y * 0.35, z * 0.3),
        (0, y * mix(rng, 0.6, 1.1), low),
        x * swell * np.array([0.9, 1.02, 1.0 + wave, mix(rng, 0.3, 0.9)]),
        y * np.array([0.6, 0.55, 0.3, 0.14]),
        side=(1, 0, 0),
        cap=0.05,
    )
    s.add(fall, "hair/fall", 0.01)
    if chance(rng, 0.55):
        for name, side in SIDES:
            root = vec(side * x * swell * 0.88, -y * 0.25, z * 0.2)
            end = root + vec(side * x * 0.15, -y * mix(rng, 0, 0.5), -z * mix(rng, 1.0, 2.2))
            s.limb(
                spline([root, (root + end) / 2 + vec(side * x * 0.2, 0, 0), end], 8),
                x * np.array([0.2, 0.2, 0.05]),
                f"hair/lock.{name}",
                0.006,
            )


def _bob(s: Sculpture, rng: np.random.Generator, bare: Bare, swell: float) -> None:
    """A bowl of hair to the chin, open before the face."""
    x, y, z = bare.half
    bowl = ellipsoid(
        (0, y * 0.05, z * 0.0), bare.half * swell * vec(1.08, 1.08, 1.05), exponent=bare.shape
    )
    open_front = loft(
        (0, -y * 1.6, -z * 0.5),
        (0, y * 0.1, -z * 0.5),
        x * mix(rng, 0.7, 0.9),
        z * mix(rng, 0.75, 1.0),
        side=(1, 0, 0),
        exponent=3,
    )
    bowl = both(minus(bowl, open_front), half_space((0, 0, -z * mix(rng, 0.3, 0.9)), (0, 0, -1)))
    s.add(bowl, "hair/bob", 0.004)


def _short(s: Sculpture, rng: np.random.Generator, bare: Bare, swell: float) -> None:
    """A quiff or a tuft on top, and sideburns."""
    x, y, z = bare.half
    if chance(rng, 0.7):
        root, lift = vec(0, -y * 0.35, z * 0.95), mix(rng, 0.2, 0.6)
        tip = vec(x * mix(rng, -0.4, 0.4), -y * mix(rng, 0.7, 1.2), z * (1 + lift))
        quiff = loft(
            vec(0, y * 0.3, z * 0.95),
            tip,
            [x * 0.5, x * 0.65, x * 0.3],
            [z * 0.12, z * 0.3, z * 0.12],
            side=(1, 0, 0),
        )
        s.add(quiff, "hair/quiff", 0.01)
        s.add(ellipsoid(root, x * vec(0.6, 0.5, 0.3)), "hair/quiff", 0.02)
    if chance(rng, 0.6):
        for name, side in SIDES:
            at = vec(side * x * 0.97, -y * 0.25, -z * mix(rng, 0.1, 0.25))
            s.add(ellipsoid(at, (0.03, y * 0.14, z * 0.4)), f"hair/sideburn.{name}", 0.004)


def _flame(s: Sculpture, rng: np.random.Generator, bare: Bare, swell: float) -> None:
    """Hair that stands up like a flame."""
    x, y, z = bare.half
    for i in range(int(rng.integers(1, 5))):
        root = vec(mix(rng, -0.5, 0.5) * x * (i > 0), mix(rng, -0.3, 0.4) * y * (i > 0), z * 0.7)
        tall = z * mix(rng, 0.9, 1.9) * (1 if i == 0 else 0.7)
        lean = vec(mix(rng, -0.35, 0.35), mix(rng, -0.1, 0.5), 1) * tall
        curve = spline([root, root + lean * [-0.3, 0.2, 0.5], root + lean], 9)
        s.limb(curve, x * np.array([0.6, 0.42, 0.03]), f"hair/flame.{i}", 0.02)


def _dreadlocks(s: Sculpture, rng: np.random.Generator, bare: Bare, swell: float) -> None:
    x, _y, z = bare.half
    count, drop, r = int(rng.integers(7, 13)), z * mix(rng, 0.9, 2.0), x * mix(rng, 0.1, 0.15)
    beads = chance(rng, 0.5)
    for i, turn in enumerate(np.linspace(0.9, 2 * np.pi - 0.9, count)):
        out = vec(np.sin(turn), -np.cos(turn), 0)
        root = out * bare.half * swell * 0.85 + vec(0, 0, z * 0.35)
        knee = out * bare.half * swell * 1.12 - vec(0, 0, z * 0.2)
        end = knee + out * x * mix(rng, 0, 0.25) - vec(0, 0, drop * mix(rng, 0.7, 1))
        s.limb(spline([root, knee, end], 7), [r, r, r * 0.75], f"hair/dreadlock.{i}", 0.004)
        if beads:
            s.add(ellipsoid(end, r * 1.35), f"bead.{i}", 0.002)


STYLES = {
    "bun": _bun, "buns": _buns, "ponytail": _ponytail, "pigtails": _pigtails, "braid": _braid,
    "braids": _braids, "curls": _curls, "mohawk": _mohawk, "spikes": _spikes, "long": _long,
    "bob": _bob, "short": _short, "flame": _flame, "dreadlocks": _dreadlocks,
}  # fmt: skip
