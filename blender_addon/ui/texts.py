# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of several lines, as wide as the panel that they stand in."""

from __future__ import annotations

import re

import bpy

from . import lists

# What text cannot use of the sidebar's width, in pixels at a resolution scale of 1: the tabs and
# the borders of panel and box; and an icon before it.
MARGIN, ICON = 66, 26
TIGHT = 0.8  # height of a line, in rows


def draw_text(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    text: str,
    *,
    icon: str = "NONE",
    alert: bool = False,
) -> None:
    """A text of several lines, as wide as the panel; Blender's labels have only one line."""
    column = layout.column(align=True)
    column.alert = alert
    column.scale_y = TIGHT
    rest = "NONE" if icon == "NONE" else "BLANK1"
    margin = MARGIN if icon == "NONE" else MARGIN + ICON
    for number, line in enumerate(wrap(text, context, margin)):
        column.label(text=line, icon=rest if number else icon)


def wrap(text: str, context: bpy.types.Context, margin: float = MARGIN) -> list[str]:
    """The lines of a text that fit into the panel beside a margin, in Blender's own font. A path
    that is longer than a line goes on in the next after one of its folders."""
    import blf

    scale = lists.ui_scale(context)
    blf.size(0, context.preferences.ui_styles[0].widget.points * scale)
    room = (lists.panel_width(context) - margin) * scale
    lines: list[str] = []
    for word in text.split():
        fits = blf.dimensions(0, word)[0] <= room
        space = " "
        for piece in [word] if fits else re.findall(r"[^/\\]*[/\\]|[^/\\]+", word):
            longer = f"{lines[-1]}{space}{piece}" if lines else piece
            if lines and blf.dimensions(0, longer)[0] <= room:
                lines[-1] = longer
            else:
                lines.append(piece)
            space = ""
    return lines
