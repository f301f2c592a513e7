# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pictures for the tests: discs, bars, and a doll of them."""

from __future__ import annotations

import numpy as np


def disc(size, row, column, radius):
    """A mask (size, size) of a disc."""
    y, x = np.mgrid[:size, :size] + 0.5
    return (x - column) ** 2 + (y - row) ** 2 < radius**2


def bar(size, top, bottom, left, right):
    """A mask (size, size) of a rectangle."""
    mask = np.zeros((size, size), bool)
    mask[top:bottom, left:right] = True
    return mask


def painted(size, *shapes, ground=(0, 0, 0, 0)):
    """A picture (size, size, 4) of masks with colours, the later ones over the earlier."""
    picture = np.empty((size, size, 4), np.uint8)
    picture[:] = ground
    for mask, colour in shapes:
        picture[mask] = (*colour, 255)
    return picture


RED, GREEN, BLUE, SKIN = (210, 50, 45), (60, 150, 70), (50, 90, 180), (240, 190, 150)


def doll(size=160, ground=(0, 0, 0, 0)):
    """A head over a body with two arms and two legs, symmetric, and its true parts."""
    k = size / 160
    at = [
        (bar(size, int(100 * k), int(150 * k), int(60 * k), int(75 * k)), BLUE),
        (bar(size, int(100 * k), int(150 * k), int(85 * k), int(100 * k)), BLUE),
        (bar(size, int(66 * k), int(80 * k), int(15 * k), int(60 * k)), SKIN),
        (bar(size, int(66 * k), int(80 * k), int(100 * k), int(145 * k)), SKIN),
        (bar(size, int(58 * k), int(110 * k), int(54 * k), int(106 * k)), RED),
        (disc(size, 36 * k, 80 * k, 26 * k), SKIN),
    ]
    labels = np.full((size, size), -1, np.int32)
    for number, (mask, _) in enumerate(at):
        labels[mask] = number
    return painted(size, *at, ground=ground), labels
