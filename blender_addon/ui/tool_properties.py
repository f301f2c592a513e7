# SPDX-License-Identifier: GPL-3.0-or-later
"""How the click tool is set right now: neither saved nor undone, as it is no work of the artist."""

from __future__ import annotations

import bpy
from bpy.props import EnumProperty, PointerProperty

from ..core import clicks
from ..scene import hover


def _stepped(tool: bpy.types.PropertyGroup, _context: bpy.types.Context) -> None:
    hover.again(clicks.LEVELS[tool.level])


class PartwiseTool(bpy.types.PropertyGroup):
    """The state of the click tool."""

    level: EnumProperty(
        name="Level",
        description="How large a part clicks mean; [ and ] step through it",
        items=(
            ("FINE", "Fine", "The smallest part that is plausible"),
            ("PART", "Part", "The part that is most likely"),
            ("COARSE", "Coarse", "The largest part that is plausible"),
        ),
        default="PART",
        update=_stepped,
    )


CLASSES = (PartwiseTool,)


def register() -> None:
    bpy.types.WindowManager.partwise = PointerProperty(type=PartwiseTool)


def unregister() -> None:
    del bpy.types.WindowManager.partwise
