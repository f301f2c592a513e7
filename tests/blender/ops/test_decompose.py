# SPDX-License-Identifier: GPL-3.0-or-later
"""Decompose in Blender, with the real engine process: one job from the mesh to its parts."""

from __future__ import annotations

import time
from pathlib import Path

import bmesh
import bpy
import numpy as np
import pytest
from partwise.backend.contract.requests import Segmented
from partwise.blender_addon.core import trees
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.scene import analyses, parts

from tests.bad_meshes import CORPUS

SHAPES = Path(__file__).parents[2] / "fixtures" / "smooth_shapes.npz"


def add_mesh(name: str, vertices: np.ndarray, faces: np.ndarray) -> bpy.types.Object:
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices.tolist(), [], faces.tolist())
    obj = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(obj)
    obj.select_set(True)
    bpy.context.view_layer.objects.active = obj
    return obj


def shape(name: str) -> bpy.types.Object:
    with np.load(SHAPES) as data:
        return add_mesh(name, data[f"{name}/vertices"], data[f"{name}/faces"])


@pytest.fixture
def human() -> bpy.types.Object:
    return shape("human")


@pytest.fixture
def settings() -> bpy.types.PropertyGroup:
    return bpy.context.scene.partwise


def decompose() -> None:
    assert bpy.ops.partwise.decompose() == {"FINISHED"}
    assert jobs.current().state == "DONE"


def count(obj: bpy.types.Object) -> int:
    labels = parts.get_labels(obj.data)
    return len(np.unique(labels[labels >= 0]))


def refused(match: str) -> None:
    with pytest.raises(RuntimeError, match=match):
        bpy.ops.partwise.decompose()


def test_a_mesh_gets_parts_a_table_and_a_tree(human):
    decompose()
    assert 4 <= count(human) <= 30
    table = human.data.partwise
    assert len(table.parts) == count(human)
    assert sum(part.faces for part in table.parts) == 4000
    assert (table.engine, table.variant, table.notice) == ("learned", 0, "")
    assert table.granularity == pytest.approx(0.5, abs=0.05)
    assert trees.find(table.fingerprint, 4000)


def test_polygons_stay_whole(human):
    human.modifiers.new("quads", "REMESH").mode = "SHARP"
    bpy.ops.object.modifier_apply(modifier="quads")
    sides = {len(polygon.vertices) for polygon in human.data.polygons}
    assert sides == {4}
    decompose()
    assert count(human) > 2
    assert parts.get_labels(human.data).min() == 0


def test_an_exact_count(human, settings):
    settings.count_mode, settings.part_count = "COUNT", 5
    decompose()
    assert count(human) == 5


def test_a_count_that_cannot_be_made_names_the_most(settings):
    bpy.ops.mesh.primitive_plane_add()
    settings.count_mode, settings.part_count = "COUNT", 50
    refused("cannot be cut into 50 parts.*from 1 to")
    assert not parts.has_labels(bpy.context.object.data)


def test_granularity_makes_more_or_fewer(human, settings):
    settings.count_mode, settings.granularity = "GRANULARITY", 0.2
    decompose()
    few = count(human)
    settings.granularity = 0.8
    decompose()
    assert count(human) > few


def test_the_slider_cuts_without_the_engine(human, monkeypatch):
    decompose()
    monkeypatch.setattr(jobs, "start", None)
    before = parts.get_labels(human.data)
    human.data.partwise.granularity = 0.9
    assert count(human) > len(np.unique(before))
    human.data.partwise.granularity = 0.0
    assert count(human) == 1


def test_the_slider_analyses_again_when_the_tree_is_gone(human):
    decompose()
    trees.forget()
    human.data.partwise.granularity = 0.8
    tree = analyses.tree_of(human.data)
    assert tree is not None
    assert count(human) == tree.tree.parts_at(0.8)


def test_one_part_more_or_fewer(human):
    decompose()
    before = count(human)
    bpy.ops.partwise.step_parts(step=1)
    assert before < count(human) <= before + 2, "a part, or one and its mirror image"
    bpy.ops.partwise.step_parts(step=before - count(human) - 1)
    assert before - 2 <= count(human) < before


def test_one_part_more_needs_parts_and_their_tree(human, monkeypatch):
    with pytest.raises(RuntimeError, match="no parts yet"):
        bpy.ops.partwise.step_parts()
    decompose()
    before = count(human)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "busy", lambda: True)
        with pytest.raises(RuntimeError, match="A job is running"):
            bpy.ops.partwise.step_parts()
    assert count(human) == before


def test_one_part_more_when_the_tree_is_gone(human):
    decompose()
    before = count(human)
    trees.forget()
    assert bpy.ops.partwise.step_parts.poll()
    for _ in range(2):
        bpy.ops.partwise.step_parts(step=1)
        assert before < count(human) <= before + 2, "a part, or one and its mirror image"
        before = count(human)
    bpy.ops.partwise.remove_parts()
    assert not bpy.ops.partwise.step_parts.poll()


