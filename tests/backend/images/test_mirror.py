# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of symmetric figures."""

import numpy as np

from backend.images.mirror import mirrored_labels
from tests.backend.images.drawn import bar, doll


def test_arms_and_legs_are_twins_and_the_body_is_its_own():
    _, labels = doll()
    labels[66:80, 100] = 4  # a pixel of difference does no harm
    made, twin = mirrored_labels(labels)
    assert twin.tolist() == [1, 0, 3, 2, 4, 5]
    other = np.where(made >= 0, twin[made], -1)[:, ::-1]
    assert np.array_equal(other, made)


def test_parts_that_are_not_alike_stay_as_they_are():
    labels = np.full((80, 80), -1, np.int32)
    labels[bar(80, 10, 70, 10, 60)] = 0
    labels[bar(80, 10, 70, 60, 70)] = 1
    assert mirrored_labels(labels) is None
