# SPDX-License-Identifier: GPL-3.0-or-later
"""What the steps work on: objects to load, the extension's modules, what the scene holds."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from window import Waits, Window

EXAMPLES = Path(__file__).parents[2] / "examples"
EXTENSION = "bl_ext.user_default.partwise"


def ours(name: str) -> Any:
    """A module of the installed extension."""
    return importlib.import_module(f"{EXTENSION}.blender_addon.{name}")


def active() -> bpy.types.Object:
    return bpy.context.view_layer.objects.active


def table() -> bpy.types.PropertyGroup:
    """The parts of the active object."""
    return active().data.partwise


def labels() -> list[int]:
    """The part id of each face of the active object."""
    found: list[int] = ours("scene.parts").get_labels(active().data).tolist()
    return found


def open_edges(mesh: bpy.types.Mesh) -> int:
    """How many edges of a mesh bound it: only one face has them."""
    edges = np.empty(len(mesh.loops), dtype=np.int32)
    mesh.loops.foreach_get("edge_index", edges)
    return int((np.bincount(edges, minlength=len(mesh.edges)) == 1).sum())


def cap_count(mesh: bpy.types.Mesh) -> int:
    """How many faces of a part close a cut."""
    layer = mesh.attributes.get("partwise_cap")
    if layer is None:
        return 0
    marks = np.empty(len(mesh.polygons), dtype=bool)
    layer.data.foreach_get("value", marks)
    return int(marks.sum())


def part_count() -> int:
    return len(table().parts)


def children() -> list[int]:
    """The processes that Blender started and that are alive."""
    tasks = Path("/proc/self/task").glob("*/children")
    return [int(pid) for task in tasks for pid in task.read_text().split()]


def load_large(window: Window, levels: int = 4) -> Waits[None]:
    """A mesh of 125,952 faces, on which the engine works for some seconds, and one step of undo.

    levels : of subdivision; with one more there are four times as many faces.
    """
    with window.here():
        bpy.ops.object.select_all(action="SELECT")
        bpy.ops.object.delete()
        bpy.ops.mesh.primitive_monkey_add()
        bpy.ops.object.modifier_add(type="SUBSURF")
        bpy.context.object.modifiers[0].levels = levels
        bpy.ops.object.modifier_apply(modifier=bpy.context.object.modifiers[0].name)
        bpy.ops.ed.undo_push(message="Large")
    yield from window.look(turn=(1.3, 0.0, 0.4))
    assert len(active().data.polygons) == 1968 * 4 ** (levels - 1)


def load(window: Window, example: str) -> Waits[None]:
    """An example alone in the file, selected and active, filling the view."""
    with window.here():
        bpy.ops.object.select_all(action="SELECT")
        bpy.ops.object.delete()
        bpy.ops.import_scene.gltf(filepath=str(EXAMPLES / example))
        meshes = [obj for obj in bpy.context.selected_objects if obj.type == "MESH"]
        bpy.context.view_layer.objects.active = meshes[0]
    yield from window.look(turn=(1.25, 0.0, 0.95))
    with window.here():
        bpy.ops.ed.undo_push(message="Import")
    yield 0.5
