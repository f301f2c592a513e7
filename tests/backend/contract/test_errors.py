# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors for people: each kind has a code of its own, by which a program knows it again."""

from __future__ import annotations

import pytest

from backend.contract.errors import BadInput, MeshNotOpen, PartwiseError, of_code

KINDS = PartwiseError.__subclasses__()


def test_every_kind_has_a_code_of_its_own():
    codes = [kind.code for kind in (PartwiseError, *KINDS)]
    assert len(set(codes)) == len(codes) > 5


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_found_by_its_code(kind: type[PartwiseError]):
    assert of_code(kind.code) is kind


def test_an_unknown_code_is_the_base():
    assert of_code("SOMETHING NEW") is PartwiseError


def test_what_happened_and_what_to_do_are_one_text():
    assert str(BadInput("It is empty.", "Choose another.")) == "It is empty. Choose another."
    assert str(BadInput("It is empty.")) == "It is empty."
    assert MeshNotOpen("Gone.").message == "Gone."
    assert MeshNotOpen().hint
