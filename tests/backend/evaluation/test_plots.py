# SPDX-License-Identifier: GPL-3.0-or-later
"""Plots of what was measured: means with their intervals, and pictures that are there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.contract.errors import BadInput
from backend.evaluation import plots
from backend.evaluation.clicks import CLICKS
from backend.evaluation.plots import mean_and_error, need_matplotlib, write_plot
from backend.evaluation.runner import Measured


def test_the_interval_of_a_mean():
    mean, error = mean_and_error([0.0, 1.0, np.nan])
    assert mean == 0.5
    assert error == pytest.approx(1.96 * np.std([0, 1], ddof=1) / 2**0.5)
    assert np.isnan(mean_and_error([0.3])[1])
    assert np.isnan(mean_and_error([np.nan])[0])


def test_without_matplotlib_a_sentence_says_so(monkeypatch):
    need_matplotlib()
    monkeypatch.setattr(plots, "find_spec", lambda _: None)
    with pytest.raises(BadInput, match="matplotlib"):
        need_matplotlib()


def figures(rand: float) -> dict[str, dict[str, float]]:
    names = [f"{kind}_{n}" for kind in ("corrective", "random") for n in CLICKS]
    return {engine: {"rand": rand, **dict.fromkeys(names, rand)} for engine in ("one", "other")}


@pytest.mark.parametrize("task", ["segment", "click"])
def test_a_plot_shows_each_kind_of_each_section(task: str, tmp_path: Path, monkeypatch):
    drawn = []

    def keep(figure, *_, **__):
        drawn.append(figure)
        return original(figure, *_, **__)

    from matplotlib.figure import Figure

    original = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", keep)
    many = [Measured(f"o{k}", "rig" if k < 3 else "nodes", figures(k / 10)) for k in range(4)]
    sections = {"as they are": [*many, Measured("bad", "rig", {}, "broken")], "fused": many[:3]}
    write_plot(tmp_path / "plot.png", task, sections)
    with Image.open(tmp_path / "plot.png") as picture:
        assert picture.format == "PNG"
        assert min(picture.size) > 300
    (figure,) = drawn
    shown = [axis for axis in figure.axes if axis.axison]
    if task == "segment":
        assert [axis.get_title() for axis in shown] == ["as they are", "fused"]
        ticks = [[text.get_text() for text in axis.get_xticklabels()] for axis in shown]
        assert ticks == [["nodes\n1", "rig\n3", "all\n4"], ["rig\n3"]]
        heights = [dots.get_offsets()[:, 1].tolist() for dots in shown[1].collections[::2]]
        assert heights == [[0.0, 0.1, 0.2]] * 2, "each object, for each engine"
    else:
        titles = [axis.get_title() for axis in shown]
        kinds = ["nodes, 1", "rig, 3", "all, 4"]
        assert titles == [*(f"as they are: {kind}" for kind in kinds), "fused: rig, 3"]
        means = shown[1].lines[0].get_ydata()
        assert means == pytest.approx([0.1] * len(CLICKS))


def test_a_plot_that_cannot_be_written_leaves_nothing(tmp_path: Path):
    with pytest.raises(BadInput, match="does not exist"):
        write_plot(tmp_path / "no/plot.png", "segment", {"a": [Measured("o", "rig", figures(0.1))]})
    assert list(tmp_path.iterdir()) == []
