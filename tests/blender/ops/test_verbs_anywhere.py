# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons of Complete, Replace and From Images in every state that a scene may be in.

Each works or says why not in a sentence; nothing is lost, and nothing is left behind.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import bpy
import numpy as np
import pytest
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.mesh.preview import is_preview
from partwise.blender_addon.scene import part_sources, parts, proposals
from partwise.blender_addon.ui import panels_complete, panels_images, panels_replace

from tests.blender.arms import select
from tests.blender.ops.replacing import HAT, add_figure, content
from tests.blender.picturing import choose
from tests.blender.recording_layout import draw

PANELS = (*panels_complete.CLASSES, *panels_replace.CLASSES, *panels_images.CLASSES)
ON_PARTS = ("complete", "open_parts", "replace_part", "regenerate_part", "replace_with_object")
ON_PICTURES = ("make_parts", "new_mask", "another_take")
ON_PREVIEWS = ("accept_proposal", "step_proposal", "discard_proposal")
BUTTONS = (*ON_PARTS, *ON_PICTURES, *ON_PREVIEWS)
STEPS = 30  # of a walk


@pytest.fixture(autouse=True)
def object_mode(no_proposal) -> Iterator[None]:
    yield
    if bpy.context.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    part_sources.keep(None)


@pytest.fixture
def fox(scene) -> bpy.types.Object:
    """With a hat that is cut from its body, and settings under which each verb can do something."""
    fox = add_figure()
    labels = parts.get_labels(fox.data)
    labels[:64] = HAT
    parts.set_labels(fox.data, labels, names={0: "Body", HAT: "Hat"})
    for row in fox.data.partwise.parts:
        row.selected = row.part_id == HAT
    fox.data.partwise.active = HAT
    scene.partwise_replacing.text = "fedora"
    scene.partwise_replacing.variants = 1
    bpy.context.view_layer.update()
    return fox


def press(name: str, **options: object) -> str:
    """Press a button; what it said against it, empty where it worked."""
    try:
        getattr(bpy.ops.partwise, name)("EXEC_DEFAULT", True, **options)
    except RuntimeError as error:
        said = str(error).strip()
        assert "Traceback" not in said, said
        assert "context is incorrect" not in said, f"{name} is grey and does not say why"
        return said
    return ""


def check() -> None:
    """What must be so after anything."""
    job = jobs.current()
    assert job is None or job.error is None or job.error.code != "INTERNAL", job.error
    covered = [obj.name for obj in bpy.data.objects if any(map(is_preview, obj.modifiers))]
    assert proposals.current() is not None or not covered
    for panel in PANELS:
        draw(panel)


def meshes() -> dict[str, tuple[bytes, ...]]:
    return {obj.name: content(obj.data) for obj in bpy.data.objects if obj.type == "MESH"}


def nothing(_fox: bpy.types.Object) -> None:
    bpy.ops.object.select_all(action="DESELECT")
    bpy.context.view_layer.objects.active = None


def no_object(fox: bpy.types.Object) -> None:
    bpy.data.objects.remove(fox)


def deselected(_fox: bpy.types.Object) -> None:
    bpy.ops.object.select_all(action="DESELECT")


def edit_mode(_fox: bpy.types.Object) -> None:
    bpy.ops.object.mode_set(mode="EDIT")


def sculpt_mode(_fox: bpy.types.Object) -> None:
    bpy.ops.object.mode_set(mode="SCULPT")


def weight_paint(_fox: bpy.types.Object) -> None:
    bpy.ops.object.mode_set(mode="WEIGHT_PAINT")


def camera(_fox: bpy.types.Object) -> None:
    bpy.ops.object.select_all(action="DESELECT")
    bpy.ops.object.camera_add()


def several(fox: bpy.types.Object) -> None:
    bpy.ops.mesh.primitive_cube_add(location=(5, 0, 0))
    bpy.ops.object.empty_add()
    bpy.ops.object.select_all(action="SELECT")
    bpy.context.view_layer.objects.active = fox


