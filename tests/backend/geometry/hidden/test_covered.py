# SPDX-License-Identifier: GPL-3.0-or-later
"""What a part leaves open by itself gets a lid where other parts hide it, and only there."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import trimesh

from backend.geometry.caps.loops import borders
from backend.geometry.hidden.covered import covered_lids
from backend.geometry.hidden.visible import OpenPart
from backend.geometry.winding import WindingNumber
from backend.pipelines.complete import complete_parts

AROUND = 12


def horn(base: np.ndarray, inner: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """A cone with its point up, open below; or a tube of two walls, open below, from `inner`."""
    turn = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    ring = np.column_stack([np.cos(turn), np.sin(turn), np.zeros(AROUND)]) * 0.1
    up = np.array([0, 0, 0.4])
    rings = [ring, ring + up]
    if inner:
        rings += [ring * inner + up, ring * inner]
    points, faces = np.concatenate(rings), []
    for one, two in pairwise(range(len(rings))):
        a = one * AROUND + np.arange(AROUND)
        b, c, d = np.roll(a, -1), np.roll(a, -1) + (two - one) * AROUND, a + (two - one) * AROUND
        faces += [np.column_stack([a, b, c]), np.column_stack([a, c, d])]
    if not inner:
        points = np.concatenate([points, [[0, 0, 0.6]]])
        top = AROUND + np.arange(AROUND)
        faces.append(np.column_stack([top, np.roll(top, -1), np.full(AROUND, 2 * AROUND)]))
    return points + base, np.concatenate(faces)


def together(
    *meshes: tuple[np.ndarray, np.ndarray],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points, faces and the part of each face."""
    first = np.cumsum([0, *(len(points) for points, _ in meshes)])
    faces = [faces + start for (_, faces), start in zip(meshes, first[:-1], strict=True)]
    sizes = [len(one) for one in faces]
    return (
        np.concatenate([points for points, _ in meshes]),
        np.concatenate(faces),
        np.repeat(np.arange(len(meshes)), sizes),
    )


def head() -> tuple[np.ndarray, np.ndarray]:
    made = trimesh.creation.icosphere(3, 0.5)
    return np.array(made.vertices), np.array(made.faces)


def lids(points: np.ndarray, faces: np.ndarray, part: np.ndarray, k: int) -> tuple:
    seen = OpenPart.of(points, faces[part == k], borders(faces, part, len(points)), k)
    return covered_lids(seen, lambda: WindingNumber(points, faces))


@pytest.mark.parametrize("sink", [0.1, 0.002, 0.0])
def test_a_horn_gets_a_lid_in_the_head_and_against_it(sink: float) -> None:
    block = trimesh.creation.box([2, 2, 1])
    block.apply_translation([0, 0, -0.5])
    scene = together(
        (np.array(block.vertices), np.array(block.faces)), horn(np.array([0, 0, -sink]))
    )
    new, faces = lids(*scene, 1)
    assert len(new) == 0
    assert len(faces) == AROUND - 2
    done = complete_parts(*scene)
    assert done.closed == [True, True]
    assert [one.engine for one in done.report] == ["none", "cap"]


@pytest.mark.parametrize("lift", [0.05, 0.3])
def test_what_opens_into_the_air_stays_open(lift: float) -> None:
    scene = together(head(), horn(np.array([0, 0, 0.5 + lift])))
    assert len(lids(*scene, 1)[1]) == 0
    assert complete_parts(*scene).closed == [True, False]


def test_a_tube_with_walls_gets_a_ring() -> None:
    scene = together(head(), horn(np.array([0, 0, 0.3]), inner=0.5))
    _, faces = lids(*scene, 1)
    assert len(faces) == 2 * AROUND
    assert complete_parts(*scene).closed == [True, True]


def test_borders_with_other_parts_are_left_to_the_field() -> None:
    points, faces = head()
    part = (points[faces].mean(axis=1)[:, 2] > 0.1).astype(np.int64)
    assert len(lids(points, faces, part, 0)[1]) == 0
