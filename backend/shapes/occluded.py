# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a part is hidden by others: whole parts in, the labelled visible surface out.

Whole parts come from artists' meshes that are cut into solids already (`artist_parts`), from
sculptures, whose primitives go on inside the others (`sculpted_parts`), and from random solids
put in the way (`occluders`). `occlude` unites them: what an artist's fused mesh shows, with the
truth of each part beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..contract.arrays import Floats, Ints
from ..geometry.graphs import sums
from ..geometry.mesh import is_closed_manifold, signed_volume
from ..geometry.sampling import random_rotation
from ..geometry.solids import NotSolid, solid_of, union_of
from .labelled import connected_pieces, face_areas, face_pairs
from .remesh import decimate, polygonise, vertex_normals, warp
from .sculpt import Sculpture, alone, mix

SWELL = 5e-5  # of the object's size; files are rounded to a third of it


@dataclass(frozen=True)
class Whole:
    """A whole part: a closed surface, outward. vertices : (V, 3). faces : (F, 3)."""

    vertices: Floats
    faces: Ints
    name: str = ""


@dataclass(frozen=True)
class Occluded:
    """The visible surface of parts that hide each other, and the truth.

    Parameters
    ----------
    vertices, faces : (V, 3) float64, (F, 3) int64, the boundary of the union: closed, outward;
        neighbours share the vertices of their border.
    labels : (F,) int64, 0..K-1, each with faces.
    wholes : K whole parts.
    hidden : (K,) share of the whole part's area that is not visible.
    visible : (K,) share that the part has of the visible area.
    source : (K,) which of the given parts each is; those that are all hidden are left out.
    """

    vertices: Floats
    faces: Ints
    labels: Ints
    wholes: list[Whole]
    hidden: Floats
    visible: Floats
    source: Ints


def occlude(parts: Sequence[Whole], *, swell: float = SWELL) -> Occluded | None:
    """Unites whole parts, later parts hidden by earlier ones as much as the other way round.

    swell : how far surfaces are moved out first, in lengths of the object, a little more for each
        part. Parts that touch, but for rounding, would else show a fringe of slivers where they
        should hide each other. The wholes that come back are moved as well.

    Returns None where no part is left, or the union of broken parts is none.
    """
    if not parts:
        return None
    try:
        if swell:
            parts = _swollen(parts, swell)
        vertices, faces, labels = union_of([(part.vertices, part.faces) for part in parts])
    except NotSolid:
        return None
    if len(faces) == 0 or not is_closed_manifold(faces):
        return None
    shown, labels = np.unique(labels, return_inverse=True)
    area = face_areas(vertices, faces)
    visible = sums(area, labels.reshape(-1), len(shown))
    wholes = [parts[k] for k in shown]
    whole = np.array([face_areas(one.vertices, one.faces).sum() for one in wholes])
    return Occluded(
        vertices=vertices,
        faces=faces,
        labels=labels.reshape(-1).astype(np.int64),
        wholes=wholes,
        hidden=np.clip(1 - visible / np.maximum(whole, 1e-300), 0.0, 1.0),
        visible=visible / max(float(area.sum()), 1e-300),
        source=shown.astype(np.int64),
    )


def _swollen(parts: Sequence[Whole], swell: float) -> list[Whole]:
    low = np.min([part.vertices.min(0) for part in parts], 0)
    high = np.max([part.vertices.max(0) for part in parts], 0)
    size = float((high - low).max())
    amount = swell * size * (1 + np.arange(len(parts)) / len(parts))
    return [
        replace(part, vertices=part.vertices + own * vertex_normals(part.vertices, part.faces))
        for part, own in zip(parts, amount, strict=True)
    ]


def artist_parts(
    vertices: Floats, faces: Ints, labels: Ints, names: Sequence[str] = ()
) -> tuple[list[Whole], Ints]:
    """Those parts of a labelled mesh that are solids, and their labels (n,).

    vertices : (V, 3), faces : (F, 3), labels : (F,) from 0. Open and flat parts are left out.
    """
    wholes, kept = [], []
    for label in range(int(labels.max(initial=-1)) + 1):
        try:
            solid = solid_of(vertices, faces[labels == label])
        except NotSolid:
            continue
        wholes.append(Whole(*solid, names[label] if label < len(names) else ""))
        kept.append(label)
    return wholes, np.array(kept, dtype=np.int64)


def sculpted_parts(
    sculpture: Sculpture,
    rules: Sequence[str] = (),
    *,
    detail: int = 56,
    smallest: float = 0.003,
) -> list[Whole]:
    """The whole parts of a sculpture under an opinion's rules: each name's own steps alone.

    Holes are cut into each. Pieces that do not touch are parts of their own; those with less than
    `smallest` of the area of all are left out. Names without a body of their own, such as painted
    ones, give none. detail : grid cells along each part's box, as in `Sculpture`.
    """
    name_of = sculpture.resolve(rules)
    wholes = []
    for name in sorted(set(name_of)):
        own = alone(sculpture, [other == name for other in name_of], detail)
        if own is None:
            continue
        try:
            vertices, faces = polygonise(own, all_pieces=True)
        except ValueError:  # cut away, or finer than the grid
            continue
        wholes += [Whole(*piece, name) for piece in _pieces(vertices, faces)]
    area = np.array([face_areas(whole.vertices, whole.faces).sum() for whole in wholes])
    keep = np.flatnonzero(area > smallest * area.sum())
    return [wholes[k] for k in keep]


