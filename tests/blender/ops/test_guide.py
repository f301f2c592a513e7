# SPDX-License-Identifier: GPL-3.0-or-later
"""The button Guide: the browser gets the page, and what is not there is told."""

from __future__ import annotations

import webbrowser

import bpy
import pytest
from partwise.blender_addon.ops import guide


@pytest.fixture
def opened(monkeypatch, tmp_path):
    """Addresses that the browser got; the guide is in a folder with a name that is not plain."""
    folder = tmp_path / "Führer #1"
    (folder / "go").mkdir(parents=True)
    (folder / "index.html").touch()
    (folder / "go/split.options.html").touch()
    monkeypatch.setattr(guide, "FOLDER", folder)
    found: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url, *_: bool(found.append(url)) or True)
    return found


def test_it_opens_the_first_page_or_a_place(opened):
    assert bpy.ops.partwise.open_guide() == {"FINISHED"}
    assert bpy.ops.partwise.open_guide(place="split#options") == {"FINISHED"}
    assert bpy.ops.partwise.open_guide() == {"FINISHED"}, "the place is not remembered"
    names = [url.rpartition("F%C3%BChrer%20%231/")[2] for url in opened]
    assert names == ["index.html", "go/split.options.html", "index.html"]
    assert all(url.startswith("file:///") for url in opened)


def test_a_place_that_is_not_there_is_told(opened):
    with pytest.raises(RuntimeError, match="The guide has no place nowhere"):
        bpy.ops.partwise.open_guide(place="nowhere")
    assert opened == []


def test_a_copy_is_written_and_opened_also_over_an_older_one(opened, tmp_path):
    for text in ("old", "new"):
        (guide.FOLDER / "index.html").write_text(text)
        assert bpy.ops.partwise.save_guide(directory=str(tmp_path)) == {"FINISHED"}
        copy = tmp_path / guide.SAVED
        assert (copy / "index.html").read_text() == text
        assert (copy / "go/split.options.html").is_file()
        assert opened[-1] == (copy / "index.html").as_uri()


def test_a_copy_that_cannot_be_written_is_told(opened, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RuntimeError, match="could not be written to"):
        bpy.ops.partwise.save_guide(directory=str(tmp_path / "file"))
    assert opened == []


@pytest.mark.parametrize("name", ["open_guide", "save_guide"])
def test_without_the_guide_the_button_is_grey(monkeypatch, tmp_path, name):
    monkeypatch.setattr(guide, "FOLDER", tmp_path / "away")
    assert not getattr(bpy.ops.partwise, name).poll()
    assert "packages" in guide.NeedsGuide.objection(bpy.context)
