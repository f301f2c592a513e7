# SPDX-License-Identifier: GPL-3.0-or-later
"""Cuts that look right: borders whose teeth are cut off, and parts of what is subdivided."""

from __future__ import annotations

from pathlib import Path

import bpy
import numpy as np
from stage import active, labels, ours, part_count
from window import Waits, Window

SECOND = 0.7  # of two buttons beside each other
VOXEL = 0.09  # side, of a monkey 2 wide
FRONT = (1.35, 0.0, 0.5)
SEEN = 8 / 255  # by how much a colour differs so that one sees it
MOST_SEEN = 2e-3  # share of the view's pixels that may


def monkey(window: Window, kind: str, *, applied: bool) -> Waits[None]:
    """A monkey with a modifier, smooth, alone in the file, and decomposed."""
    jobs = ours("engine.jobs")
    with window.here():
        bpy.ops.object.select_all(action="SELECT")
        bpy.ops.object.delete()
        bpy.ops.mesh.primitive_monkey_add()
        bpy.ops.object.modifier_add(type=kind)
        modifier = active().modifiers[0]
        if kind == "REMESH":
            modifier.mode, modifier.voxel_size = "VOXEL", VOXEL
        else:
            modifier.levels = 2
        if applied:
            bpy.ops.object.modifier_apply(modifier=modifier.name)
        bpy.ops.object.shade_smooth()
        bpy.ops.ed.undo_push(message="Monkey")
    yield from window.look(turn=FRONT)
    yield from window.press("bpy.ops.partwise.decompose")
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert jobs.current().state == "DONE", jobs.current().error
    assert part_count() > 2


def smooth_borders(window: Window, package: Path) -> Waits[None]:
    """Borders on voxels have teeth; a button beside Try Another cuts faces there, in one step of
    undo."""
    jobs = ours("engine.jobs")
    yield from monkey(window, "REMESH", applied=True)
    yield from window.frame((0.0, -0.4, 0.1), 1.6, FRONT)
    yield from window.point_at_nothing()
    yield from window.picture("47_teeth")
    before, faces, count = labels(), len(active().data.polygons), part_count()
    yield from window.press("bpy.ops.partwise.smooth_borders", across=SECOND)
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert jobs.current().state == "DONE", jobs.current().error
    assert len(active().data.polygons) > faces
    assert part_count() == count
    yield from window.point_at_nothing()
    yield from window.picture("47_smooth")
    yield from window.undo()
    assert labels() == before
    yield from window.redo()
    assert len(active().data.polygons) > faces


def split_subdivided(window: Window, package: Path) -> Waits[None]:
    """Parts of a subdivided monkey, where they are, look as it did whole: a picture tells."""
    settings, shading = bpy.context.scene.partwise, window.area.spaces.active.shading
    settings.closing = "NONE"
    yield from monkey(window, "SUBSURF", applied=False)
    name, count = active().name, part_count()
    yield from window.picture("48_subdivided_parts")
    settings.show_overlay, shading.show_object_outline = False, False
    try:
        whole = yield from look_plainly(window, "48_subdivided_whole")
        with window.here():
            active().select_set(True)
        yield from window.press("bpy.ops.partwise.split(")
        assert len(bpy.data.collections[f"{name}.parts"].objects) == count
        apart = yield from look_plainly(window, "48_subdivided_split")
        differs = np.abs(whole - apart).max(axis=-1) > SEEN
        print(f"       {differs.mean():.2%} of the view differ")
        assert differs.mean() < MOST_SEEN
    finally:
        settings.show_overlay, shading.show_object_outline = True, True
    bpy.data.collections[f"{name}.parts"].partwise.explode = 0.4
    yield from window.picture("48_subdivided_apart")


def look_plainly(window: Window, name: str) -> Waits[np.ndarray]:
    """The pixels (H, W, 3) of the view beside the sidebar, where nothing is selected."""
    with window.here():
        bpy.ops.object.select_all(action="DESELECT")
    yield from window.point_at_nothing()
    yield from window.picture(name)
    picture = bpy.data.images.load(str(window.pictures / f"{name}.png"))
    wide, high = picture.size
    pixels = np.empty(4 * wide * high, np.float32)
    picture.pixels.foreach_get(pixels)
    bpy.data.images.remove(picture)
    view = window.region()
    right = window.region("UI").x
    rows = slice(view.y + 40, view.y + view.height - 60)
    return pixels.reshape(high, wide, 4)[rows, view.x + 60 : right - 60, :3]
