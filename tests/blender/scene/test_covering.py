# SPDX-License-Identifier: GPL-3.0-or-later
"""What a preview takes the place of is not seen meanwhile, and is always seen again."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from partwise.blender_addon.mesh.preview import is_preview
from partwise.blender_addon.scene import covering, parts, proposals, visibility
from partwise.blender_addon.scene.apply import AppliesResults
from partwise.blender_addon.scene.proposals import Basis, Ghost, Proposal, Variant

LABELS = np.array([0, 0, 1, 1, 2, 2], np.int32)
GHOST = Ghost(np.eye(3), np.array([[0, 1, 2]]), np.ones(4))


class PARTWISE_OT_test_move(AppliesResults, bpy.types.Operator):
    """Move the object"""

    bl_idname = "partwise.test_move"
    bl_label = "Move"

    def execute(self, context):
        (basis,) = self.results()
        obj = basis.find()
        assert not any(map(is_preview, obj.modifiers)), "a step of undo would hold it"
        if obj.name == "Bad":
            self.report({"ERROR"}, "It cannot be moved.")
            return {"CANCELLED"}
        obj.location.x += 1
        return {"FINISHED"}


@pytest.fixture(autouse=True)
def registered():
    bpy.utils.register_class(PARTWISE_OT_test_move)
    yield
    proposals.discard()
    bpy.utils.unregister_class(PARTWISE_OT_test_move)


@pytest.fixture
def cube(scene) -> bpy.types.Object:
    bpy.ops.mesh.primitive_cube_add()
    parts.set_labels(bpy.context.object.data, LABELS)
    bpy.context.view_layer.update()
    return bpy.context.object


def cover(obj: bpy.types.Object, *variants: tuple[int | None, ...]) -> Proposal:
    """Propose something in the place of parts, or of the whole object."""
    basis = Basis.of(obj)
    shown = [
        Variant(str(ids), [GHOST], basis, [(obj.session_uid, part_id) for part_id in ids])
        for ids in variants
    ]
    made = Proposal("Test", PARTWISE_OT_test_move, [basis], shown)
    proposals.show(made)
    return made


def seen(obj: bpy.types.Object) -> int:
    """How many faces of an object the 3D view shows."""
    bpy.context.view_layer.update()
    return len(obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).data.polygons)


def left() -> list[str]:
    """What is left of covering in the file."""
    on = [obj.name for obj in bpy.data.objects if any(map(is_preview, obj.modifiers))]
    return on + list(bpy.data.node_groups.keys())


def test_parts_are_not_seen_as_long_as_the_preview_is_shown(cube):
    cover(cube, (1,), (0, 2))
    assert seen(cube) == 4
    proposals.step(1)
    assert seen(cube) == 2
    assert len(cube.data.polygons) == 6
    assert cube.visible_get()
    assert cube.select_get()
    proposals.discard()
    assert seen(cube) == 6
    assert not left()


def test_a_whole_object_is_not_seen_but_stays_selected(scene):
    bpy.ops.mesh.primitive_cube_add()
    cube = bpy.context.object
    cover(cube, (None,))
    assert seen(cube) == 0
    assert cube.visible_get()
    assert bpy.context.object == cube
    assert bpy.context.selected_objects == [cube]
    proposals.discard()
    assert seen(cube) == 6
    assert not left()


def test_what_the_artist_hid_stays_hidden(cube):
    parts.part_of(cube.data, 2).visible = False
    cover(cube, (1,))
    assert seen(cube) == 2
    parts.part_of(cube.data, 0).visible = False
    assert seen(cube) == 0
    proposals.discard()
    assert seen(cube) == 2
    assert left()


def test_the_next_preview_covers_what_it_replaces_alone(cube):
    cover(cube, (1,))
    bpy.ops.mesh.primitive_cube_add()
    other = bpy.context.object
    cover(other, (None,))
    assert (seen(cube), seen(other)) == (6, 0)


def test_another_object_with_the_same_mesh_stays_as_it_is(cube):
    twin = bpy.data.objects.new("Twin", cube.data)
    bpy.context.scene.collection.objects.link(twin)
    parts.part_of(cube.data, 2).visible = False
    cover(cube, (1,))
    assert (seen(cube), seen(twin)) == (2, 4)
    proposals.discard()
    assert (seen(cube), seen(twin)) == (4, 4)
    assert len(bpy.data.node_groups) == 1


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda obj: obj.data.transform(obj.matrix_world), id="nothing"),
        pytest.param(lambda obj: _move(obj), id="edited"),
        pytest.param(lambda obj: parts.set_labels(obj.data, LABELS[::-1]), id="other parts"),
    ],
)
def test_it_is_seen_again_when_the_preview_ends_by_itself(cube, end):
    cover(cube, (1,))
    end(cube)
    cube.data.update_tag()
    bpy.context.view_layer.update()
    ended = proposals.current() is None
    assert bool(left()) != ended
    proposals.discard()
    assert seen(cube) == 6


def _move(obj: bpy.types.Object) -> None:
    obj.data.vertices[0].co.x += 1.0


def test_accepted_it_is_one_step_of_undo_without_traces(cube):
    bpy.ops.ed.undo_push(message="before")
    cover(cube, (1,))
    proposals.accept()
    assert cube.location.x == 1
    assert not left()
    bpy.ops.ed.undo()
    assert not left()
    bpy.ops.ed.redo()
    assert not left()
    assert bpy.data.objects["Cube"].location.x == 1


def test_what_cannot_be_applied_goes_on_as_a_preview(cube):
    cube.name = "Bad"
    shown = cover(cube, (1,))
    with pytest.raises(RuntimeError, match="cannot be moved"):
        proposals.accept()
    assert proposals.current() is shown
    assert seen(cube) == 4


def test_steps_of_undo_made_meanwhile_do_not_bring_it_back(cube):
    bpy.ops.ed.undo_push(message="before")
    cover(cube, (1,))
    bpy.ops.mesh.primitive_cone_add()
    bpy.ops.ed.undo_push(message="with the preview")
    bpy.ops.mesh.primitive_torus_add()
    bpy.ops.ed.undo_push(message="another")
    proposals.discard()
    assert not left()
    for _ in range(2):
        bpy.ops.ed.undo()
        assert not left()
        assert seen(bpy.data.objects["Cube"]) == 6
    for _ in range(2):
        bpy.ops.ed.redo()
        assert not left()


def test_undo_of_something_else_keeps_a_preview_and_its_cover(cube):
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.mesh.primitive_cone_add()
    bpy.ops.ed.undo_push(message="cone")
    cover(cube, (1,))
    bpy.ops.ed.undo()
    assert proposals.current() is not None
    assert seen(bpy.data.objects["Cube"]) == 4


def test_a_saved_file_holds_all_and_the_preview_goes_on(cube, tmp_path: Path):
    path = tmp_path / "saved.blend"
    cover(cube, (1,))
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    assert seen(cube) == 4
    with bpy.data.libraries.load(str(path)) as (source, _):
        assert not source.node_groups
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert seen(bpy.data.objects["Cube"]) == 6
    assert not left()


def test_a_file_that_was_saved_by_itself_is_mended_when_it_is_opened(cube, tmp_path, monkeypatch):
    """Blender's automatic saving tells nobody; so does one after a crash."""
    path = tmp_path / "auto.blend"
    parts.part_of(cube.data, 0).visible = False
    cover(cube, (1,))
    monkeypatch.setattr(visibility, "suspend", lambda **_: None)
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    monkeypatch.undo()
    proposals.discard()
    bpy.ops.wm.open_mainfile(filepath=str(path))
    assert seen(bpy.data.objects["Cube"]) == 4  # but for what the artist hid
    bpy.data.objects["Cube"].data.partwise.parts[0].visible = True
    assert not left()


