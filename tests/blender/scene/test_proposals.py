# SPDX-License-Identifier: GPL-3.0-or-later
"""When a proposal is shown, when it ends by itself, and how its result gets into the scene."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.scene import changed, parts, proposals
from partwise.blender_addon.scene.apply import AppliesResults
from partwise.blender_addon.scene.proposals import Basis, Ghost, Proposal, Variant

COLOUR = np.array([1.0, 0.0, 0.0, 1.0])
TRIANGLE = Ghost(np.eye(3), np.array([[0, 1, 2]]), COLOUR)


class PARTWISE_OT_test_take(AppliesResults, bpy.types.Operator):
    """Make an empty object of each result's name"""

    bl_idname = "partwise.test_take"
    bl_label = "Take"

    def execute(self, context):
        for name in self.results():
            if name == "bad":
                self.report({"ERROR"}, "It cannot be applied.")
                return {"CANCELLED"}
            context.scene.collection.objects.link(bpy.data.objects.new(name, None))
        return {"FINISHED"}


@pytest.fixture(autouse=True)
def registered():
    bpy.utils.register_class(PARTWISE_OT_test_take)
    yield
    proposals.discard()
    bpy.utils.unregister_class(PARTWISE_OT_test_take)


@pytest.fixture
def cube() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    parts.set_labels(bpy.context.object.data, np.array([0, 0, 0, 1, 1, 1], np.int32))
    bpy.context.view_layer.update()
    return bpy.context.object


def propose(*objects: bpy.types.Object, results: tuple[str, ...] = ("one", "two"), **fields):
    variants = [Variant(name, [TRIANGLE], name) for name in results]
    made = Proposal("Test", PARTWISE_OT_test_take, [*map(Basis.of, objects)], variants, **fields)
    proposals.show(made)
    return made


def test_one_is_shown_and_the_newest_takes_its_place(cube):
    assert proposals.current() is None
    propose(cube)
    second = propose(cube)
    assert proposals.current() is second
    assert proposals.current(PARTWISE_OT_test_take) is second
    assert proposals.current(AppliesResults) is None
    proposals.discard()
    assert proposals.current() is None


def test_variants_are_shown_in_turn(cube):
    shown = propose(cube, results=("one", "two", "three"))
    names = []
    for step in (0, 1, 1, 1, -1):
        proposals.step(step)
        names.append(shown.variant.name)
    assert names == ["one", "two", "three", "one", "three"]
    proposals.add_variant(shown, Variant("four", []))
    proposals.step(1)
    assert shown.variant.name == "four"


def test_views_are_told(cube):
    heard = []
    changed.seen.listen(lambda: heard.append(1))
    try:
        for action in (
            lambda: propose(cube),
            lambda: proposals.step(1),
            lambda: proposals.add_ghosts(proposals.current(), [TRIANGLE]),
            proposals.discard,
        ):
            heard.clear()
            action()
            assert heard == [1]
        heard.clear()
        proposals.discard()
        assert not heard
    finally:
        changed.seen._listeners.pop()


def move_vertex(obj):
    obj.data.vertices[0].co.x += 1
    obj.data.update()


def sculpt_in_edit_mode(obj):
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.ops.mesh.select_all(action="SELECT")
    bpy.ops.transform.translate(value=(1, 0, 0))
    assert proposals.current() is not None, "while it is edited"
    bpy.ops.object.mode_set(mode="OBJECT")


