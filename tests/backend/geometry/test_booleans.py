# SPDX-License-Identifier: GPL-3.0-or-later
"""Solids are joined and cut; what is no solid is handed on as it is."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry import booleans
from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.library.families.forms import ball, block, moved


def test_a_union_has_no_walls_inside() -> None:
    one, other = block((1, 1, 1)), moved(block((1, 1, 1)), (0.5, 0, 0))
    vertices, faces = booleans.union([one, other])
    assert is_closed_manifold(faces)
    assert signed_volume(vertices, faces) == pytest.approx(1.5)


def test_a_difference_leaves_what_is_outside() -> None:
    cut = booleans.difference(block((1, 1, 1)), [moved(block((1, 1, 1)), (0.5, 0, 0))])
    assert cut is not None
    assert signed_volume(*cut) == pytest.approx(0.5)
    assert booleans.difference(block((1, 1, 1)), [block((2, 2, 2))]) is None


def test_open_surfaces_are_only_put_side_by_side() -> None:
    vertices, faces = block((1, 1, 1))
    both = booleans.union([(vertices, faces[1:]), (vertices + 0.5, faces)])
    assert len(both[1]) == 2 * len(faces) - 1
    assert not booleans.is_solid(vertices, faces[1:])


def test_faces_with_vertices_of_their_own_are_a_solid_too() -> None:
    vertices, faces = block((1, 1, 1))
    soup = vertices[faces].reshape(-1, 3), np.arange(faces.size).reshape(-1, 3)
    assert booleans.is_solid(*soup)
    assert signed_volume(*booleans.union([soup, moved(soup, (3, 0, 0))])) == pytest.approx(2)


def test_without_the_library_meshes_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booleans, "available", lambda: False)
    one = block((1, 1, 1))
    assert len(booleans.union([one, one])[1]) == 2 * len(one[1])
    assert booleans.difference(one, [one]) is None


def test_simplified_keeps_to_the_most() -> None:
    fewer = booleans.simplified(ball(0.5, 40, 21), 400)
    assert fewer is not None
    assert len(fewer[1]) <= 400
    assert signed_volume(*fewer) == pytest.approx(4 / 3 * np.pi / 8, rel=0.1)


def test_coarser_keeps_what_is_round_and_spares_what_is_flat() -> None:
    import trimesh

    round_ = ball(0.5, 40, 21)
    fewer = booleans.coarser(round_, 1e-3)
    assert fewer is not None
    assert signed_volume(*fewer) == pytest.approx(signed_volume(*round_), rel=0.01)
    box = trimesh.creation.box([1, 1, 1]).subdivide().subdivide()
    flat = booleans.coarser((np.array(box.vertices), np.array(box.faces)), 1e-3)
    assert flat is not None
    assert len(flat[1]) == 12
    assert booleans.coarser((np.eye(3), np.array([[0, 1, 2]])), 1e-3) is None
