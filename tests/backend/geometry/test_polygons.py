# SPDX-License-Identifier: GPL-3.0-or-later
"""Polygons to triangles: outlines kept, winding kept, convex ones as fans."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.polygons import fan, triangulate

TURN = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))[0]
TURN *= np.sign(np.linalg.det(TURN))


def in_space(flat) -> np.ndarray:
    """Outline (n, 2) in a slanted plane far from the origin."""
    flat = np.asarray(flat, dtype=float)
    return np.column_stack([flat, np.zeros(len(flat))]) @ TURN.T + (300, -20, 7)


def star(points: int, inner: float = 0.4) -> np.ndarray:
    angle = np.arange(2 * points) * np.pi / points
    return np.where(np.arange(2 * points) % 2, inner, 1.0)[:, None] * np.stack(
        [np.cos(angle), np.sin(angle)], axis=1
    )


def shoelace(flat: np.ndarray) -> float:
    x, y = flat.T
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2)


COMB = np.array([[0, 0], [9, 0], *[p for x in range(8, 0, -2) for p in ((x + 1, 3), (x, .5))],
                 [1, 3], [0, 3]])  # fmt: skip
# a concave one with corners on straight lines: another polygon may share these edges' halves
STEPS = np.array([[0, 0], [1, 0], [2, 0], [4, 0], [4, 1], [4, 2], [2, 2], [2, 3], [2, 4], [0, 4],
                  [0, 2]])  # fmt: skip
# a frame: the outline goes to the hole and comes back on the same edge
FRAME = np.array([[0, 0], [4, 0], [4, 4], [0, 4], [0, 0], [1, 1], [1, 3], [3, 3], [3, 1], [1, 1]])
CONCAVE = {"star": star(5), "comb": COMB, "steps": STEPS, "frame": FRAME,
           "dart": np.array([[0, 0], [4, 0], [1, 1], [0, 4]])}  # fmt: skip


@pytest.mark.parametrize("flat", CONCAVE.values(), ids=CONCAVE.keys())
@pytest.mark.parametrize("backwards", [False, True])
def test_a_concave_polygon_is_filled_whichever_corner_comes_first(flat, backwards):
    for first in range(len(flat)):
        outline = np.roll(flat[::-1] if backwards else flat, first, axis=0)
        points = in_space(outline)
        triangles, of = triangulate(points, np.arange(len(points)), np.array([len(points)]))
        assert len(triangles) == len(points) - 2
        assert not of.any()
        corner = points[triangles]
        double = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        signed = double @ TURN[:, 2] / 2
        assert (signed * (-1 if backwards else 1) >= -1e-9).all()
        np.testing.assert_allclose(signed.sum(), shoelace(outline), rtol=1e-9)
        # each side of the outline is a side of one triangle: neighbours stay closed against it
        sides = np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2).reshape(-1, 2)
        count = len(points)
        own = {tuple(s) for s in sides.tolist() if (s[1] - s[0]) % count == 1}
        assert len(own) == count


def test_polygons_keep_their_order_and_convex_ones_are_fans():
    ring = np.array([[np.cos(a), np.sin(a)] for a in np.arange(7) * 2 * np.pi / 7])
    shapes = [ring[:3], CONCAVE["dart"], ring, star(6), ring[:2], ring[:4], STEPS, ring[:1]]
    sizes = np.array([len(shape) for shape in shapes])
    points = np.concatenate([in_space(shape) for shape in shapes])
    shuffled = np.random.default_rng(0).permutation(len(points))
    corners = np.argsort(shuffled)
    triangles, of = triangulate(points[shuffled], corners, sizes)
    plain, expected_of = fan(sizes)
    np.testing.assert_array_equal(of, expected_of)
    for polygon, start in enumerate(np.cumsum(sizes) - sizes):
        own = triangles[of == polygon] - start
        assert ((own >= 0) & (own < sizes[polygon])).all()
        if polygon in (0, 2, 5):
            np.testing.assert_array_equal(own + start, plain[of == polygon])


def test_many_concave_quads_are_cut_along_the_other_diagonal():
    rng = np.random.default_rng(1)
    points = np.tile(in_space(CONCAVE["dart"]), (70000, 1)) + np.repeat(
        rng.normal(size=(70000, 3)), 4, axis=0
    )
    sizes = np.full(70000, 4)
    triangles, _ = triangulate(points, np.arange(len(points)), sizes)
    corner = points[triangles]
    double = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    assert (double @ TURN[:, 2] > 0).all()


@pytest.mark.parametrize("flat", [star(5), COMB, STEPS], ids=["star", "comb", "steps"])
def test_corners_in_one_place_do_no_harm(flat):
    for twice in range(len(flat)):
        outline = np.insert(flat, twice, flat[twice], axis=0)
        points = in_space(outline)
        triangles, _ = triangulate(points, np.arange(len(points)), np.array([len(points)]))
        corner = points[triangles]
        double = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        np.testing.assert_allclose(
            np.linalg.norm(double, axis=1).sum() / 2, shoelace(outline), rtol=1e-6
        )
        assert len(triangles) == len(outline) - 2


def test_an_outline_that_crosses_itself_a_little_is_not_filled_far_beyond():
    rng = np.random.default_rng(0)
    worst = 0.0
    for _ in range(200):
        angle = np.sort(rng.random(30)) * 2 * np.pi
        radius = np.sqrt(rng.random(30)) + 0.05
        outline = np.round(radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1), 1)
        points = in_space(outline)
        triangles, _ = triangulate(points, np.arange(30), np.array([30]))
        corner = points[triangles]
        double = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        area = np.linalg.norm(double, axis=1).sum() / 2
        worst = max(worst, abs(area / shoelace(outline) - 1))
    assert worst < 0.1


def test_a_warped_quad_is_judged_as_seen_along_its_normal():
    saddle = np.array([[0, 0, 0.2], [1, 0, -0.2], [1, 1, 0.2], [0, 1, -0.2]])
    triangles, _ = triangulate(saddle, np.arange(4), np.array([4]))
    np.testing.assert_array_equal(triangles, [[0, 1, 2], [0, 2, 3]])


@pytest.mark.parametrize("points", [
    [[0, 0, 0], [1, 1, 0], [1, 0, 0], [0, 1, 0]],  # bow tie
    [[0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0], [1, 0, 0]],  # a line
    [[0, 0, 0], [1, 0, 0], [np.nan, 1, 0], [0, 1, 0], [0, 0.5, 0]],
    [[0, 0, 0]] * 6,
    [[1e200, 0, 0], [0, 1e200, 0], [1e200, 1e200, 0], [0, 0, 3], [1, 2, 3]],
    [[np.cos(a), np.sin(a), 0] for a in np.arange(5) * 4 * np.pi / 5],  # pentagram
    [[0, 0, 0], [4, 0, 0], [4, 4, 0], [1, -1, 0], [2, 5, 0], [0, 4, 0]],  # crosses itself
])  # fmt: skip
def test_what_has_no_clear_inside_stays_a_fan(points):
    triangles, _ = triangulate(np.array(points), np.arange(len(points)), np.array([len(points)]))
    np.testing.assert_array_equal(triangles, fan(np.array([len(points)]))[0])


def test_corners_of_vertices_that_do_not_exist_are_left_to_the_caller():
    triangles, _ = triangulate(np.zeros((3, 3)), np.array([0, 1, 2, 9, -4]), np.array([5]))
    assert triangles.shape == (3, 3)
    assert triangulate(np.zeros((0, 3)), np.arange(4), np.array([4]))[0].shape == (2, 3)
