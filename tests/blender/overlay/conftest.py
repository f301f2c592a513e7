# SPDX-License-Identifier: GPL-3.0-or-later
"""A graphics card to draw on, and a mesh with two parts."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import numpy as np
import pytest
from partwise.blender_addon.overlay import draw as overlay
from partwise.blender_addon.scene import parts

RED, GREEN = (0.8, 0.1, 0.1), (0.1, 0.8, 0.1)


@pytest.fixture(scope="session")
def graphics(extension: None) -> None:
    """Blender without a window has graphics after its first picture in Workbench."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    scene = bpy.context.scene
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.render.resolution_x = scene.render.resolution_y = 32
    scene.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    scene.collection.objects.link(scene.camera)
    bpy.ops.render.render()


@pytest.fixture
def listening(graphics: None) -> Iterator[None]:
    """As in a Blender with a window."""
    for signal, listener in overlay.LISTENERS:
        signal.listen(listener)
    yield
    for signal, listener in overlay.LISTENERS:
        signal.ignore(listener)
    overlay.clear()


@pytest.fixture
def plate(listening: None) -> bpy.types.Object:
    """Two squares side by side at z = 0: the left one is part 0, red; the right part 5, green."""
    mesh = bpy.data.meshes.new("plate")
    corners = [(-1, -1, 0), (0, -1, 0), (1, -1, 0), (-1, 1, 0), (0, 1, 0), (1, 1, 0)]
    mesh.from_pydata(corners, [], [(0, 1, 4, 3), (1, 2, 5, 4)])
    parts.set_labels(mesh, np.array([0, 5], np.int32))
    for part, colour in zip(mesh.partwise.parts, (RED, GREEN), strict=True):
        part.colour = colour
    plate = bpy.data.objects.new("plate", mesh)
    bpy.context.collection.objects.link(plate)
    bpy.context.view_layer.update()
    return plate
