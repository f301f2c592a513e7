# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace in Blender, with the real engine process: words to a preview, and what Accept makes."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
import pytest
from mathutils import Matrix
from partwise.backend.contract.engines import Told
from partwise.backend.contract.requests import Replace
from partwise.blender_addon.engine import jobs, place
from partwise.blender_addon.mesh.labels import get_labels
from partwise.blender_addon.mesh.read import MeshArrays
from partwise.blender_addon.ops import replace
from partwise.blender_addon.ops.replace import PARTWISE_OT_apply_replacement
from partwise.blender_addon.scene import part_sources, parts, proposals
from partwise.blender_addon.scene.replacements import Source
from partwise.blender_addon.ui import panels_replace

from tests.blender.ops.replacing import HAT, LEFT, RIGHT, add_figure, content
from tests.blender.recording_layout import draw


@pytest.fixture(autouse=True)
def nothing_found(no_proposal):
    yield
    part_sources.keep(None)


@pytest.fixture
def fox() -> bpy.types.Object:
    settings().variants = 2  # as few as show that there are several
    return add_figure()


@pytest.fixture
def split_fox(fox) -> bpy.types.Object:
    """The hat, as an object of its own; active."""
    bpy.ops.partwise.split()
    hat = bpy.data.objects["Fox.Hat"]
    make_active(hat)
    return hat


def make_active(obj: bpy.types.Object) -> None:
    bpy.ops.object.select_all(action="DESELECT")
    obj.select_set(True)
    bpy.context.view_layer.objects.active = obj


def cut_open(fox: bpy.types.Object) -> None:
    """Half of the body's faces are the hat's, so that a cut is between them."""
    labels = get_labels(fox.data)
    labels[:64] = HAT
    labels[128:256] = HAT
    parts.set_labels(fox.data, labels, names={0: "Body", HAT: "Hat", LEFT: "Horn"})
    fox.data.partwise.active = HAT
    bpy.context.view_layer.update()


def open_edges(mesh: bpy.types.Mesh) -> int:
    edges = np.array([loop.edge_index for loop in mesh.loops])
    return int((np.bincount(edges, minlength=len(mesh.edges)) != 2).sum())


def settings() -> bpy.types.PropertyGroup:
    return bpy.context.scene.partwise_replacing


def say(text: str) -> proposals.Proposal:
    """Ask by words; what is previewed."""
    settings().text = text
    assert bpy.ops.partwise.replace_part() == {"FINISHED"}
    return shown()


def shown() -> proposals.Proposal:
    found = proposals.current(PARTWISE_OT_apply_replacement)
    assert found is not None
    return found


def refused(text: str, match: str) -> None:
    settings().text = text
    with pytest.raises(RuntimeError, match=match):
        bpy.ops.partwise.replace_part()
    assert proposals.current() is None


def scene_content() -> dict[str, object]:
    found = {obj.name: content(obj.data) for obj in bpy.data.objects if obj.type == "MESH"}
    return found | {"materials": sorted(bpy.data.materials.keys())}


def test_words_become_a_preview_and_the_scene_stays(fox):
    before = scene_content()
    proposal = say("taller pink fedora")
    assert scene_content() == before
    assert proposal.variant.covers == [(fox.session_uid, HAT)]
    assert proposal.title == "Hat replaced"
    assert proposal.variant.name == "fedora"
    assert len(proposal.variants) > 1
    said = proposal.variant.result
    assert "fedora" in said.understood[0]
    assert any("pink" in sentence for sentence in said.understood)
    (ghost,) = proposal.variant.ghosts
    assert not ghost.in_front
    assert ghost.colours[0] > ghost.colours[1]  # pink
    assert 0.6 < ghost.vertices[:, 2].max() < 4.0


