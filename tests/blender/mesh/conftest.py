# SPDX-License-Identifier: GPL-3.0-or-later
"""The object with everything that a mesh can have, on which meshes are tried."""

from __future__ import annotations

import bpy
import pytest

from tests.blender import rich_fixture


@pytest.fixture
def vase(scene: bpy.types.Scene) -> bpy.types.Object:
    return rich_fixture.make()
