# SPDX-License-Identifier: GPL-3.0-or-later
"""Models from a folder of files that somebody has already."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from backend.checkpoints import assembly, disk, manifest, store
from backend.checkpoints.adopt import adopt
from backend.contract.errors import (
    BadInput,
    Cancelled,
    ConsentNeeded,
    DiskFull,
    WeightsCorrupt,
    WeightsMissing,
)
from backend.contract.progress import Progress
from tests.backend.checkpoints.toy_model import (
    NARROW,
    SETTINGS,
    WIDE,
    needed,
    repository_files,
    toy,
    write_all,
)

MODEL = toy()
FILES = repository_files()


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(store.VARIABLE, str(tmp_path / "Größe und 場所"))
    return write_all(tmp_path / "meine Dateien", FILES)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_files_are_linked_and_numbers_halved(source: Path) -> None:
    found = adopt(MODEL, source)
    folder = store.folder_of(MODEL)
    assert found.fresh
    assert set(snapshot(folder)) == {*needed(), manifest.FILE}
    assert (folder / NARROW).samefile(source / NARROW)
    assert load_file(folder / WIDE)["blocks.0.weight"].dtype == np.float16
    assert snapshot(source) == FILES  # as they were
    known = manifest.verify(MODEL, folder)
    assert known.source == str(source)
    assert known.files[WIDE].published == hashlib.sha256(FILES[WIDE]).hexdigest()
    assert not store.partial_of(MODEL).exists()


def test_removing_the_model_leaves_the_files(source: Path) -> None:
    adopt(MODEL, source)
    store.remove(MODEL)
    assert snapshot(source) == FILES


def test_on_another_disk_they_are_copied(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def another(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", another)
    adopt(MODEL, source)
    place = store.folder_of(MODEL) / NARROW
    assert not place.samefile(source / NARROW)
    assert place.read_bytes() == FILES[NARROW]
    usage = shutil._ntuple_diskusage(10**13, 0, disk.SPARE)  # type: ignore[attr-defined]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    store.remove(MODEL)
    with pytest.raises(DiskFull, match="A copy of"):
        adopt(MODEL, source)


def test_an_entry_of_the_hubs_cache(source: Path, tmp_path: Path) -> None:
    entry = tmp_path / "models--someone--Toy"
    commit = "a" * 40
    (entry / "refs").mkdir(parents=True)
    (entry / "refs/main").write_text(commit)
    blobs = entry / "blobs"
    blobs.mkdir()
    for number, (name, data) in enumerate(FILES.items()):
        (blobs / str(number)).write_bytes(data)
        place = entry / "snapshots" / commit / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(blobs / str(number))
    found = adopt(MODEL, entry)
    assert found.manifest is not None
    assert found.manifest.commit == commit
    shutil.rmtree(entry)  # nothing points into it
    manifest.verify(MODEL, store.folder_of(MODEL))


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def _no_json(path: Path) -> None:
    path.write_text("{shift:")


@pytest.mark.parametrize(
    ("name", "change", "kind", "words"),
    [
        (WIDE, _cut, WeightsCorrupt, "is cut short or changed"),
        (SETTINGS, _no_json, WeightsCorrupt, "scheduler_config"),
        (NARROW, Path.unlink, WeightsMissing, "weights of vae lacks"),
        (SETTINGS, Path.unlink, WeightsMissing, "scheduler_config.* lacks"),
        (WIDE, Path.unlink, BadInput, "only as a pickle"),
    ],
)
def test_what_does_not_fit_is_told_and_nothing_is_made(
    source: Path, name: str, change: Any, kind: type[Exception], words: str
) -> None:
    change(source / name)
    with pytest.raises(kind, match=words):
        adopt(MODEL, source)
    assert not store.folder_of(MODEL).exists()
    assert not store.partial_of(MODEL).exists()


def test_another_models_files_are_refused(source: Path) -> None:
    def no(folder: Path) -> None:
        assert folder == source
        raise WeightsCorrupt("The weights are not those of Toy.")

    with pytest.raises(WeightsCorrupt, match="not those"):
        adopt(MODEL, source, fits=no)
    assert not store.folder_of(MODEL).exists()


def test_a_hash_that_we_know_is_looked_at(source: Path) -> None:
    right = hashlib.sha256(FILES[NARROW]).hexdigest()
    adopt(toy(sha256={NARROW: right}), source)
    with pytest.raises(WeightsCorrupt):
        adopt(toy(sha256={NARROW: "0" * 64}), source)


def test_what_is_no_folder_or_is_the_place_itself(source: Path) -> None:
    with pytest.raises(BadInput, match="is no folder"):
        adopt(MODEL, source / "none")
    adopt(MODEL, source)
    with pytest.raises(BadInput, match=r"lies in .* already"):
        adopt(MODEL, store.folder_of(MODEL))


def test_a_licence_with_limits_waits_for_consent(source: Path) -> None:
    with pytest.raises(ConsentNeeded):
        adopt(toy(commercial=False), source)
    assert not store.folder_of(MODEL).exists()


def test_another_model_in_its_place_is_replaced_when_all_is_there(source: Path) -> None:
    write_all(store.folder_of(MODEL), {"vae/old": b"old"})

    def stop(_stage: str, done: int, _whole: int) -> None:
        if done > 50:
            raise Cancelled

    with pytest.raises(Cancelled):
        adopt(MODEL, source, progress=Progress(stop))
    assert (store.folder_of(MODEL) / "vae/old").is_file()
    adopt(MODEL, source)
    assert not (store.folder_of(MODEL) / "vae/old").exists()
    manifest.verify(MODEL, store.folder_of(MODEL))


def test_two_at_once_do_not_meet(source: Path) -> None:
    with assembly.my_turn(MODEL), pytest.raises(BadInput, match="Another Partwise"):
        adopt(MODEL, source)
