# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture becomes a preview, the preview objects; a view of these a picture again."""

from __future__ import annotations

from pathlib import Path

import bpy
from stage import EXAMPLES, ours
from window import Waits, Window

HEADERS = 58  # pixels
BUTTONS = 0.95  # column of the panel
GNOME = EXAMPLES / "gnome.png"
GNOME_AT, GNOME_SIZE = (0.0, 0.0, 1.0), 2.4


def ready(window: Window) -> Waits[None]:
    """Until no job runs; none may have failed."""
    jobs = ours("engine.jobs")
    yield from window.until(lambda: not jobs.busy(), "the end of the job", 180)
    assert jobs.current().state == "DONE", jobs.current().error


def parts_from_a_picture(window: Window, package: Path) -> Waits[None]:
    """As when a picture is dropped on the view: a preview, changed, taken, undone and redone."""
    images = ours("ops.images")
    with window.here():
        bpy.ops.object.select_all(action="SELECT")
        bpy.ops.object.delete()
        bpy.ops.mesh.primitive_plane_add(size=3)
        bpy.ops.ed.undo_push(message="Floor")
    before = len(bpy.data.objects)  # some of earlier steps are hidden
    with window.here():
        bpy.ops.object.select_all(action="DESELECT")
        window.area.spaces.active.show_region_ui = False
        drop(GNOME)
    assert window.area.spaces.active.show_region_ui, "where the preview is taken"
    yield 0.2
    window.snap("40_making")
    yield from ready(window)
    assert len(bpy.data.objects) == before
    yield from window.frame(GNOME_AT, GNOME_SIZE, turn=(1.4, 0.0, 0.3))
    yield from window.find("bpy.ops.partwise.accept_proposal")  # in sight without a click
    yield from window.point_at_nothing()
    yield from window.picture("41_preview")
    count = images.current().variant.result.count
    assert count > 6
    yield from window.press("bpy.ops.partwise.another_take")
    yield from ready(window)
    assert len(images.current().variants) == 2
    yield from window.point_at_nothing()
    yield from window.picture("42_another")
    with window.here():
        bpy.ops.partwise.step_proposal("INVOKE_DEFAULT", True)
    yield from window.press("bpy.ops.partwise.accept_proposal")
    folder = bpy.data.collections["gnome.parts"]
    assert len(folder.objects) == count
    yield from window.point_at_nothing()
    yield from window.picture("43_accepted")
    yield from window.undo()
    assert "gnome.parts" not in bpy.data.collections
    yield from window.redo()
    assert len(bpy.data.collections["gnome.parts"].objects) == count
    yield from assembly_of_made_parts(window)
    yield from parts_of_the_view(window)


def assembly_of_made_parts(window: Window) -> Waits[None]:
    """The panel Assembly is there for them: they move apart and back, and are joined and split."""
    folder = bpy.data.collections["gnome.parts"]
    yield from window.point_at_nothing()
    yield from window.picture("43_assembly")
    x, y = yield from window.find("partwise.explode")
    yield from window.drag(x, y, by=48)
    assert folder.partwise.explode > 0
    yield from window.point_at_nothing()
    yield from window.picture("43_exploded")
    yield from window.undo()
    assert bpy.data.collections["gnome.parts"].partwise.explode == 0
    count = len(bpy.data.collections["gnome.parts"].objects)
    yield from window.press("bpy.ops.partwise.join_back")
    assert "gnome.parts" not in bpy.data.collections
    assert len(bpy.context.object.data.partwise.parts) == count
    yield from window.point_at_nothing()
    yield from window.picture("43_joined_back")
    yield from window.undo()
    assert len(bpy.data.collections["gnome.parts"].objects) == count


