# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts as objects of their own, with open and with closed cuts; apart, joined, undone, redone."""

from __future__ import annotations

from pathlib import Path

import bpy
from stage import active, cap_count, load_large, open_edges, ours, part_count
from window import Waits, Window

CAP = 0.72  # where in the panel the middle of the three buttons is


def split_into_objects(window: Window, package: Path) -> Waits[None]:
    """Parts become objects, which a slider moves apart; the original can be looked at again."""
    whole, count = active().name, part_count()
    faces = len(active().data.polygons)
    yield from window.press("bpy.ops.partwise.split(")
    folder = bpy.data.collections[f"{whole}.parts"]
    assert len(folder.objects) == count
    assert sum(len(part.data.polygons) for part in folder.objects) == faces
    assert not bpy.data.objects[whole].visible_get()
    yield from window.picture("13_split")
    drawn = ours("overlay.draw")._drawn
    assert all(drawn[part.session_uid].labels is not None for part in folder.objects)
    x, y = yield from window.find("partwise.explode")
    yield from window.drag(x, y, by=60)
    assert bpy.data.collections[f"{whole}.parts"].partwise.explode > 0.1
    yield from window.look(turn=(1.25, 0.0, 0.95))
    yield from window.point_at_nothing()
    yield from window.picture("14_exploded")
    yield from window.undo()
    assert bpy.data.collections[f"{whole}.parts"].partwise.explode == 0.0
    assert not any(
        any(part.delta_location) for part in bpy.data.collections[f"{whole}.parts"].objects
    )
    yield from window.press("bpy.ops.partwise.toggle_original")
    assert bpy.data.objects[whole].visible_get()
    yield from window.undo()
    yield from window.press("bpy.ops.partwise.join_back")
    assert f"{whole}.parts" not in bpy.data.collections
    assert (active().name, part_count(), len(active().data.polygons)) == (whole, count, faces)
    yield from window.undo()
    assert len(bpy.data.collections[f"{whole}.parts"].objects) == count
    yield from window.undo()
    assert f"{whole}.parts" not in bpy.data.collections
    assert bpy.data.objects[whole].visible_get()
    assert part_count() == count


def split_and_close(window: Window, package: Path) -> Waits[None]:
    """Parts with closed cuts: the engine makes the caps, and all is one step of undo."""
    jobs, whole, count = ours("engine.jobs"), active().name, part_count()
    yield from window.press("partwise.closing", across=CAP)
    assert bpy.context.scene.partwise.closing == "CAP"
    yield from window.press("bpy.ops.partwise.split(")
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert jobs.current().state == "DONE", jobs.current().error
    folder = bpy.data.collections[f"{whole}.parts"]
    assert all("partwise_cap" in part.data.attributes for part in folder.objects)
    x, y = yield from window.find("partwise.explode")
    yield from window.drag(x, y, by=60)
    yield from window.look(turn=(1.1, 0.0, 0.4))
    yield from window.picture("15_closed")
    yield from window.undo()
    yield from window.undo()
    assert f"{whole}.parts" not in bpy.data.collections
    assert part_count() == count


def split_and_close_large(window: Window, package: Path) -> Waits[None]:
    """Parts with closed cuts of many faces each, drawn, apart, undone and made again."""
    yield from load_large(window, levels=3)
    jobs, settings, whole = ours("engine.jobs"), bpy.context.scene.partwise, active()
    name, faces, holes = whole.name, len(whole.data.polygons), open_edges(whole.data)
    yield from window.press("bpy.ops.partwise.decompose")
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert jobs.current().state == "DONE", jobs.current().error
    count = part_count()
    assert count > 2
    yield from window.picture("33_large_parts")
    settings.closing = "NONE"
    yield from window.press("partwise.closing", across=CAP)
    assert settings.closing == "CAP"
    yield from window.press("bpy.ops.partwise.split(")
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert jobs.current().state == "DONE", jobs.current().error

    def check() -> None:
        made = [part.data for part in bpy.data.collections[f"{name}.parts"].objects]
        assert len(made) == count
        assert sum(len(mesh.polygons) for mesh in made) > faces
        assert sum(len(mesh.polygons) - cap_count(mesh) for mesh in made) == faces
        assert not any(mesh.validate() for mesh in made)
        assert sum(open_edges(mesh) for mesh in made) == holes  # the eyes are open; no cut is

    check()
    yield from window.picture("34_large_closed")
    x, y = yield from window.find("partwise.explode")
    yield from window.drag(x, y, by=60)
    yield from window.picture("35_large_apart")
    for _ in range(2):
        yield from window.undo()
    assert f"{name}.parts" not in bpy.data.collections
    assert (active().name, part_count(), len(active().data.polygons)) == (name, count, faces)
    for _ in range(2):
        yield from window.redo()
    check()
    yield from window.press("bpy.ops.partwise.join_back")
    assert (active().name, part_count(), len(active().data.polygons)) == (name, count, faces)
    yield from window.picture("36_large_joined")
