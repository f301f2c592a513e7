# SPDX-License-Identifier: GPL-3.0-or-later
"""The buttons of the set-up card, in every state, and what they ask before they begin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bpy
import pytest
from partwise.backend.contract.errors import Unreachable
from partwise.backend.contract.setup import GetModel, InstallEngine, UsePython
from partwise.blender_addon.engine import jobs, place, setups
from partwise.blender_addon.engine.setup_task import ENGINE, Task
from partwise.blender_addon.ops import setup
from partwise.blender_addon.ui import setup_card

from tests.blender.recording_layout import RecordingLayout
from tests.blender.setting_up import Computer, computer_in, until_ended
from tests.blender.told import CHOICE, FREE, INSTALLED, LIMITED, OWN, told
from tests.blender.told import ENGINE as NONE

OPERATORS = ("install_engine", "repair_engine", "remove_engine", "get_model", "remove_model")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What is asked for, in a Blender that may go online; nothing is really started."""
    found: list[Any] = []

    def start(title: str, about: str, steps: Any, **options: Any) -> Task:
        found.append(SimpleNamespace(title=title, about=about, steps=list(steps), **options))
        return Task(title, about, steps)

    monkeypatch.setattr(setups, "start", start)
    monkeypatch.setattr(setups, "_told", told(INSTALLED))
    monkeypatch.setattr(setups, "_task", None)
    monkeypatch.setattr(jobs, "_job", None)
    monkeypatch.setattr(place, "online", lambda: True)
    return found


def say(monkeypatch: pytest.MonkeyPatch, **said: str) -> None:
    """Other sources than the usual ones."""
    monkeypatch.setattr(place, "sources", lambda: place.Sources(**said))


def refused(name: str, **options: Any) -> str:
    """Why a button cannot be pressed."""
    with pytest.raises(RuntimeError) as error:
        getattr(bpy.ops.partwise, name)(**options)
    return str(error.value)


def test_the_engine_is_installed_from_where_the_artist_wants_it(started, monkeypatch):
    monkeypatch.setattr(setups, "_told", told(NONE))
    say(monkeypatch, accelerator="cpu", pack="/pack.zip", index="http://x")
    assert bpy.ops.partwise.install_engine() == {"FINISHED"}
    (task,) = started
    request = task.steps[0].request
    assert (request.accelerator, request.pack, request.mirror) == ("cpu", "/pack.zip", "http://x")
    assert (request.repair, request.online) == (False, True)
    assert task.about == ENGINE
    assert not task.replaces, "there is nothing that it could replace"


def test_it_is_repaired_and_removed_only_where_it_is(started, monkeypatch):
    assert bpy.ops.partwise.repair_engine() == {"FINISHED"}
    assert started[0].steps[0].request.repair
    assert started[0].replaces
    assert bpy.ops.partwise.remove_engine() == {"FINISHED"}
    assert started[1].replaces
    monkeypatch.setattr(setups, "_told", told(NONE))
    for name in ("repair_engine", "remove_engine"):
        assert "is not installed" in refused(name)


def test_a_python_of_ones_own_is_used_where_one_is_named(started, monkeypatch):
    monkeypatch.setattr(setups, "_told", told(NONE))
    assert "Choose a Python" in refused("use_python")
    say(monkeypatch, python="/opt/torch/bin/python")
    assert bpy.ops.partwise.use_python() == {"FINISHED"}
    request = started[0].steps[0].request
    assert isinstance(request, UsePython)
    assert request.python == "/opt/torch/bin/python"
    assert not started[0].replaces
    monkeypatch.setattr(setups, "_told", told(INSTALLED))
    monkeypatch.setattr(jobs, "_job", jobs.Job("Decomposing Fox"))
    assert "A job is running" in refused("use_python")


def test_a_model_is_got_on_the_engine_that_is_there(started):
    assert bpy.ops.partwise.get_model(model="holopart") == {"FINISHED"}
    (step,) = started[0].steps
    assert isinstance(step.request, GetModel)
    assert step.on_installed
    assert (step.request.name, step.request.licence) == ("holopart", "")
    assert not started[0].replaces


@pytest.mark.parametrize("state", ["missing", "damaged"])
def test_the_engine_comes_first_where_it_is_missing_or_damaged(started, monkeypatch, state):
    engine = NONE if state == "missing" else {**INSTALLED, "state": state}
    monkeypatch.setattr(setups, "_told", told(engine))
    assert bpy.ops.partwise.get_model(model="holopart") == {"FINISHED"}
    first, second = started[0].steps
    assert isinstance(first.request, InstallEngine)
    assert first.request.repair == (state == "damaged")
    assert not first.on_installed
    assert second.request.name == "holopart"
    assert first.weight / second.weight == CHOICE["download_bytes"] / FREE["download_bytes"]
    assert started[0].replaces == (state == "damaged")


def test_an_engine_that_does_not_start_is_repaired_first(started, monkeypatch):
    monkeypatch.setattr(jobs, "engine_trouble", lambda: Unreachable("It ended."))
    bpy.ops.partwise.get_model(model="holopart")
    assert started[0].steps[0].request.repair


