# SPDX-License-Identifier: GPL-3.0-or-later
"""What would be installed, from where, and what speaks against it."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.contract.errors import BadInput
from backend.installation import environment, lists, plan, trial, uv
from backend.installation.environment import Environment
from tests.backend.installation.conftest import Place


def test_a_plan_says_what_would_come_and_is_carried_out(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "of", lambda _accelerator: place.pins)
    monkeypatch.setattr(trial, "try_out", lambda *_: "It works.")
    ready = plan.plan(place.home, "cpu", mirror=place.index.url)
    assert ready.choice.accelerator.name == "cpu"
    assert ready.stops == []
    assert not place.home.exists()
    assert ready.carry_out().told(place.home) == f"It works. It lies in {place.home}."
    assert not ready.carry_out().fresh
    assert ready.carry_out(repair=True).fresh


def test_a_repair_keeps_what_is_there(tmp_path: Path) -> None:
    listed = [one.name for one in plan.offered()]
    assert "cpu" in listed
    for name in listed:
        environment.make_current(Environment("one", name, "12345678", "3.11"), tmp_path)
        assert plan.plan(tmp_path, repair=True).choice.accelerator.name == name
    assert plan.plan(tmp_path, "cpu", repair=True).choice.accelerator.name == "cpu"


def test_what_stops_it_is_its_error(tmp_path: Path) -> None:
    ready = plan.plan(tmp_path, "cpu", online=False)
    assert [one.about for one in ready.stops] == ["network"]
    with pytest.raises(BadInput, match="Going online is not allowed"):
        ready.carry_out()
    assert plan.plan(tmp_path, "cpu", online=False, mirror=str(tmp_path)).stops == []
    with pytest.raises(BadInput, match="neither the address of an index nor a folder"):
        plan.plan(tmp_path, "cpu", mirror=str(tmp_path / "nowhere"))
    with pytest.raises(BadInput, match="There is no file"):
        plan.plan(tmp_path, packed=tmp_path / "none.zip")


def test_an_index_is_asked_only_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("uv", reason="uv asks the index")
    monkeypatch.setattr(uv, "TRIES", 0)
    gone = "http://127.0.0.1:9/simple"
    assert plan.plan(tmp_path, "cpu", mirror=gone).stops == []
    stops = plan.plan(tmp_path, "cpu", mirror=gone, ask=True).stops
    assert "cannot be reached" in stops[0].text
    assert not list(tmp_path.iterdir())
