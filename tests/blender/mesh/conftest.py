# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects on which meshes are tried: one has everything that a mesh can have."""

from __future__ import annotations

import bpy
import pytest

from tests.blender import arms, rich_fixture


@pytest.fixture
def vase(scene: bpy.types.Scene) -> bpy.types.Object:
    return rich_fixture.make()


@pytest.fixture
def whole(scene: bpy.types.Scene) -> bpy.types.Object:
    """An arm in three parts, not yet cut."""
    return arms.make_arm()
