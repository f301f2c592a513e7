# SPDX-License-Identifier: GPL-3.0-or-later
"""Helmets of warriors, workers and riders, and the crowns of kings, on a head or alone."""

from __future__ import annotations

import numpy as np

from ..implicit import (
    Solid,
    box,
    cylinder,
    ellipsoid,
    half_space,
    loft,
    sphere,
    spline,
    torus,
    vec,
)
from ..polyhedra import both, faceted_cone, minus
from ..sculpt import Sculpture, chance, mix
from .heads import HEAD, SIDES, Worn, bare_head, draw_head, worn

HELMETS = ("horned", "horned", "winged", "crested", "visored", "worker", "rider", "globe")
CROWNS = ("points", "points", "arches", "tiara", "wreath")


def _shell(w: Worn, swell: float) -> Solid:
    """The outside of a helmet: all of it, down to the chin."""
    return ellipsoid((0, 0, 0), vec(w.wide, w.deep, w.tall * 1.05) * swell, exponent=w.shape)


def helmet(rng: np.random.Generator, kind: str = "", bare_hat: bool = False) -> Sculpture:
    """A bowl with guards, and horns, wings, a crest, a plume, a visor or a lamp.

    kind, bare_hat : as of `hats.hat`, here of HELMETS.
    """
    bare = draw_head(rng)
    s = Sculpture(detail=112)
    w = worn(s, rng, bare, "helmet")
    z, swell = w.tall, mix(rng, 1.02, 1.14)
    kind = kind or str(rng.choice(HELMETS))
    shell, low = _shell(w, swell), w.low - z * mix(rng, 0.0, 0.3)
    above = half_space((0, 0, low), (0, 0, -1))
    front = half_space((0, -w.deep * 0.3, 0), (0, 1, 0))
    if kind == "globe":
        _globe(w)
    else:
        w.add(both(shell, above), "bowl")
        if kind in ("rider", "visored") or chance(rng, 0.35):
            rear = both(_shell(w, swell * 1.03), half_space((0, -w.deep * 0.15, 0), (0, -1, 0)))
            ends = half_space((0, 0, -z * mix(rng, 0.3, 0.8)), (0, 0, -1))
            w.add(both(rear, ends), "neck guard" if chance(rng, 0.6) else "bowl")
    if kind in ("horned", "winged", "crested") and chance(rng, 0.7):
        rim = w.tier(low - 0.01, low + z * mix(rng, 0.1, 0.2), [swell * 1.05] * 2, cap=0.01)
        w.add(rim, "rim", 0.003)
    if kind in ("horned", "winged", "crested") and chance(rng, 0.5):
        long = z * mix(rng, 0.4, 0.7)
        at = vec(0, -w.deep * swell * 0.95, low - long * 0.3)
        w.add(box(at, (w.wide * mix(rng, 0.1, 0.17), 0.03, long * 0.6), 0.008), "nose guard")
    if kind in ("horned", "winged", "crested") and chance(rng, 0.6):
        for name, side in SIDES:
            cheek = ellipsoid((side * w.wide * swell, -w.deep * 0.3, low - z * 0.3),
                              (0.03, w.deep * mix(rng, 0.28, 0.42), z * 0.5))  # fmt: skip
            w.add(cheek, f"cheek guard.{name}")
    if kind == "horned":
        _horns(w, low, swell)
    elif kind == "winged":
        _wings(w, low, swell)
    elif kind == "crested":
        _crest(w, shell, swell)
    elif kind == "visored":
        visor = minus(_shell(w, swell * 1.05), _shell(w, swell * 0.9))
        visor = both(both(visor, front), half_space((0, 0, w.low * 0.8), (0, 0, 1)))
        visor = both(visor, half_space((0, 0, -z * mix(rng, 0.5, 0.9)), (0, 0, -1)))
        w.add(visor, "visor", 0.003)
        for i in range(int(rng.integers(1, 4))):
            slit = box((0, -w.deep * 1.1, 0.06 - 0.07 * i), (w.wide * 0.6, 0.12, 0.014))
            w.s.cut(slit, 0.0)
        for name, side in SIDES:
            pin = vec(side * w.wide * swell * 0.97, -w.deep * 0.25, w.low * 0.3)
            w.add(cylinder(pin, pin + vec(side * 0.035, 0, 0), w.wide * 0.14), f"pivot.{name}", 0.0)
        if chance(rng, 0.6):
            _plume(w, swell)
    elif kind in ("worker", "rider"):
        _hard(w, low, swell, kind)
    if chance(rng, 0.25) and kind not in ("visored", "globe"):
        strap = minus(_shell(w, 1.06), _shell(w, 0.9))
        strap = both(strap, box((0, -w.deep * 0.15, -z * 0.5), (9, 0.03, z)))
        w.add(strap, "chin strap", 0.0)
    if not bare_hat and chance(rng, 0.7):
        bare_head(s, rng, bare)
    else:
        hollow = vec(w.wide, w.deep, z) * 0.84
        s.cut(ellipsoid((0, 0, low - z * 0.3), hollow))
    s.opinion(0.4, "helmet", "head", "body")
    s.opinion(0.35, *HEAD, "body")
    s.opinion(0.25)
    return s


