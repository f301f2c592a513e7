# SPDX-License-Identifier: GPL-3.0-or-later
"""Hidden surfaces: closed on the visible border, on the field's zero level, even, inside."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import trimesh

from backend.contract.progress import Progress
from backend.geometry.caps.loops import borders
from backend.geometry.hidden.fair import folded
from backend.geometry.hidden.surface import HiddenSurface, _Work, hidden_surface
from backend.geometry.hidden.visible import ObjectShell, OpenPart
from backend.geometry.isosurface import GridField, zero_level
from backend.geometry.mesh import is_closed_manifold, signed_volume
from tests.backend.geometry.hidden.fields import SCENES, ball, box, field_of, rod, seen_of

Made = list[tuple[OpenPart, GridField, HiddenSurface]]


@cache
def grown(name: str) -> tuple[np.ndarray, Made]:
    solids = SCENES[name]
    vertices, faces, labels = seen_of(solids)
    found, shell = borders(faces, labels, len(vertices)), ObjectShell(vertices, faces)
    made = []
    for part, solid in enumerate(solids):
        seen = OpenPart.of(vertices, faces[labels == part], found, part)
        field = field_of(solid)
        hidden = hidden_surface(seen, shell, field)
        assert hidden is not None
        made.append((seen, field, hidden))
    return vertices, made


@pytest.mark.parametrize("name", SCENES)
def test_parts_are_closed_and_as_their_fields_say(name: str) -> None:
    vertices, made = grown(name)
    for (seen, field, hidden), solid in zip(made, SCENES[name], strict=True):
        places = np.concatenate([vertices, hidden.points])
        whole = np.concatenate([seen.faces, hidden.faces])
        assert is_closed_manifold(whole)
        expected = np.clip(0.5 - field.values / field.cell, 0, 1).sum() * field.cell**3
        assert signed_volume(places, whole) == pytest.approx(expected, rel=0.08)
        off = np.abs(solid(hidden.points)) / field.cell
        assert off.mean() < 0.25  # smoothness costs a fraction of a cell
        assert off.max() < 0.8
        assert folded(places, hidden.faces).mean() < 0.01
        # Nothing is seen outside of the object.
        union = np.min([other(hidden.points) for other in SCENES[name]], axis=0)
        assert union.max() < 0.1 * field.cell


def test_a_ring_is_joined_through_what_hides_it() -> None:
    """Two caps would leave two ends: the number of handles says that it is one ring."""
    _, made = grown("half a ring")
    seen, _, hidden = made[0]
    whole = np.concatenate([seen.faces, hidden.faces])
    edges = len(whole) * 3 // 2
    assert len(np.unique(whole)) - edges + len(whole) == 0
    assert hidden.way == "patch"


def test_triangles_are_as_large_as_those_at_the_border() -> None:
    vertices, made = grown("limb in a body")
    seen, _, hidden = made[1]
    places = np.concatenate([vertices, hidden.points])
    beside = seen.faces[np.isin(seen.faces, seen.rim).any(axis=1)]

    def side(faces: np.ndarray) -> np.ndarray:
        return np.linalg.norm(places[faces] - places[np.roll(faces, -1, axis=1)], axis=2)

    assert np.median(side(hidden.faces)) == pytest.approx(np.median(side(beside)), rel=0.5)
    shape = side(hidden.faces)
    assert np.quantile(shape.max(axis=1) / shape.min(axis=1), 0.95) < 3


def test_beside_long_edges_of_its_border_a_soft_part_has_short_ones_all_the_same() -> None:
    """It turns there from what is seen to its end: large triangles would make corners of that."""
    solids = SCENES["limb in a body"]
    vertices, faces, labels = seen_of(solids, 20)
    seen = OpenPart.of(vertices, faces[labels == 1], borders(faces, labels, len(vertices)), 1)
    field = field_of(solids[1], 88)
    none = np.empty(0, np.int64)
    reach = 1.6 * field.cell
    shell = ObjectShell(vertices, faces)
    work = _Work(seen, shell, field, *zero_level(field), reach, none, [])
    start, end, _ = seen.edges
    middle = 0.5 * (seen.points[start] + seen.points[end])
    work.softness = 1.0
    assert work.edge_length.max() > 1.2 * work.inner_length
    assert work.wanted(0.0)(middle).max() < 1.001 * work.inner_length
    work.softness = 0.0  # as flat sides have, which need no more triangles than are seen
    assert work.wanted(0.0)(middle).max() > 1.1 * work.inner_length


def test_a_part_of_few_triangles_gets_few() -> None:
    """However fine the field is: the count is that of the part, not of the grid."""
    solids = [ball((-0.15, 0, 0), 0.3), rod((-0.1, 0, 0), (0.42, 0.1, 0), 0.12)]
    vertices, faces, labels = seen_of(solids, 14)
    seen = OpenPart.of(vertices, faces[labels == 1], borders(faces, labels, len(vertices)), 1)
    hidden = hidden_surface(seen, ObjectShell(vertices, faces), field_of(solids[1], 64))
    assert hidden is not None
    assert len(seen.faces) < 200
    assert len(hidden.faces) < 300


def test_the_surface_leaves_the_border_without_a_bend() -> None:
    vertices, made = grown("limb in a body")
    seen, field, hidden = made[1]
    places = np.concatenate([vertices, hidden.points])
    corner = places[hidden.faces[np.isin(hidden.faces, seen.rim).any(axis=1)]]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    along = np.sum(normal * field.normal(corner.mean(axis=1)), axis=1)
    assert np.median(along) > 0.95


def test_loops_that_no_patch_fits_get_a_lid_that_grows() -> None:
    """The field goes on as a rod so thin that its surface has no patch of its own there."""
    solids = [ball((-0.1, 0, 0), 0.25), rod((0, 0, 0), (0.4, 0, 0), 0.05)]
    vertices, faces, labels = seen_of(solids)
    found, shell = borders(faces, labels, len(vertices)), ObjectShell(vertices, faces)
    seen = OpenPart.of(vertices, faces[labels == 1], found, 1)
    shorter = rod((0.14, 0, 0), (0.4, 0, 0), 0.05)
    hidden = hidden_surface(seen, shell, field_of(shorter, 24))
    assert hidden is not None
    assert is_closed_manifold(np.concatenate([seen.faces, hidden.faces]))


def test_a_lid_on_the_only_face_that_is_seen_makes_no_whole() -> None:
    """A tile that is let into a slab, flush with it: its own face is no bottom for it."""
    slab = trimesh.creation.box((1, 1, 0.4))
    for _ in range(4):
        slab = slab.subdivide()
    middle = slab.triangles_center
    tile = (middle[:, 2] > 0.19) & (np.abs(middle[:, :2]) < 0.25).all(axis=1)
    vertices, faces = np.asarray(slab.vertices), slab.faces.astype(np.int64)
    seen = OpenPart.of(vertices, faces[tile], borders(faces, 1 - tile, len(vertices)), 0)
    field = field_of(box((0, 0, 0.175), (0.25, 0.25, 0.025)), 91)
    hidden = hidden_surface(seen, ObjectShell(vertices, faces), field)
    assert hidden is not None
    closed = np.concatenate([seen.faces, hidden.faces])
    assert is_closed_manifold(closed)
    volume = signed_volume(np.concatenate([vertices, hidden.points]), closed)
    assert volume == pytest.approx(0.25 * 0.05, rel=0.25)


def test_a_field_of_nothing_gives_nothing() -> None:
    vertices, faces, labels = seen_of(SCENES["limb in a body"])
    seen = OpenPart.of(vertices, faces[labels == 1], borders(faces, labels, len(vertices)), 1)
    field = GridField(np.ones((8, 8, 8), np.float32), np.full(3, -0.5), 1 / 7)
    assert hidden_surface(seen, ObjectShell(vertices, faces), field) is None


def test_where_a_little_and_flat_seam_is_closed_a_cap_is_as_good() -> None:
    """A field says nothing at the scale of a small lid: what it says there is noise."""
    large = ball((-0.1, 0, 0), 0.35)
    made = []
    for radius in (0.05, 0.2):
        solids = [large, rod((0, 0, 0), (0.45, 0, 0), radius)]
        vertices, faces, labels = seen_of(solids)
        seen = OpenPart.of(vertices, faces[labels == 0], borders(faces, labels, len(vertices)), 0)
        made.append(hidden_surface(seen, ObjectShell(vertices, faces), field_of(large)))
    assert made[0] is None
    assert made[1] is not None


@pytest.mark.parametrize("calls", [1, 3, 6])
def test_it_can_be_cancelled(calls: int) -> None:
    class Stop(Exception):
        pass

    left = [calls]

    def tell(*_: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Stop

    solids = SCENES["limb in a body"]
    vertices, faces, labels = seen_of(solids)
    seen = OpenPart.of(vertices, faces[labels == 1], borders(faces, labels, len(vertices)), 1)
    with pytest.raises(Stop):
        hidden_surface(seen, ObjectShell(vertices, faces), field_of(solids[1]), Progress(tell))
