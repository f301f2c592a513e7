# SPDX-License-Identifier: GPL-3.0-or-later
"""Work beside the jobs: it holds up nothing, and what goes wrong in it is nobody's trouble."""

from __future__ import annotations

import time

import pytest
from partwise.backend.contract.errors import BadInput, Cancelled
from partwise.blender_addon.engine import aside, jobs


@pytest.fixture(autouse=True)
def nothing_under_way():
    aside.stop()
    yield
    aside.stop()


def run() -> None:
    """As Blender's timer does, until the work has ended."""
    end = time.monotonic() + 20
    while aside.look() is not None:
        assert time.monotonic() < end
        time.sleep(0.002)


def test_work_goes_on_step_by_step_beside_a_job(monkeypatch):
    monkeypatch.setattr(jobs, "_job", jobs.Job("Decomposing"))
    seen = []

    def work():
        seen.append((yield from jobs.compute(lambda: 6 * 7)))
        seen.append((yield from jobs.compute(lambda: "all")))

    aside.start(work())
    assert aside.busy()
    run()
    assert seen == [42, "all"]
    assert not aside.busy()
    assert jobs.current().title == "Decomposing"


def test_new_work_ends_what_is_under_way():
    ended = []

    def slow():
        try:
            yield from jobs.compute(lambda: time.sleep(0.2))
            ended.append("finished")
        finally:
            ended.append("closed")

    aside.start(slow())
    aside.start(jobs.compute(lambda: None))
    assert ended == ["closed"]
    run()
    assert ended == ["closed"]


@pytest.mark.parametrize("error", [BadInput("No.", "Never."), Cancelled(), ZeroDivisionError()])
def test_what_goes_wrong_ends_the_work_and_nothing_else(error):
    def fail():
        raise error

    aside.start(jobs.compute(fail))
    run()
    assert not aside.busy()
    assert aside.stage() == ("", 0.0)


def test_work_may_mend_what_went_wrong():
    seen = []

    def fail():
        raise BadInput("No.", "Never.")

    def work():
        try:
            yield from jobs.compute(fail)
        except BadInput:
            seen.append((yield from jobs.compute(lambda: "mended")))

    aside.start(work())
    run()
    assert seen == ["mended"]


def test_nothing_is_looked_at_while_nothing_is_under_way():
    assert aside.look() is None
    aside.start(iter(()))
    assert not aside.busy()
