# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person can do with a job: cancel it, dismiss its card, copy a report of it."""

from __future__ import annotations

import getpass
import platform
import re
import sys
from pathlib import Path

import bpy

from ...backend import __version__
from ..engine import jobs, setups
from .poll import SaysWhyNot


class PARTWISE_OT_cancel_job(SaysWhyNot, bpy.types.Operator):
    """Stop the running job and leave the scene as it is"""

    bl_idname = "partwise.cancel_job"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return "" if jobs.busy() else "No job is running"

    def execute(self, context: bpy.types.Context) -> set[str]:
        jobs.cancel()
        return {"FINISHED"}


class PARTWISE_OT_dismiss_job(bpy.types.Operator):
    """Close this message"""

    bl_idname = "partwise.dismiss_job"
    bl_label = "Dismiss"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return jobs.current() is not None and not jobs.busy()

    def execute(self, context: bpy.types.Context) -> set[str]:
        jobs.dismiss()
        return {"FINISHED"}


class PARTWISE_OT_copy_report(SaysWhyNot, bpy.types.Operator):
    """Copy what happened to the clipboard, with versions and the engine's log, to send it to us"""

    bl_idname = "partwise.copy_report"
    bl_label = "Copy Report"
    bl_options = {"INTERNAL"}

    @classmethod
    def objection(cls, context: bpy.types.Context) -> str:
        return "There is no job to report" if jobs.current() is None else ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        job = jobs.current()
        if job is not None:
            context.window_manager.clipboard = report(job, jobs.engine_log())
            self.report({"INFO"}, "The report is on the clipboard")
        return {"FINISHED"}


def report(job: jobs.Job | setups.Task, log: str) -> str:
    """What was done and where it ran, as text to send, with the log of the process that did it.

    The user's name does not appear in its paths.
    """
    hello = jobs.client().hello
    engine = [f"{name} {hello[name]}" for name in hello if name not in ("type", "engines")]
    lines = [
        f"Partwise {__version__}",
        f"Blender {bpy.app.version_string}",
        f"System {platform.platform()}, {platform.machine()}",
        f"Python {platform.python_version()}, {sys.executable}",
        f"Engine {', '.join(engine) or 'not running'}",
        *(
            f"Engine {one.name}: {one.why or 'can run'}"
            for one in (jobs.engines() if hello else ())
        ),
        "",
        f"Job: {job.title}, {job.stage or 'no stage'}, {job.share:.0%}, {job.state}",
    ]
    if job.error is not None:
        lines += [f"Code: {job.error.code}", job.error.message, job.error.hint]
        lines += ["", "Detail:", job.error.detail]
    lines += ["", "Log of the engine:", log]
    return redact("\n".join(lines), str(Path.home()), _user())


def redact(text: str, home: str, user: str) -> str:
    """The text without the user's home folder and name, wherever they are part of a path."""
    ends = r"(?=[\\/\s\"',:;)]|$)"  # and is not the beginning of a longer name
    for folder in {home, home.replace("\\", "/"), home.replace("\\", "\\\\")}:
        if len(folder) > 1:
            text = re.sub(re.escape(folder) + ends, "~", text, flags=re.IGNORECASE)
    if user:
        text = re.sub(rf"(?<=[\\/]){re.escape(user)}{ends}", "USER", text, flags=re.IGNORECASE)
    return text


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # as with a user id that has no name
        return ""


CLASSES = (PARTWISE_OT_cancel_job, PARTWISE_OT_dismiss_job, PARTWISE_OT_copy_report)
