# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of the engine for the pictures that are chosen."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from partwise.backend.contract.engines import Told
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.core.pictures import painted
from partwise.blender_addon.engine import jobs, place
from partwise.blender_addon.scene import briefs
from partwise.blender_addon.scene.takes import Take

from tests.blender.picturing import choose, figure, image_of
from tests.blender.scene.stepping import run_steps


def test_a_picture_alone_is_asked_for_with_the_options():
    asked = choose()
    asked.count, asked.shape, asked.symmetry = 7, "TURNED", "YES"
    bpy.context.scene.cursor.location = (1, 2, 3)
    sheet = briefs.read(bpy.context)
    assert (sheet.title, sheet.size, sheet.place) == ("Doll", 2.0, (1.0, 2.0, 3.0))
    request = sheet.request()
    assert (request.image_0 == figure()).all()
    assert (request.parts, request.views, request.mask_0) == (7, None, None)
    assert request.options["symmetric"] is True
    assert request.options["kinds"]["3"] == "turned"
    params, arrays = request.to_message()
    assert list(arrays) == ["image_0"]
    assert params["parts"] == 7


def test_sides_and_masks_go_in_order():
    asked = choose()
    asked.back.image = image_of(figure()[:, ::-1])
    mask = figure()
    asked.front.mask, asked.back.mask = image_of(mask, "a"), image_of(mask[:, ::-1], "b")
    request = briefs.read(bpy.context).request()
    assert request.views == ["front", "back"]
    assert request.mask_0.shape == request.mask_1.shape == (96, 96)
    assert (request.mask_0 == request.mask_1[:, ::-1]).all()
    assert set(np.unique(request.mask_0)) == {-1, 0, 1}
    assert request.parts is None


def test_a_part_keeps_its_number_in_a_view_that_hides_another():
    asked = choose()
    asked.back.image = image_of(figure())
    mask = figure()
    labels = painted(mask, "m")
    hidden = mask.copy()
    hidden[labels == 0] = mask[labels == 1][0]
    asked.front.mask, asked.back.mask = image_of(mask, "a"), image_of(hidden, "b")
    request = briefs.read(bpy.context).request()
    assert (request.mask_0 == labels).all()
    assert set(np.unique(request.mask_1)) == {-1, 1}


def test_what_is_missing_is_said():
    with pytest.raises(BadInput, match="There is no picture"):
        briefs.read(bpy.context)
    bpy.context.scene.partwise_images.top.image = image_of(figure())
    with pytest.raises(BadInput, match="no picture of the front"):
        briefs.read(bpy.context)
    asked = choose()
    asked.front.mask = image_of(figure(), "Mask")
    with pytest.raises(BadInput, match="the top has no mask, but that of the front has"):
        briefs.read(bpy.context)


@pytest.mark.parametrize(
    ("name", "title"),
    [("Doll.png", "Doll"), ("Doll.png.001", "Doll"), ("St. Claus", "St. Claus"), ("人.JPG", "人")],
)
def test_titles_are_without_endings(name, title):
    image = image_of(figure())
    image.name = name
    assert briefs.title_of(image) == title


@pytest.mark.parametrize(
    ("names", "sides"),
    [
        (["a_back.png"], {"front": "a_back.png"}),
        (["b.png", "a.png"], {"front": "b.png", "side": "a.png"}),
        (["x-Back.png", "x.png"], {"back": "x-Back.png", "front": "x.png"}),
        (["top_front.png", "Left.png"], {"front": "top_front.png", "side": "Left.png"}),
        (["front1.png", "front2.png"], {"front": "front1.png", "side": "front2.png"}),
        (["backpack.png", "side.png"], {"front": "backpack.png", "side": "side.png"}),
    ],
)
def test_names_tell_sides(names, sides):
    assert briefs.views_of(names) == sides


LARGE = Told("large", "Large", "All", ("generate",), options=("parts", "quality", "seed"))


def test_the_chosen_engine_is_asked_with_what_it_takes(monkeypatch):
    monkeypatch.setattr(jobs, "engines", lambda: [LARGE])
    settings, asked = bpy.context.scene.partwise, choose()
    asked.shape, asked.limbs, asked.count = "TURNED", False, 3
    settings.generate_engine, settings.generate_quality, settings.generate_seed = "LARGE", "FINE", 9
    monkeypatch.setattr(place, "memory", lambda: 5.5)
    request = briefs.read(bpy.context).request()
    assert request.memory == 5.5
    assert (request.engine, request.seed, request.parts) == ("large", 9, 3)
    assert request.options == {"quality": "fine"}
    asked.front.image, asked.text = None, "a robot"
    request = briefs.read(bpy.context).request()
    assert (request.engine, request.seed, request.text) == ("large", 9, "a robot")
    assert request.memory == 5.5


def test_another_take_of_an_engine_without_ways_is_another_seed(monkeypatch):
    monkeypatch.setattr(jobs, "engines", lambda: [LARGE])
    choose()
    bpy.context.scene.partwise.generate_engine = "LARGE"
    sheet = briefs.read(bpy.context)
    made = [SimpleNamespace(names=["one"], follows_seed=True, seed=seed) for seed in (0, 4, 5)]
    first = Take("Doll", sheet.request(), made[0], 1.0, (0, 0, 0))
    later = replace(first, made=made[1])
    seen, take = run_steps(briefs.ask_otherwise(first, [first, later]), lambda ask: made[2])
    (ask,) = seen
    assert (ask.request.seed, ask.request.options) == (5, {"quality": "normal"})
    assert take.name == "variant 6"
