# SPDX-License-Identifier: GPL-3.0-or-later
"""Completions of one seed after the other: seen as they come, pinned, discarded, accepted while
others still come; before Split and after it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import bpy
import numpy as np
import pytest
from partwise.backend.contract.engines import Told
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.ops.complete import PARTWISE_OT_apply_completed as APPLY
from partwise.blender_addon.ops.complete import Together
from partwise.blender_addon.scene import proposals
from partwise.blender_addon.scene.proposals import Proposal
from partwise.blender_addon.ui import panels, panels_complete, thumbnails

from tests.blender.arms import AROUND, make_arm, new_points, open_edges, select, tick
from tests.blender.mesh_dump import dump_scene
from tests.blender.recording_layout import draw

PATIENCE = 120.0
DOMES = Told("domes", "Domes", "For tests", ("complete",), options=("seed",))
SHOW, MORE = "partwise.show_variant", "partwise.more_variants"


@pytest.fixture(autouse=True)
def chosen(arm: bpy.types.Object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The engine of domes is chosen, which makes others of each seed; Blender has timers."""
    monkeypatch.setattr(jobs, "_has_no_timers", lambda: False)
    monkeypatch.setattr(jobs, "engines", lambda: [DOMES])
    settings().complete_engine, settings().complete_variants = "DOMES", 3
    tick(arm, 0, 1)
    yield
    thumbnails.forget()


def settings() -> bpy.types.PropertyGroup:
    return bpy.context.scene.partwise


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, jobs.engine_log()
        jobs.pump()
        time.sleep(0.01)


def shown() -> Proposal:
    found = proposals.current(APPLY)
    assert found is not None, jobs.current().error
    return found


def names() -> list[str]:
    return [variant.name for variant in shown().variants]


def tip(number: int) -> float:
    """How far up a variant of the hand reaches."""
    return float(shown().variants[number].ghosts[0].vertices[:, 2].max())


def one_came(slow: Path) -> Proposal:
    """The first is there, and the engine works on the second."""
    slow.write_text("1")
    assert bpy.ops.partwise.complete() == {"FINISHED"}
    until(lambda: proposals.current(APPLY) is not None and shown().comes_whole)
    return shown()


def all_came() -> Proposal:
    assert bpy.ops.partwise.complete() == {"FINISHED"}
    until(lambda: not jobs.busy())
    return shown()


def split(arm: bpy.types.Object) -> list[bpy.types.Object]:
    select(arm)
    bpy.ops.partwise.split()
    return sorted(bpy.context.selected_objects, key=lambda part: part.partwise.part_id)


def test_parts_of_the_first_are_seen_before_it_is_whole(arm, domes):
    tick(arm, 0, 1, 2)
    domes.write_text("0")
    bpy.ops.partwise.complete()
    until(lambda: len(shown().variant.ghosts) == 2)
    assert not shown().comes_whole
    assert not bpy.ops.partwise.accept_proposal.poll()
    assert MORE not in draw(panels_complete.PARTWISE_PT_completion).operators
    domes.write_text("1")
    until(lambda: shown().comes_whole)
    assert len(shown().variant.ghosts) == 3
    assert jobs.busy()
    assert bpy.ops.partwise.accept_proposal.poll()


def test_a_cancel_before_the_first_is_whole_leaves_nothing(arm, domes):
    domes.write_text("0")
    bpy.ops.partwise.complete()
    jobs.cancel()
    assert proposals.current() is None


def test_they_come_one_by_one_with_pictures(arm, domes):
    before = dump_scene()
    proposal = one_came(domes)
    assert proposal.is_growing
    assert (proposal.index, proposal.coming) == (0, 2)
    assert names() == ["Seed 0"]
    assert proposal.variant.thumbnail.shape == (96, 96, 4)
    layout = draw(panels_complete.PARTWISE_PT_completion)
    assert [layout.operators.count(name) for name in (SHOW, MORE)] == [1, 1]
    pictures = [icon for icon in layout.icons if not isinstance(icon, str)]
    assert len(pictures) == 3, "with two empty places"
    assert {"Hand", "Forearm", "By the Domes engine"} <= set(layout.texts), (
        "the report of what is shown"
    )
    domes.unlink()
    until(lambda: not jobs.busy())
    assert jobs.current().state == "DONE"
    assert names() == ["Seed 0", "Seed 1", "Seed 2"]
    assert tip(0) < tip(1) < tip(2)
    assert shown().variants[2].holds > 0
    bpy.ops.partwise.discard_proposal()
    assert dump_scene() == before


def test_the_report_is_of_the_variant_that_is_shown(arm, domes):
    def volume() -> float:
        return next(report["volume"] for name, report, _ in panels_complete.proposed(bpy.context))

    all_came()
    first = volume()
    bpy.ops.partwise.show_variant(number=2)
    assert volume() > first


