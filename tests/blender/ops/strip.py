# SPDX-License-Identifier: GPL-3.0-or-later
"""A strip of quads with parts, on which operators are tried."""

from __future__ import annotations

import bpy
import numpy as np

# A strip of eight quads: parts of 3, 2, 2 and 1 faces, with a gap in the ids.
STRIP = np.array([0, 0, 0, 1, 1, 4, 4, 5], dtype=np.int32)


def tick(mesh: bpy.types.Mesh, *ids: int) -> None:
    for part in mesh.partwise.parts:
        part.selected = part.part_id in ids
