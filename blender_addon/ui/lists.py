# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of parts: its rows, their order and search, and what its buttons and ticks do."""

from __future__ import annotations

import re
from collections.abc import Sequence

import bpy
import numpy as np
from bpy.props import BoolProperty, EnumProperty, IntProperty
from numpy.typing import NDArray

from ...backend.contract.errors import BadInput
from ..ops.parts import PartOperator, chosen
from ..scene import visibility

Keys = Sequence[str] | NDArray[np.float64]

# The list shows more columns from these widths on, in pixels at a resolution scale of 1.
WIDE, WIDER = 330, 420
DEFAULT_WIDTH = 220
# Rows of the list: what leaves room for the rest of the tab, down to the button that splits.
FEWEST_ROWS, MOST_ROWS = 5, 15  # the buttons beside the list are as high as the fewest
ROW, REST = 21, 530

_shown: list[int] = []  # rows as they were last shown, from top to bottom, for ranges of ticks


class PARTWISE_UL_parts(bpy.types.UIList):
    """The parts of a mesh."""

    sort_by: EnumProperty(
        name="Sort By",
        description="Order of the parts",
        items=(
            ("NUMBER", "Number", "In the order in which they were made"),
            ("NAME", "Name", "By name"),
            ("FACES", "Faces", "By number of faces, the most first"),
            ("AREA", "Area", "By surface area, the largest first"),
        ),
    )
    reverse: BoolProperty(name="Reverse", description="Reverse the order")

    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: bpy.types.PropertyGroup,
        item: bpy.types.PropertyGroup,
        icon: int,
        active_data: bpy.types.PropertyGroup,
        active_property: str,
        index: int = 0,
        flt_flag: int = 0,
    ) -> None:
        width = panel_width(context)
        row = layout.row(align=True)
        tick = "CHECKBOX_HLT" if item.selected else "CHECKBOX_DEHLT"
        row.operator("partwise.tick_part", text="", icon=tick, emboss=False).row = index
        colour = row.row()
        colour.ui_units_x = 0.8
        colour.prop(item, "colour", text="")
        row.prop(item, "name", text="", emboss=False)
        if width >= WIDE:
            count = row.row()
            count.alignment, count.ui_units_x = "RIGHT", 3.5
            count.label(text=f"{item.faces:,}")
        if width >= WIDER:
            area = row.row()
            area.alignment, area.ui_units_x = "RIGHT", 4.5
            area.label(text=area_text(context, item.area))
        eye = "HIDE_OFF" if item.visible else "HIDE_ON"
        row.prop(item, "visible", text="", icon=eye, emboss=False)
        lock = "LOCKED" if item.locked else "UNLOCKED"
        row.prop(item, "locked", text="", icon=lock, emboss=False)

    def draw_filter(self, context: bpy.types.Context, layout: bpy.types.UILayout) -> None:
        layout.prop(self, "filter_name", text="", icon="VIEWZOOM")
        row = layout.row(align=True)
        row.prop(self, "sort_by", text="")
        row.prop(self, "reverse", text="", icon="SORT_DESC" if self.reverse else "SORT_ASC")

    def filter_items(
        self, context: bpy.types.Context, data: bpy.types.PropertyGroup, property: str
    ) -> tuple[list[int], list[int]]:
        table = getattr(data, property)
        sort = bpy.types.UI_UL_list
        flags = sort.filter_items_by_name(self.filter_name, self.bitflag_filter_item, table)
        order = arrange(_keys(table, self.sort_by), reverse=self.reverse)
        _shown[:] = [row for row in order.tolist() if not flags or flags[row]]
        return flags, np.argsort(order).tolist()


def arrange(
    keys: Sequence[str] | NDArray[np.float64], *, reverse: bool = False
) -> NDArray[np.intp]:
    """Rows in ascending order of their keys; texts as people order them: Leg 2, Leg 10. (N,)"""
    if isinstance(keys, np.ndarray):
        order = np.argsort(keys, kind="stable")
    else:
        natural = [
            [(len(part), part) if part.isdigit() else (0, part) for part in re.split(r"(\d+)", key)]
            for key in map(str.casefold, keys)
        ]
        order = np.array(sorted(range(len(keys)), key=natural.__getitem__), dtype=np.intp)
    return order[::-1] if reverse else order


def _keys(
    table: bpy.types.bpy_prop_collection, sort_by: str
) -> Sequence[str] | NDArray[np.float64]:
    if sort_by == "NAME":
        names: list[str] = table.keys()
        return names
    keys = np.arange(len(table), dtype=np.float64)
    if sort_by in ("FACES", "AREA"):
        table.foreach_get(sort_by.lower(), keys)
        keys = -keys
    return keys


def area_text(context: bpy.types.Context, area: float) -> str:
    units = context.scene.unit_settings
    scale = units.scale_length**2
    return str(bpy.utils.units.to_string(units.system, "AREA", area * scale, precision=3))


def panel_width(context: bpy.types.Context) -> float:
    """Width of the sidebar, in pixels at a resolution scale of 1."""
    width = context.region.width if context.region else DEFAULT_WIDTH
    return float(width / ui_scale(context))