def shared(fox: bpy.types.Object) -> None:
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("Twin", fox.data))


def hidden(fox: bpy.types.Object) -> None:
    fox.hide_set(True)


def hidden_collection(fox: bpy.types.Object) -> None:
    folder = bpy.data.collections.new("Folder")
    bpy.context.scene.collection.children.link(folder)
    folder.objects.link(fox)
    bpy.context.scene.collection.objects.unlink(fox)
    bpy.context.view_layer.objects.active = fox
    folder.hide_viewport = True


def shape_keys(fox: bpy.types.Object) -> None:
    fox.shape_key_add(name="Basis")
    fox.shape_key_add(name="Other").data[0].co.z += 1.0
    fox.active_shape_key_index = 1


def mirrored(fox: bpy.types.Object) -> None:
    fox.scale = (-1, 2, 0.5)


def locked(fox: bpy.types.Object) -> None:
    fox.lock_location = fox.lock_rotation = fox.lock_scale = (True, True, True)


def unselectable(fox: bpy.types.Object) -> None:
    fox.hide_select = True


def flat(fox: bpy.types.Object) -> None:
    fox.scale = (1, 1, 0)


def no_faces(_fox: bpy.types.Object) -> None:
    bpy.ops.object.select_all(action="DESELECT")
    obj = bpy.data.objects.new("Bare", bpy.data.meshes.new("Bare"))
    bpy.context.scene.collection.objects.link(obj)
    obj.select_set(True)
    bpy.context.view_layer.objects.active = obj


def no_list(fox: bpy.types.Object) -> None:
    fox.data.partwise.parts.clear()


def modifiers(fox: bpy.types.Object) -> None:
    fox.modifiers.new("Array", "ARRAY")
    fox.modifiers.new("Mirror", "MIRROR")


def split(_fox: bpy.types.Object) -> None:
    bpy.ops.partwise.split()


def split_and_edited(_fox: bpy.types.Object) -> None:
    bpy.ops.partwise.split()
    bpy.ops.object.mode_set(mode="EDIT")


def original_deleted(fox: bpy.types.Object) -> None:
    bpy.ops.partwise.split()
    bpy.data.objects.remove(fox)


def one_triangle(fox: bpy.types.Object) -> None:
    labels = parts.get_labels(fox.data)
    labels[labels == HAT] = 0
    labels[0] = HAT
    parts.set_labels(fox.data, labels)
    for row in fox.data.partwise.parts:
        row.selected = row.part_id == HAT
        if row.selected:
            fox.data.partwise.active = list(fox.data.partwise.parts).index(row)


def not_a_number(fox: bpy.types.Object) -> None:
    fox.data.vertices[0].co.x = float("nan")


def pose_mode(fox: bpy.types.Object) -> None:
    bpy.ops.object.armature_add()
    rig = bpy.context.object
    fox.modifiers.new("Armature", "ARMATURE").object = rig
    fox.modifiers.new("Subdivision", "SUBSURF")
    bpy.ops.object.mode_set(mode="POSE")


def posed(fox: bpy.types.Object) -> None:
    pose_mode(fox)
    bpy.ops.object.mode_set(mode="OBJECT")
    select(fox)


def geometry_nodes(fox: bpy.types.Object) -> None:
    """Nodes that make another mesh of it, without the parts."""
    group = bpy.data.node_groups.new("Box", "GeometryNodeTree")
    group.interface.new_socket("Geometry", in_out="OUTPUT", socket_type="NodeSocketGeometry")
    box, end = (group.nodes.new(kind) for kind in ("GeometryNodeMeshCube", "NodeGroupOutput"))
    group.links.new(box.outputs["Mesh"], end.inputs["Geometry"])
    fox.modifiers.new("Nodes", "NODES").node_group = group


def instance(fox: bpy.types.Object) -> None:
    folder = bpy.data.collections.new("Foxes")
    folder.objects.link(fox)
    made = bpy.data.objects.new("Instance", None)
    made.instance_type, made.instance_collection = "COLLECTION", folder
    bpy.context.scene.collection.objects.link(made)
    select(made)


