# SPDX-License-Identifier: GPL-3.0-or-later
"""Bottles, goblets, bowls, lamps, beds, shelves, stools."""

from __future__ import annotations

import numpy as np

from ..implicit import box, cylinder, ellipsoid, loft, revolve, round_cone, spline, vec
from ..sculpt import Sculpture, chance, mix
from .chairs import CORNERS, leg
from .vessels import band, shell, smooth_profile


def bottle(rng: np.random.Generator) -> Sculpture:
    """Bottle, flask, dropper: body, shoulder, neck, cap."""
    s = Sculpture(detail=104)
    high, r = mix(rng, 0.4, 0.75), mix(rng, 0.13, 0.24)
    neck, tall = r * mix(rng, 0.25, 0.6), mix(rng, 0.08, 0.3)
    slope = mix(rng, 0.04, 0.25)
    waist = mix(rng, 0.75, 1.0) if chance(rng, 0.4) else 1.0
    z = [0, 0.03, high * 0.5, high, high + slope, high + slope + tall]
    body = smooth_profile(z, [r * 0.9, r, r * waist, r * mix(rng, 0.9, 1.1), neck * 1.05, neck], 60)
    s.add(revolve(np.concatenate([[[0, 0]], body, [[0, z[-1]]]]), rounding=0.005), "body", 0)
    s.paint(band(high, high + slope), "shoulder", "body")
    s.paint(band(high + slope, 9), "neck", "body")
    style = rng.choice(["none", "cap", "cork", "pump"])
    if style == "cap":
        wide = neck * mix(rng, 1.1, 1.6)
        s.add(
            cylinder(
                (0, 0, z[-1] - tall * 0.4),
                (0, 0, z[-1] + mix(rng, 0.02, 0.1)),
                wide,
                wide * mix(rng, 0.6, 1),
                0.01,
            ),
            "cap",
            0.004,
        )
    elif style == "cork":
        s.add(ellipsoid((0, 0, z[-1] + neck), neck * mix(rng, 1.0, 1.5)), "cap", 0.01)
    elif style == "pump":
        top = z[-1] + mix(rng, 0.05, 0.1)
        s.add(cylinder((0, 0, z[-1] - 0.03), (0, 0, z[-1] + 0.02), neck * 1.3), "cap/collar", 0.005)
        s.add(cylinder((0, 0, z[-1]), (0, 0, top), neck * 0.5), "cap/head", 0.005)
        s.limb(
            [vec(-0.02, 0, top), vec(0.13, 0, top), vec(0.15, 0, top - 0.03)],
            0.022,
            "cap/head",
            0.01,
        )
    s.opinion(0.4, "shoulder>body", "cap")
    s.opinion(0.3, "shoulder>neck", "cap")
    s.opinion(0.3)
    return s


def goblet(rng: np.random.Generator) -> Sculpture:
    """Wine glass, cup on a stem, candlestick, trophy: bowl, stem, foot, sometimes a knop."""
    s = Sculpture(detail=112)
    stem, r = mix(rng, 0.15, 0.5), mix(rng, 0.016, 0.04)
    bowl, wide = mix(rng, 0.2, 0.45), mix(rng, 0.14, 0.3)
    mouth = wide * mix(rng, 0.7, 1.35)
    foot = mix(rng, 0.13, 0.22)
    k = mix(rng, 0.01, 0.05)
    outer = smooth_profile(
        [stem, stem + 0.04, stem + bowl * 0.5, stem + bowl], [r, wide * 0.6, wide, mouth], 50
    )
    profile = (
        shell(outer, mix(rng, 0.024, 0.035), 0.04)
        if chance(rng, 0.8)
        else np.concatenate([[[0, stem]], outer, [[0, stem + bowl]]])
    )
    s.add(revolve(profile, rounding=0.006), "bowl", 0)
    s.add(cylinder((0, 0, 0.02), (0, 0, stem + 0.02), r), "stem/stem", k)
    s.add(
        revolve(
            np.array([[0, 0], [foot, 0], [foot, 0.02], [r, mix(rng, 0.03, 0.12)], [0, 0.12]]),
            rounding=0.008,
        ),
        "foot",
        k,
    )
    if chance(rng, 0.5):
        s.add(
            ellipsoid((0, 0, stem * mix(rng, 0.4, 0.7)), r * np.array([2.2, 2.2, 1.6])),
            "stem/knop",
            0.01,
        )
    if chance(rng, 0.25):
        for name, side in (("l", -1.0), ("r", 1.0)):
            a, b = (
                vec(side * wide * 0.9, 0, stem + bowl * 0.4),
                vec(side * mouth * 0.95, 0, stem + bowl * 0.85),
            )
            out = vec(side * 0.16, 0, 0.02)
            s.limb(spline([a, a + out, b + out, b], 12), 0.024, f"handle.{name}", 0.015)
    s.opinion(0.55, "stem")
    s.opinion(0.25, "stem>base", "foot>base", "stem/*>base")
    s.opinion(0.2)
    return s


