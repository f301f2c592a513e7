# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of public models: what each says of itself."""

from __future__ import annotations

import re

import pytest

from backend.checkpoints.public import MODELS, public_model
from backend.contract.engines import declared
from backend.contract.errors import BadInput


def test_each_model_says_what_people_need_to_know() -> None:
    assert len({model.name for model in MODELS}) == len(MODELS)
    for model in MODELS:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", model.repository)
        assert model.unlocks.endswith(".")
        assert model.memory < model.size < 20e9
        assert model.licence
        assert model.page.startswith("https://")


def test_no_engine_asks_for_weights_that_nobody_lists() -> None:
    known = {model.name for model in MODELS}
    for about in declared():
        if not about.bundled:
            assert set(about.weights) <= known, about.name


def test_what_auto_may_choose_is_free_for_all() -> None:
    free = {model.name for model in MODELS if model.is_free}
    for about in declared():
        if about.rank is not None and not about.bundled:
            assert set(about.weights) <= free, about.name


def test_an_unknown_name_is_told_those_that_there_are() -> None:
    assert public_model("holopart").title == "HoloPart"
    with pytest.raises(BadInput, match="no model “gpt”") as caught:
        public_model("gpt")
    assert "holopart" in caught.value.hint
