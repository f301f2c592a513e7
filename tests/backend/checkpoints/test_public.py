# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of public models: what each says of itself."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from backend.checkpoints.public import MODELS, public_model
from backend.commands.arguments import build_parser
from backend.contract.engines import declared
from backend.contract.errors import BadInput

ROOT = Path(__file__).parents[3]


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


def test_sizes_are_those_of_its_folders() -> None:
    for model in MODELS:
        assert model.components == tuple(one.name for one in model.consists)
        assert model.kept <= model.size
        wide = [one for one in model.consists if one.bits == 32]
        assert (model.kept < model.size) == bool(wide)
        largest = max(one.kept for one in model.consists)
        assert abs(largest - model.memory) < 0.01 * model.memory


def test_what_is_not_free_says_why() -> None:
    for model in MODELS:
        assert model.is_free == (not model.limits)


def test_the_page_for_users_tells_of_each_model() -> None:
    page = (ROOT / "docs/models.md").read_text(encoding="utf-8")
    for model in MODELS:
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{model.name}` | [")]
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert cells[1] == f"[{model.title}]({model.page})"
        sizes = (model.size, model.kept, model.memory)
        assert cells[3:6] == [f"{size / 1e9:.2f} GB" for size in sizes], model.name
        assert cells[6] == model.licence


def test_the_page_for_users_has_commands_that_there_are() -> None:
    page = (ROOT / "docs/models.md").read_text(encoding="utf-8")
    lines = re.findall(r"^python -m backend (.+)$", page, re.MULTILINE)
    actions = {build_parser().parse_args(shlex.split(line, comments=True)).action for line in lines}
    assert actions == {"list", "download", "verify", "check", "remove"}
