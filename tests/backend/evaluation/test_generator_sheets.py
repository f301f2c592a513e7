# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of what the part generator makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from backend.contract.progress import SILENT
from backend.evaluation import generator_parts, generator_pictures, generator_sheets
from backend.evaluation.generator_objects import assembled
from backend.evaluation.generator_sheets import SHEETS, by_runs, main, write_sheets
from tests.backend.evaluation.made_up import stool, tiny_flow


def test_each_sheet_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for module in (generator_sheets, generator_parts, generator_pictures):
        monkeypatch.setattr(module, "engine", tiny_flow)
    one = ("stool", assembled(stool()), stool().names)
    monkeypatch.setattr(generator_sheets, "objects_of", lambda families: [one] * len(families))
    found = write_sheets(tmp_path, SHEETS, 1, 0)
    assert [path.name for path in found] == [f"generator-{name}.png" for name in SHEETS]
    for path in found:
        with Image.open(path) as picture:
            assert min(picture.size) > 200


def test_a_sheet_that_there_is_not_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path), "--only", "boxes,faces"])
    assert "There is no sheet faces" in capsys.readouterr().err


def test_runs_are_drawn_below_the_true_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(generator_sheets, "run_engine", lambda folder: tiny_flow())
    known = {"full": tmp_path, "no guess": tmp_path}
    monkeypatch.setattr(generator_sheets, "runs", lambda folder: known)
    rows = by_runs(tmp_path, 2, 0, SILENT)
    assert [len(row) for row in rows] == [2, 2, 2]
    assert [row[0].caption.split(":")[0] for row in rows] == ["leg front right", "full", "no guess"]
    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path), "--only", "ablations"])
