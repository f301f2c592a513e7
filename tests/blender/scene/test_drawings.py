# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawings of one's own: annotations, Grease Pencil and images."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import bpy
import numpy as np
import pytest
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.mesh.new import new_image
from partwise.blender_addon.scene import drawings
from partwise.blender_addon.scene.drawings import View

L_SHAPE = np.array([[0, 0, 2.0], [0, 0, 0], [1, 0, 0]])  # in the plane that the front shows
FROM_FRONT = View.of(SimpleNamespace(area=None))


@pytest.fixture
def replacing(scene: bpy.types.Scene) -> bpy.types.PropertyGroup:
    return scene.partwise_replacing


def pencil(points: np.ndarray, cyclic: bool = False) -> bpy.types.Object:
    """A Grease Pencil object with one stroke."""
    name = "grease_pencils_v3" if hasattr(bpy.data, "grease_pencils_v3") else "grease_pencils"
    data = getattr(bpy.data, name).new("Lines")
    obj = bpy.data.objects.new("Lines", data)
    bpy.context.scene.collection.objects.link(obj)
    drawing = data.layers.new("Lines").frames.new(1).drawing
    drawing.add_strokes([len(points)])
    flat = points.astype(np.float32).ravel()
    drawing.attributes["position"].data.foreach_set("vector", flat)
    drawing.strokes[0].cyclic = cyclic
    return obj


def annotate(monkeypatch: pytest.MonkeyPatch, points: np.ndarray, mode: str) -> None:
    """An annotation of the scene with one stroke, or its likeness where the API makes none."""
    if not hasattr(bpy.types, "AnnotationStrokes"):
        frame = SimpleNamespace(strokes=[likeness(points, display_mode=mode)])
        monkeypatch.setattr(drawings, "_note", lambda _: frame)
        return
    data = bpy.data.annotations.new("Notes")
    stroke = data.layers.new("Note").frames.new(1).strokes.new()
    stroke.points.add(count=len(points))
    stroke.points.foreach_set("co", points.astype(np.float32).ravel())
    stroke.display_mode = mode
    bpy.context.scene.annotation = data


def extent(picture: np.ndarray) -> tuple[int, int]:
    """Width and height of what is dark."""
    rows, columns = np.nonzero(picture[..., 0] == 0)
    return int(np.ptp(columns)), int(np.ptp(rows))


def is_l(picture: np.ndarray) -> bool:
    """Twice as high as wide, with a long line at the left and a short one at the foot."""
    width, height = extent(picture)
    rows, columns = np.nonzero(picture[..., 0] == 0)
    at_left = (columns < columns.min() + 3).sum()
    at_foot = (rows > rows.max() - 3).sum()
    return abs(height - 2 * width) < 6 and at_left > 3 * height - 9 and at_foot > 3 * width - 9


def test_the_outline_needs_nothing(replacing):
    assert replacing.drawing == drawings.OUTLINE
    assert drawings.read(bpy.context, replacing) is None


def test_grease_pencil_is_seen_from_the_front_without_a_view(replacing):
    replacing.drawing, replacing.drawing_object = drawings.PENCIL, pencil(L_SHAPE)
    found = drawings.read(bpy.context, replacing)
    assert is_l(found.pixels)
    assert found.fields() == {"drawn_from": [0.0, -1.0, 0.0]}


def test_its_place_and_that_of_its_layer_count(replacing):
    turned = L_SHAPE[:, [1, 0, 2]]  # drawn from the side
    obj = pencil(turned)
    obj.rotation_euler = (0, 0, np.radians(-90))
    obj.data.layers[0].scale = (1, 1, 2)
    bpy.context.view_layer.update()
    replacing.drawing, replacing.drawing_object = drawings.PENCIL, obj
    width, height = extent(drawings.read(bpy.context, replacing).pixels)
    assert height == pytest.approx(4 * width, rel=0.05)


