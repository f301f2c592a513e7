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
    yield from window.look(turn=(1.4, 0.0, 0.3))
    with window.here():
        bpy.ops.object.select_all(action="DESELECT")
        window.area.spaces.active.show_region_ui = False
        bpy.ops.partwise.add_pictures("INVOKE_DEFAULT", True, filepath=str(GNOME))
    assert window.area.spaces.active.show_region_ui, "where the preview is taken"
    yield 0.2
    window.snap("40_making")
    yield from ready(window)
    assert len(bpy.data.objects) == before
    yield from window.picture("41_preview")
    count = images.current().variant.result.count
    assert count > 6
    yield from window.press("bpy.ops.partwise.another_take")
    yield from ready(window)
    assert len(images.current().variants) == 2
    yield from window.picture("42_another")
    with window.here():
        bpy.ops.partwise.step_proposal("INVOKE_DEFAULT", True)
    yield from window.press("bpy.ops.partwise.accept_proposal")
    folder = bpy.data.collections["gnome.parts"]
    assert len(folder.objects) == count
    yield from window.picture("43_accepted")
    window.area.spaces.active.shading.color_type = "TEXTURE"
    yield from window.picture("44_textured")
    yield from window.undo()
    assert "gnome.parts" not in bpy.data.collections
    yield from window.redo()
    assert len(bpy.data.collections["gnome.parts"].objects) == count
    with window.here("UI"):
        bpy.ops.partwise.take_picture("INVOKE_DEFAULT", True, source="VIEW")
    image = bpy.context.scene.partwise_images.front.image
    assert image.name == "View"
    assert image.packed_file
    image.filepath_raw = str(window.pictures / "45_view.png")
    image.save()
    window.area.spaces.active.shading.color_type = "MATERIAL"
    with window.here():
        bpy.ops.object.select_all(action="SELECT")
        bpy.ops.object.delete()
    yield from open_panel(window)
    yield from window.picture("46_panel")
    yield from window.press("bpy.ops.partwise.new_mask", across=BUTTONS)
    mask = bpy.context.scene.partwise_images.front.mask
    assert tuple(mask.size) == tuple(image.size)
    mask.filepath_raw = str(window.pictures / "47_mask.png")
    mask.save()
    bpy.context.scene.partwise_images.front.mask = None
    yield from window.press("bpy.ops.partwise.make_parts")
    yield from ready(window)
    yield from window.picture("48_parts_of_view")
    assert images.current().title == "Parts of View"
    with window.here():
        bpy.ops.partwise.discard_proposal("INVOKE_DEFAULT", True)


def open_panel(window: Window) -> Waits[None]:
    """Click on the header of From Images, the second below the button of the click tool."""
    x, y = yield from window.find("bpy.ops.wm.tool_set_by_id")
    yield from window.click(x, y - HEADERS)
    yield from window.find("bpy.ops.partwise.make_parts")
