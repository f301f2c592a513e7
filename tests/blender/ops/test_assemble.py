# SPDX-License-Identifier: GPL-3.0-or-later
"""Split as an operator: what is refused, closed cuts, one step of undo, and the original shown."""

from __future__ import annotations

import bpy
import numpy as np
import pytest
from partwise.backend.contract.engines import Told
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.scene import parts
from partwise.blender_addon.scene.assembly import assembly_of
from partwise.blender_addon.ui import panels

from tests.blender.arms import tick
from tests.blender.assemblies import HALVES, labelled_cube, names
from tests.blender.recording_layout import draw


def is_closed(mesh: bpy.types.Mesh) -> bool:
    uses = np.zeros(len(mesh.edges), dtype=int)
    for loop in mesh.loops:
        uses[loop.edge_index] += 1
    return bool((uses == 2).all())


def test_several_objects_at_once():
    one = labelled_cube()
    two = labelled_cube()
    one.select_set(True)
    bpy.ops.partwise.split()
    assert names(f"{one.name}.parts")[0] == "Cube.Part.01"
    assert names(f"{two.name}.parts")[0] == "Cube.001.Part.01"
    assert len(bpy.context.selected_objects) == 4


def test_cuts_are_closed_by_the_engine():
    bpy.context.scene.partwise.closing = "CAP"
    cube = labelled_cube()
    cube.scale = (1, 2, -3)
    bpy.ops.partwise.split()
    assert jobs.current().state == "DONE"
    made = bpy.data.collections["Cube.parts"].objects
    assert len(made) == 2
    assert all(is_closed(part.data) for part in made)
    assert all("partwise_cap" in part.data.attributes for part in made)
    assert not is_closed(cube.data) or len(cube.data.polygons) == 6


def test_the_original_can_be_looked_at_and_split_again():
    cube = labelled_cube()
    bpy.ops.partwise.split()
    first = bpy.data.collections["Cube.parts"]
    first.objects[0].location.x += 5
    bpy.ops.partwise.toggle_original()
    assert bpy.context.object == cube
    assert cube.visible_get()
    assert not first.objects[0].visible_get()
    bpy.ops.partwise.split()
    assert [c.name for c in bpy.data.collections if ".source" in c.name] == ["Cube.source"]
    assert len(bpy.data.collections["Cube.parts.001"].objects) == 2
    assert not cube.visible_get()
    assert first.objects[0].location.x == 6, "the artist's edit of the first parts is kept"
    bpy.context.view_layer.objects.active = cube
    assert assembly_of(cube).name == "Cube.parts.001"


def test_the_parts_come_back():
    cube = labelled_cube()
    bpy.ops.partwise.split()
    for expected in (True, False):
        bpy.ops.partwise.toggle_original()
        assert cube.visible_get() == expected
        assert bpy.data.objects["Cube.Part.01"].visible_get() != expected
    assert len(bpy.context.selected_objects) == 2


def test_undo_brings_the_whole_back_in_one_step():
    labelled_cube()
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.partwise.split()
    bpy.ops.ed.undo_push(message="Split")
    bpy.ops.ed.undo()
    assert "Cube.parts" not in bpy.data.collections
    assert [obj.name for obj in bpy.data.objects] == ["Cube"]
    bpy.ops.ed.redo()
    assert names("Cube.parts") == ["Cube.Part.01", "Cube.脚 Fuß"]


def test_what_cannot_be_split_says_why():
    bpy.ops.mesh.primitive_cube_add()
    assert not bpy.ops.partwise.split.poll()


def points_of(obj: bpy.types.Object) -> set[tuple[float, ...]]:
    """Where the vertices of an object are in the world."""
    return {(obj.matrix_world @ vertex.co).to_tuple(4) for vertex in obj.data.vertices}


