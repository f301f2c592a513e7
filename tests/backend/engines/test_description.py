# SPDX-License-Identifier: GPL-3.0-or-later
"""What words ask of a whole object, and what is said of them."""

from __future__ import annotations

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.engines.base import Brief
from backend.engines.description import numbered, read, sentences
from backend.pipelines.generate import generate
from backend.shapes.families.titles import TITLES


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("a robot", "robot"), ("robot arm", "robot_arm"), ("chair with armrests", "chair"),
        ("two snowmen", "snowman"), ("a tall green tree", "tree"),
        ("rocking horse", "rocking_horse"),
        ("spaceship with a wing", "spaceship"), ("houses", "house"), ("violins", "fiddle"),
        ("a red hat", "hat"), ("a cat in a hat", "quadruped"), ("man wearing a crown", "human"),
        ("a wand", "staff"), ("candles", "candlestick"),
    ],
)  # fmt: skip
def test_words_choose_a_family(text: str, family: str) -> None:
    assert read(text).title.family == family


def test_a_kind_of_hat_is_that_hat_and_on_no_head() -> None:
    for seed in range(4):
        paths = read("a wizard hat").title.sculptor(np.random.default_rng(seed)).paths
        assert {path.split("/")[0] for path in paths} == {"wizard hat"}


def test_no_name_is_of_two_kinds_of_object() -> None:
    names = [name for title in TITLES for name in title.names]
    assert len(names) == len(set(names))


def test_colours_of_all_and_of_some_parts() -> None:
    asked = read("blue car with red wheels")
    assert asked.general.material["colour"][2] > 0.4
    assert asked.colours["wheel"][0] > 0.4 > asked.colours["wheel"][2]


@pytest.mark.parametrize(
    ("text", "said"),
    [("qqxzv wwkj", "nearest are"), ("苹果", "English"), ("x" * 500, "letters")],
)
def test_what_means_nothing_is_refused(text: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        generate(Brief(text=text))
    assert said in str(caught.value) + caught.value.hint


def test_what_it_must_have_and_must_not_is_read_with_its_number() -> None:
    asked = read("a red round table with four legs and a drawer, without wheels")
    assert asked.has == [("leg", 4), ("drawer", 0)]
    assert asked.lacks == ["wheel"]
    assert asked.level == "round"


def test_what_was_understood_and_what_lacks_is_said() -> None:
    asked = read("a table with nine legs and xyzzy knobs")
    one, two, three = sentences(asked, ["9 legs"])
    assert one == "Understood: table, knob."
    assert two.startswith("No table of this seed is like this: 9 legs.")
    assert three == "Not understood: xyzzy."


@pytest.mark.parametrize(
    ("part", "count", "said"),
    [
        ("leg", 4, "4 legs"), ("leg", 1, "1 leg"), ("leg", 0, "leg"), ("foot", 2, "2 feet"),
        ("shelf", 3, "3 shelves"), ("box", 2, "2 boxes"),
    ],
)  # fmt: skip
def test_parts_are_counted_as_people_count_them(part: str, count: int, said: str) -> None:
    assert numbered(part, count) == said
