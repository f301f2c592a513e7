# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures of parts, and the plane across which they mirror each other."""

import numpy as np

from backend.contract.part_shapes import FEATURES, features, find_part_mirror, measure
from tests.backend.contract.bodies import CUBE, FACES, boxes, dog


def test_a_box_is_measured_as_geometry_says():
    shapes = boxes([((1, 2, 3), (2, 4, 6)), ((9, 0, 0), (1, 1, 1))])
    np.testing.assert_allclose(shapes.area, [2 * (8 + 12 + 24), 6])
    np.testing.assert_allclose(shapes.centre[0], [1, 2, 3])
    np.testing.assert_allclose(np.abs(shapes.volume), [48, 1])
    np.testing.assert_allclose(shapes.low[0], [0, 0, 0])
    np.testing.assert_allclose(shapes.high[0], [2, 4, 6])
    # A unit cube's surface: two faces at 1/4, four of variance 1/12.
    np.testing.assert_allclose(shapes.spread[1], np.eye(3) * (2 / 4 + 4 / 12) / 6, atol=1e-12)
    np.testing.assert_allclose(shapes.facing[1], np.eye(3) / 3, atol=1e-12)


def test_measures_do_not_depend_on_the_order_or_the_cutting_of_triangles():
    corners = np.concatenate([CUBE[FACES], CUBE[FACES] * 2 + 5])
    label = np.repeat([0, 1], len(FACES))
    order = np.random.default_rng(1).permutation(len(label))
    one, other = measure(corners, label, 2), measure(corners[order], label[order], 2)
    np.testing.assert_allclose(one.spread, other.spread, atol=1e-12)
    middle = corners.mean(axis=1, keepdims=True)
    finer = np.concatenate(
        [np.concatenate([corners[:, [k, (k + 1) % 3]], middle], axis=1) for k in range(3)]
    )
    np.testing.assert_allclose(measure(finer, np.tile(label, 3), 2).spread, one.spread, atol=1e-12)


def test_legs_mirror_each_other_and_what_lies_across_the_plane_itself():
    mirror = find_part_mirror(dog())
    assert (mirror.axis, round(mirror.at, 6)) == (0, 0)
    assert mirror.partner.tolist() == [0, 1, 2, 4, 3, 6, 5]
    assert mirror.pairs() == [(3, 4), (5, 6)]


def test_what_lies_along_x_mirrors_across_y_and_lone_things_do_not():
    side = [((0, 1, 0), (3, 0.2, 1)), ((0, -1, 0), (3, 0.2, 1)), ((1.2, 0, 0), (0.5, 2, 0.2))]
    assert find_part_mirror(boxes(side)).axis == 1
    heap = [((0, 0, 0), (1, 2, 3)), ((2, 1, 0), (0.2, 0.5, 0.9)), ((-1, 3, 2), (2, 0.1, 1))]
    assert find_part_mirror(boxes(heap)) is None
    assert find_part_mirror(boxes([((0, 0, 0), (1, 1, 1))])) is None


def test_features_know_neither_size_nor_place_and_stay_finite():
    shapes = dog()
    moved = boxes([(c * 7 + 30, (h - low) * 7) for c, h, low in
                   zip(shapes.centre, shapes.high, shapes.low, strict=True)])  # fmt: skip
    one, other = (features(each, find_part_mirror(each)) for each in (shapes, moved))
    assert one.shape == (7, FEATURES)
    np.testing.assert_allclose(one, other, atol=1e-6)
    flat = measure(np.zeros((2, 3, 3)), np.array([0, 1]), 2)
    assert np.isfinite(features(flat, find_part_mirror(flat))).all()
