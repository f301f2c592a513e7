# SPDX-License-Identifier: GPL-3.0-or-later
"""Wishes are heard, said back and taken out of the words."""

from __future__ import annotations

import pytest

from backend.library.wishes import heard

TITLES = {"round table": 0, "cowboy hat": 0, "table": 0, "hat": 0, "square table": 0}


@pytest.mark.parametrize(
    ("text", "scale", "rest"),
    [
        ("taller hat", (1, 1.3, 1), "hat"),
        ("much taller hat", (1, 1.6, 1), "hat"),
        ("twice as wide", (2, 1, 1), ""),
        ("30% larger hat", (1.3, 1.3, 1.3), "hat"),
        ("50 percent smaller", (0.5, 0.5, 0.5), ""),
        ("three times taller hat", (1, 3, 1), "hat"),
        ("half the size", (0.5, 0.5, 0.5), ""),
        ("half as tall hat", (1, 0.5, 1), "hat"),
        ("thinner and wider", (1, 1, 1 / 1.3), "and"),
        ("hat", (1, 1, 1), "hat"),
    ],
)
def test_sizes(text: str, scale: tuple[float, float, float], rest: str) -> None:
    wishes = heard(text, TITLES)
    assert wishes.scale == pytest.approx(scale)
    assert wishes.rest == rest
    assert bool(wishes) == (scale != (1, 1, 1))


def test_longer_is_along_the_longest_axis() -> None:
    wishes = heard("longer hat", TITLES)
    assert wishes.length == pytest.approx(1.3)
    assert wishes.scale == pytest.approx((1, 1, 1))


def test_shapes_and_their_places() -> None:
    wishes = heard("rounder hat with square bottom tapered", TITLES)
    assert sorted(wishes.shapes) == ["rounder", "squarer bottom", "tapered"]
    assert wishes.rest == "hat with"


def test_a_word_of_a_title_is_no_wish() -> None:
    assert heard("round table", TITLES).rest == "round table"
    wishes = heard("rounder square table", TITLES)
    assert wishes.rest == "square table"
    assert wishes.shapes == ["rounder"]


def test_colour_and_finish_make_a_material() -> None:
    wishes = heard("glossy dark red hat", TITLES)
    assert wishes.material["roughness"] < 0.1
    red, green, blue, alpha = wishes.material["colour"]
    assert red > 5 * green
    assert red > 5 * blue
    assert alpha == 1
    assert red < heard("red hat", TITLES).material["colour"][0]
    assert heard("metal hat", TITLES).material["metallic"] == 1
    pink = heard("pink metal hat", TITLES).material
    assert pink["metallic"] == 1
    assert pink["colour"][0] > 0.8, "the colour that was said, not that of metal"


@pytest.mark.parametrize(
    ("text", "shader"),
    [
        ("metal hat", {"metallic": 1}), ("red glass hat", {"transmission": 1, "metallic": 0}),
        ("furry hat", {"sheen": 1, "roughness": 1}), ("velvet hat", {"sheen": 1}),
        ("ceramic hat", {"coat": 0.6}), ("crystal hat", {"ior": 1.7}), ("glowing", {"emission": 1}),
        ("wooden hat", {"metallic": 0, "roughness": 0.7}),
        ("transparent hat", {"transmission": 0.9}),
    ],
)  # fmt: skip
def test_a_finish_is_more_than_a_colour(text: str, shader: dict[str, float]) -> None:
    wishes = heard(text, TITLES)
    assert {key: wishes.material[key] for key in shader} == shader
    assert wishes.rest in ("hat", "")


def test_what_is_a_thing_as_well_is_a_finish_only_beside_a_name() -> None:
    assert heard("bone", TITLES).rest == "bone"
    assert heard("bone hat", TITLES).material["name"] == "bone"


def test_mirrored_and_how_many() -> None:
    wishes = heard("three mirrored hat", TITLES)
    assert wishes.mirrored
    assert wishes.count == 3
    assert wishes.rest == "hat"
    assert heard("a pair of hat", TITLES).count == 2
    assert heard("900 hat", TITLES).count == 24


def test_everything_that_is_heard_is_said_back() -> None:
    wishes = heard("two taller pink mirrored rounder hat", TITLES)
    assert len(wishes.understood) == 5


@pytest.mark.parametrize(
    ("text", "count"),
    [("three", 3), ("two large horns", 2), ("three pink fedora", 3), ("three blade propeller", 1)],
)
def test_a_number_counts_parts_not_what_they_have(text: str, count: int) -> None:
    wishes = heard(text, ["fedora", "propeller"])
    assert wishes.count == count
    assert ("three" in wishes.rest) == (count == 1)
