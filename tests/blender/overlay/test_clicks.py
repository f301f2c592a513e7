# SPDX-License-Identifier: GPL-3.0-or-later
"""What clicks look like: the mask over the parts, and a sign at each click."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from mathutils import Matrix
from numpy.typing import NDArray
from partwise.blender_addon.core import clicks
from partwise.blender_addon.overlay import clicks as overlay_clicks
from partwise.blender_addon.overlay import draw as overlay
from partwise.blender_addon.scene import click_masks, parts

from tests.blender.overlay.pictures import ABOVE, FROM_EYE, at, hue, painted, picture, update


def click(obj: bpy.types.Object, kind: str, x: float, y: float = 0.0, z: float = 0.0) -> None:
    made = obj.data.partwise.clicks.add()
    made.kind, made.place = kind, (x, y, z)


@pytest.fixture
def mean(monkeypatch):
    """Lets clicks mean certain faces."""

    def set_faces(*faces: bool) -> None:
        answer = clicks.ClickAnswer(np.array(faces), 0.9, "learned") if faces else None
        monkeypatch.setattr(click_masks, "answer_of", lambda obj: answer)

    return set_faces


def signs(obj: bpy.types.Object, depth: float = 1.0, **options: object) -> NDArray[np.float32]:
    """(SIZE, SIZE, 4), 16 pixels to the unit; a sign has a radius of 14."""
    return painted(
        lambda: overlay_clicks.draw(obj, obj.matrix_world, FROM_EYE, ABOVE, scale=2.0, **options),
        depth,
    )


def test_the_mask_stands_out_from_the_parts(plate, mean):
    before = at(picture(plate), 0.5, 0.2)
    mean(True, False)
    pixels = picture(plate)
    blue, other = at(pixels, -0.5, 0.2), at(pixels, 0.5, 0.2)
    assert blue[2] > 1.4 * blue[1] > 1.4 * blue[0], "Blender selects in orange"
    assert np.ptp(other[:3]) < 0.6 * np.ptp(before[:3])  # less colourful
    assert at(pixels, 0.0, 0.5)[:3].min() > 0.8  # its border is white
    mean()
    assert at(picture(plate), 0.5, 0.2) == pytest.approx(before)


def test_a_mesh_without_parts_shows_its_mask_alone(plate, mean):
    parts.remove_labels(plate.data)
    assert update(plate).labels is None
    mean(False, True)
    pixels = picture(plate)
    assert hue(at(pixels, -0.5, 0.2)) == "nothing"
    assert hue(at(pixels, 0.5, 0.2)) == "blue"


def test_a_mask_is_shown_where_modifiers_repeat_it(plate, mean):
    plate.modifiers.new("Mirror", "MIRROR").use_axis = (False, True, False)
    for vertex in plate.data.vertices:
        vertex.co.y += 1.0
    plate.data.update()
    mean(True, False)
    assert update(plate).is_masked is False  # until somebody clicks
    overlay.pick.find_origins(plate, bpy.context.evaluated_depsgraph_get())
    pixels = picture(plate)
    assert update(plate).is_masked
    for y in (-1.5, 1.5):
        assert hue(at(pixels, -0.5, y)) == "blue"


def test_a_mesh_that_was_clicked_is_looked_at(plate):
    parts.remove_labels(plate.data)
    overlay.redraw()
    assert not list(overlay._visible_objects(bpy.context))
    click(plate, clicks.INCLUDE, 0.5)
    overlay.redraw()
    assert [obj.name for obj in overlay._visible_objects(bpy.context)] == ["plate"]


def test_include_is_a_filled_disc(plate):
    click(plate, clicks.INCLUDE, 0.5)
    pixels = signs(plate)
    for x in (0.5, 0.9, 0.1):
        assert hue(at(pixels, x, 0.0)) == "blue"
    assert at(pixels, 1.45, 0.0)[:3].min() > 0.8  # outline
    assert hue(at(pixels, -0.7, 0.0)) == "nothing"


def test_exclude_is_a_ring_with_a_bar(plate):
    click(plate, clicks.EXCLUDE, 0.0)
    pixels = signs(plate)
    assert hue(at(pixels, 0.0, 0.0)) == "red"  # the bar
    assert hue(at(pixels, 0.7, 0.0)) == "red"  # the ring
    assert at(pixels, 0.0, 0.33)[:3].min() > 0.5  # and paler between them
    assert hue(at(pixels, 0.0, 0.7)) == "red"


def test_join_is_a_disc_with_a_plus(plate):
    click(plate, clicks.JOIN, 0.0)
    pixels = signs(plate)
    assert at(pixels, 0.0, 0.3)[:3].min() > 0.8
    assert at(pixels, 0.3, 0.0)[:3].min() > 0.8
    assert hue(at(pixels, 0.45, 0.45)) == "blue"


def test_clicks_behind_something_are_faint(plate):
    click(plate, clicks.INCLUDE, 0.0)
    assert at(signs(plate, depth=0.1), 0.0, 0.0)[3] == pytest.approx(0.3, abs=0.02)
    assert at(signs(plate, depth=0.1, in_front=True), 0.0, 0.0)[3] == pytest.approx(1.0, abs=0.02)


def test_clicks_are_where_the_object_is(plate):
    click(plate, clicks.INCLUDE, 0.5)
    plate.matrix_world = Matrix.Translation((-1.0, 1.0, 0.0))
    pixels = signs(plate)
    assert hue(at(pixels, -0.5, 1.0)) == "blue"
    assert hue(at(pixels, 0.5, 0.0)) == "nothing"


def test_signs_have_one_size_at_any_distance():
    clip = np.array([[0.0, 0.0, 0.5, 1.0], [0.0, 0.0, 5.0, 10.0]], np.float32)
    around, corners = overlay_clicks.squares(clip, 10.0, (200, 100))
    screen = around[:, :2] / around[:, 3:]
    assert screen[:6] == pytest.approx(screen[6:])
    assert screen == pytest.approx(corners * [0.1, 0.2])
