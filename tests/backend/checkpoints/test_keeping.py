# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with public models, in sentences, and how each stands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from backend.checkpoints import keeping, licences, store
from backend.checkpoints.public import PublicModel
from backend.contract.errors import BadInput, WeightsMissing
from tests.backend.checkpoints.toy_model import NARROW, repository_files, toy, write_all


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(store.VARIABLE, str(tmp_path / "mein Ort"))
    return tmp_path / "mein Ort"


def test_a_model_is_taken_over_verified_and_removed(tmp_path: Path) -> None:
    files, model = write_all(tmp_path / "theirs", repository_files()), toy()
    looked: list[tuple[PublicModel, Path]] = []
    said = keeping.get(model, folder=files, fits=lambda *asked: looked.append(asked))
    assert said.startswith(f"Toy is in {store.folder_of(model)}, 0.1 MB (published: 0.2 MB)")
    assert looked == [(model, files)]
    assert "6 files are as they came" in keeping.verify(model)
    said, freed = keeping.remove(model)
    assert said == "Toy is removed; 0.1 MB are free again."
    assert freed > 50_000
    assert keeping.remove(model) == ("Toy is not there.", 0)
    with pytest.raises(WeightsMissing):
        keeping.verify(model)
    with pytest.raises(BadInput, match="exclude each other"):
        keeping.get(model, folder=files, mirror="https://a.example")


def test_each_state_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files, model = write_all(tmp_path / "theirs", repository_files()), toy()
    assert (keeping.state(model), keeping.trouble(model)) == ("missing", "")
    store.partial_of(model).mkdir(parents=True)
    (store.partial_of(model) / "half").write_bytes(bytes(10))
    found = keeping.row(model)
    assert (found["state"], found["bytes"]) == ("begun", 10)
    keeping.get(model, folder=files)
    assert (keeping.state(model), keeping.trouble(model)) == ("here", "")
    (store.folder_of(model) / NARROW).write_bytes(b"cut")
    assert keeping.state(model) == "begun"
    assert keeping.trouble(model) == f"Toy is not whole: {NARROW}."
    (store.folder_of(model) / "manifest.json").write_text(
        '{"model": "toy", "source": 3, "files": {"a": {"size": "x", "sha256": []}}}'
    )
    assert keeping.row(model)["state"] == "here"  # nobody knows better
    real = os.stat

    def denied(path: Any, *more: Any, **options: Any) -> os.stat_result:
        if str(path).startswith(str(tmp_path)):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *more, **options)

    monkeypatch.setattr(os, "stat", denied)
    assert keeping.row(model)["state"] == "missing"


def test_a_licence_is_agreed_to_by_its_name(home: Path) -> None:
    model = toy(commercial=False, licence="CC-BY-NC-4.0", licence_page="https://a.example/nc")
    with pytest.raises(BadInput, match=r"CC-BY-NC-4\.0, not “MIT”"):
        licences.agree(model, "MIT", home)
    assert not licences.has_consent(model, home)
    licences.agree(model, "CC-BY-NC-4.0", home)
    assert licences.has_consent(model, home)
    licences.agree(toy(name="free"), "MIT", home)
    assert "free" not in (home / licences.FILE).read_text(encoding="utf-8")
