# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sub-panel Replace shows."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import numpy as np
import pytest
from partwise.backend.contract.requests import LibraryList
from partwise.blender_addon.scene import part_sources, proposals
from partwise.blender_addon.scene.part_sources import Found, listed
from partwise.blender_addon.ui import panels_replace, thumbnails

from tests.blender.ops.replacing import add_figure
from tests.blender.recording_layout import RecordingLayout, draw

PANEL, PREVIEW = panels_replace.PARTWISE_PT_replace, panels_replace.PARTWISE_PT_replacement


@pytest.fixture(autouse=True)
def nothing_found(no_proposal) -> Iterator[None]:
    yield
    part_sources.keep(None)
    thumbnails.forget()


@pytest.fixture
def fox() -> bpy.types.Object:
    return add_figure()


def shown() -> RecordingLayout:
    """The panel, or that of its preview, which takes its place."""
    before, preview = draw(PANEL), draw(PREVIEW)
    assert (before is None) != (preview is None)
    return before or preview


def find_some(count: int, notes: list[str] | None = None) -> None:
    pictures = np.full((count, 96, 96, 4), 200, np.uint8)
    titles = [f"hat {number}" for number in range(count)]
    answer = LibraryList(titles, ["hat"] * count, ["Somebody"] * count, pictures)
    part_sources.keep(Found("hat", listed(answer, []), notes or []))


def test_it_is_there_where_a_part_can_be_replaced(scene):
    assert draw(PANEL) is None
    bpy.ops.mesh.primitive_cube_add()
    assert draw(PANEL) is None
    fox = add_figure()
    assert "In place of Hat:" in shown().texts
    bpy.ops.object.mode_set(mode="EDIT")
    assert draw(PANEL) is None
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.ops.partwise.split()
    bpy.context.view_layer.objects.active = bpy.data.objects[f"{fox.name}.Body"]
    assert "In place of Body:" in shown().texts


def test_before_a_search_it_is_short(fox):
    layout = shown()
    assert layout.properties == ["text", "replace_engine_menu", "other", "image"]
    names = (
        "search_parts",
        "replace_part",
        "regenerate_part",
        "replace_with_object",
        "replace_with_file",
        "replace_with_image",
    )
    assert layout.operators == [f"partwise.{name}" for name in names]


def test_what_was_found_is_a_grid_with_pages(fox):
    find_some(part_sources.PAGE + 2)
    layout = shown()
    assert layout.operators.count("partwise.replace_with") == part_sources.PAGE
    assert layout.operators.count("partwise.turn_page") == 2
    assert "1 of 2 (11 parts)" in layout.texts
    part_sources.turn(1)
    assert [text for text in shown().texts if text.startswith("hat")] == ["hat 9", "hat 10"]
    find_some(2)
    assert "partwise.turn_page" not in shown().operators


def test_what_other_words_found_is_told_apart(fox):
    """The words in the field are wishes for what is clicked then."""
    settings = bpy.context.scene.partwise_replacing
    settings.text = "hat "
    find_some(2)
    assert "Found by “hat”" not in " ".join(shown().texts)
    settings.text = "taller"
    assert "Found by “hat”" in " ".join(shown().texts)


def test_what_has_no_picture_has_its_name(fox):
    part_sources.keep(Found("", [part_sources.PartSource("k", "Boot", "Object of Mine", None)]))
    assert "Boot" in shown().texts


def test_nothing_found_and_what_could_not_be_read_is_said(fox):
    find_some(0, ["The folder of “Attic” cannot be reached."])
    text = " ".join(shown().texts)
    assert "Nothing is called “hat”" in text
    assert "“Attic” cannot be reached" in text


def test_what_was_understood_and_what_accept_does_is_said(fox):
    bpy.context.scene.partwise_replacing.text = "taller pink zzyzx fedora"
    bpy.ops.partwise.replace_part()
    layout = shown()
    text = " ".join(layout.texts)
    assert "Hat replaced" in text
    assert "pink" in text
    assert "Not understood: “zzyzx”" in text
    assert "Accept makes objects of all parts" in text
    assert "partwise.accept_proposal" in layout.operators
    proposals.discard()
    bpy.ops.partwise.split()
    bpy.context.view_layer.objects.active = bpy.data.objects["Fox.Hat"]
    bpy.ops.partwise.replace_part()
    assert "Accept makes objects" not in " ".join(shown().texts)


def test_why_it_cannot_be_replaced_is_said(fox):
    other = bpy.data.objects.new("Other", fox.data)
    bpy.context.scene.collection.objects.link(other)
    assert "shares its mesh" in " ".join(shown().texts)


def test_how_it_fits(fox):
    wanted = ["join", "twins", "stretch", "variants", "seed"]
    assert draw(panels_replace.PARTWISE_PT_replace_options).properties == wanted
    assert draw(panels_replace.PARTWISE_PT_replacement_options).properties == wanted


def test_a_part_without_its_original_or_the_others_says_so(fox):
    bpy.ops.partwise.split()
    hat = bpy.data.objects["Fox.Hat"]
    bpy.context.view_layer.objects.active = hat
    bpy.data.collections["Fox.parts"].objects.unlink(hat)
    bpy.context.scene.collection.objects.link(hat)
    bpy.context.view_layer.objects.active = hat
    assert "not among the others" in " ".join(shown().texts)
    bpy.data.objects.remove(fox)
    assert "original of this part is gone" in " ".join(shown().texts)


def test_a_preview_stays_in_its_panel_whatever_is_active(fox):
    bpy.context.scene.partwise_replacing.text = "fedora"
    bpy.ops.partwise.replace_part()
    bpy.ops.mesh.primitive_cube_add()
    assert "partwise.accept_proposal" in shown().operators
    header = draw(PREVIEW, "draw_header_preset")
    assert header.operators == ["partwise.accept_proposal", "partwise.discard_proposal"]
    bpy.context.view_layer.objects.active = None
    assert "Hat replaced" in shown().texts


def test_what_becomes_of_the_cuts_is_chosen_beside_what_makes_them(fox):
    assert "closing" not in shown().properties
    bpy.context.scene.partwise_replacing.text = "fedora"
    bpy.ops.partwise.replace_part()
    assert "closing" in shown().properties
    proposals.discard()
    bpy.ops.partwise.split()
    bpy.context.view_layer.objects.active = bpy.data.objects["Fox.Hat"]
    bpy.ops.partwise.replace_part()
    assert "closing" not in shown().properties