def _horns(w: Worn, low: float, swell: float) -> None:
    rng, z = w.rng, w.tall
    high, out, rise = z * mix(rng, 0.2, 0.45), mix(rng, 0.5, 1.0), mix(rng, 0.3, 1.4)
    back, thick = mix(rng, -0.5, 0.5), mix(rng, 0.18, 0.3)
    for name, side in SIDES:
        root = vec(side * w.wide * swell * 0.8, 0, low + high)
        bend = root + vec(side * w.wide * out, w.deep * back * 0.3, z * rise * 0.15)
        tip = root + vec(side * w.wide * out * 1.05, w.deep * back, z * rise)
        w.s.limb(spline([root, bend, tip], 9), w.wide * np.array([thick, thick * 0.7, 0.05]),
                 f"helmet/horn.{name}", w.k)  # fmt: skip
        if chance(rng, 0.5):
            ring = torus(root + vec(side * w.wide * 0.22, 0, 0), bend - root, w.wide * thick, 0.022)
            w.add(ring, f"collar.{name}", 0.002)


def _wings(w: Worn, low: float, swell: float) -> None:
    """A fan of feathers at each side, swept up and back."""
    rng, z = w.rng, w.tall
    count, long = int(rng.integers(3, 6)), z * mix(rng, 0.9, 1.5)
    for name, side in SIDES:
        root = vec(side * w.wide * swell * 0.97, -w.deep * 0.15, low + z * 0.15)
        feathers: list[Solid] = []
        for i in range(count):
            way = vec(side * 0.25, np.sin(0.35 + 0.35 * i), np.cos(0.35 + 0.35 * i))
            reach = long * (1 - 0.13 * i)
            feathers.append(loft(root, root + way * reach, [0.03, 0.055, 0.02], 0.022,
                                 side=np.cross(way, (side, 0, 0))))  # fmt: skip
        w.s.add(feathers, f"helmet/wing.{name}", 0.004, 0.003)
        w.add(cylinder(root, root + vec(side * 0.04, 0, 0), w.wide * 0.18), f"boss.{name}", 0.0)


def _crest(w: Worn, shell: Solid, swell: float) -> None:
    rng, z = w.rng, w.tall
    rise, thick = mix(rng, 1.25, 1.7), max(0.022, w.wide * mix(rng, 0.08, 0.2))
    fan = ellipsoid((0, 0, 0), vec(w.wide, w.deep, z * 1.05) * swell * rise)
    across = chance(rng, 0.2)
    half = (9, thick, z * 2) if across else (thick, 9, z * 2)
    fan = both(fan, box((0, 0, z * 2 + w.low * 0.8), half))
    if not across:
        fan = both(fan, half_space((0, -w.deep * mix(rng, 0.3, 1.2), 0), (0, -1, 0)))
    if chance(rng, 0.5):
        base = ellipsoid((0, 0, 0), vec(w.wide, w.deep, z * 1.05) * swell * 1.1)
        half = (9, thick * 1.4, z * 2) if across else (thick * 1.4, 9, z * 2)
        w.add(both(base, box((0, 0, z * 2 + w.low), half)), "ridge", 0.002)
    w.add(minus(fan, shell), "crest", 0.003)


def _plume(w: Worn, swell: float) -> None:
    rng, z = w.rng, w.tall
    root = vec(0, w.deep * 0.2, z * swell)
    end = root + vec(0, w.deep * mix(rng, 0.8, 1.6), -z * mix(rng, 0.0, 0.7))
    mid = (root + end) / 2 + vec(0, 0, z * mix(rng, 0.5, 0.9))
    w.add(cylinder(root - vec(0, 0, 0.03), root + vec(0, 0, 0.05), 0.04), "socket", 0.002)
    w.s.limb(spline([root + vec(0, 0, 0.04), mid, end], 9), w.wide * np.array([0.1, 0.28, 0.08]),
             "helmet/plume", 0.003)  # fmt: skip


