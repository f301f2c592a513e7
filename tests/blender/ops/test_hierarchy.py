# SPDX-License-Identifier: GPL-3.0-or-later
"""The operators on assemblies say why they cannot run."""

from __future__ import annotations

import bpy
import pytest


@pytest.mark.parametrize("name", ["parent_parts", "unparent_parts", "drop_unused"])
def test_without_parts_there_is_nothing_to_do(name):
    bpy.ops.mesh.primitive_cube_add()
    with pytest.raises(RuntimeError, match="Press Split first"):
        getattr(bpy.ops.partwise, name)()
    bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RuntimeError, match="Switch to Object Mode"):
        getattr(bpy.ops.partwise, name)()
    bpy.ops.object.mode_set(mode="OBJECT")
