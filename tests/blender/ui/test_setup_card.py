# SPDX-License-Identifier: GPL-3.0-or-later
"""What the set-up card shows in each state, whole and short, drawn on a layout that records it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import bpy
import pytest
from partwise.backend.contract.errors import Unreachable, WeightsCorrupt
from partwise.blender_addon.engine import jobs, place, setups
from partwise.blender_addon.engine.setup_task import ENGINE, Task
from partwise.blender_addon.ui import preferences, setup_card

from tests.blender.recording_layout import RecordingLayout
from tests.blender.told import CHOICE, FREE, INSTALLED, LIMITED, NO_ROOM, OFFLINE, OWN, told
from tests.blender.told import ENGINE as NONE

LONGEST = 30  # letters of a button or a label in a sidebar as wide as Blender makes it
Known = Callable[..., None]


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Known:
    """Lets something be known, and a task be so far, in a Blender that may go online."""

    def show(*found: Any, task: Task | None = None, **options: Any) -> None:
        monkeypatch.setattr(setups, "_told", told(*found, **options))
        monkeypatch.setattr(setups, "_task", task)

    monkeypatch.setattr(setups, "_told", None)
    monkeypatch.setattr(setups, "_task", None)
    monkeypatch.setattr(jobs, "_job", None)
    monkeypatch.setattr(place, "online", lambda: True)
    return show


@pytest.fixture
def installed() -> Iterator[Any]:
    """The preferences of the extension, as if it were installed."""
    addon = bpy.context.preferences.addons.new()
    addon.module = place.PACKAGE
    yield addon.preferences
    bpy.context.preferences.addons.remove(bpy.context.preferences.addons[place.PACKAGE])


def card(*, short: bool = False) -> RecordingLayout:
    layout = RecordingLayout()
    setup_card.draw_card(layout, bpy.context, short=short)
    return layout


def texts(*, short: bool = False) -> str:
    """All that is said, lines that were wrapped in one again."""
    return " ".join(card(short=short).texts)


def running(about: str, **fields: Any) -> Task:
    return Task("Getting HoloPart", about, **fields)


def failed(about: str, error: Any = None) -> Task:
    error = error or Unreachable("The hub cannot be reached.", "Check the network.")
    return Task("Getting HoloPart", about, state="FAILED", error=error)


STATES: dict[str, dict[str, Any]] = {
    "nothing known": {},
    "a look failed": {"task": Task("Looking", quiet=True, state="FAILED", error=Unreachable("X."))},
    "missing": {"found": (NONE,)},
    "no room": {"found": (NONE,), "findings": [NO_ROOM]},
    "nothing to choose": {"found": (NONE,), "choice": {**CHOICE, "label": ""}},
    "installing": {"found": (NONE,), "task": running(ENGINE)},
    "installed": {"found": (INSTALLED,)},
    "damaged": {"found": ({**INSTALLED, "state": "damaged", "trouble": "Missing: torch/x."},)},
    "outdated": {"found": ({**INSTALLED, "state": "outdated"},)},
    "failed": {"found": (NONE,), "task": failed(ENGINE)},
    "stopped": {"found": (NONE,), "task": running(ENGINE, state="CANCELLED")},
    "removed": {"found": (NONE,), "task": running(ENGINE, state="DONE", said=["It is gone."])},
    "begun": {"found": (INSTALLED, {**FREE, "state": "begun"})},
    "getting": {
        "found": (INSTALLED,),
        "task": running("holopart", share=0.5, stage="A: 1 of 2 GB"),
    },
    "not got": {"found": (INSTALLED,), "task": failed("limited")},
    "all here": {"found": (INSTALLED, {**FREE, "state": "here", "bytes": 3_800_000_000})},
    "cut": {"found": (INSTALLED, {**FREE, "state": "begun", "trouble": "HoloPart is not whole."})},
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("online", [True, False])
def test_all_that_is_drawn_exists_and_is_short_enough(known, monkeypatch, state, online):
    options = dict(STATES[state])
    if "found" in options:
        known(*options.pop("found"), **options)
    else:
        monkeypatch.setattr(setups, "_task", options.get("task"))
    monkeypatch.setattr(place, "online", lambda: online)
    for short in (True, False):
        shown = card(short=short)
        assert shown.texts
        longest = max(shown.texts, key=len)
        assert len(longest) <= (LONGEST if short else 2 * LONGEST), longest


def test_before_anything_is_known_it_is_looked_for(known, monkeypatch):
    wanted = []
    monkeypatch.setattr(setups, "want_look", lambda: wanted.append(True))
    assert "Looking..." in texts()
    assert wanted
    monkeypatch.setattr(setups, "_task", failed(ENGINE))
    assert "The hub cannot be reached." in texts()
    assert "partwise.look_at_setup" in card().operators


def test_what_an_installation_brings_and_costs(known):
    known(NONE)
    assert "Engine: not installed" in texts(short=True)
    assert "NVIDIA, CUDA 13: 3.0 GB to download, 7.0 GB on the disk." in texts()
    assert "Install, 3.0 GB" in texts()
    assert "partwise.repair_engine" not in card().operators
    whole, short = card(), card(short=True)
    assert "CHECKMARK" in whole.icons
    assert "7.5 GB are needed, 90 GB are free." in texts()
    assert "7.5 GB are needed" not in texts(short=True)
    assert set(short.operators) == set(whole.operators)


def test_from_an_offline_pack_nothing_is_downloaded(known):
    known(NONE, FREE, choice={**CHOICE, "download_bytes": 0})
    assert "NVIDIA, CUDA 13: nothing to download, 7.0 GB on the disk." in texts()
    assert "Install" in card().texts
    assert "Get with Engine, 3.8 GB" in card().texts


def test_what_stops_an_installation_is_said_with_what_to_do(known):
    known(NONE, findings=[NO_ROOM])
    for short in (True, False):
        assert "8.0 GB are needed, and there are 2.0 GB." in texts(short=short)
        assert "Free some space" in texts(short=short)
        assert "CANCEL" in card(short=short).icons


def test_blenders_own_preference_is_shown_where_it_is_in_the_way(known, monkeypatch):
    known(NONE, findings=[OFFLINE])
    assert "use_online_access" not in card().properties
    monkeypatch.setattr(place, "online", lambda: False)
    for short in (True, False):
        assert "use_online_access" in card(short=short).properties
        assert "Blender may not go online" in texts(short=short)
        assert "Going online is not allowed." not in texts(short=short), "it is said once"
    known(INSTALLED, {**FREE, "state": "here"})
    assert "use_online_access" not in card().properties, "there is nothing to download"


def test_the_accelerator_is_chosen_before_an_installation(known, installed):
    known(NONE)
    for short in (True, False):
        assert "accelerator_menu" in card(short=short).properties
    known(INSTALLED)
    assert "accelerator_menu" not in card().properties


def test_an_engine_that_is_here_can_be_repaired_and_removed(known):
    known(INSTALLED)
    assert "Engine for Large Models: installed" in texts()
    assert "PyTorch for NVIDIA, CUDA 13, 7.1 GB on the disk." in texts()
    assert {"partwise.repair_engine", "partwise.remove_engine"} <= set(card().operators)
    assert "partwise.install_engine" not in card().operators
    known({**INSTALLED, "state": "outdated"})
    assert "Update, 3.0 GB" in texts()
    known({**INSTALLED, "state": "damaged", "trouble": "Missing or cut: torch/x."})
    assert "Missing or cut: torch/x." in texts()
    assert "Repair" in texts()


def test_an_installed_python_that_does_not_start_is_said_with_repair(known, monkeypatch):
    known(INSTALLED)
    monkeypatch.setattr(jobs, "engine_trouble", lambda: Unreachable("It ended."))
    assert "Engine: does not start" in texts(short=True)
    assert "Blender's own Python is used instead" in texts()
    assert "partwise.repair_engine" in card().operators


def test_a_model_says_what_it_unlocks_and_costs_and_whose_it_is(known):
    known(INSTALLED, FREE)
    said = texts()
    assert FREE["unlocks"] in said
    assert "3.8 GB to download, 3.8 GB on the disk, 3.2 GB of graphics memory at least." in said
    assert "Licence MIT: free for every use, also a commercial one." in said
    assert "Get, 3.8 GB" in said
    assert card().operators.count("wm.url_open") == 2
    known(INSTALLED, LIMITED)
    for short in (True, False):
        limits = "Licence CC-BY-NC-4.0: not for commercial use, not in the EU"
        assert limits in texts(short=short)


def test_the_button_says_what_it_gets(known, installed):
    known(NONE, FREE)
    assert "Get with Engine, 6.8 GB" in texts()
    known(INSTALLED, {**FREE, "state": "begun"})
    assert "Resume, 3.8 GB" in texts()
    assert "partwise.remove_model" in card().operators
    installed.sources.files = "/there"
    assert "Take from Folder" in texts()
    known(NONE, FREE)
    assert "Take from Folder with Engine, 3.0 GB" in texts()
    known(INSTALLED, {**FREE, "state": "here"})
    assert {"partwise.verify_model", "partwise.remove_model"} <= set(card().operators)
    assert "partwise.get_model" not in card().operators


def test_what_is_damaged_can_be_got_again(known):
    error = WeightsCorrupt("A file of HoloPart is not as it came.", "Get it again.")
    known(INSTALLED, {**FREE, "state": "here"}, task=failed("holopart", error))
    assert "Get Again" in texts()
    known(INSTALLED, {**FREE, "state": "here"}, task=failed("other", error))
    assert "Get Again" not in texts()


def test_progress_is_where_the_task_is_about_and_tells_bytes(known):
    stage = "Downloading HoloPart: 1.20 of 3.83 GB"
    known(INSTALLED, task=running("holopart", share=0.31, stage=stage))
    shown = card(short=True)
    assert shown.bars == [0.31]
    assert "1.20 of 3.83 GB" in shown.texts
    assert "Downloading HoloPart" in shown.texts
    assert "partwise.cancel_setup" in shown.operators
    assert shown.operators.count("partwise.get_model") == 1, "that of the other model, grey"
    assert not bpy.ops.partwise.get_model.poll()


def test_a_python_of_ones_own_is_said_and_can_be_used_no_more(known):
    known(OWN)
    assert "PyTorch for AMD, ROCm of your own, used as it is: /opt/torch/bin/python" in texts()
    operators = card().operators
    assert {"partwise.install_engine", "partwise.remove_engine"} <= set(operators)
    assert "partwise.repair_engine" not in operators


def test_freeing_the_disk_has_a_bar_and_no_button_waits_for_it(known, monkeypatch):
    known(NONE)
    assert card().bars == []
    monkeypatch.setattr(setups, "_behind", Task("Freeing the disk", share=0.25))
    assert card().bars == [0.25]
    assert "Freeing the disk, 25%" in card().texts
    assert bpy.ops.partwise.install_engine.poll()


def test_what_became_of_a_task_stays_until_it_is_dismissed(known):
    known(INSTALLED, task=failed("holopart"))
    assert "The hub cannot be reached. Check the network." in texts()
    assert {"partwise.copy_setup_report", "partwise.dismiss_setup"} <= set(card().operators)
    known(INSTALLED, task=running("holopart", state="CANCELLED"))
    assert "Stopped. What came is kept." in texts()
    known(INSTALLED, task=running("holopart", state="DONE", said=["HoloPart is in /there."]))
    assert "HoloPart is in /there." in texts()
    bpy.ops.partwise.dismiss_setup()
    assert "HoloPart is in /there." not in texts()


def test_the_preferences_show_all_of_it_and_other_sources(known, installed):
    known(NONE)
    layout = RecordingLayout()
    preferences.draw_large_models(layout, bpy.context, installed)
    assert {"home", "pack", "index", "hub", "files", "python"} <= set(layout.properties)
    assert "partwise.use_python" in layout.operators
    assert "Other Sources" in layout.texts
    assert "partwise.install_engine" in layout.operators