def parts_of_the_view(window: Window) -> Waits[None]:
    """What the view shows as the picture, with a mask; then the last render as one."""
    images = ours("ops.images")
    window.area.spaces.active.shading.color_type = "TEXTURE"
    with window.here():
        bpy.ops.object.select_all(action="DESELECT")
        bpy.data.objects["Plane"].hide_set(True)
        bpy.data.objects["Plane"].hide_render = True
    yield from window.frame(GNOME_AT, GNOME_SIZE, turn=(1.571, 0.0, 0.0))
    yield from window.point_at_nothing()
    yield from window.picture("44_textured")
    asked = bpy.context.scene.partwise_images
    with window.here("UI"):
        bpy.ops.partwise.take_picture("INVOKE_DEFAULT", True, source="VIEW")
    image = asked.front.image
    assert image.name == "View"
    assert image.packed_file
    image.filepath_raw = str(window.pictures / "45_view.png")
    image.save()
    yield from open_panel(window)
    yield from window.point_at_nothing()
    yield from window.picture("46_panel")
    yield from window.press("bpy.ops.partwise.new_mask", across=BUTTONS)
    mask = asked.front.mask
    assert tuple(mask.size) == tuple(image.size)
    mask.filepath_raw = str(window.pictures / "47_mask.png")
    mask.save()
    asked.front.mask = None
    with window.here():
        for obj in bpy.data.collections["gnome.parts"].objects:
            obj.hide_set(True)
    yield from window.press("bpy.ops.partwise.make_parts")
    yield from ready(window)
    assert images.current().title == "Parts of View"
    yield from window.frame(GNOME_AT, GNOME_SIZE, turn=(1.4, 0.0, 0.3))
    yield from window.point_at_nothing()
    yield from window.picture("48_parts_of_view")
    with window.here():
        bpy.ops.partwise.discard_proposal("INVOKE_DEFAULT", True)
    yield from parts_of_a_render(window)
    window.area.spaces.active.shading.color_type = "MATERIAL"


def parts_of_a_render(window: Window) -> Waits[None]:
    """The last render, transparent behind the figure, is a picture too."""
    scene = bpy.context.scene
    with window.here():
        for obj in bpy.data.collections["gnome.parts"].objects:
            obj.hide_set(False)
        bpy.ops.object.camera_add(location=(0.0, -6.0, 1.0), rotation=(1.571, 0.0, 0.0))
    scene.camera = bpy.context.object
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.display.shading.color_type = "TEXTURE"
    scene.render.resolution_x = scene.render.resolution_y = 256
    scene.render.film_transparent = True
    bpy.ops.render.render()
    with window.here("UI"):
        bpy.ops.partwise.take_picture("INVOKE_DEFAULT", True, source="RENDER")
        assert scene.partwise_images.front.image.name == "Render"
        for obj in bpy.data.collections["gnome.parts"].objects:
            obj.hide_set(True)
        bpy.ops.partwise.make_parts("INVOKE_DEFAULT", True)
    yield from ready(window)
    yield from window.point_at_nothing()
    yield from window.picture("49_parts_of_render")
    assert ours("ops.images").current().variant.result.count > 3
    with window.here():
        bpy.ops.partwise.discard_proposal("INVOKE_DEFAULT", True)
        bpy.data.objects.remove(scene.camera)
        bpy.ops.ed.undo_push(message="Pictures")


def drop(path: Path) -> None:
    """What Blender does when a file is dropped on the view: it looks for handlers of its ending
    that want it there, and invokes the operator of the one that is chosen with the file."""
    handlers = [
        handler
        for handler in bpy.types.FileHandler.__subclasses__()
        if path.suffix in handler.bl_file_extensions.split(";") and handler.poll_drop(bpy.context)
    ]
    (ours_alone,) = [each for each in handlers if each.bl_idname == "PARTWISE_FH_pictures"]
    module, name = ours_alone.bl_import_operator.split(".")
    getattr(getattr(bpy.ops, module), name)(
        "INVOKE_DEFAULT", True, directory=str(path.parent), files=[{"name": path.name}]
    )


def open_panel(window: Window) -> Waits[None]:
    """Click on the header of From Images, the second below the button of the click tool where no
    part is active, whose panels would be between."""
    bpy.context.view_layer.objects.active = None
    yield 0.2
    x, y = yield from window.find("bpy.ops.wm.tool_set_by_id")
    yield from window.click(x, y - HEADERS)
    yield from window.find("bpy.ops.partwise.make_parts")
