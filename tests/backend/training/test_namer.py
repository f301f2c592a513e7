# SPDX-License-Identifier: GPL-3.0-or-later
"""The trainer of the table of kinds."""

import json

import numpy as np
import pytest

from backend.contract.part_kinds import kinds_of, read
from backend.training import namer
from backend.training.namer import FOLDS, NAMES, NEVER, fold, learn, thresholds, turned
from backend.training.namer_data import OTHER, Named
from tests.backend.contract.bodies import boxes, dog


def test_thresholds_let_a_kind_speak_where_it_was_right():
    legs, wheels = NAMES.index("Leg"), NAMES.index("Wheel")
    sure = np.concatenate([np.linspace(0.99, 0.6, 40), np.linspace(0.99, 0.6, 40)])
    best = np.repeat([legs, wheels], 40)
    right = np.concatenate([np.arange(40) < 30, np.arange(40) % 2 == 0])
    target = np.where(right, best, NAMES.index(OTHER))
    found = thresholds(best, sure, target)
    assert 0.6 < found[legs] < 0.75
    assert found[wheels] == found[NAMES.index(OTHER)] == NEVER


def test_turned_parts_are_as_large_as_before():
    rng = np.random.default_rng(3)
    shapes = dog()
    for _ in range(8):
        other = turned(shapes, rng)
        np.testing.assert_allclose(other.area, shapes.area)
        np.testing.assert_allclose(other.size, shapes.size)
        assert (other.high > other.low).all()
        np.testing.assert_allclose(other.centre[:, 2], shapes.centre[:, 2])


def test_a_table_learns_is_written_and_can_be_read(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(namer, "STEPS", 250)
    monkeypatch.setattr(namer, "BATCH", 8)
    monkeypatch.setattr(namer, "COPIES", 2)
    groups = {k: next(f"{n}" for n in range(999) if fold(f"{n}") == k) for k in range(FOLDS)}
    named = []
    for group in groups.values():
        for size in np.linspace(1, 2, 6):
            stool = [((0, 0, size), (1, 1, 0.2 * size))]
            stool += [((x, y, 0), (0.1, 0.1, 2 * size)) for x in (-0.4, 0.4) for y in (-0.4, 0.4)]
            named.append(Named(group, "nodes", boxes(stool), ["Seat", *["Leg"] * 4]))
    assert learn(named, tmp_path) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["all"]["objects"] == 6
    assert report["all"]["precision"] == pytest.approx(1.0)
    table = read((tmp_path / "names.safetensors").read_bytes())
    assert kinds_of(named[0].shapes, table)[0][1:] == ["Leg"] * 4
