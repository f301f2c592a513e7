# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a model on their way to its place, one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.checkpoints import manifest, store
from backend.checkpoints.assembly import Assembly, Meter, reopen, told_size
from backend.checkpoints.manifest import Kept, Manifest
from backend.contract.progress import SILENT, Progress
from tests.backend.checkpoints.toy_model import toy

MODEL = toy()


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Assembly:
    monkeypatch.setenv(store.VARIABLE, str(tmp_path))
    return Assembly(MODEL, Meter(SILENT, "Getting", 100))


def test_the_meter_speaks_of_bytes() -> None:
    heard: list[tuple[str, int]] = []
    meter = Meter(Progress(lambda *said: heard.append(said[:2])), "Downloading Toy", 4 * 10**9)
    meter.step(10**9)
    meter.done = 2 * 10**9
    meter.step(10**9)
    meter.step(5 * 10**9, "Keeping it")
    assert heard == [
        ("Downloading Toy: 1.00 of 4.00 GB", 25),
        ("Downloading Toy: 3.00 of 4.00 GB", 75),
        ("Keeping it", 100),
    ]


def test_a_file_is_there_as_long_as_its_name_and_size_are(begun: Assembly) -> None:
    part = begun.part("vae/a", "f" * 64)
    part.write_bytes(b"12345")
    begun.take("vae/a", part, "f" * 64, "sum", link=False)
    assert not part.exists()
    again = Assembly(MODEL, begun.meter)
    assert again.has("vae/a", "f" * 64)
    assert not again.has("vae/a", "e" * 64)
    assert not again.has("vae/b", "f" * 64)
    (again.folder / "vae/a").write_bytes(b"123")
    assert not again.has("vae/a", "f" * 64)


def test_parts_of_other_versions_go(begun: Assembly) -> None:
    old = begun.part("vae/a[1]", "a" * 64)
    old.write_bytes(b"old")
    other = begun.part("vae/a1", "b" * 64)
    other.write_bytes(b"other")
    new = begun.part("vae/a[1]", "c" * 64)
    assert new != old
    assert not old.exists()
    assert other.exists()


def test_what_is_not_listed_does_not_come_along(begun: Assembly) -> None:
    begun.part("vae/b", "b" * 64).write_bytes(b"half")
    part = begun.part("vae/a", "a" * 64)
    part.write_bytes(b"whole")
    begun.take("vae/a", part, "a" * 64, "sum", link=False)
    begun.finish("https://example.org", "abc")
    place = store.folder_of(MODEL)
    assert {path.name for path in place.rglob("*") if path.is_file()} == {"a", manifest.FILE}
    known = manifest.read(place)
    assert known is not None
    assert (known.commit, known.licence) == ("abc", "MIT")
    reopen(MODEL, known, ["vae/a"])
    assert not place.exists()
    assert not Assembly(MODEL, begun.meter).has("vae/a", "a" * 64)


def test_the_size_is_told_with_what_it_had_been() -> None:
    kept = {"a": Kept(2 * 10**9, "", "", 4 * 10**9), "b": Kept(10**9, "", "", 10**9)}
    assert told_size(Manifest("toy", "", files=kept)) == "3.00 GB (published: 5.00 GB)"
    assert told_size(Manifest("toy", "", files={"b": kept["b"]})) == "1.00 GB"
