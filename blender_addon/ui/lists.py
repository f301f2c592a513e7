# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of parts: its rows, their order and search."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

import bpy
from bpy.props import BoolProperty, EnumProperty

from ...backend.contract.arrays import NDArray, np
from ..ops import part_list

Keys: TypeAlias = "Sequence[str] | NDArray[np.float64]"

# The list shows more columns from these widths on, in pixels at a resolution scale of 1.
WIDE, WIDER = 330, 420
DEFAULT_WIDTH = 220
# Rows of the list: what leaves room for the rest of the tab, down to the options of Split.
FEWEST_ROWS, MOST_ROWS = 5, 15  # with fewer, the buttons beside the list would be higher
ROW, REST = 20, 536


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
        part_list.keep_order([row for row in order.tolist() if not flags or flags[row]])
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


CLASSES = (PARTWISE_UL_parts,)
