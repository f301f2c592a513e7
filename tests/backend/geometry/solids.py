# SPDX-License-Identifier: GPL-3.0-or-later
"""Solids that several tests of the geometry look at."""

import numpy as np
import trimesh

from backend.geometry.mesh import build_face_graph, unit_vertices
from backend.geometry.patches.cues import patch_graph
from backend.geometry.patches.superfaces import superfaces


def arrays(mesh):
    """Vertices and faces of a mesh, which may be changed."""
    return np.array(mesh.vertices, float), np.array(mesh.faces, np.int64)


def l_shape():
    """An L extruded: one concave edge."""
    outline = np.array([[0, 0], [2, 0], [2, 1], [1, 1], [1, 2], [0, 2]], float)
    lid = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 5], [3, 4, 5]])
    ring = np.arange(6)
    after = (ring + 1) % 6
    sides = np.vstack(
        [np.stack([ring, after, after + 6], axis=1), np.stack([ring, after + 6, ring + 6], axis=1)]
    )
    vertices = np.vstack([np.c_[outline, np.zeros(6)], np.c_[outline, np.ones(6)]])
    return trimesh.Trimesh(vertices, np.vstack([lid[:, ::-1], lid + 6, sides]), process=False)


def patches_of(mesh, count, seed=0):
    """The patch graph of a mesh, of about `count` patches."""
    vertices, faces = arrays(mesh)
    rng = np.random.default_rng(seed)
    graph = build_face_graph(unit_vertices(vertices, faces)[0], faces)
    return patch_graph(graph, superfaces(graph, rng, count), rng)
