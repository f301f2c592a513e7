# SPDX-License-Identifier: GPL-3.0-or-later
"""Accept, Next Variant, Discard: what they do, when they are grey, and steps of undo."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import pytest
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.scene import proposals

from tests.blender.ops.proposing import PARTWISE_OT_test_rename, propose


@pytest.fixture(autouse=True)
def registered():
    bpy.utils.register_class(PARTWISE_OT_test_rename)
    yield
    proposals.discard()  # before the class goes
    bpy.utils.unregister_class(PARTWISE_OT_test_rename)


pytestmark = pytest.mark.usefixtures("no_proposal")


@pytest.fixture
def cube() -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    return bpy.context.object


def names() -> list[str]:
    return [obj.name for obj in bpy.data.objects]


NAMES = ["accept_proposal", "step_proposal", "discard_proposal"]
NAMES += ["show_variant", "keep_variant", "drop_variant", "more_variants"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_works_without_a_proposal(name):
    with pytest.raises(RuntimeError, match="There is no preview"):
        getattr(bpy.ops.partwise, name)()


def test_what_is_accepted_is_one_step_of_undo(cube):
    bpy.ops.ed.undo_push(message="before")
    propose(cube, "Fox", "Hen")
    assert bpy.ops.partwise.step_proposal("INVOKE_DEFAULT", True) == {"FINISHED"}
    assert bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True) == {"FINISHED"}
    assert names() == ["Hen"]
    assert proposals.current() is None
    bpy.ops.ed.undo()
    assert names() == ["Cube"]
    bpy.ops.ed.redo()
    assert names() == ["Hen"]


def test_looking_and_leaving_change_nothing_and_are_no_steps_of_undo(cube):
    bpy.ops.ed.undo_push(message="cube")
    cube.name = "Before"
    bpy.ops.ed.undo_push(message="before")
    shown = propose(cube, "Fox", "Hen")
    for step in (1, 1, -1):
        bpy.ops.partwise.step_proposal("EXEC_DEFAULT", True, step=step)
    assert shown.variant.name == "Hen"
    bpy.ops.partwise.discard_proposal("EXEC_DEFAULT", True)
    assert proposals.current() is None
    assert names() == ["Before"]
    bpy.ops.ed.undo()
    assert names() == ["Cube"]


def test_a_single_variant_has_no_next(cube):
    propose(cube, "Fox")
    with pytest.raises(RuntimeError, match="one variant only"):
        bpy.ops.partwise.step_proposal()


def test_it_is_accepted_in_object_mode(cube):
    propose(cube, "Fox")
    bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RuntimeError, match="Switch to Object Mode"):
        bpy.ops.partwise.accept_proposal()
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.ops.partwise.accept_proposal()
    assert names() == ["Fox"]


def test_why_it_was_not_applied_is_said(cube, capsys):
    propose(cube, "Fox")
    cube.scale = (1, 1, 3)
    assert bpy.ops.partwise.accept_proposal() == {"CANCELLED"}
    assert "“Cube” was edited since the preview was made" in capsys.readouterr().out
    assert names() == ["Cube"]
    propose(cube, "bad")
    with pytest.raises(RuntimeError, match=r"^Error: It cannot be applied\.\s*$"):
        bpy.ops.partwise.accept_proposal()
    assert proposals.current() is not None


def test_what_still_grows_is_not_accepted_and_its_job_ends_with_it(cube, monkeypatch):
    def work():
        yield jobs.Ask(None)

    monkeypatch.setattr(jobs, "_has_no_timers", lambda: False)
    job = jobs.start("Test", work())
    propose(cube, "Fox", job=job)
    with pytest.raises(RuntimeError, match="A job is running"):
        bpy.ops.partwise.accept_proposal()
    bpy.ops.partwise.discard_proposal()
    assert job.state == jobs.CANCELLED
    assert jobs.current() is None
    assert names() == ["Cube"]


def test_variants_are_shown_pinned_and_discarded_by_their_numbers(cube):
    shown = propose(cube, "Fox", "Hen", "Owl")
    bpy.ops.partwise.show_variant(number=2)
    assert shown.variant.name == "Owl"
    bpy.ops.partwise.keep_variant(number=1)
    assert [each.is_kept for each in shown.variants] == [False, True, False]
    bpy.ops.partwise.keep_variant(number=1)
    assert not shown.variants[1].is_kept
    bpy.ops.partwise.drop_variant(number=0)
    assert [each.name for each in shown.variants] == ["Hen", "Owl"]
    assert shown.variant.name == "Owl"
    assert bpy.ops.partwise.drop_variant(number=5) == {"CANCELLED"}


def test_what_a_button_of_a_variant_does_is_told_with_its_name(cube):
    propose(cube, "Fox", "Hen")
    cls = bpy.types.Operator.bl_rna_get_subclass_py("PARTWISE_OT_show_variant")
    assert cls.description(bpy.context, SimpleNamespace(number=1)) == "Hen: Show this variant"
    assert cls.description(bpy.context, SimpleNamespace(number=9)) == "Show this variant"


def test_there_are_more_only_where_they_can_be_made_and_kept(cube, monkeypatch):
    shown = propose(cube, "Fox", "Hen")
    with pytest.raises(RuntimeError, match="no other variants"):
        bpy.ops.partwise.more_variants()
    begun = []

    def more():
        begun.append(1)
        return jobs.Job("More", state=jobs.DONE)

    shown.more = more
    assert bpy.ops.partwise.more_variants() == {"FINISHED"}
    monkeypatch.setattr(proposals, "MOST_VARIANTS", 2)
    for number in (0, 1):
        bpy.ops.partwise.keep_variant(number=number)
    with pytest.raises(RuntimeError, match="no room"):
        bpy.ops.partwise.more_variants()
    assert begun == [1]