def test_a_locked_part_survives_every_cut(human):
    decompose()
    part = max(human.data.partwise.parts, key=lambda part: part.faces)
    part.locked, part.name = True, "Kept"
    faces = parts.get_labels(human.data) == part.part_id
    part_id = part.part_id
    for granularity in (0.0, 1.0, 0.3):
        human.data.partwise.granularity = granularity
        assert ((parts.get_labels(human.data) == part_id) == faces).all()
    decompose()
    assert parts.part_of(human.data, part_id).name == "Kept"
    assert ((parts.get_labels(human.data) == part_id) == faces).all()


def test_parts_that_survive_keep_name_and_colour(human):
    decompose()
    part = human.data.partwise.parts[0]
    part.name, part.colour = "Left Foot", (1, 0, 0)
    part_id = part.part_id
    bpy.ops.partwise.step_parts(step=1)
    assert parts.part_of(human.data, part_id).name == "Left Foot"
    assert tuple(parts.part_of(human.data, part_id).colour) == (1, 0, 0)


def test_the_engine_is_a_setting(human, settings):
    decompose()
    learned = parts.get_labels(human.data)
    settings.engine = "GEOMETRIC"
    decompose()
    assert human.data.partwise.engine == "geometric"
    assert (parts.get_labels(human.data) != learned).any()


def test_a_fallback_is_told_until_the_engine_is_chosen(human, settings, monkeypatch):
    answer = Segmented.from_message

    def without_weights(params, arrays):
        return answer(params | {"engine": "geometric", "notice": "No weights."}, arrays)

    with monkeypatch.context() as patch:
        patch.setattr(Segmented, "from_message", without_weights)
        decompose()
    assert human.data.partwise.notice == "No weights."
    settings.engine = "GEOMETRIC"
    decompose()
    assert human.data.partwise.notice == ""


def test_several_meshes_at_once(human):
    cup = shape("cup")
    decompose()
    assert count(human) > 1
    assert count(cup) >= 1
    assert jobs.current().title == "Decomposing 2 Objects"


def test_progress_of_several_meshes_is_that_of_all(human, monkeypatch):
    shape("cup")
    seen = []
    monkeypatch.setattr(jobs, "_show", lambda job: seen.append((job.state, job.share)))
    decompose()
    shares = [share for state, share in seen if state == "RUNNING"]
    assert shares == sorted(shares)
    assert 0.5 in shares
    assert max(shares[: shares.index(0.5)]) < 0.5


def select(obj: bpy.types.Object, chosen: np.ndarray) -> None:
    """Select faces in Edit Mode."""
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.context.tool_settings.mesh_select_mode = (False, False, True)
    edited = bmesh.from_edit_mesh(obj.data)
    for face in edited.faces:
        face.select_set(bool(chosen[face.index]))
    edited.select_flush_mode()
    bmesh.update_edit_mesh(obj.data)
    assert obj.data.total_face_sel == chosen.sum()


def upper_half(obj: bpy.types.Object) -> np.ndarray:
    heights = np.array([polygon.center.z for polygon in obj.data.polygons])
    return heights > np.median(heights)


def test_faces_selected_in_edit_mode_are_decomposed_alone(human, settings):
    chosen = upper_half(human)
    select(human, chosen)
    settings.count_mode, settings.part_count = "COUNT", 3
    decompose()
    labels = parts.get_labels(human.data)
    assert len(np.unique(labels[chosen])) == 3
    assert (labels[~chosen] == -1).all()
    select(human, ~chosen)
    decompose()
    after = parts.get_labels(human.data)
    assert (after[chosen] == labels[chosen]).all()
    assert len(np.unique(after)) == 6


def test_what_was_selected_when_edit_mode_was_left_does_not_count(human):
    select(human, upper_half(human))
    bpy.ops.object.mode_set(mode="OBJECT")
    decompose()
    assert parts.get_labels(human.data).min() == 0


@pytest.mark.parametrize("everything", [False, True])
def test_nothing_or_everything_selected_means_the_whole_mesh(human, everything):
    select(human, np.full(4000, everything))
    decompose()
    assert parts.get_labels(human.data).min() == 0


def test_what_comes_after_keeps_to_the_faces_that_were_decomposed(human, settings):
    chosen = upper_half(human)
    select(human, chosen)
    decompose()
    bpy.ops.object.mode_set(mode="OBJECT")
    trees.forget()
    human.data.partwise.granularity = 0.9
    assert jobs.current().state == "DONE"
    assert ((parts.get_labels(human.data) >= 0) == chosen).all()


def test_in_edit_mode(human):
    bpy.ops.object.mode_set(mode="EDIT")
    decompose()
    assert bpy.context.mode == "EDIT_MESH"
    found = parts.get_labels(human.data)
    bpy.ops.object.mode_set(mode="OBJECT")
    assert (parts.get_labels(human.data) == found).all()
    assert count(human) > 2


