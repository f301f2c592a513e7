# SPDX-License-Identifier: GPL-3.0-or-later
"""Procedural parts: each family makes one kind of part, differently for each seed.

A family is a function of a random generator that returns closed shells, +Y up, facing +Z, in any
size; `made` joins them into one solid of unit size.
"""

from __future__ import annotations

import zlib

import numpy as np

from ...geometry.booleans import Mesh, union
from . import creatures, everyday, faces, hats, lamps, shapes, wheels
from .listing import FAMILIES, Family

__all__ = [
    "FAMILIES", "Family", "creatures", "everyday", "faces", "hats", "lamps", "made", "shapes",
    "wheels",
]  # fmt: skip


def made(title: str, seed: int = 0) -> Mesh:
    """One part of a family: a solid of largest extent one, centred on the origin."""
    rng = np.random.default_rng([zlib.crc32(title.encode()), seed])
    vertices, faces = union(FAMILIES[title].shells(rng))
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    return (vertices - (low + high) / 2) / (high - low).max(), faces
