# SPDX-License-Identifier: GPL-3.0-or-later
"""From a file of labelled objects to the table of figures."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from backend.evaluation.data import in_files
from backend.evaluation.runner import Measured, Plan, means, measure, report, table


def test_means_skip_what_means_nothing():
    nan = math.nan
    measured = [
        Measured("a", "nodes", {"geometric": {"rand": 0.1, "boundary_f": nan}}),
        Measured("b", "nodes", {"geometric": {"rand": 0.3, "boundary_f": 0.5}}),
        Measured("c", "rig", {"geometric": {"rand": 0.8, "boundary_f": nan}}),
        Measured("d", "rig", {}, "does not fit"),
    ]
    summary = means(measured)
    assert list(summary) == ["nodes", "rig", "all"]
    assert summary["nodes"]["geometric"]["rand"] == pytest.approx(0.2)
    assert summary["nodes"]["geometric"]["boundary_f"] == 0.5
    assert summary["all"]["geometric"]["objects"] == 3
    assert summary["all"]["geometric"]["rand"] == pytest.approx(0.4)
    assert math.isnan(summary["rig"]["geometric"]["boundary_f"])
    lines = table("segment", summary).splitlines()
    assert lines[2].startswith("| nodes | 2 | 0.200 |")
    assert len({line.count("|") for line in lines}) == 1, "all rows have the same columns"
    plain = report("segment", measured)
    assert plain["means"]["all"]["objects"] == 3
    assert plain["failed"] == [{"id": "d", "why": "does not fit"}]
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain


def test_engines_stand_side_by_side():
    measured = [
        Measured("a", "rig", {"geometric": {"rand": 0.3}, "learned": {"rand": 0.1}}),
        Measured("b", "rig", {"geometric": {"rand": 0.5}, "learned": {"rand": 0.2}}),
    ]
    lines = table("segment", means(measured)).splitlines()
    assert lines[0].startswith("| labels | engine | objects | Rand error |")
    assert lines[2].startswith("| rig | geometric | 2 | 0.400 |")
    assert lines[3].startswith("| rig | learned | 2 | 0.150 |")
    assert len({line.count("|") for line in lines}) == 1
    plain = report("segment", measured)
    assert plain["means"]["learned"]["rig"]["rand"] == pytest.approx(0.15)
    assert [(row["id"], row["engine"]) for row in plain["objects"]] == [
        ("a", "geometric"), ("a", "learned"), ("b", "geometric"), ("b", "learned"),
    ]  # fmt: skip


def test_all_engines_are_asked_the_same_of_one_object(labelled_file):
    plan = Plan(("segment", "click"), ("geometric", "learned"), draw=True)
    one = measure(in_files([labelled_file])[0], plan)
    assert set(one.figures) == {"geometric", "learned"}
    ours, others = (outcome.stories for outcome in one.drawn.outcomes.values())
    assert len(ours) == len(others) == 2 + 1  # parts of both truths
    for a, b in zip(ours, others, strict=True):
        assert np.array_equal(a.part, b.part)
        one, other = a.steps[0].places, b.steps[0].places
        assert one.face == other.face, "the first click knows no answer yet"
        assert (one.weight == other.weight).all()
