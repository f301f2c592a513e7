# SPDX-License-Identifier: GPL-3.0-or-later
"""How the engine is started: isolated, on Blender's Python, with the libraries that are there."""

from __future__ import annotations

import sys
from pathlib import Path

from partwise.backend.contract.requests import Ping, Status
from partwise.blender_addon.engine import command as engine_command

from tests.blender_addon.engine.children import (
    error,
    result,
    running,
)


def test_blender_without_a_python_of_its_own(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/opt/blender/blender")
    with running(engine_command.command) as client:
        assert "Python was not found" in error(client, Ping()).message


def test_a_library_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(engine_command, "library_folders", lambda: [])
    with running(engine_command.command) as client:
        found = error(client, Ping())
        assert str(found) == "The engine's library numpy is missing. Install Partwise again."


def test_it_runs_isolated_on_this_python_with_the_libraries_found(client, monkeypatch, tmp_path):
    for name in ("PYTHONPATH", "PYTHONHOME", "CONDA_PREFIX", "PIP_TARGET", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("A_PROXY", "stays")
    given = engine_command.environment()
    assert given["A_PROXY"] == "stays"
    assert not any(value == str(tmp_path) for value in given.values())
    report = result(client, Status())
    if sys.platform == "linux":
        received = Path(f"/proc/{client.pid}/environ").read_bytes()
        assert b"A_PROXY=stays" in received
        assert str(tmp_path).encode() not in received
    assert Path(report.python["executable"]).samefile(sys.executable)
    folders = engine_command.library_folders()
    assert {folder for _, folder in report.libraries.values()} == set(folders)


def test_bundled_libraries_come_before_blenders(monkeypatch):
    folders = {"numpy": "/blender/site-packages", "pillow": None}
    monkeypatch.setattr(
        "partwise.backend.contract.libraries.folder", lambda name: folders.get(name, "/bundled")
    )
    assert engine_command.library_folders() == ["/bundled", "/blender/site-packages"]
