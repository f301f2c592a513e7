# SPDX-License-Identifier: GPL-3.0-or-later
"""Borders meet seams, copies stand side by side, and twins are found."""

from __future__ import annotations

import numpy as np
import pytest

from backend.geometry.booleans import is_solid
from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.library.families.forms import ball, block, moved
from backend.pipelines import frames, seams
from tests.backend.pipelines.replacing import cart, post


def test_a_weld_grows_from_the_seams_own_vertices() -> None:
    vertices, faces, labels = post()
    frame = frames.frame_of(vertices, faces, labels, 1)
    small = moved(ball(0.2), (0, 1.6, 0))  # it would float
    (v, f), how = seams.joined(small, frame, (vertices, faces[labels == 0]))
    assert how == "weld"
    assert is_closed_manifold(f)
    gap = np.linalg.norm(frame.loops[0][:, None] - v, axis=2).min(axis=1)
    assert gap.max() < 1e-6
    assert signed_volume(v, f) > signed_volume(*small)


def test_a_trim_cuts_off_what_lies_inside() -> None:
    vertices, faces, labels = cart()
    frame = frames.frame_of(vertices, faces, labels, 3)
    box = vertices, faces[labels == 0]
    sunk = moved(ball(0.4), (0, 0.3, 0))
    (v, f), how = seams.joined(sunk, frame, box, "trim")
    assert how == "trim"
    assert is_solid(v, f)
    assert v[:, 1].min() == pytest.approx(0.3, abs=0.01)
    assert seams.joined(sunk, frame, box)[1] == "overlap"


def test_copies_share_the_old_width() -> None:
    vertices, faces, labels = cart()
    frame = frames.frame_of(vertices, faces, labels, 0)
    one = block((0.2, 0.2, 0.2))
    v, f = seams.copies(one, frame, 3)
    assert len(f) == 3 * len(one[1])
    assert signed_volume(v, f) == pytest.approx(3 * 0.008)
    assert seams.copies(one, frame, 1) is one


def test_the_twin_of_a_wheel_is_the_wheel_across() -> None:
    vertices, faces, labels = cart()
    found = seams.twin_of(vertices, faces, labels, 1)
    assert found is not None
    assert found[0] == 2
    assert found[1] == pytest.approx(0, abs=1e-9)
    assert seams.twin_of(vertices, faces, labels, 3) is None, "it lies on the plane"


def test_a_part_of_several_alike_has_pieces() -> None:
    vertices, faces, labels = cart()
    wheels = np.isin(labels, [1, 2])
    found = seams.pieces_of(vertices, faces, wheels)
    assert [int(mask.sum()) for mask in found] == [int(wheels.sum()) // 2] * 2
    different = seams.pieces_of(vertices, faces, np.isin(labels, [1, 4]))
    assert len(different) == 1
