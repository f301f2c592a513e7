# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh whose debris is known, as after Decompose."""

from __future__ import annotations

import bpy
import numpy as np
from partwise.blender_addon.core import trees

from backend.contract.tree import MergeTree


def tell(mesh: bpy.types.Mesh, pieces: list[int], unseen: int) -> None:
    """pieces : of each polygon; none where all are -1."""
    count = len(pieces)
    tree = MergeTree(np.zeros((0, 2), np.int32), np.zeros(0, np.float32), 1)
    known = np.array(pieces, np.int32) if max(pieces) >= 0 else None
    patch = np.zeros(count, np.int32)
    trees.keep("debris", trees.PolygonTree(tree, patch, np.ones(count), None, known, unseen))
    mesh.partwise.fingerprint = "debris"