def test_files_that_are_there_already_are_taken_and_no_hub_is_asked(started, monkeypatch):
    monkeypatch.setattr(place, "online", lambda: False)
    say(monkeypatch, files="/there", hub="http://hub")
    bpy.ops.partwise.get_model(model="holopart")
    assert started[0].steps[0].request.folder == "/there"
    assert started[0].steps[0].request.mirror == ""
    say(monkeypatch, hub="http://hub")
    monkeypatch.setattr(place, "online", lambda: True)
    bpy.ops.partwise.get_model(model="holopart")
    assert started[1].steps[0].request.mirror == "http://hub"


def test_a_licence_with_limits_has_to_be_agreed_to(started):
    said = refused("get_model", model="limited")
    assert "The licence of Limited was not agreed to, so nothing was downloaded." in said
    assert not started
    assert bpy.ops.partwise.get_model(model="limited", agree=True) == {"FINISHED"}
    assert started[0].steps[0].request.licence == "CC-BY-NC-4.0"


def test_what_was_agreed_to_is_not_asked_again(started, monkeypatch):
    monkeypatch.setattr(setups, "_told", told(INSTALLED, {**LIMITED, "consent": True}))
    assert bpy.ops.partwise.get_model(model="limited") == {"FINISHED"}
    assert started[0].steps[0].request.licence == ""


def asking(name: str, model: str = "") -> Any:
    """An operator of the panel that was pressed, and what it asks the window."""
    cls = bpy.types.Operator.bl_rna_get_subclass_py(f"PARTWISE_OT_{name}")
    asked: list[Any] = []
    manager = SimpleNamespace(
        invoke_props_dialog=lambda _, **words: asked.append(words) or {"RUNNING_MODAL"},
        invoke_confirm=lambda _, __, **words: asked.append(words) or {"RUNNING_MODAL"},
    )
    own = SimpleNamespace(model=model, agree=False, layout=RecordingLayout(), asked=asked)
    own.bl_rna = getattr(bpy.ops.partwise, name).get_rna_type()
    own.execute = lambda _: {"FINISHED"}
    own.result = cls.invoke(own, SimpleNamespace(window_manager=manager), None)
    if name == "get_model" and (asked or model == "no such"):
        cls.draw(own, bpy.context)
    return own


def test_the_dialog_shows_limits_link_and_tick(started):
    assert asking("get_model", "holopart").result == {"FINISHED"}, "MIT needs no question"
    own = asking("get_model", "limited")
    assert own.result == {"RUNNING_MODAL"}
    assert own.asked[0]["title"] == "Licence of Limited"
    assert own.layout.texts
    for text in ("CC-BY-NC-4.0 has limits:", "Not for commercial use", "Not in the EU"):
        assert text in own.layout.texts
    assert own.layout.operators == ["wm.url_open"]
    assert own.layout.properties == ["agree"]
    assert asking("get_model", "no such").layout.texts == []


def test_who_removes_is_asked_and_told_what_it_frees(started, monkeypatch):
    own = asking("remove_engine")
    assert own.result == {"RUNNING_MODAL"}
    assert "Frees 7.1 GB. Models stay" in own.asked[0]["message"]
    monkeypatch.setattr(setups, "_told", told(OWN))
    assert "It stays as it is." in asking("remove_engine").asked[0]["message"]
    monkeypatch.setattr(setups, "_told", told(INSTALLED, {**FREE, "bytes": 3_800_000_000}))
    own = asking("remove_model", "holopart")
    assert own.asked[0]["title"] == "Remove HoloPart?"
    assert "Frees 3.8 GB." in own.asked[0]["message"]


def test_tooltips_say_what_a_button_gets(started, monkeypatch):
    def says(model: str) -> str:
        cls = setup.PARTWISE_OT_get_model
        return cls.description(bpy.context, SimpleNamespace(model=model))

    assert says("holopart") == "Get HoloPart: 3.8 GB"
    monkeypatch.setattr(setups, "_told", told(NONE))
    assert "The engine that it runs on comes first: 3.0 GB" in says("holopart")
    say(monkeypatch, files="/there")
    assert says("holopart").startswith("Take HoloPart from the folder")
    assert (
        says("no such") == "Get a large model, and the engine that it runs on where that is missing"
    )


def test_a_model_that_is_none_is_refused(started):
    for name in ("get_model", "verify_model", "remove_model"):
        said = refused(name, model="no such")
        assert "There is no large model “no such”. Choose one of: holopart, limited." in said


def test_without_online_access_the_tooltip_leads_to_it(started, monkeypatch, tmp_path):
    monkeypatch.setattr(place, "online", lambda: False)
    monkeypatch.setattr(setups, "_told", told(NONE))
    for name in ("install_engine", "get_model"):
        assert "tick Allow Online Access" in refused(name)
    say(monkeypatch, pack="/pack.zip")
    assert bpy.ops.partwise.install_engine.poll()
    assert not bpy.ops.partwise.get_model.poll(), "its weights are not in the pack"
    say(monkeypatch, index=str(tmp_path), files="/there")
    assert bpy.ops.partwise.get_model.poll()
    monkeypatch.setattr(setups, "_told", told(INSTALLED))
    for name in ("remove_engine", "verify_model", "remove_model"):
        assert getattr(bpy.ops.partwise, name).poll()


