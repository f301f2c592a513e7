# SPDX-License-Identifier: GPL-3.0-or-later
"""Closed solids from artists' meshes, and unions that remember where each face is from."""

from __future__ import annotations

import numpy as np
import pytest

from backend.contract.arrays import Floats, Ints
from backend.geometry.mesh import is_closed_manifold, same_positions, signed_volume
from backend.geometry.solids import NotSolid, solid_of, union_of

CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
SIDES = np.array(
    [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
)


def box(low: tuple[float, ...], high: tuple[float, ...]) -> tuple[Floats, Ints]:
    faces = np.concatenate([SIDES[:, [0, 1, 2]], SIDES[:, [0, 2, 3]]]).astype(np.int64)
    return CORNERS * (np.array(high) - low) + low, faces


def joined(*meshes: tuple[Floats, Ints]) -> tuple[Floats, Ints]:
    ends = np.cumsum([0, *(len(v) for v, _ in meshes)])
    faces = [f + start for (_, f), start in zip(meshes, ends, strict=False)]
    return np.concatenate([v for v, _ in meshes]), np.concatenate(faces)


def soup(vertices: Floats, faces: Ints) -> tuple[Floats, Ints]:
    return vertices[faces].reshape(-1, 3), np.arange(3 * len(faces)).reshape(-1, 3)


def volume(mesh: tuple[Floats, Ints]) -> float:
    assert is_closed_manifold(mesh[1])
    return signed_volume(*mesh)


def test_shells_that_overlap_become_one_surface() -> None:
    mesh = joined(box((0, 0, 0), (1, 1, 1)), box((0.5, 0.2, 0.2), (1.5, 0.8, 0.8)))
    assert volume(solid_of(*mesh)) == pytest.approx(1 + 0.5 * 0.36)


def test_vertices_need_not_be_welded_nor_faces_wound_alike() -> None:
    vertices, faces = soup(*box((0, 0, 0), (2, 1, 1)))
    faces[::3] = faces[::3, ::-1]
    doubled = np.concatenate([faces, faces[:4]])
    assert volume(solid_of(vertices, doubled)) == pytest.approx(2)


def test_a_shell_wound_inward_is_a_cavity_only_inside_another() -> None:
    vertices, faces = box((0.25, 0.25, 0.25), (0.75, 0.75, 0.75))
    inward = vertices, faces[:, ::-1]
    assert volume(solid_of(*inward)) == pytest.approx(0.125)
    hollow = joined(box((0, 0, 0), (1, 1, 1)), inward)
    assert volume(solid_of(*hollow)) == pytest.approx(1 - 0.125)


def test_small_holes_get_lids_and_large_ones_are_refused() -> None:
    vertices, faces = box((0, 0, 0), (1, 1, 8))
    end = (vertices[faces][:, :, 2] == 8).all(axis=1)
    assert volume(solid_of(vertices, faces[~end])) == pytest.approx(8)
    side = (vertices[faces][:, :, 0] == 1).all(axis=1)
    with pytest.raises(NotSolid, match="hole"):
        solid_of(vertices, faces[~side])


def test_sheets_are_refused_but_small_ones_left_out() -> None:
    vertices, faces = box((0, 0, 0), (1, 1, 1))
    sheet = vertices, faces[:2]
    with pytest.raises(NotSolid):
        solid_of(*sheet)
    with pytest.raises(NotSolid, match="flat"):
        solid_of(*box((0, 0, 0), (1, 1, 0.0001)))
    decal = vertices * 0.1 + 3, faces[:2]
    assert volume(solid_of(*joined((vertices, faces), decal))) == pytest.approx(1)


def test_a_union_says_whose_each_face_is() -> None:
    one, two = box((0, 0, 0), (1, 1, 1)), box((0.5, 0.2, 0.2), (1.5, 0.8, 0.8))
    vertices, faces, source = union_of([one, two])
    assert is_closed_manifold(faces)
    centre = vertices[faces].mean(axis=1)
    assert (centre[source == 1, 0] >= 1).all()
    assert (centre[source == 0, 0] <= 1).all()
    shared = set(faces[source == 0].ravel()) & set(faces[source == 1].ravel())
    assert {tuple(p) for p in vertices[list(shared)]} == {
        (1.0, y, z) for y in (0.2, 0.8) for z in (0.2, 0.8)
    }


def test_a_side_that_two_solids_share_is_on_neither() -> None:
    vertices, faces, source = union_of([box((0, 0, 0), (1, 1, 1)), box((0, 0, 1), (1, 1, 2))])
    assert volume((vertices, faces)) == pytest.approx(2)
    assert (vertices[faces].mean(axis=1)[:, 2] != 1).all()
    assert set(source) == {0, 1}


def test_solids_that_touch_in_an_edge_stay_closed_when_welded_by_position() -> None:
    one, two = box((0, 0, 0), (1, 1, 1)), box((1, 1, 0), (2, 2, 1))
    vertices, faces, source = union_of([one, two])
    welded = same_positions(vertices)[faces]
    assert is_closed_manifold(welded)
    assert is_closed_manifold(welded[source == 0])
    assert np.abs(vertices - vertices.round()).max() < 1e-5


def test_an_open_mesh_has_no_union() -> None:
    vertices, faces = box((0, 0, 0), (1, 1, 1))
    with pytest.raises(NotSolid):
        union_of([(vertices, faces), (vertices + 0.5, faces[1:])])
