# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of the rooms shows the house as it is."""

from __future__ import annotations

from graphlib import CycleError

import pytest

from tests import rooms

HOUSE = {"door": {"a", "c"}, "a": {"b"}, "b": {"c"}, "c": set(), "d": {"c"}}


@pytest.mark.parametrize("half", rooms.TITLES)
def test_the_picture_in_the_documentation_is_up_to_date(half: str) -> None:
    drawn, _, _ = rooms.picture_of(half)
    shown = rooms.PICTURE.read_text(encoding="utf-8")
    assert drawn in shown, "run python -m tests.rooms, and look at the picture"


def test_each_room_is_above_all_that_it_imports_and_as_low_as_it_can_be() -> None:
    assert rooms.floors(HOUSE) == [["door"], ["a"], ["b", "d"], ["c"]]


def test_rooms_that_import_each_other_have_no_floors() -> None:
    with pytest.raises(CycleError):
        rooms.floors({"a": {"b"}, "b": {"a"}})


def test_arrows_that_others_imply_are_left_out() -> None:
    assert rooms.reduced(HOUSE)["door"] == {"a"}


def test_an_arrow_passes_each_floor_between_its_rooms() -> None:
    """So that it never runs behind a room."""
    below = HOUSE | {"door": {"a", "d"}}
    places, ways = rooms._with_gaps(rooms.floors(below), below)
    floor_of = {place: floor for floor, row in enumerate(places) for place in row}
    assert ["door", ("", "d", 1), "d"] in ways
    for way in ways:
        floors = [floor_of[place] for place in way]
        assert floors == list(range(floors[0], floors[-1] + 1))


def test_what_the_doors_register_by_name_counts_as_imported() -> None:
    assert {"ui", "overlay"} <= rooms.graph("blender_addon")[""]
