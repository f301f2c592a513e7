# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands on a part stands on the new one, without moving; what does not is told."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.nearest import NearestFace
from backend.library.families.forms import ball, block, lathe, moved, turned
from backend.pipelines import frames
from backend.pipelines.edit import Variant, replace_part
from backend.pipelines.loads import loads_of
from tests.backend.pipelines.replacing import Labelled, labelled


def candle() -> Labelled:
    """0 a board; 1 a drum on it; 2 a candle on the drum; 3 a ball beside; 4 a flag at its side."""
    return labelled(
        moved(block((2, 0.1, 2)), (0, -0.05, 0)),
        lathe([(0.4, 0), (0.4, 0.5)], 24),
        moved(lathe([(0.12, 0), (0.12, 0.6)], 16), (0.1, 0.5, 0.05)),
        moved(ball(0.1), (0.8, 0.1, 0)),
        moved(turned(lathe([(0.02, 0), (0.02, 0.4)], 8), 2, -90), (0.4, 0.3, 0)),
    )


def gap(made: Variant, thing: Labelled, label: int) -> float:
    vertices, faces, labels = thing
    nearest = NearestFace(made.vertices, made.faces)
    places = frames.sampled(vertices, faces[labels == label])
    return float(nearest(places)[1].min())


def test_what_stands_on_a_part_is_told_from_what_holds_it() -> None:
    vertices, faces, labels = candle()
    frame = frames.frame_of(vertices, faces, labels, 1)
    found = {load.of: load.stands for load in loads_of(vertices, faces, labels, 1, frame)}
    assert found == {2: True, 4: False}


@pytest.mark.parametrize("text", ["pedestal", "mushroom", "egg", "crate", "statue base"])
def test_a_candle_stands_on_whatever_comes(text: str) -> None:
    thing = candle()
    made = replace_part(*thing, 1, text=text).variants[0]
    assert gap(made, thing, 2) < 0.03
    assert 2 not in made.report["floating"]
    assert gap(made, thing, 0) < 0.03, "it stands on the board as before"
    inside = made.vertices[np.linalg.norm(made.vertices[:, [0, 2]] - [0.1, 0.05], axis=1) < 0.1]
    assert not len(inside) or inside[:, 1].max() < 0.6, "it does not swallow the candle"


def test_what_loses_its_hold_is_told() -> None:
    thing = candle()
    made = replace_part(*thing, 1, text="column").variants[0]
    assert gap(made, thing, 4) > 0.05
    assert made.report["floating"] == [4]


def test_the_foot_of_an_object_stands_on_the_ground() -> None:
    """A tower below its large roof is no lamp that hangs from it."""
    vertices, faces, labels = labelled(
        lathe([(0.5, 0), (0.4, 1)], 16), moved(block((3, 1.5, 3)), (0, 1.75, 0))
    )
    frame = frames.frame_of(vertices, faces, labels, 0)
    assert frame.side is not None
    assert frame.side[1] < -0.9
    made = replace_part(vertices, faces, labels, 0, text="round tower").variants[0]
    assert made.vertices[:, 1].min() == pytest.approx(0, abs=0.05)
    assert made.vertices[:, 1].max() == pytest.approx(1, abs=0.05)
