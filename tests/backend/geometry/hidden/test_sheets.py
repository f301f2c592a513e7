# SPDX-License-Identifier: GPL-3.0-or-later
"""Open sheets are known from solids with holes, and get thickness as closed plates."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from backend.geometry.caps.loops import borders
from backend.geometry.hidden.sheets import is_sheet, thickened
from backend.geometry.hidden.visible import OpenPart
from backend.geometry.mesh import is_closed_manifold, signed_volume


def part_of(vertices: np.ndarray, faces: np.ndarray, labels: np.ndarray, part: int) -> OpenPart:
    found = borders(faces, labels, len(vertices))
    return OpenPart.of(vertices, faces[labels == part], found, part)


def sheet(cells: int = 8, bend: float = 0.2) -> tuple[np.ndarray, np.ndarray]:
    """A bent square without thickness."""
    x, y = np.meshgrid(np.linspace(0, 1, cells), np.linspace(0, 1, cells), indexing="ij")
    vertices = np.stack([x, y, bend * np.sin(3 * x)], axis=-1).reshape(-1, 3)
    a = (np.arange(cells - 1)[:, None] * cells + np.arange(cells - 1)).reshape(-1)
    quads = np.stack([a, a + cells, a + cells + 1, a + 1], axis=1)
    return vertices, np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def test_cloth_in_two_parts_is_two_sheets() -> None:
    vertices, faces = sheet()
    labels = (vertices[faces].mean(axis=1)[:, 0] > 0.5).astype(np.int64)
    assert is_sheet(part_of(vertices, faces, labels, 0))
    assert is_sheet(part_of(vertices, faces, labels, 1))


def test_parts_of_a_solid_are_none_nor_is_a_solid_with_a_hole() -> None:
    mesh = trimesh.creation.icosphere(3)
    vertices, faces = np.array(mesh.vertices), np.array(mesh.faces, dtype=np.int64)
    height = vertices[faces].mean(axis=1)[:, 2]
    assert not is_sheet(part_of(vertices, faces, (height > 0.3).astype(np.int64), 1))
    punched = faces[height > -0.97]
    labels = (vertices[punched].mean(axis=1)[:, 2] > 0.3).astype(np.int64)
    assert not is_sheet(part_of(vertices, punched, labels, 0))


def test_a_thickened_sheet_is_a_closed_plate() -> None:
    vertices, faces = sheet()
    seen = part_of(vertices, faces, np.zeros(len(faces), np.int64), 0)
    points, new = thickened(seen, 0.02)
    whole = np.concatenate([seen.faces, new])
    assert is_closed_manifold(whole)
    corner = vertices[faces]
    cross = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    area = 0.5 * np.linalg.norm(cross, axis=1).sum()
    volume = signed_volume(np.concatenate([vertices, points]), whole)
    assert volume == pytest.approx(0.02 * area, rel=0.05)