ENDS = {
    "moved vertex": move_vertex,
    "edit mode": sculpt_in_edit_mode,
    "other parts": lambda obj: parts.set_labels(obj.data, np.zeros(6, np.int32)),
    "no parts": lambda obj: parts.remove_labels(obj.data),
    "deleted": lambda obj: bpy.data.objects.remove(obj),
    "deleted by hand": lambda obj: bpy.ops.object.delete(),
    "another mesh": lambda obj: setattr(obj, "data", bpy.data.meshes.new("Other")),
    "another file": lambda obj: bpy.ops.wm.read_homefile(use_empty=True),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_it_ends_when_what_it_was_made_from_is_another(cube, end):
    propose(cube)
    end(cube)
    bpy.context.view_layer.update()
    assert proposals.current() is None


STAYS = {
    "moved": lambda obj: setattr(obj, "location", (1, 2, 3)),
    "renamed": lambda obj: setattr(obj, "name", "Other"),
    "another object": lambda obj: bpy.ops.mesh.primitive_cube_add(),
    "modifier": lambda obj: obj.modifiers.new("Subdivision", "SUBSURF"),
    "material": lambda obj: obj.data.materials.append(bpy.data.materials.new("Red")),
    "edit mode alone": lambda obj: [bpy.ops.object.editmode_toggle() for _ in range(2)],
    "ticked": lambda obj: setattr(obj.data.partwise.parts[0], "selected", True),
}


@pytest.mark.parametrize("act", STAYS.values(), ids=STAYS)
def test_it_stays_otherwise(cube, act):
    shown = propose(cube)
    act(cube)
    bpy.context.view_layer.update()
    assert proposals.current() is shown


def test_undo_of_its_object_ends_it_and_another_undo_does_not():
    bpy.ops.ed.undo_push(message="nothing")
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.ed.undo_push(message="cube")
    bpy.ops.object.empty_add()
    bpy.ops.ed.undo_push(message="empty")
    shown = propose(bpy.data.objects["Cube"])
    bpy.ops.ed.undo()
    assert "Empty" not in bpy.data.objects
    assert proposals.current() is shown
    bpy.ops.ed.undo()
    assert "Cube" not in bpy.data.objects
    assert proposals.current() is None


def test_undo_of_an_edit_ends_it():
    bpy.ops.mesh.primitive_cube_add()
    bpy.ops.ed.undo_push(message="cube")
    move_vertex(bpy.context.object)
    bpy.ops.ed.undo_push(message="moved")
    propose(bpy.context.object)
    bpy.ops.ed.undo()
    assert proposals.current() is None


def test_it_ends_with_its_job_unless_that_is_done(cube):
    job = jobs.Job("Test")
    shown = propose(cube, job=job)
    assert proposals.current() is shown
    with pytest.raises(BadInput, match="not complete"):
        proposals.accept()
    job.state = jobs.DONE
    assert proposals.current() is shown
    for state in (jobs.FAILED, jobs.CANCELLED):
        propose(cube, job=jobs.Job("Test", state=state))
        assert proposals.current() is None


def test_what_is_accepted_is_one_step_of_undo(cube):
    propose(cube)
    proposals.step(1)
    bpy.ops.ed.undo_push(message="before")
    proposals.accept()
    assert proposals.current() is None
    assert set(bpy.data.objects.keys()) == {"Cube", "two"}
    bpy.ops.ed.undo()
    assert set(bpy.data.objects.keys()) == {"Cube"}


def test_what_changed_unnoticed_is_not_applied(cube):
    propose(cube)
    cube.data.vertices[0].co.x += 1  # as a script does, without a word to Blender
    with pytest.raises(BadInput, match="was edited since"):
        proposals.accept()
    assert proposals.current() is None
    assert set(bpy.data.objects.keys()) == {"Cube"}


def test_a_stretched_object_needs_a_new_one(cube):
    propose(cube)
    cube.scale = (1, 1, 3)
    bpy.context.view_layer.update()
    with pytest.raises(BadInput, match="was edited since"):
        proposals.accept()


def test_what_cannot_be_applied_stays_to_be_seen(cube):
    shown = propose(cube, results=("bad",))
    with pytest.raises(RuntimeError, match="cannot be applied"):
        proposals.accept()
    assert proposals.current() is shown
    bpy.ops.object.duplicate(linked=True)
    with pytest.raises(BadInput, match="shares its mesh"):
        proposals.accept()


def test_a_result_may_need_no_object():
    propose()
    proposals.accept()
    assert set(bpy.data.objects.keys()) == {"one"}
    with pytest.raises(BadInput, match="no preview"):
        proposals.accept()


@pytest.mark.parametrize(
    ("vertices", "faces", "colours"),
    [
        (np.eye(3), [[0, 1, 3]], COLOUR),
        (np.eye(3), [[0, 1, -1]], COLOUR),
        (np.eye(2), [[0, 1, 1]], COLOUR),
        (np.eye(3), [[0, 1]], COLOUR),
        (np.eye(3), [[0, 1, 2]], COLOUR[:3]),
        (np.eye(3), [[0, 1, 2]], np.tile(COLOUR, (2, 1))),
    ],
)
def test_arrays_that_do_not_fit_are_refused(vertices, faces, colours):
    with pytest.raises(ValueError, match="do not fit"):
        Ghost(vertices, np.array(faces), colours)


def test_what_has_to_be_done_first_is_done_when_it_is_accepted(cube):
    def prepare(result):
        def work():
            doubled = yield from jobs.compute(lambda: result * 2)
            return doubled

        return ("Doubling", work())

    propose(cube, prepare=prepare)
    proposals.accept()
    assert jobs.current().title == "Doubling"
    assert "oneone" in bpy.data.objects
    assert proposals.current() is None
    propose(cube, prepare=lambda _: None)
    proposals.accept()
    assert "one" in bpy.data.objects


def test_where_that_fails_or_is_cancelled_the_preview_stays(cube, monkeypatch):
    def fail(_result):
        def work():
            yield from jobs.compute(lambda: None)
            raise BadInput("It does not work.", "Try another.")

        return ("Failing", work())

    shown = propose(cube, prepare=fail)
    with pytest.raises(BadInput, match="does not work"):
        proposals.accept()
    assert proposals.current() is shown
    assert not proposals.is_accepting()
    monkeypatch.setattr(jobs, "_has_no_timers", lambda: False)
    proposals.accept()
    assert proposals.is_accepting()
    jobs.cancel()
    assert proposals.current() is shown
    assert not proposals.is_accepting()
    jobs.dismiss()


def test_what_was_edited_while_that_was_done_is_not_lost(cube, monkeypatch):
    def prepare(result):
        def work():
            yield from jobs.compute(lambda: None)
            return result

        return ("Waiting", work())

    monkeypatch.setattr(jobs, "_has_no_timers", lambda: False)
    propose(cube, prepare=prepare)
    proposals.accept()
    move_vertex(cube)
    bpy.context.view_layer.update()
    jobs.wait(10.0)
    assert jobs.current().state == jobs.FAILED
    assert "one" not in bpy.data.objects
    jobs.dismiss()
