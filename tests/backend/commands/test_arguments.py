# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line's words: what is refused, and in which sentence; what the help names."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.__main__ import main
from backend.commands import arguments
from backend.commands.arguments import build_parser
from backend.contract.engines import AUTO
from backend.files.readers import MESH_SUFFIXES


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--parts", "0"], "--parts must be a whole number of at least 1"),
        (["--parts", "-3"], "--parts must"),
        (["--parts", "2.5"], "--parts must"),
        (["--parts", "100000"], "from 1 to"),
        (["--parts", "9" * 30], "from 1 to"),
        (["--granularity", "1.01"], "--granularity must be a number from 0"),
        (["--granularity", "-0.1"], "--granularity must"),
        (["--granularity", "nan"], "--granularity must"),
        (["--granularity", "fine"], "--granularity must"),
        (["--granularity", "0.5", "--parts", "3"], "exclude each other"),
        (["--engine", "magic"], "magic"),
        (["--jobs", "0"], "--jobs must"),
        (["--seed", "-1"], "--seed must"),
        (["--variant", "-1"], "--variant must be a whole number of at least 0"),
        (["--wrong"], "--wrong"),
    ],
)
@pytest.mark.parametrize("command", ["segment", "decompose"])
def test_options_out_of_range_are_refused(command, options, words, mesh_file, tmp_path, capsys):
    assert main([command, str(mesh_file), "-o", str(tmp_path / "out"), *options]) == 2
    assert words in capsys.readouterr().err.splitlines()[-1]
    assert not list(tmp_path.rglob("*.*")), "nothing is written"


def test_help_of_every_command(capsys):
    for command in ("decompose", "segment", "evaluate", "serve", "doctor", "models"):
        assert main([command, "--help"]) == 0
        assert command in capsys.readouterr().out
    assert main([]) == 2
    assert main(["segmnt"]) == 2


def test_the_help_speaks_of_meshes_only_where_there_are_some(capsys):
    said = {}
    for command in ("complete", "edit", "generate"):
        assert main([command, "--help"]) == 0
        said[command] = capsys.readouterr().out
    assert "a folder of meshes" in said["complete"]
    assert "INPUT is one mesh file" in said["edit"]
    assert "INPUT" not in said["generate"]


def test_the_help_names_what_is_read():
    assert arguments.FORMATS.split() == list(MESH_SUFFIXES)


def test_each_command_has_its_options():
    parse = build_parser().parse_args
    options = parse(["decompose", "a", "b", "-o", "c", "--parts", "3"])
    assert (options.inputs, options.output, options.parts) == (["a", "b"], Path("c"), 3)
    assert (options.complete, options.engine, options.jobs, options.json) == (
        "none",
        AUTO,
        1,
        False,
    )
    options = parse(["evaluate", "a.npz", "--task", "all", "--json", "f.json"])
    assert options.figures == Path("f.json"), "not the switch of the other commands"
    assert parse(["models", "verify", "a", "b"]).names == ["a", "b"]
