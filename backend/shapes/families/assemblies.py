# SPDX-License-Identifier: GPL-3.0-or-later
"""Random assemblies: things without a name, put together as modelled things are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..implicit import (
    Solid,
    Vector,
    box,
    cylinder,
    ellipsoid,
    extrusion,
    frame,
    round_cone,
    torus,
    unit,
    vec,
)
from ..polyhedra import bevelled, both, faceted_ball, faceted_cone, regular
from ..remesh import random_rotation
from ..sculpt import Sculpture, chance, mix
from .ornament import FACES, Style, block, draw_style, drum, slab

KINDS = ("superquadric", "capsule", "cone", "torus", "box", "profile", "facets", "prism")


@dataclass(frozen=True)
class Item:
    """A placed solid: its part, centre and typical size; `twin` is its mirror image's part."""

    solid: Solid
    part: str
    centre: Vector
    size: float
    twin: str = ""


def _solid(
    rng: np.random.Generator, base: Vector, way: Vector, size: float, edge: float
) -> tuple[Solid, Vector]:
    """A random primitive that stands on `base` along `way`, and its centre."""
    kind = str(rng.choice(KINDS))
    long = size * mix(rng, 0.8, 2.6)
    sink = 0.25 * size
    start, end = base - way * sink, base + way * long
    middle = (start + end) / 2
    rot = frame(way, random_rotation(rng)[0])
    half = vec(size * mix(rng, 0.5, 1.1), size * mix(rng, 0.5, 1.1), (long + sink) / 2)
    round_edge = min(edge, 0.4 * float(half.min()))
    if kind == "superquadric":
        return ellipsoid(middle, half, rot, float(rng.choice([2, 2, 3, 4, 7]))), middle
    if kind == "capsule":
        return round_cone(start, end, size * mix(rng, 0.5, 0.9), size * mix(rng, 0.3, 1)), middle
    if kind == "cone":
        top = size * mix(rng, 0.15, 1.2)
        return cylinder(start, end, size * mix(rng, 0.6, 1), top, round_edge), middle
    if kind == "torus":
        thick = max(0.03, size * mix(rng, 0.2, 0.4))
        centre = base + way * (size - thick * 0.5)
        axis = way if chance(rng, 0.3) else rot[:, 0]
        return torus(base if axis is way else centre, axis, size, thick), centre
    if kind == "box":
        return box(middle, half, round_edge, rot), middle
    if kind == "profile":
        corners = int(rng.integers(3, 9))
        outline = regular(corners, size) * rng.uniform(0.75, 1.25, (corners, 1))
        flat = max(0.025, size * mix(rng, 0.15, 0.9))
        across = np.stack([rot[:, 2], rot[:, 0], rot[:, 1]], 1) if chance(rng, 0.6) else rot
        centre = base + way * size * 0.6 if across is not rot else base
        edge = min(edge, 0.4 * flat)
        return extrusion(outline, flat, centre=centre, rotation=across, rounding=edge), centre
    if kind == "facets":
        return faceted_ball(rng, middle, half * 0.95, int(rng.integers(10, 36)), rot), middle
    sides = int(rng.integers(3, 9))
    return faceted_cone(start, end, size, size * mix(rng, 0.3, 1.1), sides, rot[:, 0]), middle


def _surface(item: Item, way: Vector) -> Vector:
    """Where a ray from the item's centre leaves its solid for the last time."""
    reach = np.linspace(0, float(np.linalg.norm(item.solid.upper - item.solid.lower)), 200)
    points = item.centre[:, None] + way[:, None] * reach
    inside = np.flatnonzero(item.solid.distance(points.astype(np.float32)) < 0)
    return points[:, inside[-1]] if len(inside) else item.centre


def _touches(s: Sculpture, solid: Solid) -> bool:
    """Whether a solid shares room with what is there already."""
    steps = [np.linspace(a, b, 12) for a, b in zip(solid.lower, solid.upper, strict=True)]
    points = np.stack(np.meshgrid(*steps)).reshape(3, -1).astype(np.float32)
    inside = points[:, solid.distance(points) < 0]
    return inside.shape[1] > 0 and float(s.sample(inside).min()) < -0.004


