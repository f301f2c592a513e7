# SPDX-License-Identifier: GPL-3.0-or-later
"""The raster on which shapes are found."""

import numpy as np
import pytest

from backend.images.canvas import (
    FINE,
    FINEST,
    MARGIN,
    SIZE,
    canvas_of,
    fine_size,
    finer,
    labels_on,
)
from tests.backend.images.drawn import bar, disc, doll, painted


def canvas(picture, **more):
    return canvas_of(picture, picture[..., 3] / np.float32(255), **more)


def test_a_figure_fills_the_canvas_whatever_its_size_and_place():
    for size in (60, 300):
        picture, _ = doll(size)
        made = canvas(np.pad(picture, ((0, 40), (90, 0), (0, 0))))
        rows, columns = np.nonzero(made.figure)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == pytest.approx(SIZE, abs=3)
        assert rows.min() == pytest.approx(MARGIN, abs=2)


def test_the_axis_of_a_symmetric_figure_is_in_the_middle():
    made = canvas(doll(320)[0])
    assert made.axis == made.columns / 2
    assert np.array_equal(made.figure, made.figure[:, ::-1])


def test_another_figure_has_no_axis_unless_it_is_asked_for():
    picture = painted(200, (disc(200, 60, 60, 50) | disc(200, 140, 150, 30), (200, 0, 0)))
    assert canvas(picture).axis is None
    assert canvas(picture, symmetric=True).axis is not None
    assert canvas(doll()[0], symmetric=False).axis is None


def test_labels_come_over_by_what_covers_most():
    picture, labels = doll(320)
    made = canvas(picture)
    found, numbers = made.labels_of(np.where(labels >= 0, labels * 7, -1))
    assert numbers.tolist() == [0, 7, 14, 21, 28, 35]
    share = np.bincount(found[found >= 0]) / np.bincount(labels[labels >= 0])
    np.testing.assert_allclose(share * made.step**2, 1, rtol=0.06)


def test_thin_parts_and_small_figures_get_a_finer_canvas():
    wide = np.where(disc(500, 250, 250, 240), 0, -1)
    assert fine_size(wide) == FINE
    thin = wide.copy()
    thin[248:253, 10:490] = 1
    assert fine_size(thin) > FINE + 100
    sparse = np.where(bar(500, 10, 490, 200, 260), 0, -1)
    assert fine_size(sparse) == FINEST
    assert fine_size(np.full((9, 9), -1)) == FINE


def test_parts_come_over_to_a_finer_canvas_of_the_same_figure():
    picture, labels = doll(640)
    covered = picture[..., 3] / np.float32(255)
    coarse = canvas(picture)
    found, _ = coarse.labels_of(labels)
    made = finer(picture, covered, coarse, 480)
    rows, columns = np.nonzero(made.figure)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == pytest.approx(480, abs=3)
    assert made.axis == made.columns / 2
    fine = labels_on(made, found, coarse)
    wanted, _ = made.labels_of(labels)
    assert ((fine >= 0) == made.figure).all()
    for part in range(int(wanted.max()) + 1):
        both = ((fine == part) & (wanted == part)).sum() / ((fine == part) | (wanted == part)).sum()
        assert both > 0.93
