# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark's measures of verbs that make parts."""

import numpy as np

from backend.evaluation import bench_parts
from backend.evaluation.bench_parts import completion, generation, many_parts, replacement


def test_completion_is_measured_and_shows_parts_before_it_ends():
    got = completion(600, parts=3)
    assert 0 < got["first_s"] < got["seconds"]
    assert 0 < got["silence_ms"] < 1000 * got["seconds"]


def test_completion_of_many_parts_is_measured(monkeypatch):
    monkeypatch.setattr(bench_parts, "MANY", 7)
    seen = []
    measured = bench_parts._completed
    monkeypatch.setattr(bench_parts, "_completed", lambda *a: seen.append(a) or measured(*a))
    assert many_parts(300)["seconds"] > 0
    assert len(np.unique(seen[0][2])) == 7


def test_replacement_is_measured():
    got = replacement(600)
    assert got["next_s"] > 0
    assert got["first_s"] > 0


def test_generation_is_measured():
    got = generation(96)
    assert got["seconds"] > 0
    assert got["peak_mb"] > 10
