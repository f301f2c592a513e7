# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine writes for people: kept short, in a file where there can be one."""

from __future__ import annotations

from partwise.backend.contract import requests
from partwise.backend.contract.requests import Ping
from partwise.blender_addon.engine import command as engine_command
from partwise.blender_addon.engine.log import EngineLog

from tests.blender_addon.engine.children import (
    ACTOR,
    Act,
    Acted,
    error,
    result,
    running,
    until,
)


def test_the_log_goes_to_a_file_in_a_folder_with_any_name(monkeypatch, tmp_path):
    monkeypatch.setitem(requests.METHODS, "act", (Act, Acted))
    path = tmp_path / "Für 模型" / "engine.log"
    with running(lambda: ACTOR, path) as client:
        error(client, Act("fail"))
        until(lambda: "on demand" in client.log.tail())
    assert "RuntimeError: on demand" in path.read_text(encoding="utf-8")


def test_the_log_keeps_the_last_lines_and_its_file_small(tmp_path):
    path = tmp_path / "engine.log"
    log = EngineLog(path)
    for number in range(2000):
        log.write(f"{number} " + "x" * 3000)
    assert len(log.tail().splitlines()) == 200
    assert log.tail().splitlines()[-1].startswith("1999 ")
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 3 << 20
    assert len(list(tmp_path.iterdir())) == 2


def test_a_log_that_cannot_be_written_fails_no_job(tmp_path):
    (tmp_path / "file").touch()
    with running(engine_command.command, tmp_path / "file" / "engine.log") as client:
        result(client, Ping())
        assert "no log file" in client.log.tail()
