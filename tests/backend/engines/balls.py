# SPDX-License-Identifier: GPL-3.0-or-later
"""Balls that hide each other: what is seen of them, by whole triangles, and what is true."""

import numpy as np
import trimesh


def balls(centres, radii, detail=3):
    """Vertices, faces and labels of what is outside of all other balls."""
    ball = trimesh.creation.icosphere(detail)
    vertices, faces, labels = [], [], []
    for k, (centre, radius) in enumerate(zip(centres, radii, strict=True)):
        places = ball.vertices * radius + centre
        middle = places[ball.faces].mean(axis=1)
        seen = np.ones(len(middle), dtype=bool)
        for other, (there, size) in enumerate(zip(centres, radii, strict=True)):
            seen &= (other == k) | (np.linalg.norm(middle - there, axis=1) > size)
        faces.append(ball.faces[seen] + k * len(ball.vertices))
        labels.append(np.full(int(seen.sum()), k))
        vertices.append(places)
    return (
        np.concatenate(vertices),
        np.concatenate(faces).astype(np.int64),
        np.concatenate(labels).astype(np.int64),
    )


def iou(said, truth):
    """Of two sets of places."""
    return (said & truth).sum() / (said | truth).sum()