def _pieces(vertices: Floats, faces: Ints) -> list[tuple[Floats, Ints]]:
    number, piece = connected_pieces(len(faces), face_pairs(faces)[0])
    found = []
    for k in range(number):
        used, inverse = np.unique(faces[piece == k], return_inverse=True)
        own = inverse.reshape(-1, 3).astype(np.int64)
        if signed_volume(vertices[used], own) > 0:  # the others are bubbles
            found.append((vertices[used], own))
    return found


def varied(parts: Sequence[Whole], rng: np.random.Generator, *, faces: int = 0) -> list[Whole]:
    """The parts bent, stretched and turned as one object of size about one.

    faces : about how many triangles all of them keep; 0 keeps all.
    """
    total = sum(len(part.faces) for part in parts)
    if faces and total > faces:
        even = bool(rng.random() < 0.7)
        parts = [
            replace(part, vertices=v, faces=f)
            for part in parts
            for v, f, _ in [
                decimate(
                    part.vertices,
                    part.faces,
                    max(int(len(part.faces) * faces / total), 60),
                    adaptive=not even,
                )
            ]
        ]
    ends = np.cumsum([len(part.vertices) for part in parts])
    places = np.concatenate([part.vertices for part in parts])
    if rng.random() < 0.6:
        places = warp(places, rng, 0.04 * rng.random())
    places = places * rng.uniform(0.85, 1.15, 3)
    places = (places - places.mean(0)) / float(np.ptp(places, axis=0).max())
    places = places @ random_rotation(rng).T
    moved = np.split(places, ends[:-1])
    return [replace(part, vertices=v) for part, v in zip(parts, moved, strict=True)]


def pushed(parts: Sequence[Whole], rng: np.random.Generator) -> list[Whole]:
    """The parts, about half of them larger or smaller and moved into a neighbour, so that more of
    them is hidden: as artists let rods, caps and limbs end somewhere inside what they touch.
    """
    low = np.array([part.vertices.min(0) for part in parts])
    high = np.array([part.vertices.max(0) for part in parts])
    middle, extent = (low + high) / 2, high - low
    made = []
    for k, part in enumerate(parts):
        gap = np.maximum(np.maximum(low - high[k], low[k] - high), 0).max(axis=1)
        gap[k] = np.inf
        if rng.random() < 0.5 or not np.isfinite(gap).any():
            made.append(part)
            continue
        near = np.flatnonzero(gap <= gap.min() + 0.01 * extent.max())
        other = int(rng.choice(near))
        way = middle[other] - middle[k]
        reach = np.minimum(extent[k].max(), extent[other].max())
        step = way / max(float(np.linalg.norm(way)), 1e-12) * reach * rng.uniform(0.0, 0.3)
        scale = np.exp(rng.uniform(-0.15, 0.3))
        places = middle[k] + scale * (part.vertices - middle[k]) + step
        made.append(replace(part, vertices=places))
    return made


def occluders(parts: Sequence[Whole], rng: np.random.Generator, count: int) -> list[Whole]:
    """Random solids that stick in the parts' surfaces and hide some of them; parts themselves.

    Boxes, balls, cylinders, cones and rings, stretched and turned, half sunken at places that are
    even over the area of all parts.
    """
    import manifold3d

    area = [face_areas(part.vertices, part.faces) for part in parts]
    owner = np.repeat(np.arange(len(parts)), [len(one) for one in area])
    flat = np.concatenate(area)
    low = np.min([part.vertices.min(0) for part in parts], 0)
    high = np.max([part.vertices.max(0) for part in parts], 0)
    size = float((high - low).max())
    first = np.cumsum([0, *(len(one) for one in area)])
    made = []
    for face in rng.choice(len(flat), count, p=flat / flat.sum()):
        part = parts[owner[face]]
        corners = part.vertices[part.faces[face - first[owner[face]]]]
        normal = np.cross(corners[1] - corners[0], corners[2] - corners[0])
        normal /= max(float(np.linalg.norm(normal)), 1e-300)
        kind = rng.integers(5)
        sides = int(rng.integers(3, 25))
        if kind == 0:
            solid = manifold3d.Manifold.cube((2, 2, 2), True)
        elif kind == 1:
            solid = manifold3d.Manifold.sphere(1, 4 * int(rng.integers(3, 10)))
        elif kind < 4:
            top = 1.0 if kind == 2 else mix(rng, 0.1, 0.7)
            solid = manifold3d.Manifold.cylinder(2, 1, top, sides, True)
        else:
            ring = manifold3d.CrossSection.circle(mix(rng, 0.2, 0.5), sides)
            solid = manifold3d.Manifold.revolve(ring.translate((1, 0)), 4 * int(rng.integers(4, 9)))
        mesh = solid.to_mesh64()
        places = np.array(mesh.vert_properties, dtype=np.float64)[:, :3]
        own = size * np.exp(rng.uniform(np.log(0.06), np.log(0.25)))
        places = places * own * rng.uniform(0.6, 1.6, 3) @ random_rotation(rng).T
        reach = own * mix(rng, -0.7, 0.7)
        places += corners.mean(0) + reach * normal
        triangles = np.array(mesh.tri_verts).astype(np.int64).reshape(-1, 3)
        made.append(Whole(places, triangles, "occluder"))
    return made
