# SPDX-License-Identifier: GPL-3.0-or-later
"""Solids of parts of one body."""

import numpy as np

from tests.backend.images.drawn import bar, disc
from tests.backend.images.test_solids import made, shown


def test_kinds_are_chosen_by_shape_and_by_wish():
    assert made(disc(160, 80, 80, 70))[0].kind == "turned"
    assert made(bar(160, 40, 120, 30, 150) | disc(160, 80, 40, 39))[0].kind in ("round", "turned")
    (flat,) = made(disc(160, 80, 80, 70), kinds={0: "flat"})
    assert flat.kind == "flat"
    inner = np.sqrt(flat.field[60:100, 60:100])
    assert np.ptp(inner) < 1
    (half,) = made(disc(160, 80, 80, 70), kinds={0: "half"})
    assert half.back == 0


def test_a_pompom_is_a_ball_also_beside_its_hat():
    row, column = np.mgrid[:240, :240] + 0.5
    hat = (row > 72) & (row < 200) & (np.abs(column - 120) < 13 + 0.6 * (row - 72))
    hat |= bar(240, 170, 200, 180, 236)  # its brim, no figure of revolution
    pompom = disc(240, 57, 120, 18)
    one, two = made(pompom, hat)
    half = np.sqrt(np.maximum(one.field[:, 120], 0))
    ball = np.sqrt(np.maximum(18**2 - (np.arange(240) + 0.5 - 57) ** 2, 0))
    assert np.abs(half - ball)[42:69].max() < 3
    assert half[57] > half[70] + 4  # its foot is no wider than in the picture
    hidden = one.inside & hat & ~pompom
    assert hidden[76, 120]
    assert (two.front > one.front)[76:, 120][hidden[76:, 120]].all()


def letter():
    return bar(240, 80, 160, 70, 90) | bar(240, 80, 100, 70, 130) | bar(240, 115, 132, 70, 120)


def test_a_plate_is_flat_and_so_is_what_lies_on_it():
    row, column = np.mgrid[:240, :240] + 0.5
    off = np.maximum(np.abs(row - 120) - 50, 0) ** 2 + np.maximum(np.abs(column - 120) - 70, 0) ** 2
    plate, sign = made(off < 30**2, letter())  # a rectangle with round corners
    assert plate.kind == "flat"
    assert sign.kind == "flat"
    middle = np.sqrt(plate.field[100:140, 100:140])
    assert np.ptp(middle) < 1
    assert np.ptp(sign.front[85:155, 78:84]) < 2
    assert made(bar(240, 20, 220, 100, 140))[0].kind == "turned"  # a rod


def test_a_cup_with_a_handle_is_turned_and_its_handle_is_not():
    row, column = np.mgrid[:240, :240] + 0.5
    across = (column - 90) / 60
    ends = 14 * np.sqrt(np.clip(1 - across**2, 0, 1))
    cup = (np.abs(across) < 1) & (row > 50 - ends) & (row < 190 + ends)
    ring = np.hypot((column - 150) / 40, (row - 120) / 45)
    handle = (ring < 1) & (ring > 0.62) & ~cup
    one, two = made(cup, handle)
    assert one.kind == "turned"
    assert two.kind == "round"
    assert np.sqrt(one.field[120, 90]) > 55  # as deep as it is wide


def test_edges_come_out_of_a_flat_part_where_the_picture_has_them():
    back = bar(240, 20, 150, 96, 144)
    seat = disc(240, 185, 120, 52) & ~bar(240, 0, 150, 0, 240)
    found = made(back, seat, kinds={0: "flat", 1: "round"})
    border = np.argmax(shown(found)[:, 98:142] == 1, axis=0)
    assert np.abs(border - 150).max() <= 2
