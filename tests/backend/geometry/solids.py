# SPDX-License-Identifier: GPL-3.0-or-later
"""Solids that several tests of the geometry look at."""

import numpy as np
import trimesh
from scipy.spatial import cKDTree

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


def eared(ears=((1, 1, 0), (-1, 1, 0)), turn=0.0, subdivisions=3):
    """A ball with a muzzle and ears, whose halves of +X and -X mirror each other.

    ears : where they are. turn : by which its upper half is turned, in radians.
    """
    mesh = trimesh.creation.icosphere(subdivisions=subdivisions)
    points, faces = arrays(mesh)
    length = np.ones(len(points))
    for place, high, wide in [((0, -0.2, 1), 0.6, 0.15)] + [(ear, 1.2, 0.06) for ear in ears]:
        way = np.array(place, float) / np.linalg.norm(place)
        length += high * np.exp(-np.square(points - way).sum(axis=1) / wide)
    points *= length[:, None]
    angle = turn * np.clip((points[:, 1] + 0.1) / 0.2, 0, 1)
    x, z = points[:, 0].copy(), points[:, 2].copy()
    points[:, 0] = np.cos(angle) * x + np.sin(angle) * z
    points[:, 2] = np.cos(angle) * z - np.sin(angle) * x
    return trimesh.Trimesh(points, faces, process=False)


def graph_of(mesh):
    """The faces of a mesh, made of unit size."""
    vertices, faces = arrays(mesh)
    return build_face_graph(unit_vertices(vertices, faces)[0], faces)


def images_across_x(mesh):
    """The face of a mesh that lies where each is mirrored in the plane of Y and Z: (F,)."""
    return cKDTree(mesh.triangles_center).query(mesh.triangles_center * [-1, 1, 1])[1]