def assembly(rng: np.random.Generator) -> Sculpture:
    """Three to ten random primitives: on surfaces, in pairs, in rings, in chains, in stacks."""
    style = draw_style(rng, 0.55)
    s = Sculpture(crisp=style.crisp, detail=100)
    core, centre = _solid(rng, vec(0, 0, -0.2), vec(0, 0, 1), mix(rng, 0.16, 0.32), style.edge)
    s.add(core, "core", 0)
    items = [Item(core, "core", centre, 0.25)]
    rings: list[str] = []
    chains: list[str] = []
    wanted = int(rng.integers(3, 9))
    for i in range(30):
        if len(s.paths) >= wanted:
            break
        carrier = items[int(rng.integers(len(items)))] if chance(rng, 0.6) else items[0]
        k = style.blend * mix(rng, 0.6, 1.6)
        size = max(0.04, min(0.2, carrier.size * mix(rng, 0.3, 0.85)))
        how = str(rng.choice(["one", "pair", "ring", "chain", "stack"]))
        way = vec(0, 0, 1) if how == "stack" else unit(rng.normal(size=3))
        if how == "one":
            way[np.abs(way) < 0.4] = 0
            way = unit(way) if way.any() else vec(0, 0, -1)
        base = _surface(carrier, way)
        if how == "pair" and not carrier.twin:
            way = unit(vec(abs(way[0]) + 0.4, way[1], way[2]))
            base = _surface(carrier, way)
        if how == "ring" and not carrier.twin:
            count = int(rng.integers(3, 8))
            size = max(0.035, min(size, 1.7 * carrier.size / count))
            tilt, state = mix(rng, -0.6, 0.9), rng.bit_generator.state
            for j in range(count):
                rng.bit_generator.state = state
                turn = 2 * np.pi * j / count
                out = unit(vec(np.cos(turn), np.sin(turn), tilt))
                solid, _ = _solid(rng, _surface(carrier, out), out, size, style.edge)
                if _touches(s, solid):
                    s.add(solid, f"ring{i}.{j}", k)
            if s.paths[-1].startswith(f"ring{i}."):
                rings.append(f"ring{i}.*>{carrier.part}")
        elif how == "chain" and not carrier.twin:
            for j in range(int(rng.integers(2, 5))):
                solid, middle = _solid(rng, base, way, size, style.edge)
                if not _touches(s, solid):
                    break
                s.add(solid, f"chain{i}/{j}", k)
                way = unit(way + 0.5 * rng.normal(size=3))
                base = _surface(Item(solid, "", middle, size), way)
                size = max(0.04, size * mix(rng, 0.7, 1.05))
            if s.paths[-1].startswith(f"chain{i}/"):
                chains.append(f"chain{i}")
        else:
            solid, middle = _solid(rng, base, way, size, style.edge)
            part = f"piece{i}"
            if not _touches(s, solid):
                continue
            s.add(solid, part, k)
            mirrored = bool(carrier.twin) or how == "pair"
            if mirrored and _touches(s, solid.mirrored()):
                s.add(solid.mirrored(), part + "'", k)
            items.append(Item(solid, part, middle, size, part + "'" if mirrored else ""))
    s.opinion(0.6)
    if rings:
        s.opinion(0.25, *rings)
    if chains:
        s.opinion(0.15, *chains)
    return s


