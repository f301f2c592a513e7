# SPDX-License-Identifier: GPL-3.0-or-later
"""Files beside a model are found under the names that authors on other systems gave them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backend.assets.beside import Beside


@pytest.mark.parametrize("name", [
    "textures/Wood Grain.png", "Textures\\wood grain.PNG", "./textures//wood grain.png ",
    "'textures/wood grain.png'", "D:\\a\\textures\\wood grain.png", "/a/b/wood grain.png",
    "other/textures/wood grain.png",
])  # fmt: skip
def test_a_file_is_found(tmp_path: Path, name: str):
    (tmp_path / "textures").mkdir()
    for file in (tmp_path / "textures" / "Wood Grain.png", tmp_path / "Wood Grain.png"):
        file.write_bytes(b"")
    found = Beside().find([tmp_path / "nowhere", tmp_path], name)
    assert found is not None
    assert found.is_file()
    assert (found.parent.name == "textures") == ("extures" in name)


@pytest.mark.parametrize("name", ["", " ", "/", "\\", ".", "..", "C:\\", "x" * 5000, "a\0b",
                                  "folder", "wood.png/x", '""', "*", "http://a/c.png"])  # fmt: skip
def test_nothing_is_found(tmp_path: Path, name: str):
    (tmp_path / "folder").mkdir()
    (tmp_path / "wood.png").write_bytes(b"")
    assert Beside().find([tmp_path], name) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_no_picture(tmp_path: Path):
    os.mkfifo(tmp_path / "wood.png")
    assert Beside().find([tmp_path], "wood.png") is None


def test_names_are_looked_up_in_folders_of_other_case(tmp_path: Path):
    (tmp_path / "Textures").mkdir()
    (tmp_path / "Textures" / "Wood.PNG").write_bytes(b"")
    found = Beside().find([tmp_path], "textures\\wood.png")
    assert found == tmp_path / "Textures" / "Wood.PNG"
    for nothing in ("", ".", "/", "Textures", "oak.png", "a\0b", "Textures/Wood.PNG/x"):
        assert Beside().find([tmp_path], nothing) is None


def test_a_folder_is_listed_once_for_many_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    calls = []
    listdir = os.listdir
    monkeypatch.setattr(os, "listdir", lambda folder: calls.append(folder) or listdir(folder))
    (tmp_path / "Wood.png").write_bytes(b"")
    beside = Beside()
    for name in ("wood.png", "oak.png", "ash.png", "WOOD.PNG"):
        assert (beside.find([tmp_path], name) is not None) == (name.lower() == "wood.png")
    assert len(calls) == 1
