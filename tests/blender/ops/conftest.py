# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of operators on parts share."""

from __future__ import annotations

import bpy
import pytest
from partwise.blender_addon.scene import parts

from tests.blender.ops.strip import STRIP


@pytest.fixture
def strip() -> bpy.types.Mesh:
    bpy.ops.mesh.primitive_grid_add(x_subdivisions=8, y_subdivisions=1)
    mesh = bpy.context.object.data
    for domain in (mesh.vertices, mesh.edges, mesh.polygons):
        domain.foreach_set("select", [False] * len(domain))
    parts.set_labels(mesh, STRIP)
    return mesh


@pytest.fixture(params=["OBJECT", "EDIT"])
def mesh(request, strip) -> bpy.types.Mesh:
    bpy.ops.object.mode_set(mode=request.param)
    yield strip
    if bpy.context.object:
        bpy.ops.object.mode_set(mode="OBJECT")
