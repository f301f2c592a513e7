# SPDX-License-Identifier: GPL-3.0-or-later
"""Curves of a run."""

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is needed for training only")

from PIL import Image  # noqa: E402

from backend.training.segmenter_curves import main, measurements, rates, smoothed  # noqa: E402
from backend.training.segmenter_run import MEASURED, RUN, Recipe, begun, save_state  # noqa: E402
from tests.backend.models.networks import TINY  # noqa: E402
from tests.backend.training.samples import chain  # noqa: E402


def rows(count):
    return [
        {"step": k + 1, "seconds": 2.0 * k, "pairs": 1 / (k + 1), "masks": 0.5, "iou": 0.4}
        for k in range(count)
    ]


def measured(step, rand):
    figures = {"samples": 3.0, "rand": rand, "iou1": 1 - rand}
    return {"step": step, "seconds": 2.0 * step, "rig": figures, "mean of kinds": figures}


def test_smoothing_means_over_equal_spans_of_time():
    minutes = np.linspace(0, 10, 1001)
    at, mean = smoothed(minutes, 3 * minutes)
    assert len(at) < 101
    np.testing.assert_allclose(mean, 3 * at)
    assert smoothed(np.array([1.0]), np.array([2.0]))[1] == [2.0]


def test_rates_are_those_of_the_log_or_of_the_schedule():
    log = rows(400)
    found = rates(log, minutes=800 / 60)
    assert found[200] == Recipe.rate
    assert found[0] < 0.1 * Recipe.rate
    assert found[-1] < 0.02 * Recipe.rate
    assert np.isnan(rates(log, minutes=0)).all()
    assert rates([{**log[0], "rate": 0.5}], minutes=1)[0] == 0.5


def test_what_was_measured_twice_counts_once_and_torn_lines_do_not(tmp_path):
    path = tmp_path / MEASURED
    assert measurements(path) == []
    lines = [json.dumps(measured(step, 0.3)) for step in (10, 20, 15, 25)]
    path.write_text("\n".join([*lines, '{"step": 30, "sec']))
    assert [row["step"] for row in measurements(path)] == [10, 15, 25]


def test_the_picture_of_a_run(tmp_path):
    state = begun(TINY, [chain()], Recipe(), torch.device("cpu"))
    state.log, state.step, state.seconds, state.minutes = rows(300), 300, 600.0, 20.0
    save_state(tmp_path / RUN, state)
    lines = [json.dumps(measured(step, 0.4 - step / 1000)) for step in (100, 200, 300)]
    (tmp_path / MEASURED).write_text("\n".join(lines))
    out = tmp_path / "pictures" / "curves.png"
    assert main([f"--run={tmp_path}", f"--out={out}"]) == 0
    with Image.open(out) as image:
        assert image.width > 1000
        grey = np.asarray(image.convert("L"))
    for quarter in (grey[:400, :500], grey[:400, 500:], grey[400:, :500], grey[400:, 500:]):
        assert (quarter < 200).mean() > 0.01, "something is drawn"


def test_a_run_that_is_not_there_is_an_error_in_words(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main([f"--run={tmp_path}", f"--out={tmp_path / 'x.png'}"])
    assert "holds no saved run. Name" in capsys.readouterr().err
