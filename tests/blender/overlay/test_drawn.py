# SPDX-License-Identifier: GPL-3.0-or-later
"""What one object looks like while a click is about to be made on it."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.backend.contract.palette import part_colours
from partwise.blender_addon.core import clicks
from partwise.blender_addon.overlay import draw as overlay
from partwise.blender_addon.overlay.drawn import ADDED, MASK, TAKEN
from partwise.blender_addon.scene import click_masks, hover, parts

from tests.blender.overlay.pictures import ABOVE, FROM_EYE, at, hue, painted

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


@pytest.fixture
def mean(monkeypatch):
    """Lets clicks mean certain faces, and with one more at the pointer others."""

    def set_faces(now: tuple[bool, ...] | None, following: tuple[bool, ...] | None) -> None:
        for module, faces in ((click_masks, now), (hover, following)):
            answer = None if faces is None else clicks.ClickAnswer(np.array(faces), 0.9, "learned")
            monkeypatch.setattr(module, "answer_of", lambda obj, answer=answer: answer)

    return set_faces


def picture(obj: bpy.types.Object, *, is_pointed: bool = True) -> np.ndarray:
    """As `pictures.picture`, of an object at which the pointer is."""
    bpy.context.evaluated_depsgraph_get()
    drawn = overlay.update(obj, bpy.context.view_layer, is_pointed=is_pointed)
    return painted(lambda: drawn.draw(obj.matrix_world, FROM_EYE, ABOVE, line_scale=2.0))


def test_what_a_click_would_mean_is_shown_on_a_mesh_without_parts(plate, mean):
    parts.remove_labels(plate.data)
    mean(None, (False, True))
    pixels = picture(plate)
    assert hue(at(pixels, -0.5, 0.2)) == "nothing"
    assert hue(at(pixels, 0.5, 0.2)) == "blue"
    assert hue(at(picture(plate, is_pointed=False), 0.5, 0.2)) == "nothing"


def test_parts_keep_their_colours_beside_it(plate, mean):
    before = at(picture(plate), -0.5, 0.2)
    mean(None, (False, True))
    pixels = picture(plate)
    assert at(pixels, -0.5, 0.2) == pytest.approx(before)
    assert hue(at(pixels, 0.5, 0.2)) == "blue"
    assert at(pixels, 0.0, 0.5)[:3].min() > 0.8  # its border is white
    mean(None, None)
    assert hue(at(picture(plate), 0.5, 0.2)) == "green"


def test_what_comes_and_what_goes_is_told_from_what_was_clicked(plate, mean):
    mean((True, False), (True, True))
    pixels = picture(plate)
    made, added = at(pixels, -0.5, 0.2), at(pixels, 0.5, 0.2)
    assert added[1] > 1.5 * made[1], "paler"
    mean((True, True), (True, False))
    taken = at(picture(plate), 0.5, 0.2)
    assert taken[:3].sum() < 0.3 * made[:3].sum(), "dark"


def test_no_colour_of_a_mask_is_like_the_orange_of_a_selection():
    for red, green, blue, _ in (MASK, ADDED, TAKEN):
        assert blue > 1.2 * max(red, green)


def test_no_colour_of_a_mask_is_like_that_of_a_part():
    """A blue part that the pointer is on, or that was clicked, does not look as before."""
    parts = part_colours(24)
    for *rgb, _ in (MASK, ADDED, TAKEN):
        is_other_hue = np.linalg.norm(parts - rgb, axis=1) > 0.3
        brighter = (np.array(rgb) @ LUMINANCE) / (parts @ LUMINANCE)
        assert (is_other_hue | (np.maximum(brighter, 1 / brighter) > 1.3)).all()
