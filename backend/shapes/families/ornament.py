# SPDX-License-Identifier: GPL-3.0-or-later
"""Blocks, drums and slabs with decoration that is no part of its own.

Game props are full of creases, and only some of them are part borders: panels, grooves, ribs,
steps, rivets and pockets belong to the part that they are on. `block`, `drum` and `slab` add a
solid and now and then such a decoration under the same part name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..implicit import Vector, box, cylinder, extrusion, frame, sphere, torus, unit, vec
from ..polyhedra import faceted_cone, minus
from ..sculpt import Sculpture, chance, mix

# Rotations of extrusions: columns are the world's directions of an outline's x and y and of the
# thickness. Upright outlines lie in the xz plane, sideways ones in the yz plane.
UPRIGHT = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
SIDEWAYS = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])
FACES = ("+x", "-x", "+y", "-y", "+z", "-z")


@dataclass(frozen=True)
class Style:
    """How an object is made.

    Attributes
    ----------
    crisp : sharp edges are restored.
    blend : fillet of the joints; zero is a hard union.
    edge : rounding of the edges.
    ornament : chance that a solid is decorated.
    """

    crisp: bool
    blend: float
    edge: float
    ornament: float


def rays(count: int, start: float = 0.0) -> Vector:
    """Unit vectors (count, 3) evenly round z, the first `start` radians from x."""
    turn = start + 2 * np.pi * np.arange(count) / count
    return np.stack([np.cos(turn), np.sin(turn), 0 * turn], 1)


def draw_style(rng: np.random.Generator, crisp: float = 0.75, ornament: float = 0.4) -> Style:
    """A hard, slightly filleted or soft style; `ornament` is the share of decorated crisp ones."""
    if chance(rng, crisp):
        blend = [0.0, mix(rng, 0.002, 0.006), mix(rng, 0.006, 0.016)]
        edge = mix(rng, 0.003, 0.02) if chance(rng, 0.6) else 0.0
        decorated = mix(rng, 0.35, 0.9) if chance(rng, ornament) else 0.0
        return Style(True, blend[int(rng.choice(3, p=[0.4, 0.35, 0.25]))], edge, decorated)
    decorated = mix(rng, 0.2, 0.6) if chance(rng, ornament / 2) else 0.0
    return Style(False, mix(rng, 0.01, 0.05), mix(rng, 0.01, 0.04), decorated)


def block(
    s: Sculpture,
    rng: np.random.Generator,
    style: Style,
    centre: ArrayLike,
    half: ArrayLike,
    part: str,
    *,
    rotation: ArrayLike | None = None,
    faces: Sequence[str] = FACES,
    blend: float | None = None,
) -> None:
    """Adds a box of half sizes `half`; decoration comes on one or two of `faces`."""
    half = np.asarray(half, np.float64)
    rot = np.eye(3) if rotation is None else np.asarray(rotation, np.float64)
    edge = min(style.edge, 0.45 * float(half.min()))
    s.add(box(centre, half, edge, rot), part, style.blend if blend is None else blend)
    if chance(rng, style.ornament):
        for pick in rng.permutation(len(faces))[: int(rng.integers(1, 3))]:
            _decorate_face(s, rng, np.asarray(centre, np.float64), half, rot, faces[pick], part)


def beam(
    s: Sculpture,
    rng: np.random.Generator,
    style: Style,
    a: ArrayLike,
    b: ArrayLike,
    wide: float,
    deep: float,
    part: str,
    *,
    side: ArrayLike | None = None,
    blend: float | None = None,
) -> None:
    """Adds a block from `a` to `b` of half width `wide` along `side` and half depth `deep`."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    half = vec(wide, deep, float(np.linalg.norm(b - a)) / 2)
    rot = frame(b - a, side)
    faces = ("+x", "-x", "+y", "-y")
    block(s, rng, style, (a + b) / 2, half, part, rotation=rot, faces=faces, blend=blend)


def _decorate_face(
    s: Sculpture,
    rng: np.random.Generator,
    centre: Vector,
    half: Vector,
    rot: Vector,
    face: str,
    part: str,
) -> None:
    axis, sign = "xyz".index(face[1]), 1.0 if face[0] == "+" else -1.0
    u, v = (axis + 1) % 3, (axis + 2) % 3
    if half[u] < half[v]:
        u, v = v, u
    small = float(half[v])
    if small < 0.045:
        return
    depth = min(mix(rng, 0.012, 0.035), 0.3 * float(half[axis]), 0.4 * small)

    def bar(at_u: float, at_v: float, hu: float, hv: float, hw: float = depth) -> None:
        place, size = vec(0, 0, 0), vec(0, 0, 0)
        place[axis], place[u], place[v] = sign * half[axis], at_u, at_v
        size[axis], size[u], size[v] = hw, hu, hv
        solid = box(centre + rot @ place, size, 0.0, rot)
        if raised:
            s.add(solid, part, 0.0)
        else:
            s.cut(solid, 0.0)

    raised = chance(rng, 0.5)
    kind = str(rng.choice(["panel", "bars", "cross bars", "panels", "knobs", "frame", "step"]))
    hu, hv = float(half[u]), small
    if kind == "panel":
        bar(0, 0, hu * mix(rng, 0.5, 0.88), hv * mix(rng, 0.5, 0.85))
    elif kind == "step":
        raised = True
        bar(0, 0, hu * mix(rng, 0.6, 0.9), hv * mix(rng, 0.6, 0.9), depth * 1.8)
    elif kind in ("bars", "cross bars"):
        along, across = (hu, hv) if kind == "bars" else (hv, hu)
        count = int(np.clip(across / 0.05, 1, rng.integers(2, 7)))
        pitch = 2 * across / (count + 1)
        long, thin = along * mix(rng, 0.6, 1.1), min(0.3 * pitch, mix(rng, 0.012, 0.03))
        for i in range(count):
            at = -across + pitch * (i + 1)
            if kind == "bars":
                bar(0, at, long, thin)
            else:
                bar(at, 0, thin, long)
    elif kind == "panels":
        count = int(np.clip(hu / 0.06, 1, rng.integers(2, 5)))
        pitch = 2 * hu / count
        for i in range(count):
            bar(-hu + pitch * (i + 0.5), 0, pitch * 0.36, hv * 0.75)
    elif kind == "frame":
        raised, w = chance(rng, 0.5), min(0.02, 0.2 * hv)
        a, b = hu * mix(rng, 0.6, 0.9), hv * mix(rng, 0.6, 0.85)
        for way in (-1, 1):
            bar(way * a, 0, w, b + w)
            bar(0, way * b, a, w)
    else:
        r = min(mix(rng, 0.014, 0.035), 0.25 * small)
        for x in (-1, 1):
            for y in (-1, 1):
                place = vec(0, 0, 0)
                place[axis], place[u], place[v] = (
                    sign * half[axis],
                    x * (hu - 1.8 * r),
                    y * (hv - 1.8 * r),
                )
                ball = sphere(centre + rot @ place, r)
                if raised:
                    s.add(ball, part, 0.0)
                else:
                    s.cut(ball, 0.0)


