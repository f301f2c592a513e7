# SPDX-License-Identifier: GPL-3.0-or-later
"""How the engine is started: isolated, on Blender's Python, with the libraries that are there."""

from __future__ import annotations

import json
import sys
import venv
from pathlib import Path

import pytest
from partwise.backend.contract import installed
from partwise.backend.contract.errors import PartwiseError
from partwise.backend.contract.requests import Ping, Status
from partwise.blender_addon.engine import command as engine_command
from partwise.blender_addon.engine.client import Client
from partwise.blender_addon.engine.command import EngineStarting, Place

from tests.blender_addon.engine.children import (
    error,
    result,
    running,
    until,
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


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder in which an environment is installed that finds the libraries of this Python."""
    root = tmp_path / "Größe 場所" / "environments"
    venv.create(root / "cpu", symlinks=True)
    (packages,) = root.glob("cpu/lib/python*/site-packages")
    folders = "\n".join(engine_command.library_folders())
    (packages / "others.pth").write_text(f"{folders}\n")
    said = {"format": 1, "name": "cpu", "accelerator": "cpu", "digest": "x", "python": "3.11"}
    (root / "current.json").write_text(json.dumps(said))
    return root.parent


def on(client: Client) -> Path:
    """The Python that the engine runs on."""
    return Path(result(client, Status()).python["executable"])


@pytest.mark.skipif(sys.platform != "linux", reason="reads processes as Linux has them")
def test_the_engine_runs_on_the_installed_python_with_all_caches_in_its_folder(home):
    with running(EngineStarting(lambda: Place(home, online=False))) as client:
        assert on(client) == installed.executable(home)
        received = Path(f"/proc/{client.pid}/environ").read_bytes().decode().split("\0")
    for line in (f"PARTWISE_HOME={home}", "HF_HUB_OFFLINE=1", f"TORCH_HOME={home}/cache/torch"):
        assert line in received


def test_it_runs_on_blenders_python_where_none_is_installed(tmp_path):
    starting = EngineStarting(lambda: Place(tmp_path))
    with running(starting) as client:
        assert on(client).samefile(sys.executable)
        if sys.platform == "linux":
            received = Path(f"/proc/{client.pid}/environ").read_bytes().decode().split("\0")
            assert f"PARTWISE_HOME={tmp_path}" in received
            assert not any(line.startswith("HF_HUB_OFFLINE") for line in received)
    assert starting.trouble is None


def no_packages(home: Path) -> None:
    (packages,) = home.rglob("others.pth")
    packages.unlink()


def no_program(home: Path) -> None:
    python = installed.python_in(home / "environments/cpu")
    python.unlink()
    python.write_text("this is none")
    python.chmod(0o755)


def not_allowed(home: Path) -> None:
    python = installed.python_in(home / "environments/cpu")
    python.unlink()
    python.write_text("#!/bin/sh\n")


@pytest.mark.skipif(sys.platform != "linux", reason="damages programs as Linux has them")
@pytest.mark.parametrize("damage", [no_packages, no_program, not_allowed])
def test_where_the_installed_python_does_not_start_blenders_takes_its_place(home, damage):
    damage(home)
    starting = EngineStarting(lambda: Place(home))
    with running(starting) as client:
        calls = [client.submit(Status()), client.submit(Ping())]
        assert all(client.wait(call, 30) and call.error is None for call in calls)
        assert Path(calls[0].result.python["executable"]).samefile(sys.executable)
        assert starting.trouble is not None
        client.stop()
        assert on(client).samefile(sys.executable), "it is not tried again"
        client.stop()
        starting.trouble = None
        (home / "environments/current.json").unlink()
        assert on(client).samefile(sys.executable)
    assert starting.trouble is None


def test_what_was_cancelled_meanwhile_is_not_asked_again(home):
    no_packages(home)
    starting = EngineStarting(lambda: Place(home))
    with running(starting) as client:
        call = client.submit(Status())
        client.cancel(call)
        until(lambda: client.poll() and starting.trouble is not None)
        assert client.pid is None


def test_where_blenders_python_fails_as_well_its_words_are_told(home, monkeypatch):
    no_packages(home)

    def none() -> list[str]:
        raise PartwiseError("Blender has no Python.", "Install Blender again.")

    monkeypatch.setattr(engine_command, "command", none)
    with running(EngineStarting(lambda: Place(home))) as client:
        assert error(client, Ping()).message == "Blender has no Python."


def test_the_installed_python_rests_while_it_is_replaced(home):
    starting = EngineStarting(lambda: Place(home))
    starting.rests = True
    with running(starting) as client:
        assert on(client).samefile(sys.executable)
        client.stop()
        starting.rests = False
        assert on(client) == installed.executable(home)
