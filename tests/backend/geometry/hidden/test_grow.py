# SPDX-License-Identifier: GPL-3.0-or-later
"""Lids that grow: over a border, to the zero level of a field, never with another topology."""

from __future__ import annotations

import numpy as np

from backend.geometry.caps.fill import AHEAD
from backend.geometry.caps.loops import borders, edge_key
from backend.geometry.hidden.grow import grow, lids
from backend.geometry.hidden.visible import OpenPart
from backend.geometry.mesh import is_closed_manifold
from tests.backend.geometry.hidden.fields import SCENES, Floats, Ints, field_of, seen_of


def opened(name: str, part: int) -> OpenPart:
    vertices, faces, labels = seen_of(SCENES[name], 26)
    found = borders(faces, labels, len(vertices))
    return OpenPart.of(vertices, faces[labels == part], found, part)


def closed(seen: OpenPart, lid: tuple[Floats, Ints]) -> bool:
    points, faces = lid
    number = np.concatenate([seen.rim, len(seen.points) + np.arange(len(points))])
    return is_closed_manifold(np.concatenate([seen.faces, number[faces]]))


def taken(seen: OpenPart) -> Ints:
    """The keys of edges between vertices of the border that the part has already."""
    number = np.full(len(seen.points), -1)
    number[seen.rim] = np.arange(len(seen.rim))
    a, b = number[seen.faces].reshape(-1), number[seen.faces[:, AHEAD]].reshape(-1)
    both = (a >= 0) & (b >= 0)
    return np.unique(edge_key(a[both], b[both]))


def test_lids_close_a_part() -> None:
    for name, part in (("limb in a body", 1), ("half a ring", 0), ("torso", 0)):
        seen = opened(name, part)
        lid = lids(seen, list(range(len(seen.loops))), taken(seen))
        assert lid is not None
        assert np.array_equal(lid[0][: len(seen.rim)], seen.points[seen.rim])
        assert closed(seen, lid)


def test_a_lid_reaches_the_field_and_still_closes() -> None:
    seen = opened("limb in a body", 1)
    lid = lids(seen, [0], taken(seen))
    assert lid is not None
    fixed = len(seen.rim)
    solid = SCENES["limb in a body"][1]
    field = field_of(solid, 32)
    before = np.abs(solid(lid[0].mean(axis=0))) / field.cell
    points, faces = grow(
        *lid, fixed, field, lambda p: np.full(len(p), field.cell), taken(seen), 2000
    )
    assert closed(seen, (points, faces))
    off = np.abs(solid(points[fixed:])) / field.cell
    assert np.quantile(off, 0.9) < 0.5 < before


def test_no_more_faces_are_made_than_may_be() -> None:
    seen = opened("limb in a body", 1)
    lid = lids(seen, [0], taken(seen))
    assert lid is not None
    field = field_of(SCENES["limb in a body"][1], 32)

    def wanted(places: Floats) -> Floats:
        return np.full(len(places), field.cell)

    free = grow(*lid, len(seen.rim), field, wanted, taken(seen), 2000)[1]
    bound = grow(*lid, len(seen.rim), field, wanted, taken(seen), 10)[1]
    assert len(bound) < len(free)
