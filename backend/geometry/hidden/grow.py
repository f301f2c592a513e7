# SPDX-License-Identifier: GPL-3.0-or-later
"""A lid over a border that grows until it reaches the zero level of a field.

For loops that no patch of the field's own surface fits. The lid's topology stays as it is, so
that it closes the part whatever the field says.
"""

from __future__ import annotations

import numpy as np

from ...contract.arrays import Floats, Ints
from ...contract.progress import SILENT, Progress
from ..caps.fill import flip_to_delaunay
from ..isosurface import GridField
from .remesh import Wanted, collapse_short, relax, split_long, vertex_normals

STEPS = 24
STRIDE = 0.8  # cells that a point moves in a step at most
REACHED = 0.25  # cells from the zero level that are near enough


def grow(
    points: Floats,
    faces: Ints,
    fixed: int,
    field: GridField,
    wanted: Wanted,
    taken: Ints,
    most: int,
    progress: Progress = SILENT,
) -> tuple[Floats, Ints]:
    """Move a surface along its normals to the zero level, with even triangles on the way.

    points : (n,3), the first `fixed` stay. faces : (f,3), outward. most : faces, beyond which no
    more are made.
    """
    cell = field.cell
    points, faces = split_long(points, faces, wanted)
    for step in range(STEPS):
        progress.step(step / STEPS)
        if len(points) == fixed:
            break
        value = field.at(points[fixed:])
        if step > 1 and np.quantile(np.abs(value), 0.95) < REACHED * cell:
            break
        # Inside it swells; what is outside goes straight back.
        out = value > 0
        way = vertex_normals(points, faces)[fixed:]
        way[out] = field.normal(points[fixed:][out])
        points = points.copy()
        points[fixed:] -= np.clip(value, -STRIDE * cell, STRIDE * cell)[:, None] * way
        points = relax(points, faces, fixed, 0.5)
        if step % 2:
            if len(faces) < most:
                points, faces = split_long(points, faces, wanted, rounds=2)
            points, faces = collapse_short(points, faces, fixed, wanted, rounds=2)
            faces = flip_to_delaunay(points, faces, taken, rounds=4)
    return points, faces
