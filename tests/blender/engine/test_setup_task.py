# SPDX-License-Identifier: GPL-3.0-or-later
"""What a look is asked, and on which Python a step runs."""

from __future__ import annotations

import sys
from pathlib import Path

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