def test_closed_strokes_are_closed_and_hidden_layers_left_out(replacing):
    obj = pencil(L_SHAPE, cyclic=True)
    replacing.drawing, replacing.drawing_object = drawings.PENCIL, obj
    closed = drawings.read(bpy.context, replacing).pixels
    obj.data.layers[0].frames[0].drawing.strokes[0].cyclic = False
    open_ = drawings.read(bpy.context, replacing).pixels
    assert (closed[..., 0] == 0).sum() > 1.3 * (open_[..., 0] == 0).sum()
    obj.data.layers[0].hide = True
    with pytest.raises(BadInput, match="Nothing of the drawing is seen"):
        drawings.read(bpy.context, replacing)


def test_annotations_are_read(replacing, scene, monkeypatch):
    replacing.drawing = drawings.ANNOTATION
    assert "Annotate tool" in drawings.lacks(replacing, scene)
    annotate(monkeypatch, L_SHAPE, "3DSPACE")
    assert drawings.lacks(replacing, scene) == ""
    assert is_l(drawings.read(bpy.context, replacing).pixels)
    annotate(monkeypatch, L_SHAPE[:, [0, 2, 1]] * 20, "2DSPACE")
    assert is_l(drawings.read(bpy.context, replacing).pixels)


def likeness(points: np.ndarray, **more: Any) -> SimpleNamespace:
    return SimpleNamespace(points=[SimpleNamespace(co=point) for point in points], **more)


@pytest.mark.parametrize("on_screen", [True, False])
def test_strokes_that_do_not_tell_where_they_lie_are_as_is_set_now(on_screen):
    view = View(np.eye(4) / [1, 1, 1, 1], (200, 100), (0, 0, 1))
    frame = SimpleNamespace(strokes=[likeness(L_SHAPE), likeness([])])
    (line,) = drawings._of_note(frame, view, on_screen=on_screen)
    wanted = view.on_screen(L_SHAPE) if on_screen else view.line(L_SHAPE)
    assert np.array_equal(line, wanted)


def test_what_is_behind_the_eye_is_left_out():
    behind = np.diag([1.0, 1.0, 1.0, 0.0])
    behind[3, 2] = -1  # as a camera's: the last number is how far before the eye
    view = View(behind, (100, 100), (0, 0, 1))
    line = view.line(np.array([[1, 1, -2.0], [1, 1, 3.0]]))
    assert line.tolist() == [[25.0, 25.0]]


def test_the_view_is_that_of_the_area_where_the_button_is():
    matrix = np.array(drawings.FRONT)
    region = SimpleNamespace(type="WINDOW", width=300, height=200)
    seen = SimpleNamespace(view_matrix=matrix, perspective_matrix=2 * matrix)
    space = SimpleNamespace(region_3d=seen)
    area = SimpleNamespace(type="VIEW_3D", regions=[region], spaces=SimpleNamespace(active=space))
    view = View.of(SimpleNamespace(area=area))
    assert (view.size, view.eye) == ((300, 200), (0.0, -1.0, 0.0))
    assert np.array_equal(view.matrix, 2 * matrix)


def test_an_image_is_taken_as_it_is(replacing, scene):
    replacing.drawing = drawings.IMAGE
    assert "Choose an image" in drawings.lacks(replacing, scene)
    with pytest.raises(BadInput, match="There is no drawing"):
        drawings.read(bpy.context, replacing)
    pixels = np.full((20, 30, 4), 255, np.uint8)
    pixels[5:9, 4:20, :3] = 0
    replacing.drawing_image = new_image("Sketch", pixels)
    found = drawings.read(bpy.context, replacing)
    assert np.array_equal(found.pixels, pixels)
    assert found.fields() == {}


def test_only_grease_pencil_can_be_the_object_of_a_drawing(replacing):
    bpy.ops.mesh.primitive_cube_add()
    replacing.drawing = drawings.PENCIL
    assert "Choose a Grease Pencil object" in drawings.lacks(replacing, bpy.context.scene)


def test_the_frame_of_an_annotation_is_the_newest_that_is_not_of_the_future():
    frames = [SimpleNamespace(frame_number=number) for number in (20, 3, 7)]
    numbers = [drawings._frame(frames, now).frame_number for now in (1, 3, 8, 99)]
    assert numbers == [3, 3, 7, 20]
    assert drawings._frame([], 1) is None
