# SPDX-License-Identifier: GPL-3.0-or-later
"""Convex parts that others hide in part: their hull closes them with sharp edges."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import trimesh

from backend.geometry.caps.loops import borders
from backend.geometry.hidden.convex import convex_rest, pieces
from backend.geometry.hidden.surface import hidden_surface
from backend.geometry.hidden.visible import ObjectShell, OpenPart
from backend.geometry.mesh import is_closed_manifold
from backend.geometry.solids import union_of
from tests.backend.geometry.hidden.fields import ball, field_of


def block(extents: Sequence[float], at: Sequence[float] = (0, 0, 0)) -> trimesh.Trimesh:
    mesh = trimesh.creation.box(extents)
    mesh.apply_translation(at)
    return mesh


def seen_of(meshes: Sequence[trimesh.Trimesh], part: int = 0) -> tuple[OpenPart, ObjectShell]:
    """A part of the union of solids, and the union."""
    solids = [(np.asarray(m.vertices), m.faces.astype(np.int64)) for m in meshes]
    vertices, faces, labels = union_of(solids)
    found = borders(faces, labels, len(vertices))
    return OpenPart.of(vertices, faces[labels == part], found, part), ObjectShell(vertices, faces)


def whole(seen: OpenPart, points: np.ndarray, faces: np.ndarray) -> trimesh.Trimesh:
    number = np.concatenate([seen.rim, len(seen.points) + np.arange(len(points) - len(seen.rim))])
    everything = np.concatenate([seen.points, points[len(seen.rim) :]])
    return trimesh.Trimesh(everything, np.concatenate([seen.faces, number[faces]]), process=False)


BAR = (0.9, 0.3, 0.2)
ON_A_CORNER = block((0.3, 0.3, 0.3), (0.45, 0.15, 0.1))
AROUND = block((0.2, 0.5, 0.4))
OVER_AN_EDGE = block((0.2, 0.2, 0.2), (0, 0.15, 0.1))
KNOB = block((0.1, 0.1, 0.2), (-0.3, 0, 0.1))


@pytest.mark.parametrize("others", [[AROUND], [OVER_AN_EDGE], [KNOB], [AROUND, OVER_AN_EDGE, KNOB]])
def test_a_bar_has_its_edges_again_under_what_hides_them(others: list[trimesh.Trimesh]) -> None:
    seen, shell = seen_of([block(BAR), *others])
    found = convex_rest(seen, shell, seen.taken)
    assert found is not None
    made = whole(seen, *found)
    assert is_closed_manifold(made.faces.astype(np.int64))
    assert made.volume == pytest.approx(np.prod(BAR), rel=1e-6)
    assert len(found[0]) == len(seen.rim)  # no new vertices


def test_a_hidden_corner_is_cut_off_as_far_as_the_hull_goes() -> None:
    seen, shell = seen_of([block(BAR), ON_A_CORNER])
    found = convex_rest(seen, shell, seen.taken)
    assert found is not None
    made = whole(seen, *found)
    made.remove_unreferenced_vertices()
    assert made.volume < np.prod(BAR)
    assert made.volume == pytest.approx(made.convex_hull.volume, rel=1e-6)


def test_coordinates_of_single_precision_are_as_good() -> None:
    rod = trimesh.creation.cylinder(0.1, 0.9, sections=14)
    rod.apply_transform(trimesh.transformations.rotation_matrix(0.7, (1, 0.4, 0.2)))
    seen, shell = seen_of([rod, trimesh.creation.icosphere(2, 0.2)])
    rounded = seen.points.astype(np.float32).astype(float)
    seen = OpenPart(rounded, seen.faces, seen.loops, seen.left_over)
    found = convex_rest(seen, shell, seen.taken)
    assert found is not None
    assert whole(seen, *found).volume == pytest.approx(rod.volume, rel=1e-4)


def test_a_groove_is_not_closed_by_the_hull_over_it() -> None:
    """What is seen of it keeps its form; a loop of border in it is not on the hull."""
    groove = trimesh.boolean.difference(
        [block(BAR), block((1, 0.1, 0.1), (0, 0, 0.1))], engine="manifold"
    )
    seen, shell = seen_of([groove, block((0.1, 0.06, 0.1), (0, 0, 0.05))])
    assert convex_rest(seen, shell, seen.taken) is None


def test_a_column_in_a_bracket_is_sharp_though_its_field_is_dull() -> None:
    column = trimesh.creation.cylinder(0.2, 0.8, sections=64)
    seen, shell = seen_of([column, block((0.3, 0.5, 0.3), (0.2, 0, 0))])

    def dull(p: np.ndarray) -> np.ndarray:
        off = np.stack([np.hypot(p[..., 0], p[..., 1]) - 0.16, np.abs(p[..., 2]) - 0.36])
        return np.asarray(np.hypot(*np.maximum(off, 0)) + np.minimum(off.max(axis=0), 0) - 0.04)

    found = hidden_surface(seen, shell, field_of(dull, 64))
    assert found is not None
    assert found.way == "convex"
    points = np.concatenate([seen.points, found.points])
    made = trimesh.Trimesh(points, np.concatenate([seen.faces, found.faces]), process=False)
    assert made.volume == pytest.approx(column.volume, rel=1e-6)


def test_where_the_field_goes_on_beyond_the_hull_it_is_followed() -> None:
    """The tip of a ball in a wall: its hull is flat there."""
    body = trimesh.creation.icosphere(3, 0.3)
    seen, shell = seen_of([body, block((1, 1, 0.8), (0, 0, -0.3))])
    found = hidden_surface(seen, shell, field_of(ball((0, 0, 0), 0.3), 44))
    assert found is not None
    assert found.way == "patch"


def two_ends(waist: float) -> tuple[OpenPart, ObjectShell]:
    """Two ends of a rod of radius 0.1, and an object that is as wide as `waist` between them."""
    profile = [[0, -0.5], [0.1, -0.5], [0.1, -0.2], [waist, 0], [0.1, 0.2], [0.1, 0.5], [0, 0.5]]
    mesh = trimesh.creation.revolve(np.array(profile), sections=16)
    faces = mesh.faces.astype(np.int64)
    labels = (np.abs(mesh.triangles_center[:, 2]) < 0.2).astype(np.int64)
    found = borders(faces, labels, len(mesh.vertices))
    vertices = np.asarray(mesh.vertices)
    return OpenPart.of(vertices, faces[labels == 0], found, 0), ObjectShell(vertices, faces)


def test_a_hull_that_leaves_the_object_closes_nothing() -> None:
    seen, shell = two_ends(0.1)
    assert convex_rest(seen, shell, seen.taken) is not None
    assert pieces(seen) == 2
    seen, shell = two_ends(0.08)
    assert convex_rest(seen, shell, seen.taken) is None