def test_accepted_on_a_mesh_with_parts_it_is_split_and_the_original_stays(fox):
    whole, labels = content(fox.data), get_labels(fox.data).tolist()
    bpy.ops.ed.undo_push(message="before")
    said = say("pink fedora").variant
    bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
    hat = bpy.context.object
    assert hat.name == "Fox.Hat"
    assert hat.data.name == "fedora"
    assert [each.name for each in bpy.context.selected_objects] == ["Fox.Hat"]
    assert len(hat.data.polygons) == len(said.ghosts[0].faces)
    points = np.array([hat.matrix_world @ v.co for v in hat.data.vertices])
    world = np.array(bpy.data.objects["Fox"].matrix_world)
    seen = said.ghosts[0].vertices @ world[:3, :3].T + world[:3, 3]
    assert np.allclose(points, seen, atol=1e-5)
    assert hat.data.materials[0].name == "pink"
    original = bpy.data.objects["Fox"]
    assert content(original.data) == whole
    assert not original.visible_get()
    others = [o for o in bpy.data.collections["Fox.parts"].objects if o != hat]
    assert len(others) == 3
    assert all(o.data.materials[0].name.startswith("Skin") for o in others)
    bpy.ops.ed.undo()
    assert "Fox.parts" not in bpy.data.collections
    assert get_labels(bpy.data.objects["Fox"].data).tolist() == labels
    bpy.ops.ed.redo()
    assert bpy.data.objects["Fox.Hat"].data.name == "fedora"


def test_accepted_on_a_part_object_only_its_mesh_is_another(split_fox):
    hat = split_fox
    hat.modifiers.new("Bevel", "BEVEL")
    hat.location.x += 0.25
    bpy.context.view_layer.update()
    before = {o.name: content(o.data) for o in bpy.data.objects if o != hat}
    matrix, homes = hat.matrix_world.copy(), [home.name for home in hat.users_collection]
    bpy.ops.ed.undo_push(message="before")
    say("fedora")
    bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
    hat = bpy.context.object
    assert (hat.name, hat.data.name) == ("Fox.Hat", "fedora")
    assert {o.name: content(o.data) for o in bpy.data.objects if o != hat} == before
    assert hat.matrix_world == matrix
    assert [home.name for home in hat.users_collection] == homes
    assert [modifier.name for modifier in hat.modifiers] == ["Bevel"]
    assert hat.data.materials[0].name == "Skin 1"  # that of the old part
    bpy.ops.ed.undo()
    assert bpy.data.objects["Fox.Hat"].data.name == "Fox.Hat"
    assert len(bpy.data.objects["Fox.Hat"].data.polygons) == 128


def test_its_neighbours_are_closed_as_split_would(fox):
    bpy.context.scene.partwise.closing = "CAP"
    cut_open(fox)
    bpy.ops.ed.undo_push(message="before")
    say("fedora")
    bpy.ops.partwise.accept_proposal("INVOKE_DEFAULT", True)
    body, hat = bpy.data.objects["Fox.Body"], bpy.data.objects["Fox.Hat"]
    assert open_edges(body.data) == 0
    assert len(body.data.polygons) > 64
    assert hat.data.partwise.stands_in
    bpy.ops.ed.undo()
    assert "Fox.parts" not in bpy.data.collections


def test_it_is_not_accepted_where_the_engine_that_closes_its_neighbours_cannot_run(
    fox, monkeypatch
):
    cut_open(fox)
    say("fedora")
    large = Told("large", "Large", "Grows", ("complete",), False, "No.", ("large",))
    monkeypatch.setattr(jobs, "engines", lambda: [large])
    chosen = bpy.context.scene.partwise
    chosen.complete_engine, chosen.closing = "LARGE", "HIDDEN"
    reason = "Large needs its model, which is not here yet"
    with pytest.raises(RuntimeError, match=reason):
        bpy.ops.partwise.accept_proposal()
    assert f"{reason}." in " ".join(draw(panels_replace.PARTWISE_PT_replacement).texts)
    assert shown()
    chosen.closing = "CAP"
    bpy.ops.partwise.accept_proposal()
    assert open_edges(bpy.data.objects["Fox.Body"].data) == 0


def test_its_neighbours_stay_open_where_split_leaves_them_so(fox):
    cut_open(fox)
    say("fedora")
    bpy.ops.partwise.accept_proposal()
    assert open_edges(bpy.data.objects["Fox.Body"].data) > 0


