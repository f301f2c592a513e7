# SPDX-License-Identifier: GPL-3.0-or-later
"""Cells that a surface crosses: the net through them is that of the whole grid, mended."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.crossed_cells import CrossedCells
from backend.geometry.isosurface import GridField, surface_net, well_composed


@pytest.mark.parametrize("smooth", [0.0, 1.0])
def test_the_net_is_that_of_the_whole_grid(smooth: float) -> None:
    from scipy.ndimage import gaussian_filter

    values = gaussian_filter(np.random.default_rng(1).normal(size=(9, 11, 10)), smooth)
    field = GridField(values, np.zeros(3), 1.0)
    cells = CrossedCells(field.crossed_edges(), field.on_grid)
    cells.mend(1e-3, 2.0)
    vertices, quads = cells.net()
    padded = np.pad(values, 1, constant_values=np.inf)
    inside = well_composed(padded < 0, padded)
    padded = np.where(inside, np.minimum(padded, -1e-3), np.maximum(padded, 0.0)).clip(-2, 2)
    wanted, same = surface_net(padded)
    assert np.array_equal(quads, same)
    assert np.allclose(vertices, wanted - 1)


def test_two_corners_far_across_become_one_shell() -> None:
    """Their cell would have one vertex for two surfaces."""
    values = np.ones((4, 4, 4))
    values[1, 1, 1] = values[2, 2, 2] = -1.0
    field = GridField(values, np.zeros(3), 1.0)
    cells = CrossedCells(field.crossed_edges(), field.on_grid)
    cells.mend(1e-3, 2.0)
    vertices, quads = cells.net()
    assert len(vertices) - len(quads) == 2  # of one shell without a hole: V - 2 Q + Q
    inside = cells.value[np.flatnonzero((cells.place == 1).all(axis=1))[0]] < 0
    assert inside.sum() > 2
