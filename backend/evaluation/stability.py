# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the same surface gives the same parts, whatever its triangles are.

An object and its copies (`copies`) are decomposed at the count that the engine chooses. Places
drawn on the object by area are looked up on each copy, and the Rand index says how far the two
sets of labels agree about which places share a part.
"""

from __future__ import annotations

import time
import zlib

import numpy as np

from ..contract.arrays import Floats, Ints
from ..contract.errors import BadInput
from ..geometry.mesh import face_vectors
from ..geometry.nearest import NearestFace
from ..geometry.sampling import points_by_group
from ..pipelines import segment
from .completion import Figures
from .copies import ALTERATIONS
from .data import Labelled
from .metrics import rand_error

PLACES = 10_000


def measure_stability(item: Labelled, seed: int, engine: str) -> Figures:
    """How far the parts of an object agree with those of its copies.

    The Rand index of each copy by its name, NaN where there is no such copy; ``mean`` and ``worst``
    of them; ``parts`` of the object, and ``parts_off``, the mean difference to those of copies.
    """
    began = time.perf_counter()
    vertices, faces = item.vertices, item.faces
    rng = np.random.default_rng([seed, zlib.crc32(item.name.encode())])
    one = np.zeros(len(faces), dtype=np.int64)
    area = face_vectors(vertices, faces)[1]
    points, face = (found[0] for found in points_by_group(vertices, faces, area, one, PLACES, rng))
    own = _parts(vertices, faces, seed, engine)
    figures: Figures = {}
    off = []
    for name, alter in ALTERATIONS.items():
        # Of its own, so that a copy stays the same when others are made in another way.
        copy = alter(vertices, faces, np.random.default_rng([seed, zlib.crc32(name.encode())]))
        figures[name] = np.nan
        if copy is None:
            continue
        try:
            labels = _parts(copy.vertices, copy.faces, seed, engine)
        except BadInput:
            continue
        there = NearestFace(copy.vertices, copy.faces)(points @ copy.turn.T)[0]
        figures[name] = 1.0 - rand_error(labels[there], own[face])
        off.append(abs(int(labels.max()) - int(own.max())))
    agreed = [figures[name] for name in ALTERATIONS if np.isfinite(figures[name])]
    return figures | {
        "mean": float(np.mean(agreed)),
        "worst": float(np.min(agreed)),
        "parts": float(own.max() + 1),
        "parts_off": float(np.mean(off)),
        "seconds": time.perf_counter() - began,
    }


def _parts(vertices: Floats, faces: Ints, seed: int, engine: str) -> Ints:
    found = segment.analyse(vertices, faces, seed=seed, engine=engine)
    return segment.labels(found).astype(np.int64)
