# SPDX-License-Identifier: GPL-3.0-or-later
"""Complete, before Split and after it: preview, what is kept, undo, and what happens meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np
import pytest
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.mesh.caps import faces_of_caps
from partwise.blender_addon.mesh.compare import is_unchanged
from partwise.blender_addon.ops.complete import PARTWISE_OT_apply_completed as APPLY
from partwise.blender_addon.scene import completions, parts, proposals

from tests.blender.arms import AROUND, RINGS, new_points, open_edges, pose, select, tick
from tests.blender.mesh_dump import dump_scene
from tests.blender.whole_engine import HEIGHT

PATIENCE = 240.0  # seconds; other work may share the machine


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Blender that has timers, whose calls the test does."""
    monkeypatch.setattr(jobs, "_has_no_timers", lambda: False)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, jobs.engine_log()
        jobs.pump()
        time.sleep(0.01)


def complete(obj: bpy.types.Object, *ids: int) -> proposals.Proposal:
    if ids:
        tick(obj, *ids)
    assert bpy.ops.partwise.complete() == {"FINISHED"}
    assert jobs.current().state == "DONE"
    return proposals.current(APPLY)


def split(obj: bpy.types.Object) -> list[bpy.types.Object]:
    select(obj)
    bpy.ops.partwise.split()
    return sorted(bpy.context.selected_objects, key=lambda part: part.partwise.part_id)


def test_a_preview_changes_nothing(arm: bpy.types.Object):
    tick(arm, 0, 1)
    before = dump_scene()
    proposal = complete(arm)
    assert proposal.title == "2 parts of Arm completed"
    assert len(proposal.variant.ghosts) == 2
    assert all(len(ghost.faces) > 5 and ghost.in_front for ghost in proposal.variant.ghosts)
    assert dump_scene() == before
    bpy.ops.partwise.discard_proposal()
    assert proposals.current() is None
    assert dump_scene() == before


def test_split_takes_what_was_completed_and_leaves_the_rest_open(arm: bpy.types.Object):
    complete(arm, 0, 1)
    bpy.ops.partwise.accept_proposal()
    rows = {row.part_id: row.report for row in arm.data.partwise.parts}
    assert [rows[k].engine for k in range(3)] == ["domes", "domes", ""]
    assert rows[0].closed
    assert rows[0].volume > np.pi * 0.98
    hand, forearm, shoulder = split(arm)
    assert [open_edges(part.data) for part in (hand, forearm, shoulder)] == [0, 0, AROUND]
    assert hand.data.partwise.report.engine == "domes"
    assert len(new_points(hand.data)) > 5
    assert is_unchanged(hand, arm)
    bpy.ops.partwise.join_back()
    assert bpy.context.object == arm


def test_completing_another_part_keeps_those_that_were(arm: bpy.types.Object):
    complete(arm, 0)
    bpy.ops.partwise.accept_proposal()
    first = completions.kept(arm.data, completions.style_of(bpy.context.scene.partwise))
    complete(arm, 2)
    bpy.ops.partwise.accept_proposal()
    both = completions.kept(arm.data, completions.style_of(bpy.context.scene.partwise))
    assert set(both.caps.faces) == {0, 2}
    for one, two in ((first.caps, both.caps),):
        assert np.array_equal(one.vertices[one.faces[0]], two.vertices[two.faces[0]])
    assert [open_edges(part.data) for part in split(arm)] == [0, 2 * AROUND, 0]
    kept = [mesh.name for mesh in bpy.data.meshes if mesh.name.startswith(".partwise ")]
    assert len(kept) == 1


def test_parts_that_changed_since_are_not_closed_by_what_no_longer_fits(arm: bpy.types.Object):
    complete(arm, 0, 2)
    bpy.ops.partwise.accept_proposal()
    top = max(arm.data.vertices, key=lambda vertex: vertex.co.z).index
    arm.data.vertices[top].co.z += 1
    assert [open_edges(part.data) for part in split(arm)] == [0, 2 * AROUND, AROUND]


