# SPDX-License-Identifier: GPL-3.0-or-later
"""Openings over which faces go on: rods in beads, edges under knobs, and what is not joined."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import trimesh

from backend.geometry.caps.loops import borders
from backend.geometry.hidden.continued import continued
from backend.geometry.hidden.surface import hidden_surface
from backend.geometry.hidden.visible import ObjectShell, OpenPart
from backend.geometry.isosurface import GridField
from backend.geometry.mesh import is_closed_manifold
from backend.geometry.solids import union_of
from tests.backend.geometry.hidden.fields import Distance, ball, box, field_of, rod

NONE = np.empty(0, np.int64)
CELLS = 64


def united(meshes: Sequence[trimesh.Trimesh], part: int) -> tuple[OpenPart, ObjectShell]:
    """A part of the union of solids, and the union."""
    solids = [(np.asarray(m.vertices), m.faces.astype(np.int64)) for m in meshes]
    vertices, faces, labels = union_of(solids)
    found = borders(faces, labels, len(vertices))
    return OpenPart.of(vertices, faces[labels == part], found, part), ObjectShell(vertices, faces)


def made(meshes: Sequence[trimesh.Trimesh], solid: Distance, part: int = 0) -> trimesh.Trimesh:
    """The whole of a part as its faces and its field say."""
    seen, shell = united(meshes, part)
    found = hidden_surface(seen, shell, field_of(solid, CELLS))
    assert found is not None
    faces = np.concatenate([seen.faces, found.faces])
    assert is_closed_manifold(faces)
    return trimesh.Trimesh(np.concatenate([seen.points, found.points]), faces, process=False)


def bar(extents: Sequence[float], at: Sequence[float] = (0, 0, 0)) -> trimesh.Trimesh:
    mesh = trimesh.creation.box(extents)
    mesh.apply_translation(at)
    return mesh


def together(meshes: Sequence[trimesh.Trimesh]) -> trimesh.Trimesh:
    first = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    places = np.concatenate([mesh.vertices for mesh in meshes])
    faces = [mesh.faces + start for mesh, start in zip(meshes, first[:-1], strict=True)]
    return trimesh.Trimesh(places, np.concatenate(faces), process=False)


@pytest.mark.parametrize("sides", [4, 12])
def test_a_rod_goes_on_through_a_bead_exactly(sides: int) -> None:
    stick = trimesh.creation.cylinder(0.04, 0.9, sections=sides)
    bead = trimesh.creation.icosphere(2, 0.2)
    whole = made([stick, bead], rod((0, 0, -0.5), (0, 0, 0.5), 0.04))
    assert whole.volume == pytest.approx(stick.volume, rel=1e-6)


def test_a_tapered_rod_and_one_cut_askew_as_well() -> None:
    stick = trimesh.creation.cylinder(0.05, 0.9, sections=10)
    places = np.array(stick.vertices)
    places[:, :2] *= 1 + 0.5 * places[:, 2:]
    stick = trimesh.Trimesh(places, stick.faces)
    block = bar((0.3, 0.3, 0.25))
    block.apply_transform(trimesh.transformations.rotation_matrix(0.5, (1, 0.3, 0)))
    whole = made([stick, block], rod((0, 0, -0.5), (0, 0, 0.5), 0.05))
    assert whole.volume == pytest.approx(stick.volume, rel=1e-6)


def test_beads_on_one_rod_join_the_ends_next_to_each_other() -> None:
    stick = bar((0.9, 0.05, 0.05))
    beads = [trimesh.creation.icosphere(1, 0.12) for _ in range(2)]
    for bead, x in zip(beads, (-0.2, 0.2), strict=True):
        bead.apply_translation((x, 0, 0))
    whole = made([stick, *beads], box((0, 0, 0), (0.45, 0.025, 0.025)))
    assert whole.volume == pytest.approx(stick.volume, rel=1e-6)


def test_an_edge_goes_on_under_what_stands_on_it() -> None:
    block, knob = bar((0.6, 0.5, 0.4)), trimesh.creation.icosphere(1, 0.1)
    knob.apply_translation((0.3, 0, 0.2))
    whole = made([block, knob], box((0, 0, 0), (0.3, 0.25, 0.2)))
    assert whole.volume == pytest.approx(block.volume, rel=1e-6)


def test_in_a_dense_mesh_new_faces_are_not_long() -> None:
    stick = trimesh.creation.box((0.9, 0.08, 0.08))
    for _ in range(4):
        stick = stick.subdivide()
    places = np.array(stick.vertices)
    places[:, 0] += 0.001 * np.sin(200 * places[:, 1])  # so that the sides stay cut in many
    stick = trimesh.Trimesh(places, stick.faces)
    seen, shell = united([stick, bar((0.5, 0.2, 0.2))], 0)
    found = continued(seen, shell, field_of(box((0, 0, 0), (0.45, 0.04, 0.04)), CELLS), NONE)
    assert len(found) == 1
    side = found[0].points[found[0].faces]
    longest = np.linalg.norm(side - np.roll(side, 1, axis=1), axis=2).max()
    assert longest < 0.3


def test_ends_are_not_joined_where_the_field_says_that_nothing_is() -> None:
    two = [bar((0.3, 0.06, 0.06), (-0.3, 0, 0)), bar((0.3, 0.06, 0.06), (0.3, 0, 0))]
    both = together(two)
    seen, shell = united([both, bar((0.5, 0.3, 0.3))], 0)
    assert len(seen.loops) == 2

    def apart(p: np.ndarray) -> np.ndarray:
        ends = [box((x, 0, 0), (0.15, 0.03, 0.03))(p) for x in (-0.3, 0.3)]
        return np.min(ends, axis=0)

    assert continued(seen, shell, field_of(apart, CELLS), NONE) == []
    joined = continued(seen, shell, field_of(box((0, 0, 0), (0.45, 0.03, 0.03)), CELLS), NONE)
    assert [sorted(one.loops) for one in joined] == [[0, 1]]


def test_an_end_of_a_rod_and_a_ball_under_a_hat_are_left_to_the_field() -> None:
    stick = trimesh.creation.cylinder(0.05, 0.6, sections=12)
    stick.apply_translation((0, 0, 0.25))
    seen, shell = united([stick, bar((0.5, 0.5, 0.3), (0, 0, -0.1))], 0)
    assert continued(seen, shell, field_of(rod((0, 0, -0.1), (0, 0, 0.5), 0.05)), NONE) == []
    head, hat = trimesh.creation.icosphere(2, 0.3), bar((0.7, 0.7, 0.1), (0, 0, 0.2))
    seen, shell = united([head, hat], 0)
    assert continued(seen, shell, field_of(ball((0, 0, 0), 0.3)), NONE) == []


def test_faces_stay_in_what_is_seen_of_the_object() -> None:
    """Two ends face each other, but the handle that hides them goes another way."""
    ends = [bar((0.2, 0.06, 0.06), (x, 0, 0)) for x in (-0.35, 0.35)]
    bow = [bar((0.1, 0.12, 0.3), (x, 0, 0.1)) for x in (-0.25, 0.25)]
    bow.append(bar((0.6, 0.12, 0.1), (0, 0, 0.25)))
    handle = trimesh.boolean.union(bow, engine="manifold")
    seen, shell = united([together(ends), handle], 0)
    everywhere = GridField(np.full((8, 8, 8), -1.0), np.full(3, -0.55), 1.1 / 7)
    assert len(seen.loops) == 2
    assert continued(seen, shell, everywhere, NONE) == []


def test_a_field_that_goes_on_beyond_or_ends_before_is_believed() -> None:
    block, knob = bar((0.6, 0.5, 0.4)), trimesh.creation.icosphere(1, 0.15)
    knob.apply_translation((0, 0, 0.2))
    seen, shell = united([block, knob], 0)

    def found(high: float) -> int:
        field = field_of(box((0, 0, high / 2 - 0.1), (0.3, 0.25, high / 2 + 0.1)), CELLS)
        return len(continued(seen, shell, field, NONE))

    assert [found(0.1), found(0.2), found(0.3)] == [0, 1, 0]
