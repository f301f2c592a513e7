# SPDX-License-Identifier: GPL-3.0-or-later
"""From a field to a triangulation, and the variation that real files show.

Vertices of marching cubes are moved by dual/primal mesh optimisation (Y. Ohtake and A. Belyaev,
2002): each goes to the point that best fits the tangent planes of its projected faces, which
removes the traces of the grid and restores sharp edges.
"""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Floats, Ints
from ..geometry.mesh import is_closed_manifold, signed_volume
from ..geometry.sampling import random_rotation as random_rotation  # families ask for it here
from .labelled import biggest_component
from .sculpt import Sculpture


def polygonise(sculpture: Sculpture, *, all_pieces: bool = False) -> tuple[Floats, Ints]:
    """The biggest closed surface of a sculpture, outward: vertices (V, 3) and faces (F, 3).

    all_pieces : keeps the other surfaces too; those of bubbles are wound inward.
    Raises ValueError if it is not a closed manifold.
    """
    from skimage.measure import marching_cubes

    values, origin, cell = sculpture.sample_grid()
    vertices, faces, _, _ = marching_cubes(
        np.clip(values, -4 * cell, 4 * cell), 0.0, allow_degenerate=False
    )
    v = vertices.astype(np.float64) * cell + origin
    f = faces.astype(np.int64)
    if not all_pieces:
        v, f, _ = biggest_component(v, f)
    if not is_closed_manifold(f):
        raise ValueError("The sculpture's surface is not a closed manifold.")
    if signed_volume(v, f) < 0:
        f = f[:, ::-1].copy()
    v = fit_to_field(sculpture, v, f, cell)
    if not sculpture.crisp:
        v = fit_to_field(sculpture, relax(v, f, 2), f, cell)
    return v, f


def fit_to_field(sculpture: Sculpture, vertices: Floats, faces: Ints, cell: float) -> Floats:
    """Moves vertices by at most a cell so that they fit the field's tangent planes."""
    centres = vertices[faces].mean(1)
    value, normal = _value_and_normal(sculpture, centres, cell)
    planes = centres - normal * np.clip(value, -cell, cell)[:, None]
    corner = faces.ravel()
    n = np.repeat(normal, 3, axis=0)
    offset = np.einsum("ij,ij->i", n, np.repeat(planes, 3, axis=0) - vertices[corner])
    count = len(vertices)
    # Normal equations of the least squares fit, relative to the vertex.
    matrix = np.empty((count, 3, 3))
    for i in range(3):
        for j in range(i, 3):
            matrix[:, i, j] = matrix[:, j, i] = np.bincount(corner, n[:, i] * n[:, j], count)
    right = np.stack([np.bincount(corner, n[:, i] * offset, count) for i in range(3)], 1)
    degree = np.bincount(corner, minlength=count)
    # Directions in which the planes say little keep the vertex where it is.
    matrix += (0.03 * degree)[:, None, None] * np.eye(3)
    move = np.linalg.solve(matrix, right[:, :, None])[:, :, 0]
    size = np.linalg.norm(move, axis=1, keepdims=True)
    return vertices + move * np.minimum(1, 0.7 * cell / np.maximum(size, 1e-12))


def project(sculpture: Sculpture, vertices: Floats, limit: float = 0.01) -> Floats:
    """Puts vertices back on the surface, moving each by at most `limit` of the object's size."""
    size = float(np.ptp(vertices, axis=0).max())
    value, normal = _value_and_normal(sculpture, vertices, 0.01 * size)
    return vertices - normal * np.clip(value, -limit * size, limit * size)[:, None]


def _value_and_normal(sculpture: Sculpture, points: Floats, cell: float) -> tuple[Floats, Floats]:
    """Field and unit gradient by a tetrahedral stencil of a third of a cell."""
    step = 0.33 * cell
    stencil = np.array([[1, -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]], np.float64)
    value, gradient = np.zeros(len(points)), np.zeros_like(points)
    for direction in stencil:
        d = sculpture.sample(
            np.ascontiguousarray((points + step * direction).T, dtype=np.float32)
        ).astype(np.float64)
        value += d / 4
        gradient += d[:, None] * direction
    norm = np.linalg.norm(gradient, axis=1)
    slope = np.maximum(norm / (4 * step), 0.3)
    return value / slope, gradient / np.maximum(norm, 1e-12)[:, None]


