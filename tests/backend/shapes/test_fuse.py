# SPDX-License-Identifier: GPL-3.0-or-later
"""Fusing turns many shells into one closed surface and keeps the parts."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("skimage", reason="fusing needs scikit-image (training only)")
pytest.importorskip("igl", reason="fusing needs libigl (training only)")

from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.shapes.fuse import fuse, orient_shells
from backend.shapes.labelled import face_areas

Box = tuple[np.ndarray, np.ndarray]


def box(low: tuple[float, ...], high: tuple[float, ...]) -> Box:
    """A box of twelve triangles, outward."""
    corner = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
    quads = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    faces = np.array([[q[0], q[i], q[i + 1]] for q in quads for i in (1, 2)])
    return np.array(low) + corner * (np.array(high) - np.array(low)), faces


def join(*boxes: Box) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices, faces and the box of each face."""
    starts = 8 * np.arange(len(boxes))
    faces = np.concatenate([f + start for (_, f), start in zip(boxes, starts, strict=True)])
    return np.concatenate([v for v, _ in boxes]), faces, np.arange(len(faces)) // 12


def table() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    top = box((0, 0, 0.9), (2, 1.2, 1.05))
    legs = [box((x, y, 0), (x + 0.2, y + 0.2, 0.95)) for x in (0.1, 1.7) for y in (0.1, 0.9)]
    return join(top, *legs)


def test_interpenetrating_boxes_become_one_closed_surface_of_the_same_volume() -> None:
    vertices, faces, part = table()
    mesh = fuse(vertices, faces, [part], resolution=72, target_faces=100_000)
    assert mesh is not None
    assert is_closed_manifold(mesh.faces)
    assert signed_volume(mesh.vertices, mesh.faces) == pytest.approx(
        2 * 1.2 * 0.15 + 4 * 0.04 * 0.9, rel=0.03
    )
    assert int(mesh.labels[0].max()) + 1 == 5


def test_four_legs_of_one_material_are_four_parts() -> None:
    vertices, faces, part = table()
    mesh = fuse(vertices, faces, [np.minimum(part, 1)], resolution=64, target_faces=4000)
    assert mesh is not None
    assert int(mesh.labels[0].max()) + 1 == 5
    height = mesh.vertices[mesh.faces].mean(1)[:, 2]
    assert len(np.unique(mesh.labels[0][height > 1.0])) == 1
    assert len(np.unique(mesh.labels[0][height < 0.8])) == 4


def test_open_sheets_do_not_vanish() -> None:
    vertices, faces, part = join(box((0, 0, 0), (1, 1, 1)), box((1, 0.2, 0.5), (2, 0.8, 0.5)))
    sheet = (part == 0) | np.isin(np.arange(len(faces)) - 12, (8, 9))
    mesh = fuse(vertices, faces[sheet], [part[sheet]], resolution=64, target_faces=6000)
    assert mesh is not None
    assert mesh.vertices[:, 0].max() > 1.97
    assert int(mesh.labels[0].max()) + 1 == 2
    share = face_areas(mesh.vertices, mesh.faces)[mesh.vertices[mesh.faces].mean(1)[:, 0] > 1]
    assert share.sum() > 0.9 * 2 * 0.6


def test_shells_that_are_inside_out_are_turned() -> None:
    vertices, faces, part = table()
    faces[part == 2] = faces[part == 2][:, ::-1]
    turned = orient_shells(vertices, faces)
    assert signed_volume(vertices, turned[part == 2]) > 0
    assert np.array_equal(turned[part != 2], faces[part != 2])


def test_one_part_or_scattered_pieces_are_refused() -> None:
    vertices, faces, part = table()
    assert fuse(vertices, faces, [np.zeros_like(part)], resolution=40) is None
    apart = join(*[box((3 * i, 0, 0), (3 * i + 1, 1, 1)) for i in range(3)])
    assert fuse(apart[0], apart[1], [apart[2]], resolution=40) is None


def test_same_seed_same_result() -> None:
    vertices, faces, part = table()
    a, b = (fuse(vertices, faces, [part], resolution=40, seed=3) for _ in range(2))
    assert a is not None
    assert b is not None
    assert a.vertices.tobytes() == b.vertices.tobytes()
    assert np.array_equal(a.labels[0], b.labels[0])
