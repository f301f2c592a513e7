# SPDX-License-Identifier: GPL-3.0-or-later
"""What nobody sees in a mesh: told below the list, looked at, and deleted."""

from __future__ import annotations

from pathlib import Path

import bpy
from stage import active, ours
from window import Waits, Window

FRONT = (1.35, 0.0, 0.5)
KERNEL, SPECK = ((0.0, -0.1, 0.1), 0.2), ((0.0, -1.2, 0.9), 0.012)  # where, and their radii
ARROW, BIN = 0.9, 0.96  # columns of the two buttons


def delete_debris(window: Window, package: Path) -> Waits[None]:
    """A ball in a monkey's head and a speck before it go; its eyes stay; one step of undo."""
    jobs = ours("engine.jobs")
    with window.here():
        bpy.ops.object.select_all(action="SELECT")
        bpy.ops.object.delete()
        bpy.ops.mesh.primitive_monkey_add()
        head, faces = active(), len(active().data.polygons)
        for place, radius in (KERNEL, SPECK):
            bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=2, radius=radius, location=place)
        bpy.ops.object.select_all(action="SELECT")
        bpy.context.view_layer.objects.active = head
        bpy.ops.object.join()
        bpy.ops.ed.undo_push(message="Monkey")
    whole = len(active().data.polygons)
    yield from window.look(turn=FRONT)
    yield from window.press("bpy.ops.partwise.decompose")
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert jobs.current().state == "DONE", jobs.current().error
    yield from window.point_at_nothing()
    yield from window.picture("49_debris")
    yield from window.press("bpy.ops.partwise.select_debris", across=ARROW)
    assert bpy.context.mode == "EDIT_MESH"
    active().update_from_editmode()
    assert sum(polygon.select for polygon in active().data.polygons) == whole - faces
    yield from window.picture("49_selected")
    yield from window.key("TAB")
    yield from window.press("bpy.ops.partwise.remove_debris", across=BIN)
    assert len(active().data.polygons) == faces
    yield from window.point_at_nothing()
    yield from window.picture("49_deleted")
    yield from window.undo()
    assert len(active().data.polygons) == whole
