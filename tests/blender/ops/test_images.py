# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts from images in Blender, with the real engine process: from a picture to objects."""

from __future__ import annotations

import contextlib

import bpy
import numpy as np
import pytest
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.ops import images
from partwise.blender_addon.scene import briefs, proposals

from tests.blender.picturing import BLUE, RED, choose, figure, image_of, saved


@pytest.fixture(autouse=True)
def nothing_left(monkeypatch):
    monkeypatch.setattr(jobs, "_job", None)
    yield
    proposals.discard()


def make() -> proposals.Proposal:
    assert bpy.ops.partwise.make_parts() == {"FINISHED"}
    return images.current()


def refused(match: str) -> None:
    with pytest.raises(RuntimeError, match=match):
        bpy.ops.partwise.make_parts()
    assert images.current() is None


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


def test_a_second_one_of_the_same_picture_gets_its_own_names():
    choose()
    for _ in range(2):
        make()
        assert bpy.ops.partwise.accept_proposal("EXEC_DEFAULT", True) == {"FINISHED"}
    assert {"Doll.parts", "Doll.parts.001"} <= set(bpy.data.collections.keys())
    assert len(bpy.data.objects) == 4


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


def test_a_new_mask_is_empty_until_painted_or_begins_with_the_preview():
    asked = choose()
    assert bpy.ops.partwise.new_mask() == {"FINISHED"}
    mask = asked.front.mask
    assert (mask.name, tuple(mask.size), bool(mask.packed_file)) == ("Doll Mask", (96, 96), True)
    refused("“Doll Mask” is empty")
    values = np.array(mask.pixels[:]).reshape(96, 96, 4)  # the bottom row first
    values[8:40, 30:66] = (0.1, 0.9, 0.1, 1.0)
    values[40:58, 30:66] = (0.9, 0.9, 0.1, 1.0)
    values[58:88, 30:66] = (0.9, 0.1, 0.9, 1.0)
    mask.pixels.foreach_set(values.ravel().astype(np.float32))
    jobs.dismiss()
    assert make().variant.name == "3 parts"
    assert bpy.ops.partwise.new_mask() == {"FINISHED"}
    assert asked.front.mask != mask
    proposals.discard()
    assert make().variant.name == "3 parts"


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


def test_other_versions_differ_until_there_are_no_more():
    choose()
    proposal = make()
    for _ in range(len(briefs.TURNS)):
        before = len(proposal.variants)
        with contextlib.suppress(RuntimeError):  # where there is one less
            bpy.ops.partwise.another_take()
            assert len(proposal.variants) == before + 1
            assert proposal.index == before
    with pytest.raises(RuntimeError, match="no other ways"):
        bpy.ops.partwise.another_take()
    assert 3 <= len(proposal.variants) <= 6
    names = [variant.name for variant in proposal.variants]
    assert len(set(names)) == len(names)
    assert any(name.endswith("thinner") for name in names)
    depth = [
        np.ptp(np.concatenate([ghost.vertices for ghost in variant.ghosts])[:, 1])
        for variant in proposal.variants
    ]
    thinner = next(i for i, name in enumerate(names) if name.endswith("thinner"))
    assert depth[thinner] < 0.8 * depth[0]


def test_the_shape_of_one_part_is_changed_in_the_preview():
    choose()
    proposal = make()
    take = proposal.variant.result
    head = next(i for i, name in enumerate(take.made.names) if "red" in name)
    assert bpy.ops.partwise.shape_part(part=head, kind="FLAT") == {"FINISHED"}
    assert images.current() is proposal
    assert len(proposal.variants) == 1
    again = proposal.variant.result
    head = next(i for i, name in enumerate(again.made.names) if "red" in name)
    assert again.made.report[head]["kind"] == "flat"
    assert again.kinds == {head: "flat"}
    bpy.ops.partwise.order_part(part=head, step=-1 if head else 1)
    moved = proposal.variant.result
    now = next(i for i, name in enumerate(moved.made.names) if "red" in name)
    assert now != head
    assert moved.kinds == {now: "flat"}, "the shape goes with its part"
    assert moved.made.report[now]["kind"] == "flat"
    bpy.ops.partwise.shape_part(part=now, kind="AUTO")
    assert proposal.variant.result.kinds == {}


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


def test_files_become_pictures_by_their_names_and_parts_at_once(tmp_path):
    front = saved(figure(), tmp_path / "Doll.png")
    run = bpy.ops.partwise.add_pictures
    assert run(filepath=str(front)) == {"FINISHED"}
    asked = bpy.context.scene.partwise_images
    assert asked.front.image.name == "Doll.png"
    assert images.current().variant.name == "2 parts"
    proposals.discard()
    names = ["doll_back.png", "doll_front.png", "doll-side.png"]
    for name in names:
        saved(figure(), tmp_path / name)
    files = [{"name": name} for name in names]
    assert run(directory=str(tmp_path), files=files, make=False) == {"FINISHED"}
    chosen = {view: getattr(asked, view).image for view in ("front", "side", "back", "top")}
    found = {view: image and image.name for view, image in chosen.items()}
    assert found == {
        "front": "doll_front.png", "side": "doll-side.png", "back": "doll_back.png", "top": None,
    }  # fmt: skip
    assert images.current() is None
    with pytest.raises(RuntimeError, match="No picture was chosen"):
        run(directory=str(tmp_path))
    with pytest.raises(RuntimeError, match="cannot be read"):
        run(filepath=str(tmp_path / "none.png"))


def test_the_sidebar_is_opened_where_a_picture_is_dropped():
    """Blender without a window has no events to invoke an operator with."""
    areas = bpy.context.window_manager.windows[0].screen.areas
    area = next(area for area in areas if area.type == "VIEW_3D")
    area.spaces.active.show_region_ui = False
    images._show_tab(area)
    assert area.spaces.active.show_region_ui


def test_there_is_nothing_to_take_before_a_render_or_without_a_view():
    with pytest.raises(RuntimeError, match="Nothing was rendered yet"):
        bpy.ops.partwise.take_picture(source="RENDER")
    with pytest.raises(RuntimeError, match="no 3D view"):
        bpy.ops.partwise.take_picture(source="VIEW")


def test_dropped_images_are_offered_beside_blenders_own_ways():
    handler = images.PARTWISE_FH_pictures
    assert ".png" in handler.bl_file_extensions.split(";")
    module, name = handler.bl_import_operator.split(".")
    known = getattr(getattr(bpy.ops, module), name).get_rna_type().properties
    assert {"directory", "files"} <= set(known.keys())
    window = bpy.context.window_manager.windows[0]
    for kind in ("VIEW_3D", "OUTLINER"):
        area = next(area for area in window.screen.areas if area.type == kind)
        region = next(region for region in area.regions if region.type == "WINDOW")
        with bpy.context.temp_override(window=window, area=area, region=region):
            assert handler.poll_drop(bpy.context) == (kind == "VIEW_3D")