def kitbash(rng: np.random.Generator) -> Sculpture:
    """A game prop: blocks, drums and bevelled slabs on each other's faces, full of decoration."""
    s = Sculpture(crisp=True, detail=108)
    style = draw_style(rng, 1.0, ornament=0.75)
    half = rng.uniform(0.14, 0.36, 3)
    placed, rows = [(vec(0, 0, 0), half, "body")], list[str]()
    _prop(s, rng, style, vec(0, 0, 0), half, "body", 2)
    wanted = int(rng.integers(3, 12))
    for i in range(30):
        if len(s.paths) >= wanted:
            break
        centre, carrier, name = placed[int(rng.integers(len(placed)))]
        if name.endswith("'"):
            continue
        axis, sign = int(rng.integers(3)), float(rng.choice([-1, 1]))
        other = [j for j in range(3) if j != axis]
        half = np.maximum(carrier * rng.uniform(0.25, 0.9, 3), 0.035)
        half[axis] = mix(rng, 0.04, 0.22)
        at = centre.copy()
        at[axis] += sign * (carrier[axis] + half[axis] * mix(rng, 0.6, 0.95))
        spare = np.maximum(carrier[other] - half[other], 0)
        if chance(rng, 0.55):
            at[other] += 0.8 * rng.uniform(-1, 1, 2) * spare
        part = f"unit{i}"
        repeat = str(rng.choice(["one", "mirror", "row"], p=[0.45, 0.35, 0.2]))
        if repeat == "mirror" and abs(at[0]) < half[0] * 1.1:
            at[0] = float(carrier[0]) * 0.95 + half[0] * 0.6
        places = [(at, part)]
        if repeat == "mirror":
            places.append((at * vec(-1, 1, 1), part + "'"))
        elif repeat == "row":
            along = other[int(np.argmax(carrier[other]))]
            count = int(rng.integers(2, 5))
            half[along] = max(0.03, min(half[along], 0.65 * carrier[along] / count))
            places = []
            for j in range(count):
                spot = at.copy()
                spot[along] = centre[along] + carrier[along] * ((2 * j + 1) / count - 1)
                places.append((spot, f"{part}.{j}"))
        # A drum or a wedge does not fill its box: what would float beside it is left out.
        core = half * np.where(np.arange(3) == axis, 1.0, 0.6)
        if not all(_touches(s, box(spot, core)) for spot, _ in places):
            continue
        state = rng.bit_generator.state
        for spot, path in places:
            rng.bit_generator.state = state
            _prop(s, rng, style, spot, half, path, axis)
        if repeat == "row":
            rows.append(f"{part}.*>{name}")
        else:
            placed.append((at, half, part))
    s.opinion(0.75)
    if rows:
        s.opinion(0.25, *rows)
    return s


def _prop(
    s: Sculpture,
    rng: np.random.Generator,
    style: Style,
    centre: Vector,
    half: Vector,
    part: str,
    axis: int,
) -> None:
    """A block, drum or slab that fills about the box `half` and points along `axis`."""
    way = np.eye(3)[axis]
    u, v = (axis + 1) % 3, (axis + 2) % 3
    rot = np.stack([np.eye(3)[u], np.eye(3)[v], way], 1)
    kind = str(rng.choice(["block", "drum", "slab", "wedge", "prism"], p=[0.4, 0.2, 0.2, 0.1, 0.1]))
    r = float(min(half[u], half[v]))
    if kind == "block":
        block(s, rng, style, centre, half, part, faces=FACES)
    elif kind == "drum":
        top = r * (mix(rng, 0.5, 1.0) if chance(rng, 0.3) else 1.0)
        drum(s, rng, style, centre - way * half[axis], centre + way * half[axis], r, part, top)
    elif kind == "slab":
        outline = bevelled(float(half[u]), float(half[v]), r * mix(rng, 0.15, 0.7))
        slab(s, rng, style, outline, float(half[axis]), part, centre=centre, rotation=rot)
    elif kind == "wedge":
        a, b, cut = float(half[u]), float(half[axis]), mix(rng, 0.1, 0.9)
        outline = np.array([[-a, -b], [a, -b], [a, b * (2 * cut - 1)], [a * (1 - 2 * cut), b]])
        outline = np.concatenate([outline, [[-a, b]]])
        across = np.stack([rot[:, 0], way, np.cross(rot[:, 0], way)], 1)
        slab(s, rng, style, outline, float(half[v]), part, centre=centre, rotation=across)
    else:
        sides = int(rng.integers(5, 9))
        ends = centre - way * half[axis], centre + way * half[axis]
        drum(s, rng, style, *ends, r * 1.1, part, r * mix(rng, 0.6, 1.1), sides=sides)


