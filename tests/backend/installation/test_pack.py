# SPDX-License-Identifier: GPL-3.0-or-later
"""Offline packs: made from an index, installed without network, refused where they do not fit."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.contract.errors import BadInput
from backend.installation import environment, lists, pack
from backend.installation.install import Source
from tests.backend.installation.conftest import CPU, Made, Place
from tests.backend.installation.index_server import Index, serving

PYTHON = ".".join(map(str, sys.version_info[:2]))


@pytest.fixture(scope="module")
def packed(made: Made) -> Iterator[Path]:
    """A pack of the place's packages for this computer."""
    with serving(made.wheels) as index, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_INDEX_URL", index.url)
        patch.setenv("PIP_CONFIG_FILE", os.devnull)
        patch.delenv("PIP_FIND_LINKS", raising=False)
        options = Source(mirror=index.url).options(made.pins, None)
        path = made.home.parent / "packs" / "partwise 日本.zip"
        yield pack.make(path, pack.here(), PYTHON, CPU, made.pins, options, home=made.home)


def no_lists(tmp_path: Path) -> Path:
    """A folder in which this version has no list of its own."""
    return tmp_path / "no lists"


def test_a_pack_is_installed_without_network(place: Place, packed: Path, tmp_path: Path) -> None:
    assert pack.wheels_of(packed) == [
        f"{name}-1.0-py3-none-any.whl" for name in ("alpha", "beta", "gamma")
    ]
    about = pack.read(packed, no_lists(tmp_path))
    assert about.accelerator == CPU
    assert list(about.pins) == place.pins
    place.index.asked.clear()
    place.home = tmp_path / "elsewhere"  # where no cache is
    done = place.install(Source(pack=packed))
    assert done.fresh
    assert environment.trouble(place.home) == ""
    assert not place.index.asked
    assert not list((place.home / "cache").glob("pack-*"))


def test_a_pack_holds_the_build_of_pytorchs_own_index(
    place: Place, own_index: Index, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", place.index.url)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    options = Source().options(place.pins, None)
    path = tmp_path / "pack.zip"
    pack.make(path, pack.here(), PYTHON, CPU, place.pins, options, home=place.home)
    assert "torch-1.0+cu1-py3-none-any.whl" in pack.wheels_of(path)
    assert len(pack.wheels_of(path)) == len(place.pins)
    assert "triton-1.0-py3-none-any.whl" not in own_index.asked
    assert list(pack.read(path, no_lists(tmp_path)).pins) == place.pins


def test_a_damaged_pack_is_refused(place: Place, packed: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.zip"
    cut.write_bytes(packed.read_bytes()[:-200])
    with pytest.raises(BadInput, match="not an offline pack"):
        pack.read(cut, no_lists(tmp_path))
    with pytest.raises(BadInput, match="no file"):
        pack.read(tmp_path / "none.zip")
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(forged, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("wheels/alpha"):
                data = data.replace(b"VERSION", b"VERSIOM")
            new.writestr(name, data)
    place.home = tmp_path / "elsewhere"
    with pytest.raises(BadInput, match="is damaged"):
        place.install(Source(pack=forged))
    assert place.folders() == []


def test_a_pack_for_something_else_is_refused(packed: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(other, "w") as new:
        said = json.loads(old.read("pack.json")) | {"python": "3.9"}
        new.writestr("pack.json", json.dumps(said))
        new.writestr("list.txt", old.read("list.txt"))
    with pytest.raises(BadInput, match=r"Python 3\.9"):
        pack.read(other, no_lists(tmp_path))
    assert lists.serves(CPU)  # this version has a list of its own, with other packages
    with pytest.raises(BadInput, match="other packages"):
        pack.read(packed)


def test_a_pack_that_lacks_a_package_is_told(place: Place, packed: Path, tmp_path: Path) -> None:
    less = tmp_path / "less.zip"
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(less, "w") as new:
        for name in old.namelist():
            if not name.startswith("wheels/beta"):
                new.writestr(name, old.read(name))
    place.home = tmp_path / "elsewhere"
    with pytest.raises(BadInput, match="lacks one"):
        place.install(Source(pack=less))
