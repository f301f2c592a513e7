# SPDX-License-Identifier: GPL-3.0-or-later
"""Names for labels of polygons, and where parts lie."""

from __future__ import annotations

import numpy as np
import pytest
from partwise.backend.contract.errors import BadInput
from partwise.blender_addon.core.naming import Naming, PartPlace, Solid, names_of, spots_of

CUBE = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float) / 2
QUADS = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]


def solid(*boxes: tuple[tuple[float, float, float], float], turn=None) -> Solid:
    """Cubes with a middle and a size, six polygons each."""
    vertices = np.concatenate([CUBE * size + np.array(middle) for middle, size in boxes])
    faces = [
        [8 * k + corner for corner in triangle]
        for k in range(len(boxes))
        for a, b, c, d in QUADS
        for triangle in ((a, b, c), (a, c, d))
    ]
    polygon = np.arange(len(faces), dtype=np.int32) // 2
    turn = np.eye(3) if turn is None else turn
    return Solid.of(vertices, np.array(faces, np.int32), polygon, turn)


PAIR = (((0, 0, 0), 2.0), ((1.5, 0, 0), 1.0), ((-1.5, 0, 0), 1.0))
LABELS = np.repeat([7, 3, 9], 6).astype(np.int32)


def test_ids_get_names_by_side_and_size():
    assert names_of(solid(*PAIR), LABELS, Naming("SHAPE")) == {
        7: "Part.01",
        3: "Part.02.L",
        9: "Part.02.R",
    }
    numbers = names_of(solid(*PAIR), LABELS, Naming("NUMBERS"))
    assert numbers[7] == "Part.01"
    assert set(numbers.values()) == {"Part.01", "Part.02", "Part.03"}


def test_the_turn_of_the_object_says_where_left_is():
    half_turn = np.diag([-1.0, -1.0, 1.0])
    assert names_of(solid(*PAIR, turn=half_turn), LABELS, Naming())[9] == "Part.02.L"


def test_a_template_names_the_largest_first_and_names_that_are_taken_are_left():
    template = Naming("TEMPLATE", "Trunk, Arm.L, Arm.R")
    assert names_of(solid(*PAIR), LABELS, template)[7] == "Trunk"
    assert names_of(solid(*PAIR), LABELS, template, {"Trunk"})[7] == "Trunk.001"
    with pytest.raises(BadInput):
        names_of(solid(*PAIR), LABELS, Naming("TEMPLATE", " , "))


def test_faces_without_a_part_and_parts_without_triangles_are_left_out():
    labels = np.where(LABELS == 9, -1, LABELS)
    assert set(names_of(solid(*PAIR), labels, Naming())) == {3, 7}
    assert names_of(solid(*PAIR), np.full(18, -1, np.int32), Naming()) == {}


def test_memory_is_counted():
    assert solid(*PAIR).nbytes == 18 * (20 * 8 + 6 * 4 + 4)


def test_spots_are_the_middles_of_surfaces():
    labels = np.array([0, 0, 1], np.int32)
    centres = np.array([[0, 0, 0], [4, 0, 0], [9, 9, 9]], float)
    found = spots_of(labels, centres, np.array([1.0, 3.0, 2.0]), [0, 5])
    assert found == {0: PartPlace((3.0, 0.0, 0.0), 4.0)}


@pytest.mark.parametrize(
    ("middle", "area", "same"),
    [
        ((0, 0, 0), 1.0, True),
        ((0.4, 0, 0), 1.2, True),
        ((0.6, 0, 0), 1.0, False),
        ((0, 0, 0), 2.0, False),
    ],
)
def test_a_spot_is_the_same_where_place_and_area_are(middle, area, same):
    assert PartPlace((0, 0, 0), 1.0).is_at(PartPlace(middle, area), size=10.0) is same
