# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts into files, one each or all in one, by Blender's own exporters."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ...backend.contract.errors import BadInput, PartwiseError
from ...backend.contract.file_names import file_names
from ..scene import explode, visibility
from ..scene.assembly import assembly_of
from .poll import SaysWhyNot

EXPORTERS: dict[str, Callable[[str], set[str]]] = {
    "GLB": lambda path: bpy.ops.export_scene.gltf(
        filepath=path, use_selection=True, export_format="GLB"
    ),
    "OBJ": lambda path: bpy.ops.wm.obj_export(filepath=path, export_selected_objects=True),
    "STL": lambda path: bpy.ops.wm.stl_export(filepath=path, export_selected_objects=True),
    "PLY": lambda path: bpy.ops.wm.ply_export(filepath=path, export_selected_objects=True),
    "FBX": lambda path: bpy.ops.export_scene.fbx(filepath=path, use_selection=True),
    "USD": lambda path: bpy.ops.wm.usd_export(
        filepath=path, selected_objects_only=True, export_textures_mode="KEEP"
    ),
}


class PARTWISE_OT_export_parts(SaysWhyNot, bpy.types.Operator):
    """Write each part into a file of its own, or all into one with their parents"""

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
            ("USD", "USD", "With materials, UV maps, armature and shape keys"),
            ("OBJ", "Wavefront OBJ", "With materials and UV maps"),
            ("STL", "STL", "Shape only, for printing"),
            ("PLY", "PLY", "Shape and colours"),
        ),
    )
    single: BoolProperty(
        name="One File",
        description="Write all parts into one file, named after the whole; parts that are "
        "parented are below each other there, where the format knows that",
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
        folder = assembly_of(context.object)
        try:
            written = export(
                context,
                explode.parts_in(folder),
                Path(self.directory),
                self.format,
                overwrite=self.overwrite,
                whole=folder.partwise.source.name if folder and self.single else "",
            )
        except (PartwiseError, OSError, RuntimeError) as error:
            self.report({"ERROR"}, str(error).strip())
            return {"CANCELLED"}
        files = "1 file" if len(written) == 1 else f"{len(written)} files"
        self.report({"INFO"}, f"{files} in {self.directory}")
        return {"FINISHED"}


def export(
    context: bpy.types.Context,
    parts: Iterable[bpy.types.Object],
    folder: Path,
    kind: str,
    *,
    overwrite: bool = False,
    whole: str = "",
) -> list[Path]:
    """Write each part to `folder`, all or none; returns the files. The scene stays as it is.

    kind : a key of `EXPORTERS`. Parts are written where they really are, not exploded. whole : the
    name of one file for all parts, in place of a file for each.

    Raises BadInput when a file is there already or cannot be written.
    """
    parts = [part for part in parts if part.visible_get()]
    if not parts:
        raise BadInput("There is no visible part to export.", "Show the parts first.")
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder}.", "Choose a folder that exists.")
    groups = [parts] if whole else [[part] for part in parts]
    names = [whole] if whole else [part.name for part in parts]
    files = [folder / name for name in file_names(names, kind.lower())]
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
        for group, file in zip(groups, files, strict=True):
            for other in context.selected_objects:
                other.select_set(False)
            for part in group:
                part.select_set(True)
            context.view_layer.objects.active = group[0]
            EXPORTERS[kind](str(Path(beside, file.name)))
        for written in Path(beside).iterdir():  # an OBJ comes with a file of its materials
            os.replace(written, folder / written.name)
    return files


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
