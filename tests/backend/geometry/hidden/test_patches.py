# SPDX-License-Identifier: GPL-3.0-or-later
"""Patches: what of a field's surface is hidden, and which loops of border it belongs to."""

from __future__ import annotations

import numpy as np

from backend.geometry.caps.loops import borders
from backend.geometry.hidden.patches import hidden_faces, hidden_patches
from backend.geometry.hidden.visible import OpenPart, Samples
from backend.geometry.isosurface import zero_level
from tests.backend.geometry.hidden.fields import SCENES, Distance, Floats, Ints, field_of, seen_of

Found = tuple[OpenPart, Floats, Ints, np.ndarray, Samples, float]


def found(name: str, part: int, field: Distance | None = None) -> Found:
    """What is seen of a part, the surface of its field, and what of that is hidden."""
    vertices, faces, labels = seen_of(SCENES[name], 32)
    own = faces[labels == part]
    seen = OpenPart.of(vertices, own, borders(faces, labels, len(vertices)), part)
    grid = field_of(field or SCENES[name][part], 32)
    places, triangles = zero_level(grid)
    start, end, loop = seen.edges
    border = Samples.of_edges(vertices[start], vertices[end], loop, 0.3 * grid.cell)
    shown = Samples.of_faces(vertices, own, seen.face_normals, 0.4 * grid.cell)
    hidden = hidden_faces(places, triangles, shown, border, grid.cell, 1.6 * grid.cell)
    return seen, places, triangles, hidden, border, grid.cell


def lengths(seen: OpenPart) -> Floats:
    start, end, loop = seen.edges
    return np.bincount(loop, np.linalg.norm(seen.points[end] - seen.points[start], axis=1))


def test_what_others_hide_is_hidden_and_what_is_seen_is_not() -> None:
    _, places, faces, hidden, _, cell = found("limb in a body", 1)
    depth = SCENES["limb in a body"][0](places[faces].mean(axis=1))  # below the body's surface
    assert hidden[depth < -1.5 * cell].all()
    assert not hidden[depth > 1.5 * cell].any()


def test_a_patch_goes_with_its_loop() -> None:
    seen, places, faces, hidden, border, cell = found("limb in a body", 1)
    patches = hidden_patches(places, faces, hidden, border, lengths(seen), cell)
    assert len(patches) == 1
    assert set(patches[0].loops) == {0}
    loop = places[patches[0].loops[0]]
    assert border.tree.query(loop)[0].max() < 2.5 * cell


def test_a_tube_between_two_loops_is_one_patch() -> None:
    seen, places, faces, hidden, border, cell = found("half a ring", 0)
    patches = hidden_patches(places, faces, hidden, border, lengths(seen), cell)
    assert [set(patch.loops) for patch in patches] == [{0, 1}]


def test_a_surface_whose_loop_is_elsewhere_gives_no_patch() -> None:
    seen, places, faces, hidden, border, cell = found("limb in a body", 1)
    moved = Samples.of_edges(border.point + 9, border.point + 9.01, border.source, cell)
    assert hidden_patches(places, faces, hidden, moved, lengths(seen), cell) == []
    nothing = np.zeros(len(faces), dtype=bool)
    assert hidden_patches(places, faces, nothing, border, lengths(seen), cell) == []


def test_a_spot_in_a_patch_that_was_taken_for_seen_is_closed() -> None:
    seen, places, faces, hidden, border, cell = found("limb in a body", 1)
    whole = hidden_patches(places, faces, hidden, border, lengths(seen), cell)
    far = border.tree.query(places[faces].mean(axis=1))[0]
    deepest = faces[np.argmax(np.where(hidden, far, 0.0)), 0]
    spot = hidden.copy()
    spot[(faces == deepest).any(axis=1)] = False  # the faces around one vertex
    patches = hidden_patches(places, faces, spot, border, lengths(seen), cell)
    assert len(patches) == 1
    assert set(patches[0].loops) == {0}
    assert np.array_equal(np.sort(patches[0].loops[0]), np.sort(whole[0].loops[0]))
    edges = np.concatenate([patches[0].faces[:, [0, 1]], patches[0].faces[:, [1, 2]],
                            patches[0].faces[:, [2, 0]]])  # fmt: skip
    once = set(map(tuple, edges.tolist()))
    assert sum((b, a) not in once for a, b in once) == len(whole[0].loops[0])