def test_the_old_part_is_not_seen_while_the_new_one_is_previewed(fox):
    def seen(obj):
        shown = obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
        return len(shown.polygons)

    say("fedora")
    assert seen(fox) == 3 * 128
    bpy.ops.partwise.accept_proposal()
    hat = bpy.data.objects["Fox.Hat"]
    assert seen(hat) == len(hat.data.polygons) > 0
    assert not fox.modifiers
    proposal = say("crown")
    assert seen(hat) == 0
    assert len(proposal.variant.ghosts[0].faces) > 0
    fox_object = bpy.data.objects["Fox.Body"]
    make_active(fox_object)
    settings().other = hat  # as a source it is there, although it is not seen
    bpy.ops.partwise.replace_with_object()
    assert seen(hat) == len(hat.data.polygons)
    proposals.discard()


def test_a_part_is_replaced_twice_and_joined_back(split_fox):
    for text in ("fedora", "crown"):
        say(text)
        bpy.ops.partwise.accept_proposal()
    hat = bpy.context.object
    faces, rest = len(hat.data.polygons), 3 * 128
    bpy.ops.partwise.join_back()
    fox = bpy.data.objects["Fox"]
    assert len(fox.data.polygons) == faces + rest
    labels = get_labels(fox.data)
    assert np.bincount(labels).tolist() == [128, faces, 128, 128]


def test_the_place_is_the_same_before_and_after_the_split_however_exploded(fox):
    first = say("fedora").variant.ghosts[0].vertices
    proposals.discard()
    bpy.ops.partwise.split()
    bpy.data.collections["Fox.parts"].partwise.explode = 0.5
    bpy.context.view_layer.update()
    hat = bpy.data.objects["Fox.Hat"]
    make_active(hat)
    second = say("fedora").variant.ghosts[0].vertices
    assert first.shape == second.shape
    assert np.allclose(first, second, atol=1e-3)


@pytest.mark.parametrize("scale", [(1, 1, 1), (2, 1, 0.5), (-1, 1, 1)])
def test_turned_scaled_and_mirrored_objects_get_it_upright(fox, scale):
    upright = say("fedora").variant.ghosts[0].vertices
    proposals.discard()
    bpy.context.view_layer.update()
    points = np.array(fox.matrix_world)
    fox.rotation_euler.x += np.pi / 2  # the data is turned back, so that it looks as before
    fox.scale = scale
    bpy.context.view_layer.update()
    change = np.linalg.inv(np.array(fox.matrix_world)) @ points
    fox.data.transform(Matrix(change.tolist()))
    if np.linalg.det(change[:3, :3]) < 0:
        fox.data.flip_normals()
    ghost = say("fedora").variant.ghosts[0]
    world = np.array(fox.matrix_world)
    seen = ghost.vertices @ world[:3, :3].T + world[:3, 3]
    was = upright @ points[:3, :3].T + points[:3, 3]
    assert np.allclose(np.sort(seen[:, 2]), np.sort(was[:, 2]), atol=0.02)
    a, b, c = (ghost.vertices[ghost.faces[:, k]] for k in range(3))
    assert np.einsum("ij,ij->", a, np.cross(b, c)) > 0  # outward in the object's own coordinates


def test_twins_are_replaced_together(fox):
    fox.data.partwise.active = LEFT
    settings().twins = True
    proposal = say("horn")
    assert len(proposal.variant.ghosts) == 2
    right, left = (ghost.vertices for ghost in proposal.variant.ghosts)
    assert np.allclose(np.sort(right[:, 0]), np.sort(-left[:, 0]), atol=1e-5)
    bpy.ops.partwise.accept_proposal()
    changed = [
        o.name for o in bpy.data.collections["Fox.parts"].objects if o.data.partwise.stands_in
    ]
    assert sorted(changed) == ["Fox.Horn", "Fox.Part.04"]


