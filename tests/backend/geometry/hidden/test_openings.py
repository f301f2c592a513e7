# SPDX-License-Identifier: GPL-3.0-or-later
"""Openings of parts: lids that close them, and where a part was flat."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.caps.fill import AHEAD
from backend.geometry.caps.loops import borders, edge_key
from backend.geometry.hidden.openings import flat_end, joined, openings
from backend.geometry.hidden.visible import ObjectShell, OpenPart
from backend.geometry.isosurface import GridField
from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.geometry.solids import union_of
from tests.backend.geometry.hidden.fields import (
    SCENES,
    Floats,
    Ints,
    ball,
    box,
    field_of,
    rod,
    seen_of,
)


def opened(name: str, part: int) -> OpenPart:
    vertices, faces, labels = seen_of(SCENES[name], 26)
    found = borders(faces, labels, len(vertices))
    return OpenPart.of(vertices, faces[labels == part], found, part)


def taken(seen: OpenPart) -> Ints:
    """The keys of edges between vertices of the border that the part has already."""
    number = np.full(len(seen.points), -1)
    number[seen.rim] = np.arange(len(seen.rim))
    a, b = number[seen.faces].reshape(-1), number[seen.faces[:, AHEAD]].reshape(-1)
    both = (a >= 0) & (b >= 0)
    return np.unique(edge_key(a[both], b[both]))


def lid_over(seen: OpenPart, loops: list[int]) -> tuple[Floats, Ints]:
    """The lids of some loops together."""
    found = openings(seen, loops, taken(seen))
    assert found is not None
    return joined(found, seen.points[seen.rim])


def closed(seen: OpenPart, lid: tuple[Floats, Ints]) -> bool:
    return is_closed_manifold(with_lid(seen, lid)[1])


def closed_volume(seen: OpenPart, lid: tuple[Floats, Ints]) -> float:
    return signed_volume(*with_lid(seen, lid))


def with_lid(seen: OpenPart, lid: tuple[Floats, Ints]) -> tuple[Floats, Ints]:
    points, faces = lid
    new = len(seen.points) + np.arange(len(points) - len(seen.rim))
    number = np.concatenate([seen.rim, new])
    places = np.concatenate([seen.points, points[len(seen.rim) :]])
    return places, np.concatenate([seen.faces, number[faces]])


def block() -> ObjectShell:
    """An object in which what stands on a slab may go on."""
    return ObjectShell(*cuboid((0, 0, -0.35), (0.5, 0.5, 0.25)))


def stacked(post: Floats, faces: Ints) -> list[OpenPart]:
    """A slab, and a post on it, as they are seen."""
    slab = cuboid((0, 0, -0.2), (0.4, 0.4, 0.1))
    vertices, faces, labels = union_of([slab, (post, faces)])
    found = borders(faces, labels, len(vertices))
    return [OpenPart.of(vertices, faces[labels == k], found, k) for k in (0, 1)]


def cuboid(
    centre: tuple[float, float, float], half: tuple[float, float, float], wider: float = 1.0
) -> tuple[Floats, Ints]:
    """A box, its upper side wider by a factor."""
    corner = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    corner[corner[:, 2] > 0, :2] *= wider
    quads = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    faces = np.array([[q[i] for i in t] for q in quads for t in ((0, 1, 2), (0, 2, 3))])
    return corner * half + centre, faces


def flat_of(seen: OpenPart, field: GridField) -> list[bool]:
    found = openings(seen, list(range(len(seen.loops))), taken(seen))
    assert found is not None
    volume = closed_volume(seen, joined(found, seen.points[seen.rim]))
    return [flat_end(seen, block(), one, field, volume) is one for one in found]


def test_lids_close_a_part() -> None:
    for name, part in (("limb in a body", 1), ("half a ring", 0), ("torso", 0)):
        seen = opened(name, part)
        lid = lid_over(seen, list(range(len(seen.loops))))
        assert np.array_equal(lid[0][: len(seen.rim)], seen.points[seen.rim])
        assert closed(seen, lid)


def test_a_face_goes_on_below_what_stands_on_it() -> None:
    """Whatever the field says: here that there is a deep hole."""
    slab, _ = stacked(*cuboid((0, 0, 0.1), (0.15, 0.1, 0.25)))
    hole = field_of(
        lambda p: np.maximum(box((0, 0, -0.2), (0.4, 0.4, 0.1))(p), -ball((0, 0, -0.1), 0.1)(p))
    )
    assert flat_of(slab, hole) == [True]


@pytest.mark.parametrize(("deeper", "flat"), [(0.03, True), (0.15, False)])
def test_a_straight_post_ends_flat_where_its_field_ends_soon(deeper: float, flat: bool) -> None:
    _, post = stacked(*cuboid((0, 0, 0.1), (0.15, 0.1, 0.25)))
    low = -0.1 - deeper
    field = field_of(box((0, 0, (0.35 + low) / 2), (0.15, 0.1, (0.35 - low) / 2)))
    assert flat_of(post, field) == [flat]


def test_walls_go_on_where_the_field_makes_a_low_thing_much_larger() -> None:
    """A nut in its seat: the field goes on by little of its width, but by much of its height."""
    _, nut = stacked(*cuboid((0, 0, -0.1), (0.3, 0.3, 0.1)))
    found = openings(nut, [0], taken(nut))
    assert found is not None
    deep = field_of(box((0, 0, -0.08), (0.3, 0.3, 0.08)), 61)
    end = flat_end(nut, block(), found[0], deep, 0.036)
    assert end is not None
    lid = joined([end], nut.points[nut.rim])
    assert closed(nut, lid)
    assert closed_volume(nut, lid) == pytest.approx(0.36 * 0.16, rel=0.03)
    thin = ObjectShell(*cuboid((0, 0, -0.12), (0.5, 0.5, 0.02)))  # too thin to be sunk in
    assert flat_end(nut, thin, found[0], deep, 0.036) is found[0]
    for deeper, flat in ((0.004, True), (0.06, False)):
        low = -0.1 - deeper
        assert flat_of(nut, field_of(box((0, 0, low / 2), (0.3, 0.3, -low / 2)), 61)) == [flat]


def test_what_tapers_goes_on_as_its_field_says() -> None:
    """A bowl, or a foot in the sand: its walls lean, so that nothing tells where it ended."""
    shape = cuboid((0, 0, 0.1), (0.15, 0.1, 0.25), 2.2)
    _, post = stacked(*shape)
    field = field_of(box((0, 0, 0.1), (0.25, 0.2, 0.205)))
    assert flat_of(post, field) == [True]
    field = field_of(box((0, 0, 0.08), (0.25, 0.2, 0.23)))
    assert flat_of(post, field) == [False]


def test_a_low_thing_with_leaning_walls_goes_on_where_the_field_makes_it_much_larger() -> None:
    _, dish = stacked(*cuboid((0, 0, -0.1), (0.2, 0.2, 0.03), 1.2))
    for deeper, flat in ((0.003, True), (0.018, False)):
        low = -0.1 - deeper
        field = field_of(box((0, 0, (low - 0.07) / 2), (0.24, 0.24, (-0.07 - low) / 2)), 91)
        assert flat_of(dish, field) == [flat]


def test_an_opening_that_bends_was_never_flat() -> None:
    solids = [ball((-0.15, 0, 0), 0.3), rod((-0.1, 0, 0), (0.42, 0.1, 0), 0.09)]
    vertices, faces, labels = seen_of(solids)
    found = borders(faces, labels, len(vertices))
    limb = OpenPart.of(vertices, faces[labels == 1], found, 1)
    assert flat_of(limb, field_of(solids[1])) == [False]


SLAB = box((0, 0, -0.2), (0.4, 0.4, 0.1))


def overhung(depth: float) -> OpenPart:
    """A slab under a post that stands over its edge, and reaches down over its side."""
    slab, _ = stacked(*cuboid((0.4, 0, 0.2 - depth), (0.2, 0.1, 0.3)))
    return slab


def test_a_face_goes_on_though_a_little_of_the_border_bends() -> None:
    """Over the slab's edge by a hair: whatever the field says, its upper side goes on below."""
    hole = field_of(lambda p: np.maximum(SLAB(p), -ball((0.3, 0, -0.1), 0.1)(p)))
    assert flat_of(overhung(0.008), hole) == [True]
