# SPDX-License-Identifier: GPL-3.0-or-later
"""What panels show of a proposal."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.scene import covering, parts, proposals
from partwise.blender_addon.scene.apply import AppliesResults
from partwise.blender_addon.ui import panels
from partwise.blender_addon.ui import proposals as proposals_ui
from partwise.blender_addon.ui.proposals import PreviewPanel, draw_proposal

from tests.blender.ops.proposing import PARTWISE_OT_test_rename, propose
from tests.blender.recording_layout import RecordingLayout, draw

VERBS = ("show", "keep", "drop")
STEP, ACCEPT, DISCARD = (f"partwise.{name}_proposal" for name in ("step", "accept", "discard"))


pytestmark = pytest.mark.usefixtures("no_proposal")


@pytest.fixture
def cube() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    return bpy.context.object


def test_nothing_is_drawn_without_one_or_for_another_panel(cube):
    layout = RecordingLayout()
    assert not draw_proposal(layout, bpy.context, PARTWISE_OT_test_rename)
    propose(cube, "Fox")
    assert not draw_proposal(layout, bpy.context, AppliesResults)
    assert not layout.texts


def test_variants_have_names_and_numbers(cube):
    propose(cube, "Fox", "Hen", "Owl")
    proposals.step(1)
    layout = RecordingLayout()
    assert draw_proposal(layout, bpy.context, PARTWISE_OT_test_rename)
    assert "Cube renamed" in layout.texts
    assert "2 of 3: Hen" in layout.texts
    assert layout.operators == [STEP, STEP, ACCEPT, DISCARD]


def test_a_single_one_has_no_arrows(cube):
    propose(cube, "Fox")
    layout = RecordingLayout()
    draw_proposal(layout, bpy.context, PARTWISE_OT_test_rename)
    assert "Fox" in layout.texts
    assert layout.operators == [ACCEPT, DISCARD]
    propose(cube, "")
    layout = RecordingLayout()
    draw_proposal(layout, bpy.context, PARTWISE_OT_test_rename)
    assert layout.texts == ["Cube renamed", "Accept", "Discard"]


def pictured(cube, *names):
    """A proposal whose variants have pictures."""
    shown = propose(cube, *names)
    for level, variant in enumerate(shown.variants):
        variant.thumbnail = np.full((96, 96, 4), 30 * level, np.uint8)
    return shown


def icons(layout):
    return [icon for icon in layout.icons if not isinstance(icon, str)]


def test_variants_with_pictures_are_a_grid(cube):
    shown = pictured(cube, "Fox", "Hen", "Owl")
    shown.variants[2].is_kept = True
    layout = RecordingLayout()
    draw_proposal(layout, bpy.context, PARTWISE_OT_test_rename)
    assert len(icons(layout)) == 3
    assert [layout.operators.count(f"partwise.{name}_variant") for name in VERBS] == [3, 3, 3]
    assert (layout.icons.count("PINNED"), layout.icons.count("UNPINNED")) == (1, 2)
    assert "partwise.more_variants" not in layout.operators
    shown.more = lambda: None
    draw_proposal(layout, bpy.context, PARTWISE_OT_test_rename)
    assert "partwise.more_variants" in layout.operators
    shown.left_out = 2
    draw_proposal(layout, bpy.context, PARTWISE_OT_test_rename)
    assert "2 older ones made room" in " ".join(layout.texts)


def test_the_fewer_pictures_the_larger_they_are():
    scales = [proposals_ui.picture_scale(count) for count in (2, 4, 5, 9, 10)]
    assert scales == sorted(scales, reverse=True)
    assert len(set(scales)) == 3


def test_what_accepts_stays_in_its_place_while_pictures_come(cube):
    """It is above the pictures, so that no number of them pushes it out of sight."""
    pictured(cube, *"ABCDEFGH")
    layout = RecordingLayout()
    draw_proposal(layout, bpy.context, PARTWISE_OT_test_rename)
    accept, first = (layout.operators.index(name) for name in (ACCEPT, "partwise.show_variant"))
    assert accept < first


def test_nothing_is_pinned_where_no_others_can_be_asked_for(cube):
    pictured(cube, "Fox", "Hen").can_pin = False
    layout = RecordingLayout()
    draw_proposal(layout, bpy.context, PARTWISE_OT_test_rename)
    assert [layout.operators.count(f"partwise.{name}_variant") for name in VERBS] == [2, 0, 2]


def test_empty_places_are_there_as_long_as_more_are_coming(cube):
    shown = pictured(cube, "Fox")
    layout = RecordingLayout()
    draw_proposal(layout, bpy.context, PARTWISE_OT_test_rename)
    assert not icons(layout), "one alone needs no picture"
    shown.more = lambda: None
    draw_proposal(layout, bpy.context, PARTWISE_OT_test_rename)
    assert len(icons(layout)) == 1, "unless it is pinned before others are made"
    shown.more = None
    layout = RecordingLayout()
    shown.comes_whole, shown.coming, shown.job = True, 3, jobs.Job("Making")
    draw_proposal(layout, bpy.context, PARTWISE_OT_test_rename)
    assert len(icons(layout)) == 4
    shown.job.state = jobs.CANCELLED
    layout = RecordingLayout()
    draw_proposal(layout, bpy.context, PARTWISE_OT_test_rename)
    assert not icons(layout)
    assert "came out" not in " ".join(layout.texts)
    shown.job.state = jobs.DONE
    draw_proposal(layout, bpy.context, PARTWISE_OT_test_rename)
    assert not icons(layout)
    assert "3 more came out as one that is here." in " ".join(layout.texts)


def test_a_preview_is_open_and_comes_first_and_all_but_the_list_of_parts_makes_room(cube):
    parts.set_labels(cube.data, np.array([0, 0, 0, 1, 1, 1], np.int32))
    previews = PreviewPanel.__subclasses__()
    assert len(previews) == 4
    for panel in previews:
        assert "DEFAULT_CLOSED" not in getattr(panel, "bl_options", set())
        assert not panel.poll(bpy.context)
    assert panels.PARTWISE_PT_split.poll(bpy.context)
    assert "partwise.split" in draw(panels.PARTWISE_PT_main).operators
    propose(cube, "Fox")
    tab = [cls for cls in bpy.types.Panel.__subclasses__() if "Partwise" in bl_category(cls)]
    inside = [cls for cls in tab if getattr(cls, "bl_parent_id", "") == "PARTWISE_PT_main"]
    assert len(inside) > len(previews) + 5
    shown = [cls for cls in inside if cls.poll(bpy.context)]
    assert shown == [panels.PARTWISE_PT_parts]
    assert "partwise.split" not in draw(panels.PARTWISE_PT_main).operators
    assert all(cls.bl_order < panels.PARTWISE_PT_parts.bl_order for cls in previews)


def test_what_cannot_be_decomposed_is_no_topic_beside_a_preview(cube):
    propose(cube, "Fox")
    assert "partwise.decompose" in draw(panels.PARTWISE_PT_main).operators
    cube.select_set(False)
    bpy.ops.object.camera_add()
    assert "partwise.decompose" not in draw(panels.PARTWISE_PT_main).operators
    proposals.discard()
    assert "Nothing to decompose" in draw(panels.PARTWISE_PT_main).texts


def test_collections_that_are_exported_without_being_asked_have_a_warning(cube, monkeypatch):
    propose(cube, "Fox")
    layout = RecordingLayout()
    draw_proposal(layout, bpy.context, PARTWISE_OT_test_rename)
    assert "ERROR" not in layout.icons
    monkeypatch.setattr(covering, "is_exported_unasked", lambda: True)
    draw_proposal(layout, bpy.context, PARTWISE_OT_test_rename)
    assert "collections leave out" in " ".join(layout.texts)


def bl_category(cls: type[bpy.types.Panel]) -> str:
    return str(getattr(cls, "bl_category", ""))
