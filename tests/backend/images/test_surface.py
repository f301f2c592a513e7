# SPDX-License-Identifier: GPL-3.0-or-later
"""Surface nets."""

import numpy as np
import pytest

from backend.geometry.mesh import is_closed_manifold, signed_volume
from backend.images.surface import surface_net, triangles_of


def test_a_ring_is_closed_and_has_its_volume():
    x, y, z = np.mgrid[-1.6:1.6:48j, -1.6:1.6:48j, -0.7:0.7:22j]
    values = (np.hypot(np.hypot(x, y) - 1, z) - 0.4).astype(np.float32)
    vertices, quads = surface_net(values)
    faces = triangles_of(quads, vertices)
    assert is_closed_manifold(faces)
    size = np.array([3.2 / 47, 3.2 / 47, 1.4 / 21])
    volume = signed_volume(vertices * size, faces)
    assert volume == pytest.approx(2 * np.pi**2 * 0.4**2, rel=0.03)


def test_nothing_inside_is_no_surface():
    vertices, quads = surface_net(np.ones((5, 5, 5), np.float32))
    assert len(vertices) == len(quads) == 0