def test_one_is_accepted_while_others_come_in_one_step_of_undo(arm, domes):
    bpy.ops.ed.undo_push(message="start")
    before = dump_scene()
    one_came(domes)
    bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
    assert proposals.current() is None
    assert not jobs.busy()
    completed = dump_scene()
    assert completed != before
    bpy.ops.ed.undo()
    assert dump_scene() == before
    bpy.ops.ed.redo()
    assert dump_scene() == completed
    hand, forearm, shoulder = split(bpy.data.objects["Arm"])
    assert [open_edges(part.data) for part in (hand, forearm, shoulder)] == [0, 0, AROUND]


def test_cancel_keeps_what_came(arm, domes):
    one_came(domes)
    jobs.cancel()
    assert names() == ["Seed 0"]
    assert "Cancelled, what came stays" in draw(panels.PARTWISE_PT_main).texts
    bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
    assert [row.report.engine for row in arm.data.partwise.parts] == ["domes", "domes", ""]


@pytest.mark.parametrize("number", [0, 2])
def test_what_is_accepted_is_what_is_shown(arm, domes, number):
    all_came()
    bpy.ops.partwise.show_variant(number=number)
    top = tip(number)
    bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
    hand, *_ = split(arm)
    points = np.array([hand.data.vertices[row].co for row in new_points(hand.data)])
    assert points[:, 2].max() == pytest.approx(top, abs=1e-5)
    assert hand.data.partwise.report.closed


def test_more_are_of_the_next_seeds_beside_those_that_are_pinned(arm, domes):
    settings().complete_variants, settings().complete_seed = 2, 1
    all_came()
    assert names() == ["Seed 1", "Seed 2"]
    bpy.ops.partwise.keep_variant(number=1)
    domes.write_text("3")
    bpy.ops.partwise.more_variants()
    assert names() == ["Seed 1", "Seed 2"], "until the first one is whole"
    assert shown().is_growing
    domes.unlink()
    until(lambda: not jobs.busy())
    assert names() == ["Seed 2", "Seed 3", "Seed 4"]
    assert shown().variant.name == "Seed 3"
    assert settings().complete_seed == 1
    bpy.ops.partwise.drop_variant(number=1)
    assert names() == ["Seed 2", "Seed 4"]


def test_what_is_pinned_of_other_parts_does_not_stay(arm, domes):
    settings().complete_variants = 1
    all_came()
    bpy.ops.partwise.keep_variant(number=0)
    settings().complete_seed = 1
    all_came()
    assert names() == ["Seed 0", "Seed 1"]
    tick(arm, 2)
    all_came()
    assert names() == ["Seed 1"]


@pytest.mark.parametrize("happens", ["deleted", "edited"])
def test_it_ends_with_its_object(arm, domes, happens):
    one_came(domes)
    if happens == "deleted":
        bpy.data.objects.remove(arm)
    else:
        arm.data.vertices[0].co.z = 9
        arm.data.update()
    bpy.context.view_layer.update()
    domes.unlink()
    until(lambda: not jobs.busy())
    assert jobs.current().state == "FAILED"
    assert f"was {happens}" in jobs.current().error.message
    assert proposals.current() is None


def test_part_objects_of_several_originals_have_variants_together(arm, domes):
    other = make_arm()
    made = []
    for whole in (arm, other):
        hand, *_ = split(whole)
        made.append(hand)
    select(*made)
    all_came()
    assert names() == ["Seed 0", "Seed 1", "Seed 2"]
    assert all(len(variant.ghosts) == 2 for variant in shown().variants)
    assert tip(0) < tip(2)
    bpy.ops.partwise.show_variant(number=2)
    bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
    assert [open_edges(part.data) for part in made] == [0, 0]
    highest = [max(vertex.co.z for vertex in part.data.vertices) for part in made]
    assert highest[0] == pytest.approx(highest[1])


def test_originals_with_fewer_variants_lend_their_first():
    added: list[list[str]] = []
    variants = Together(2, added.append)
    for seed in (5, 6, 7):
        variants.put(0, seed, [f"a{seed}"])
    variants.put(1, 5, ["b5"])
    variants.put(1, 7, ["b7"])
    assert variants.rest() == ["a5", "b5"]
    assert added == [["a5", "b5"], ["a7", "b7"], ["a6", "b5"]]


def test_without_an_engine_that_follows_seeds_there_is_one_and_no_field(arm, domes):
    assert "complete_variants" in draw(panels_complete.PARTWISE_PT_complete).properties
    settings().complete_engine = "AUTO"
    assert "complete_variants" not in draw(panels_complete.PARTWISE_PT_complete).properties
    proposal = all_came()
    assert len(proposal.variants) == 1
    assert (proposal.variant.name, proposal.more) == ("", None)
    assert SHOW not in draw(panels_complete.PARTWISE_PT_completion).operators


def test_what_has_nothing_hidden_is_said_once(arm, domes):
    import partwise.blender_addon.scene.parts as parts

    parts.set_labels(arm.data, np.zeros(len(arm.data.polygons), np.int32))
    tick(arm, 0)
    bpy.ops.partwise.complete()
    until(lambda: not jobs.busy())
    assert "Nothing is hidden of Arm" in jobs.current().error.message
    assert proposals.current() is None
