# SPDX-License-Identifier: GPL-3.0-or-later
"""The hand-over of results: from a job, which Blender's history does not know, to an operator.

The operator applies all of them in one step of undo. It is not for people, so that it can run only
while results wait for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy

_waiting: dict[str, list[Any]] = {}  # by the name of the operator


class AppliesResults:
    """Base of the operators that apply what was handed over to them."""

    bl_options = {"UNDO", "INTERNAL"}
    bl_idname: str

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return cls.bl_idname in _waiting

    @classmethod
    def results(cls) -> list[Any]:
        """What there is to apply."""
        return _waiting.get(cls.bl_idname, [])

    @classmethod
    def remark(cls, context: bpy.types.Context, result: Any) -> str:
        """What one may not expect where a result that is accepted is in the scene; mostly empty."""
        return ""


def hand_over(operator: type[AppliesResults], results: Sequence[Any]) -> None:
    """Have an operator apply results, in one step of undo.

    Raises RuntimeError, as Blender does, when it cannot; then nothing waits any more either.
    """
    _waiting[operator.bl_idname] = list(results)
    try:
        run_as_step(operator.bl_idname)
    finally:
        _waiting.pop(operator.bl_idname, None)


def run_as_step(
    operator: str, active: bpy.types.Object | None = None, **options: bool | float | str
) -> None:
    """Run an operator with its step of undo, as at the end of a job, when no window is in context.

    operator : its name, as "partwise.split_part"; active : the object that it is to work on, by
    default the active one.
    """
    room, name = operator.split(".")
    window = bpy.context.window or bpy.context.window_manager.windows[0]
    context: dict[str, Any] = {"window": window}
    if active is not None:
        context |= {"object": active, "active_object": active}
    with bpy.context.temp_override(**context):
        getattr(getattr(bpy.ops, room), name)("EXEC_DEFAULT", True, **options)
