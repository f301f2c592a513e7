# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person can do with the engine's process: restart it, read its log."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import bpy

from ...backend.contract.requests import Ping
from ..engine import jobs
from .poll import SaysWhyNot
from .starting import run


class PARTWISE_OT_restart_engine(SaysWhyNot, bpy.types.Operator):
    """End the engine's process and start it anew, which frees its memory"""

    bl_idname = "partwise.restart_engine"
    bl_label = "Restart Engine"
    bl_options = {"INTERNAL"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return "A job is running" if jobs.busy() else ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        jobs.stop_engine()
        return run(self, lambda: jobs.start("Starting the Engine", _greet()))


class PARTWISE_OT_open_log(SaysWhyNot, bpy.types.Operator):
    """Open what the engine wrote, in the system's own program for texts"""

    bl_idname = "partwise.open_log"
    bl_label = "Open Log"
    bl_options = {"INTERNAL"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        path = jobs.log_file()
        exists = path is not None and path.is_file()
        return "" if exists else "The engine has not written anything yet"

    def execute(self, context: bpy.types.Context) -> set[str]:
        result: set[str] = bpy.ops.wm.path_open(filepath=str(jobs.log_file()))
        return result


def _greet() -> Generator[jobs.Ask, Any, None]:
    yield jobs.Ask(Ping())


CLASSES = (PARTWISE_OT_restart_engine, PARTWISE_OT_open_log)
