# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong in a command line is said as a person would say it."""

from __future__ import annotations

import re

import pytest

from backend.commands.arguments import build_parser
from backend.contract.errors import BadInput


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["segment", "a.obj"], "Missing: -o/--output."),
        (["segment", "-o"], "-o/--output expects one argument."),
        (["decompose", "a", "-o", "b", "--complete", "x"], "--complete must be one of 'none'"),
        (["decomp", "a"], "No command is called 'decomp'; there are "),
        (["doctor", "--josn"], "Not understood: --josn."),
    ],
)
def test_what_argparse_says_becomes_a_sentence_with_a_way_out(arguments, sentence):
    with pytest.raises(BadInput) as caught:
        build_parser().parse_args(arguments)
    assert caught.value.message.startswith(sentence)
    assert caught.value.message.endswith(".")
    assert re.fullmatch(r"Run 'python -m backend.* --help' for the options\.", caught.value.hint)