def test_undo_in_edit_mode_brings_the_names_of_parts_back(human, settings):
    """Blender undoes only faces there; the table of parts has to follow, with its names."""
    decompose()
    before, table = parts.get_labels(human.data), human.data.partwise.parts
    table[0].name = table[0].given = "Trunk"
    names = table.keys()
    largest = table[0].part_id
    select(human, before == largest)
    settings.count_mode, settings.part_count = "COUNT", 3
    bpy.ops.ed.undo_push(message="Edit Mode")
    decompose()
    bpy.ops.ed.undo_push(message="Decompose")
    human = bpy.data.objects["human"]
    cut = human.data.partwise.parts.keys()
    assert cut != names
    bpy.ops.ed.undo()
    human = bpy.data.objects["human"]
    assert (parts.get_labels(human.data) == before).all()
    assert human.data.partwise.parts.keys() == names
    bpy.ops.ed.redo()
    assert bpy.data.objects["human"].data.partwise.parts.keys() == cut


def test_mirrored_turned_and_scaled_objects_have_the_same_parts(human):
    decompose()
    before = parts.get_labels(human.data)
    parts.remove_labels(human.data)
    human.scale, human.rotation_euler = (-2, 2, 2), (1, 2, 3)
    decompose()
    assert (parts.get_labels(human.data) == before).all()


def test_objects_that_share_a_mesh_get_their_parts_at_once(human):
    bpy.ops.object.duplicate(linked=True)
    human.select_set(True)
    decompose()
    assert bpy.context.object.data == human.data
    assert count(human) > 2


def test_shared_meshes_are_copied_on_request(human, settings):
    bpy.ops.object.duplicate(linked=True)
    copy = bpy.context.object
    settings.copy_linked = True
    decompose()
    assert copy.data != human.data
    assert count(copy) > 2
    assert not parts.has_labels(human.data)


def test_hints_from_materials_are_followed(human, settings):
    settings.hint_materials = True
    high = np.array([p.center.z for p in human.data.polygons])
    material = (high > np.quantile(high, 0.4)).astype(np.int32)
    human.data.polygons.foreach_set("material_index", material)
    decompose()
    labels = parts.get_labels(human.data)
    shares = np.array([material[labels == part].mean() for part in np.unique(labels)])
    assert np.minimum(shares, 1 - shares).max() < 0.02


def meanwhile(monkeypatch, change) -> jobs.Job:
    """Decompose as with a window, with something done while the job runs; the ended job."""
    monkeypatch.setattr(jobs, "_has_no_timers", lambda: False)
    bpy.ops.partwise.decompose()
    assert jobs.busy()
    change()
    deadline = time.monotonic() + 60
    while jobs.busy() and time.monotonic() < deadline:
        jobs.pump()
        time.sleep(0.01)
    return jobs.current()


def test_an_object_that_is_deleted_while_its_job_runs(human, monkeypatch):
    job = meanwhile(monkeypatch, bpy.ops.object.delete)
    assert job.state == "FAILED"
    assert "“human” was deleted" in str(job.error)
    assert not bpy.data.objects


def test_an_object_that_is_edited_while_its_job_runs(human, monkeypatch):
    job = meanwhile(monkeypatch, human.data.flip_normals)
    assert job.state == "FAILED"
    assert "“human” was edited" in str(job.error)
    assert not parts.has_labels(human.data)


def test_an_object_that_is_renamed_moved_and_hidden_while_its_job_runs(human, monkeypatch):
    def change() -> None:
        human.name, human.location = "人 Mensch", (1, 2, 3)
        human.hide_set(True)

    assert meanwhile(monkeypatch, change).state == "DONE"
    assert count(human) > 2


def test_an_undo_while_a_job_runs(human, monkeypatch):
    bpy.ops.ed.undo_push(message="before")
    human.data.vertices[0].co.x += 0.1
    bpy.ops.ed.undo_push(message="edit")
    job = meanwhile(monkeypatch, bpy.ops.ed.undo)
    assert job.state == "FAILED"
    assert "was edited" in str(job.error)
    assert not parts.has_labels(bpy.data.objects["human"].data)


@pytest.mark.of_the_engine
@pytest.mark.parametrize("name", sorted(set(CORPUS) - {"index_too_large", "index_negative"}))
def test_bad_meshes_are_segmented_or_refused_with_a_sentence(name):
    bad = CORPUS[name]()
    obj = add_mesh(name, bad.vertices, bad.faces)
    before = len(obj.data.polygons)
    if bad.usable:
        decompose()
        assert parts.get_labels(obj.data).min() == 0
    else:
        with pytest.raises(RuntimeError, match=r"\w\."):
            bpy.ops.partwise.decompose()
        assert not parts.has_labels(obj.data)
        assert not obj.data.partwise.parts
    assert len(obj.data.polygons) == before
