# SPDX-License-Identifier: GPL-3.0-or-later
"""Varied copies of labelled meshes: other proportions, tessellations and damage, the same parts.

Turned copies are not needed: what the networks see does not change when a mesh is turned.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .labelled import LabelledMesh, is_closed_manifold
from .remesh import decimate, vertex_normals, warp

Floats = NDArray[np.float64]

STRETCH = 0.12  # deviation of the logarithm of the scale along each axis
BEND = 0.05  # of the size: how far a smooth random bend moves
NOISE = 0.0015  # of the size, at most
THINNED, HOLED = 0.4, 0.25  # how often
HOLE = (0.02, 0.06)  # radii of holes, in sizes
FEWEST = 1500  # faces that decimation leaves


def augmented(mesh: LabelledMesh, rng: np.random.Generator) -> LabelledMesh:
    """A copy that is bent, stretched and roughened, and at times decimated or holed."""
    vertices, faces, labels = mesh.vertices, mesh.faces, mesh.labels
    kept = np.arange(len(faces))
    if rng.random() < THINNED and len(faces) > FEWEST and is_closed_manifold(faces):
        target = int(max(FEWEST, rng.uniform(0.25, 0.8) * len(faces)))
        vertices, faces, kept = decimate(vertices, faces, target, adaptive=bool(rng.random() < 0.5))
    axes = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    vertices = warp(vertices, rng, BEND * rng.random())
    vertices = vertices @ axes * np.exp(STRETCH * rng.normal(size=3)) @ axes.T
    size = float(np.ptp(vertices, axis=0).max())
    rough = NOISE * size * rng.random() ** 2 * rng.normal(size=len(vertices))
    vertices = vertices + rough[:, None] * vertex_normals(vertices, faces)
    if rng.random() < HOLED:
        whole = _without_holes(vertices[faces].mean(axis=1), size, rng)
        faces, kept = faces[whole], kept[whole]
    cut = [np.unique(label[kept], return_inverse=True)[1].reshape(-1) for label in labels]
    return LabelledMesh(
        vertices, faces, [label.astype(np.int32) for label in cut], mesh.weights, mesh.name
    )


def _without_holes(centre: Floats, size: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Faces (F,) that are left when one to three holes are torn; centre : (F, 3)."""
    left = np.ones(len(centre), dtype=bool)
    for place in centre[rng.integers(len(centre), size=rng.integers(1, 4))]:
        radius = size * rng.uniform(*HOLE)
        left &= np.linalg.norm(centre - place, axis=1) > radius
    return left if left.sum() > 0.8 * len(left) else np.ones(len(centre), dtype=bool)
