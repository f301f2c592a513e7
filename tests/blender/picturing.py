# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pictures of a figure, as Blender's images and as files, and parts made of them."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh.new import new_image
from partwise.blender_addon.ops import images
from partwise.blender_addon.scene import proposals

RED, BLUE = (220, 40, 40), (40, 60, 200)


def figure(size: int = 96) -> np.ndarray:
    """(H, W, 4) a red disc over a blue body, on nothing."""
    row, column = np.mgrid[:size, :size] / size
    picture = np.zeros((size, size, 4), np.uint8)
    body = (np.abs(column - 0.5) < 0.2) & (row > 0.4) & (row < 0.92)
    picture[body] = (*BLUE, 255)
    picture[(column - 0.5) ** 2 + (row - 0.28) ** 2 < 0.2**2] = (*RED, 255)
    return picture


def image_of(picture: np.ndarray, name: str = "Doll.png") -> bpy.types.Image:
    return new_image(name, picture)


def saved(picture: np.ndarray, path: Path) -> Path:
    """The picture as a PNG file."""
    image = new_image("saved", picture)
    image.file_format = "PNG"
    image.filepath_raw = str(path)
    image.save()
    bpy.data.images.remove(image)
    return path


def choose(picture: np.ndarray | None = None) -> bpy.types.PropertyGroup:
    """A figure as the picture of the front; returns the settings of From Images."""
    asked = bpy.context.scene.partwise_images
    asked.front.image = image_of(figure() if picture is None else picture)
    return asked


def make() -> proposals.Proposal:
    """The preview of parts made of what was chosen."""
    assert bpy.ops.partwise.make_parts() == {"FINISHED"}
    return images.current()


def refused(match: str) -> None:
    """Making parts is refused in such words, and there is no preview."""
    with pytest.raises(RuntimeError, match=match):
        bpy.ops.partwise.make_parts()
    assert images.current() is None
