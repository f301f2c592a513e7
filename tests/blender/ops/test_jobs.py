# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person can do with a job: cancel it, dismiss its card, copy a report of it."""

from __future__ import annotations

import sys
from pathlib import Path

import bpy
import pytest
from partwise.backend import __version__
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.ops import jobs as jobs_ops

from tests.blender.engine.test_jobs import (
    Act,
    actor,
    ask,
    engine_of_acts,
    in_the_middle,
    no_job_is_left,
    timers,
    until_ended,
)

__all__ = ["actor", "engine_of_acts", "no_job_is_left", "timers"]  # fixtures


def test_a_finished_job_is_shown_until_it_is_dismissed(actor):
    job = in_the_middle()
    jobs.dismiss()
    assert jobs.current() is job, "a running job cannot be dismissed"
    assert not bpy.ops.partwise.dismiss_job.poll()
    assert bpy.ops.partwise.cancel_job() == {"FINISHED"}
    assert jobs.current() is job
    assert not bpy.ops.partwise.cancel_job.poll()
    assert bpy.ops.partwise.dismiss_job() == {"FINISHED"}
    assert jobs.current() is None
    assert not bpy.ops.partwise.copy_report.poll()


def test_the_report_tells_all_without_the_name_of_the_user(actor, monkeypatch):
    home = str(Path.home())
    monkeypatch.setattr(jobs_ops, "_user", lambda: "ann")
    job = jobs.start("Failing", ask(Act("fail")))
    until_ended(job)
    job.error.detail += f"\n{home}/secret.blend /media/ann/disk"
    text = jobs_ops.report(job, jobs.engine_log())
    for part in (__version__, bpy.app.version_string, sys.platform.title(), "Failing", "FAILED"):
        assert part in text
    assert job.error.message in text
    assert job.error.hint in text
    assert "\nEngine geometric: can run\n" in text
    assert "RuntimeError: on demand" in text
    assert text.count("on demand") > 1, "the detail and the engine's log"
    assert "~/secret.blend /media/USER/disk" in text
    assert home not in text
    assert bpy.ops.partwise.copy_report() == {"FINISHED"}


@pytest.mark.parametrize(
    ("text", "home", "expected"),
    [
        ("/home/ann/a.py:3", "/home/ann", "~/a.py:3"),
        ("/home/anna/a.py", "/home/ann", "/home/anna/a.py"),
        ('"C:\\Users\\Ann\\a"', "C:\\Users\\Ann", '"~\\a"'),
        ("'c:\\\\users\\\\ann\\\\a'", "C:\\Users\\Ann", "'~\\\\a'"),
        ("C:/Users/Ann/a in /Home/Ann", "C:\\Users\\Ann", "~/a in /Home/USER"),
        ("banner /x/ann", "/", "banner /x/USER"),
    ],
)
def test_paths_lose_the_name_of_the_user(text, home, expected):
    assert jobs_ops.redact(text, home, "ann") == expected
