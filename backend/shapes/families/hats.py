# SPDX-License-Identifier: GPL-3.0-or-later
"""Hats with brims or of cloth, on a head or alone: hats of cowboys, wizards, pirates and others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..implicit import (
    Solid,
    box,
    ellipsoid,
    extrusion,
    half_space,
    loft,
    round_cone,
    sphere,
    spline,
    vec,
)
from ..polyhedra import both, bowed, minus, regular
from ..sculpt import Sculpture, chance, mix
from .caps import CLOTH, cloth
from .heads import HEAD, Worn, bare_head, draw_head, worn

BRIMMED = ("cowboy hat", "fedora", "bowler", "top hat", "sombrero", "straw hat", "wizard hat",
           "wizard hat", "pilgrim hat", "pirate hat")  # fmt: skip


def hat(rng: np.random.Generator, kind: str = "", bare_hat: bool = False) -> Sculpture:
    """One of some twenty hats with bands, feathers, visors, pompoms; on a head or hollow alone.

    kind : of BRIMMED or CLOTH; any without it. bare_hat : whether it is never on a head.
    """
    bare = draw_head(rng)
    s = Sculpture(detail=112)
    kind = kind or str(rng.choice(BRIMMED if chance(rng, 0.5) else CLOTH))
    w = worn(s, rng, bare, kind)
    (brimmed if kind in BRIMMED else cloth)(w, kind)
    if not bare_hat and chance(rng, 0.7):
        bare_head(s, rng, bare)
    else:
        hollow = vec(w.wide, w.deep, w.tall * 0.9) * 0.86
        s.cut(ellipsoid((0, 0, w.low - w.tall * 0.3), hollow))
    s.opinion(0.35, kind, "head", "body")
    s.opinion(0.2, f"{kind}>hat", *HEAD, "body")
    s.opinion(0.3, "head", "body")
    s.opinion(0.15)
    return s


def _brim(w: Worn, reach: float, curl: float, kind: str) -> Solid:
    """An oval plate. kind : how it is bent: "sides" up, "rim" up or down all round, "flat"."""
    wide, deep = w.wide * reach, w.deep * (reach if kind == "rim" else reach * 0.93)
    thick = mix(w.rng, 0.012, 0.02) + 0.012 * min(abs(curl) / w.tall, 1.0)
    outline = regular(40, 1.0) * [wide, deep]
    plate = extrusion(outline, thick, centre=(0, 0, w.low), rounding=thick)
    if kind == "flat":
        return plate
    size = np.float32(1 / wide), np.float32(1 / deep)

    def lift(p: NDArray[np.float32]) -> NDArray[np.float32]:
        u, v = p[0] * size[0], p[1] * size[1]
        far = np.minimum(u * u + v * v, 1.3)
        # Sides go up where x is large, front and back go down a little.
        way = u * u - 0.35 * v * v if kind == "sides" else far * far
        return np.asarray(np.float32(curl) * way, np.float32)

    return bowed(plate, lift, abs(curl) * 1.7, min(abs(curl) * 3 / wide, 1.2))


def brimmed(w: Worn, kind: str) -> None:
    """Crown, brim, band and what is stuck on them."""
    rng, z = w.rng, w.tall
    sizes, tall, reach, curl, bend, shape = {
        "cowboy hat": ([1, 0.95, 0.88, 0.66], mix(rng, 0.8, 1.1), mix(rng, 1.7, 2.1),
                       mix(rng, 0.3, 0.75), "sides", 2.3),
        "fedora": ([1, 0.97, 0.93], mix(rng, 0.5, 0.75), mix(rng, 1.4, 1.7), mix(rng, 0, 0.15),
                   "sides", 2.3),
        "bowler": ([1, 1.02, 0.98], mix(rng, 0.35, 0.5), mix(rng, 1.25, 1.45),
                   mix(rng, 0.05, 0.15), "sides", 2.0),
        "top hat": ([1, mix(rng, 0.85, 1), mix(rng, 0.85, 1.15)], mix(rng, 0.9, 1.9),
                    mix(rng, 1.35, 1.65), mix(rng, 0, 0.15), "sides", 2.0),
        "sombrero": ([1, 0.9, 0.55, 0.3], mix(rng, 1.0, 1.5), mix(rng, 2.2, 2.9),
                     mix(rng, 0.15, 0.4), "rim", 2.0),
        "straw hat": ([1, 0.98, mix(rng, 0.8, 1)], mix(rng, 0.45, 0.75), mix(rng, 1.6, 2.3),
                      mix(rng, -0.3, 0.1), "rim", 2.0),
        "wizard hat": ([1, 0.8], 0.5, mix(rng, 1.5, 2.2), mix(rng, -0.15, 0.15), "rim", 2.0),
        "pilgrim hat": ([1, mix(rng, 0.6, 0.8)], mix(rng, 1.0, 1.5), mix(rng, 1.4, 1.7), 0.0,
                        "flat", 2.0),
        "pirate hat": ([1, 1, 0.97], mix(rng, 0.3, 0.5), mix(rng, 1.4, 1.6), 0.0, "flat", 2.0),
    }[kind]  # fmt: skip
    high = w.low + z * tall
    if kind == "wizard hat":
        high = _cone(w)
    else:
        dome = kind in ("bowler", "fedora", "pirate hat")
        cap = z * mix(rng, 0.3, 0.45) if dome else 0.014
        high = max(high, 0.78 * z if dome else 1.06 * z)  # above the skull
        w.add(w.tier(w.low, high, sizes, cap=cap, shape=shape), "crown")
    if kind in ("cowboy hat", "fedora"):
        dent = vec(w.wide * mix(rng, 0.16, 0.3), w.deep * 0.9, z * mix(rng, 0.15, 0.3))
        top = high + (z * 0.4 if kind == "fedora" else 0.02)
        w.s.cut(ellipsoid((0, 0, top), dent), 0.03)
        for side in (-1, 1):
            pinch = vec(side * w.wide * 1.02, -w.deep * 0.75, high)
            w.s.cut(sphere(pinch, w.wide * mix(rng, 0.2, 0.35)), 0.04)
    if kind == "pirate hat":
        _cocked(w)
    else:
        w.add(_brim(w, reach, curl * z, bend), "brim")
    first = float(np.interp(0.12, np.linspace(0, 1, len(sizes)), sizes))
    if chance(rng, 0.85):
        broad = z * mix(rng, 0.1, 0.3)
        tight = [1.035, first * 1.02 + 0.02] if kind != "wizard hat" else [1.06, 1.0]
        w.add(w.tier(w.low + 0.015, w.low + 0.015 + broad, tight, cap=0.004), "band", 0.002)
        if kind in ("pilgrim hat", "wizard hat", "top hat") and chance(rng, 0.6):
            _buckle(w, w.low + 0.015 + broad / 2, broad * mix(rng, 0.6, 0.85))
        elif chance(rng, 0.25):
            _bow(w, mix(rng, 0.6, 2.6), w.low + 0.02 + broad / 2)
    if chance(rng, 0.45):
        _feather(w, mix(rng, 0.7, 2.4))
    elif chance(rng, 0.3):
        for turn in rng.uniform(-1.2, 1.2) + 0.42 * np.arange(int(rng.integers(1, 5))):
            at = w.around(turn, w.low + 0.06, 1.02)
            w.add(ellipsoid(at, w.wide * mix(rng, 0.14, 0.22)), "flower", 0.003)


def _cone(w: Worn) -> float:
    """A wizard's tall hat, straight or bent at its tip; the height of it."""
    rng, z = w.rng, w.tall
    tall = z * mix(rng, 1.4, 2.8)
    lean = mix(rng, -0.1, 0.5) * tall
    drop = mix(rng, 0.3, 1.0) if chance(rng, 0.4) else 0.0
    way = vec(mix(rng, -0.5, 0.5), 1, 0)
    bottom = vec(0, 0, w.low)
    points = [bottom, bottom + vec(0, 0, tall * 0.45) + way * lean * 0.15]
    points.append(bottom + vec(0, 0, tall) + way * lean * 0.6)
    if drop:
        points.append(points[-1] + way * tall * 0.3 - vec(0, 0, tall * 0.4 * drop))
    curve = spline(points, 14)
    radii = np.linspace(1, 0.07, 14) ** mix(rng, 0.9, 1.2) * min(w.wide, w.deep) * 1.02
    above = half_space(bottom, (0, 0, -1))
    chain = [round_cone(a, b, float(ra), float(rb))
             for a, b, ra, rb in zip(curve, curve[1:], radii, radii[1:], strict=False)]  # fmt: skip
    w.s.add([both(one, above) for one in chain], f"{w.path}/crown", w.k, 0.01)
    w.add(w.tier(w.low, w.low + z * 0.3, [1, 0.94]), "crown")
    if chance(rng, 0.25):
        w.add(sphere(curve[-1], w.wide * mix(rng, 0.14, 0.24)), "pompom", 0.003)
    for i in range(int(rng.integers(0, 4))):
        star = regular(10, 1.0) * np.tile([[1.0], [0.45]], (5, 1)) * w.wide * mix(rng, 0.16, 0.26)
        turn, part = mix(rng, -1.3, 1.3), 0.2 + 0.16 * i
        middle = curve[int(part * 13)]
        out = vec(np.sin(turn), -np.cos(turn), 0.3)
        rot = np.stack(
            [
                vec(np.cos(turn), np.sin(turn), 0),
                np.cross(out, (np.cos(turn), np.sin(turn), 0)),
                out,
            ],
            1,
        )
        place = middle + out * float(radii[int(part * 13)])
        w.add(extrusion(star, 0.03, centre=place, rotation=rot), "star", 0.0)
    return w.low + tall


