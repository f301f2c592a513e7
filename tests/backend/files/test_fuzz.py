# SPDX-License-Identifier: GPL-3.0-or-later
"""Changed files of every format are read, or refused in words: a short run of tests/fuzz.py."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.fuzz import Finding, fuzz, judge
from tests.fuzz_seeds import MAKERS, seeds


@pytest.mark.parametrize("form", MAKERS)
def test_seeds_are_read(tmp_path: Path, form: str):
    (tmp_path / "out").mkdir()
    for seed in seeds(form):
        assert judge(seed, tmp_path) == "read"


@pytest.mark.parametrize("form", MAKERS)
def test_changed_files_are_read_or_refused_with_a_sentence(form: str):
    findings, answers = fuzz(form, 60)
    assert [f"{finding.what}\n{finding.detail}" for finding in findings] == []
    assert answers["read"]


def test_the_fuzzer_sees_faults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "out").mkdir()
    (seed,) = seeds("off")

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tests.fuzz.write_parts", broken)
    finding = judge(seed, tmp_path)
    assert isinstance(finding, Finding)
    assert finding.what.startswith("ZeroDivisionError")

    def busy(*_: object) -> None:
        while time.process_time() < until:
            pass

    until = time.process_time() + 5
    monkeypatch.setattr("tests.fuzz.read_mesh", busy)
    finding = judge(seed, tmp_path, seconds=0.05)
    assert isinstance(finding, Finding)
    assert finding.what == "longer than 0.05 s of processor time"