def carved(rng: np.random.Generator) -> Sculpture:
    """A block, drum or stone with pockets and holes cut into it, and feet, handles or a knob."""
    style = draw_style(rng, 0.75)
    s = Sculpture(crisp=style.crisp, detail=96)
    half = rng.uniform([0.25, 0.18, 0.12], [0.45, 0.4, 0.3])
    kind = str(rng.choice(["block", "round", "stone", "arch"]))
    top = float(half[2])
    if kind == "round":
        half[1] = half[0]
        drum(
            s,
            rng,
            style,
            (0, 0, -top),
            (0, 0, top),
            float(half[0]) * mix(rng, 0.75, 1),
            "body",
            float(half[0]),
        )
    elif kind == "stone":
        ball = faceted_ball(rng, (0, 0, 0), half * 1.15, int(rng.integers(14, 40)))
        s.add(both(ball, box((0, 0, 0), half)), "body", 0)
    else:
        block(s, rng, style, (0, 0, 0), half, "body", faces=("+x", "-x", "-y"))
    if kind == "arch":
        for i in range(int(rng.integers(1, 4))):
            x, r = (i - 1) * half[0] * 0.6, float(min(half[0] * 0.22, top * 0.6))
            s.cut([cylinder((x, -1, 0), (x, 1, 0), r), box((x, 0, -top), (r, 1, top))], 0.0)
    rows, columns = int(rng.integers(1, 3)), int(rng.integers(1, 4))
    deep = top * mix(rng, 0.5, 1.6)
    room = half[:2] * (0.62 if kind in ("round", "stone") else 0.85)
    cell = room / vec(columns, rows)
    for i in range(columns if kind != "arch" else 0):
        for j in range(rows):
            x, y = (2 * i + 1) * cell[0] - room[0], (2 * j + 1) * cell[1] - room[1]
            r = 0.8 * float(cell.min())
            if chance(rng, 0.4):
                s.cut(cylinder((x, y, top - deep), (x, y, top + 0.1), r, rounding=style.edge), 0.0)
            elif chance(rng, 0.3):
                s.cut(ellipsoid((x, y, top), (cell[0] * 0.8, cell[1] * 0.8, deep * 0.6)), 0.0)
            else:
                size = vec(cell[0] * 0.8, cell[1] * 0.8, deep / 2 + 0.05)
                s.cut(box((x, y, top - deep / 2 + 0.05), size, style.edge), 0.0)
    if chance(rng, 0.5):
        r = float(min(half[0], half[1])) * mix(rng, 0.12, 0.25)
        long = mix(rng, 0.05, 0.2)
        for x in (-1, 1):
            for y in (-1, 1):
                at = vec(x * (half[0] * 0.62), y * (half[1] * 0.62), -top + 0.02)
                s.add(
                    cylinder(at, at - vec(0, 0, long), r, r * 0.7, min(style.edge, r * 0.3)),
                    f"foot.{x}{y}",
                    style.blend,
                )
    if chance(rng, 0.6):
        thick, wide = mix(rng, 0.022, 0.04), float(half[1]) * mix(rng, 0.3, 0.55)
        for side in (-1, 1):
            x, z, out = side * half[0] * 0.93, top * 0.3, side * mix(rng, 0.06, 0.13)
            points = [(x, -wide, z), (x + out, -wide * 0.8, z), (x + out, wide * 0.8, z)]
            s.limb([*points, (x, wide, z)], thick, f"handle.{side}", style.blend, 0.004)
    elif chance(rng, 0.6):
        at = vec(0, -float(half[1]) * 0.9, 0)
        s.add(cylinder(at, at - vec(0, 0.12, 0), 0.05, 0.035), "knob/neck", style.blend)
        s.add(ellipsoid(at - vec(0, 0.14, 0), 0.07), "knob/ball", style.blend)
    else:
        size = half * vec(mix(rng, 1.05, 1.3), mix(rng, 1.05, 1.3), 0.2)
        block(s, rng, style, (0, 0, -top - size[2] * 0.8), size, "plinth", faces=("+x", "-y"))
    s.opinion(0.7, "knob")
    s.opinion(0.3)
    return s
