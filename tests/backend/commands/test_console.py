# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes to which stream, on a terminal and elsewhere; and errors in words."""

from __future__ import annotations

import errno
import io
import os
import sys

import pytest

from backend.commands.console import Console
from backend.commands.failures import FAULT, REFUSED, in_words, status
from backend.contract.errors import BadInput, Cancelled, OutOfMemory


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_elsewhere_a_stage_is_one_plain_line(capsys):
    console = Console()
    for stage, done in (("Finding patches", 0), ("Finding patches", 5), ("Merging", 1)):
        console.progress(stage, done, 10)
    console.close()
    said = capsys.readouterr()
    assert said.err.splitlines() == ["  Finding patches", "  Merging"]
    assert said.out == ""


def test_elsewhere_a_hundred_parts_do_not_fill_the_log(capsys):
    console = Console()
    for stage in ("Completing part 1 of 3", "Completing part 2 of 3", "Writing", "Part 10 of 12"):
        console.progress(stage, 1, 10)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["  Completing part 1 of 3", "  Writing", "  Part 10 of 12"]


def test_on_a_terminal_a_bar_moves_and_goes(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    console = Console()
    console.progress("Finding patches", 3, 10)
    console.progress("Finding patches", 10, 10)
    console.warn("Done.")
    shown = terminal.getvalue()
    assert "Finding patches" in shown
    assert shown.splitlines()[-1].endswith("Done.")


def test_quiet_keeps_errors_and_results(capsys):
    console = Console(quiet=True)
    console.progress("Merging", 1, 2)
    console.say("Wrote 3 outputs.")
    console.warn("One is bad.")
    console.result("a -> b")
    said = capsys.readouterr()
    assert said.err == "One is bad.\n"
    assert said.out == "a -> b\n"


def test_json_takes_the_place_of_lines(capsys):
    console = Console(as_json=True)
    console.result("a -> b")
    console.document = {"name": "стул"}
    console.close()
    assert capsys.readouterr().out == '{"name": "стул"}\n'


@pytest.mark.parametrize(
    ("error", "words", "code"),
    [
        (BadInput("The file is empty.", "Export it again."), "The file is empty. Export", REFUSED),
        (MemoryError(), "not enough memory", REFUSED),
        (OutOfMemory("Too large."), "Too large.", REFUSED),
        (Cancelled(), "Cancelled.", REFUSED),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a.npz"), "a.npz: No space", REFUSED),
        (KeyError("x"), "Partwise failed (KeyError: 'x'). Please report", FAULT),
        (AssertionError(), "Partwise failed (AssertionError).", FAULT),
    ],
)
def test_errors_in_words(error, words, code):
    known = in_words(error)
    assert words in str(known)
    assert status(known) == code


def test_the_traceback_is_kept_for_the_report():
    with pytest.raises(KeyError) as caught:
        {}["x"]
    assert "test_the_traceback_is_kept" in in_words(caught.value).detail


def test_bytes_that_grow_are_one_stage(capsys, monkeypatch):
    console = Console()
    for done in ("0.00", "1.25", "3.84"):
        console.progress(f"Downloading HoloPart: {done} of 3.84 GB", 1, 10)
    assert capsys.readouterr().err == "  Downloading HoloPart: 0.00 of 3.84 GB\n"
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    for done in ("0.00", "1.25", "3.84"):
        console.progress(f"Downloading HoloPart: {done} of 3.84 GB", 1, 10)
    bar = console._bar
    assert bar.desc == "Downloading HoloPart: 3.84 of 3.84 GB"
    assert "1.25 of 3.84 GB" in terminal.getvalue()
    console.result("a line takes the bar away")
    assert console._bar is None
