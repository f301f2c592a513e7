# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture as the part generator sees it."""

from __future__ import annotations

import numpy as np
import pytest

from backend.contract.errors import BadInput
from backend.engines.part_picture import Window, masked, outlined, patches


def scene() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A figure of two halves in a picture, wider than high: red left, blue right; its coverage."""
    picture = np.zeros((100, 300, 4), np.uint8)
    covered = np.zeros((100, 300), np.float32)
    labels = np.full((100, 300), -1, np.int32)
    picture[40:80, 100:150] = [255, 0, 0, 255]
    picture[40:80, 150:200] = [0, 0, 255, 255]
    covered[40:80, 100:200] = 1
    labels[40:80, 100:150], labels[40:80, 150:200] = 4, 7
    return picture, covered, labels


def test_a_figure_is_in_the_middle_and_as_large_as_objects_are() -> None:
    picture, covered, _ = scene()
    found = patches(picture, covered, Window.around(covered))
    assert found.shape == (64, 256)
    pixels = found.reshape(8, 8, 8, 8, 4).swapaxes(1, 2).reshape(64, 64, 4)
    rows, columns = np.nonzero(pixels[..., 3] > 0.5)
    assert abs((columns.max() + 1 - columns.min()) - 0.95 * 64) <= 1
    assert abs(columns.min() - (63 - columns.max())) <= 1
    assert abs(rows.min() - (63 - rows.max())) <= 1
    assert abs((rows.max() + 1 - rows.min()) - 0.4 * 0.95 * 64) <= 1
    np.testing.assert_allclose(pixels[32, 10], [1, 0, 0, 1], atol=1e-5)
    np.testing.assert_allclose(pixels[32, 54], [0, 0, 1, 1], atol=1e-5)
    np.testing.assert_allclose(pixels[2, 2], 0)


def test_masks_say_how_much_each_part_covers() -> None:
    _, covered, labels = scene()
    told = masked(labels, [4, 7], covered, Window.around(covered))
    left, right = told[:, :256].reshape(2, 16, 16)
    assert left[8, 2] == 1
    assert right[8, 2] == 0
    assert right[8, 13] == 1
    assert left[0].sum() == 0
    np.testing.assert_allclose(left.sum(), right.sum(), rtol=0.02)
    # Centres times two, as of boxes: half of the figure's width apart.
    np.testing.assert_allclose(told[:, 256], [-0.95, 0.95], atol=0.03)
    np.testing.assert_allclose(told[:, 257], 0, atol=0.03)


def test_a_mask_shows_the_sides_of_a_box_but_no_depth() -> None:
    _, covered, labels = scene()
    window = Window.around(covered)
    sides = window.sides(labels == 7)
    np.testing.assert_allclose(sides[:, 0], [0, 0.95], atol=1e-6)
    np.testing.assert_allclose(sides[:, 1], [-0.38, 0.38], atol=1e-6)
    assert np.isnan(sides[:, 2]).all()
    # What is higher in the picture is higher.
    upper = labels == 4
    upper[60:] = False
    np.testing.assert_allclose(window.sides(upper)[:, 1], [0, 0.38], atol=1e-6)


def test_no_part_has_no_mask() -> None:
    _, covered, labels = scene()
    assert len(masked(labels, [], covered, Window.around(covered))) == 0
    assert not masked(labels, [99], covered, Window.around(covered)).any()


def test_outlines_suggest_solids_where_they_are_seen() -> None:
    picture, _, labels = scene()
    found = outlined(picture, labels)
    assert np.array_equal(found.labels, labels)
    assert set(found.solids) == {4, 7}
    left, right = (found.solids[part][0] for part in (4, 7))
    # One of the two is nearer, and the other goes on under it for a while.
    assert -0.1 < left[:, 0].max() < 0.6
    assert -0.6 < right[:, 0].min() < 0.1
    for vertices, faces in found.solids.values():
        np.testing.assert_allclose(np.abs(vertices[:, 1]).max(), 0.38, atol=0.06)
        assert np.ptp(vertices[:, 2]) > 0.1, "it has a depth"
        assert faces.max() < len(vertices)


def test_parts_that_nobody_painted_are_looked_for() -> None:
    picture, covered, labels = scene()
    found = outlined(picture, count=2)
    assert set(found.solids) == set(np.unique(found.labels[found.labels >= 0])) == {0, 1}
    assert ((found.labels >= 0) == (covered > 0.5)).mean() > 0.99
    one = np.bincount(found.labels[labels == 4]).argmax()
    assert ((found.labels == one) == (labels == 4)).mean() > 0.98, "red and blue are told apart"


def test_a_picture_without_a_figure_is_refused() -> None:
    picture, _, _ = scene()
    with pytest.raises(BadInput):
        outlined(np.zeros_like(picture))