def test_twins_of_part_objects(fox):
    bpy.ops.partwise.split()
    make_active(bpy.data.objects["Fox.Horn"])
    settings().twins = True
    proposal = say("horn")
    assert len(proposal.bases) == len(proposal.variant.ghosts) == 2
    bpy.ops.partwise.accept_proposal()
    assert bpy.data.objects["Fox.Part.04"].data.partwise.stands_in
    assert not bpy.data.objects["Fox.Body"].data.partwise.stands_in


def test_a_twin_that_was_edited_meanwhile_is_not_lost(fox):
    bpy.ops.partwise.split()
    make_active(bpy.data.objects["Fox.Horn"])
    settings().twins = True
    say("horn")
    bpy.data.objects["Fox.Part.04"].data.vertices[0].co.z += 1.0
    with pytest.raises(RuntimeError, match="There is no preview"):
        bpy.ops.partwise.accept_proposal()
    assert not bpy.data.objects["Fox.Horn"].data.partwise.stands_in


def test_regenerate_makes_others_of_the_kind_and_again_others(fox):
    settings().text = "a boat"  # which is of no account
    bpy.ops.partwise.regenerate_part()
    first = [variant.ghosts[0].vertices for variant in shown().variants]
    assert len(first) == settings().variants
    bpy.ops.partwise.regenerate_part()
    again = [variant.ghosts[0].vertices for variant in shown().variants]
    assert settings().seed == settings().variants
    assert any(
        a.shape != b.shape or not np.allclose(a, b) for a, b in zip(first, again, strict=False)
    )


def test_regenerate_of_what_was_replaced_is_of_its_kind(fox):
    fox.data.partwise.active = RIGHT  # which has no name
    say("fedora")
    bpy.ops.partwise.accept_proposal()
    assert bpy.context.object.name == "Fox.Part.04"
    settings().variants = 6
    bpy.ops.partwise.regenerate_part()
    names = {variant.name for variant in shown().variants}
    assert any("hat" in name for name in names)
    assert len(names) > 3


def test_wishes_alone_change_the_part_that_is_there(fox):
    tall = say("twice as tall").variant.ghosts[0].vertices
    assert tall[:, 2].min() == pytest.approx(0.6, abs=0.02)  # held where it is in the body
    assert tall[:, 2].max() - 1.0 == pytest.approx(2 * 0.6, abs=0.15)  # of what is seen of it


def test_another_object_is_a_source_with_its_material(fox):
    bpy.ops.mesh.primitive_cone_add(location=(9, 0, 0))
    cone = bpy.context.object
    cone.data.materials.append(bpy.data.materials.new("Tin"))
    make_active(fox)
    with pytest.raises(RuntimeError, match="Choose an object, or select one more"):
        bpy.ops.partwise.replace_with_object()
    cone.select_set(True)
    settings().text = ""
    bpy.ops.partwise.replace_with_object()
    bpy.ops.partwise.accept_proposal()
    hat = bpy.context.object
    assert hat.name == "Fox.Hat"
    assert hat.data.materials[0].name == "Tin"
    assert hat.location.x < 5
    assert cone.location.x == 9
    assert content(cone.data)


def test_a_picture_is_a_source(fox):
    with pytest.raises(RuntimeError, match="Choose a picture"):
        bpy.ops.partwise.replace_with_image()
    side = 64
    pixels = np.ones((side, side, 4), dtype=np.float32)
    pixels[8:56, 20:44] = (0.1, 0.2, 0.9, 1.0)
    picture = bpy.data.images.new("Hat.png", side, side, alpha=True)
    picture.pixels.foreach_set(pixels.ravel())
    settings().image = picture
    assert bpy.ops.partwise.replace_with_image() == {"FINISHED"}
    (variant,) = shown().variants
    assert variant.result.source.kind == "IMAGE"
    (ghost,) = variant.ghosts
    assert ghost.colours[2] > 2 * ghost.colours[0], "it is as blue as its picture"
    bpy.ops.partwise.accept_proposal()
    hat = bpy.context.object
    assert hat.name == "Fox.Hat"
    assert len(hat.data.polygons) > 50


