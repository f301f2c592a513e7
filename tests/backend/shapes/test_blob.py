# SPDX-License-Identifier: GPL-3.0-or-later
"""The body that speed is measured on is what it says."""

from __future__ import annotations

import pytest

from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.shapes.blob import blob


@pytest.mark.parametrize("triangles", [500, 20_000])
def test_the_body_is_closed_outward_and_of_the_right_size(triangles):
    vertices, faces = blob(triangles)
    assert abs(len(faces) / triangles - 1) < 0.15
    assert is_closed_manifold(faces)
    assert len(vertices) - len(faces) / 2 == 2, "a sphere by Euler's formula"
    assert signed_volume(vertices, faces) > 0
