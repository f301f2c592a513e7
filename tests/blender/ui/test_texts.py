# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts in panels are wrapped, whole, with an icon before the first line only."""

from __future__ import annotations

import bpy
import pytest
from partwise.blender_addon.ui import texts

from tests.blender.recording_layout import RecordingLayout

TEXT = "“A very long name of an object” cannot be cut into 5000 parts. Choose a count from 1."


def test_texts_are_wrapped_without_losing_a_word():
    lines = texts.wrap(TEXT, bpy.context)
    assert " ".join(lines) == TEXT
    assert 2 < len(lines) < 10
    assert texts.wrap("", bpy.context) == []


@pytest.mark.parametrize("slash", ["/", "\\"])
def test_a_path_that_is_longer_than_a_line_goes_on_in_the_next(slash):
    path = slash.join(["", *["folder"] * 12, "file.txt"])
    lines = texts.wrap(f"It lies in {path} now.", bpy.context)
    assert "".join(lines).replace(" ", "") == f"Itliesin{path}now."
    assert len(lines) > 2
    assert all(line.endswith(slash) for line in lines[:-1]), "broken after a folder"


def test_an_icon_stands_before_the_first_line_and_takes_room_from_all():
    layout = RecordingLayout()
    texts.draw_text(layout, bpy.context, TEXT, icon="ERROR")
    assert " ".join(layout.texts) == TEXT
    assert layout.icons == ["ERROR", *["BLANK1"] * (len(layout.texts) - 1)]
    assert len(layout.texts) >= len(texts.wrap(TEXT, bpy.context))
