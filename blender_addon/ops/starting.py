# SPDX-License-Identifier: GPL-3.0-or-later
"""Operators that start jobs: when they can, and what they say where that fails."""

from __future__ import annotations

from collections.abc import Callable

import bpy

from ...backend.contract.errors import PartwiseError
from ..engine import jobs


def not_now(context: bpy.types.Context) -> str:
    """Why nothing can be started on objects right now, for a tooltip; empty when it can."""
    return "A job is running" if jobs.busy() else not_in_object_mode(context)


def not_in_object_mode(context: bpy.types.Context) -> str:
    """What to do where objects cannot be changed; empty where they can."""
    return "" if context.mode == "OBJECT" else "Switch to Object Mode"


def run(operator: bpy.types.Operator, start: Callable[[], jobs.Job]) -> set[str]:
    """Start a job; what it is refused for, or fails for at once, is reported."""
    try:
        job = start()
    except PartwiseError as error:
        operator.report({"ERROR"}, str(error))
        return {"CANCELLED"}
    if job.state == jobs.FAILED:
        operator.report({"ERROR"}, str(job.error))
        return {"CANCELLED"}
    return {"FINISHED"}