def test_engines_are_told_how_much_memory_they_may_take(fox, monkeypatch):
    monkeypatch.setattr(place, "memory", lambda: 5.5)
    for kind, memory in (("WORDS", 5.5), ("SAME", 5.5), ("IMAGE", 5.5), ("LIBRARY", None)):
        asked = replace.asked_of_engine(bpy.context, Source(kind))
        assert asked.get("memory") == memory, kind


@pytest.mark.parametrize("kind", ["replace_part", "regenerate_part"])
def test_engines_are_told_what_the_part_and_the_object_are_called(split_fox, monkeypatch, kind):
    asked: list[Replace] = []

    def ask_about(mesh: MeshArrays, request: Replace, *_: object, **__: object):
        asked.append(request)
        yield from ()
        return []

    monkeypatch.setattr(replace, "ask_about", ask_about)
    settings().text = "fedora"
    getattr(bpy.ops.partwise, kind)()
    assert [(one.name, one.title) for one in asked] == [("Hat", "Fox")]


def test_a_file_is_a_source(fox, tmp_path: Path):
    bpy.ops.mesh.primitive_torus_add()
    path = tmp_path / "Ring 环.obj"
    bpy.ops.wm.obj_export(filepath=str(path), export_selected_objects=True)
    bpy.data.objects.remove(bpy.context.object)
    make_active(fox)
    bpy.ops.partwise.replace_with_file(filepath=str(path))
    assert shown().variant.name == "Ring 环"
    proposals.discard()
    with pytest.raises(RuntimeError, match="gone"):
        bpy.ops.partwise.replace_with_file(filepath=str(tmp_path / "gone.obj"))
    with pytest.raises(RuntimeError, match="taken from asset libraries"):
        bpy.ops.partwise.replace_with_file(filepath=str(tmp_path / "a.blend"))


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("帽子", "no English words"),
        ("🎩🎩", "no English words"),
        ("qwxzv blorfnik", "not understood|nothing that is called"),
        ("zxqv" * 2500, "has 10000 letters"),
    ],
)
def test_words_that_mean_nothing_are_refused_in_words(fox, text, match):
    before = scene_content()
    refused(text, match)
    assert scene_content() == before
    assert jobs.current().state == "FAILED"
    assert len(jobs.current().error.hint) > 20  # what there is, or what to say instead


def test_a_text_longer_than_a_request_is_refused_in_words(fox):
    refused("hat " * 30_000, "letters")


@pytest.mark.parametrize("text", ["", "   \n"])
def test_without_words_it_is_grey(fox, text):
    refused(text, "Say in a few words")


def test_why_it_is_grey(scene):
    refused("fedora", "Select an object with parts")
    bpy.ops.mesh.primitive_cube_add()
    refused("fedora", "Press Decompose first")
    fox = add_figure()
    bpy.ops.object.mode_set(mode="EDIT")
    refused("fedora", "Object Mode")
    bpy.ops.object.mode_set(mode="OBJECT")
    other = bpy.data.objects.new("Other", fox.data)
    bpy.context.scene.collection.objects.link(other)
    refused("fedora", "shares its mesh")


def test_an_object_that_is_one_part_alone(fox):
    labels = np.zeros(len(fox.data.polygons), np.int32)
    parts.set_labels(fox.data, labels)
    fox.data.partwise.active = 0
    assert np.isfinite(say("barrel").variant.ghosts[0].vertices).all()


def test_scaled_to_nothing(fox):
    fox.scale = (0, 0, 0)
    bpy.context.view_layer.update()
    refused("fedora", "scaled to nothing")


def test_cancel_leaves_nothing(fox, monkeypatch):
    monkeypatch.setattr(jobs, "_has_no_timers", lambda: False)
    settings().text = "fedora"
    bpy.ops.partwise.replace_part()
    assert jobs.busy()
    jobs.cancel()
    assert jobs.current().state == "CANCELLED"
    assert proposals.current() is None
    assert "Fox.parts" not in bpy.data.collections