def _cocked(w: Worn) -> None:
    """The brim of a pirate's hat, folded up at two or three sides."""
    rng, z = w.rng, w.tall
    folds = 3 if chance(rng, 0.6) else 2
    tall = z * mix(rng, 0.6, 1.0)
    for i in range(folds):
        turn = (2 * np.pi * i / folds) + (np.pi if folds == 3 else 0.0)
        out = vec(np.sin(turn), -np.cos(turn), 0)
        along = vec(np.cos(turn), np.sin(turn), 0)
        span, gap = w.wide * mix(rng, 1.45, 1.6), w.deep * (1.05 if folds == 2 else 1.0)
        t = np.linspace(-1, 1, 15)
        top = np.stack([span * t, tall * (0.55 + 0.45 * np.cos(t * 2.4))], 1)
        outline = np.concatenate([top, [[span * 0.55, -0.02], [-span * 0.55, -0.02]]])
        rot = np.stack([along, vec(0, 0, 1), out], 1)
        flap = extrusion(outline, 0.018, centre=out * gap + vec(0, 0, w.low), rotation=rot,
                         rounding=0.012)  # fmt: skip
        w.add(flap, f"brim.{i}", 0.01)
    w.add(w.tier(w.low - 0.012, w.low + 0.02, [1.12, 1.12]), "brim.0", 0.01)
    if chance(rng, 0.5):
        at = vec(0, -w.deep * (1.05 if folds == 2 else 0.6) - 0.02, w.low + tall * 0.5)
        w.add(ellipsoid(at, w.wide * vec(0.22, 0.12, 0.24)), "badge", 0.003)


