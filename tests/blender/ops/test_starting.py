# SPDX-License-Identifier: GPL-3.0-or-later
"""Operators that start jobs: when they can, and what they say where that fails."""

from __future__ import annotations

from collections.abc import Callable

import bpy
import pytest
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.ops.starting import not_now, run

pytestmark = pytest.mark.usefixtures("no_proposal")


class Operator:
    """Keeps what an operator reports."""

    def __init__(self) -> None:
        self.said: list[tuple[set[str], str]] = []

    def report(self, kind: set[str], text: str) -> None:
        self.said.append((kind, text))


def refused() -> jobs.Job:
    raise BadInput("This cannot be done.", "Do something else.")


def failed() -> jobs.Job:
    return jobs.start("Test", jobs.compute(refused))


@pytest.mark.parametrize("start", [refused, failed])
def test_what_it_is_refused_for_or_fails_for_at_once_is_reported(start: Callable[[], jobs.Job]):
    operator = Operator()
    assert run(operator, start) == {"CANCELLED"}
    assert operator.said == [({"ERROR"}, "This cannot be done. Do something else.")]


def test_a_job_that_runs_or_is_done_is_left_to_itself():
    operator = Operator()
    assert run(operator, lambda: jobs.start("Test", jobs.compute(int))) == {"FINISHED"}
    assert operator.said == []


def test_nothing_is_started_beside_another_job_or_in_another_mode(monkeypatch):
    bpy.ops.mesh.primitive_cube_add()
    assert not_now(bpy.context) == ""
    bpy.ops.object.mode_set(mode="EDIT")
    assert "Object Mode" in not_now(bpy.context)
    bpy.ops.object.mode_set(mode="OBJECT")
    monkeypatch.setattr(jobs, "busy", lambda: True)
    assert not_now(bpy.context) == "A job is running"