def test_it_is_seen_again_when_the_extension_is_disabled(cube):
    cover(cube, (1,))
    covering.unregister()
    try:
        assert seen(cube) == 6
        assert not left()
    finally:
        covering.register()


def test_a_copy_of_what_is_covered_is_seen(cube):
    bpy.ops.object.duplicate()
    bpy.context.view_layer.update()
    bpy.context.view_layer.objects.active = cube
    cover(cube, (1,))
    bpy.ops.object.select_all(action="DESELECT")
    cube.select_set(True)
    bpy.ops.object.duplicate()
    copy = bpy.context.object
    assert copy != cube
    bpy.context.view_layer.update()
    assert (seen(cube), seen(copy)) == (4, 6)
    proposals.discard()
    assert (seen(cube), seen(copy)) == (6, 6)
    assert not left()


def test_nothing_is_covered_while_objects_are_copied(cube):
    cover(cube, (1,))
    with visibility.uncovered(bpy.context.view_layer):
        assert seen(cube) == 6
    assert seen(cube) == 4


def browser(name: str | None) -> SimpleNamespace:
    """A file browser that asks for the path of a file for an operator."""
    asking = None if name is None else SimpleNamespace(bl_idname=name)
    spaces = SimpleNamespace(active=SimpleNamespace(active_operator=asking))
    return SimpleNamespace(type="FILE_BROWSER", spaces=spaces)


