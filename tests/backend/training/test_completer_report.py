# SPDX-License-Identifier: GPL-3.0-or-later
"""The measure of the fields of whole parts."""

import numpy as np
import trimesh

from backend.engines.hidden import Hidden
from backend.shapes.occluded import Whole
from backend.training import completer_report
from backend.training.completer_data import REPORTED, TrueObject, save_object, use_of
from backend.training.completer_report import held_out, measure, table
from tests.backend.engines.balls import balls
from tests.backend.training.pairs import two_balls

CENTRES, RADII = [(0, 0, 0), (0.33, 0, 0)], [0.25, 0.13]


def test_balls_are_measured_by_hidden_share(monkeypatch):
    monkeypatch.setattr(completer_report, "CELLS", 24)
    wholes = []
    for centre, radius in zip(CENTRES, RADII, strict=True):
        ball = trimesh.creation.icosphere(3, radius)
        ball.apply_translation(centre)
        wholes.append(Whole(np.asarray(ball.vertices), ball.faces.astype(np.int64)))
    true = TrueObject(*balls(CENTRES, RADII, 3), np.array([0.05, 0.3]), wholes, "balls", "nodes")
    rows = measure(true, [Hidden(None, lend=False), Hidden(None)])
    assert [row[0] for row in rows] == [0.05, 0.3]
    assert min(min(row[1]) for row in rows) > 0.85
    lines = table(rows, ["one", "other"]).splitlines()
    assert lines[2].split("|")[3].count("±") == 1
    assert lines[0] == "| hidden share | parts | one | other |"
    assert [line.split("|")[1].strip() for line in lines[2:]] == [
        "2% to 8%", "20% to 40%", "2% to 100%", "seconds a part",
    ]  # fmt: skip


def test_parts_that_hardly_show_are_not_measured(monkeypatch):
    monkeypatch.setattr(completer_report, "CELLS", 16)
    monkeypatch.setattr(completer_report, "LEAST_VISIBLE", 0.5)
    wholes = []
    for centre, radius in zip(CENTRES, RADII, strict=True):
        ball = trimesh.creation.icosphere(2, radius)
        wholes.append(Whole(np.asarray(ball.vertices) + centre, ball.faces.astype(np.int64)))
    true = TrueObject(*balls(CENTRES, RADII, 2), np.array([0.05, 0.3]), wholes, "balls", "nodes")
    assert [row[0] for row in measure(true, [Hidden(None, lend=False)])] == [0.05]


def test_only_groups_that_chose_nothing_are_reported(tmp_path):
    (tmp_path / "objects").mkdir()
    for number in range(40):
        path = tmp_path / "objects" / f"one_{number}.npz"
        save_object(path, two_balls(0.9), str(number), "shells" if number % 2 else "nodes")
    found = held_out(tmp_path)
    assert {path.stem for path in found} == {
        f"one_{number}" for number in range(40) if use_of(str(number)) == REPORTED
    }
    shells = held_out(tmp_path, ["shells"])
    assert 0 < len(shells) < len(found)
