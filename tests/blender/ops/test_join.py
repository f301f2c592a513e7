# SPDX-License-Identifier: GPL-3.0-or-later
"""Join Back as an operator: the file as it was, undo and redo, what is told and what is refused."""

from __future__ import annotations

import bpy
import pytest
from partwise.blender_addon.engine import jobs

from tests.blender.assemblies import cube, vase
from tests.blender.mesh_dump import differences, differing_layers, dump_mesh, dump_scene

__all__ = ["cube", "vase"]  # fixtures


@pytest.mark.parametrize("origin", ["SOURCE", "BOUNDS", "SURFACE", "JOINT"])
def test_split_and_join_back_leave_the_file_as_it_was(vase: bpy.types.Object, origin: str):
    bpy.context.scene.partwise.origin = origin
    before = dump_scene()
    bpy.ops.partwise.split()
    assert differences(before, dump_scene())
    assert bpy.ops.partwise.join_back() == {"FINISHED"}
    assert differences(before, dump_scene()) == []
    assert bpy.context.object == vase


def test_undo_and_redo_restore_the_file_exactly(vase: bpy.types.Object):
    bpy.context.scene.partwise.origin = "BOUNDS"
    vase.data.uv_layer_clone_index = 0  # the one thing that Blender 5 does not bring back itself
    states = [dump_scene()]
    bpy.ops.ed.undo_push(message="start")
    for step in (bpy.ops.partwise.split, move_a_part, bpy.ops.partwise.join_back):
        step()
        bpy.ops.ed.undo_push(message="step")
        states.append(dump_scene())
    for state in states[-2::-1]:
        bpy.ops.ed.undo()
        assert differences(state, dump_scene()) == []
    for state in states[1:]:
        bpy.ops.ed.redo()
        assert differences(state, dump_scene()) == []


def move_a_part() -> None:
    part = bpy.data.objects["Vase.Fuß"]
    part.location.z += 4
    bpy.context.view_layer.update()


def test_several_assemblies_at_once(cube: bpy.types.Object):
    bpy.ops.object.duplicate()
    cube.select_set(True)
    before = dump_scene()
    bpy.ops.partwise.split()
    bpy.ops.partwise.join_back()
    after = dump_scene()
    before.pop("active"), after.pop("active")
    assert differences(before, after) == []


def test_modifiers_of_parts_are_named(cube: bpy.types.Object, capsys: pytest.CaptureFixture[str]):
    bpy.ops.partwise.split()
    part = bpy.data.objects["Cube.Part.01"]
    part.modifiers.new("Rounded", "BEVEL")
    part.data.vertices[0].co.x += 0.5
    bpy.ops.partwise.join_back()
    assert "left out: Rounded" in capsys.readouterr().out


def test_caps_are_taken_off_again(cube: bpy.types.Object):
    bpy.context.scene.partwise.closing = "CAP"
    before = dump_mesh(cube.data)
    bpy.ops.partwise.split()
    part = bpy.data.objects["Cube.Part.01"].data
    assert "partwise_cap" in part.attributes
    part.attributes.new("Mine", "INT", "FACE").data[0].value = 1  # so that a new mesh is made
    bpy.ops.partwise.join_back()
    after = dump_mesh(cube.data)
    assert after.counts == before.counts
    unlike = {"sharp_edge", "sharp_face", "Mine"}
    assert differing_layers(after, before, ignore=unlike) == set()
    assert not any(edge.use_edge_sharp for edge in cube.data.edges)


@pytest.mark.parametrize("origin", ["SOURCE", "BOUNDS"])
def test_capped_parts_that_nobody_touched_give_the_original_back(vase: bpy.types.Object, origin):
    bpy.context.scene.partwise.origin, bpy.context.scene.partwise.closing = origin, "CAP"
    before, mesh = dump_scene(), vase.data
    bpy.ops.partwise.split()
    assert jobs.current().state == "DONE"
    assert any("partwise_cap" in part.data.attributes for part in bpy.context.selected_objects)
    bpy.ops.partwise.join_back()
    assert vase.data == mesh
    assert differences(before, dump_scene()) == []


def test_what_cannot_be_joined_says_why(scene: bpy.types.Scene):
    bpy.ops.mesh.primitive_cube_add()
    assert not bpy.ops.partwise.join_back.poll()
    with pytest.raises(RuntimeError, match="Select a part"):
        bpy.ops.partwise.join_back()
