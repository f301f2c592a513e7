# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel Complete shows: the button, the preview, and a report of each part."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.scene import proposals
from partwise.blender_addon.ui import volumes
from partwise.blender_addon.ui.panels_complete import (
    PARTWISE_PT_complete,
    PARTWISE_PT_complete_options,
    PARTWISE_PT_complete_report,
    PARTWISE_PT_completion,
    report_text,
)

from tests.blender.arms import select, tick
from tests.blender.recording_layout import RecordingLayout, draw

OPTIONS = ["complete_uv", "complete_own_slot", "thicken"]


def shown() -> RecordingLayout:
    """The panel, or that of its preview, which takes its place."""
    before, preview = draw(PARTWISE_PT_complete), draw(PARTWISE_PT_completion)
    assert (before is None) != (preview is None)
    return before or preview


def reported() -> RecordingLayout:
    assert PARTWISE_PT_complete_report.poll(bpy.context)
    return draw(PARTWISE_PT_complete_report)


def test_it_is_not_there_without_parts(scene: bpy.types.Scene):
    assert not PARTWISE_PT_complete.poll(bpy.context)
    bpy.ops.mesh.primitive_cube_add()
    assert not PARTWISE_PT_complete.poll(bpy.context)


def test_the_button_says_how_many_parts(arm: bpy.types.Object):
    tick(arm, 0)
    assert "Complete Part" in shown().texts
    tick(arm, 0, 2)
    layout = shown()
    assert "Complete 2 Parts" in layout.texts
    assert layout.properties == ["complete_engine_menu"]
    assert not any("By " in text for text in layout.texts)
    assert draw(PARTWISE_PT_complete_options).properties == OPTIONS
    assert not PARTWISE_PT_complete_report.poll(bpy.context)


def test_a_preview_has_its_report_before_it_is_accepted(arm: bpy.types.Object):
    tick(arm, 0, 1)
    bpy.ops.partwise.complete()
    layout = shown()
    assert "2 parts of Arm completed" in layout.texts
    assert layout.operators == ["partwise.accept_proposal", "partwise.discard_proposal"]
    assert {"Hand", "Forearm"} <= set(layout.texts)
    assert layout.icons.count("CHECKMARK") == 3  # and Accept's own
    assert "ERROR" not in layout.icons
    bpy.ops.partwise.accept_proposal()
    layout = shown()
    assert "partwise.complete" in layout.operators
    assert "2 parts are closed" in layout.texts
    assert "Hand" not in layout.texts, "twelve parts would fill the tab"
    layout = reported()
    (hand,) = [text for text in layout.texts if text.endswith("domes")][:1]
    assert "% new" in hand
    assert "m³" in hand


def test_part_objects_have_their_reports(arm: bpy.types.Object):
    bpy.ops.partwise.split()
    hand, forearm = (bpy.data.objects[f"Arm.{name}"] for name in ("Hand", "Forearm"))
    select(hand, forearm)
    assert "Complete 2 Parts" in shown().texts
    bpy.ops.partwise.complete()
    bpy.ops.partwise.accept_proposal()
    layout = reported()
    assert {"Hand", "Forearm"} <= set(layout.texts)  # of Arm, as the tab says above
    assert layout.icons.count("CHECKMARK") == 2


def test_what_is_not_closed_comes_first_with_a_warning(arm: bpy.types.Object):
    tick(arm, 0, 1, 2)
    bpy.ops.partwise.complete()
    bpy.ops.partwise.accept_proposal()
    report = arm.data.partwise.parts[2].report
    report.closed, report.volume, report.engine = False, 0.0, "sheet"
    assert "1 part is not closed" in shown().texts
    layout = reported()
    names = [text for text in layout.texts if text in ("Hand", "Forearm", "Shoulder")]
    assert names[0] == "Shoulder"
    assert layout.icons.count("ERROR") == 1


def test_a_part_that_grows_shows_its_preview(arm: bpy.types.Object, domes: Path, monkeypatch):
    monkeypatch.setattr(jobs, "_has_no_timers", lambda: False)
    domes.touch()
    tick(arm, 0, 1, 2)
    bpy.ops.partwise.complete()
    assert "3 parts of Arm completed" in shown().texts
    jobs.cancel()
    assert proposals.current() is None
    assert "Complete 3 Parts" in shown().texts


def test_reports_are_in_words(arm: bpy.types.Object):
    litres = volumes.Unit(1000.0, "l")
    told = {"engine": "cap", "closed": True, "volume": -2.0, "hidden_share": 0.254}
    assert report_text(told, 0.5, litres) == "25% new, 1,000 l, flat cap"
    bare = {"engine": "sheet", "closed": False, "volume": 0.0, "hidden_share": 0.0}
    assert report_text(bare, 1.0, litres) == "open sheet"
    assert report_text(told | {"engine": "hidden"}, 0.5, litres) == "25% new, 1,000 l"


def test_all_volumes_of_a_report_are_in_one_unit(arm: bpy.types.Object):
    tick(arm, 0, 1, 2)
    bpy.ops.partwise.complete()
    bpy.ops.partwise.accept_proposal()
    for row, volume in zip(arm.data.partwise.parts, (2.0, 0.0003, 0.00001), strict=True):
        row.report.volume, row.report.closed = volume, True
    told = [text for text in reported().texts if "m³" in text]
    assert len(told) == 3
    assert all(" cm³" in text for text in told)
    assert "2,000,000 cm³" in told[0]


@pytest.mark.parametrize(("scale", "times"), [((2, 2, 2), 8), ((-2, 2, 2), 8)])
def test_a_volume_is_that_in_the_world(arm: bpy.types.Object, scale, times):
    tick(arm, 0)
    bpy.ops.partwise.complete()
    plain = volume(shown())
    bpy.ops.partwise.discard_proposal()
    arm.scale = scale
    bpy.context.view_layer.update()
    bpy.ops.partwise.complete()
    assert volume(shown()) == pytest.approx(times * plain, rel=0.05)


def volume(layout: RecordingLayout) -> float:
    (text,) = [text for text in layout.texts if "m³" in text]
    return float(text.split(", ")[1].removesuffix(" m³"))
