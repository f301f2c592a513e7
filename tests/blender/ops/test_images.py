# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts from images in Blender, with the real engine process: from a picture to objects."""

from __future__ import annotations

from types import SimpleNamespace

import bpy
import numpy as np
import pytest
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.ops import images
from partwise.blender_addon.scene import proposals

from tests.blender.picturing import BLUE, RED, choose, figure, image_of, make, refused, saved

pytestmark = pytest.mark.usefixtures("no_proposal")


def accept() -> list[bpy.types.Object]:
    assert bpy.ops.partwise.accept_proposal("EXEC_DEFAULT", True) == {"FINISHED"}
    return list(bpy.data.collections["Doll.parts"].objects)


def corners(obj: bpy.types.Object) -> np.ndarray:
    found = np.array([obj.matrix_world @ vertex.co for vertex in obj.data.vertices])
    return np.stack([found.min(axis=0), found.max(axis=0)])


def open_edges(mesh: bpy.types.Mesh) -> int:
    edges = np.array([loop.edge_index for loop in mesh.loops])
    return int((np.bincount(edges, minlength=len(mesh.edges)) != 2).sum())


def test_a_picture_becomes_a_preview_and_the_scene_stays_as_it_is():
    choose()
    before = [len(data) for data in (bpy.data.objects, bpy.data.meshes, bpy.data.images)]
    proposal = make()
    assert (proposal.title, proposal.variant.name) == ("Parts of Doll", "2 parts")
    assert len(proposal.variant.ghosts) == 2
    shown = [ghost.colours[:, :3].mean(axis=0) for ghost in proposal.variant.ghosts]
    assert sorted(int(colour.argmax()) for colour in shown) == [0, 2], "a red and a blue part"
    assert before == [len(data) for data in (bpy.data.objects, bpy.data.meshes, bpy.data.images)]


def test_it_stands_at_the_cursor_on_its_foot_and_looks_along_minus_y():
    bpy.context.scene.cursor.location = (3.0, -2.0, 1.0)
    asked = choose()
    asked.size = 4.0
    head, body = sorted(make() and accept(), key=lambda obj: -corners(obj)[1, 2])
    low, high = np.minimum(corners(head)[0], corners(body)[0]), corners(head)[1]
    assert low[2] == pytest.approx(1.0, abs=1e-4)
    assert high[2] == pytest.approx(5.0, abs=1e-4)
    assert (corners(body)[:, 0].mean(), corners(body)[:, 1].mean()) == pytest.approx(
        (3.0, -2.0), abs=0.1
    )
    assert set(bpy.context.selected_objects) == {head, body}
    assert bpy.context.object in (head, body)
    for obj in (head, body):  # the origin is inside
        assert (corners(obj)[0] < obj.location).all()
        assert (corners(obj)[1] > obj.location).all()


