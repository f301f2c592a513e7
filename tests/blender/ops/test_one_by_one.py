# SPDX-License-Identifier: GPL-3.0-or-later
"""Variants that come one by one from an engine that works long on each: seen, pinned, discarded,
accepted while others still come; and what stays when the job is cancelled."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy
import pytest
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.ops import images
from partwise.blender_addon.ops.replace import PARTWISE_OT_apply_replacement
from partwise.blender_addon.scene import proposals
from partwise.blender_addon.scene.proposals import Proposal
from partwise.blender_addon.ui import panels, panels_images, panels_replace, thumbnails

from tests.blender.arms import DOMES
from tests.blender.mesh_dump import dump_scene
from tests.blender.ops.replacing import HAT, add_figure
from tests.blender.other_engines import asked_instead, engine_of
from tests.blender.recording_layout import RecordingLayout, draw

BALLS = DOMES.replace("whole_engine.py", "ball_engine.py")
PATIENCE = 60.0
SHOW, KEEP, DROP, MORE = (
    f"partwise.{name}" for name in ("show_variant", "keep_variant", "drop_variant", "more_variants")
)


@pytest.fixture(scope="module")
def engine_of_balls(slow: Path) -> Iterator[Any]:
    with engine_of(BALLS) as client:
        yield client


@pytest.fixture(autouse=True)
def balls(engine_of_balls: Any, slow: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """That engine is asked; the file that makes it slow, from the third variant on, is there."""
    monkeypatch.setattr(jobs, "_has_no_timers", lambda: False)
    slow.write_text("")
    with asked_instead(engine_of_balls):
        yield slow
        slow.unlink(missing_ok=True)
        proposals.discard()
        jobs.cancel()
        jobs.dismiss()
        thumbnails.forget()


@pytest.fixture
def fox(scene: bpy.types.Scene) -> bpy.types.Object:
    settings().variants = 5
    settings().text = "gear"
    return add_figure()


def settings() -> bpy.types.PropertyGroup:
    return bpy.context.scene.partwise_replacing


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, jobs.engine_log()
        jobs.pump()
        time.sleep(0.01)


def shown() -> Proposal:
    found = proposals.current()
    assert found is not None, jobs.current().error
    return found


def names() -> list[str]:
    return [variant.name for variant in shown().variants]


def two_came() -> Proposal:
    """The first two of five are there, and the engine works on the third."""
    assert bpy.ops.partwise.replace_part() == {"FINISHED"}
    until(lambda: proposals.current() is not None and len(shown().variants) == 2)
    return shown()


def all_came(slow: Path) -> Proposal:
    two_came()
    slow.unlink()
    until(lambda: not jobs.busy())
    return shown()


def preview() -> RecordingLayout:
    layout = draw(panels_replace.PARTWISE_PT_replacement)
    assert layout is not None
    return layout


def test_the_first_opens_the_preview_and_the_grid_grows(fox, balls):
    before = dump_scene()
    proposal = two_came()
    assert proposal.is_growing
    assert (proposal.index, proposal.coming) == (0, 3)
    assert names() == ["ball 0", "ball 1"]
    assert proposal.variants[0].thumbnail.shape == (96, 96, 4)
    layout = preview()
    assert [layout.operators.count(name) for name in (SHOW, KEEP, DROP, MORE)] == [2, 2, 2, 1]
    pictures = [icon for icon in layout.icons if not isinstance(icon, str)]
    assert len(pictures) == 5, "with three empty places"
    assert "1 of 2: ball 0" in layout.texts
    balls.unlink()
    until(lambda: not jobs.busy())
    assert jobs.current().state == "DONE"
    assert names() == [f"ball {number}" for number in range(5)]
    assert preview().operators.count(SHOW) == 5
    proposals.discard()
    assert dump_scene() == before


def test_a_sketch_of_the_first_is_seen_in_its_place_until_it_comes(fox, balls):
    balls.write_text("sketch first")
    before = dump_scene()
    assert bpy.ops.partwise.replace_part() == {"FINISHED"}
    until(lambda: proposals.current() is not None)
    proposal = shown()
    assert not proposal.comes_whole
    (ghost,) = proposal.variant.ghosts
    assert len(ghost.faces) == 320
    assert [part_id for _, part_id in proposal.variant.covers] == [HAT]
    layout = preview()
    assert [layout.operators.count(name) for name in (SHOW, KEEP, DROP)] == [0, 0, 0]
    assert len([icon for icon in layout.icons if not isinstance(icon, str)]) == 5
    assert not bpy.ops.partwise.accept_proposal.poll()
    balls.unlink()
    until(lambda: not jobs.busy())
    assert proposal is shown()
    assert names() == [f"ball {number}" for number in range(5)]
    assert proposal.sketch is None
    proposals.discard()
    assert dump_scene() == before


def test_a_cancelled_sketch_leaves_nothing(fox, balls):
    balls.write_text("sketch first")
    bpy.ops.partwise.replace_part()
    until(lambda: proposals.current() is not None)
    jobs.cancel()
    assert proposals.current() is None


def test_sketches_of_the_next_are_in_the_grid(fox, balls):
    balls.write_text("sketch")
    proposal = two_came()
    until(lambda: proposal.sketch is not None)
    assert proposal.sketch.shape == (96, 96, 4)
    assert len(proposal.variant.ghosts[0].faces) > 0
    layout = preview()
    assert len([icon for icon in layout.icons if not isinstance(icon, str)]) == 5
    assert layout.texts.count("...") == 1
    jobs.cancel()
    assert names() == ["ball 0", "ball 1"], "cancel keeps what is whole"
    assert len([icon for icon in preview().icons if not isinstance(icon, str)]) == 2


def test_a_click_shows_one_and_what_comes_does_not_change_that(fox, balls):
    proposal = two_came()
    bpy.ops.partwise.show_variant(number=1)
    assert proposal.variant.name == "ball 1"
    balls.unlink()
    until(lambda: not jobs.busy())
    assert proposal.variant.name == "ball 1"


def test_cancel_keeps_what_came_and_it_can_be_accepted(fox, balls):
    bpy.ops.ed.undo_push(message="start")
    before = dump_scene()
    two_came()
    jobs.cancel()
    assert jobs.current().state == "CANCELLED"
    assert names() == ["ball 0", "ball 1"]
    assert "Cancelled, what came stays" in draw(panels.PARTWISE_PT_main).texts
    bpy.ops.partwise.show_variant(number=1)
    bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
    assert bpy.data.objects["Fox.Hat"].data.name == "ball 1"
    bpy.ops.ed.undo()
    assert dump_scene() == before


@pytest.mark.parametrize("closing", ["NONE", "CAP"])
def test_one_is_accepted_while_others_come(fox, balls, closing):
    bpy.context.scene.partwise.closing = closing
    two_came()
    assert bpy.ops.partwise.accept_proposal.poll()
    bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
    until(lambda: not jobs.busy())  # neighbours are closed first
    assert proposals.current() is None
    job = jobs.current()
    assert job is None or job.state == "DONE", "it says nothing of a cancel"
    assert bpy.data.objects["Fox.Hat"].data.name == "ball 0"


def test_what_came_before_a_failure_stays_and_the_failure_is_told(fox, balls):
    two_came()
    balls.write_text("full")
    until(lambda: not jobs.busy())
    assert jobs.current().state == "FAILED"
    assert names() == ["ball 0", "ball 1"]
    assert "The card is full." in draw(panels.PARTWISE_PT_main).texts
    bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
    assert bpy.data.objects["Fox.Hat"].data.name == "ball 0"


def test_discard_ends_all_of_it(fox, balls):
    before = dump_scene()
    two_came()
    bpy.ops.partwise.keep_variant(number=1)
    bpy.ops.partwise.discard_proposal()
    assert proposals.current() is None
    assert not jobs.busy()
    assert dump_scene() == before


def test_more_asks_for_further_seeds_and_keeps_what_is_pinned(fox, balls):
    all_came(balls)
    for number in (1, 3):
        bpy.ops.partwise.keep_variant(number=number)
    assert preview().icons.count("PINNED") == 2
    bpy.ops.partwise.keep_variant(number=1)
    bpy.ops.partwise.keep_variant(number=1)
    settings().text = "hat"
    bpy.ops.partwise.more_variants()
    assert names() == [f"ball {number}" for number in range(5)], "until the first one comes"
    until(lambda: not jobs.busy())
    assert names() == ["ball 1", "ball 3", *(f"ball {number}" for number in range(5, 10))]
    assert shown().variant.name == "ball 5"
    assert shown().variant.result.understood[0] == "ball 5"
    bpy.ops.partwise.show_variant(number=0)
    bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
    assert bpy.data.objects["Fox.Hat"].data.name == "ball 1"


def test_what_is_pinned_stays_when_other_words_are_tried(fox, balls):
    all_came(balls)
    bpy.ops.partwise.keep_variant(number=4)
    settings().seed = 100
    bpy.ops.partwise.replace_part()
    until(lambda: not jobs.busy())
    assert names()[:2] == ["ball 4", "ball 100"]
    fox.data.partwise.active = 2  # another part
    bpy.ops.partwise.replace_part()
    until(lambda: not jobs.busy())
    assert "ball 4" not in names()


def test_cancel_or_discard_while_more_are_made(fox, balls):
    settings().variants = 2
    two_came()
    until(lambda: not jobs.busy())
    settings().variants = 5
    bpy.ops.partwise.replace_part()
    jobs.cancel()
    assert names() == ["ball 0", "ball 1"], "nothing new had come"
    bpy.ops.partwise.more_variants()
    assert jobs.busy()
    bpy.ops.partwise.discard_proposal()
    assert not jobs.busy()
    assert proposals.current() is None


def test_one_is_discarded_and_the_others_stay(fox, balls):
    proposal = all_came(balls)
    bpy.ops.partwise.show_variant(number=2)
    bpy.ops.partwise.drop_variant(number=0)
    assert proposal.variant.name == "ball 2"
    bpy.ops.partwise.drop_variant(number=1)
    assert proposal.variant.name == "ball 3"
    bpy.ops.partwise.drop_variant(number=2)
    assert names() == ["ball 1", "ball 3"]
    bpy.ops.partwise.drop_variant(number=1)
    assert proposal.variant.name == "ball 1"
    with pytest.raises(RuntimeError, match="one variant only"):
        bpy.ops.partwise.drop_variant(number=0)
    assert bpy.ops.partwise.show_variant(number=7) == {"CANCELLED"}


@pytest.mark.parametrize(
    ("happens", "says"),
    [
        (lambda obj: bpy.data.objects.remove(obj), "was deleted"),
        (lambda obj: (setattr(obj.data.vertices[0].co, "z", 9), obj.data.update()), "was edited"),
    ],
    ids=("deleted", "edited"),
)
def test_it_ends_with_its_object(fox, balls, happens, says):
    two_came()
    happens(fox)
    bpy.context.view_layer.update()
    balls.unlink()
    until(lambda: not jobs.busy())
    assert jobs.current().state == "FAILED"
    assert says in jobs.current().error.message
    assert proposals.current() is None


def test_regenerate_shows_them_too_and_again_the_next_ones(fox, balls):
    balls.unlink()
    settings().variants = 2
    bpy.ops.partwise.regenerate_part()
    until(lambda: not jobs.busy())
    assert names() == ["ball 0", "ball 1"]
    bpy.ops.partwise.keep_variant(number=0)
    bpy.ops.partwise.regenerate_part()
    until(lambda: not jobs.busy())
    assert names() == ["ball 0", "ball 2", "ball 3"]
    bpy.ops.partwise.more_variants()
    until(lambda: not jobs.busy())
    assert names() == ["ball 0", "ball 4", "ball 5"]
    assert settings().seed == 4


def test_takes_come_one_by_one_and_more_of_them_beside(balls):
    asked = bpy.context.scene.partwise_images
    asked.text, asked.variants = "a ball", 3
    bpy.ops.partwise.make_parts()
    until(lambda: images.current() is not None and len(images.current().variants) == 2)
    proposal = images.current()
    assert (proposal.is_growing, proposal.coming) == (True, 1)
    layout = draw(panels_images.PARTWISE_PT_take)
    assert layout.operators.count(SHOW) == 2
    assert "More" in layout.texts
    balls.unlink()
    until(lambda: not jobs.busy())
    assert names() == ["1 part", "1 part, variant 2", "1 part, variant 3"]
    bpy.ops.partwise.another_take()
    until(lambda: not jobs.busy())
    assert names()[3:] == [f"1 part, variant {number}" for number in (4, 5, 6)]
    assert proposal.index == 3
    seeds = [variant.result.made.seed for variant in proposal.variants]
    assert seeds == list(range(6))
    bpy.ops.partwise.show_variant(number=5)
    for _ in range(5):
        bpy.ops.partwise.drop_variant(number=0)
    asked.variants = 1
    bpy.ops.partwise.another_take()
    until(lambda: not jobs.busy())
    assert names() == ["1 part, variant 6", "1 part, variant 7"]
    bpy.ops.partwise.show_variant(number=0)
    bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
    assert bpy.context.object.dimensions.z / bpy.context.object.dimensions.x == pytest.approx(1.5)


def test_a_pinned_take_stays_when_something_else_is_made(balls):
    balls.unlink()
    asked = bpy.context.scene.partwise_images
    asked.text = "a ball"
    bpy.ops.partwise.make_parts()
    until(lambda: not jobs.busy())
    bpy.ops.partwise.keep_variant(number=0)
    asked.text = "another ball"
    bpy.ops.partwise.make_parts()
    until(lambda: not jobs.busy())
    proposal = images.current()
    assert len(proposal.variants) == 1, "the same ball again, of which one is enough"
    asked.text, asked.size = "a larger ball", 3.0
    bpy.ops.partwise.make_parts()
    until(lambda: not jobs.busy())
    bpy.ops.partwise.another_take()
    until(lambda: not jobs.busy())
    titles = [variant.result.title for variant in images.current().variants]
    assert titles == ["a ball", "a larger ball", "a larger ball"]
    assert images.current().variants[2].result.made.seed == 1


def test_takes_that_came_stay_after_a_cancel(balls):
    asked = bpy.context.scene.partwise_images
    asked.text, asked.variants = "a ball", 3
    bpy.ops.partwise.make_parts()
    until(lambda: images.current() is not None and len(images.current().variants) == 2)
    jobs.cancel()
    assert len(images.current().variants) == 2
    assert PARTWISE_OT_apply_replacement != images.current().operator
