# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts from images are parts of a whole: all can be done with them that can with parts of a split,
with the real engine process."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh.labels import get_labels
from partwise.blender_addon.ops.replace import PARTWISE_OT_apply_replacement
from partwise.blender_addon.scene import proposals
from partwise.blender_addon.scene.assembly import assembly_of
from partwise.blender_addon.ui.panels import PARTWISE_PT_assembly

from tests.blender.assemblies import select
from tests.blender.ops.replacing import content
from tests.blender.picturing import choose, make

pytestmark = pytest.mark.usefixtures("no_proposal")


def accepted() -> list[bpy.types.Object]:
    """The objects of what is previewed; there is a step of undo before them."""
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.partwise.accept_proposal("EXEC_DEFAULT", True) == {"FINISHED"}
    return list(bpy.context.selected_objects)


@pytest.fixture
def doll() -> list[bpy.types.Object]:
    choose()
    make()
    return accepted()


def middles(objects: list[bpy.types.Object]) -> np.ndarray:
    bpy.context.view_layer.update()
    found = [
        np.mean([obj.matrix_world @ v.co for v in obj.data.vertices], axis=0) for obj in objects
    ]
    return np.array(found)


def test_the_panel_of_the_assembly_is_there_and_explode_moves_them_and_back(doll):
    folder = assembly_of(doll[0])
    assert folder.name == "Doll.parts"
    assert set(folder.objects) == set(doll)
    assert PARTWISE_PT_assembly.poll(bpy.context)
    before = middles(doll)
    folder.partwise.explode = 1.0
    apart = middles(doll)
    assert np.linalg.norm(apart[0] - apart[1]) > 1.2 * np.linalg.norm(before[0] - before[1])
    folder.partwise.explode = 0.0
    assert middles(doll) == pytest.approx(before, abs=1e-6)


def test_the_whole_is_out_of_sight_and_is_shown_in_their_place(doll):
    whole = doll[0].partwise.source
    assert whole.name == "Doll"
    assert not whole.visible_get()
    assert sorted(part.name for part in whole.data.partwise.parts) == sorted(
        obj.name.removeprefix("Doll.") for obj in doll
    )
    assert sum(len(obj.data.polygons) for obj in doll) == len(whole.data.polygons)
    assert bpy.ops.partwise.toggle_original("EXEC_DEFAULT", True) == {"FINISHED"}
    assert whole.visible_get()
    assert not any(obj.visible_get() for obj in doll)


def test_joined_back_it_is_the_whole_with_what_was_edited(doll):
    whole, low = doll[0].partwise.source, middles(doll)[:, 2].min()
    mesh, before = whole.data, content(whole.data)
    assert bpy.ops.partwise.join_back("EXEC_DEFAULT", True) == {"FINISHED"}
    assert bpy.context.object == whole
    assert "Doll.parts" not in bpy.data.collections
    assert (whole.data, content(whole.data)) == (mesh, before)
    assert bpy.ops.partwise.split("EXEC_DEFAULT", True) == {"FINISHED"}
    again = min(bpy.context.selected_objects, key=lambda obj: middles([obj])[0, 2])
    part_id = again.partwise.part_id
    again.location.z -= 1.0
    assert bpy.ops.partwise.join_back("EXEC_DEFAULT", True) == {"FINISHED"}
    faces = get_labels(whole.data) == part_id
    centres = np.array([whole.matrix_world @ face.center for face in whole.data.polygons])
    assert centres[faces][:, 2].mean() == pytest.approx(low - 1.0, abs=0.1)


def test_renamed_and_split_again_they_have_the_new_names_alone(doll):
    names = [part.name for part in doll[0].partwise.source.data.partwise.parts]
    bpy.context.scene.partwise.closing = "NONE"
    bpy.ops.partwise.toggle_original("EXEC_DEFAULT", True)
    assert bpy.ops.partwise.rename_parts(
        "EXEC_DEFAULT", True, way="PATTERN", pattern="{object}_{part}"
    ) == {"FINISHED"}
    assert bpy.ops.partwise.split("EXEC_DEFAULT", True) == {"FINISHED"}
    folders = [c for c in bpy.data.collections if c.partwise.source is not None]
    assert len(folders) == 1, "those that nobody touched made room"
    assert sorted(obj.name for obj in folders[0].objects) == sorted(
        f"Doll.Doll_{name}" for name in names
    )


def test_one_is_replaced_by_words_and_one_undo_brings_it_back(doll):
    head, body = sorted(doll, key=lambda obj: -middles([obj])[0, 2])
    kept, old, world = content(body.data), content(head.data), middles([head])[0]
    select(head)
    bpy.context.scene.partwise_replacing.text = "top hat"
    assert bpy.ops.partwise.replace_part() == {"FINISHED"}
    assert proposals.current(PARTWISE_OT_apply_replacement).title == "Doll.red replaced"
    name = head.name
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.partwise.accept_proposal("EXEC_DEFAULT", True) == {"FINISHED"}
    head = bpy.data.objects[name]
    assert head.data.partwise.stands_in == "top hat"
    assert middles([head])[0] == pytest.approx(world, abs=0.5)
    assert content(bpy.data.objects[body.name].data) == kept
    bpy.ops.ed.undo()
    assert content(bpy.data.objects[name].data) == old


def test_one_is_regenerated_among_the_others(doll):
    body = min(doll, key=lambda obj: middles([obj])[0, 2])
    select(body)
    assert bpy.ops.partwise.regenerate_part() == {"FINISHED"}
    shown = proposals.current(PARTWISE_OT_apply_replacement)
    assert len(shown.variants) > 1
    assert shown.variant.covers == [(body.session_uid, None)]


def test_parts_of_words_keep_their_joints_as_parents_of_one_assembly():
    bpy.context.scene.partwise_images.text = "a round table with four legs"
    make()
    made = accepted()
    folder = assembly_of(made[0])
    assert len(made) == len(folder.objects) == 5
    before = middles(made)
    folder.partwise.explode = 1.0
    assert np.abs(middles(made) - before).max() > 0.1
    folder.partwise.explode = 0.0
    assert middles(made) == pytest.approx(before, abs=1e-5)
    assert all(len(obj.material_slots) == 1 for obj in made)
    whole = made[0].partwise.source
    kept = whole.data
    assert bpy.ops.partwise.join_back("EXEC_DEFAULT", True) == {"FINISHED"}
    assert whole.data == kept, "what nobody edited is the whole as it was"
