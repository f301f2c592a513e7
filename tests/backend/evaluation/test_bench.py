# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark's own tools."""

from __future__ import annotations

import pytest

from backend.evaluation import bench
from backend.evaluation.bench import (
    clicks,
    decomposition,
    first_click,
    hello,
    latent_rows,
    page,
)
from backend.evaluation.timing import peak_memory


def test_a_decomposition_is_measured():
    got = decomposition(500)
    assert got["seconds"] > 0
    assert 10 < got["peak_mb"] < 4000
    assert 0 < got["silence_ms"] <= 1000 * got["seconds"]
    assert peak_memory() >= got["peak_mb"] * 0.99e6


def test_clicks_are_measured_alone_and_in_sets():
    got = clicks(500)
    assert sorted(got) == ["sets_p50_ms", "sets_p95_ms", "single_p50_ms", "single_p95_ms"]
    assert 0 < got["sets_p50_ms"] <= got["sets_p95_ms"]


def test_the_first_click_is_measured():
    assert 0 < first_click(500)["first_ms"] < 10_000


def test_hello_is_measured():
    assert 0 < hello(0)["seconds"] < 10


def test_the_page_names_machine_and_commit():
    text = page([("work", "1 s", "0.5 s")], repeat=3)
    assert "| work | 1 s | 0.5 s |" in text
    assert "cores" in text
    assert "commit" in text


def test_what_no_card_ran_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bench, "median_of", lambda name, triangles, repeat: {"TripoSG": 0.5})
    monkeypatch.setattr(bench, "find_spec", lambda name: name)
    (small, whole) = latent_rows(1)
    assert small[0].endswith("TripoSG")
    assert small[2] == "0.50 s"
    assert whole[2] == "not run on a GPU yet"
    monkeypatch.setattr(bench, "find_spec", lambda name: None)
    assert latent_rows(1) == [whole]
