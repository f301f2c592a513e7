# SPDX-License-Identifier: GPL-3.0-or-later
"""Try Another: other parts one after the other, seen before one of them is taken."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import numpy as np
import pytest
from partwise.backend.contract.requests import PictureParts, Segment
from partwise.blender_addon.core import trees
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.ops.alternatives import PARTWISE_OT_apply_alternative as APPLY
from partwise.blender_addon.scene import parts, proposals
from partwise.blender_addon.scene.proposals import Proposal, Variant
from partwise.blender_addon.ui import panels_alternatives, thumbnails

from tests.blender.mesh_dump import dump_scene
from tests.blender.ops.test_decompose import count, decompose, select, shape, upper_half
from tests.blender.recording_layout import draw


@pytest.fixture(autouse=True)
def nothing_stays(no_proposal: None) -> Iterator[None]:
    yield
    thumbnails.forget()


@pytest.fixture
def human() -> bpy.types.Object:
    made = shape("human")
    decompose()
    return made


@pytest.fixture
def settings() -> bpy.types.PropertyGroup:
    return bpy.context.scene.partwise


def try_another() -> Proposal:
    assert bpy.ops.partwise.try_another() == {"FINISHED"}
    assert jobs.current().state == "DONE", jobs.current().error
    return proposals.current(APPLY)


def take(number: int = 0) -> None:
    proposals.show_variant(proposals.current(APPLY), number)
    assert bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True) == {"FINISHED"}
    assert proposals.current() is None


def same_parts(one: np.ndarray, two: np.ndarray) -> bool:
    """Are two labellings the same, under whatever numbers?"""
    pairs = len(np.unique(np.stack([one, two]), axis=1).T)
    return pairs == len(np.unique(one)) == len(np.unique(two))


def ids_of(variant: Variant) -> np.ndarray:
    """(F,) a number for the colour of each face that is seen."""
    return np.unique(variant.ghosts[0].colours, axis=0, return_inverse=True)[1].reshape(-1)


def face_colours(obj: bpy.types.Object) -> np.ndarray:
    """(F, 3) of the parts that the object has."""
    table = {part.part_id: tuple(part.colour) for part in obj.data.partwise.parts}
    return np.array([table[label] for label in parts.get_labels(obj.data).tolist()], np.float32)


def test_they_are_seen_in_the_colours_that_they_get_and_nothing_changes_before(human):
    before = dump_scene()
    shown = try_another()
    assert 2 <= len(shown.variants) <= 4
    assert shown.index == 0
    assert shown.title == "Other parts of human"
    names = [variant.name.partition(",")[0] for variant in shown.variants]
    assert names[0] == "Alternative 1"
    assert names[-1] == "As it is"
    pictures = [variant.thumbnail for variant in shown.variants]
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)
    assert all(variant.covers == [(human.session_uid, None)] for variant in shown.variants)
    layout = draw(panels_alternatives.PARTWISE_PT_alternatives)
    assert layout.operators.count("partwise.show_variant") == len(pictures)
    np.testing.assert_allclose(
        shown.variants[-1].ghosts[0].colours[:, :3], face_colours(human), atol=1e-6
    )
    ghost, (_, number) = shown.variants[0].ghosts[0], shown.variants[0].name.split(",")
    proposals.discard()
    assert dump_scene() == before
    try_another()
    take()
    assert number == f" {count(human)} parts"
    np.testing.assert_allclose(ghost.colours[:, :3], face_colours(human), atol=1e-6)


def test_one_is_taken_in_one_step_of_undo_with_its_slider(human):
    best = parts.get_labels(human.data)
    bpy.ops.ed.undo_push(message="Decomposed")
    try_another()
    take()
    other = parts.get_labels(human.data)
    assert not same_parts(other, best)
    bpy.ops.ed.undo()
    mesh = bpy.data.objects["human"].data
    assert mesh.partwise.variant == 0
    assert (parts.get_labels(mesh) == best).all()
    mesh.partwise.granularity = 0.8
    mesh.partwise.granularity = 0.5
    assert same_parts(parts.get_labels(mesh), best)
    bpy.ops.ed.redo()
    mesh = bpy.data.objects["human"].data
    assert mesh.partwise.variant == 1
    assert (parts.get_labels(mesh) == other).all()


def test_after_another_the_best_is_among_them(human):
    best = parts.get_labels(human.data)
    try_another()
    take()
    names = [variant.name.partition(",")[0] for variant in try_another().variants]
    assert "Alternative 1" not in names
    take(names.index("The best"))
    assert human.data.partwise.variant == 0
    assert same_parts(parts.get_labels(human.data), best)


def test_what_there_is_can_be_looked_at_and_need_not_be_taken(human):
    shown = try_another()
    proposals.show_variant(shown, len(shown.variants) - 1)
    assert not bpy.ops.partwise.accept_proposal.poll()
    assert shown.lacks.startswith("These are the parts that there are")


def test_a_lock_hints_and_fineness_stay(human, settings):
    settings.hint_materials = True
    high = np.array([p.center.z for p in human.data.polygons])
    material = (high > np.quantile(high, 0.4)).astype(np.int32)
    human.data.polygons.foreach_set("material_index", material)
    decompose()
    part = max(human.data.partwise.parts, key=lambda part: part.faces)
    part.locked, part_id = True, part.part_id
    faces = parts.get_labels(human.data) == part_id
    human.data.partwise.granularity = 0.8
    try_another()
    take()
    assert human.data.partwise.granularity == pytest.approx(0.8, abs=0.05)
    found = parts.get_labels(human.data)
    assert ((found == part_id) == faces).all()
    shares = np.array([material[found == part].mean() for part in np.unique(found)])
    assert np.minimum(shares, 1 - shares).max() < 0.02
    parts.part_of(human.data, part_id).locked = False
    settings.count_mode, settings.part_count = "COUNT", 5
    try_another()
    take()
    assert count(human) == 5


def test_a_flat_face_has_no_other_parts():
    bpy.ops.mesh.primitive_plane_add()
    decompose()
    with pytest.raises(RuntimeError, match="There are no other parts of Plane"):
        bpy.ops.partwise.try_another()
    assert proposals.current() is None


def test_what_comes_out_alike_is_not_shown_twice():
    bpy.ops.mesh.primitive_cube_add()
    decompose()
    shown = try_another()
    pairs = [(a, b) for a in shown.variants for b in shown.variants if a is not b]
    assert not any(same_parts(*(ids_of(each) for each in pair)) for pair in pairs)
    assert shown.missing == 4 - len(shown.variants) > 0


def test_only_what_was_decomposed_is_taken_and_in_object_mode(human):
    cup = shape("cup")
    try_another()
    take()
    assert human.data.partwise.variant == 1
    assert not parts.has_labels(cup.data)
    bpy.context.view_layer.objects.active = human
    bpy.ops.object.mode_set(mode="EDIT")
    with pytest.raises(RuntimeError, match="Switch to Object Mode"):
        bpy.ops.partwise.try_another()
    bpy.ops.object.mode_set(mode="OBJECT")
    human.select_set(False)
    with pytest.raises(RuntimeError, match="Decompose this object first"):
        bpy.ops.partwise.try_another()


def test_several_objects_get_other_parts_together(human):
    cup = shape("cup")
    decompose()
    shown = try_another()
    assert shown.title == "Other parts of 2 objects"
    assert {ghost.uid for ghost in shown.variant.ghosts} == {human.session_uid, cup.session_uid}
    take()
    assert (human.data.partwise.variant, cup.data.partwise.variant) == (1, 1)


def test_faces_that_were_not_decomposed_stay_so_and_are_grey(human):
    bpy.ops.partwise.remove_parts()
    chosen = upper_half(human)
    select(human, chosen)
    decompose()
    bpy.ops.object.mode_set(mode="OBJECT")
    ghost = try_another().variant.ghosts[0]
    assert len(ghost.faces) == len(chosen), "all are triangles"
    assert (ghost.colours[~chosen, :3] == 0.5).all()
    take()
    assert ((parts.get_labels(human.data) >= 0) == chosen).all()


def test_a_subdivided_object_is_seen_subdivided(human):
    human.modifiers.new("Subdivision", "SUBSURF").levels = 1
    bpy.context.view_layer.update()
    ghost = try_another().variant.ghosts[0]
    assert len(ghost.faces) == 6 * len(human.data.polygons)
    assert len(np.unique(ghost.colours, axis=0)) == int(
        proposals.current().variant.name.split()[-2]
    )


def test_an_edit_of_the_object_ends_it(human):
    try_another()
    parts.set_labels(human.data, np.zeros(len(human.data.polygons), np.int32))
    assert proposals.current() is None


def test_each_is_asked_for_once_and_pictured(human, monkeypatch):
    asked, submit = [], jobs.client().submit

    def heard(request, *more, **named):
        asked.append(request)
        return submit(request, *more, **named)

    shares = []
    monkeypatch.setattr(jobs.client(), "submit", heard)
    monkeypatch.setattr(jobs, "_show", lambda job: shares.append(job.share))
    shown = try_another()
    variants = [each.variant for each in asked if isinstance(each, Segment)]
    assert variants == [1, 2, 3]
    assert sum(isinstance(each, PictureParts) for each in asked) == len(shown.variants)
    assert any(0.4 < share < 0.7 for share in shares), "a picture is not the end of the job"


def test_the_slider_finds_the_same_variant_when_the_tree_is_gone(human):
    try_another()
    take()
    human.data.partwise.granularity = 0.8
    fine = parts.get_labels(human.data)
    trees.forget()
    human.data.partwise.granularity = 0.5
    human.data.partwise.granularity = 0.8
    assert human.data.partwise.variant == 1
    assert len(np.unique(fine)) == count(human)


def test_parts_that_are_removed_leave_no_engine_behind(human):
    try_another()
    take()
    bpy.ops.partwise.remove_parts()
    table = human.data.partwise
    assert (table.engine, table.variant, table.notice, table.fingerprint) == ("", 0, "", "")
