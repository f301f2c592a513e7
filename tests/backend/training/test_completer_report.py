# SPDX-License-Identifier: GPL-3.0-or-later
"""The measure of the fields of whole parts."""

import numpy as np
import trimesh

from backend.engines.hidden import Hidden
from backend.shapes.occluded import Whole
from backend.training import completer_report
from backend.training.completer_data import TrueObject
from backend.training.completer_report import measure, table
from tests.backend.engines.balls import balls

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
    assert lines[0] == "| hidden share | parts | one | other |"
    assert [line.split("|")[1].strip() for line in lines[2:]] == [
        "2% to 8%", "20% to 40%", "2% to 100%", "seconds a part",
    ]  # fmt: skip
