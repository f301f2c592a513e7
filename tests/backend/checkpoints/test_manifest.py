# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a model's files, and whether they are still so."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from backend.checkpoints import manifest
from backend.checkpoints.manifest import Kept, Manifest
from backend.contract.errors import Cancelled, WeightsCorrupt, WeightsMissing
from backend.contract.progress import Progress
from tests.backend.checkpoints.toy_model import toy, write_all

FILES = {"vae/a": b"1" * 50, "vae/größe": b"2" * 30, "b": b"3" * 20}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_all(tmp_path, FILES)
    kept = {
        name: Kept(len(data), hashlib.sha256(data).hexdigest(), "name", 2 * len(data), "F16")
        for name, data in FILES.items()
    }
    Manifest("toy", "https://example.org", "abc", "MIT", kept).save(tmp_path)
    return tmp_path


def test_what_is_saved_is_read(folder: Path) -> None:
    found = manifest.read(folder)
    assert found is not None
    assert found.size == 100
    assert manifest.told(found) == {
        "commit": "abc",
        "source": "https://example.org",
        "numbers": {"F16": 3},
    }
    assert manifest.verify(toy(), folder) == found
    assert manifest.told(None) == {}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": {"a": {}}}', '{"files": {}, "x": 1}'])
def test_what_cannot_be_read_is_none(folder: Path, text: str) -> None:
    (folder / manifest.FILE).write_text(text, encoding="utf-8")
    assert manifest.read(folder) is None
    with pytest.raises(WeightsMissing, match="Nothing is known") as caught:
        manifest.verify(toy(), folder)
    assert "models check toy" in caught.value.hint


def test_a_model_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="Toy is not there"):
        manifest.verify(toy(), tmp_path / "none")


def test_damage_is_named_and_what_mends_it(folder: Path) -> None:
    (folder / "vae/a").write_bytes(b"1" * 49 + b"2")
    with pytest.raises(WeightsCorrupt, match="Toy is damaged: vae/a") as caught:
        manifest.verify(toy(), folder)
    assert "models download toy" in caught.value.hint
    (folder / "b").write_bytes(b"3")
    (folder / "vae/größe").unlink()
    known = manifest.read(folder)
    assert known is not None
    assert set(manifest.missing_or_cut(folder, known)) == {"b", "vae/größe"}
    with pytest.raises(WeightsCorrupt, match="and 1 more"):
        manifest.verify(toy(), folder)


def test_verifying_tells_how_far_it_is_and_can_be_stopped(folder: Path) -> None:
    shares: list[int] = []
    manifest.verify(toy(), folder, Progress(lambda _, done, __: shares.append(done)))
    assert shares == [50, 80, 100]

    def stop(*_: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        manifest.verify(toy(), folder, Progress(stop))
