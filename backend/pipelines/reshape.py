# SPDX-License-Identifier: GPL-3.0-or-later
"""Wishes of shape made true: rounder, squarer, tapered, pointed, twisted, bent; all, or one end.

Each is a map of the part's box in its own upright frame, so that closed stays closed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..contract.arrays import Floats, Ints
from ..geometry.mesh import same_positions, signed_volume

FINEST = 0.09  # longest edge, of the part's size, where a shape is to bend
MOST_FACES = 24_000
THIN = 0.12  # of its box: what fills less is no box that could become a ball


def reshaped(vertices: Floats, faces: Ints, shapes: Sequence[str]) -> tuple[Floats, Ints]:
    """The part (V, 3), (F, 3), +Y up, with shapes such as "rounder" or "squarer bottom"."""
    if not shapes:
        return vertices, faces
    if abs(signed_volume(vertices, faces)) / max(_room(vertices), 1e-30) < THIN:
        # A ring or a rod is no box: it is rounded along its own surface.
        rounds = [shape for shape in shapes if shape == "rounder"]
        if rounds:
            vertices, faces = smoothed(vertices, faces)
            return reshaped(vertices, faces, [s for s in shapes if s not in rounds])
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    half = np.maximum((high - low) / 2, 1e-9 * float((high - low).max() or 1.0))
    centre = (low + high) / 2
    v, faces = subdivided(vertices, faces, FINEST * 2 * float(half.max()))
    v = (v - centre) / half  # within -1..1
    for shape in shapes:
        what, _, where = shape.partition(" ")
        height = (v[:, 1] + 1) / 2
        share = {"": np.ones(len(v)), "top": height, "bottom": 1 - height}[where]
        if where:
            share = np.clip(share * 2 - 0.5, 0, 1)  # none of the other end
        v = _map(v, what, where, share[:, None], half)
    return v * half + centre, faces


def _room(vertices: Floats) -> float:
    """Volume of the box."""
    return float(np.prod(np.ptp(vertices, axis=0)))


def smoothed(vertices: Floats, faces: Ints, steps: int = 8) -> tuple[Floats, Ints]:
    """The surface with soft edges, as large as before: smoothed forth and back (Taubin 1995)."""
    size = float(np.ptp(vertices, axis=0).max())
    v, faces = subdivided(vertices, faces, FINEST * size)
    first = same_positions(v)
    edges = np.unique(
        np.sort(np.concatenate([first[faces[:, [k, (k + 1) % 3]]] for k in range(3)]), 1), axis=0
    )
    edges = edges[edges[:, 0] != edges[:, 1]]
    ends = np.concatenate([edges, edges[:, ::-1]])
    count = np.maximum(np.bincount(ends[:, 0], minlength=len(v)), 1)[:, None]
    for step in range(2 * steps):
        mean = np.stack([np.bincount(ends[:, 0], v[ends[:, 1], k], len(v)) for k in range(3)], 1)
        v = v + (0.5 if step % 2 == 0 else -0.52) * np.where(count > 0, mean / count - v, 0)
        v = v[first]
    return v, faces


def _map(v: Floats, what: str, where: str, share: Floats, half: Floats) -> Floats:
    height = (v[:, 1:2] + 1) / 2
    flat = v * [1, 0, 1]
    if what in ("rounder", "squarer"):
        # A box's level sets are of the largest coordinate, a ball's of the length.
        ends = flat if where else v
        most = np.abs(ends).max(axis=1, keepdims=True)
        length = np.linalg.norm(ends, axis=1, keepdims=True)
        ratio = np.where(length > 0, most / np.maximum(length, 1e-12), 1.0)
        if what == "squarer":
            ratio = 1 / np.maximum(ratio, 0.5)
        target = ends * ratio + (v - ends)
        return np.asarray(v + 0.8 * share * (target - v))
    sides = np.array([1.0, 0.0, 1.0])
    if what in ("tapered", "pointed", "flared", "narrow", "wide"):
        if where:
            factor = {"pointed": 0.08, "narrow": 0.6, "wide": 1.5}.get(what, 0.55)
            along = share
        else:
            factor, along = {"tapered": 0.5, "pointed": 0.06, "flared": 1.6}[what], height
        scale = 1 + (factor - 1) * along
        return np.asarray(v * (1 + (scale - 1) * sides))
    if what == "twisted":
        angle = np.radians(120) * (height[:, 0] - 0.5)
        x, z = v[:, 0] * half[0], v[:, 2] * half[2]
        c, s = np.cos(angle), np.sin(angle)
        return np.stack([(c * x - s * z) / half[0], v[:, 1], (s * x + c * z) / half[2]], 1)
    if what == "bent":
        lean = 0.5 * half[1] / half[0] * (height**2)
        return np.asarray(v + lean * [1, 0, 0])
    if what == "leaning":
        return np.asarray(v + 0.35 * half[1] / half[0] * height * [1, 0, 0])
    return v


def subdivided(vertices: Floats, faces: Ints, longest: float) -> tuple[Floats, Ints]:
    """The same surface with edges of at most about `longest`: long edges are halved, all at once.

    Faces that share an edge share its middle, so that closed stays closed.
    """
    for _ in range(8):
        tail, head = faces, np.roll(faces, -1, axis=1)
        length = np.linalg.norm(vertices[tail] - vertices[head], axis=2)
        long = length > longest
        if not long.any() or len(faces) * 2 > MOST_FACES:
            break
        count = len(vertices)
        key = np.minimum(tail, head) * count + np.maximum(tail, head)
        keys, row = np.unique(key[long], return_inverse=True)
        middle = np.full(faces.shape, -1)
        middle[long] = count + row
        ends = np.stack([keys // count, keys % count], 1)
        vertices = np.concatenate([vertices, vertices[ends].mean(axis=1)])
        faces = _split(faces, middle)
    return vertices, faces


def _split(faces: Ints, middle: Ints) -> Ints:
    """Triangles with middles (F, 3) on some edges, -1 for none, as smaller triangles."""
    marks = (middle >= 0).sum(axis=1)
    result = [faces[marks == 0]]
    for number in (1, 2, 3):
        own, mid = faces[marks == number], middle[marks == number]
        if not len(own):
            continue
        if number == 1:
            start = (mid >= 0).argmax(axis=1)
        elif number == 2:
            start = ((mid < 0).argmax(axis=1) + 1) % 3
        else:
            start = np.zeros(len(own), np.int64)
        turn = (start[:, None] + np.arange(3)) % 3
        a, b, c = np.take_along_axis(own, turn, 1).T
        ab, bc, ca = np.take_along_axis(mid, turn, 1).T
        made = {
            1: [(a, ab, c), (ab, b, c)],
            2: [(ab, b, bc), (a, ab, bc), (a, bc, c)],
            3: [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)],
        }[number]
        result += [np.stack(one, axis=1) for one in made]
    return np.concatenate(result)
