# SPDX-License-Identifier: GPL-3.0-or-later
"""A part of the library knows where it is held."""

from __future__ import annotations

import numpy as np

from backend.library.families.forms import block, moved
from backend.training.library_parts import held_at


def test_a_part_is_held_where_it_touches() -> None:
    one, other = block((1, 1, 1)), moved(block((1, 1, 1)), (0, 1, 0))
    vertices = np.concatenate([one[0], other[0]])
    faces = np.concatenate([one[1], other[1] + len(one[0])])
    inside = np.arange(len(faces)) < len(one[1])
    places = held_at(vertices, faces, inside)
    assert places is not None
    assert (places[:, 1] > 0.49).all()
    assert held_at(*one, np.ones(len(one[1]), bool)) is None