def test_what_a_job_runs_on_is_not_replaced(started, monkeypatch):
    monkeypatch.setattr(jobs, "_job", jobs.Job("Decomposing Fox"))
    for name in ("install_engine", "repair_engine", "remove_engine", "remove_model"):
        assert "A job is running" in refused(name)
    assert bpy.ops.partwise.get_model.poll(), "that is beside the job"
    monkeypatch.setattr(setups, "_told", told(NONE))
    assert bpy.ops.partwise.install_engine.poll()


def test_two_tasks_exclude_each_other(started, monkeypatch):
    assert "Nothing is being got" in refused("cancel_setup")
    monkeypatch.setattr(setups, "_task", Task("Getting HoloPart", "holopart"))
    for name in (*OPERATORS, "verify_model", "look_at_setup"):
        assert "wait for it, or cancel it" in refused(name)
    assert bpy.ops.partwise.cancel_setup.poll()
    assert not bpy.ops.partwise.dismiss_setup.poll()


# With real processes, as an artist would.


@pytest.fixture
def computer(tmp_path: Path) -> Iterator[Computer]:
    with computer_in(tmp_path) as found:
        yield found


def test_from_nothing_to_a_model_and_back_by_buttons(computer):
    def press(name: str, **options: Any) -> Task:
        assert getattr(bpy.ops.partwise, name)(**options) == {"FINISHED"}
        return until_ended()

    computer.order("limits")
    setups.look()
    while setups.looks():
        setups.pump()
    assert "was not agreed to" in refused("get_model", model="toy")
    task = press("get_model", model="toy", agree=True)
    assert (task.state, task.error) == ("DONE", None)
    assert computer.state == ("here", "here")
    assert '"licence": "CC-BY-NC-4.0"' in (computer.home / "consent.json").read_text()
    assert press("verify_model", model="toy").state == "DONE"
    computer.order("fail_install", "The index cannot be reached.")
    task = press("repair_engine")
    assert str(task.error) == "The index cannot be reached. Check the network, and try again."
    assert computer.state == ("here", "here"), "the one before stays"
    assert bpy.ops.partwise.copy_setup_report() == {"FINISHED"}
    assert press("remove_model", model="toy").state == "DONE"
    assert press("remove_engine").state == "DONE"
    assert computer.state == ("missing", "missing")


def test_a_model_that_its_hub_gives_to_few_comes_from_files_of_ones_own(computer, monkeypatch):
    """The card says where to accept the licence and what to do with files; then they are taken."""
    computer.order("gated")
    setups.look()
    while setups.looks():
        setups.pump()
    bpy.ops.partwise.get_model(model="toy")
    task = until_ended()
    assert (task.state, task.error.code) == ("FAILED", "BAD_INPUT")
    page = "https://huggingface.co/someone/Toy"
    for short in (True, False):
        layout = RecordingLayout()
        setup_card.draw_card(layout, bpy.context, short=short)
        said = " ".join(layout.texts)
        assert "does not give Toy to everyone." in said
        told = f"Log in at {page}, accept its licence, download its files there"
        assert told.replace(" ", "") in said.replace(" ", ""), "long addresses go on in a next line"
        assert "as Files I Have in Blender's preferences." in said
        assert "shell" not in said
        assert {"wm.url_open", "partwise.get_model"} <= set(layout.operators)
    monkeypatch.setattr(place, "sources", lambda: place.Sources(files=str(computer.published)))
    bpy.ops.partwise.get_model(model="toy")
    assert until_ended().state == "DONE"
    assert computer.state == ("here", "here")


def test_a_report_tells_what_failed_and_what_its_process_wrote(computer):
    computer.order("fail_install", f"No index in {Path.home()}/x.")
    bpy.ops.partwise.look_at_setup()
    bpy.ops.partwise.install_engine()
    task = until_ended()
    said = setup.report(task, setups.log())
    assert "Installing the Engine" in said
    assert "Code: UNREACHABLE" in said
    assert "No index in ~/x." in said
    assert said.count("No index in") > 1, "the message and the log of the process"
    assert str(Path.home()) not in said


def test_in_the_background_each_is_at_its_end(computer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(setups, "_has_no_timers", lambda: True)
    run: Callable[..., set[str]] = bpy.ops.partwise.get_model
    assert run(model="toy") == {"FINISHED"}
    assert computer.state == ("here", "here")
    weights = computer.home / "models/toy/vae/diffusion_pytorch_model.safetensors"
    weights.write_bytes(b"?" * weights.stat().st_size)
    assert "Toy" in refused("verify_model", model="toy")
    assert bpy.ops.partwise.remove_model(model="toy") == {"FINISHED"}
    assert bpy.ops.partwise.remove_engine() == {"FINISHED"}
    assert computer.state == ("missing", "missing")
