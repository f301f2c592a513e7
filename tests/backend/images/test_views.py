# SPDX-License-Identifier: GPL-3.0-or-later
"""Solids that agree with several views."""

import numpy as np

from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.images.canvas import canvas_of
from backend.images.views import Side, completed_side, facing, hull_mesh
from tests.backend.images.drawn import bar, disc, painted


def seen(mask):
    picture = painted(len(mask), (mask, (200, 60, 50)))
    canvas = canvas_of(picture, mask.astype(np.float32), False)
    return canvas, Side.of(canvas.figure)


def made(**masks):
    both = {view: seen(mask) for view, mask in masks.items()}
    canvases = {view: canvas for view, (canvas, _) in both.items()}
    sides = {view: side for view, (_, side) in both.items()}
    vertices, faces = hull_mesh(canvases, sides, sides, 0.0)
    assert is_closed_manifold(faces)
    return vertices, faces


def test_two_discs_are_a_ball():
    vertices, faces = made(front=disc(160, 80, 80, 70), side=disc(160, 80, 80, 70))
    centre = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
    distance = np.linalg.norm(vertices - centre, axis=1)
    assert distance.std() < 0.025 * distance.mean()
    assert signed_volume(vertices, faces) > 0


def test_each_view_has_its_outline():
    front, side = bar(160, 10, 150, 30, 130), bar(160, 10, 150, 65, 95)
    vertices, _ = made(front=front, side=side)
    size = np.ptp(vertices, axis=0)
    np.testing.assert_allclose(size / size[1], [100 / 140, 1, 30 / 140], atol=0.02)


def test_the_view_from_above_is_kept_too():
    wide, round_one = bar(160, 40, 120, 20, 140), disc(160, 80, 80, 60)
    both = {"front": wide, "side": bar(160, 40, 120, 50, 110), "top": bar(160, 50, 110, 20, 140)}
    usual, _ = made(front=wide, side=wide)
    for vertices in (usual, made(front=wide, side=wide, top=round_one)[0]):
        reach = np.hypot(vertices[:, 0], vertices[:, 2])
        assert reach.max() < 1.05 * np.abs(vertices[:, 0]).max()
    size = np.ptp(made(**both)[0], axis=0)
    np.testing.assert_allclose(size / size[0], [1, 80 / 120, 60 / 120], atol=0.045)


def test_what_a_view_hides_is_completed_or_left_to_the_others():
    figure = bar(100, 10, 90, 20, 80)
    rows = np.zeros(100, bool)
    rows[20:80] = True
    half_hidden = bar(100, 20, 80, 20, 40) | bar(100, 20, 80, 60, 80)
    whole = completed_side(half_hidden, figure, rows, 5.0)
    assert whole[50, 50]
    assert completed_side(bar(100, 20, 30, 20, 40), figure, rows, 5.0) is None


def test_faces_know_the_view_that_looks_at_them():
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    faces = np.array([[0, 1, 2], [0, 2, 1], [0, 2, 3]])
    assert facing(vertices, faces, ("front", "back", "side", "other")).tolist() == [0, 1, 2]


def test_pieces_that_touch_by_a_corner_are_closed_and_keep_their_size():
    row, column = np.mgrid[:240, :240] + 0.5
    thin = (np.abs(column - 120 - 0.4 * (row - 120)) < 4) & (np.abs(row - 120) < 100)
    chess = bar(240, 20, 120, 60, 120) | bar(240, 120, 220, 120, 180)
    for front in (thin | bar(240, 150, 220, 60, 66), chess):
        vertices, _ = made(front=front, side=thin)
        rows, columns = (np.flatnonzero(front.any(axis=axis)) for axis in (1, 0))
        size = np.ptp(vertices, axis=0)
        want = (np.ptp(columns) + 1) / (np.ptp(rows) + 1)
        np.testing.assert_allclose(size[0] / size[1], want, rtol=0.02)