def test_what_was_completed_can_be_taken_off_again(arm: bpy.types.Object):
    before = dump_scene()
    complete(arm, 0, 1)
    bpy.ops.partwise.accept_proposal()
    assert bpy.ops.partwise.open_parts() == {"FINISHED"}
    assert arm.data.partwise.hidden is None
    tick(arm)
    assert dump_scene() == before
    assert not bpy.ops.partwise.open_parts.poll()


@pytest.mark.parametrize(("closing", "is_open"), [("NONE", 2 * AROUND), ("CAP", 0), ("HIDDEN", 0)])
def test_the_rest_is_closed_as_split_is_told(arm: bpy.types.Object, closing: str, is_open: int):
    complete(arm, 0)
    bpy.ops.partwise.accept_proposal()
    bpy.context.scene.partwise.closing = closing
    hand, forearm, _ = split(arm)
    assert hand.data.partwise.report.engine == "domes"
    assert open_edges(hand.data) == 0
    assert open_edges(forearm.data) == is_open
    engine = {"NONE": "", "CAP": "cap", "HIDDEN": "domes"}[closing]
    assert forearm.data.partwise.report.engine == engine


def test_part_objects_are_completed_among_their_siblings(arm: bpy.types.Object):
    bpy.context.scene.partwise.origin = "BOUNDS"
    hand, forearm, shoulder = split(arm)
    forearm.location.x += 5  # where an artist put it is no matter
    bpy.data.collections["Arm.parts"].partwise.explode = 1.0
    select(forearm, hand)
    proposal = complete(hand)
    assert proposal.title == "2 parts completed"
    assert open_edges(forearm.data) == 2 * AROUND
    faces = [len(part.data.polygons) for part in (hand, forearm)]
    bpy.ops.partwise.accept_proposal()
    assert [open_edges(part.data) for part in (hand, forearm, shoulder)] == [0, 0, AROUND]
    assert faces_of_caps(forearm.data).sum() == len(forearm.data.polygons) - faces[1]
    assert forearm.data.partwise.report.closed
    height = np.ptp(np.array(forearm.bound_box)[:, 2])
    assert 1 + HEIGHT < height < 1 + 2 * HEIGHT  # domes, whose tips are rounded
    forearm.location.x -= 5
    assert is_unchanged(forearm, arm)
    bpy.ops.partwise.join_back()
    assert len(arm.data.polygons) == AROUND * (RINGS + 2)


def test_completing_a_part_again_replaces_its_caps(arm: bpy.types.Object):
    bpy.context.scene.partwise.closing = "CAP"
    hand = split(arm)[0]
    rim = sum(edge.use_edge_sharp for edge in hand.data.edges)
    assert (open_edges(hand.data), rim) == (0, AROUND)
    whole = len(hand.data.polygons) - faces_of_caps(hand.data).sum()
    select(hand)
    complete(hand)
    bpy.ops.partwise.accept_proposal()
    assert open_edges(hand.data) == 0
    assert len(hand.data.polygons) - faces_of_caps(hand.data).sum() == whole
    assert len(new_points(hand.data)) > 5
    assert bpy.ops.partwise.open_parts() == {"FINISHED"}
    assert len(hand.data.polygons) == whole
    assert not any(edge.use_edge_sharp for edge in hand.data.edges)
    assert is_unchanged(hand, arm)


@pytest.mark.parametrize("taken_off", [False, True], ids=["completed", "and opened again"])
@pytest.mark.parametrize("has_own", [False, True], ids=["automatic", "own normals"])
def test_join_back_restores_what_was_cut_without_its_shading_and_completed(
    arm: bpy.types.Object, has_own: bool, taken_off: bool
):
    if has_own:
        normals = np.array([corner.vector for corner in arm.data.corner_normals]) + [0, 0.3, 0.2]
        arm.data.normals_split_custom_set(normals.tolist())
    whole, settings = arm.data, bpy.context.scene.partwise
    settings.keep_shading = False
    made = split(arm)
    settings.keep_shading = True
    select(*made)
    complete(made[0])
    bpy.ops.partwise.accept_proposal()
    assert [open_edges(part.data) for part in made] == [0, 0, 0]
    if taken_off:
        bpy.ops.partwise.open_parts()
    assert [is_unchanged(part, arm) for part in made] == [True, True, True]
    bpy.ops.partwise.join_back()
    assert arm.data == whole


