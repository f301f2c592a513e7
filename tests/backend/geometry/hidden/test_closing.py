# SPDX-License-Identifier: GPL-3.0-or-later
"""What closes a part, and what does not."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.hidden.closing import closed_volume, closes, stays_inside
from backend.geometry.hidden.visible import ObjectShell, OpenPart

NONE = np.empty(0, np.int64)
SIDES = 4


def can(cuts: int = 0) -> OpenPart:
    """A box without its lid; at each corner of its rim `cuts` more vertices, very close."""
    corner = np.array([[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]], float)
    points = [*corner, *(corner * [1, 1, 0])]
    faces, ring = [[4, 6, 5], [4, 7, 6]], []
    for i in range(SIDES):
        ahead = (i + 1) % SIDES
        side = [i]
        for k in range(cuts):
            side.append(len(points))
            points.append(corner[i] + 1e-6 * (k + 1) * (corner[ahead] - corner[i]))
        ring += side
        faces.append([i + 4, ahead + 4, ahead])
        faces += [[i + 4, b, a] for a, b in zip(side, [*side[1:], ahead], strict=True)]
    return OpenPart(np.array(points), np.array(faces), [ring[::-1]], 0)


def fan(seen: OpenPart) -> tuple[np.ndarray, np.ndarray]:
    """A lid, all triangles at one new vertex in its middle."""
    ring = seen.rim_number[np.array(seen.loops[0])][::-1]
    points = np.concatenate([seen.points[seen.rim], [[0.5, 0.5, 1.0]]])
    middle = np.full(len(ring), len(ring))
    return points, np.stack([ring, np.roll(ring, -1), middle], axis=1)


def test_a_lid_closes_a_box() -> None:
    seen = can()
    assert closes(seen, *fan(seen), NONE)
    assert closed_volume(seen, *fan(seen)) == pytest.approx(1)
    points, faces = fan(seen)
    assert not closes(seen, points, faces[:, ::-1], NONE)
    assert not closes(seen, points, faces[1:], NONE)


def test_folds_are_refused_but_not_the_slivers_of_a_border_with_tiny_edges() -> None:
    cut = can(cuts=3)
    assert closes(cut, *fan(cut), NONE)  # a dozen of them
    seen = can()
    points, faces = fan(seen)
    for _ in range(6):  # a vertex on the edge of a face: one of its three has no area
        a, b, c = faces[-1]
        points = np.concatenate([points, points[[a, b]].mean(axis=0, keepdims=True)])
        new = len(points) - 1
        faces = np.concatenate([faces[:-1], [[a, b, new], [b, c, new], [c, a, new]]])
    assert not closes(seen, points, faces, NONE)


def test_what_joins_vertices_that_are_joined_already_is_refused() -> None:
    seen = can()
    rim = seen.points[seen.rim]
    ring = seen.rim_number[np.array(seen.loops[0])][::-1]
    lid = np.array([[ring[0], ring[1], ring[2]], [ring[0], ring[2], ring[3]]])
    assert closes(seen, rim, lid, NONE)
    a, b = sorted((int(ring[0]), int(ring[2])))
    assert not closes(seen, rim, lid, np.array([(a << 31) | b]))


def test_new_faces_stay_in_the_object() -> None:
    seen = can()
    points, faces = fan(seen)
    box = np.concatenate([seen.faces, [[0, 1, 2], [0, 2, 3]]])
    shell = ObjectShell(seen.points, box)
    assert stays_inside(seen, shell, points, faces)
    points[-1, 2] = 0.5
    assert stays_inside(seen, shell, points, faces)
    points[-1, 2] = 1.1
    assert not stays_inside(seen, shell, points, faces)
