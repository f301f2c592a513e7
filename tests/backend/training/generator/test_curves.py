# SPDX-License-Identifier: GPL-3.0-or-later
"""Curves of runs of the part generator, beside each other."""

import json

import pytest
from PIL import Image

from backend.training.generator import curves
from backend.training.generator.run import LOG


def run(folder, *losses, name="held all"):
    folder.mkdir()
    rows = [{"step": 10 * k, "minutes": k / 2, name: loss} for k, loss in enumerate(losses, 1)]
    (folder / LOG).write_text("\n".join(json.dumps(row) for row in rows))
    return str(folder)


def test_runs_are_drawn_beside_each_other(tmp_path, monkeypatch):
    drawn = []
    real = curves._plot

    def watched(axes, runs, name, over):
        real(axes, runs, name, over)
        drawn.append((name, over, {line.get_label(): line.get_ydata() for line in axes.lines}))

    monkeypatch.setattr(curves, "_plot", watched)
    small = run(tmp_path / "small", 3.0, 2.5, 2.4)
    large = run(tmp_path / "large", 3.5, 2.3)
    out = tmp_path / "new" / "curves.png"
    assert curves.main([small, large, "--out", str(out)]) == 0
    assert [(name, over) for name, over, _ in drawn] == [
        ("held all", "minutes"),
        ("held all", "step"),
    ]
    assert {name: list(line) for name, line in drawn[0][2].items()} == {
        "small": [3.0, 2.5, 2.4],
        "large": [3.5, 2.3],
    }
    assert Image.open(out).size[0] > 900


def test_a_folder_without_measurements_is_named(tmp_path, capsys):
    with pytest.raises(SystemExit):
        curves.main([str(tmp_path), "--out", str(tmp_path / "x.png")])
    assert "holds no measurements" in capsys.readouterr().err
