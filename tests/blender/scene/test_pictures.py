# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of Blender's images: sRGB bytes as they are shown, whatever kind an image is."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Matrix
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.core import pictures as core_pictures
from partwise.blender_addon.scene import pictures

from tests.blender.picturing import figure, image_of, saved

ORANGE = (200, 100, 50, 128)


def plain(colour: tuple[int, ...] = ORANGE) -> np.ndarray:
    return np.full((12, 16, 4), colour, np.uint8)


def of_floats(colour: tuple[int, ...], **settings: object) -> bpy.types.Image:
    """An image of floats that is shown in a colour: linear light, premultiplied."""
    image = bpy.data.images.new("floats", 16, 12, alpha=True, float_buffer=True)
    encoded = np.array(colour[:3]) / 255
    light = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    alpha = colour[3] / 255
    values = np.tile([*(light * alpha), alpha], 16 * 12)
    image.pixels.foreach_set(values.astype(np.float32))
    return image


def shown(image: bpy.types.Image) -> list[int]:
    made = pictures.read(image).to_bytes()
    assert made.shape == (12, 16, 4)
    assert made.dtype == np.uint8
    assert (made == made[0, 0]).all()
    return made[0, 0].tolist()


def test_bytes_stay_what_they_are_and_the_top_row_is_first():
    picture = np.random.default_rng(1).integers(0, 256, (12, 16, 4), np.uint8)
    assert (pictures.read(image_of(picture)).to_bytes() == picture).all()


def test_a_picture_of_floats_is_light_with_premultiplied_alpha():
    assert shown(of_floats(ORANGE)) == pytest.approx(ORANGE, abs=1)
    assert shown(of_floats((0, 255, 9, 255))) == pytest.approx((0, 255, 9, 255), abs=1)


def test_files_of_16_bit_and_exr_are_shown_as_those_of_8(tmp_path):
    image = of_floats(ORANGE)
    scene = bpy.context.scene
    settings = scene.render.image_settings
    for kind, depth, ending in (("PNG", "16", "png"), ("OPEN_EXR", "32", "exr")):
        settings.file_format, settings.color_mode, settings.color_depth = kind, "RGBA", depth
        path = tmp_path / f"deep.{ending}"
        scene.view_settings.view_transform = "Standard"
        image.save_render(str(path), scene=scene)
        assert shown(bpy.data.images.load(str(path))) == pytest.approx(ORANGE, abs=2)


@pytest.mark.parametrize("mode", ["RGB", "BW"])
def test_files_without_alpha_or_colour(tmp_path, mode):
    scene = bpy.context.scene
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = mode
    scene.view_settings.view_transform = "Standard"
    image_of(plain((90, 90, 90, 255))).save_render(str(tmp_path / "grey.png"), scene=scene)
    image = bpy.data.images.load(str(tmp_path / "grey.png"))
    assert shown(image) == pytest.approx((90, 90, 90, 255), abs=1)


def test_alpha_that_is_ignored_and_data_and_linear_bytes():
    image = image_of(plain())
    image.alpha_mode = "NONE"
    assert shown(image)[3] == 255
    image = image_of(plain())
    image.colorspace_settings.name = "Non-Color"
    assert shown(image) == list(ORANGE)
    image = image_of(plain((55, 55, 55, 255)))
    image.colorspace_settings.name = "Linear Rec.709"
    assert shown(image)[0] == pytest.approx(128, abs=1)


def test_a_generated_image_and_one_that_was_painted_and_not_saved():
    image = bpy.data.images.new("generated", 16, 12, alpha=True)
    image.generated_color = (1.0, 0.0, 0.0, 1.0)
    assert shown(image) == [255, 0, 0, 255]
    image.pixels.foreach_set(np.tile([0.0, 1.0, 0.0, 1.0], 16 * 12).astype(np.float32))
    assert shown(image) == [0, 255, 0, 255]


def test_a_packed_image_whose_file_is_gone(tmp_path):
    image = bpy.data.images.load(str(saved(plain(), tmp_path / "a.png")))
    image.pack()
    (tmp_path / "a.png").unlink()
    assert shown(image) == list(ORANGE)


def refused(image: bpy.types.Image | None, match: str) -> None:
    with pytest.raises(BadInput, match=match) as error:
        pictures.read(image)
    assert error.value.hint


