# SPDX-License-Identifier: GPL-3.0-or-later
"""Inner walls that join the outer one at a hole."""

import numpy as np
import pytest
import trimesh

from backend.geometry.mesh import build_face_graph, unit_vertices
from backend.geometry.patches.hollows import joined_walls
from backend.geometry.rays import RayScene
from tests.backend.geometry.double_walls import drained


def hosts_of(mesh):
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    graph = build_face_graph(unit_vertices(vertices, faces)[0], faces)
    return joined_walls(graph, RayScene(graph.vertices, graph.faces))


@pytest.mark.parametrize("radius", [0.1, 0.2])
@pytest.mark.parametrize("thickness", [0.02, 0.08])
def test_the_inner_wall_of_a_ball_with_a_drain_hole_lines_the_outer(thickness, radius):
    ball = trimesh.creation.icosphere(subdivisions=4)
    mesh, count = drained(ball, thickness, ball.vertices[0], radius)
    host = hosts_of(mesh)
    hidden = host != np.arange(len(host))
    assert hidden[:count].mean() < 0.01
    assert hidden[count : 2 * count].mean() > 0.95
    at = np.flatnonzero(hidden[count : 2 * count])
    apart = mesh.triangles_center[at] - mesh.triangles_center[host[count + at]]
    assert np.linalg.norm(apart, axis=1).max() < 0.15


@pytest.mark.parametrize(
    "mesh",
    [
        trimesh.creation.icosphere(subdivisions=4),
        trimesh.creation.torus(1.0, 0.3, 48, 24),
        trimesh.creation.box([1, 1, 0.03]),
        drained(trimesh.creation.icosphere(subdivisions=4), 0.03, np.array([0, 0, 1.0]), 0.9)[0],
    ],
    ids=["ball", "ring", "plate", "bowl"],
)
def test_a_surface_in_plain_view_is_no_inner_wall(mesh):
    assert hosts_of(mesh) is None
