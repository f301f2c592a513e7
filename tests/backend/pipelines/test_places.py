# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a new part is put: once, for each piece, and for the twin."""

from __future__ import annotations

import numpy as np

from backend.pipelines import frames
from backend.pipelines.places import places_of
from tests.backend.pipelines.replacing import cart


def test_places_of_a_part_its_pieces_and_its_twin() -> None:
    vertices, faces, labels = cart()
    frame = frames.frame_of(vertices, faces, labels, 1)
    both = places_of(vertices, faces, labels, 1, frame, several=True, twins=True)
    assert [place.of for place in both] == [1, 2]
    assert both[0].plane is None
    assert both[1].plane is not None
    one_part = np.where(labels == 2, 1, labels)
    whole = frames.frame_of(vertices, faces, one_part, 1)
    pieces = places_of(vertices, faces, one_part, 1, whole, several=True, twins=False)
    assert [place.of for place in pieces] == [1, 1]
    assert len(places_of(vertices, faces, one_part, 1, whole, several=False, twins=False)) == 1