def drum(
    s: Sculpture,
    rng: np.random.Generator,
    style: Style,
    a: ArrayLike,
    b: ArrayLike,
    ra: float,
    part: str,
    rb: float | None = None,
    *,
    blend: float | None = None,
    sides: int = 0,
    socket: bool = False,
) -> None:
    """Adds a cylinder or frustum, of flat `sides` where they are given; rings or flutes on it.

    `socket` says that the end at `b` is free, so that it may be hollowed.
    """
    a, b, rb = np.asarray(a, np.float64), np.asarray(b, np.float64), ra if rb is None else rb
    k = style.blend if blend is None else blend
    if sides:
        s.add(faceted_cone(a, b, ra, rb, sides), part, k)
    else:
        s.add(cylinder(a, b, ra, rb, min(style.edge, 0.4 * min(ra, rb))), part, k)
    if not chance(rng, style.ornament):
        return
    axis, length = unit(b - a), float(np.linalg.norm(b - a))
    small = min(ra, rb)
    depth = min(mix(rng, 0.01, 0.025), 0.3 * small)
    kind = str(rng.choice(["ring", "grooves", "flutes", "socket" if socket else "grooves"]))
    if small < 0.04 or length < 0.06 or (kind == "flutes" and ra != rb):
        kind = "ring"
    if length < 4 * depth:
        return
    if kind in ("ring", "grooves"):
        raised = kind == "ring" or chance(rng, 0.4)
        count = 1 if kind == "ring" else int(np.clip(length / (5 * depth), 1, rng.integers(2, 7)))
        width = depth * mix(rng, 0.7, 1.4)
        for i in range(count):
            t = mix(rng, 0.25, 0.75) if count == 1 else (i + 1) / (count + 1)
            at, r = a + (b - a) * t, ra + (rb - ra) * t
            if raised:
                s.add(cylinder(at - axis * width, at + axis * width, r + depth), part, 0.0)
            else:
                s.cut(torus(at, axis, r, width * 0.9), 0.0)
    elif kind == "flutes":
        raised, count = chance(rng, 0.4), int(rng.integers(6, 13))
        rot = frame(axis)
        r = min(depth, 1.6 * ra / count)
        for i in range(count):
            turn = 2 * np.pi * i / count
            out = rot @ vec(np.cos(turn), np.sin(turn), 0) * ra
            rod = cylinder(a + out + axis * length * 0.12, b + out - axis * length * 0.12, r)
            if raised:
                s.add(rod, part, 0.0)
            else:
                s.cut(rod, 0.0)
    else:
        s.cut(cylinder(b - axis * min(0.3 * length, 3 * depth), b + axis * 0.02, rb * 0.7), 0.0)


def slab(
    s: Sculpture,
    rng: np.random.Generator,
    style: Style,
    outline: Vector,
    half_height: float,
    part: str,
    *,
    centre: ArrayLike = (0, 0, 0),
    rotation: ArrayLike | None = None,
    blend: float | None = None,
) -> None:
    """Adds an extruded `outline` (N, 2); its faces get a smaller raised or sunk copy of it."""
    c = np.asarray(centre, np.float64)
    rot = np.eye(3) if rotation is None else np.asarray(rotation, np.float64)
    edge = min(style.edge, 0.4 * half_height)
    k = style.blend if blend is None else blend
    s.add(extrusion(outline, half_height, centre=c, rotation=rot, rounding=edge), part, k)
    if not chance(rng, style.ornament):
        return
    middle = outline.mean(0)
    inner = middle + (outline - middle) * mix(rng, 0.55, 0.8)
    depth = min(mix(rng, 0.01, 0.03), 0.3 * half_height)
    raised, groove = chance(rng, 0.5), chance(rng, 0.4)
    for sign in (-1, 1):
        place = c + rot @ vec(0, 0, sign * half_height)
        solid = extrusion(inner, depth, centre=place, rotation=rot)
        if groove:
            core = extrusion(
                middle + (inner - middle) * 0.82, 2 * depth, centre=place, rotation=rot
            )
            solid = minus(solid, core)
        if raised:
            s.add(solid, part, 0.0)
        else:
            s.cut(solid, 0.0)
