# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's own buttons: it is restarted, and its log is opened."""

from __future__ import annotations

from collections.abc import Iterator

import bpy
import pytest
from partwise.backend import __version__
from partwise.blender_addon.engine import jobs


@pytest.fixture(autouse=True)
def no_engine() -> Iterator[None]:
    jobs.stop_engine()
    jobs.dismiss()
    yield
    jobs.stop_engine()
    jobs.dismiss()


def test_the_engine_is_restarted():
    assert jobs.engine_version() is None
    assert bpy.ops.partwise.restart_engine() == {"FINISHED"}
    assert jobs.engine_version() == __version__
    first = jobs.client().pid
    assert bpy.ops.partwise.restart_engine() == {"FINISHED"}
    assert jobs.client().pid not in (None, first)
    assert jobs.current().state == "DONE"


def test_a_busy_engine_is_not_restarted(monkeypatch):
    monkeypatch.setattr(jobs, "_job", jobs.Job("Decomposing Fox", share=0.5))
    with pytest.raises(RuntimeError, match="A job is running"):
        bpy.ops.partwise.restart_engine()


def test_an_engine_that_cannot_start_says_so(monkeypatch):
    monkeypatch.setattr(jobs, "_client", None)
    monkeypatch.setattr("partwise.blender_addon.engine.command.command", lambda: ["/no/such/file"])
    with pytest.raises(RuntimeError, match=r"\w+\."):
        bpy.ops.partwise.restart_engine()
    assert jobs.current().state == "FAILED"


def test_the_log_is_opened_only_when_there_is_one(monkeypatch, tmp_path):
    monkeypatch.setattr(jobs, "log_file", lambda: tmp_path / "engine.log")
    with pytest.raises(RuntimeError, match="not written anything yet"):
        bpy.ops.partwise.open_log()
    (tmp_path / "engine.log").write_text("a line")
    assert bpy.ops.partwise.open_log.poll()
