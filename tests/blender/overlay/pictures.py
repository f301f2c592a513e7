# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of what is drawn, from above, and what is seen in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix
from numpy.typing import NDArray
from partwise.blender_addon.overlay import draw as overlay

SIZE = 64

# Parallel, from above: x to the right, y up, 4 units wide; depth from 50 below to 50 above.
ABOVE = Matrix.Diagonal((0.5, 0.5, -0.02, 1.0))
FROM_EYE = Matrix.Identity(4)


def painted(draw: Callable[[], object], depth: float = 1.0) -> NDArray[np.float32]:
    """(SIZE, SIZE, 4) linear, the first row at the bottom; depth : of what is there already."""
    import gpu

    screen = gpu.types.GPUOffScreen(SIZE, SIZE, format="RGBA16F")
    try:
        with screen.bind():
            frame = gpu.state.active_framebuffer_get()
            frame.clear(color=(0.0, 0.0, 0.0, 0.0), depth=depth)
            draw()
            pixels = frame.read_color(0, 0, SIZE, SIZE, 4, 0, "FLOAT")
            return np.array(pixels.to_list(), np.float32).reshape(SIZE, SIZE, 4)
    finally:
        screen.free()
        gpu.state.blend_set("NONE")
        gpu.state.depth_test_set("NONE")


def update(obj: bpy.types.Object) -> overlay.DrawnObject:
    bpy.context.evaluated_depsgraph_get()
    return overlay.update(obj, bpy.context.view_layer)


def picture(obj: bpy.types.Object, depth: float = 1.0, **settings: Any) -> NDArray[np.float32]:
    """(SIZE, SIZE, 4) linear, the first row at the bottom; depth : of what is there already."""
    drawn = update(obj)
    return painted(
        lambda: drawn.draw(obj.matrix_world, FROM_EYE, ABOVE, line_scale=2.0, **settings), depth
    )


def at(pixels: NDArray[np.float32], x: float, y: float) -> NDArray[np.float32]:
    """The pixel at a place of the scene."""
    column, row = (int((place / 2 + 1) * SIZE / 2) for place in (x, y))
    return pixels[row, column]


def hue(pixel: NDArray[np.float32]) -> str:
    if pixel[3] < 0.01:
        return "nothing"
    return ("red", "green", "blue")[int(pixel[:3].argmax())]
