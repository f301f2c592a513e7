# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes with two walls that several tests look at."""

import numpy as np
import trimesh


def inner_wall(mesh, thickness):
    """The mesh sunk along its normals, as a wall that is seen from within."""
    points = mesh.vertices - thickness * np.asarray(mesh.vertex_normals)
    return trimesh.Trimesh(points, mesh.faces[:, ::-1], process=False)


def drained(mesh, thickness, place, radius):
    """Both walls as one surface with a hole: (mesh, faces of each wall); inner ones come second."""
    count = len(mesh.vertices)
    away = np.linalg.norm(mesh.triangles_center - place, axis=1) > radius
    faces = np.asarray(mesh.faces)[away]
    edges = {(a, b) for face in faces.tolist() for a, b in zip(face, face[1:] + face[:1])}  # noqa: B905
    rim = [(a, b) for a, b in edges if (b, a) not in edges]
    band = [[b, a, a + count] for a, b in rim] + [[b, a + count, b + count] for a, b in rim]
    points = np.vstack([mesh.vertices, inner_wall(mesh, thickness).vertices])
    whole = np.vstack([faces, faces[:, ::-1] + count, band])
    return trimesh.Trimesh(points, whole, process=False), len(faces)
