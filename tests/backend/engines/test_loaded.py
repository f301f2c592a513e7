# SPDX-License-Identifier: GPL-3.0-or-later
"""Models are read once, by whoever asks first, and errors are never kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.contract.errors import WeightsMissing
from backend.engines import loaded
from backend.machine.resident import Residents


def test_models_are_read_once():
    asked = []
    for _ in range(2):
        assert loaded.loaded(asked.append, Path("a file")) is None
    assert asked == [Path("a file")]


@pytest.fixture
def residents(monkeypatch: pytest.MonkeyPatch) -> Residents:
    """None loaded yet."""
    found = Residents()
    monkeypatch.setattr(loaded, "residents", found)
    return found


def test_readers_and_files_are_told_apart(residents: Residents):
    def one(path: Path) -> str:
        return f"one {path}"

    def other(path: Path) -> str:
        return f"other {path}"

    for _ in range(2):
        assert loaded.loaded(one, Path("a")) == "one a"
        assert loaded.loaded(one, Path("b")) == "one b"
        assert loaded.loaded(other, Path("a")) == "other a"
    assert set(residents.sizes()) == {"one a", "one b", "other a"}


def test_what_could_not_be_read_is_tried_again(residents: Residents):
    tries = []

    def read(path: Path) -> str:
        tries.append(path)
        if len(tries) == 1:
            raise WeightsMissing("The weights are missing.", "Install again.")
        return "weights"

    with pytest.raises(WeightsMissing):
        loaded.loaded(read, Path("a"))
    assert residents.sizes() == {}
    assert loaded.loaded(read, Path("a")) == "weights"
    residents.unload()
    assert loaded.loaded(read, Path("a")) == "weights"
    assert len(tries) == 3, "let go of, it is read again"