@pytest.mark.parametrize(
    ("name", "exports"),
    [
        ("WM_OT_obj_export", True),
        ("EXPORT_SCENE_OT_gltf", True),
        ("WM_OT_open_mainfile", False),
        ("IMPORT_SCENE_OT_fbx", False),
        (None, False),
    ],
)
def test_a_file_browser_of_an_exporter_is_known(name, exports):
    view = SimpleNamespace(type="VIEW_3D", spaces=SimpleNamespace(active=None))
    areas = [[view], [view, browser(name)]]
    windows = [SimpleNamespace(screen=SimpleNamespace(areas=each)) for each in areas]
    assert covering.is_exporting(windows) == exports


def test_what_is_exported_meanwhile_is_whole(cube, tmp_path, monkeypatch):
    cover(cube, (1,))
    assert covering.look_for_exports() is not None
    assert seen(cube) == 4
    monkeypatch.setattr(covering, "is_exporting", lambda windows: True)
    assert covering.look_for_exports() is not None
    path = tmp_path / "cube.obj"
    bpy.ops.wm.obj_export(filepath=str(path))
    assert sum(line.startswith("f ") for line in path.read_text().splitlines()) == 6
    monkeypatch.undo()
    covering.look_for_exports()
    assert seen(cube) == 6  # Blender may look before it exports, when the browser is done
    for _ in range(covering.AFTER):
        covering.look_for_exports()
    assert seen(cube) == 4
    proposals.discard()
    assert covering.look_for_exports() is None


def test_a_preview_that_ends_while_something_is_exported_leaves_the_next_one_as_it_should_be(
    cube, monkeypatch
):
    cover(cube, (1,))
    monkeypatch.setattr(covering, "is_exporting", lambda windows: True)
    covering.look_for_exports()
    proposals.discard()
    assert covering.look_for_exports() is not None
    monkeypatch.undo()
    while covering.look_for_exports() is not None:
        pass
    cover(cube, (1,))
    assert seen(cube) == 4


def test_collections_with_exporters_of_their_own_do_not_ask(cube):
    assert not covering.is_exported_unasked()
    folder = bpy.data.collections.new("Exported")
    bpy.context.scene.collection.children.link(folder)
    layer = bpy.context.view_layer.layer_collection.children["Exported"]
    bpy.context.view_layer.active_layer_collection = layer
    assert bpy.ops.collection.exporter_add(name="IO_FH_obj") == {"FINISHED"}
    assert not covering.is_exported_unasked()
    cover(cube, (1,))
    assert covering.is_exported_unasked()
