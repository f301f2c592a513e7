# SPDX-License-Identifier: GPL-3.0-or-later
"""What engines that work from pictures share."""

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.contract.progress import SILENT
from backend.engines.figures import (
    MOST_PARTS,
    Options,
    found_figure,
    labels_of_picture,
    lie_of,
    parts_of,
    resized_mask,
)
from tests.backend.images.drawn import RED, SKIN, bar, disc, painted

PLAIN = Options()


def face():
    """A picture (96, 96, 4) of a face with a nose, and its true parts."""
    masks = disc(96, 48, 48, 40), disc(96, 48, 48, 12)
    labels = np.full((96, 96), -1, np.int32)
    labels[masks[0]], labels[masks[1]] = 0, 1
    return painted(96, (masks[0], SKIN), (masks[1], RED)), labels


def test_parts_of_a_mask_come_back_in_the_picture():
    picture, mask = face()
    canvas, covered = found_figure(picture, mask, PLAIN)
    assert np.array_equal(covered > 0.5, mask >= 0)
    labels = parts_of(canvas, mask, None, PLAIN, SILENT)
    back = labels_of_picture(labels, canvas, mask.shape)
    assert (back == mask).mean() > 0.98
    lie = lie_of(labels, PLAIN)
    assert lie.host.tolist() == [-1, 0]
    assert lie_of(labels, Options(order=(1, 0))).order.tolist() == [1, 0]


def test_a_rectangle_is_of_the_picture_before_it_was_made_smaller():
    ground = (30, 60, 90, 255)
    shapes = (bar(96, 10, 40, 10, 40), RED), (bar(96, 60, 90, 60, 90), SKIN)
    picture = painted(96, *shapes, ground=ground)
    wish = Options(rectangle=(108.0, 108.0, 190.0, 190.0))
    _, covered = found_figure(picture, None, wish, (0.5, 0.5))
    inside = covered > 0.5
    assert inside[shapes[1][0]].mean() > 0.95
    assert not inside[:50, :50].any()


def test_a_mask_is_brought_to_the_picture_by_nearest_pixels():
    mask = np.arange(16, dtype=np.int32).reshape(4, 4)
    assert resized_mask(mask, (4, 4)) is mask
    assert np.array_equal(resized_mask(mask, (8, 8)), mask.repeat(2, 0).repeat(2, 1))
    assert np.array_equal(resized_mask(mask.repeat(3, 0).repeat(3, 1), (4, 4)), mask)


def test_too_many_parts_and_orders_that_do_not_fit_are_refused():
    picture = np.full((96, 96, 4), 200, np.uint8)
    rows, columns = np.mgrid[:96, :96] // 8
    mask = (rows * 12 + columns).astype(np.int32)
    assert mask.max() >= MOST_PARTS
    canvas, _ = found_figure(picture, mask, PLAIN)
    with pytest.raises(BadInput, match=f"more than {MOST_PARTS}"):
        parts_of(canvas, mask, None, PLAIN, SILENT)
    with pytest.raises(BadInput, match=f"1000000 parts are more than {MOST_PARTS}"):
        parts_of(canvas, None, 1_000_000, PLAIN, SILENT)
    with pytest.raises(BadInput, match="each of the 2 parts"):
        lie_of(np.maximum(face()[1], 0), Options(order=(0, 0)))


def test_options_are_checked_and_known_by_name():
    found = Options.of({"kinds": {"2": "flat"}, "order": [1, 0], "rectangle": [1, 2, 3, 4]})
    assert found.kinds == {2: "flat"}
    assert found.order == (1, 0)
    assert found.rectangle == (1.0, 2.0, 3.0, 4.0)
    assert Options.of({}) == PLAIN
    with pytest.raises(BadInput, match="no option “colour”"):
        Options.of({"colour": 1})


@pytest.mark.parametrize(
    "given",
    [
        {"thickness": True}, {"thickness": "1"}, {"thickness": [1]}, {"thickness": float("nan")},
        {"order": [True, False]}, {"order": "10"}, {"order": 3}, {"limbs": "no"}, {"limbs": 0},
        {"symmetric": "yes"}, {"rectangle": [0, 0, True, 5]}, {"rectangle": [1, 2]},
        {"kinds": [1]},
    ],
)  # fmt: skip
def test_options_of_another_kind_are_refused_in_words(given):
    with pytest.raises(BadInput, match=r"not of its kind|out of range") as error:
        Options.of(given)
    assert error.value.hint
