# SPDX-License-Identifier: GPL-3.0-or-later
"""The last touch: folds are found and go, and a surface leaves its border without a bend."""

from __future__ import annotations

import numpy as np

from backend.geometry.caps.loops import borders
from backend.geometry.hidden.fair import fair, folded, soft, tidied, unfolded
from backend.geometry.hidden.grow import grow
from backend.geometry.hidden.openings import joined, openings
from backend.geometry.hidden.remesh import remesh
from backend.geometry.hidden.visible import OpenPart
from backend.geometry.isosurface import zero_level
from backend.geometry.mesh import shared_edges
from tests.backend.geometry.hidden.fields import SCENES, ball, box, field_of, seen_of

NONE = np.empty(0, np.int64)


def disc(count: int = 24) -> tuple[np.ndarray, np.ndarray]:
    turn = np.arange(count) / count * 2 * np.pi
    rim = np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)
    number = np.arange(count)
    fan = np.stack([number, np.roll(number, -1), np.full(count, count)], axis=1)
    points = np.concatenate([rim, np.zeros((1, 3))])
    return remesh(points, fan, count, lambda p: np.full(len(p), 0.3), NONE)


def test_a_flat_disc_has_no_folds_and_one_whose_points_cross_has() -> None:
    points, faces = disc()
    assert not folded(points, faces).any()
    crossed = points.copy()
    far = int(np.argmin(np.linalg.norm(points[24:], axis=1))) + 24
    crossed[far] = [0.9, 0, 0]
    assert folded(crossed, faces).any()
    mended = unfolded(crossed, faces, 24)
    assert not folded(mended, faces).any()
    assert np.array_equal(mended[:24], points[:24])


def test_tidying_keeps_border_and_plane() -> None:
    points, faces = disc()
    moved = tidied(points, faces, 24)
    assert np.array_equal(moved[:24], points[:24])
    assert np.allclose(moved[:, 2], 0)


def test_a_lid_beside_its_border_bends_to_what_is_seen() -> None:
    """Of a limb that goes on, the lid's first triangles turn towards its direction."""
    vertices, faces, labels = seen_of(SCENES["limb in a body"], 32)
    found = borders(faces, labels, len(vertices))
    seen = OpenPart.of(vertices, faces[labels == 1], found, 1)
    field = field_of(SCENES["limb in a body"][1], 32)
    found_lids = openings(seen, [0], NONE)
    assert found_lids is not None
    lid = joined(found_lids, seen.points[seen.rim])
    fixed = len(seen.rim)
    points, made = remesh(*lid, fixed, lambda p: np.full(len(p), field.cell), NONE)
    away = np.linalg.norm(points[:, None] - points[None, :fixed], axis=2).min(axis=1)
    after = fair(points, made, fixed, away, seen, field)
    assert np.array_equal(after[:fixed], points[:fixed])
    assert np.isfinite(after).all()

    def bends(places: np.ndarray) -> float:
        corner = places[made[(made < fixed).any(axis=1)]]
        normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        return float(np.mean(np.sum(normal * field.normal(corner.mean(axis=1)), axis=1)))

    assert bends(after) >= bends(points)


def opened_part(solids: list, part: int) -> OpenPart:
    vertices, faces, labels = seen_of(solids, 32)
    return OpenPart.of(vertices, faces[labels == part], borders(faces, labels, len(vertices)), part)


def test_limbs_are_soft_and_boxes_are_hard() -> None:
    limb = opened_part(SCENES["limb in a body"], 1)
    block = opened_part(
        [box((0, 0, 0.1), (0.2, 0.15, 0.2)), box((0, 0, -0.2), (0.4, 0.4, 0.15))], 0
    )
    assert soft(limb) == 1.0
    assert soft(block) < 0.1


def test_lumps_of_a_soft_part_are_smoothed_those_of_a_hard_one_stay() -> None:
    """Noise of the field at the scale of its cells is no shape; edges of a hard part are."""
    seen = opened_part(SCENES["limb in a body"], 1)
    field = field_of(SCENES["limb in a body"][1], 32)
    found = openings(seen, [0], NONE)
    assert found is not None
    fixed = len(seen.rim)
    lid = joined(found, seen.points[seen.rim])
    points, made = grow(*lid, fixed, field, lambda p: np.full(len(p), field.cell), NONE, 2000)
    points[fixed:] += np.random.default_rng(0).normal(0, 0.2 * field.cell, points[fixed:].shape)
    away = np.linalg.norm(points[:, None] - points[None, :fixed], axis=2).min(axis=1)

    def rough(places: np.ndarray) -> float:
        """How much neighbouring triangles turn against each other."""
        first, second, _, _ = shared_edges(made)
        corner = places[made]
        normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        return float(np.mean(1 - np.sum(normal[first] * normal[second], axis=1)))

    hard = fair(points, made, fixed, away, seen, field, 0.0)
    gentle = fair(points, made, fixed, away, seen, field, 1.0)
    assert rough(gentle) < 0.5 * rough(points)
    assert rough(hard) > 1.5 * rough(gentle)


def test_a_ball_of_small_and_large_triangles_stays_round() -> None:
    """The bend at large is a curvature: beside large triangles small ones are bent no more."""
    vertices, faces = zero_level(field_of(ball((0, 0, 0), 0.4), 16))
    labels = (vertices[faces].mean(axis=1)[:, 2] > 0).astype(np.int64)
    seen = OpenPart.of(vertices, faces[labels == 0], borders(faces, labels, len(vertices)), 0)
    field = field_of(ball((0, 0, 0), 0.4), 48)
    found = openings(seen, [0], NONE)
    assert found is not None
    fixed = len(seen.rim)
    lid = joined(found, seen.points[seen.rim])

    def graded(places: np.ndarray) -> np.ndarray:
        return np.asarray(field.cell * np.clip(1.2 + 10 * (0.4 - places[:, 2]), 1.2, 5))

    points, made = grow(*lid, fixed, field, graded, NONE, 3000)
    away = np.linalg.norm(points[:, None] - points[None, :fixed], axis=2).min(axis=1)
    after = fair(points, made, fixed, away, seen, field, 1.0)
    off = (np.linalg.norm(after[fixed:], axis=1) - 0.4) / field.cell
    assert np.abs(off).mean() < 0.1
    assert off.std() < 0.08
