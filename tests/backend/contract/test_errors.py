# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors for people: each kind has a code of its own, by which a program knows it again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend.contract.errors import BadInput, MeshNotOpen, PartwiseError, of_code

KINDS = PartwiseError.__subclasses__()


def test_every_kind_has_a_code_of_its_own():
    codes = [kind.code for kind in (PartwiseError, *KINDS)]
    assert len(set(codes)) == len(codes) > 5


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_found_by_its_code(kind: type[PartwiseError]):
    assert of_code(kind.code) is kind


def test_the_documentation_lists_the_codes():
    """All that are raised; one that is kept for later says that it is reserved."""
    page = Path(__file__).resolve().parents[3] / "docs" / "protocol.md"
    table = page.read_text(encoding="utf-8").split("## Errors")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (`[A-Z_`, ]+`) \| (.+) \|$", table, flags=re.MULTILINE)
    listed = {code: text for codes, text in rows for code in re.findall(r"\w+", codes)}
    known = {kind.code for kind in (PartwiseError, *KINDS)}
    assert known <= listed.keys()
    kept = {code for code, text in listed.items() if text.startswith("reserved")}
    assert listed.keys() - known == kept


def test_an_unknown_code_is_the_base():
    assert of_code("SOMETHING NEW") is PartwiseError


def test_what_happened_and_what_to_do_are_one_text():
    assert str(BadInput("It is empty.", "Choose another.")) == "It is empty. Choose another."
    assert str(BadInput("It is empty.")) == "It is empty."
    assert MeshNotOpen("Gone.").message == "Gone."
    assert MeshNotOpen().hint