def _buckle(w: Worn, height: float, size: float) -> None:
    at = w.around(0, height, 1.03)
    frame = box(at, (size * 1.1, 0.025, size), 0.004)
    w.add(minus(frame, box(at, (size * 0.6, 1, size * 0.5))), "buckle", 0.0)


def _bow(w: Worn, turn: float, height: float) -> None:
    at = w.around(turn, height, 1.06)
    along = vec(np.cos(turn), np.sin(turn), 0)
    size = w.wide * mix(w.rng, 0.3, 0.5)
    for side in (-1, 1):
        loop = loft(at, at + side * along * size, [0.02, size * 0.5], [0.02, 0.04], side=(0, 0, 1))
        w.add(loop, "bow", 0.004)
    w.add(sphere(at, size * 0.2), "bow", 0.004)


def _feather(w: Worn, turn: float) -> None:
    """A leaf that rises from the band, bent back."""
    rng = w.rng
    root = w.around(turn, w.low + 0.03, 1.06)
    along = vec(np.cos(turn), np.sin(turn), 0)
    long = w.tall * mix(rng, 0.9, 1.8)
    tip = root + along * long * mix(rng, 0.2, 0.7) + vec(0, 0, long * 0.8) + root * [0.4, 0.4, 0]
    broad = long * mix(rng, 0.1, 0.18)
    leaf = loft(root, tip, [0.014, broad, broad * 0.9, 0.012], 0.016, side=along,
                stations=[0, 0.35, 0.7, 1], offset_w=[0, 0, long * mix(rng, 0, 0.2)])  # fmt: skip
    w.add(leaf, "feather", 0.003)
