# SPDX-License-Identifier: GPL-3.0-or-later
"""What a look is asked, and on which Python a step runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from partwise.backend.contract import installed
from partwise.backend.contract.errors import PartwiseError
from partwise.blender_addon.engine import place, setup_task
from partwise.blender_addon.engine.command import Place


def test_a_folder_of_packages_needs_no_network(monkeypatch, tmp_path):
    monkeypatch.setattr(place, "online", lambda: False)
    assert not setup_task.look_request().online
    monkeypatch.setattr(place, "sources", lambda: place.Sources("cpu", "/pack.zip", str(tmp_path)))
    request = setup_task.look_request()
    assert (request.accelerator, request.pack, request.online) == ("cpu", "/pack.zip", True)


def test_another_choice_is_another_question(monkeypatch):
    before = setup_task.question()
    assert setup_task.question() == before
    monkeypatch.setattr(place, "sources", lambda: place.Sources(accelerator="cpu"))
    assert setup_task.question() != before


def test_steps_run_on_blenders_python_or_on_the_installed_one(monkeypatch, tmp_path):
    where = Place(tmp_path, online=False)
    own = setup_task.starting(where, False)
    assert Path(own.command()[0]).samefile(sys.executable)
    assert own.variables()["HF_HUB_OFFLINE"] == "1"
    assert own.variables()["PARTWISE_HOME"] == str(tmp_path)
    with pytest.raises(PartwiseError, match="is not installed"):
        setup_task.starting(where, True).command()
    monkeypatch.setattr(installed, "executable", lambda home: home / "python")
    other = setup_task.starting(where, True)
    assert other.command()[0] == str(tmp_path / "python")
    assert other.variables()["TORCH_HOME"] == str(tmp_path / "cache/torch")


@pytest.mark.parametrize("own", [True, False])
def test_where_the_installed_python_does_not_start_it_is_said_what_helps(tmp_path, own):
    found = installed.Environment("own" if own else "toy", "rocm", "", "3.12.4")
    python = tmp_path / "python" if own else installed.python_in(found.folder(tmp_path))
    python.parent.mkdir(parents=True, exist_ok=True)
    python.touch()
    known = {"format": installed.FORMAT, **vars(found), "own": str(python) if own else ""}
    installed.root(tmp_path).mkdir(exist_ok=True)
    (installed.root(tmp_path) / installed.CURRENT).write_text(json.dumps(known))
    task = setup_task.Task("Getting Toy", place=Place(tmp_path))
    error = PartwiseError("It ended.", "", "No module named 'numpy'")
    assert setup_task.in_place(task, error) is error, "it was not the installed one"
    task._on_installed, task._client = True, SimpleNamespace(last_hello={"version": "1"})
    assert setup_task.in_place(task, error) is error, "it has started"
    task._client = SimpleNamespace(last_hello=None)
    told = setup_task.in_place(task, error)
    assert ("your own Python" in told.message) == own
    assert ("Repair" in told.hint) != own
    assert "No module named 'numpy'" in told.detail
