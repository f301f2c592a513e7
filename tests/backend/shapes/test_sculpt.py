# SPDX-License-Identifier: GPL-3.0-or-later
"""Sculptures: unions with fillets, cuts, and the names of what a surface belongs to."""

from __future__ import annotations

import numpy as np
import pytest

from backend.shapes.implicit import box, sphere
from backend.shapes.sculpt import FAR, Sculpture


def places(*rows: tuple[float, ...]) -> np.ndarray:
    """Points (3, N)."""
    return np.array(rows, np.float32).T


def body() -> Sculpture:
    made = Sculpture(detail=24)
    made.add(sphere((0, 0, 0), 0.5), "torso", blend=0.1)
    made.limb([(0.4, 0, 0), (0.9, 0, 0), (1.3, 0, 0)], [0.15, 0.1], ["arm.l", "arm.l/hand"])
    return made


def test_a_union_holds_both_and_a_fillet_swells_where_they_meet():
    plain, filleted = Sculpture(), Sculpture()
    for made, blend in ((plain, 0.0), (filleted, 0.2)):
        made.add(sphere((0, 0, 0), 0.5), "a", blend)
        made.add(sphere((0.8, 0, 0), 0.5), "b", blend)
    crease = places((0.4, 0.31, 0))
    assert plain.sample(crease)[0] > 0 > filleted.sample(crease)[0]
    away = places((-0.5, 0, 0), (1.3, 0, 0), (0, 0, 0.4))
    np.testing.assert_allclose(filleted.sample(away), plain.sample(away), atol=1e-6)
    np.testing.assert_allclose(plain.sample(away), [0, 0, -0.1], atol=1e-6)


def test_a_chain_does_not_swell_at_its_joints():
    made = Sculpture()
    made.limb([(0, 0, 0), (1, 0, 0), (2, 0, 0)], [0.2, 0.2, 0.2], "limb", blend=0.3)
    np.testing.assert_allclose(made.sample(places((1, 0.2, 0), (0.5, 0.2, 0))), 0, atol=1e-5)


def test_a_cut_takes_away():
    made = Sculpture()
    made.add(box((0, 0, 0), (0.5, 0.5, 0.5)), "block")
    made.cut(sphere((0.5, 0, 0), 0.2), blend=0.0)
    found = made.sample(places((0.4, 0, 0), (0.2, 0, 0), (0.4, 0.4, 0)))
    assert (found < 0).tolist() == [False, True, True]
    assert made.paths == ["block"], "a hole is no piece"
    assert made.part_of(places((0.3, 0, 0))).tolist() == [0]


def test_far_from_everything_the_field_is_far():
    assert body().sample(places((9, 9, 9)))[0] > FAR / 2


def test_the_grid_holds_the_field_within_the_bounds():
    made = body()
    values, origin, cell = made.sample_grid()
    low, high = made.bounds()
    assert (origin < low).all()
    assert (origin + cell * (np.array(values.shape) - 1) > high).all()
    inside = np.argwhere(values < 0)
    points = (origin + cell * inside).T.astype(np.float32)
    np.testing.assert_allclose(made.sample(points), values[tuple(inside.T)], atol=1e-5)
    assert (points >= low[:, None]).all()
    assert (points <= high[:, None]).all()
    for axis in range(3):
        ends = np.take(values, [0, -1], axis)
        assert (ends > 0).all(), "the surface does not reach the border of the grid"


def test_each_place_belongs_to_what_is_nearest():
    made = body()
    found = made.part_of(places((-0.5, 0, 0), (0.7, 0.12, 0), (1.4, 0, 0)))
    assert [made.paths[k] for k in found] == ["torso", "arm.l", "arm.l/hand"]


def test_a_bias_moves_a_border_away_from_its_solid():
    borders = []
    for bias in (0.0, 0.1):
        made = Sculpture()
        made.add(sphere((-0.5, 0, 0), 0.5), "a")
        made.add(sphere((0.5, 0, 0), 0.5), "b", bias=bias)
        row = np.linspace(-0.4, 0.4, 81)
        of_b = made.part_of(places(*((x, 0, 0) for x in row))) == 1
        borders.append(row[of_b.argmax()])
    assert borders[1] > borders[0] + 0.03


def test_paint_covers_what_it_is_meant_for():
    made = body()
    made.paint(sphere((0.5, 0, 0), 0.2), "badge", over="torso")
    found = made.part_of(places((0.45, 0.19, 0), (0.62, 0.13, 0), (-0.5, 0, 0)))
    assert [made.paths[k] for k in found] == ["badge", "arm.l", "torso"]


@pytest.mark.parametrize(
    ("rules", "names"),
    [
        ((), ["arm.l/hand/thumb", "arm.r", "neck"]),
        (("arm.?",), ["arm.l", "arm.r", "neck"]),
        (("arm.?/hand",), ["arm.l/hand", "arm.r", "neck"]),
        (("arm.?>arms", "neck>head"), ["arms", "arms", "head"]),
        (("arm.?/hand>^",), ["arm.l", "arm.r", "neck"]),
        (("arm.l>one", "arm.?>other"), ["one", "other", "neck"]),
        (("*",), ["arm.l", "arm.r", "neck"]),
    ],
)
def test_rules_say_where_names_end(rules: tuple[str, ...], names: list[str]):
    made = Sculpture(paths=["arm.l/hand/thumb", "arm.r", "neck"])
    assert made.resolve(rules) == names
