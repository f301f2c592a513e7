# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that several commands share, and what of them an engine is told."""

from __future__ import annotations

import pytest

from backend.commands.parser import Parser
from backend.commands.shared_options import (
    add_engine,
    add_inputs,
    add_memory,
    add_quality,
    engine_options,
)
from backend.contract.errors import BadInput


def test_inputs_come_with_their_engine_and_processes() -> None:
    parser = Parser()
    add_inputs(parser, "DIR", "a folder")
    given = parser.parse_args(["a", "b", "-o", "c", "--jobs", "2", "--seed", "5"])
    assert (given.inputs, given.jobs, given.seed, given.variant) == (["a", "b"], 2, 5, 0)
    assert given.symmetric
    assert not parser.parse_args(["a", "-o", "c", "--no-symmetry"]).symmetric
    with pytest.raises(BadInput, match="exclude each other"):
        parser.parse_args(["a", "-o", "c", "--parts", "3", "--granularity", "0.5"])


def test_an_engine_is_told_what_was_given_alone() -> None:
    parser = Parser()
    add_engine(parser, "replace")
    add_quality(parser)
    add_memory(parser)
    assert engine_options(parser.parse_args(["--memory", "2"])) == {}
    given = parser.parse_args(["--quality", "fine", "--seed", "1"])
    assert engine_options(given) == {"quality": "fine"}