def _hard(w: Worn, low: float, swell: float, kind: str) -> None:
    """What workers' and riders' helmets have: ribs, a peak, a lamp, vents, goggles."""
    rng, z = w.rng, w.tall
    if kind == "worker":
        if chance(rng, 0.6):
            brim = w.tier(low, low + 0.015, [swell * mix(rng, 1.15, 1.35)] * 2)
        else:
            brim = ellipsoid((0, -w.deep * swell * 0.75, low), (w.wide * 0.85, w.deep * 0.65, 0.03))
        w.add(brim, "brim")
        for i in range(int(rng.choice([0, 1, 3]))):
            rib = ellipsoid((0, 0, 0), vec(w.wide, w.deep, z * 1.05) * swell * 1.07)
            part = box((w.wide * 0.4 * (i - 1 if i else 0), 0, z), (0.03, w.deep * 0.9, z - low))
            w.add(both(rib, part), f"rib.{i}", 0.003)
        if chance(rng, 0.5):
            at = vec(0, -w.deep * swell * 0.85, low + z * 0.42)
            w.add(cylinder(at, at - vec(0, 0.09, 0), w.wide * 0.24, w.wide * 0.3), "lamp", 0.003)
        return
    for i in range(int(rng.integers(2, 5))):
        vent = ellipsoid(
            (w.wide * 0.3 * (i - 1.5), w.deep * 0.1, z * 1.1), (0.03, w.deep * 0.5, 0.1)
        )
        w.s.cut(vent, 0.005)
    if chance(rng, 0.6):
        peak = ellipsoid(
            (0, -w.deep * swell * 0.8, low + 0.03), (w.wide * 0.75, w.deep * 0.5, 0.026)
        )
        w.add(peak, "peak", 0.006)
    if chance(rng, 0.6):
        band = minus(_shell(w, swell * 1.07), _shell(w, swell * 0.9))
        w.add(both(band, box((0, 0, low + z * 0.2), (9, 9, 0.035))), "strap", 0.0)
        for name, side in SIDES:
            at = vec(side * w.wide * 0.42, -w.deep * swell * 0.95, low + z * 0.2)
            ring = cylinder(at, at - vec(0, 0.07, 0), w.wide * 0.34)
            w.add(ring, f"goggles.{name}", 0.003)


def _globe(w: Worn) -> None:
    """A diver's or astronaut's helmet: a ball, a window, a collar, hoses."""
    rng, z = w.rng, w.tall
    r = max(w.wide, w.deep, z) * mix(rng, 1.15, 1.35)
    w.add(sphere((0, 0, 0), r), "bowl")
    w.add(
        cylinder((0, 0, -r * 1.0), (0, 0, -r * 0.75), r * mix(rng, 0.8, 1.05), rounding=0.01),
        "collar",
    )
    if chance(rng, 0.5):
        glass = ellipsoid((0, -r * 0.35, 0.03), r * vec(0.78, 0.78, 0.62))
        w.add(glass, "visor", 0.003)
        w.add(torus((0, -r * 0.72, 0.03), (0, 1, 0), r * 0.64, 0.03), "frame", 0.003)
    else:
        for i, turn in enumerate([0.0, 1.25, -1.25][: int(rng.choice([1, 3]))]):
            out = vec(np.sin(turn), -np.cos(turn), 0)
            window = r * (0.5 if i == 0 else 0.32)
            ring = cylinder(out * r * 0.8, out * r * 1.06, window, rounding=0.01)
            w.add(ring, f"window.{i}", 0.003)
            w.s.cut(cylinder(out * r * 1.02, out * r * 1.2, window * 0.8), 0.0)
    if chance(rng, 0.5):
        for _, side in SIDES:
            bow = [vec(side * r * 0.8, 0, -r * 0.5), vec(side * r * 1.2, r * 0.5, -r * 0.6),
                   vec(side * r * 0.4, r * 0.95, -r * 0.5)]  # fmt: skip
            w.s.limb(spline(bow, 8), r * 0.1, f"helmet/hose.{'l' if side > 0 else 'r'}", 0.003)
    if chance(rng, 0.4):
        top = vec(r * 0.5, 0, r * 0.8)
        w.s.limb([top, top * 1.6], 0.018, "helmet/aerial", 0.003)
        w.add(sphere(top * 1.6, 0.034), "aerial", 0.002)


