# SPDX-License-Identifier: GPL-3.0-or-later
"""Vases, cups, teapots, bottles, glasses, bowls: turned profiles with handles and spouts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..implicit import (
    Solid,
    Vector,
    cylinder,
    ellipsoid,
    half_space,
    loft,
    revolve,
    spline,
    vec,
)
from ..sculpt import Sculpture, chance, mix


def smooth_profile(heights: ArrayLike, radii: ArrayLike, count: int = 40) -> Vector:
    """A curve (count, 2) of (radius, height) through the given places without overshoot."""
    from scipy.interpolate import PchipInterpolator

    z, r = np.asarray(heights, np.float64), np.asarray(radii, np.float64)
    at = np.linspace(z[0], z[-1], count)
    return np.stack([PchipInterpolator(z, r)(at), at], 1)


def shell(outer: Vector, wall: float, floor: float) -> Vector:
    """The closed profile of a vessel with the given outer curve, wall and floor thickness."""
    inner = outer.copy()
    inner[:, 0] = np.maximum(inner[:, 0] - wall, 0.004)
    inner = inner[inner[:, 1] > outer[0, 1] + floor][::-1]
    bottom = vec(0, outer[0, 1]), vec(0, outer[0, 1] + floor)
    return np.concatenate([[bottom[0]], outer, inner, [bottom[1]]])


def handle(
    s: Sculpture,
    rng: np.random.Generator,
    outer: Vector,
    low: float,
    high: float,
    angle: float,
    part: str,
    blend: float,
    thick: float,
) -> None:
    """A curved bar from one height of a turned body to another."""
    out = vec(np.cos(angle), np.sin(angle), 0)
    r_low, r_high = (float(np.interp(z, outer[:, 1], outer[:, 0])) for z in (low, high))
    reach = mix(rng, 0.45, 0.95) * (high - low)
    rise = mix(rng, -0.1, 0.35) * (high - low)
    far = max(r_low, r_high) + reach * 0.75
    up = vec(0, 0, 1)
    curve = spline(
        [
            out * (r_high - thick * 0.5) + up * high,
            out * (r_high + (far - r_high) * 0.65) + up * (high + rise),
            out * far + up * (high * 0.62 + low * 0.38),
            out * (r_low + (far - r_low) * 0.55) + up * (low + (high - low) * 0.12),
            out * (r_low - thick * 0.5) + up * low,
        ],
        14,
    )
    s.limb(curve, [thick, thick * mix(rng, 0.75, 1.2), thick * 0.9], part, blend)


def band(low: float, high: float) -> Solid:
    """The slice of space between two heights."""
    a, b = half_space((0, 0, high), (0, 0, 1)), half_space((0, 0, low), (0, 0, -1))
    return Solid(lambda p: np.maximum(a.distance(p), b.distance(p)), a.lower, a.upper)


def vase(rng: np.random.Generator) -> Sculpture:
    """Vase, amphora, urn, jug or pot: foot, belly, neck, lip and up to three handles."""
    s = Sculpture(detail=92)
    belly, at = mix(rng, 0.22, 0.42), mix(rng, 0.3, 0.6)
    foot_h = mix(rng, 0.04, 0.16) if chance(rng, 0.7) else 0.0
    foot_r, stem_r = belly * mix(rng, 0.45, 0.75), belly * mix(rng, 0.22, 0.5)
    neck_z, neck_r = mix(rng, 0.68, 0.84), belly * mix(rng, 0.3, 0.75)
    lip_r = neck_r * mix(rng, 1.02, 1.7)
    z = [0.0, at, neck_z, neck_z + (1 - neck_z) * mix(rng, 0.3, 0.65), 1.0]
    r = [foot_r, belly, neck_r, neck_r * mix(rng, 0.85, 1.05), lip_r]
    if foot_h:
        z[1:1] = [foot_h * 0.5, foot_h]
        r[1:1] = [foot_r * mix(rng, 0.6, 0.95), stem_r]
        z[3] = max(z[3], foot_h + 0.2)
    outer = smooth_profile(z, r)
    wall = mix(rng, 0.022, 0.04)
    open_top = chance(rng, 0.8)
    if open_top:
        profile = shell(outer, wall, foot_h + mix(rng, 0.03, 0.06))
    else:
        profile = np.concatenate([[[0, 0]], outer, [[0, 1.0]]])
    s.add(revolve(profile, rounding=0.006), "body", 0)
    shoulder = (at + neck_z * 2) / 3 if chance(rng, 0.4) else neck_z
    s.paint(band(shoulder, 9), "neck/neck", "body")
    if lip_r > neck_r * 1.2:
        s.paint(band(1 - (1 - neck_z) * 0.3, 9), "neck/lip", "neck/neck")
    if foot_h:
        s.paint(band(-1, foot_h), "foot", "body")
    if open_top and chance(rng, 0.3):
        inner = smooth_profile(z, np.maximum(np.array(r) - wall / 2, 0.01))
        s.paint(
            revolve(
                np.concatenate(
                    [[[0, foot_h + 0.02]], inner[inner[:, 1] > foot_h + 0.02], [[0, 1.0]]]
                )
            ),
            "inside",
            "*",
        )
    count = int(rng.choice([0, 1, 2, 3], p=[0.25, 0.3, 0.4, 0.05]))
    low, high = mix(rng, 0.3, 0.55), mix(rng, 0.72, 0.93)
    thick, blend = mix(rng, 0.02, 0.042), mix(rng, 0.01, 0.05)
    state = rng.bit_generator.state
    for i in range(count):
        rng.bit_generator.state = state
        handle(s, rng, outer, low, high, 2 * np.pi * i / count, f"handle.{i}", blend, thick)
    s.opinion(0.3, "neck>body", "foot>body", "inside>body")
    s.opinion(0.35, "neck", "inside>body")
    s.opinion(0.2, "inside>body")
    s.opinion(0.15, "neck>body")
    return s


def cup(rng: np.random.Generator) -> Sculpture:
    """Mug, tea cup, beaker, beer mug; thick or thin, with one handle, sometimes two or none."""
    s = Sculpture(detail=92)
    height, radius = mix(rng, 0.5, 1.1), mix(rng, 0.32, 0.46)
    bottom = radius * mix(rng, 0.45, 1.05)
    bulge = radius * mix(rng, 0.85, 1.1)
    outer = smooth_profile(
        [0, height * 0.1, height * 0.5, height], [bottom * 0.94, bottom, bulge, radius]
    )
    wall = mix(rng, 0.03, 0.06)
    s.add(revolve(shell(outer, wall, mix(rng, 0.04, 0.08)), rounding=0.008), "body/outside", 0)
    if chance(rng, 0.6):
        inner = outer - vec(wall / 2, 0)
        s.paint(revolve(np.concatenate([[[0, 0.03]], inner, [[0, height + 0.1]]])), "body/inside")
    if chance(rng, 0.3):
        s.paint(band(-1, mix(rng, 0.05, 0.1)), "body/foot", "body/outside")
    count = int(rng.choice([0, 1, 2], p=[0.04, 0.9, 0.06]))
    thick, blend = mix(rng, 0.03, 0.06), mix(rng, 0.015, 0.06)
    for i in range(count):
        handle(
            s,
            rng,
            outer,
            height * mix(rng, 0.12, 0.3),
            height * mix(rng, 0.68, 0.92),
            np.pi * i,
            f"handle.{i}",
            blend,
            thick,
        )
    if chance(rng, 0.25):
        size = radius * mix(rng, 1.4, 1.8)
        plate = smooth_profile([-0.03, 0.0, 0.07], [size * 0.5, size * 0.7, size])
        s.add(revolve(shell(plate, 0.05, 0.04), rounding=0.01), "saucer", 0.01)
    s.opinion(0.7, "body")
    s.opinion(0.2, "body/foot>body/outside")
    s.opinion(0.1)
    return s


def teapot(rng: np.random.Generator) -> Sculpture:
    """Teapot, kettle, watering can: body, spout, handle, lid and knob."""
    s = Sculpture(detail=98)
    radius, height = mix(rng, 0.3, 0.42), mix(rng, 0.45, 0.8)
    top = radius * mix(rng, 0.4, 0.7)
    outer = smooth_profile(
        [0, height * mix(rng, 0.35, 0.6), height], [radius * mix(rng, 0.6, 0.95), radius, top]
    )
    s.add(revolve(np.concatenate([[[0, 0]], outer, [[0, height]]]), rounding=0.012), "body", 0)
    blend = mix(rng, 0.015, 0.06)
    if chance(rng, 0.3):
        s.add(cylinder((0, 0, -0.05), (0, 0, 0.05), radius * 0.6, rounding=0.015), "foot", 0.02)
    dome = mix(rng, 0.04, 0.14)
    rim = top * mix(rng, 1.0, 1.12)
    s.add(
        revolve(
            np.concatenate(
                [
                    [[0, height - 0.03], [rim, height - 0.02]],
                    smooth_profile([height + 0.015, height + dome], [rim, rim * 0.15], 10),
                ]
            ),
            rounding=0.01,
        ),
        "lid/lid",
        0.01,
    )
    knob = mix(rng, 0.035, 0.065)
    s.add(ellipsoid((0, 0, height + dome + knob * 0.9), knob), "lid/knob", 0.015)
    low, high = height * mix(rng, 0.25, 0.5), height * mix(rng, 0.85, 1.15)
    start = vec(radius * 0.75, 0, low)
    far = radius + mix(rng, 0.2, 0.35)
    curve = spline(
        [
            start,
            vec(radius * 1.2, 0, low + 0.05),
            vec(far * 0.95, 0, (low + high) / 2 + 0.06),
            vec(far + mix(rng, 0.05, 0.15), 0, high),
        ],
        20,
    )
    r = mix(rng, 0.05, 0.08)
    s.limb(curve, [r * 1.6, r, r * 0.7, r * 0.65], "spout", blend)
    if chance(rng, 0.75):
        handle(
            s,
            rng,
            outer,
            height * mix(rng, 0.15, 0.3),
            height * mix(rng, 0.75, 0.92),
            np.pi,
            "handle",
            blend,
            mix(rng, 0.028, 0.045),
        )
    else:
        up = mix(rng, 0.3, 0.5)
        arch = spline(
            [
                vec(-top, 0, height * 0.95),
                vec(-top * 1.1, 0, height + up * 0.6),
                vec(0, 0, height + up),
                vec(top * 1.1, 0, height + up * 0.6),
                vec(top, 0, height * 0.95),
            ],
            16,
        )
        s.limb(arch, mix(rng, 0.025, 0.04), "handle", blend)
    if chance(rng, 0.2):
        s.add(
            loft((0, -radius * 0.8, height * 0.4), (0, -radius * 1.05, height * 0.4), 0.08, 0.08),
            "badge",
            0.02,
        )
    s.opinion(0.45, "lid")
    s.opinion(0.35)
    s.opinion(0.2, "lid/lid>body", "lid/knob>knob", "foot>body")
    return s
