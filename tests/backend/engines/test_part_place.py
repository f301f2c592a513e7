# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a part of another size stands."""

from __future__ import annotations

import numpy as np

from backend.engines.part_place import LARGEST, Contact, contact_of, held_box, standing

CAP = np.array([[-0.2, 0.5, -0.2], [0.2, 0.7, 0.2]])
RIM = np.array([[x, 0.5, z] for x in (-0.15, 0.15) for z in (-0.15, 0.15)])


def on_head(points: np.ndarray = RIM) -> Contact:
    return Contact(points, np.zeros(len(points), np.int64))


def sized(*size: float) -> np.ndarray:
    """A box of a size, anywhere."""
    return np.array([[7.0, 7.0, 7.0], [7.0 + size[0], 7.0 + size[1], 7.0 + size[2]]])


def test_a_higher_hat_grows_up_from_the_head() -> None:
    box = standing(sized(0.4, 0.9, 0.4), CAP, on_head())
    np.testing.assert_allclose(box, [[-0.2, 0.5, -0.2], [0.2, 1.4, 0.2]])


def test_what_touches_stays_inside_of_a_thin_one() -> None:
    box = standing(sized(0.1, 0.9, 0.1), CAP, on_head())
    np.testing.assert_allclose(box[:, 1], [0.5, 1.4])
    np.testing.assert_allclose(box[:, 0], [-0.15, 0.15])


def test_what_is_held_at_its_side_stays_there() -> None:
    hand = np.array([[0.2, 0.6, 0.0]])
    box = standing(sized(1.0, 0.4, 0.2), CAP, on_head(hand))
    np.testing.assert_allclose(box[1, 0], 0.2)
    np.testing.assert_allclose(box[:, 1].mean(), 0.6)


def test_between_two_neighbours_it_keeps_its_length() -> None:
    ends = Contact(np.array([[-0.2, 0.6, 0.0], [0.2, 0.6, 0.0]]), np.array([3, 5]))
    box = standing(sized(1.0, 0.1, 0.3), CAP, ends)
    np.testing.assert_allclose(box[:, 0], CAP[:, 0])
    np.testing.assert_allclose(np.ptp(box, axis=0), [0.4, 0.1, 0.3])


def test_sizes_have_limits_and_what_stands_alone_stays_in_the_middle() -> None:
    box = standing(sized(9.0, 1e-6, 0.4), CAP, Contact.none())
    np.testing.assert_allclose(np.ptp(box, axis=0), [LARGEST * 0.4, 0.25 * 0.2, 0.4])
    np.testing.assert_allclose(box.mean(axis=0), CAP.mean(axis=0))


def test_common_places_touch_and_else_what_is_near() -> None:
    points = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    others, other = np.array([[1.0, 0.0, 0.0], [0.0, 0.01, 0.0]]), np.array([4, 6])
    found = contact_of(points, others, other, points)
    assert found.points.tolist() == [[1.0, 0.0, 0.0]]
    assert found.other.tolist() == [4]
    near = contact_of(points[:1], others, other, points)
    assert near.other.tolist() == [6, 4]
    assert not len(contact_of(points, others + 5, other, points).points)
    assert not len(contact_of(points, others[:0], other[:0], points).points)


def test_a_part_of_other_proportions_is_as_large_as_the_old_one() -> None:
    old = np.array([[0.0, 0, 0], [1, 2, 1]])
    box = held_box(np.array([30.0, 10, 20]), old, Contact.none())
    np.testing.assert_allclose(np.ptp(box, axis=0), [2, 2 / 3, 4 / 3])
    np.testing.assert_allclose(box.mean(axis=0), old.mean(axis=0))
