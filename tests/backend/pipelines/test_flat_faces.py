# SPDX-License-Identifier: GPL-3.0-or-later
"""No part ends inside a flat face of what engineers drew, however badly that is triangulated."""

import numpy as np
import pytest
import trimesh

from backend.geometry.graphs import components
from backend.pipelines.click import click
from backend.pipelines.segment import Hints, analyse, labels

FLAT = np.radians(0.1)


def plate():
    """An octagonal plate with a boss, a hole through both and six holes around: long slivers."""
    from manifold3d import Manifold

    def cylinder(height, radius, sides, x=0.0, y=0.0, z=0.0):
        return Manifold.cylinder(height, radius, radius, sides).translate((x, y, z))

    solid = cylinder(0.3, 2, 8) + cylinder(1.0, 0.6, 24, z=0.2) - cylinder(3, 0.3, 24, z=-1)
    for angle in np.arange(6) * np.pi / 3:
        x, y = 1.3 * np.cos(angle), 1.3 * np.sin(angle)
        solid -= cylinder(1, 0.15, 16, x, y, -0.3)
    mesh = solid.to_mesh()
    return np.asarray(mesh.vert_properties[:, :3], float), np.asarray(mesh.tri_verts, np.int64)


@pytest.fixture(scope="module", params=["coarse", "dense"])
def drawn(request):
    vertices, faces = plate()
    if request.param == "dense":
        vertices, faces = trimesh.remesh.subdivide_to_size(vertices, faces, 0.5)[:2]
        mesh = trimesh.Trimesh(vertices, faces)  # welded
        vertices, faces = np.array(mesh.vertices), np.asarray(mesh.faces, np.int64)
    return analyse(vertices, faces, engine="geometric")


def cut_planes(graph, part):
    """Length of the borders of parts that run between neighbours in one plane."""
    across = (part[graph.first] != part[graph.second]) & (np.abs(graph.bend) < FLAT)
    return graph.edge_length[across].sum()


@pytest.mark.parametrize("fineness", [0.3, 0.5, 0.75, 0.9, 1.0])
def test_no_cut_runs_across_a_flat_face(drawn, fineness):
    part = labels(drawn, granularity=fineness)
    assert part.max() > 0
    assert cut_planes(drawn.faces, part) == 0


def test_parts_are_whole(drawn):
    graph, part = drawn.faces, labels(drawn, parts=8)
    inside = part[graph.first] == part[graph.second]
    assert components(len(part), graph.first[inside], graph.second[inside]).max() == 7


def test_who_asks_may_cut_a_flat_face():
    vertices, faces = plate()
    groups = (vertices[faces].mean(axis=1)[:, 0] > 0).astype(int)
    found = analyse(vertices, faces, engine="geometric", hints=Hints(groups))
    part = labels(found, parts=2)
    assert max((part == groups).mean(), (part != groups).mean()) > 0.95
    assert cut_planes(found.faces, part) > 0


def test_a_click_on_a_flat_face_is_answered(drawn):
    answer = click(drawn, [[1.8, 0.0, 0.3]], [1])
    assert answer.mask.any()
    assert answer.warning == ""
