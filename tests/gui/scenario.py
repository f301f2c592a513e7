# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist does with Partwise, step by step, in a real window; each step checks the data."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import bpy
from window import Waits, Window

EXAMPLES = Path(__file__).parents[2] / "examples"
EXTENSION = "bl_ext.user_default.partwise"


def ours(name: str) -> Any:
    """A module of the installed extension."""
    return importlib.import_module(f"{EXTENSION}.blender_addon.{name}")


def labels(name: str = "") -> list[int]:
    """The part id of each face of an object, by default of the active one."""
    obj = bpy.data.objects[name] if name else bpy.context.view_layer.objects.active
    found = ours("parts").get_labels(obj.data)
    return [int(label) for label in found]


def part_count() -> int:
    return len(bpy.context.view_layer.objects.active.data.partwise.parts)


def children() -> list[int]:
    """The processes that Blender started and that are alive."""
    tasks = Path("/proc/self/task").glob("*/children")
    return [int(pid) for task in tasks for pid in task.read_text().split()]


def install(window: Window, package: Path) -> Waits[None]:
    """The package, through Blender's own installer; enabled at once, without an engine running."""
    before = children()
    bpy.ops.extensions.package_install_files(
        filepath=str(package), repo="user_default", enable_on_install=True
    )
    yield 0.2
    assert hasattr(bpy.types.Scene, "partwise")
    assert ours("jobs").__file__.startswith(bpy.utils.user_resource("EXTENSIONS"))
    assert children() == before


def show_fox(window: Window, package: Path) -> Waits[None]:
    """A model of an artist, selected, in a view from the side, and the sidebar's tab."""
    yield from load(window, "fox.glb")
    yield from window.open_tab("Partwise")
    assert part_count() == 0
    yield from window.picture("01_before")


def decompose(window: Window, package: Path) -> Waits[None]:
    """A click on the button; progress is shown, then colours; one step of undo."""
    jobs = ours("jobs")
    yield from window.press("bpy.ops.partwise.decompose")
    assert jobs.busy()
    yield from window.until(lambda: not jobs.busy() or jobs.current().share > 0.2, "progress")
    yield 0.2
    window.snap("02_progress")
    yield from window.until(lambda: not jobs.busy(), "the end of the job")
    assert jobs.current().state == "DONE", jobs.current().error
    cut, count = labels(), part_count()
    assert count > 2
    assert min(cut) >= 0
    yield from window.picture("03_parts")
    yield from window.undo()
    assert part_count() == 0
    yield from window.redo()
    assert labels() == cut
    assert part_count() == count


def drag_granularity(window: Window, package: Path) -> Waits[None]:
    """One drag of the slider is one step of undo, however many cuts it shows on its way."""
    before, cuts = labels(), set()
    x, y = yield from window.find("partwise.granularity")
    yield from window.event("LEFTMOUSE", "PRESS", x, y)
    for step in range(1, 9):
        yield from window.move(x + 8 * step, y)
        cuts.add(part_count())
    window.snap("04_granularity")
    yield from window.event("LEFTMOUSE", "RELEASE", x + 64, y)
    assert len(cuts) > 2, f"the cut did not follow the mouse: {cuts}"
    after = labels()
    assert after != before
    yield from window.undo()
    assert labels() == before
    yield from window.redo()
    assert labels() == after
    yield from window.undo()
    assert labels() == before


STEPS = (install, show_fox, decompose, drag_granularity)
ALWAYS = (install, show_fox)


def load(window: Window, example: str) -> Waits[None]:
    """An example alone in the file, selected and active, filling the view."""
    with window.here():
        bpy.ops.object.select_all(action="SELECT")
        bpy.ops.object.delete()
        bpy.ops.import_scene.gltf(filepath=str(EXAMPLES / example))
        meshes = [obj for obj in bpy.context.selected_objects if obj.type == "MESH"]
        bpy.context.view_layer.objects.active = meshes[0]
        bpy.ops.view3d.view_axis(type="RIGHT")
        bpy.ops.view3d.view_orbit(angle=0.6, type="ORBITLEFT")
        bpy.ops.view3d.view_orbit(angle=0.25, type="ORBITUP")
        bpy.ops.view3d.view_selected()
        bpy.ops.ed.undo_push(message="Import")
    yield 0.5
