# SPDX-License-Identifier: GPL-3.0-or-later
"""Varied copies of labelled meshes: other proportions, tessellations and damage, the same parts.

Turned copies are not needed: what the networks see does not change when a mesh is turned.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats
from ..geometry.mesh import is_closed_manifold
from .labelled import LabelledMesh, connected_pieces
from .remesh import decimate, vertex_normals, warp

STRETCH = 0.12  # deviation of the logarithm of the scale along each axis
BEND = 0.05  # of the size: how far a smooth random bend moves
NOISE = 0.0015  # of the size, at most
THINNED, HOLED = 0.4, 0.25  # how often
HOLE = (0.02, 0.06)  # radii of holes, in sizes
FEWEST = 1500  # faces that decimation leaves
DROPPED, LOST = 0.6, 0.5  # how often parts are left out, and at most which share of them
SCALED, SHIFTED = 0.08, 0.02  # deviations of a part's scales (logarithms) and place (its sizes)


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
    return LabelledMesh(vertices, faces, _without_gaps(labels, kept), mesh.weights, mesh.name)


def _without_holes(centre: Floats, size: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Faces (F,) that are left when one to three holes are torn; centre : (F, 3)."""
    left = np.ones(len(centre), dtype=bool)
    for place in centre[rng.integers(len(centre), size=rng.integers(1, 4))]:
        radius = size * rng.uniform(*HOLE)
        left &= np.linalg.norm(centre - place, axis=1) > radius
    return left if left.sum() > 0.8 * len(left) else np.ones(len(centre), dtype=bool)


def rearranged(mesh: LabelledMesh, rng: np.random.Generator) -> LabelledMesh:
    """An assembly of the same parts in other proportions; at times some of them are left out.

    Parts are those of the first opinion; parts that share vertices move as one.
    """
    vertices, faces = mesh.vertices, mesh.faces
    part = mesh.labels[0]
    kept = np.arange(len(faces))
    if part.max() >= 2 and rng.random() < DROPPED:
        stays = rng.random(part.max() + 1) >= LOST * rng.random()
        if stays.sum() >= 2:
            kept = np.flatnonzero(stays[part])
    faces, part = faces[kept], part[kept]

    # Files that keep a vertex for each face corner still hold together by place.
    _, place = np.unique(vertices, axis=0, return_inverse=True)
    node = place.reshape(-1) + int(part.max()) + 1  # of each vertex, after the parts
    joined = np.stack([np.repeat(part, 3), node[faces].ravel()], axis=1)
    _, group = connected_pieces(int(node.max()) + 1, joined)
    moves = group[node]
    moved = vertices.copy()
    for one in np.unique(group[part]):
        mine = moves == one
        low, high = vertices[mine].min(axis=0), vertices[mine].max(axis=0)
        middle, size = (low + high) / 2, float((high - low).max())
        scale = np.exp(SCALED * rng.normal(size=3))
        moved[mine] = middle + (vertices[mine] - middle) * scale
        moved[mine] += SHIFTED * size * rng.normal(size=3)
    return LabelledMesh(moved, faces, _without_gaps(mesh.labels, kept), mesh.weights, mesh.name)


def _without_gaps(
    labels: list[NDArray[np.int32]], kept: NDArray[np.int64]
) -> list[NDArray[np.int32]]:
    """The labels of the faces that are kept, numbered 0..K-1 again."""
    return [
        np.unique(label[kept], return_inverse=True)[1].reshape(-1).astype(np.int32)
        for label in labels
    ]
