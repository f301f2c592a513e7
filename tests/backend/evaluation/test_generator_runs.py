# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that lack a mechanism."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from safetensors.numpy import save_file

from backend.contract.errors import BadInput, WeightsCorrupt
from backend.evaluation import generator_parts, generator_runs
from backend.evaluation.generator_runs import ablated, losses, methods, run_engine, runs
from backend.models.partflow import shapes
from tests.backend.evaluation.made_up import stool, tiny_flow
from tests.backend.latents.tiny_generator import FLOW, arrays_of

pytest.importorskip("igl", reason="distances need libigl (training only)")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, config in (("full", FLOW), ("no own space", replace(FLOW, own=False))):
        (tmp_path / name).mkdir()
        arrays = arrays_of(shapes(config), 2)
        about = {"config": json.dumps(asdict(config))}
        save_file(arrays, tmp_path / name / "flow.safetensors", about)
    (tmp_path / "full" / "measured.jsonl").write_text('{"held own": 2}\n{"held own": 0.5}\n')
    for module in (generator_runs, generator_parts):
        monkeypatch.setattr(module, "engine", tiny_flow)
    run_engine.cache_clear()
    return tmp_path


def test_runs_are_found_with_their_last_losses(folder: Path):
    assert list(runs(folder)) == ["full", "no own space"]
    assert methods(folder)[2:6] == ("guidance 1", "guidance 2", "guidance 4", "spread 0.2")
    assert methods(folder)[-4:] == ("begun at 1", "begun at 0.9", "begun at 0.75", "begun at 0.6")
    assert losses(folder / "full")["held_own"] == 0.5
    assert math.isnan(losses(folder / "full")["held_all"])
    assert math.isnan(losses(folder / "no own space")["held_own"])
    with pytest.raises(BadInput, match="no runs"):
        runs(folder / "full")


def test_each_run_makes_the_same_parts(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(generator_parts, "PLACED_CELLS", 32)
    monkeypatch.setattr(generator_parts, "PARTS", 1)
    part = generator_parts.chosen(stool(), 0)[0]
    asked = ("full", "no own space", "guidance 4", "spread 0.7", "begun at 1")
    found = ablated(stool(), asked, 0, folder)
    assert [set(rows) for rows in found.values()] == [{part}] * 5
    assert found["full"][part]["held_own"] == 0.5
    assert math.isnan(found["guidance 4"][part]["held_own"])
    assert found["full"][part]["chamfer"] != found["no own space"][part]["chamfer"]
    assert found["spread 0.7"][part]["chamfer"] != found["begun at 1"][part]["chamfer"]


def test_a_run_of_another_network_is_refused(folder: Path):
    arrays = arrays_of(shapes(FLOW), 2)
    about = {"config": json.dumps(asdict(replace(FLOW, width=32)))}
    save_file(arrays, folder / "full" / "flow.safetensors", about)
    with pytest.raises(WeightsCorrupt):
        run_engine(folder / "full")
