# SPDX-License-Identifier: GPL-3.0-or-later
"""The meshes of an arm's parts, of which the forearm and the shoulder end in domes."""

from __future__ import annotations

from typing import Any

import bpy
from partwise.blender_addon.mesh.caps import CapStyle
from partwise.blender_addon.mesh.split import split_mesh
from partwise.blender_addon.scene import parts

from tests.blender.arms import dome


def cut(
    obj: bpy.types.Object, style: CapStyle, rings: int = 4, **options: Any
) -> dict[int, bpy.types.Mesh]:
    labels = parts.get_labels(obj.data)
    return split_mesh(obj, labels, hidden=dome(obj, rings, style), **options)