def sheared(fox: bpy.types.Object) -> None:
    holder = bpy.data.objects.new("Holder", None)
    bpy.context.scene.collection.objects.link(holder)
    holder.scale, fox.rotation_euler, fox.parent = (1, 2, 3), (1, 1, 1), holder


def cycles(_fox: bpy.types.Object) -> None:
    bpy.context.scene.render.engine = "CYCLES"


def overridden(fox: bpy.types.Object) -> None:
    path = Path(bpy.app.tempdir) / "overridden.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    bpy.data.objects.remove(fox)
    with bpy.data.libraries.load(str(path), link=True) as (_, wanted):
        wanted.objects = ["Fox"]
    (linked,) = wanted.objects
    bpy.context.scene.collection.objects.link(linked)
    select(linked.override_create(remap_local_usages=True))


STATES: tuple[Callable[[bpy.types.Object], None], ...] = (
    *(nothing, no_object, deselected, edit_mode, sculpt_mode, weight_paint, camera, several),
    *(shared, hidden, hidden_collection, shape_keys, mirrored, locked, flat, no_faces, no_list),
    unselectable,
    *(pose_mode, posed, geometry_nodes, instance, sheared, cycles, overridden),
    *(modifiers, split, split_and_edited, original_deleted, one_triangle, not_a_number),
)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_every_button_works_or_says_why_and_nothing_is_lost(fox, state):
    choose()
    state(fox)
    bpy.context.view_layer.update()
    for name in BUTTONS if state in (nothing, edit_mode, several) else ON_PARTS:
        before = meshes() if bpy.context.mode == "OBJECT" else {}
        said = press(name)
        check()
        assert not said or said.rstrip(".")[-1].isalnum() or said[-1] in "”.)", said
        if name != "accept_proposal":
            assert not before or meshes() == before
            press("discard_proposal")


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (hidden, "“Fox” is hidden"),
        (hidden_collection, "“Fox” is hidden"),
        (original_deleted, "original"),
        (edit_mode, "Object Mode"),
        (no_faces, "Decompose"),
    ],
)
def test_what_an_artist_can_do_about_it_is_said(fox, state, says):
    state(fox)
    bpy.context.view_layer.update()
    assert says in press("replace_part")


@pytest.mark.parametrize(
    "state",
    [split, shape_keys, mirrored, several, modifiers, locked, posed, geometry_nodes, sheared],
)
def test_accepted_it_is_one_step_of_undo_whatever_the_state(fox, state):
    state(fox)
    for name in ("complete", "replace_part"):
        if state is split:
            hat = bpy.data.objects["Fox.Hat"]
            bpy.ops.object.select_all(action="DESELECT")
            hat.select_set(True)
            bpy.context.view_layer.objects.active = hat
        bpy.ops.ed.undo_push(message="before")
        before = meshes()
        assert press(name) == ""
        assert press("accept_proposal") == ""
        check()
        bpy.ops.ed.undo()
        check()
        assert meshes() == before


def another_scene(_fox: bpy.types.Object) -> None:
    bpy.ops.scene.new(type="NEW")


def copied_scene(_fox: bpy.types.Object) -> None:
    bpy.ops.scene.new(type="FULL_COPY")


def excluded(fox: bpy.types.Object) -> None:
    folder = bpy.data.collections.new("Folder")
    bpy.context.scene.collection.children.link(folder)
    for home in fox.users_collection:
        home.objects.unlink(fox)
    folder.objects.link(fox)
    bpy.context.view_layer.layer_collection.children["Folder"].exclude = True


