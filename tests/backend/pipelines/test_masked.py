# SPDX-License-Identifier: GPL-3.0-or-later
"""Masks say what is seen; what is not seen goes on from there, and not from what is before it."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.booleans import Mesh, concatenated, union
from backend.geometry.mesh import face_vectors
from backend.library.families.forms import block, moved
from backend.pipelines.masked import parts_by_mask
from backend.pipelines.reshape import subdivided
from backend.pipelines.segment import analyse

SIDE = 120  # pixels of a mask
FACING, AWAY = 0.9, -0.9
STUDS = np.linspace(-0.42, 0.42, 8)


class Painted:
    """A mesh seen from +Z, the picture as large as it, with a mask of rectangles.

    rectangles : (left, bottom, right, top) of each part, in the mesh's own units; later ones lie
    over earlier ones.
    """

    def __init__(self, mesh: Mesh, *rectangles: tuple[float, float, float, float]) -> None:
        self.vertices, self.faces = subdivided(*mesh, 0.1)
        low, high = self.vertices.min(axis=0), self.vertices.max(axis=0)
        self.places = ((self.vertices - low) / (high - low))[:, :2]
        middle = (np.arange(SIDE) + 0.5) / SIDE
        x = low[0] + middle * (high - low)[0]
        y = (low[1] + (1 - middle) * (high - low)[1])[:, None]
        self.mask = np.full((SIDE, SIDE), -1, np.int32)
        for part, (left, bottom, right, top) in enumerate(rectangles):
            self.mask[(left < x) & (x < right) & (bottom < y) & (y < top)] = part
        self.middle = self.vertices[self.faces].mean(axis=1)
        self.normal, self.area, _ = face_vectors(self.vertices, self.faces)
        self.analysis = analyse(self.vertices, self.faces, symmetric=False)
        near = self.vertices[:, 2]
        self.part = parts_by_mask(self.mask, self.places, near, self.analysis)

    def share(self, where: np.ndarray, part: int) -> float:
        """How much of the area of some faces is a part's."""
        return float(self.area[where & (self.part == part)].sum() / self.area[where].sum())


@pytest.fixture(scope="module")
def halves() -> Painted:
    """The front of a box in two masks, over another body behind it that nobody sees."""
    box, body = block((1, 1, 0.3)), moved(block((0.5, 0.5, 0.4)), (0.1, 0, -0.6))
    mesh = concatenated([box, body])
    return Painted(mesh, (-0.5, -0.5, 0.0, 0.5), (0.0, -0.5, 0.5, 0.5))


@pytest.fixture(scope="module")
def arm() -> Painted:
    """A torso of one surface with an arm across it."""
    mesh = union([block((1, 1.4, 0.4)), moved(block((0.3, 0.8, 0.5)), (0.1, 0, 0.4))])
    return Painted(mesh, (-0.5, -0.7, 0.5, 0.7), (-0.05, -0.4, 0.25, 0.4))


def test_a_border_of_the_mask_divides_what_is_seen_where_it_is(halves: Painted) -> None:
    front = (halves.normal[:, 2] > FACING) & (halves.middle[:, 2] > 0)
    x = halves.middle[:, 0]
    assert halves.share(front & (x < 0), 0) == pytest.approx(1.0)
    assert halves.share(front & (x > 0), 1) == pytest.approx(1.0)


def test_the_back_goes_on_from_the_sides(halves: Painted) -> None:
    box = halves.middle[:, 2] > -0.2
    x = halves.middle[:, 0]
    assert halves.share(box & (x < -0.15), 0) > 0.97
    assert halves.share(box & (x > 0.15), 1) > 0.97


def test_a_body_that_nobody_sees_has_one_part_that_of_what_is_nearest(halves: Painted) -> None:
    """Not each half of it the mask that lies before it."""
    body = halves.middle[:, 2] < -0.3
    assert halves.share(body & (halves.middle[:, 0] < 0), 1) == pytest.approx(1.0)
    assert halves.share(body, 1) == pytest.approx(1.0)


def test_what_is_behind_an_arm_is_the_torsos(arm: Painted) -> None:
    behind = (np.abs(arm.middle[:, 0] - 0.1) < 0.14) & (np.abs(arm.middle[:, 1]) < 0.38)
    behind &= arm.normal[:, 2] < AWAY
    assert behind.sum() > 20
    assert arm.share(behind, 0) == pytest.approx(1.0)


def test_the_arm_ends_in_the_crease(arm: Painted) -> None:
    sides = (arm.middle[:, 2] > 0.21) & (np.abs(arm.normal[:, 2]) < 0.1)
    assert arm.share(sides, 1) == pytest.approx(1.0), "which are seen at an angle of nothing"
    assert arm.share(arm.middle[:, 2] < 0.19, 0) == pytest.approx(1.0)


def test_small_errors_of_a_mask_make_no_crumbs(arm: Painted) -> None:
    mask = arm.mask.copy()
    mask[5:7, 5:7] = 1
    part = parts_by_mask(mask, arm.places, arm.vertices[:, 2], arm.analysis)
    assert np.array_equal(part, arm.part)


def test_a_part_in_many_pieces_keeps_them() -> None:
    studs = [moved(block((0.06, 0.06, 0.06)), (x, y, 0.12)) for x in STUDS for y in STUDS]
    rectangles = [(-0.5, -0.5, 0.5, 0.5)]
    mesh = union([block((1, 1, 0.2)), *studs])
    made = Painted(mesh, *rectangles)
    for x in STUDS:
        for y in STUDS:
            column, row = int((x + 0.5) * SIDE), int((0.5 - y) * SIDE)
            made.mask[row - 4 : row + 4, column - 4 : column + 4] = 1
    part = parts_by_mask(made.mask, made.places, made.vertices[:, 2], made.analysis)
    top = made.middle[:, 2] > 0.149
    assert (part[top] == 1).all()
    assert (part[made.middle[:, 2] < 0.09] == 0).all()


def test_where_nothing_is_seen_there_is_one_part_and_numbers_have_no_gaps(arm: Painted) -> None:
    near = arm.vertices[:, 2]
    nothing = np.full_like(arm.mask, -1)
    assert not parts_by_mask(nothing, arm.places, near, arm.analysis).any()
    apart = np.where(arm.mask == 1, 7, arm.mask).astype(np.int32)
    assert np.array_equal(parts_by_mask(apart, arm.places, near, arm.analysis), arm.part)
