# SPDX-License-Identifier: GPL-3.0-or-later
"""A piece knows its axis, whether it is round, and where it is held."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.pipelines.bars import FORMS, Bar, bar_of
from backend.pipelines.frames import frame_of


def bar(mesh: trimesh.Trimesh, touched: np.ndarray) -> Bar:
    vertices, faces = np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int64)
    frame = frame_of(vertices, faces, np.zeros(len(faces), np.int64), 0)
    return bar_of(vertices, faces, np.arange(len(vertices)), frame, touched)


def test_a_post_runs_along_its_axis_from_where_it_is_held() -> None:
    post = trimesh.creation.cylinder(radius=0.1, height=1.0, sections=48).subdivide()
    made = bar(post, np.array([[0.0, 0.0, 0.5]]))  # by its upper end
    assert (made.round, made.ring, made.flat) == (True, False, False)
    assert np.abs(made.axes[2] @ [0, 0, 1]) == pytest.approx(1.0)
    assert made.t.min() == pytest.approx(0.0, abs=0.02)
    assert made.t.max() == pytest.approx(1.0, abs=0.02)
    assert made.t[np.argmax(post.vertices[:, 2])] < 0.1
    assert made.reached(np.array([[0.0, 0.0, 0.0]])) == pytest.approx(0.5, abs=0.02)


def test_a_ring_has_nothing_near_its_axis_and_a_box_is_not_round() -> None:
    ring = trimesh.creation.torus(1.0, 0.2)
    assert bar(ring, np.empty((0, 3))).ring
    box = trimesh.creation.box((0.2, 0.3, 1.5)).subdivide().subdivide()
    assert not bar(box, np.empty((0, 3))).round


@pytest.mark.parametrize("name", FORMS)
def test_each_form_changes_a_post_and_keeps_it_finite(name: str) -> None:
    mesh = trimesh.creation.cylinder(0.1, 1.0, sections=24)
    post = bar(mesh.subdivide_to_size(0.06), np.empty((0, 3)))
    t, across = FORMS[name](post, np.random.default_rng(0))
    assert (t.shape, across.shape) == (post.t.shape, post.across.shape)
    change = np.abs(np.column_stack([t - post.t, across - post.across]))
    assert np.isfinite(change).all()
    assert change.max() > 0.02