def test_what_has_no_pixels_is_refused_in_words(tmp_path):
    refused(None, "There is no picture")
    image = bpy.data.images.load(str(saved(plain(), tmp_path / "a.png")))
    image.filepath = str(tmp_path / "gone.png")
    refused(image, "The file of “a.png” is missing")
    (tmp_path / "bad.png").write_bytes(b"no picture")
    refused(bpy.data.images.load(str(tmp_path / "bad.png")), "“bad.png” is damaged or no picture")


def test_a_large_picture_is_made_smaller_by_blender_unless_it_is_not_saved(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "MOST_PIXELS", 100)
    monkeypatch.setattr(pictures, "SCALED", 8)
    image = bpy.data.images.load(str(saved(plain(), tmp_path / "a.png")))
    before = list(bpy.data.images)
    made = pictures.read(image).to_bytes()
    assert made.shape == (6, 8, 4)
    assert made[0, 0].tolist() == pytest.approx(ORANGE, abs=1)
    assert tuple(image.size) == (16, 12)
    assert list(bpy.data.images) == before
    refused(bpy.data.images.new("generated", 16, 12), "too many to read")


def test_a_render_is_read_as_it_looks_and_settings_stay():
    scene = bpy.context.scene
    with pytest.raises(BadInput, match="Nothing was rendered yet"):
        pictures.keep_render(scene)
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.object.camera_add(location=(0, 0, 8))
    scene.camera = bpy.context.object
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.render.film_transparent = True
    scene.render.resolution_x, scene.render.resolution_y = 40, 30
    scene.render.image_settings.file_format = "JPEG"
    bpy.ops.render.render()
    image = pictures.keep_render(scene)
    assert image.packed_file
    made = pictures.read(image).to_bytes()
    assert made.shape == (30, 40, 4)
    assert made[15, 20, 3] >= 254
    assert made[0, 0, 3] == 0
    assert scene.render.image_settings.file_format == "JPEG"
    render = bpy.data.images["Render Result"]
    assert (pictures.read(render).to_bytes() == made).all()


def test_a_view_is_kept_without_its_background():
    scene = bpy.context.scene
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.object.camera_add(location=(0, 0, 8))
    scene.camera = bpy.context.object
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.render.resolution_x = scene.render.resolution_y = 32
    bpy.ops.render.render()  # before it, Blender has no graphics without a window
    window = bpy.context.window_manager.windows[0]
    area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    space, region = area.spaces.active, next(r for r in area.regions if r.type == "WINDOW")
    space.shading.type = "SOLID"
    view = Matrix.Translation((0, 0, -8))
    projection = scene.camera.calc_matrix_camera(bpy.context.evaluated_depsgraph_get())
    made = pictures.drawn_view(
        scene, bpy.context.view_layer, space, region, view, projection, (60, 40)
    )
    assert made.shape == (40, 60, 4)
    assert made[20, 30, 3] >= 254
    assert made[20, 30, :3].min() > 60
    assert made[0, 0, 3] == 0
    assert 0.02 < (made[..., 3] > 0).mean() < 0.9
    assert space.overlay.show_overlays
    seen = pictures.cropped(made)
    shown = made[..., 3] > 0
    rows, columns = shown.any(axis=1).sum(), shown.any(axis=0).sum()
    assert seen.shape == (rows + 16, columns + 16, 4)
    assert not seen[:8].any()
    assert (seen[..., 3] > 0).sum() == shown.sum()
    with pytest.raises(BadInput, match="Nothing is seen"):
        pictures.cropped(np.zeros_like(made))


def test_there_is_no_picture_of_a_view_elsewhere():
    with pytest.raises(BadInput, match="no 3D view"):
        pictures.keep_view(bpy.context)


def test_a_figure_keeps_its_outline_when_it_is_sent_smaller(monkeypatch):
    monkeypatch.setattr(core_pictures, "LONGEST", 48)
    made = pictures.read(image_of(figure(96))).to_bytes()
    assert made.shape == (48, 48, 4)
    assert made[14, 24].tolist() == [220, 40, 40, 255]
    edge = (made[..., 3] > 0) & (made[..., 3] < 255)
    assert edge.any()
    bright = made[edge][:, :3].sum(axis=1, dtype=int)  # of red, of blue and of what is between
    assert np.abs(bright - 300).max() <= 3, "what is transparent darkens the edge"