def lamp(rng: np.random.Generator) -> Sculpture:
    """Table lamp, street lamp or jointed desk lamp: base, post, shade, bulb."""
    s = Sculpture(detail=108)
    k = mix(rng, 0.006, 0.03)
    r, wide = mix(rng, 0.02, 0.035), mix(rng, 0.13, 0.22)
    s.add(
        cylinder((0, 0, 0), (0, 0, mix(rng, 0.03, 0.08)), wide, wide * mix(rng, 0.5, 1), 0.015),
        "base",
        0,
    )
    if chance(rng, 0.5):
        high, drop = mix(rng, 0.4, 0.9), mix(rng, 0.12, 0.25)
        if chance(rng, 0.4):
            beads = r * np.array([2.5, 4.0, 1.5, 1.0, 2.0, 1.0])
            s.add(loft((0, 0, 0.04), (0, 0, high + drop), beads, beads, cap=0.02), "post", k)
        else:
            s.add(round_cone((0, 0, 0.04), (0, 0, high + drop), r, r), "post", k)
        top = mix(rng, 0.08, 0.2)
        cone = smooth_profile([high - 0.05, high + drop], [mix(rng, 0.2, 0.32), top], 30)
        inner = (cone - vec(0.03, 0))[:-4][::-1]
        lid = np.array([[0, high + drop], [0, high + drop - 0.03]])
        outline = np.concatenate([cone, lid, inner])
        s.add(revolve(outline, rounding=0.004), "shade", 0.006)
    else:
        a = vec(0, 0, 0.04)
        b = a + vec(0, mix(rng, 0.05, 0.25), mix(rng, 0.25, 0.4))
        c = b + vec(0, -mix(rng, 0.1, 0.35), mix(rng, 0.1, 0.35))
        s.limb([a, b, c], r, ["post/lower", "post/upper"], k)
        if chance(rng, 0.6):
            s.add(ellipsoid(b, r * 1.9), "post/joint", 0.005)
        down = vec(0, -0.5, -mix(rng, 0.2, 1.2))
        down /= np.linalg.norm(down)
        w = mix(rng, 0.1, 0.16)
        s.add(
            loft(
                c - down * 0.05,
                c + down * mix(rng, 0.15, 0.25),
                np.array([0.4, 0.6, 1.0]) * w,
                np.array([0.4, 0.6, 1.0]) * w,
                cap=0.01,
            ),
            "shade",
            k,
        )
        s.add(ellipsoid(c + down * 0.2, w * 0.55), "bulb", 0.008)
    s.opinion(0.6, "post")
    s.opinion(0.4, "post/joint>post/lower", "bulb>shade")
    return s


def bed(rng: np.random.Generator) -> Sculpture:
    """Bed or cot: mattress or board, head, foot, legs, pillows."""
    s = Sculpture(crisp=chance(rng, 0.5), detail=104)
    w, d, z = mix(rng, 0.25, 0.45), mix(rng, 0.5, 0.6), mix(rng, 0.16, 0.3)
    k = 0.006 if s.crisp else mix(rng, 0.01, 0.04)
    s.add(box((0, 0, z), (w, d, mix(rng, 0.03, 0.06)), 0.01), "frame", 0)
    s.add(box((0, 0, z + 0.09), (w * 0.96, d * 0.96, 0.06), 0.04), "mattress", 0.008)
    head, foot = mix(rng, 0.2, 0.45), mix(rng, 0.0, 0.3)
    s.add(box((0, d, z / 2 + head / 2 + 0.06), (w, 0.035, (z + head) / 2), 0.02), "head", k)
    if foot > 0.1:
        s.add(box((0, -d, z / 2 + foot / 2), (w, 0.03, (z + foot) / 2), 0.02), "foot", k)
    for name, x, y in CORNERS:
        top, end = vec(x * (w - 0.04), y * (d - 0.04), z), vec(x * (w - 0.04), y * (d - 0.04), 0)
        leg(s, rng, "square", top, end, 0.035, f"leg.{name}", k)
    for i in range(int(rng.integers(0, 3))):
        across = (i - 0.5) * w if w > 0.3 else 0.0
        s.add(
            ellipsoid((across, d - 0.14, z + 0.18), (0.14, 0.09, 0.055), exponent=2.6),
            f"pillow.{i}",
            0.01,
        )
    s.opinion(0.5, "frame>mattress")
    s.opinion(0.3)
    s.opinion(0.2, "leg.*>frame", "mattress", "pillow.*>mattress")
    return s