def neighbour_mean(vertices: Floats, faces: Ints) -> Floats:
    """The mean (V, 3) of each vertex's neighbours."""
    total = np.zeros_like(vertices)
    count = np.zeros(len(vertices))
    for i, j in ((0, 1), (1, 2), (2, 0)):
        # On a closed surface each edge is met once in each direction.
        for axis in range(3):
            total[:, axis] += np.bincount(faces[:, i], vertices[faces[:, j], axis], len(vertices))
        count += np.bincount(faces[:, i], minlength=len(vertices))
    return total / np.maximum(count, 1)[:, None]


def relax(vertices: Floats, faces: Ints, rounds: int, strength: float = 0.5) -> Floats:
    """Evens out the triangles: moves vertices along the surface towards their neighbours."""
    for _ in range(rounds):
        normal = vertex_normals(vertices, faces)
        move = neighbour_mean(vertices, faces) - vertices
        move -= normal * np.einsum("ij,ij->i", normal, move)[:, None]
        vertices = vertices + strength * move
    return vertices


def vertex_normals(vertices: Floats, faces: Ints) -> Floats:
    """Area weighted unit normals (V, 3)."""
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    cross = np.cross(b - a, c - a)
    normal = np.zeros_like(vertices)
    for axis in range(3):
        for corner in range(3):
            normal[:, axis] += np.bincount(faces[:, corner], cross[:, axis], len(vertices))
    return normal / np.maximum(np.linalg.norm(normal, axis=1), 1e-12)[:, None]


def decimate(
    vertices: Floats, faces: Ints, target: int, *, adaptive: bool
) -> tuple[Floats, Ints, Ints]:
    """Edge collapse to `target` faces: vertices, faces, and the source face (F,) of each face.

    `adaptive` spends triangles where the surface bends (quadric error, long thin triangles on
    flat ground); otherwise triangles stay of similar size. The result stays a closed manifold: a
    collapse that breaks it is given back undone.
    """
    import igl

    if len(faces) <= target:
        return vertices, faces, np.arange(len(faces))
    collapse = igl.qslim if adaptive else igl.decimate
    v, f, source, _ = collapse(
        np.asfortranarray(vertices), np.asfortranarray(faces.astype(np.int32)), int(target)
    )
    v, f = np.ascontiguousarray(v), np.ascontiguousarray(f, dtype=np.int64)
    if len(f) < 8 or not is_closed_manifold(f) or not np.isfinite(v).all():
        return vertices, faces, np.arange(len(faces))
    return v, f, np.asarray(source, np.int64)


def warp(vertices: Floats, rng: np.random.Generator, amount: float) -> Floats:
    """A smooth random bend of space, by waves about as long as the object is large."""
    size = float(np.ptp(vertices, axis=0).max())
    centre = vertices.mean(0)
    p = (vertices - centre) / size
    out = p.copy()
    for _ in range(3):
        wave = random_rotation(rng)[0] * rng.uniform(2.0, 4.5)
        out += (
            amount / 3 * rng.normal(size=3) * np.sin(p @ wave + rng.uniform(0, 2 * np.pi))[:, None]
        )
    return out * size + centre


def bumps(vertices: Floats, faces: Ints, rng: np.random.Generator, amount: float) -> Floats:
    """Displaces the surface along its normals by waves of a fifth to a twentieth of its size."""
    size = float(np.ptp(vertices, axis=0).max())
    height = np.zeros(len(vertices))
    for _ in range(10):
        wave = random_rotation(rng)[0] * rng.uniform(30, 110) / size
        height += np.sin(vertices @ wave + rng.uniform(0, 2 * np.pi))
    return vertices + vertex_normals(vertices, faces) * (height * amount * size / 3)[:, None]
