# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers, templates and patterns of names."""

import pytest

from backend.contract.errors import BadInput
from backend.contract.name_templates import (
    LONGEST,
    TEMPLATES,
    by_pattern,
    checked,
    number_on,
    numbered,
    read_template,
    unique_names,
)


def test_numbers_have_no_gaps_and_sort_as_text():
    assert numbered(3) == ["Part.01", "Part.02", "Part.03"]
    assert numbered(100)[-1] == "Part.100"
    assert numbered(100)[0] == "Part.001"


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_have_as_many_names_as_their_own_names_say(name):
    found = read_template(name.lower())
    assert len(set(found)) == int("".join(filter(str.isdigit, name)))


def test_templates_of_ones_own_are_lists_and_numbers_say_how_many():
    assert read_template(" Body, Head ,Wheel4,") == ["Body", "Head"] + [
        f"Wheel{n}" for n in (1, 2, 3, 4)
    ]
    assert read_template("Arm.L\nArm.R; Arm.L") == ["Arm.L", "Arm.R", "Arm.L.001"]
    assert read_template("Leg1") == ["Leg1"]
    for bad in ("", " , ", "Leaf1000"):
        with pytest.raises(BadInput):
            read_template(bad)


def test_names_are_unique_and_short_enough_for_blender():
    found = unique_names(["Leg", "Leg", "x" * 200, "x" * 200], taken={"Leg.001"})
    assert found[:2] == ["Leg", "Leg.002"]
    assert max(map(len, found)) <= LONGEST + 4
    assert len(set(found)) == 4


def test_numbers_that_are_taken_are_passed_over():
    names = ["Part.01", "Leg.01.L", "Leg.01.R", "Part.02", "Body"]
    assert number_on(names, {"Body", "Hen.01"}) == names
    assert number_on(names, {"Part.01", "Part.02", "Leg.01.R"}) == [
        "Part.03",
        "Leg.02.L",
        "Leg.02.R",
        "Part.04",
        "Body",
    ]
    assert number_on(["Part.99"], {"Part.99"}) == ["Part.100"]


def test_patterns_put_values_and_refuse_what_they_do_not_know():
    values = {"object": "Car", "part": "Wheel", "number": 7}
    assert by_pattern("{object}_{part}", values) == "Car_Wheel"
    assert by_pattern("{part} {number:03}", values) == "Wheel 007"
    with pytest.raises(BadInput, match=r"\{colour\}"):
        by_pattern("{colour}", values)
    with pytest.raises(BadInput, match="empty"):
        by_pattern(" ", values)


def test_a_wish_is_checked_before_work_begins():
    assert [checked(wish) for wish in ("auto", "numbers", "Body,Head")][2] == "Body,Head"
    with pytest.raises(BadInput, match="no names"):
        checked(" , ")