def shelf(rng: np.random.Generator) -> Sculpture:
    """Shelf, rack, stool or step ladder: boards between sides or posts."""
    s = Sculpture(crisp=True, detail=108)
    w, d, high = mix(rng, 0.25, 0.5), mix(rng, 0.1, 0.2), mix(rng, 0.5, 1.1)
    count = int(rng.integers(2, 6))
    t = mix(rng, 0.018, 0.03)
    posts = chance(rng, 0.5)
    for i in range(count):
        z = t + (high - 2 * t) * (i + (0.3 if posts else 0)) / max(
            count - 1 + (0.3 if posts else 0), 1
        )
        s.add(box((0, 0, z), (w, d, t), t * 0.4), f"board.{i}", 0.004)
    if posts:
        for name, x, y in CORNERS:
            r = mix(rng, 0.02, 0.03)
            at = vec(x * (w - r), y * (d - r), 0)
            leg(
                s,
                rng,
                str(rng.choice(["square", "round"])),
                at + vec(0, 0, high),
                at,
                r,
                f"post.{name}",
                0.004,
            )
    else:
        for name, x in (("l", -1), ("r", 1)):
            s.add(box((x * w, 0, high / 2), (t, d, high / 2), t * 0.4), f"side.{name}", 0.004)
        if chance(rng, 0.5):
            s.add(box((0, d, high / 2), (w, t * 0.8, high / 2), t * 0.4), "back", 0.004)
    s.opinion(0.8)
    s.opinion(0.2, "post.*>frame", "side.*>frame", "back>frame")
    return s


def stool(rng: np.random.Generator) -> Sculpture:
    """Bar stool, milking stool, ottoman, bench."""
    s = Sculpture(crisp=chance(rng, 0.4), detail=104)
    high, r = mix(rng, 0.3, 0.8), mix(rng, 0.15, 0.25)
    k = 0.005 if s.crisp else mix(rng, 0.01, 0.05)
    t = mix(rng, 0.025, 0.07)
    s.add(
        cylinder((0, 0, high - t), (0, 0, high + t), r, rounding=t * mix(rng, 0.2, 0.95)), "seat", 0
    )
    if chance(rng, 0.3):
        s.add(round_cone((0, 0, 0.05), (0, 0, high), 0.035, 0.035), "base/column", k)
        s.add(cylinder((0, 0, 0), (0, 0, 0.04), r * 1.1, rounding=0.015), "base/foot", k)
    else:
        count = int(rng.choice([3, 4]))
        splay, thick = mix(rng, 0, 0.12), mix(rng, 0.02, 0.035)
        style = str(rng.choice(["round", "turned", "square"]))
        low = []
        for i in range(count):
            a = 2 * np.pi * i / count
            out = vec(np.cos(a), np.sin(a), 0)
            top, end = out * r * 0.7 + vec(0, 0, high), out * (r * 0.7 + splay)
            leg(s, rng, style, top, end, thick, f"leg.{i}", k)
            low.append(top * 0.35 + end * 0.65)
        if chance(rng, 0.5):
            for i in range(count):
                s.add(
                    round_cone(low[i], low[(i + 1) % count], thick * 0.6, thick * 0.6),
                    f"rail.{i}",
                    k * 0.5,
                )
    if chance(rng, 0.3):
        back = mix(rng, 0.12, 0.3)
        s.add(
            loft(
                (0, r * 0.9, high),
                (0, r * 1.05, high + back),
                [r * 0.8, r * 0.75],
                0.026,
                side=(1, 0, 0),
            ),
            "back",
            k,
        )
    s.opinion(0.5, "base", "rail.*>rail")
    s.opinion(0.5)
    return s
