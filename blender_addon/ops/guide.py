# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide, in the browser: it comes with the package and needs no network."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import ClassVar

import bpy
from bpy.props import BoolProperty, StringProperty

from ..core import guide
from ..engine import place
from .poll import SaysWhyNot

FOLDER = Path(__file__).resolve().parents[2] / guide.FOLDER
SAVED = "Partwise Guide"  # folder in the chosen one


class NeedsGuide(SaysWhyNot):
    """Base of operators that are grey where the guide is not."""

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return "" if FOLDER.is_dir() else "The guide is only in the packages that are installed"


class PARTWISE_OT_open_guide(NeedsGuide, bpy.types.Operator):
    """Open the guide that comes with Partwise in the browser. F1 over a button opens its page"""

    bl_idname = "partwise.open_guide"
    bl_label = "Guide"
    bl_options: ClassVar[set[str]] = set()

    place: StringProperty(
        name="Place",
        description="A page of the guide, with # and a heading where it is not its beginning",
        default=guide.INDEX,
        options={"SKIP_SAVE", "HIDDEN"},
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        path = FOLDER / guide.file_of(self.place)
        if not path.is_file():
            self.report({"ERROR"}, f"The guide has no place {self.place}.")
            return {"CANCELLED"}
        result: set[str] = bpy.ops.wm.url_open(url=guide.address(path))
        return result


class PARTWISE_OT_save_guide(NeedsGuide, bpy.types.Operator):
    """Write a copy of the guide, for a browser that may not read the folder of extensions"""

    bl_idname = "partwise.save_guide"
    bl_label = "Save Guide"
    bl_options = {"INTERNAL"}

    directory: StringProperty(subtype="DIR_PATH", options={"HIDDEN"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        folder = place.absolute(self.directory) / SAVED
        try:
            shutil.copytree(FOLDER, folder, copy_function=shutil.copyfile, dirs_exist_ok=True)
        except OSError as error:
            self.report({"ERROR"}, f"The guide could not be written to {folder}: {error}")
            return {"CANCELLED"}
        page = folder / guide.file_of(guide.INDEX)
        result: set[str] = bpy.ops.wm.url_open(url=guide.address(page))
        return result


CLASSES = (PARTWISE_OT_open_guide, PARTWISE_OT_save_guide)