@pytest.mark.parametrize("is_split", [False, True], ids=["whole", "split"])
@pytest.mark.parametrize(
    ("happens", "says"),
    [
        (another_scene, "not in this scene"),
        (copied_scene, "not in this scene"),
        (excluded, "not in this view layer"),
        (edit_mode, "Object Mode"),
    ],
)
def test_a_preview_that_is_not_seen_here_is_not_accepted_and_goes_on(fox, is_split, happens, says):
    if is_split:
        split(fox)
        select(bpy.data.objects["Fox.Hat"])
    target = bpy.context.object
    assert press("replace_part") == ""
    scene = bpy.context.scene
    happens(target)
    bpy.context.view_layer.update()
    before = {} if happens is edit_mode else meshes()
    assert says in press("accept_proposal")
    check()
    assert happens is edit_mode or meshes() == before
    assert proposals.current() is not None
    if happens is edit_mode:
        bpy.ops.object.mode_set(mode="OBJECT")
    elif happens is excluded:
        bpy.context.view_layer.layer_collection.children["Folder"].exclude = False
    else:
        bpy.context.window.scene = scene
    assert press("accept_proposal") == ""
    assert bpy.data.objects["Fox.Hat"].data.partwise.stands_in


@pytest.fixture
def library(fox, tmp_path: Path) -> Path:
    path = tmp_path / "library.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True)
    return path


def test_what_is_linked_is_refused_in_words_or_copied(library):
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    with bpy.data.libraries.load(str(library), link=True) as (_, wanted):
        wanted.objects = ["Fox"]
    (fox,) = wanted.objects
    bpy.context.scene.collection.objects.link(fox)
    fox.select_set(True)
    bpy.context.view_layer.objects.active = fox
    bpy.context.scene.partwise_replacing.text = "fedora"
    for name in ("complete", "replace_part"):
        assert "is linked from another file" in press(name)
        check()
    bpy.context.scene.partwise.copy_linked = True
    linked = content(fox.data)
    assert press("replace_part") == ""
    (ghost,) = proposals.current().variant.ghosts
    assert ghost.in_front  # for what it covers cannot be taken out of sight
    check()
    assert press("accept_proposal") == ""
    assert content(bpy.data.objects["Fox", str(library)].data) == linked
    assert bpy.data.objects["Fox.Hat"].data.partwise.stands_in


ACTIONS: tuple[Callable[[random.Random], object], ...] = (
    *(lambda _, name=name: press(name) for name in BUTTONS),
    lambda _: press("split"),
    lambda _: press("join_back"),
    lambda _: bpy.ops.ed.undo() if bpy.ops.ed.undo.poll() else None,
    lambda _: bpy.ops.ed.redo() if bpy.ops.ed.redo.poll() else None,
    lambda chance: _activate(chance),
    lambda chance: _activate(chance),
    lambda chance: _move_a_vertex(chance),
    lambda _: bpy.ops.object.delete("EXEC_DEFAULT", True) if bpy.context.mode == "OBJECT" else None,
    lambda _: bpy.ops.object.editmode_toggle() if bpy.ops.object.editmode_toggle.poll() else None,
)


def _activate(chance: random.Random) -> None:
    if bpy.context.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    known = [obj for obj in bpy.context.view_layer.objects if obj.visible_get()]
    bpy.ops.object.select_all(action="DESELECT")
    for obj in chance.sample(known, min(len(known), chance.randint(0, 2))):
        obj.select_set(True)
        bpy.context.view_layer.objects.active = obj
    bpy.ops.ed.undo_push(message="Select")


def _move_a_vertex(_chance: random.Random) -> None:
    obj = bpy.context.object
    if obj is not None and obj.type == "MESH" and obj.mode == "OBJECT" and len(obj.data.vertices):
        obj.data.vertices[0].co.x += 0.1
        obj.data.update()
        bpy.ops.ed.undo_push(message="Move")


def test_a_walk_through_all_of_it(fox):
    chance = random.Random(2)
    choose()
    bpy.ops.ed.undo_push(message="start")
    for _ in range(STEPS):
        chance.choice(ACTIONS)(chance)
        bpy.context.view_layer.update()
        check()
    if bpy.context.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    proposals.discard()
    assert not any(map(is_preview, (m for obj in bpy.data.objects for m in obj.modifiers)))
    assert np.isfinite([v for obj in bpy.data.objects for v in obj.location]).all()
