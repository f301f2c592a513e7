# SPDX-License-Identifier: GPL-3.0-or-later
"""Names by side, row and number; and which part takes which name of a template."""

import numpy as np

from backend.contract.name_templates import read_template
from backend.contract.part_names import by_template, part_names
from tests.backend.contract.bodies import boxes, dog

SURE = [0.9] * 20
DOG = ["Body", "Head", "Tail", "Leg", "Leg", "Leg", "Leg"]
LEGS = ["Leg.Front.L", "Leg.Front.R", "Leg.Back.L", "Leg.Back.R"]


def test_a_creature_is_named_by_kind_row_and_side():
    assert part_names(dog(), DOG, SURE) == ["Body", "Head", "Tail", *LEGS]


def test_left_is_that_of_the_creature_where_its_head_says_that_it_faces_back():
    shapes = dog(front=1)
    assert shapes.centre[1, 1] > 0
    assert shapes.centre[3, 0] < 0  # its left, as it faces +y
    assert part_names(shapes, DOG, SURE)[3:] == LEGS


def test_mirror_images_agree_on_what_they_are():
    kinds = ["Body", "Head", "Tail", "Leg", "", "", "Leg"]
    assert part_names(dog(), kinds, SURE)[3:] == LEGS


def test_without_kinds_parts_are_numbered_by_size_and_pairs_share_a_number():
    names = part_names(dog(), [""] * 7, SURE)
    assert names[0] == "Part.01"
    assert names[3][:-2] == names[4][:-2]
    assert [name[-2:] for name in names[3:]] == [".L", ".R", ".L", ".R"]
    assert {int(name.split(".")[1]) for name in names} == {1, 2, 3, 4, 5}


def test_blades_round_a_middle_are_only_numbered():
    turns = np.arange(6) * np.pi / 3
    blades = [((np.cos(t), np.sin(t), 0), (0.3, 0.3, 0.1)) for t in turns]
    names = part_names(boxes([((0, 0, 0), (0.5, 0.5, 1)), *blades]), ["", *["Blade"] * 6], SURE)
    assert sorted(names[1:]) == [f"Blade.{n:02}" for n in range(1, 7)]


def test_two_wheels_in_a_row_are_front_and_back():
    shapes = boxes(
        [((0, 0, 1), (0.2, 1, 0.5)), ((0, -1, 0), (0.1, 1, 1)), ((0, 1, 0), (0.1, 1, 1))]
    )
    assert part_names(shapes, ["", "Wheel", "Wheel"], SURE)[1:] == ["Wheel.Front", "Wheel.Back"]


def test_an_object_has_one_head_and_it_is_the_likeliest():
    kinds = ["Body", "Head", "Head", "Leg", "Leg", "Leg", "Leg"]
    names = part_names(dog(), kinds, [0.9, 0.7, 0.8, 0.9, 0.9, 0.9, 0.9])
    assert names[:3] == ["Body", "Part.01", "Head"]


def test_sides_need_a_front_to_be_known():
    along_x = [((0, 0, 0), (3, 1, 1)), ((1, 0.7, -0.5), (0.5, 0.2, 0.5)),
               ((1, -0.7, -0.5), (0.5, 0.2, 0.5))]  # fmt: skip
    names = part_names(boxes(along_x), ["Body", "Wheel", "Wheel"], SURE)
    assert not any(name.endswith((".L", ".R")) for name in names)
    headed = [*along_x, ((2, 0, 0.3), (0.6, 0.5, 0.5))]
    names = part_names(boxes(headed), ["Body", "Wheel", "Wheel", "Head"], SURE)
    assert names[1:3] == ["Wheel.L", "Wheel.R"]  # facing +x, left is at +y


def test_template_names_go_to_parts_of_their_kind_and_side_then_by_size():
    names = ["Part.01", "Wheel.Front.R", "Wheel.Front.L", "Part.02"]
    found = by_template(["Body", "Tyre", "Wheel.L", "Wheel.R"], names, np.array([9, 1, 1, 2.0]))
    assert found == ["Body", "Wheel.R", "Wheel.L", "Tyre"]
    car = by_template(read_template("Car5"), ["Wheel.Back.L", "Body"], np.array([1, 5.0]))
    assert car == ["Wheel.Back.L", "Body"]
    assert by_template(["Body"], ["Part.01", "Part.02"], np.array([1, 5.0])) == ["Part.01", "Body"]


def test_feet_in_a_step_are_left_and_right_though_they_are_no_mirror_images():
    parts = [
        ((0, 0, 1.0), (0.5, 0.3, 0.8)),
        ((0, 0, 1.7), (0.3, 0.3, 0.3)),
        ((0.15, -0.3, 0), (0.1, 0.3, 0.1)),
        ((-0.15, 0.2, 0.1), (0.1, 0.3, 0.15)),
    ]
    names = part_names(boxes(parts), ["Body", "Head", "Foot", "Foot"], SURE)
    assert names == ["Body", "Head", "Foot.L", "Foot.R"]


def test_of_a_pair_of_heads_one_is_a_head_and_the_other_is_numbered():
    kinds = ["Body", "", "", "Head", "Head", "Leg", "Leg"]
    names = part_names(dog(), kinds, [0.9, 0.9, 0.9, 0.9, 0.8, 0.9, 0.9])
    assert names[3] == "Head"
    assert names[4].startswith("Part.")
    assert len(set(names)) == 7
