# SPDX-License-Identifier: GPL-3.0-or-later
"""Pixels of Blender's images as they are shown, and new images of the view or the last render."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.errors import BadInput
from ..core.pictures import Pixels
from ..mesh.new import new_image

MOST_PIXELS = 50_000_000  # of floats at once; of larger pictures Blender makes a smaller copy
SCALED = 4096  # pixels of the longer side of such a copy
VIEW = 2048  # pixels up to which a view is drawn finer than on the screen
RIM = 8  # pixels
RENDER = "RENDER_RESULT"


def read(image: bpy.types.Image | None) -> Pixels:
    """The pixels of an image, whatever kind it is. Raises BadInput when there are none."""
    if image is None:
        raise BadInput("There is no picture to make parts from.", "Choose one first.")
    if image.type == RENDER:
        return read_render(bpy.context.scene)
    width, height = image.size  # which loads it
    if width * height == 0 or not image.has_data:
        raise _unreadable(image)
    if width * height <= MOST_PIXELS:
        return _pixels(image)
    if image.is_dirty or image.source == "GENERATED":  # which copies lack
        raise BadInput(
            f"“{image.name}” has {width} x {height} pixels, too many to read.",
            "Make it smaller with Image > Resize; 2000 pixels are plenty.",
        )
    copy = image.copy()
    try:
        share = SCALED / max(width, height)
        copy.scale(max(round(width * share), 1), max(round(height * share), 1))
        return _pixels(copy)
    finally:
        bpy.data.images.remove(copy)


def read_render(scene: bpy.types.Scene) -> Pixels:
    """The last render as it is shown, with the view transform of its scene."""
    render = next((image for image in bpy.data.images if image.type == RENDER), None)
    nothing = BadInput("Nothing was rendered yet.", "Render an image first.")
    if render is None:
        raise nothing
    with tempfile.TemporaryDirectory(prefix="partwise-") as folder:
        path = Path(folder) / "render.png"
        try:
            with _written_as_png(scene.render.image_settings):
                render.save_render(str(path), scene=scene)
        except RuntimeError as error:
            raise nothing from error
        if not path.is_file():
            raise nothing
        saved = bpy.data.images.load(str(path), check_existing=False)
        try:
            return read(saved)
        finally:
            bpy.data.images.remove(saved)


def keep_render(scene: bpy.types.Scene) -> bpy.types.Image:
    """The last render as an image of its own, packed."""
    return new_image("Render", read_render(scene).to_bytes())


def keep_view(context: bpy.types.Context) -> bpy.types.Image:
    """What a 3D view shows, without its background, grid and handles, as an image, packed.

    Raises BadInput without a 3D view, or where the graphics card cannot draw it.
    """
    area = context.area
    if area is None or area.type != "VIEW_3D":
        raise BadInput("There is no 3D view here.", "Do this in a 3D view.")
    region = next(region for region in area.regions if region.type == "WINDOW")
    space = area.spaces.active
    view = space.region_3d
    finer = max(VIEW // max(region.width, region.height, 1), 1)
    size = finer * max(region.width, 8), finer * max(region.height, 8)
    picture = drawn_view(
        context.scene, context.view_layer, space, region, view.view_matrix, view.window_matrix, size
    )
    return new_image("View", cropped(picture))


def cropped(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What is seen of a picture (H, W, 4), in an empty rim. Raises BadInput for nothing."""
    rows, columns = np.nonzero(picture[..., 3])
    if not len(rows):
        raise BadInput("Nothing is seen in this view.", "Turn the view to what it shall show.")
    seen = picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return np.pad(seen, ((RIM, RIM), (RIM, RIM), (0, 0)))


def drawn_view(
    scene: bpy.types.Scene,
    layer: bpy.types.ViewLayer,
    space: bpy.types.SpaceView3D,
    region: bpy.types.Region,
    view: object,
    projection: object,
    size: tuple[int, int],
) -> NDArray[np.uint8]:
    """(H, W, 4) sRGB of a 3D view of this width and height, the top row first."""
    import gpu

    width, height = size
    try:
        target = gpu.types.GPUOffScreen(width, height, format="RGBA8")
    except Exception as error:  # what it raises depends on the system
        raise BadInput(
            "The view could not be drawn as a picture.", "Render it, and use the render."
        ) from error
    overlays = space.overlay.show_overlays
    space.overlay.show_overlays = False
    try:
        target.draw_view3d(
            scene, layer, space, region, view, projection,
            do_color_management=True, draw_background=False,
        )  # fmt: skip
        buffer = target.texture_color.read()
        buffer.dimensions = width * height * 4
        values = np.array(buffer, dtype=np.float32).reshape(height, width, 4)
    finally:
        space.overlay.show_overlays = overlays
        target.free()
    return Pixels(values / np.float32(255.0), is_premultiplied=True).to_bytes()


def _pixels(image: bpy.types.Image) -> Pixels:
    width, height = image.size
    channels = image.channels
    flat = np.empty(width * height * channels, np.float32)
    image.pixels.foreach_get(flat)
    values = flat.reshape(height, width, channels)
    if channels != 4:
        grey = values[..., :1] if channels < 3 else values[..., :3]
        opaque = np.ones((height, width, 1), np.float32)
        alpha = values[..., 1:2] if channels == 2 else opaque
        values = np.concatenate([np.broadcast_to(grey, (height, width, 3)), alpha], axis=2)
    if image.alpha_mode == "NONE":
        values[..., 3] = 1.0
    settings = image.colorspace_settings
    is_light = image.is_float or settings.name.startswith("Linear")
    return Pixels(
        values,
        is_light=is_light and not settings.is_data,
        is_premultiplied=image.is_float and image.alpha_mode in ("STRAIGHT", "PREMUL"),
    )


def _unreadable(image: bpy.types.Image) -> BadInput:
    """Why an image has no pixels."""
    name = image.name
    if image.type == "MULTILAYER":
        return BadInput(
            f"“{name}” has layers instead of one picture.",
            "Save the layer that you want as a picture of its own.",
        )
    if image.type == "COMPOSITING":
        return BadInput(f"“{name}” is empty.", "Connect a Viewer node, or choose another picture.")
    path = Path(bpy.path.abspath(image.filepath, library=image.library))
    if image.filepath and not image.packed_file and not path.is_file():
        return BadInput(
            f"The file of “{name}” is missing.",
            "Use File > External Data > Find Missing Files, or choose another picture.",
        )
    return BadInput(
        f"“{name}” is damaged or no picture.", "Save it again as PNG or JPEG, and open that."
    )


@contextmanager
def _written_as_png(settings: bpy.types.ImageFormatSettings) -> Iterator[None]:
    """While inside, renders are written as PNG with alpha, in the view transform of the scene."""
    names = ["file_format", "color_mode", "color_depth", "color_management"]
    wanted = {"file_format": "PNG", "color_mode": "RGBA", "color_depth": "8"}
    wanted |= {"color_management": "FOLLOW_SCENE"}
    if hasattr(settings, "media_type"):  # from Blender 5.0 on, and what the others depend on
        names, wanted = ["media_type", *names], {"media_type": "IMAGE"} | wanted
    before = {name: getattr(settings, name) for name in names}
    try:
        for name in names:
            setattr(settings, name, wanted[name])
        yield
    finally:
        for name in names:
            setattr(settings, name, before[name])
