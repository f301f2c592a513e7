# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of large models, and how sizes are said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from partwise.blender_addon.engine import jobs, place, setups
from partwise.blender_addon.ops import setup_known

from tests.blender.told import ENGINE, INSTALLED, told


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 kB"), (949_000, "949 kB"), (1_600_000, "2 MB"), (960_000_000, "1.0 GB")],
)
def test_sizes_as_people_read_them(size, text):
    assert setup_known.size_text(size) == text


def test_before_the_first_look_the_folder_says_whether_there_is_an_engine(monkeypatch, tmp_path):
    monkeypatch.setattr(setups, "_told", None)
    monkeypatch.setattr(place, "home", lambda: tmp_path)
    assert setup_known.engine_state() == "missing"
    named = {"name": "cpu", "accelerator": "cpu", "digest": "x", "python": "3.11"}
    root = Path(tmp_path, "environments")
    root.mkdir()
    (root / "current.json").write_text(json.dumps({"format": 1, **named}))
    assert setup_known.engine_state() == "here"


def test_what_the_look_found_counts_and_that_it_starts(monkeypatch):
    monkeypatch.setattr(setups, "_told", told(ENGINE))
    assert not setup_known.is_installed()
    assert setup_known.needs_engine()
    monkeypatch.setattr(setups, "_told", told(INSTALLED))
    assert setup_known.is_installed()
    assert not setup_known.needs_engine()
    monkeypatch.setattr(jobs, "engine_trouble", lambda: OSError())
    assert setup_known.needs_engine()
