# SPDX-License-Identifier: GPL-3.0-or-later
"""What closes the cuts of parts, as the setting Close says."""

from __future__ import annotations

from pathlib import Path

import bpy
import pytest
from partwise.backend.contract.engines import Told
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.scene import closing

from tests.blender.arms import tick


def closed(arm: bpy.types.Object, close: str, **fields) -> tuple[str, set[int]]:
    """The title of the job, and the ids of the parts that it closes."""
    settings = bpy.context.scene.partwise
    settings.closing = close
    found: list[closing.Closed] = []
    title, work = closing.job_of([arm], settings, **fields)
    jobs.start(title, work, found.extend)
    assert jobs.current().state == jobs.DONE, jobs.current().error
    ((target, done),) = found
    assert target.find() == arm
    return title, set() if done is None else set(done.caps.faces)


@pytest.mark.parametrize(
    ("close", "title"), [("CAP", "Closing Cuts"), ("HIDDEN", "Completing Parts")]
)
def test_all_parts_are_asked_for(arm: bpy.types.Object, domes: Path, close, title):
    assert closed(arm, close) == (title, {0, 1, 2})


def test_what_is_completed_or_needs_nothing_is_not_asked_for(arm: bpy.types.Object):
    tick(arm, 1)
    bpy.ops.partwise.complete()
    bpy.ops.partwise.accept_proposal()
    assert closed(arm, "CAP") == ("Closing Cuts", {0, 2})
    assert closed(arm, "CAP", without=[0, 2])[1] == set()


def lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine that is chosen to complete parts cannot run."""
    large = Told("large", "Large", "Grows", ("complete",), False, "No.", ("torch", "large"))
    monkeypatch.setattr(jobs, "engines", lambda: [large])
    bpy.context.scene.partwise.complete_engine = "LARGE"


REASON = "Large needs PyTorch and its model, which are not here yet"


@pytest.mark.parametrize(("close", "reason"), [("NONE", ""), ("CAP", ""), ("HIDDEN", REASON)])
def test_an_engine_that_cannot_run_is_said_where_it_is_asked(arm, monkeypatch, close, reason):
    settings = bpy.context.scene.partwise
    settings.closing = close
    assert closing.why_not([arm], settings) == ""
    lacking(monkeypatch)
    assert closing.why_not([arm], settings) == reason


def test_it_is_not_said_where_nothing_is_asked_of_it(arm: bpy.types.Object, monkeypatch):
    settings = bpy.context.scene.partwise
    settings.closing = "HIDDEN"
    tick(arm, 0, 1)
    bpy.ops.partwise.complete()
    bpy.ops.partwise.accept_proposal()
    lacking(monkeypatch)
    assert closing.why_not([arm], settings) == REASON, "the third part is still open"
    assert closing.why_not([arm], settings, without=[2]) == ""