def test_objects_that_share_a_mesh_are_split_together_and_share_their_parts():
    cube = labelled_cube()
    cube.select_set(True)
    bpy.ops.object.duplicate(linked=True)
    copy = bpy.context.object
    copy.location, copy.scale = (5, 0, 0), (1, 2, 3)
    bpy.context.scene.partwise.origin = "BOUNDS"
    bpy.ops.ed.undo_push(message="Copy")
    bpy.ops.partwise.split("EXEC_DEFAULT", True)
    assert names("Cube.001.parts") == ["Cube.001.Part.01", "Cube.001.脚 Fuß"]
    assert names("Cube.parts") == ["Cube.Part.01", "Cube.脚 Fuß"]
    assert not cube.visible_get()
    bpy.context.view_layer.update()
    for name in ("Part.01", "脚 Fuß"):
        one, two = bpy.data.objects[f"Cube.{name}"], bpy.data.objects[f"Cube.001.{name}"]
        assert one.data == two.data
        for part, source in ((one, cube), (two, copy)):
            assert points_of(part) <= points_of(source)
    bpy.ops.object.select_all(action="DESELECT")
    bpy.context.view_layer.objects.active = bpy.data.objects["Cube.Part.01"]
    bpy.context.object.select_set(True)
    mesh = cube.data
    assert bpy.ops.partwise.join_back("EXEC_DEFAULT", True) == {"FINISHED"}
    assert cube.data == copy.data == mesh, "nothing was edited"
    assert names("Cube.001.parts") == ["Cube.001.Part.01", "Cube.001.脚 Fuß"]
    for _ in range(2):
        bpy.ops.ed.undo()
    assert bpy.data.objects["Cube.001"].visible_get()
    assert "Cube.parts" not in bpy.data.collections


def test_shared_meshes_are_split_alone_on_request():
    cube = labelled_cube()
    bpy.ops.object.duplicate(linked=True)
    bpy.context.scene.partwise.copy_linked = True
    bpy.ops.partwise.split()
    assert names("Cube.001.parts") == ["Cube.001.Part.01", "Cube.001.脚 Fuß"]
    assert cube.visible_get()
    assert parts.get_labels(cube.data).tolist() == HALVES.tolist()


def test_when_one_of_several_fails_nothing_has_changed(monkeypatch):
    from partwise.backend.contract.errors import BadInput
    from partwise.blender_addon.scene import assembly

    one, two = labelled_cube(), labelled_cube()
    one.select_set(True)
    split_mesh = assembly.split_mesh

    def fail_on_the_second(obj, *args, **options):
        if obj == one:
            raise BadInput("Cannot.", "Do not.")
        return split_mesh(obj, *args, **options)

    monkeypatch.setattr(assembly, "split_mesh", fail_on_the_second)
    with pytest.raises(RuntimeError, match="Cannot"):
        bpy.ops.partwise.split()
    assert {obj.name for obj in bpy.data.objects} == {one.name, two.name}
    assert len(bpy.data.meshes) == 2
    assert one.visible_get()
    assert two.visible_get()


def test_edit_mode_is_left_first():
    labelled_cube()
    bpy.ops.object.mode_set(mode="EDIT")
    assert not bpy.ops.partwise.split.poll()
    bpy.ops.object.mode_set(mode="OBJECT")
    assert bpy.ops.partwise.split.poll()


def test_split_is_grey_where_the_engine_that_closes_cannot_run(arm, monkeypatch):
    """As Complete is, with the same words; and where nothing is asked of it, it is not."""
    large = Told("large", "Large", "Grows", ("complete",), False, "No.", ("large",), options=())
    monkeypatch.setattr(jobs, "engines", lambda: [large])
    settings = bpy.context.scene.partwise
    settings.complete_engine, settings.closing = "LARGE", "HIDDEN"
    tick(arm, 0)
    reason = "Large needs its model, which is not here yet"
    for operator in (bpy.ops.partwise.split, bpy.ops.partwise.complete):
        with pytest.raises(RuntimeError, match=reason):
            operator()
    layout = draw(panels.PARTWISE_PT_main)
    assert f"{reason}." in " ".join(layout.texts)
    assert "partwise.get_model" in layout.operators
    settings.closing = "CAP"
    assert not any(reason in text for text in draw(panels.PARTWISE_PT_main).texts)
    assert bpy.ops.partwise.split.poll()
