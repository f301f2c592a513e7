# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests about what is installed say what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest

from backend.contract.errors import BadInput
from backend.contract.requests import METHODS
from backend.contract.setup import GetModel, InstallEngine, LookAtSetup, SetupChanged


def test_what_is_left_out_is_the_best_for_this_computer_from_its_own_place() -> None:
    assert LookAtSetup.from_message({}, {}).accelerator == "auto"
    asked = InstallEngine.from_message({"repair": True}, {})
    assert (asked.accelerator, asked.pack, asked.mirror, asked.repair) == ("auto", "", "", True)


@pytest.mark.parametrize(
    ("kind", "params", "says"),
    [
        (GetModel, {}, "'name' is missing"),
        (GetModel, {"name": ""}, "'name' must be a text"),
        (GetModel, {"name": "holopart", "licence": 1}, "'licence' must be a text"),
        (InstallEngine, {"repair": 1}, "'repair' must be true or false"),
        (InstallEngine, {"accelerator": "x" * 51}, "'accelerator' must be a text"),
        (SetupChanged, {"sentence": ""}, "'sentence' must be a text"),
        (SetupChanged, {"sentence": "Done.", "freed": -1}, "'freed' must be a whole number"),
    ],
)
def test_what_is_refused(kind: Any, params: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        kind.from_message(params, {})


def test_every_one_of_them_is_a_method() -> None:
    asked = {request for request, _ in METHODS.values()}
    assert {GetModel, InstallEngine, LookAtSetup} < asked
