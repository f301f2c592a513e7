# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of parts: found by shape and place, and changed for many at once."""

from __future__ import annotations

import re

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ...backend.contract.errors import BadInput
from ...backend.contract.name_templates import LONGEST, by_pattern
from ..scene import edits, naming
from .parts import PartOperator, ticked

PLACEHOLDERS = "{object}, {part}, {number}, or {number:03} with leading zeros"


class PARTWISE_OT_name_parts(PartOperator, bpy.types.Operator):
    """Name the ticked parts, or all, as the options say. Names that you gave yourself stay"""

    bl_idname = "partwise.name_parts"
    bl_label = "Name Parts"

    renamed: BoolProperty(
        name="Also Renamed Parts", description="Replace names that you gave yourself too"
    )

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        settings = context.scene.partwise
        reason = naming.template_objection(settings)
        if reason:
            raise BadInput(reason)
        if len(mesh.partwise.parts) > naming.MOST_NAMED:
            raise BadInput(
                f"{len(mesh.partwise.parts)} parts are too many to name.",
                f"Make {naming.MOST_NAMED} parts at most.",
            )
        rows = ticked(mesh) or list(mesh.partwise.parts)
        rows = [part for part in rows if self.renamed or not naming.is_renamed(part)]
        if not rows:
            raise BadInput(
                "All of these parts have names of your own.", "Turn on Also Renamed Parts."
            )
        naming.name_parts(mesh, naming.solid_of(context.object), naming.wanted(settings), rows)


class PARTWISE_OT_rename_parts(PartOperator, bpy.types.Operator):
    """Change the names of the ticked parts, or of all, in one go"""

    bl_idname = "partwise.rename_parts"
    bl_label = "Rename Parts"

    way: EnumProperty(
        name="Change",
        items=(
            ("REPLACE", "Find and Replace", "Replace words in the names"),
            ("PREFIX", "Prefix", "Put words before the names"),
            ("SUFFIX", "Suffix", "Put words after the names"),
            ("PATTERN", "Pattern", "New names by a pattern"),
        ),
    )
    find: StringProperty(name="Find", description="What is replaced; upper and lower case differ")
    text: StringProperty(name="With", description="The words that are put in")
    pattern: StringProperty(
        name="Pattern", description=f"With {PLACEHOLDERS}", default="{object}_{part}"
    )
    first: IntProperty(name="First Number", description="Of the first part", default=1, min=0)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        result: set[str] = context.window_manager.invoke_props_dialog(self)
        return result

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "way")
        if self.way == "PATTERN":
            layout.prop(self, "pattern")
            layout.prop(self, "first")
            layout.label(text=PLACEHOLDERS)
            return
        if self.way == "REPLACE":
            layout.prop(self, "find")
        layout.prop(self, "text", text="With" if self.way == "REPLACE" else "Text")

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        rows = ticked(mesh) or list(mesh.partwise.parts)
        wanted = [
            self._renamed(part.name, context.object.name, self.first + number)
            for number, part in enumerate(rows)
        ]
        if wanted == [part.name for part in rows]:
            raise BadInput("No name is different then.", "Change what is found or put in.")
        for part in rows:  # no name is in the way of another one
            part.name = f".{part.part_id}"
        for part, name in zip(rows, wanted, strict=True):
            part.name = name[:LONGEST]

    def _renamed(self, name: str, whole: str, number: int) -> str:
        if self.way == "PREFIX":
            return f"{self.text}{name}"
        if self.way == "SUFFIX":
            side = re.search(r"[._][LR]$", name)  # Blender's tools look for sides at the end
            return f"{name[: side.start()]}{self.text}{side[0]}" if side else f"{name}{self.text}"
        if self.way == "REPLACE":
            if not self.find:
                raise BadInput("There is nothing to find.", "Write what is to be replaced.")
            return name.replace(self.find, self.text)
        return by_pattern(self.pattern, {"object": whole, "part": name, "number": number})


class PARTWISE_OT_release_edits(PartOperator, bpy.types.Operator):
    """Let new cuts change the parts that you made by hand: the ticked ones, or all. Parts and their
    names stay as they are now"""

    bl_idname = "partwise.release_edits"
    bl_label = "Release Hand Edits"

    @classmethod
    def lacks(cls, context: bpy.types.Context) -> str:
        return "" if edits.counts(context.object.data) else "Nothing was made by hand"

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        ids = [part.part_id for part in ticked(mesh)] or None
        count = edits.release(mesh, ids)
        if not count:
            raise BadInput("None of the ticked parts was made by hand.", "Untick them for all.")
        self.report({"INFO"}, f"{count} released: new cuts may change them")


CLASSES = (PARTWISE_OT_name_parts, PARTWISE_OT_rename_parts, PARTWISE_OT_release_edits)
