# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a part is seen: its loops, samples, and that nothing lies outside of the object."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.caps.loops import borders
from backend.geometry.hidden.visible import HAIR, ObjectShell, OpenPart, Samples
from tests.backend.geometry.hidden.fields import SCENES, ball, seen_of


def parts(name: str) -> list[OpenPart]:
    vertices, faces, labels = seen_of(SCENES[name], 26)
    found = borders(faces, labels, len(vertices))
    count = int(labels.max()) + 1
    return [OpenPart.of(vertices, faces[labels == k], found, k) for k in range(count)]


def test_each_part_knows_its_loops_as_its_faces_run() -> None:
    body, limb = parts("limb in a body")
    assert [len(body.loops), len(limb.loops)] == [1, 1]
    assert body.left_over == limb.left_over == 0
    assert set(body.rim.tolist()) == set(limb.rim.tolist()) == set(limb.loops[0])
    start, end, _ = limb.edges
    edges = {(a, b) for f in limb.faces.tolist() for a, b in zip(f, f[1:] + f[:1], strict=True)}
    assert edges >= set(zip(start.tolist(), end.tolist(), strict=True))
    turned = limb.turned()
    assert np.allclose(turned.face_normals, -limb.face_normals)
    assert turned.loops == [limb.loops[0][::-1]]


def test_samples_lie_on_their_faces_about_as_far_apart_as_asked() -> None:
    body, _ = parts("limb in a body")
    samples = Samples.of_faces(body.points, body.faces, body.face_normals, 0.02)
    corner = body.points[body.faces[samples.source]]
    off = np.einsum("ij,ij->i", samples.point - corner[:, 0], samples.normal)
    assert np.abs(off).max() < 1e-12
    assert set(samples.source.tolist()) == set(range(len(body.faces)))
    gap = samples.tree.query(corner[:, 0])[0]
    assert gap.max() < 0.02


@pytest.mark.parametrize("height", [-0.1, -HAIR / 2, 0.0, 0.05])
def test_what_is_outside_is_put_below_and_what_is_inside_stays(height: float) -> None:
    vertices, faces, _ = seen_of([ball((0, 0, 0), 0.3)], 26)
    shell = ObjectShell(vertices, faces)
    way = np.random.default_rng(0).normal(size=(60, 3))
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    places = (0.3 + height) * way
    moved = shell.below(places, np.array([[0, 0, 9.0]]), 0.2)
    row, _ = shell._nearest(moved)
    depth = np.einsum("ij,ij->i", moved - vertices[shell.faces[row, 0]], shell.normals[row])
    assert depth.max() < 1e-6
    if height == -0.1:
        assert np.array_equal(moved, places)
    assert np.linalg.norm(moved - places, axis=1).max() < max(height, 0) + 0.01