def test_each_part_is_closed_smooth_and_has_a_material_with_the_packed_texture():
    choose()
    make()
    made = accept()
    assert all(obj.name.startswith("Doll.") for obj in made)
    assert len({obj.data.materials[0] for obj in made}) == 2
    for obj in made:
        mesh, material = obj.data, obj.data.materials[0]
        assert open_edges(mesh) == 0
        assert not mesh.validate()
        assert [len(polygon.vertices) for polygon in mesh.polygons].count(4) > 100
        shader = next(node for node in material.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
        texture = shader.inputs["Base Color"].links[0].from_node.image
        assert texture.packed_file
        width, height = texture.size
        pixels = np.array(texture.pixels[:]).reshape(height, width, 4)
        uv = np.array([entry.vector for entry in mesh.uv_layers[0].uv])
        seen = pixels[
            (uv[:, 1] * height).astype(int).clip(0, height - 1),
            (uv[:, 0] * width).astype(int).clip(0, width - 1),
        ]
        wanted = RED if "red" in obj.name else BLUE
        assert np.median(seen[:, :3], axis=0) * 255 == pytest.approx(wanted, abs=12)
        assert np.argmax(material.diffuse_color[:3]) == np.argmax(wanted)


def test_taking_it_is_one_step_of_undo():
    choose()
    bpy.ops.ed.undo_push(message="before")
    make()
    accept()
    bpy.ops.ed.undo()
    assert "Doll.parts" not in bpy.data.collections
    assert not bpy.data.objects
    assert bpy.context.scene.partwise_images.front.image.name == "Doll.png"
    bpy.ops.ed.redo()
    assert len(bpy.data.collections["Doll.parts"].objects) == 2


def test_where_the_view_does_not_show_the_picture_on_the_parts_it_is_said(monkeypatch, capfd):
    def remark(kind: str, colours: str) -> str:
        shading = SimpleNamespace(type=kind, color_type=colours)
        context = SimpleNamespace(space_data=SimpleNamespace(shading=shading))
        return images.PARTWISE_OT_apply_take.remark(context, proposal.variant.result)

    choose()
    proposal = make()
    assert "Material Preview" in remark("SOLID", "MATERIAL")
    assert not remark("SOLID", "TEXTURE")
    assert not remark("MATERIAL", "MATERIAL")
    assert not images.PARTWISE_OT_apply_take.remark(bpy.context, proposal.variant.result)
    monkeypatch.setattr(images.PARTWISE_OT_apply_take, "remark", lambda context, result: "See it.")
    accept()
    assert "See it." in capfd.readouterr().out
    bpy.context.scene.partwise_images.text = "a round table with four legs"
    bpy.context.scene.partwise_images.front.image = None
    monkeypatch.undo()
    proposal = make()
    assert not remark("SOLID", "MATERIAL"), "words alone have no picture"


def test_a_second_one_of_the_same_picture_gets_its_own_names():
    choose()
    for _ in range(2):
        make()
        assert bpy.ops.partwise.accept_proposal("EXEC_DEFAULT", True) == {"FINISHED"}
    assert {"Doll.parts", "Doll.001.parts"} <= set(bpy.data.collections.keys())
    assert len(bpy.data.collections["Doll.001.parts"].objects) == 2


def test_it_is_seen_also_when_the_active_collection_is_excluded():
    folder = bpy.data.collections.new("away")
    bpy.context.scene.collection.children.link(folder)
    layer = bpy.context.view_layer
    layer.active_layer_collection = layer.layer_collection.children["away"]
    layer.active_layer_collection.exclude = True
    choose()
    make()
    assert all(obj.visible_get() for obj in accept())


def test_without_a_picture_the_button_is_grey_and_says_why():
    with pytest.raises(RuntimeError, match="Choose a picture first"):
        bpy.ops.partwise.make_parts()
    bpy.context.scene.partwise_images.side.image = image_of(figure())
    refused("no picture of the front")


def test_words_alone_make_an_object_and_other_versions_of_it():
    bpy.context.scene.partwise_images.text = "a round table with four legs"
    proposal = make()
    assert proposal.title == "Parts of a round table with four legs"
    assert "5 parts" in proposal.variant.name
    assert bpy.ops.partwise.another_take() == {"FINISHED"}
    assert len(images.current().variants) == 2
    bpy.context.scene.partwise_images.text = "qqxzv wwkj"
    with pytest.raises(RuntimeError, match="nearest are"):
        bpy.ops.partwise.make_parts()


def test_pictures_that_cannot_be_used_are_said(tmp_path):
    choose(np.full((4, 4, 4), 255, np.uint8))
    refused("too few to see a figure")
    choose(np.full((64, 64, 4), 255, np.uint8))
    refused("No figure was found")
    jobs.dismiss()
    path = saved(figure(), tmp_path / "gone.png")
    bpy.context.scene.partwise_images.front.image = bpy.data.images.load(str(path))
    path.unlink()
    bpy.data.images["gone.png"].reload()
    refused("The file of “gone.png” is missing")


def test_a_mask_says_where_parts_are():
    asked = choose()
    mask = np.zeros((96, 96, 4), np.uint8)
    shown = figure()[..., 3] > 0
    rows = np.arange(96)[:, None]
    for number, (low, high) in enumerate(((0, 30), (30, 60), (60, 96))):
        mask[shown & (rows >= low) & (rows < high)] = (80 * number, 255 - 90 * number, 9, 255)
    asked.front.mask = image_of(mask, "Mask")
    assert make().variant.name == "3 parts"
    proposals.discard()
    asked.front.mask = image_of(mask[:80], "Small")
    refused("“Small” has 96 x 80 pixels, its picture “Doll.png” 96 x 96")
    asked.front.mask = image_of(np.zeros((96, 96, 4), np.uint8), "Mask")
    refused("is empty")
    asked.front.mask = None
    asked.side.image, asked.side.mask = image_of(figure()), image_of(mask)
    refused("The picture of the front has no mask")


def test_a_picture_may_go_while_the_job_runs():
    asked = choose()
    start = jobs.start

    def start_and_delete(title, work, finish):
        bpy.data.images.remove(asked.front.image)
        return start(title, work, finish)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "start", start_and_delete)
        assert make().variant.name == "2 parts"
    assert asked.front.image is None
    assert len(accept()) == 2


def test_a_cancelled_job_leaves_nothing(monkeypatch):
    choose()
    monkeypatch.setattr(jobs, "_has_no_timers", lambda: False)
    assert bpy.ops.partwise.make_parts() == {"FINISHED"}
    assert jobs.busy()
    with pytest.raises(RuntimeError, match="A job is running"):
        bpy.ops.partwise.make_parts()
    bpy.ops.partwise.cancel_job()
    assert jobs.current().state == "CANCELLED"
    assert images.current() is None
    assert not bpy.data.objects


def test_options_reach_the_engine():
    asked = choose()
    asked.shape, asked.thickness, asked.back_side = "FLAT", 0.5, "MIRROR"
    asked.symmetry, asked.limbs, asked.count = "NO", False, 2
    take = make().variant.result
    assert {row["kind"] for row in take.made.report} == {"flat"}
    options = take.request.options
    assert (options["thickness"], options["back"], options["limbs"]) == (0.5, "mirror", False)
    assert options["symmetric"] is False
    assert take.request.parts == 2
