# SPDX-License-Identifier: GPL-3.0-or-later
"""Getting, repairing and removing what is large, beside the engine, by real processes.

Without a window Blender has no timers, so the tests call the timer's function themselves.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy
import pytest
from partwise import blender_addon
from partwise.backend.contract.errors import BadInput
from partwise.backend.contract.requests import Ping, Status
from partwise.backend.contract.setup import (
    GetModel,
    InstallEngine,
    RemoveEngine,
    RemoveModel,
    VerifyModel,
)
from partwise.blender_addon.engine import jobs, place, setups
from partwise.blender_addon.engine.setup_task import ENGINE, Step

from tests.blender.setting_up import (
    INSTALL,
    Computer,
    computer_in,
    gone,
    in_the_middle,
    until,
    until_ended,
)
from tests.watched import watched

pytestmark = pytest.mark.of_the_engine

RENEW = jobs.renew_engine
GET = Step(GetModel("toy"), on_installed=True)


@pytest.fixture
def computer(tmp_path: Path) -> Iterator[Computer]:
    with computer_in(tmp_path) as found:
        yield found


def done(title: str, about: str, *steps: Step, **options: Any) -> setups.Task:
    """A task, at its end."""
    setups.start(title, about, steps, **options)
    return until_ended()


def asked(request: Any) -> Any:
    """What the engine answers a job that asks it."""
    answers = []

    def work() -> jobs.Work:
        return (yield jobs.Ask(request))

    job = jobs.start("Asking", work(), answers.append)
    assert job.state == "DONE", job.error
    return answers[0]


def test_a_look_changes_nothing_and_its_process_ends(computer: Computer) -> None:
    setups.look()
    assert setups.looks()
    assert setups.current() is None, "a look is no task"
    until(lambda: not setups.looks())
    assert computer.state == ("missing", "missing")
    assert setups.model("toy")["title"] == "Toy"
    assert setups.model("other") is None
    assert not computer.home.exists()
    (process,) = computer.started
    assert Path(process["python"]).samefile(sys.executable)
    assert (process["home"], process["offline"]) == (str(computer.home), "")
    assert gone([process["pid"]])


def test_a_model_comes_with_its_engine_and_runs_on_it(computer: Computer) -> None:
    task = setups.start("Getting Toy", "toy", [INSTALL, GET])
    assert setups.busy()
    shares, stages = [0.0], set()
    while setups.busy():
        with watched() as seen:
            setups.pump()
        assert not seen.waits
        shares.append(task.share)
        stages.add(task.stage)
    assert (task.state, task.error) == ("DONE", None)
    assert computer.state == ("here", "here")
    assert task.said == [f"It works. It lies in {computer.home}.", task.said[1]]
    assert task.said[1].startswith("Toy is in ")
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert "Fetching packages: 1 of 2, about 1.50 of 3.00 GB" in stages
    own, installed, look = computer.started
    assert Path(installed["python"]).is_relative_to(computer.home)
    assert not Path(own["python"]).is_relative_to(computer.home)
    assert Path(look["python"]).samefile(own["python"])
    assert gone([process["pid"] for process in computer.started])
    assert Path(asked(Status()).python["executable"]).is_relative_to(computer.home)


def test_verify_remove_and_the_room_that_is_free_again(computer: Computer) -> None:
    computer.has_engine()
    done("Getting Toy", "toy", GET)
    task = done("Verifying Toy", "toy", Step(VerifyModel("toy")), changes=False)
    assert task.said == ["Toy: 6 files are as they came from http://127.0.0.1."]
    weights = computer.home / "models/toy/vae/diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    task = done("Verifying Toy", "toy", Step(VerifyModel("toy")), changes=False)
    assert (task.state, task.error.code) == ("FAILED", "WEIGHTS_CORRUPT")
    assert setups.failed() is task
    assert done("Getting Toy", "toy", GET).state == "DONE"
    task = done("Verifying Toy", "toy", Step(VerifyModel("toy")), changes=False)
    assert task.state == "DONE"
    assert "are free again" in done("Removing", "toy", Step(RemoveModel("toy"))).said[0]
    assert "which frees" in done("Removing", ENGINE, Step(RemoveEngine())).said[0]
    assert computer.state == ("missing", "missing")


def test_what_was_removed_is_deleted_behind_what_is_done_next(computer: Computer) -> None:
    removed = computer.home / "removed"
    computer.has_engine()
    task = done("Removing", ENGINE, Step(RemoveEngine()))
    assert setups.freeing() is not None
    assert setups.current() is task, "what was done is still said"
    assert not setups.busy()
    assert not setups.looks()
    first = setups.freeing()
    done("Installing", ENGINE, INSTALL)
    assert setups.freeing() is not first, "a task ends it, and it goes on afterwards"
    until(lambda: setups.freeing() is None)
    assert not removed.exists()
    assert computer.state == ("here", "missing")
    assert setups.told().engine["left"] == 0
    assert gone([process["pid"] for process in computer.started])


def test_what_was_left_is_deleted_when_blender_starts_again(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setups, "want_look", setups.look)
    setups._look_for_left()
    assert not setups.looks(), "there is nothing"
    left = computer.home / "removed/cpu-py311-1"
    left.mkdir(parents=True)
    (left / "file").write_bytes(b"left")
    setups._look_for_left()
    until(lambda: not setups.looks() and setups.freeing() is None)
    assert not left.parent.exists()


def test_a_cancel_keeps_what_came_and_the_next_try_goes_on(computer: Computer) -> None:
    computer.has_engine()
    task = in_the_middle(computer, lambda: setups.start("Getting Toy", "toy", [GET]))
    setups.cancel()
    assert (task.stopping, task.stage) == (True, "Stopping")
    assert until_ended() is task
    assert (task.state, task.error) == ("CANCELLED", None)
    assert computer.state == ("here", "begun")
    assert gone([process["pid"] for process in computer.started])
    computer.forget("slow")
    assert done("Getting Toy", "toy", GET).state == "DONE"
    assert computer.state == ("here", "here")


def test_who_cancels_twice_does_not_wait(computer: Computer) -> None:
    task = in_the_middle(computer, lambda: setups.start("Installing", ENGINE, [INSTALL]))
    setups.cancel()
    setups.cancel()
    assert task.state == "CANCELLED"
    assert gone([process["pid"] for process in computer.started])
    setups.cancel()
    assert setups.current() is task


def test_a_failure_is_kept_with_its_advice_and_nothing_comes_after_it(computer: Computer) -> None:
    computer.order("fail_install", "The index cannot be reached.")
    task = done("Getting Toy", "toy", INSTALL, GET)
    assert (task.state, task.error.code) == ("FAILED", "UNREACHABLE")
    assert str(task.error) == "The index cannot be reached. Check the network, and try again."
    assert task.said == []
    assert computer.state == ("missing", "missing")
    assert setups.failed() is task
    setups.dismiss()
    assert setups.failed() is setups.current() is None


def test_the_process_may_be_killed_meanwhile(computer: Computer) -> None:
    task = in_the_middle(computer, lambda: setups.start("Installing", ENGINE, [INSTALL]))
    os.kill(computer.started[0]["pid"], signal.SIGKILL)
    assert until_ended() is task
    assert task.state == "FAILED"
    assert "ended by the system" in task.error.message
    assert computer.state == ("missing", "missing")


def test_two_at_once_exclude_each_other(computer: Computer) -> None:
    in_the_middle(computer, lambda: setups.start("Installing", ENGINE, [INSTALL]))
    with pytest.raises(BadInput, match="still getting or removing"):
        setups.start("Getting Toy", "toy", [GET])
    with pytest.raises(BadInput, match="still getting or removing"):
        setups.look()
    computer.forget("slow")
    assert until_ended().state == "DONE"


def test_a_task_does_not_wait_for_a_look(computer: Computer) -> None:
    setups.look()
    assert done("Installing", ENGINE, INSTALL).state == "DONE"
    assert gone([process["pid"] for process in computer.started])


def test_jobs_go_on_meanwhile(computer: Computer) -> None:
    task = in_the_middle(computer, lambda: setups.start("Installing", ENGINE, [INSTALL]))
    assert asked(Status()).running is None
    assert task.state == "RUNNING"


def test_another_file_does_not_end_it(computer: Computer) -> None:
    task = in_the_middle(computer, lambda: setups.start("Installing", ENGINE, [INSTALL]))
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    assert bpy.app.timers.is_registered(setups.pump)
    computer.forget("slow")
    until_ended()
    assert task.state == "DONE"


def test_the_engine_rests_while_its_python_is_replaced(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    computer.has_engine()
    assert Path(asked(Status()).python["executable"]).is_relative_to(computer.home)
    first = jobs.client().pid
    repair = Step(InstallEngine("cpu", repair=True))
    monkeypatch.setattr(jobs, "_job", jobs.Job("Decomposing Fox"))
    with pytest.raises(BadInput, match="A job is running on the engine"):
        setups.start("Repairing", ENGINE, [repair], replaces=True)
    monkeypatch.setattr(jobs, "_job", None)
    in_the_middle(computer, lambda: setups.start("Repairing", ENGINE, [repair], replaces=True))
    assert gone([first])
    assert not Path(asked(Status()).python["executable"]).is_relative_to(computer.home)
    computer.forget("slow")
    assert until_ended().state == "DONE"
    assert Path(asked(Status()).python["executable"]).is_relative_to(computer.home)


def test_the_engine_learns_of_it_when_no_job_needs_it(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed = []
    monkeypatch.setattr(jobs, "renew_engine", lambda: renewed.append(True))
    monkeypatch.setattr(jobs, "_job", jobs.Job("Decomposing Fox"))
    done("Installing", ENGINE, INSTALL)
    assert not renewed
    assert bpy.app.timers.is_registered(setups._renew_now)
    assert setups._renew_now() == setups.PERIOD
    monkeypatch.setattr(jobs, "_job", None)
    assert setups._renew_now() is None
    assert renewed == [True]
    done("Verifying Toy", "toy", Step(VerifyModel("toy")), changes=False)
    assert renewed == [True]


def test_the_engine_that_was_started_anew_is_looked_after_until_it_has_said_hello(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    computer.has_engine()
    monkeypatch.setattr(jobs, "renew_engine", RENEW)
    (packages,) = computer.home.rglob("others.pth")
    packages.unlink()
    setups.renew_engine()
    assert bpy.app.timers.is_registered(setups._renew_now)
    until(lambda: setups._renew_now() is None)
    assert jobs.engine_trouble() is not None, "it was started on Blender's own Python"
    assert jobs.client().hello


def test_an_installed_python_that_does_not_start_is_said(computer: Computer) -> None:
    assert "not installed" in done("Getting Toy", "toy", GET).error.message
    computer.has_engine()
    (packages,) = computer.home.rglob("others.pth")
    packages.unlink()
    task = done("Getting Toy", "toy", GET)
    assert str(task.error) == "The installed engine does not start. Repair it, then try again."
    assert "No module named 'numpy'" in task.error.detail
    asked(Ping())
    assert "No module named 'numpy'" in jobs.engine_trouble().detail
    assert not Path(asked(Status()).python["executable"]).is_relative_to(computer.home)
    repair = Step(InstallEngine("cpu", repair=True))
    assert done("Repairing", ENGINE, repair, replaces=True).state == "DONE"
    asked(Ping())
    assert jobs.engine_trouble() is None


def test_blender_that_may_not_go_online_tells_its_processes(computer: Computer) -> None:
    computer.online = False
    setups.look()
    until(lambda: not setups.looks())
    assert computer.started[0]["offline"] == "1"
    network = [one for one in setups.told().findings if one["about"] == "network"]
    assert [one["level"] for one in network] == ["stop"]


def test_what_is_drawn_asks_once_for_a_look_and_again_when_something_was_chosen(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wants() -> bool:
        setups.want_look()
        return bpy.app.timers.is_registered(setups._look_soon)

    def look() -> None:
        bpy.app.timers.unregister(setups._look_soon)
        setups._look_soon()
        until(lambda: not setups.looks())

    assert wants()
    assert setups.looks()
    look()
    assert not wants()
    computer.online = False
    assert wants()
    look()
    chosen = place.Sources(accelerator="cpu")
    monkeypatch.setattr(place, "sources", lambda: chosen)
    assert wants()
    look()
    assert setups.told().choice["accelerator"] == "cpu"
    monkeypatch.setattr(place, "home", lambda: computer.home / "another")
    assert wants()


def test_a_look_that_fails_is_not_asked_again_by_itself(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partwise.blender_addon.engine.command.python", lambda: "/no/such/file")
    setups.look()
    until(lambda: not setups.looks())
    assert setups.failed() is not None
    setups.want_look()
    assert not bpy.app.timers.is_registered(setups._look_soon)


def test_disabling_the_extension_ends_it_and_leaves_nothing_running(computer: Computer) -> None:
    in_the_middle(computer, lambda: setups.start("Installing", ENGINE, [INSTALL]))
    blender_addon.unregister()
    try:
        assert gone([process["pid"] for process in computer.started])
        assert not bpy.app.timers.is_registered(setups.pump)
        assert not setups.busy()
    finally:
        blender_addon.register()
    assert not list(computer.home.glob("environments/*/bin")), "nothing half is left"


def test_without_timers_a_task_is_at_its_end_when_start_returns(
    computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setups, "_has_no_timers", lambda: True)
    task = setups.start("Installing", ENGINE, [INSTALL])
    assert (task.state, task.share) == ("DONE", 1.0)
    assert computer.state == ("here", "missing")
