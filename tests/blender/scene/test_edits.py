# SPDX-License-Identifier: GPL-3.0-or-later
"""What new cuts replace of the artist's work is told, and how it comes back."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.backend.contract.tree import MergeTree
from partwise.blender_addon.core import trees
from partwise.blender_addon.core.trees import PolygonTree
from partwise.blender_addon.scene import cuts, edits, parts
from partwise.blender_addon.ui import panels
from partwise.blender_addon.ui.properties import PartwisePart

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
    tree = trees.find("strip", LEAVES)
    obj.data.partwise.granularity = tree.granularity_of(count)
    assert len(obj.data.partwise.parts) == count or any(p.locked for p in obj.data.partwise.parts)


def tick(obj: bpy.types.Object, *rows: int) -> None:
    for number, part in enumerate(obj.data.partwise.parts):
        part.selected = number in rows


def merge(obj: bpy.types.Object, *rows: int) -> None:
    tick(obj, *rows)
    assert bpy.ops.partwise.merge_parts("EXEC_DEFAULT", True) == {"FINISHED"}


def test_a_merge_that_a_cut_replaces_is_told_of_and_comes_back(strip):
    merge(strip, 1, 2)
    mesh = strip.data
    merged = parts.get_labels(mesh)
    assert edits.at_risk_text(mesh) == "A new cut replaces 1 merged part. Lock to keep."
    assert edits.replaced_text(mesh) == ""
    cut(strip, 8)
    bpy.ops.ed.undo_push(message="Granularity")
    said = "The new cut replaced what you did: 1 merged part. Ctrl+Z brings it back."
    assert edits.replaced_text(mesh) == said
    assert edits.at_risk_text(mesh) == ""
    assert not mesh.partwise.edited
    cut(strip, 2)
    assert edits.replaced_text(mesh) == said, "as while the slider is dragged on"
    bpy.ops.ed.undo()
    mesh = bpy.data.objects["Strip"].data
    assert (parts.get_labels(mesh) == merged).all()
    assert edits.replaced_text(mesh) == ""
    assert edits.at_risk_text(mesh)


def test_what_stays_as_it_is_was_not_replaced(strip):
    merge(strip, 0, 1)
    cut(strip, 2)  # in which the tree has the same part
    assert edits.replaced_text(strip.data) == ""
    assert edits.at_risk_text(strip.data)
    assert strip.data.partwise.edited


def test_a_locked_part_is_not_replaced(strip):
    merge(strip, 1, 2)
    for part in strip.data.partwise.parts:
        part.locked = part.edited == "MERGED"
    assert edits.at_risk_text(strip.data) == ""
    cut(strip, 8)
    assert edits.replaced_text(strip.data) == ""


def test_names_are_lost_only_with_their_part(strip):
    table = strip.data.partwise.parts
    for part, name in zip(table, ("Left", "Middle", "Other", "Right"), strict=True):
        part.name = name
    cut(strip, 8)
    assert {"Left", "Middle", "Other", "Right"} <= set(table.keys())
    assert edits.replaced_text(strip.data) == ""
    cut(strip, 2)
    assert len(table) == 2
    assert edits.replaced_text(strip.data) == (
        "The new cut replaced what you did: 2 names. Ctrl+Z brings it back."
    )


def test_every_kind_of_edit_is_counted(strip):
    mesh = strip.data
    merge(strip, 0, 1)
    mesh.partwise.active = 1
    bpy.ops.partwise.split_part(pieces=2)
    made = np.where(np.arange(8) == 7, 20, parts.get_labels(mesh))
    parts.set_labels(mesh, made.astype(np.int32), names={20: "Tip"})
    edits.mark(mesh, [20], edits.CLICKED)
    cut(strip, 1)
    assert edits.replaced_text(mesh) == (
        "The new cut replaced what you did: 1 merged part, 2 split parts, 1 clicked part and "
        "1 name. Ctrl+Z brings it back."
    )


def test_assigned_faces_are_an_edit(strip):
    bpy.ops.object.mode_set(mode="EDIT")
    bpy.context.tool_settings.mesh_select_mode = (False, False, True)
    bpy.ops.mesh.select_all(action="DESELECT")
    bpy.ops.mesh.select_random(ratio=0.4)
    assert bpy.ops.partwise.new_part() == {"FINISHED"}
    assert "1 part with assigned faces." in edits.at_risk_text(strip.data)
    bpy.ops.object.mode_set(mode="OBJECT")


def test_the_next_edit_ends_the_message(strip):
    merge(strip, 1, 2)
    cut(strip, 8)
    assert edits.replaced_text(strip.data)
    merge(strip, 0, 1)
    assert edits.replaced_text(strip.data) == ""


def test_the_panel_tells(strip):
    merge(strip, 1, 2)
    assert "Lock to keep." in " ".join(draw(panels.PARTWISE_PT_main).texts)
    cut(strip, 8)
    shown = " ".join(draw(panels.PARTWISE_PT_main).texts)
    assert "replaced what you did: 1 merged part." in shown
    assert "Lock to keep." not in shown


def test_kinds_are_those_of_the_property():
    items = PartwisePart.bl_rna.properties["edited"].enum_items
    assert tuple(items.keys()) == edits.KINDS
