# SPDX-License-Identifier: GPL-3.0-or-later
"""Hats of cloth: caps, beanies, berets; hats of Santa, jesters, cooks and graduates; turbans."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..implicit import (
    Solid,
    Vector,
    box,
    cylinder,
    ellipsoid,
    extrusion,
    half_space,
    loft,
    round_cone,
    sphere,
    spline,
    torus,
    vec,
)
from ..polyhedra import both, bowed
from ..sculpt import chance, mix
from .heads import Worn
from .ornament import rays

CLOTH = ("cap", "cap", "beanie", "beanie", "santa hat", "beret", "fez", "party hat", "chef hat",
         "mortarboard", "jester hat", "turban")  # fmt: skip


def cloth(w: Worn, kind: str) -> None:
    """Caps, beanies and other hats without a stiff brim."""
    rng, z = w.rng, w.tall
    top = vec(0, 0, max(w.low + z * mix(rng, 0.7, 0.95), 1.08 * z))
    dome = w.tier(w.low, w.low + 0.02, [1, 1], cap=float(top[2]) - w.low - 0.02)
    dome = both(dome, half_space((0, 0, w.low), (0, 0, -1)))
    if kind == "cap":
        w.add(dome, "crown")
        _visor(w)
        if chance(rng, 0.7):
            w.add(ellipsoid(top, w.wide * vec(0.14, 0.14, 0.09)), "button", 0.003)
        if chance(rng, 0.5):
            w.add(w.tier(w.low - 0.01, w.low + z * 0.14, [1.03, 1.02], cap=0.004), "band", 0.002)
        if chance(rng, 0.4):
            at = w.around(0, w.low + z * 0.38, 0.93)
            w.add(ellipsoid(at, w.wide * vec(0.3, 0.12, 0.25), exponent=4), "badge", 0.003)
        if chance(rng, 0.25):
            for name, side in (("l", 1.0), ("r", -1.0)):
                flap = ellipsoid(
                    (side * w.wide, 0, w.low - z * 0.3), (0.03, w.deep * 0.45, z * 0.5)
                )
                w.add(flap, f"ear flap.{name}", 0.006)
    elif kind == "beanie":
        w.add(dome, "crown")
        cuff = w.tier(w.low - z * 0.06, w.low + z * mix(rng, 0.18, 0.38), [1.08, 1.08], cap=0.02)
        w.add(cuff, "cuff", 0.004)
        if chance(rng, 0.7):
            w.add(sphere(top + vec(0, 0, z * 0.1), w.wide * mix(rng, 0.2, 0.4)), "pompom", 0.003)
        if chance(rng, 0.3):
            for name, side in (("l", 1.0), ("r", -1.0)):
                root = vec(side * w.wide * 1.04, 0, w.low)
                ends = [root, root - vec(0, 0, z * 0.5)]
                w.add(
                    loft(ends[0], ends[1], [w.deep * 0.5, w.deep * 0.2], 0.025, side=(0, 1, 0)),
                    f"ear flap.{name}",
                )
                low = ends[1] - vec(0, 0, z * mix(rng, 0.3, 0.8))
                w.add(round_cone(ends[1], low, 0.02, 0.024), f"tassel.{name}", 0.003)
    elif kind in ("santa hat", "jester hat"):
        _flopping(w, top, 1 if kind == "santa hat" else int(rng.integers(2, 5)))
    elif kind == "beret":
        wide = mix(rng, 1.25, 1.6)
        at = vec(mix(rng, -0.2, 0.2) * w.wide, w.deep * 0.1, w.low + z * 0.28)
        w.add(w.tier(w.low - 0.02, w.low + z * 0.25, [1, 1]), "band")
        w.add(ellipsoid(at, vec(w.wide * wide, w.deep * wide, z * mix(rng, 0.24, 0.34))), "crown")
        if chance(rng, 0.7):
            tip = at + vec(0, 0, z * 0.45)
            w.add(round_cone(at + vec(0, 0, z * 0.2), tip, 0.02, 0.018), "stem", 0.006)
    elif kind == "fez":
        high = w.low + z * mix(rng, 0.7, 1.1)
        w.add(w.tier(w.low, high, [0.95, mix(rng, 0.65, 0.85)]), "crown")
        _tassel(w, vec(0, 0, high + 0.012), w.wide * 0.72)
    elif kind == "party hat":
        high = w.low + z * mix(rng, 1.2, 2.2)
        w.add(w.tier(w.low + z * 0.2, high, [mix(rng, 0.6, 0.95), 0.06], cap=0.006), "cone")
        if chance(rng, 0.8):
            w.add(sphere((0, 0, high), w.wide * mix(rng, 0.14, 0.28)), "pompom", 0.003)
        if chance(rng, 0.5):
            w.add(w.tier(w.low + z * 0.2, w.low + z * 0.3, [1, 0.95], cap=0.004), "band", 0.002)
    elif kind == "chef hat":
        high = w.low + z * mix(rng, 0.5, 0.9)
        w.add(w.tier(w.low, high, [1.0, 1.04]), "band")
        count, puff = int(rng.integers(5, 10)), mix(rng, 1.0, 1.2)
        lobes = [ellipsoid(vec(0, 0, high) + ray * [w.wide, w.deep, 0] * 0.65 * puff,
                           w.wide * vec(0.5, 0.5, mix(rng, 0.45, 0.6)) * puff)
                 for ray in rays(count)]  # fmt: skip
        lobes.append(ellipsoid((0, 0, high + z * 0.2), w.wide * vec(0.75, 0.75, 0.5) * puff))
        w.s.add(lobes, f"{w.path}/puff", 0.004, 0.03)
    elif kind == "mortarboard":
        w.add(dome, "crown")
        size = w.wide * mix(rng, 1.25, 1.6)
        at = top + vec(0, 0, 0.01)
        w.add(box(at, (size, size, 0.018), 0.006, _turned(mix(rng, -0.8, 0.8))), "board", 0.003)
        w.add(ellipsoid(at + vec(0, 0, 0.02), w.wide * vec(0.12, 0.12, 0.08)), "button", 0.002)
        _tassel(w, at + vec(0, 0, 0.03), size)
    else:
        _turban(w, dome, top)


def _turned(angle: float) -> Vector:
    c, n = np.cos(angle), np.sin(angle)
    return np.array([[c, -n, 0], [n, c, 0], [0, 0, 1.0]])


def _turban(w: Worn, dome: Solid, top: Vector) -> None:
    rng, z = w.rng, w.tall
    w.add(dome, "crown")
    for i in range(int(rng.integers(3, 6))):
        tilt = vec(mix(rng, -0.35, 0.35), mix(rng, -0.25, 0.25), 1)
        ring = torus(
            (0, 0, w.low + z * 0.14 * i), tilt, w.wide * (1 - 0.1 * i), z * mix(rng, 0.14, 0.2)
        )
        w.s.add(ring, f"{w.path}/wrap", 0.006)
    if chance(rng, 0.7):
        at = w.around(0, w.low + z * 0.3, 1.15)
        w.add(ellipsoid(at, w.wide * vec(0.16, 0.12, 0.2)), "gem", 0.002)
        if chance(rng, 0.7):
            blade = loft(at, at + vec(0, 0.02, z * mix(rng, 0.7, 1.2)), [0.02, 0.05, 0.015], 0.016,
                         side=(1, 0, 0))  # fmt: skip
            w.add(blade, "feather", 0.003)


def _flopping(w: Worn, top: Vector, tips: int) -> None:
    """A soft hat whose one tip, or several, fall over; with a cuff or a band, pompoms or bells."""
    rng, z = w.rng, w.tall
    w.add(w.tier(w.low, w.low + z * 0.35, [1, 0.9], cap=z * 0.3), "crown")
    way = mix(rng, -2, 2)
    for i, ray in enumerate(rays(tips, way)):
        rise = z * mix(rng, 0.3, 0.9)
        far = z * mix(rng, 0.8, 1.4)
        root = vec(0, 0, w.low + z * 0.45) + ray * w.wide * (0.0 if tips == 1 else 0.35)
        mid = root + ray * far * 0.5 + vec(0, 0, rise)
        end = root + ray * far * 1.15 + vec(0, 0, rise - z * mix(rng, 0.4, 1.3))
        part = "crown" if tips == 1 else f"point.{i}"
        base = w.wide * (0.75 if tips == 1 else 0.5)
        w.s.limb(
            spline([root, mid, end], 9), [base, base * 0.6, 0.03], f"{w.path}/{part}", 0.02, 0.01
        )
        r = w.wide * (mix(rng, 0.2, 0.34) if tips == 1 else mix(rng, 0.13, 0.22))
        w.add(sphere(end, r), "pompom" if tips == 1 else f"bell.{i}", 0.002)
    broad = z * mix(rng, 0.2, 0.36)
    cuff = w.tier(w.low - broad * 0.4, w.low + broad * 0.6, [1.1, 1.08], cap=0.03)
    w.add(cuff, "cuff" if tips == 1 else "band", 0.003)


def _visor(w: Worn) -> None:
    """A cap's visor: the front of an oval plate, bent down at its sides."""
    rng = w.rng
    long, broad = w.deep * mix(rng, 0.5, 0.85), w.wide * mix(rng, 0.75, 0.98)
    t = np.linspace(0, np.pi, 17)
    front = np.stack([broad * np.cos(t), -w.deep * 0.55 - (long + w.deep * 0.4) * np.sin(t)], 1)
    outline = np.concatenate([front, [[-broad * 0.8, -w.deep * 0.3], [broad * 0.8, -w.deep * 0.3]]])
    plate = extrusion(outline, 0.014, centre=(0, 0, w.low + 0.014), rounding=0.01)
    droop, tip = mix(rng, 0.0, 0.9) / w.wide, mix(rng, -0.25, 0.1)
    bend = np.float32(-droop * 0.4), np.float32(tip), np.float32(w.deep)

    def lift(p: NDArray[np.float32]) -> NDArray[np.float32]:
        side = np.clip(p[0], -broad, broad)
        return np.asarray(bend[0] * side * side - bend[1] * (p[1] + bend[2]), np.float32)

    w.add(bowed(plate, lift, 0.4 * w.wide + 0.3 * long, 1.0), "visor", 0.004)


def _tassel(w: Worn, root: Vector, reach: float) -> None:
    """A cord over an edge and the fringe at its end."""
    rng = w.rng
    turn = mix(rng, -1.5, 1.5)
    out = vec(np.sin(turn), -np.cos(turn), 0)
    edge = root + out * reach * 1.05
    end = edge + out * 0.02 - vec(0, 0, w.tall * mix(rng, 0.2, 0.5))
    w.s.limb([root, edge, end], 0.016, f"{w.path}/cord", 0.002, 0.004)
    low = end - vec(0, 0, w.tall * mix(rng, 0.25, 0.4))
    w.add(
        cylinder(end + vec(0, 0, 0.015), low, 0.022, mix(rng, 0.035, 0.05), 0.008), "tassel", 0.002
    )
