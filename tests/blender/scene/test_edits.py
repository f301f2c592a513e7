# SPDX-License-Identifier: GPL-3.0-or-later
"""New cuts keep what the artist did by hand, say so, and let it go when they are told to."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.backend.contract.tree import MergeTree
from partwise.blender_addon.core import trees
from partwise.blender_addon.core.trees import PolygonTree
from partwise.blender_addon.scene import cuts, edits, parts
from partwise.blender_addon.ui import panels
from partwise.blender_addon.ui.part_properties import PartwisePart

from tests.blender.recording_layout import draw

LEAVES = 8


@pytest.fixture
def strip() -> bpy.types.Object:
    """Eight faces in a row, in four parts of two; the tree joins neighbours pair by pair."""
    corners = [(x, y, 0) for y in (0, 1) for x in range(LEAVES + 1)]
    faces = [(x, x + 1, x + LEAVES + 2, x + LEAVES + 1) for x in range(LEAVES)]
    mesh = bpy.data.meshes.new("Strip")
    mesh.from_pydata(corners, [], faces)
    obj = bpy.data.objects.new("Strip", mesh)
    bpy.context.scene.collection.objects.link(obj)
    bpy.context.view_layer.objects.active = obj
    obj.select_set(True)
    children = np.array([(0, 1), (2, 3), (4, 5), (6, 7), (8, 9), (10, 11), (12, 13)], np.int32)
    heights = np.array([1, 1, 1, 1, 2, 2, 3], np.float32)
    tree = PolygonTree(MergeTree(children, heights, 4), np.arange(8, dtype=np.int32), np.ones(8))
    trees.keep("strip", tree)
    mesh.partwise.fingerprint, mesh.partwise.engine = "strip", "learned"
    cuts.apply_cut(mesh, tree.cut(4), tree)
    bpy.ops.ed.undo_push(message="Cut")
    return obj


def cut(obj: bpy.types.Object, count: int) -> None:
    """Move the slider to so many parts."""
    obj.data.partwise.granularity = trees.find("strip", LEAVES).granularity_of(count)


def merge(obj: bpy.types.Object, *rows: int) -> None:
    for number, part in enumerate(obj.data.partwise.parts):
        part.selected = number in rows
    assert bpy.ops.partwise.merge_parts("EXEC_DEFAULT", True) == {"FINISHED"}


def labels(obj: bpy.types.Object) -> list[int]:
    return parts.get_labels(obj.data).tolist()


def test_a_merge_survives_the_slider_and_counts_among_the_parts(strip):
    merge(strip, 1, 2)
    merged = labels(strip)
    assert merged[2:6] == [merged[2]] * 4
    assert edits.kept_text(strip.data) == "New cuts keep 1 merged part."
    for count in (5, 4, 3):
        cut(strip, count)
        assert labels(strip)[2:6] == merged[2:6]
        assert len(strip.data.partwise.parts) == count
    cut(strip, 1)
    assert len(strip.data.partwise.parts) == 2, "the merged part and the rest"
    assert edits.kept_text(strip.data) == "New cuts keep 1 merged part."
    cut(strip, 8)
    assert len(strip.data.partwise.parts) == 5, "four faces beside it are all that can be cut"


def test_another_analysis_keeps_it_too(strip):
    merge(strip, 1, 2)
    merged = labels(strip)
    children = np.array([(0, 2), (1, 3), (4, 6), (5, 7), (8, 9), (10, 11), (12, 13)], np.int32)
    tree = PolygonTree(
        MergeTree(children, np.arange(7, dtype=np.float32)),
        np.arange(8, dtype=np.int32),
        np.ones(8),
    )
    cuts.apply_cut(strip.data, tree.cut(3), tree)
    assert labels(strip)[2:6] == merged[2:6]
    assert len(strip.data.partwise.parts) == 3


def test_it_is_one_step_of_undo(strip):
    merge(strip, 1, 2)
    merged = labels(strip)
    cut(strip, 8)
    bpy.ops.ed.undo_push(message="Granularity")
    bpy.ops.ed.undo()
    strip = bpy.data.objects["Strip"]
    assert labels(strip) == merged
    assert edits.counts(strip.data) == {"MERGED": 1}


def test_what_is_let_go_is_cut_again_and_nothing_else_changes(strip):
    merge(strip, 1, 2)
    before, names = labels(strip), strip.data.partwise.parts.keys()
    assert bpy.ops.partwise.release_edits() == {"FINISHED"}
    assert (labels(strip), strip.data.partwise.parts.keys()) == (before, names)
    assert edits.kept_text(strip.data) == ""
    assert not strip.data.partwise.edited
    cut(strip, 8)
    assert len(strip.data.partwise.parts) == 8
    with pytest.raises(RuntimeError, match="Nothing was made by hand"):
        bpy.ops.partwise.release_edits()


def test_only_ticked_parts_are_let_go(strip):
    merge(strip, 0, 1)
    merge(strip, 1, 2)
    table = strip.data.partwise.parts
    table[0].selected = True
    assert bpy.ops.partwise.release_edits() == {"FINISHED"}
    assert [part.edited for part in table] == ["NONE", "MERGED"]


def test_a_name_comes_back_with_its_part(strip):
    table = strip.data.partwise.parts
    for part, name in zip(table, ("Left", "Middle", "Other", "Right"), strict=True):
        part.name = name
    cut(strip, 2)
    assert len(table) == 2
    assert edits.kept_text(strip.data) == "New cuts keep 2 names of parts that are not there now."
    cut(strip, 4)
    assert set(table.keys()) == {"Left", "Middle", "Other", "Right"}
    at = {part.name: labels(strip).index(part.part_id) for part in table}
    assert at == {"Left": 0, "Middle": 2, "Other": 4, "Right": 6}
    assert edits.kept_text(strip.data) == ""


def test_a_name_does_not_come_to_another_part(strip):
    table = strip.data.partwise.parts
    for part in table:
        part.name = f"Mine {part.part_id}"
    cut(strip, 2)
    cut(strip, 8)
    assert sum(part.name.startswith("Mine") for part in table) == 2, "halves are other parts"
    assert len(strip.data.partwise.kept_names) == 2
    edits.release(strip.data)
    assert not strip.data.partwise.kept_names


def test_every_kind_of_edit_is_counted(strip):
    mesh = strip.data
    merge(strip, 0, 1)
    mesh.partwise.active = 1
    bpy.ops.partwise.split_part(pieces=2)
    made = np.where(np.arange(8) == 7, 20, parts.get_labels(mesh))
    parts.set_labels(mesh, made.astype(np.int32), names={20: "Tip"})
    edits.mark(mesh, [20], edits.CLICKED)
    assert edits.kept_text(mesh) == (
        "New cuts keep 1 merged part, 2 split parts and 1 clicked part."
    )
    before = labels(strip)
    cut(strip, 1)
    held = set(edits.held(mesh))
    assert all(
        one == other for one, other in zip(before, labels(strip), strict=True) if one in held
    )


def test_assigned_faces_are_an_edit(strip):
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.context.tool_settings.mesh_select_mode = (False, False, True)
    bpy.ops.mesh.select_all(action="DESELECT")
    bpy.ops.mesh.select_random(ratio=0.4)
    assert bpy.ops.partwise.new_part() == {"FINISHED"}
    assert edits.kept_text(strip.data) == "New cuts keep 1 part with assigned faces."
    bpy.ops.object.mode_set(mode="OBJECT")


def test_names_survive_in_edit_mode_too(strip):
    table = strip.data.partwise.parts
    table[1].name = "Middle"
    bpy.ops.object.mode_set(mode="EDIT")
    cut(strip, 1)
    cut(strip, 4)
    bpy.ops.object.mode_set(mode="OBJECT")
    assert "Middle" in table


def test_locked_parts_are_held_but_are_no_edit(strip):
    strip.data.partwise.parts[1].locked = True
    before = labels(strip)
    cut(strip, 8)
    assert labels(strip)[2:4] == before[2:4]
    assert edits.kept_text(strip.data) == ""


def test_the_panel_tells_and_has_the_button(strip):
    merge(strip, 1, 2)
    shown = draw(panels.PARTWISE_PT_main)
    assert "New cuts keep 1 merged part." in " ".join(shown.texts)
    assert "partwise.release_edits" in shown.operators


def test_kinds_are_those_of_the_property():
    items = PartwisePart.bl_rna.properties["edited"].enum_items
    assert tuple(items.keys()) == edits.KINDS
