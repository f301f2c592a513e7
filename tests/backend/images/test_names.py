# SPDX-License-Identifier: GPL-3.0-or-later
"""Names by colour and place."""

from backend.images.colours import oklab
from backend.images.names import part_names
from tests.backend.images.drawn import doll


def test_parts_are_named_by_colour_and_place_and_no_two_alike():
    picture, labels = doll()
    names = part_names(labels, oklab(picture[..., :3]))
    assert names == [
        "blue left lower", "blue right lower", "beige left middle", "beige right middle", "red",
        "beige upper",
    ]  # fmt: skip