def list_rows(context: bpy.types.Context, beside: float = 0.0) -> int:
    """How many rows the list shows, so that all of the tab is seen where there is room for it.

    beside : pixels, at a resolution scale of 1, of what is in the tab for a while only.
    """
    height = context.region.height / ui_scale(context) if context.region else 0
    return int(min(max((height - REST - beside) // ROW, FEWEST_ROWS), MOST_ROWS))


def ui_scale(context: bpy.types.Context) -> float:
    """The resolution scale of the interface, which Blender gives as 0 while it has no window."""
    return float(context.preferences.system.ui_scale or 1.0)


class PARTWISE_OT_tick_part(PartOperator, bpy.types.Operator):
    """Tick this part for what works on several.

    Shift: all from the active part to this one. Ctrl: this one only
    """

    bl_idname = "partwise.tick_part"
    bl_label = "Tick Part"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    row: IntProperty(options={"SKIP_SAVE"})
    way: EnumProperty(
        items=(
            ("TOGGLE", "Toggle", "Tick this part, or take its tick away"),
            ("RANGE", "Range", "Tick all parts from the active one to this one"),
            ("ONLY", "Only", "Tick this part only"),
        ),
        options={"SKIP_SAVE"},
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        self.way = "RANGE" if event.shift else "ONLY" if event.ctrl else "TOGGLE"
        return self.execute(context)

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        table = mesh.partwise
        if not 0 <= self.row < len(table.parts):
            raise BadInput("There is no such part.", "Choose one in the list.")
        if self.way == "TOGGLE":
            table.parts[self.row].selected = not table.parts[self.row].selected
        else:
            is_ticked = np.zeros(len(table.parts), dtype=bool)
            if self.way == "RANGE":
                table.parts.foreach_get("selected", is_ticked)
                is_ticked[between(_shown, table.active, self.row)] = True
            is_ticked[self.row] = True
            table.parts.foreach_set("selected", is_ticked)
        table.active = self.row


def between(shown: Sequence[int], one: int, other: int) -> list[int]:
    """The rows from one to the other, as they are shown from top to bottom."""
    places = sorted(shown.index(row) for row in (one, other) if row in shown)
    return list(shown[places[0] : places[-1] + 1]) if places else []


class PARTWISE_OT_tick_parts(PartOperator, bpy.types.Operator):
    """Tick or untick all parts of the list"""

    bl_idname = "partwise.tick_parts"
    bl_label = "Tick Parts"

    action: EnumProperty(
        name="Action",
        items=(
            ("ALL", "All", "Tick all parts"),
            ("NONE", "None", "Untick all parts"),
            ("INVERT", "Invert", "Tick what is not ticked, and untick what is"),
        ),
    )

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        table = mesh.partwise.parts
        is_ticked = np.empty(len(table), dtype=bool)
        table.foreach_get("selected", is_ticked)
        wanted = {"ALL": is_ticked | True, "NONE": is_ticked & False, "INVERT": ~is_ticked}
        table.foreach_set("selected", wanted[self.action])


class PARTWISE_OT_lock_parts(PartOperator, bpy.types.Operator):
    """Keep parts as they are when the model is cut again, or let them go"""

    bl_idname = "partwise.lock_parts"
    bl_label = "Lock Parts"

    action: EnumProperty(
        name="Action",
        items=(
            ("LOCK", "Lock", "Lock the ticked parts, or the active one"),
            ("UNLOCK", "Unlock", "Unlock the ticked parts, or the active one"),
            ("LOCK_ALL", "Lock All", "Lock all parts"),
            ("UNLOCK_ALL", "Unlock All", "Unlock all parts"),
        ),
    )

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        rows = mesh.partwise.parts if self.action.endswith("ALL") else chosen(mesh)
        for part in rows:
            part.locked = self.action.startswith("LOCK")


class PARTWISE_OT_isolate_parts(PartOperator, bpy.types.Operator):
    """Show only the ticked parts, or the active one; once more shows all again"""

    bl_idname = "partwise.isolate_parts"
    bl_label = "Isolate Parts"

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        ids = {part.part_id for part in chosen(mesh)}
        wanted = [part.part_id in ids for part in mesh.partwise.parts]
        if wanted == [part.visible for part in mesh.partwise.parts]:
            wanted = [True] * len(wanted)
        _show(mesh, wanted)


class PARTWISE_OT_show_parts(PartOperator, bpy.types.Operator):
    """Show all parts"""

    bl_idname = "partwise.show_parts"
    bl_label = "Show All Parts"

    def edit(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> None:
        _show(mesh, [True] * len(mesh.partwise.parts))


def _show(mesh: bpy.types.Mesh, visible: list[bool]) -> None:
    mesh.partwise.parts.foreach_set("visible", visible)
    visibility.update(mesh)


CLASSES = (
    PARTWISE_UL_parts,
    PARTWISE_OT_tick_part,
    PARTWISE_OT_tick_parts,
    PARTWISE_OT_lock_parts,
    PARTWISE_OT_isolate_parts,
    PARTWISE_OT_show_parts,
)
