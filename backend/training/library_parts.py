# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts that are ready for the library: upright, of unit size, and where they are held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Floats, Ints
from ..geometry.nearest import NearestFace
from ..library import families
from .library_recipe import Objects, Wanted
from .library_solids import closed_shells, solid

TOUCHING = 0.02  # of the object's size: parts that are nearer touch
SIDES = {
    "bottom": (0, -1, 0), "top": (0, 1, 0), "back": (0, 0, -1), "front": (0, 0, 1),
    "left": (-1, 0, 0), "right": (1, 0, 0),
}  # fmt: skip
BY = "Partwise"  # who made the families


@dataclass(frozen=True)
class Made:
    """A part that is ready to be packed: see `library.index.Entry`."""

    title: str
    kind: str
    vertices: Floats
    faces: Ints
    side: Floats
    anchor: Floats
    reach: float
    credit: str
    family: str = ""
    origin: str = ""


def held_at(vertices: Floats, faces: Ints, inside: np.ndarray) -> Floats | None:
    """(n, 3) places of a part that touch the rest of its object; None where nothing does."""
    if inside.all():
        return None
    own = vertices[np.unique(faces[inside])]
    rest = faces[~inside]
    used = np.unique(rest)
    size = float(np.ptp(vertices[np.unique(faces)], axis=0).max())
    _, gap = NearestFace(vertices[used] / size, np.searchsorted(used, rest))(own / size)
    touching = own[gap < TOUCHING]
    return touching if len(touching) > 2 else None


def make(wanted: Wanted, objects: Objects) -> Made | None:
    """The part that an item of the recipe asks for; None where no object gives it."""
    for vertices, faces, inside, meta, _ in objects.find(wanted):
        mesh = solid(closed_shells(vertices, faces[inside]))
        if mesh is None:
            continue
        places = held_at(vertices, faces, inside)
        turn = _turn(wanted.turn)
        v = mesh[0] @ turn.T
        low, high = v.min(axis=0), v.max(axis=0)
        size = float((high - low).max())
        if size <= 0 or np.sort(high - low)[1] < 1e-3 * size:
            continue
        v = (v - (low + high) / 2) / size
        side, anchor, reach = _default_hold(v, wanted.side)
        if places is not None:
            at = (places @ turn.T - (low + high) / 2) / size
            middle = (at.min(axis=0) + at.max(axis=0)) / 2
            spread = np.ptp(at, axis=0)
            if np.linalg.norm(middle) > 0.12 and np.linalg.norm(spread) < 1.0:
                anchor, reach = middle, float(np.linalg.norm(spread) / 2)
                side = middle / np.linalg.norm(middle)
        credit = meta["source"].replace("pmndrs market", "pmndrs market (mostly Kenney)")
        origin = f"{meta['repo']} at `{meta['commit'][:12]}`, `{meta['path']}`"
        held = side, anchor, reach
        return Made(wanted.title, wanted.kind, v, mesh[1], *held, credit, origin=origin)
    return None


def _turn(words: str) -> Floats:
    """Rotation (3, 3) for "x90 y-90": about an axis, in degrees, one after the other."""
    matrix = np.eye(3)
    for word in words.split():
        mesh = (np.eye(3), np.zeros((0, 3), np.int64))
        from ..library.families.forms import turned

        matrix = turned(mesh, "xyz".index(word[0]), float(word[1:]))[0].T @ matrix
    return matrix


def _default_hold(v: Floats, word: str) -> tuple[Floats, Floats, float]:
    """Side, anchor and reach of a part of which only the side is known."""
    if word == "middle":  # a shade hangs on, or stands around, what is inside it
        return np.array([0.0, -1.0, 0.0]), np.zeros(3), 0.0
    if word == "side":
        side = -np.eye(3)[int(np.ptp(v, axis=0).argmin())]
    else:
        side = np.array(SIDES[word], dtype=np.float64)
    along = v @ side
    near = v[along > along.max() - 0.04]
    middle = (near.min(axis=0) + near.max(axis=0)) / 2
    return side, middle, float(np.linalg.norm(np.ptp(near, axis=0)) / 2)


def of_families() -> Iterator[Made]:
    """The families as parts, each with its first seed."""
    for title, family in families.FAMILIES.items():
        v, f = families.made(title)
        side, anchor, reach = _default_hold(v, family.side)
        yield Made(title, family.kind, v, f, side, anchor, reach, BY, title)
