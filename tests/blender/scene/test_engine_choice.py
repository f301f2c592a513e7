# SPDX-License-Identifier: GPL-3.0-or-later
"""The chosen engine of each verb: what keeps it from running, and what it is told."""

from __future__ import annotations

import bpy
import pytest
from partwise.backend.contract.engines import Told
from partwise.blender_addon.engine import jobs
from partwise.blender_addon.scene import engine_choice

QUICK = Told(
    "quick", "Quick", "Grows", ("complete", "generate"), options=("back", "seed"), automatic=True
)
LARGE = Told(
    "large", "Large", "Grows", ("complete", "replace"), False, "Weights. Get them.",
    ("torch", "large"), "An hour.", ("quality", "seed", "strength_words", "faces"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def two(monkeypatch) -> None:
    monkeypatch.setattr(jobs, "engines", lambda: [QUICK, LARGE])


@pytest.fixture
def settings() -> bpy.types.PropertyGroup:
    return bpy.context.scene.partwise


def test_automatic_can_always_run_and_seeds_are_of_those_that_are_chosen(settings):
    assert engine_choice.name_of(settings, "complete") == "auto"
    assert engine_choice.chosen(settings, "complete") is None
    assert engine_choice.why_not(settings, "complete") == ""
    assert engine_choice.options(settings, "generate") == {"back"}
    settings.complete_seed = 7
    assert engine_choice.seed(settings, "complete") == 0
    settings.complete_engine = "QUICK"
    assert engine_choice.seed(settings, "complete") == 7


@pytest.mark.parametrize(
    ("needs", "sentence"),
    [
        (("torch", "large"), "Large needs PyTorch and its model, which are not here yet"),
        (("torch",), "Large needs PyTorch, which is not here yet"),
        (("large",), "Large needs its model, which is not here yet"),
        ((), "Weights. Get them"),
    ],
)
def test_what_lacks_is_said(settings, monkeypatch, needs, sentence):

    monkeypatch.setattr(jobs, "engines", lambda: [LARGE.changed(needs=needs)])
    settings.replace_engine = "LARGE"
    assert engine_choice.why_not(settings, "replace") == sentence


def test_an_engine_that_is_not_there_is_never_replaced(settings):
    settings.generate_engine = "LARGE"  # which makes nothing of pictures
    assert engine_choice.name_of(settings, "generate") == "large"
    assert "no engine named “large”" in engine_choice.why_not(settings, "generate")


def test_what_is_set_is_told_to_engines_that_take_it(settings):
    settings.complete_engine, settings.complete_quality = "LARGE", "FINE"
    settings.replace_quality, settings.strength_words = "DRAFT", 0.25
    assert engine_choice.asked(settings, "complete") == {"quality": "fine", "strength_words": 0.25}
    assert engine_choice.asked(settings, "replace") == {}
    settings.replace_engine = "LARGE"
    assert engine_choice.asked(settings, "replace") == {"quality": "draft", "strength_words": 0.25}
    settings.faces = 5000
    assert engine_choice.asked(settings, "replace")["faces"] == 5000


def test_several_are_asked_of_those_that_follow_the_seed(settings):
    settings.complete_variants = 4
    assert not engine_choice.follows_seed(settings, "complete")
    assert engine_choice.variants(settings, "complete") == 1
    settings.complete_engine = "QUICK"
    assert engine_choice.follows_seed(settings, "complete")
    assert engine_choice.variants(settings, "complete") == 4


def test_which_engines_take_an_option():
    assert engine_choice.takes("large", "complete", "quality")
    assert not engine_choice.takes("auto", "complete", "quality")
    assert engine_choice.takes("auto", "complete", "back")


def test_names_for_people():
    assert engine_choice.label("large") == "Large"
    assert engine_choice.label("gone") == "gone"
    assert (engine_choice.made_by("quick"), engine_choice.made_by("cap")) == (
        "By the Quick engine",
        "",
    )
