# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark's measures of verbs that make parts."""

from backend.evaluation.bench_parts import completion, generation, replacement


def test_completion_is_measured_and_shows_parts_before_it_ends():
    got = completion(600, parts=3)
    assert 0 < got["first_s"] < got["seconds"]


def test_replacement_is_measured():
    got = replacement(600)
    assert got["next_s"] > 0
    assert got["first_s"] > 0


def test_generation_is_measured():
    got = generation(96)
    assert got["seconds"] > 0
    assert got["peak_mb"] > 10
