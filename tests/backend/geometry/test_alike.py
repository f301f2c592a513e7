# SPDX-License-Identifier: GPL-3.0-or-later
"""What looks alike: one shape in other faces, not one with a detail more."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.alike import ALIKE, Look, Looks, alike, difference
from backend.geometry.booleans import Mesh, concatenated
from backend.library.families.forms import ball, block, moved
from backend.library.index import library
from backend.pipelines.reshape import subdivided


def apart(one: Mesh, other: Mesh) -> float:
    return difference(Look(*one), Look(*other))


def test_one_shape_in_other_faces_is_alike() -> None:
    box = block((1, 0.5, 2))
    assert apart(box, subdivided(*box, 0.1)) < ALIKE / 3
    assert apart(ball(0.5, 12), ball(0.5, 24)) < ALIKE
    vertices, faces = box
    assert apart(box, (vertices, faces[::-1, ::-1])) < ALIKE, "inside out, and in another order"


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_size_does_not_matter_but_place_does(scale: float) -> None:
    (vertices, faces), (others, sides) = ball(0.5), block((1, 1, 1))
    plain = apart((vertices, faces), (others, sides))
    assert apart((scale * vertices, faces), (scale * others, sides)) == pytest.approx(plain)
    assert plain > ALIKE
    assert apart((vertices, faces), (vertices + [0.2, 0, 0], faces)) > ALIKE


def test_a_detail_counts() -> None:
    box = block((1, 1, 1))
    assert apart(box, concatenated([box, moved(ball(0.25), (0.3, 0.5, 0.3))])) > ALIKE


def test_both_sides_of_a_sheet_are_one_surface() -> None:
    """Its places lie on each other, so that the nearest of another is often on the other side."""
    sheet = block((1, 1, 0.002))
    assert apart(sheet, subdivided(*sheet, 0.1)) < ALIKE / 3


def test_boxes_that_differ_are_not_compared_but_tell_the_same() -> None:
    low, high = Look(*block((1, 0.3, 1))), Look(*block((1, 0.6, 1)))
    assert not alike(low, high)
    assert difference(low, high) > ALIKE


def test_what_came_before_is_not_new() -> None:
    looks, parts = Looks(), library()
    hat = parts.named("cowboy hat")
    told = [looks.is_new(*parts.mesh(hat, seed)) for seed in range(3)]
    assert told == [True, False, False], "its seeds turn its brim a little"
    assert looks.is_new(*parts.mesh(parts.named("top hat")))
    assert not looks.is_new(*parts.mesh(hat))


def test_forms_that_people_tell_apart_are_new() -> None:
    looks, parts = Looks(), library()
    hair = parts.named("spiky hair")
    assert [looks.is_new(*parts.mesh(hair, seed)) for seed in range(3)] == [True] * 3


def test_a_line_of_points_has_a_look() -> None:
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [2, 0, 0]])
    assert np.isfinite(apart((vertices, np.array([[0, 1, 2]])), block((1, 1, 1))))
