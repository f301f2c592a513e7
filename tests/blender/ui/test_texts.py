# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of several lines."""

from __future__ import annotations

import bpy
from partwise.blender_addon.ui import texts

from tests.blender.recording_layout import RecordingLayout

LONG = "This is a sentence of many words that no sidebar shows in one line, however wide it is now."


def test_a_text_is_broken_between_words():
    lines = texts.wrap(LONG, bpy.context)
    assert len(lines) > 1
    assert " ".join(lines) == LONG


def test_the_icon_stands_before_the_first_line_alone():
    layout = RecordingLayout()
    texts.draw_text(layout, bpy.context, LONG, icon="INFO")
    assert layout.icons == ["INFO", *["BLANK1"] * (len(layout.texts) - 1)]
    assert " ".join(layout.texts) == LONG
