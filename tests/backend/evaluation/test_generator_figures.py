# SPDX-License-Identifier: GPL-3.0-or-later
"""How alike two shapes are."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.evaluation.generator_figures import Box, box_of, chamfer, cube_chamfer, shape_figures
from tests.backend.evaluation.made_up import mesh

pytest.importorskip("igl", reason="distances need libigl (training only)")


def slab(thick: float = 0.5, shift: float = 0.0):
    return mesh(trimesh.creation.box((2.0, thick, 1.0)), (5 + shift, 0, 0))


def test_frames_are_the_box_by_axis_or_as_it_is():
    box = box_of(slab())
    corner = np.array([6.0, 0.25, 0.5])
    assert box.cube(corner) == pytest.approx([1, 1, 1])
    assert box.as_is(corner) == pytest.approx([1, 0.25, 0.5])
    assert Box.of(np.array([[0.0, 0, 0], [1, 0, 0]])).half.min() > 0, "what is flat has a frame"


def test_the_same_shape_agrees_and_another_does_not():
    same = shape_figures(slab(), slab())
    assert same["iou"] == 1
    assert same["f"] == 1
    assert same["chamfer"] == pytest.approx(0, abs=1e-9)
    half = shape_figures(slab(), slab(0.25))
    assert half["iou"] == pytest.approx(0.5, abs=0.05)
    assert half["f"] < 0.7
    assert half["chamfer"] > 0.05
    nothing = shape_figures(slab(), None)
    assert (nothing["iou"], nothing["f"]) == (0, 0)
    assert np.isnan(nothing["chamfer"])


def test_chamfer_distances_are_the_sum_of_both_means():
    one, other = np.array([[0.0, 0, 0]]), np.array([[1.0, 0, 0], [3.0, 0, 0]])
    assert chamfer(one, other) == pytest.approx(1 + 2)
    assert chamfer(one, other) == chamfer(other, one)


def test_in_the_cube_thin_and_thick_slabs_differ_by_their_own_box_alone():
    assert cube_chamfer(slab(), slab()) == pytest.approx(0, abs=1e-9)
    # Moved by a half of its size: one end is off by that, and of what is between only the ends.
    assert 0.2 < cube_chamfer(slab(), slab(shift=1.0)) < 1
    assert cube_chamfer(slab(0.01), slab(0.02)) > 0.3, "thin parts count as thick ones do"
