# SPDX-License-Identifier: GPL-3.0-or-later
"""Room on the disk, whole files, errors of the disk in words, and locks."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backend.checkpoints import disk
from backend.contract.errors import BadInput, Cancelled, DiskFull
from backend.contract.progress import Progress

ROOT = Path(__file__).parents[3]


def test_bytes_that_are_there_are_told_in_the_unit_of_all() -> None:
    assert disk.so_far(1_200_000_000, 3_834_000_000) == "1.20 of 3.83 GB"
    assert disk.so_far(0, 250_000_000) == "0.0 of 250.0 MB"


def test_a_folder_is_removed_step_by_step_and_what_it_points_to_stays(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/file").touch()
    for name in ("a/b/c", "a/d", "e"):
        (tmp_path / "folder" / name).mkdir(parents=True)
        (tmp_path / "folder" / name / "file").touch()
    (tmp_path / "folder/a/link").symlink_to(tmp_path / "other", target_is_directory=True)
    told: list[int] = []

    def until(_stage: str, done: int, _whole: int) -> None:
        told.append(done)
        if len(told) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        disk.remove_folder(tmp_path / "folder", Progress(until))
    assert (tmp_path / "folder").is_dir()
    disk.remove_folder(tmp_path / "folder", Progress(until))
    assert told[3:] == sorted(told[3:])
    assert not (tmp_path / "folder").exists()
    assert (tmp_path / "other/file").is_file()
    disk.remove_folder(tmp_path / "folder")
    (tmp_path / "linked").symlink_to(tmp_path / "other", target_is_directory=True)
    (tmp_path / "other/inner").mkdir()
    with pytest.raises(BadInput, match="cannot be removed"):
        disk.remove_folder(tmp_path / "linked")
    assert (tmp_path / "other/inner").is_dir()


def test_sizes_are_said_in_words() -> None:
    assert disk.gigabytes(3_834_000_000) == "3.83 GB"
    assert disk.gigabytes(12_500_000) == "12.5 MB"


def test_room_is_asked_of_the_disk_of_a_folder_that_is_not_there_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def usage(folder: Path) -> Any:
        asked.append(folder)
        return shutil._ntuple_diskusage(10, 0, 1_000_000_000 + disk.SPARE)  # type: ignore[attr-defined]

    monkeypatch.setattr(shutil, "disk_usage", usage)
    disk.need_room(tmp_path / "a/b", 1_000_000_000, "Toy")
    assert asked == [tmp_path]
    with pytest.raises(DiskFull, match=r"Toy needs 1\.20 GB of free disk.* there are 1\.20 GB"):
        disk.need_room(tmp_path / "a/b", 1_000_000_001, "Toy")


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (errno.ENOSPC, DiskFull, "is full"),
        (errno.EDQUOT, DiskFull, "is full"),
        (errno.EACCES, BadInput, "cannot be written: Permission denied"),
        (errno.EROFS, BadInput, "cannot be written: Read-only"),
    ],
)
def test_errors_of_the_disk_are_said_and_nothing_is_left(
    code: int, kind: type[Exception], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    (tmp_path / "a.json").write_text("before")
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(kind, match=words):
        disk.write(tmp_path / "a.json", "after")
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert (tmp_path / "a.json").read_text() == "before"


def test_a_file_in_the_way_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        disk.make_folder(tmp_path / "a/b")


def test_a_digest_is_that_of_the_file_and_can_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "A_TURN", 1000)
    data = os.urandom(4500)
    (tmp_path / "a").write_bytes(data)
    shares: list[int] = []
    found = disk.digest(tmp_path / "a", Progress(lambda _, done, __: shares.append(done)))
    assert found.hexdigest() == hashlib.sha256(data).hexdigest()
    assert shares == sorted(shares)
    assert shares[-1] == 100

    def stop(*_: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        disk.digest(tmp_path / "a", Progress(stop))


def test_folders_are_measured_and_removed(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/c").write_bytes(b"12345")
    (tmp_path / "a/d").write_bytes(b"12")
    assert disk.size_of(tmp_path / "a") == 7
    disk.remove_folder(tmp_path / "a")
    disk.remove_folder(tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_what_holds_a_folder_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def held(*_: object) -> None:
        raise OSError(errno.EACCES, "used by another process", "model.safetensors")

    monkeypatch.setattr(shutil, "rmtree", held)
    with pytest.raises(BadInput, match=r"model\.safetensors cannot be removed"):
        disk.remove_folder(tmp_path)


def test_a_disk_without_locks_keeps_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(disk, "_hold", unknown)
    with disk.alone(tmp_path / "lock", "Busy."):
        pass


def test_one_at_a_time_also_between_processes(tmp_path: Path) -> None:
    lock = tmp_path / "models/.toy.lock"
    with disk.alone(lock, "Busy."):
        code = (
            "from pathlib import Path; from backend.checkpoints.disk import alone\n"
            f"with alone(Path({str(lock)!r}), 'Busy.'): print('in')"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert "in" not in done.stdout
        assert "Busy." in done.stderr
        with pytest.raises(BadInput, match="Busy"), disk.alone(lock, "Busy."):
            pass
    with disk.alone(lock, "Busy."):  # what is left of the file keeps nobody out
        pass
