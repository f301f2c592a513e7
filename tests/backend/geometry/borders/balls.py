# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes in labels whose borders have teeth, and how much curves turn."""

import numpy as np
import trimesh

from backend.geometry.mesh import build_face_graph, shared_edges, unit_vertices

SLANTED = np.array([1.0, 2.0, 3.0]) / np.sqrt(14)
ACROSS = np.array([3.0, -1.0, 0.5]) / np.sqrt(10.25)


def graph_of(mesh):
    vertices, faces = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    return build_face_graph(unit_vertices(vertices, faces)[0], faces)


def ball(subdivisions=3, ways=(SLANTED,), radius=1.0):
    """A ball and, of each triangle, on which sides of planes near its middle it is."""
    graph = graph_of(trimesh.creation.icosphere(subdivisions=subdivisions, radius=radius))
    sides = [(graph.centroid @ way > 0.1) << number for number, way in enumerate(ways)]
    return graph, np.unique(np.sum(sides, axis=0), return_inverse=True)[1].astype(np.int64)


def built(graph, cut):
    """Vertices and triangles of what was cut, those at one place welded; all copies agree."""
    old = np.zeros((len(graph.vertices), 3))
    old[graph.welded] = graph.vertices
    values = cut.blend(graph.vertices, graph.faces.ravel()[cut.rows])
    new = np.zeros((int(cut.point.max(initial=-1)) + 1, 3))
    new[cut.point] = values
    np.testing.assert_array_equal(new[cut.point], values)
    number = np.concatenate([graph.welded[graph.faces.ravel()], cut.point + len(old)])
    return np.concatenate([old, new]), number[cut.corner]


def turning(vertices, faces, labels):
    """Angles, in radians, by which borders turn where two of their edges meet."""
    first, second, half, _ = shared_edges(faces)
    half = half[labels[first] != labels[second]]
    flat = faces.ravel()
    ends = np.stack([flat[half], flat[half - half % 3 + (half + 1) % 3]], axis=1)
    ends = np.concatenate([ends, ends[:, ::-1]])
    ends = ends[np.argsort(ends[:, 0], kind="stable")]
    vertex, begin, count = np.unique(ends[:, 0], return_index=True, return_counts=True)
    vertex, begin = vertex[count == 2], begin[count == 2]
    come = vertices[vertex] - vertices[ends[begin, 1]]
    go = vertices[ends[begin + 1, 1]] - vertices[vertex]
    long = np.linalg.norm(come, axis=1) * np.linalg.norm(go, axis=1)
    return np.arccos(np.clip(np.einsum("ij,ij->i", come, go) / long, -1, 1))