def crown(rng: np.random.Generator, kind: str = "", bare_hat: bool = False) -> Sculpture:
    """A ring with points or arches, jewels, a cushion and an orb; a wreath; a tiara.

    kind, bare_hat : as of `hats.hat`, here of CROWNS.
    """
    bare = draw_head(rng)
    s = Sculpture(detail=116)
    w = worn(s, rng, bare, "crown")
    z, low = w.tall, w.low + w.tall * mix(rng, 0.0, 0.2)
    kind = kind or str(rng.choice(CROWNS))
    flare, broad = mix(rng, 0.95, 1.25), z * mix(rng, 0.15, 0.4)
    count = int(rng.integers(5, 11))
    turns = 2 * np.pi * np.arange(count) / count
    if kind == "wreath":
        for i in range(2 * count):
            root = w.around(np.pi * (i + 0.5) / count, low, 1.0)
            tip = w.around(
                np.pi * (i + mix(rng, 1.3, 1.8)) / count, low + z * mix(rng, -0.1, 0.35), 1.2
            )
            w.add(loft(root, tip, [0.014, 0.05, 0.012], 0.016, side=(0, 0, 1)), f"leaf.{i}", 0.003)
        w.s.limb(
            [w.around(t, low) for t in np.linspace(0, 2 * np.pi, 25)], 0.022, "crown/ring", 0.003
        )
    else:
        inside = 0.86
        ring = minus(
            w.tier(low, low + broad, [1, (1 + flare) / 2], cap=0.006),
            w.tier(low - 0.1, low + broad + 0.1, [inside, (inside + flare) / 2 - 0.05]),
        )
        if kind == "tiara":
            ring = both(ring, half_space((0, w.deep * mix(rng, -0.2, 0.5), 0), (0, 1, 0)))
            turns = np.linspace(-1.2, 1.2, count)
        w.add(ring, "ring", 0.0)
    if kind == "arches":
        arches = int(rng.choice([2, 3, 4]))
        peak = z * mix(rng, 0.6, 1.1)
        for i in range(arches):
            a = np.pi * i / arches
            curve = [w.around(a, low + broad * 0.8, 0.96), w.around(a, low + peak * 0.9, 0.95),
                     vec(0, 0, low + peak), w.around(a + np.pi, low + peak * 0.9, 0.95),
                     w.around(a + np.pi, low + broad * 0.8, 0.96)]  # fmt: skip
            w.s.limb(spline(curve, 23), 0.026, f"crown/arch.{i}", 0.004)
        top = vec(0, 0, low + peak)
        w.add(sphere(top + vec(0, 0, 0.04), 0.055), "orb", 0.003)
        if chance(rng, 0.6):
            w.add(box(top + vec(0, 0, 0.14), (0.018, 0.018, 0.065)), "cross", 0.0)
            w.add(box(top + vec(0, 0, 0.15), (0.05, 0.018, 0.018)), "cross", 0.0)
    if kind in ("points", "tiara"):
        tall, shape = z * mix(rng, 0.3, 0.9), str(rng.choice(["spike", "leaf", "blade"]))
        width = w.wide * np.pi / count * mix(rng, 0.7, 1.0)
        for i, turn in enumerate(turns):
            high = tall * (np.cos(turn) ** 2 if kind == "tiara" else (1 - 0.35 * (i % 2)))
            size = (0.93 + flare) / 2
            root, tip = (
                w.around(turn, low + broad * 0.6, size),
                w.around(turn, low + broad + high, flare),
            )
            along = vec(np.cos(turn), np.sin(turn), 0)
            if shape == "spike":
                w.add(faceted_cone(root, tip, width * 0.9, 0.012, 4, along), f"point.{i}", 0.002)
            else:
                sizes = (
                    [width * 0.8, 0.012] if shape == "blade" else [width * 0.5, width * 0.8, 0.012]
                )
                w.add(loft(root, tip, sizes, 0.02, side=along, cap=0.01), f"point.{i}", 0.002)
            if chance(rng, 0.5):
                w.add(sphere(tip, max(0.026, width * 0.35)), f"pearl.{i}", 0.002)
    if kind != "wreath":
        faces = turns if kind == "tiara" else turns + np.pi / count * int(rng.integers(0, 2))
        for i, turn in enumerate(faces if chance(rng, 0.75) else []):
            out = w.around(turn, low + broad * 0.5, (1 + (1 + flare) / 2) / 2)
            r = min(broad * 0.36, w.wide * 1.6 / count)
            w.add(ellipsoid(out, r * vec(1, 1, mix(rng, 0.8, 1.3))), f"gem.{i}", 0.0)
    if kind in ("points", "arches") and chance(rng, 0.4):
        cushion = ellipsoid(
            (0, 0, low + broad * 0.6), vec(w.wide, w.deep, z * mix(rng, 0.35, 0.6)) * 0.93
        )
        w.add(both(cushion, half_space((0, 0, low), (0, 0, -1))), "lining", 0.003)
    if kind != "tiara" and chance(rng, 0.25):
        w.add(
            minus(
                torus((0, 0, low), (0, 0, 1), max(w.wide, w.deep), 0.05), ellipsoid((0, 0, 0), 0.05)
            ),
            "fur",
            0.003,
        )
    if not bare_hat and chance(rng, 0.65):
        bare_head(s, rng, bare)
    s.opinion(0.45, "crown", "head", "body")
    s.opinion(0.3, *HEAD, "body", "crown/pearl.*>crown/ring", "crown/gem.*>crown/ring")
    s.opinion(0.25, "head", "body", "crown/point.*>crown/points", "crown/pearl.*>crown/points",
              "crown/leaf.*>crown/leaves", "crown/arch.*>crown/arches")  # fmt: skip
    return s
