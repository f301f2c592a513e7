# SPDX-License-Identifier: GPL-3.0-or-later
"""What is removed is gone at once; its room is freed afterwards, and goes on where it was cut."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from backend.checkpoints import disk
from backend.contract.errors import BadInput, Cancelled
from backend.contract.progress import Progress
from backend.installation import environment, removal
from backend.installation.environment import Environment

TOY = Environment("toy", "cpu", "12345678", "3.11.9")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with an installation of 30 files in ten folders, and a model."""
    packages = TOY.folder(tmp_path) / "lib/python3.11/site-packages"
    for number in range(10):
        inner = packages / f"package{number}"
        inner.mkdir(parents=True)
        for name in "abc":
            (inner / name).write_bytes(bytes(1000))
    (tmp_path / "cache/uv").mkdir(parents=True)
    (tmp_path / "cache/uv/download").write_bytes(bytes(500))
    (tmp_path / "models").mkdir()
    (tmp_path / "models/weights").write_bytes(b"weights")
    environment.make_current(TOY, tmp_path)
    environment.measure(tmp_path)
    return tmp_path


def names(home: Path) -> list[str]:
    return sorted(path.name for path in home.iterdir())


def deletes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def deleted(*_: object, **__: object) -> None:
        raise AssertionError("something is deleted")

    monkeypatch.setattr(disk, "remove_folder", deleted)


def test_removing_deletes_nothing_yet(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        deletes_nothing(patched)
        sentence, size = removal.remove_in_words(home)
    assert 30_500 <= size < 32_000
    assert sentence == f"The engine is removed from {home}, which frees 0.0 MB."
    assert environment.current(home) is None
    assert names(home) == ["models", "removed"]
    assert removal.left(home) == pytest.approx(size, abs=500)
    assert removal.remove_in_words(home) == (f"Nothing is installed in {home}.", 0)
    assert removal.free(home) == pytest.approx(size, abs=500)
    assert names(home) == ["models"]
    assert (removal.left(home), removal.free(home)) == (0, 0)


def test_freeing_tells_how_far_it_is_and_goes_on_where_it_was_cut(home: Path) -> None:
    removal.remove(home)
    whole = removal.left(home)
    told: list[tuple[str, int]] = []

    def tell(stage: str, done: int, _whole: int) -> None:
        told.append((stage, done))
        if done > 40:
            raise Cancelled

    with pytest.raises(Cancelled):
        removal.free(home, Progress(tell))
    assert {stage for stage, _ in told} == {"Freeing the disk"}
    assert [done for _, done in told] == sorted(done for _, done in told)
    # Which folder goes first is the disk's choice, so that it may be the small one alone.
    assert 0 < removal.left(home) < whole, "some of it is deleted, and some is left"
    assert removal.free(home) > 0
    assert names(home) == ["models"]


def test_two_do_not_free_at_once(home: Path) -> None:
    removal.remove(home)
    with (
        disk.alone(home / removal.ASIDE / ".lock", ""),
        pytest.raises(BadInput, match="Another Blender"),
    ):
        removal.free(home)
    assert removal.free(home) > 0


def test_what_cannot_be_renamed_is_deleted_at_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the folder of caches lies on another disk."""

    def refused(self: Path, target: Path) -> Path:
        raise OSError(18, "Invalid cross-device link", str(self), None, str(target))

    monkeypatch.setattr(Path, "rename", refused)
    removal.remove(home)
    assert removal.left(home) <= 1
    assert removal.free(home) == 0
    assert names(home) == ["models"]


def test_room_is_made_only_where_it_is_needed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    removal.remove(home)
    removal.make_room(home, 1)
    assert removal.left(home) > 1
    usage = shutil._ntuple_diskusage(10, 0, 1_000)  # type: ignore[attr-defined]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    removal.make_room(home, 2_000)
    assert removal.left(home) == 0


def test_what_is_not_in_use_is_put_aside(home: Path) -> None:
    other = environment.root(home) / "half"
    other.mkdir()
    (home / "cache/uv/.tmpdead").mkdir()
    (home / "cache/pack-dead").mkdir()
    removal.put_leftovers_aside(home, TOY)
    assert [path.name for path in environment.root(home).iterdir() if path.is_dir()] == ["toy"]
    assert names(home / "cache") == ["uv"]
    assert names(home / "cache/uv") == ["download"]
    assert removal.left(home)