def test_a_part_that_was_edited_is_completed_as_it_is_now(arm: bpy.types.Object):
    _, forearm, _ = split(arm)
    select(forearm)
    middle = [vertex for vertex in forearm.data.vertices if 1.1 < vertex.co.z < 1.9]
    assert len(middle) == AROUND
    for vertex in middle:
        vertex.co.xy *= 0.8
    complete(forearm)
    bpy.ops.partwise.accept_proposal()
    assert open_edges(forearm.data) == 0
    again = [vertex.co.xy.length for vertex in forearm.data.vertices if 1.1 < vertex.co.z < 1.9]
    assert min(again) == pytest.approx(0.8)


def test_a_completed_arm_follows_its_rig_and_stays_closed(arm: bpy.types.Object):
    rig = pose(arm)
    complete(arm, 1)
    bpy.ops.partwise.accept_proposal()
    _, forearm, _ = split(arm)
    assert rig.pose.bones["Upper"].rotation_euler.x == pytest.approx(0.8)
    new = new_points(forearm.data)
    for row in new.tolist():
        weights = {group.group: group.weight for group in forearm.data.vertices[row].groups}
        assert sum(weights.values()) == pytest.approx(1, abs=2e-3)
        height = forearm.data.vertices[row].co.z
        rim = 1.0 if abs(height - 1) < abs(height - 2) else 2.0
        assert weights[1] == pytest.approx(rim / 4, abs=0.06)
    bpy.context.view_layer.update()
    shown = forearm.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    assert open_edges(shown) == 0
    moved = np.array([v.co for v in shown.vertices]) - [v.co for v in forearm.data.vertices]
    assert np.linalg.norm(moved[new], axis=1).max() > 0.05
    longest = max((shown.vertices[e.vertices[0]].co - shown.vertices[e.vertices[1]].co).length
                  for e in shown.edges)  # fmt: skip
    assert longest < 1.05  # nothing is torn: edges along the arm are 1 long


def test_a_completed_part_object_keeps_its_shape_keys_and_weights(arm: bpy.types.Object):
    pose(arm)
    hand, *_ = split(arm)
    select(hand)
    complete(hand)
    bpy.ops.partwise.accept_proposal()
    keys = hand.data.shape_keys.key_blocks
    assert [key.name for key in keys] == ["Basis", "Bent"]
    new = new_points(hand.data)
    shift = np.array([keys["Bent"].data[row].co - keys["Basis"].data[row].co for row in new])
    assert np.allclose(shift[:, 0], 1 / 8, atol=0.03)  # as the border, at a height of 1
    assert np.allclose(shift[:, 1:], 0, atol=1e-5)
    assert [group.name for group in hand.vertex_groups] == ["Lower", "Upper"]
    assert all(len(hand.data.vertices[row].groups) == 2 for row in new.tolist())


@pytest.mark.parametrize("after", [False, True], ids=["before Split", "after Split"])
def test_accept_is_one_step_of_undo(arm: bpy.types.Object, after: bool):
    if after:
        select(split(arm)[0])
    tick(arm, 0)
    bpy.ops.ed.undo_push(message="start")
    before = dump_scene()
    complete(bpy.context.object)
    bpy.ops.partwise.accept_proposal()
    completed = dump_scene()
    assert completed != before
    bpy.ops.ed.undo_push(message="accept")
    bpy.ops.ed.undo()
    assert dump_scene() == before
    bpy.ops.ed.redo()
    assert dump_scene() == completed


