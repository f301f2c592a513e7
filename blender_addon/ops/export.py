# SPDX-License-Identifier: GPL-3.0-or-later
"""Each part into a file of its own, by Blender's own exporters."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ...backend.contract.errors import BadInput, PartwiseError
from ..scene import explode, visibility
from ..scene.assembly import assembly_of
from .poll import SaysWhyNot

# Names that Windows keeps for devices, whatever the ending.
RESERVED = {"con", "prn", "aux", "nul"}
RESERVED |= {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}

EXPORTERS: dict[str, Callable[[str], set[str]]] = {
    "GLB": lambda path: bpy.ops.export_scene.gltf(
        filepath=path, use_selection=True, export_format="GLB"
    ),
    "OBJ": lambda path: bpy.ops.wm.obj_export(filepath=path, export_selected_objects=True),
    "STL": lambda path: bpy.ops.wm.stl_export(filepath=path, export_selected_objects=True),
    "PLY": lambda path: bpy.ops.wm.ply_export(filepath=path, export_selected_objects=True),
    "FBX": lambda path: bpy.ops.export_scene.fbx(filepath=path, use_selection=True),
}


class PARTWISE_OT_export_parts(SaysWhyNot, bpy.types.Operator):
    """Write each part into a file of its own"""

    bl_idname = "partwise.export_parts"
    bl_label = "Export Parts"
    bl_options = {"REGISTER"}

    directory: StringProperty(subtype="DIR_PATH", options={"HIDDEN"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN"})
    format: EnumProperty(
        name="Format",
        items=(
            ("GLB", "glTF Binary", "With materials, UV maps, armature and shape keys"),
            ("FBX", "FBX", "With materials, UV maps, armature and shape keys"),
            ("OBJ", "Wavefront OBJ", "With materials and UV maps"),
            ("STL", "STL", "Shape only, for printing"),
            ("PLY", "PLY", "Shape and colours"),
        ),
    )
    overwrite: BoolProperty(
        name="Overwrite", description="Replace files of the same names that are there already"
    )

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        if context.mode != "OBJECT":
            return "Switch to Object Mode"
        return "Select a part. Press Split first" if assembly_of(context.object) is None else ""

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        parts = explode.parts_in(assembly_of(context.object))
        try:
            written = export(
                context, parts, Path(self.directory), self.format, overwrite=self.overwrite
            )
        except (PartwiseError, OSError, RuntimeError) as error:
            self.report({"ERROR"}, str(error).strip())
            return {"CANCELLED"}
        self.report({"INFO"}, f"{len(written)} files in {self.directory}")
        return {"FINISHED"}


def export(
    context: bpy.types.Context,
    parts: Iterable[bpy.types.Object],
    folder: Path,
    kind: str,
    *,
    overwrite: bool = False,
) -> list[Path]:
    """Write each part to `folder`, all or none; returns the files. The scene stays as it is.

    kind : a key of `EXPORTERS`. Parts are written where they really are, not exploded.

    Raises BadInput when a file is there already or cannot be written.
    """
    parts = [part for part in parts if part.visible_get()]
    if not parts:
        raise BadInput("There is no visible part to export.", "Show the parts first.")
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder}.", "Choose a folder that exists.")
    files = [folder / name for name in file_names([part.name for part in parts], kind.lower())]
    there = [file.name for file in files if file.exists()]
    if there and not overwrite:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise BadInput(
            f"{there[0]}{more} is there already.", "Turn on Overwrite, or choose another folder."
        )
    with (
        _selection_kept(context),
        visibility.uncovered(context.view_layer),
        explode.set_aside(parts),
        tempfile.TemporaryDirectory(dir=folder, prefix=".partwise-") as beside,
    ):
        for part, file in zip(parts, files, strict=True):
            for other in context.selected_objects:
                other.select_set(False)
            part.select_set(True)
            context.view_layer.objects.active = part
            EXPORTERS[kind](str(Path(beside, file.name)))
        for written in Path(beside).iterdir():  # an OBJ comes with a file of its materials
            os.replace(written, folder / written.name)
    return files


def file_names(names: Iterable[str], ending: str) -> list[str]:
    """File names for objects: allowed on every system, and different also where case is not."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        stem = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", name).strip(" .") or "part"
        if stem.lower().partition(".")[0] in RESERVED:
            stem = f"_{stem}"
        unique, number = stem, 1
        while unique.lower() in taken:
            number += 1
            unique = f"{stem}_{number}"
        taken.add(unique.lower())
        found.append(f"{unique}.{ending}")
    return found


@contextmanager
def _selection_kept(context: bpy.types.Context) -> Iterator[None]:
    active, selected = context.view_layer.objects.active, list(context.selected_objects)
    try:
        yield
    finally:
        for obj in context.selected_objects:
            obj.select_set(False)
        for obj in selected:
            obj.select_set(True)
        context.view_layer.objects.active = active


CLASSES = (PARTWISE_OT_export_parts,)
