# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a surface an eye sees first, at places of its picture."""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Floats, Ints
from ..geometry.rays import RayScene


def first_seen(
    places: Floats, nearness: Floats, faces: Ints, across: Floats, up: Floats
) -> tuple[Ints, Floats]:
    """The face that is seen at each crossing of columns and rows of a picture, and how near it is.

    places : (V, 2) where the vertices are in the picture; nearness : (V,) to the eye, more is
    nearer (`images.projection.Projection`). faces : (F, 3). across : (w,) places of the columns, up
    : (h,) of the rows. Returns (h, w) faces, -1 for none, and (h, w) nearness, -inf for none.
    """
    scene = RayScene(np.insert(places, 2, nearness, axis=1), faces, proxy=False)
    far = float(nearness[faces].max()) + 1.0
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    origin = np.insert(grid, 2, far, axis=1).astype(np.float32)
    hits = scene.first_hits(origin, np.broadcast_to(np.array([0, 0, -1], np.float32), origin.shape))
    shape = len(up), len(across)
    face = hits.face.astype(np.int64).reshape(shape)
    return face, np.where(face >= 0, far - hits.distance.reshape(shape), -np.inf)