def test_each_part_is_seen_as_it_comes(arm: bpy.types.Object, timers: None, domes: Path):
    domes.touch()
    tick(arm, 0, 1, 2)
    before = dump_scene()
    bpy.ops.partwise.complete()
    proposal = proposals.current(APPLY)
    assert proposal.is_growing
    until(lambda: len(proposal.variant.ghosts) == 2)
    assert jobs.busy()
    assert not bpy.ops.partwise.accept_proposal.poll()
    bpy.ops.partwise.discard_proposal()
    assert not jobs.busy()
    assert proposals.current() is None
    assert dump_scene() == before


MEANWHILE = {
    "cancelled": (lambda obj: jobs.cancel(), "CANCELLED", ""),
    "deleted": (lambda obj: bpy.data.objects.remove(obj), "FAILED", "was deleted"),
    "moved vertex": (
        lambda obj: (setattr(obj.data.vertices[0].co, "z", 9), obj.data.update()),
        "FAILED",
        "was edited",
    ),
    "merged": (
        lambda obj: parts.set_labels(obj.data, np.zeros(len(obj.data.polygons), np.int32)),
        "FAILED",
        "was edited",
    ),
}


@pytest.mark.parametrize(("happens", "state", "says"), MEANWHILE.values(), ids=MEANWHILE)
def test_what_happens_meanwhile_ends_it(arm, timers, domes, happens, state, says):
    domes.touch()
    tick(arm, 0, 1, 2)
    bpy.ops.partwise.complete()
    happens(arm)
    bpy.context.view_layer.update()
    domes.unlink()
    until(lambda: not jobs.busy())
    job = jobs.current()
    assert job.state == state
    assert says in job.error.message
    assert proposals.current() is None
    assert not [mesh for mesh in bpy.data.meshes if mesh.name.startswith(".partwise ")]


def test_what_is_closed_has_nothing_hidden(arm: bpy.types.Object):
    parts.set_labels(arm.data, np.zeros(len(arm.data.polygons), np.int32))
    tick(arm, 0)
    with pytest.raises(RuntimeError, match="Nothing is hidden of Arm"):
        bpy.ops.partwise.complete()
    assert proposals.current() is None


def test_what_cannot_be_completed_says_why(scene: bpy.types.Scene):
    for prepare, says in (
        (lambda: None, "select parts that Split made"),
        (bpy.ops.mesh.primitive_cube_add, "select parts that Split made"),
        (lambda: bpy.ops.object.mode_set(mode="EDIT"), "Object Mode"),
    ):
        prepare()
        with pytest.raises(RuntimeError, match=says):
            bpy.ops.partwise.complete()
    bpy.ops.object.mode_set(mode="OBJECT")


def test_shared_meshes_are_refused_or_copied(arm: bpy.types.Object):
    other = bpy.data.objects.new("Other", arm.data)
    bpy.context.scene.collection.objects.link(other)
    tick(arm, 0)
    with pytest.raises(RuntimeError, match="shares its mesh"):
        bpy.ops.partwise.complete()
    bpy.context.scene.partwise.copy_linked = True
    complete(arm)
    bpy.ops.partwise.accept_proposal()
    assert arm.data != other.data
    assert arm.data.partwise.hidden is not None
    assert other.data.partwise.hidden is None


def test_copies_of_a_part_are_left_out(arm: bpy.types.Object):
    hand, *_ = split(arm)
    twin = hand.copy()
    twin.data = hand.data.copy()
    bpy.context.scene.collection.objects.link(twin)
    select(hand, twin)
    complete(hand)
    bpy.ops.partwise.accept_proposal()
    assert (open_edges(hand.data), open_edges(twin.data)) == (0, AROUND)


def test_a_stretched_object_is_completed_in_its_own_shape(arm: bpy.types.Object):
    arm.scale = (1, 1, 3)
    bpy.context.view_layer.update()
    complete(arm, 0)
    bpy.ops.partwise.accept_proposal()
    hand, *_ = split(arm)
    assert open_edges(hand.data) == 0
    top = max(hand.data.vertices[row].co.z for row in new_points(hand.data))
    assert 1 + HEIGHT / 6 < top < 1 + HEIGHT / 3
    assert is_unchanged(hand, arm)
