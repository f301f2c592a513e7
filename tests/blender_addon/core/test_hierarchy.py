# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part hangs on which."""

from __future__ import annotations

from partwise.blender_addon.core.hierarchy import hung_on


def both(**borders: int) -> dict[tuple[int, int], int]:
    """Borders of parts with one figure each, by both orders."""
    pairs = {(int(key[1]), int(key[2])): size for key, size in borders.items()}
    return pairs | {(two, one): size for (one, two), size in pairs.items()}


def test_limbs_hang_on_each_other_from_the_body_outwards():
    areas = {0: 1.0, 1: 2.0, 5: 9.0, 7: 3.0}
    hung = hung_on(areas, both(b57=4, b71=3, b10=2))
    assert hung == {7: 5, 1: 7, 0: 1}
    assert list(hung) == [7, 1, 0], "what is hung on comes first"


def test_fingers_that_touch_hang_on_the_palm():
    areas = {0: 9.0, 1: 5.0, 2: 1.0, 3: 1.0}
    assert hung_on(areas, both(b01=5, b12=1, b13=2, b23=50)) == {1: 0, 2: 1, 3: 1}


def test_of_several_the_longest_border_counts_and_what_touches_nothing_hangs_on_the_largest():
    areas = {0: 9.0, 1: 5.0, 2: 5.0, 3: 1.0, 8: 0.5}
    assert hung_on(areas, both(b01=1, b02=1, b13=2, b23=3)) == {1: 0, 2: 0, 3: 2, 8: 0}


def test_one_part_hangs_on_nothing():
    assert hung_on({4: 1.0}, {}) == {}
    assert hung_on({}, {}) == {}
