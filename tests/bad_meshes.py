# SPDX-License-Identifier: GPL-3.0-or-later
"""A corpus of meshes as they should not be, and often are. Several tests run over all of them.

``usable`` says whether the engine must segment the mesh (True) or refuse it with a sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class BadMesh:
    """vertices (V, 3) float64 and faces (F, 3) int64, whether they can be used, and the symptom."""

    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    usable: bool = True


CORPUS: dict[str, Callable[[], BadMesh]] = {}


def corpus(maker: Callable[[], BadMesh]) -> Callable[[], BadMesh]:
    CORPUS[maker.__name__] = maker
    return maker


def grid(rows: int, columns: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """A bumpy sheet of 2 * rows * columns triangles."""
    y, x = np.mgrid[0 : rows + 1, 0 : columns + 1]
    height = 0.6 * np.sin(0.9 * x) * np.cos(0.7 * y)
    vertices = np.stack([x, y, height], axis=-1).reshape(-1, 3).astype(np.float64)
    corner = (y[:-1, :-1] * (columns + 1) + x[:-1, :-1]).ravel()
    up, right = corner + columns + 1, corner + 1
    lower = np.stack([corner, right, up], axis=1)
    upper = np.stack([right, up + 1, up], axis=1)
    return vertices, np.stack([lower, upper], axis=1).reshape(-1, 3).astype(np.int64)


def lathe(rings: int = 16, around: int = 16) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """A closed smooth surface of two lobes and a waist; outward, 2 * around * rings triangles."""
    height = np.linspace(-1, 1, rings + 2)[1:-1]
    radius = np.sqrt(1 - height**2) * (0.25 + 0.75 * np.abs(height))
    angle = np.linspace(0, 2 * np.pi, around, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    body = np.concatenate(
        [
            np.column_stack([r * ring, np.full(around, h)])
            for r, h in zip(radius, height, strict=True)
        ]
    )
    vertices = np.concatenate([body, [[0, 0, -1.0], [0, 0, 1.0]]])
    i, j = np.meshgrid(np.arange(rings - 1), np.arange(around), indexing="ij")
    a, b = i * around + j, i * around + (j + 1) % around
    c, d = a + around, b + around
    sides = [np.stack([a, b, d], -1).reshape(-1, 3), np.stack([a, d, c], -1).reshape(-1, 3)]
    j, after = np.arange(around), (np.arange(around) + 1) % around
    bottom, top = len(body), len(body) + 1
    last = (rings - 1) * around
    fans = [
        np.stack([after, j, np.full(around, bottom)], 1),
        np.stack([last + j, last + after, np.full(around, top)], 1),
    ]
    return vertices, np.concatenate(sides + fans).astype(np.int64)


def moved(*offsets: tuple[float, float, float]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Copies of the lathe at `offsets`."""
    vertices, faces = lathe()
    return (
        np.concatenate([vertices + np.array(offset) for offset in offsets]),
        np.concatenate([faces + k * len(vertices) for k in range(len(offsets))]),
    )


@corpus
def empty() -> BadMesh:
    return BadMesh(np.zeros((0, 3)), np.zeros((0, 3), np.int64), usable=False)


@corpus
def vertices_without_faces() -> BadMesh:
    return BadMesh(lathe()[0], np.zeros((0, 3), np.int64), usable=False)


@corpus
def nan_coordinate() -> BadMesh:
    vertices, faces = lathe()
    vertices[faces[3, 1], 2] = np.nan
    return BadMesh(vertices, faces, usable=False)


@corpus
def infinite_coordinate() -> BadMesh:
    vertices, faces = lathe()
    vertices[faces[3, 1], 0] = -np.inf
    return BadMesh(vertices, faces, usable=False)


@corpus
def index_too_large() -> BadMesh:
    vertices, faces = lathe()
    faces[5, 2] = len(vertices)
    return BadMesh(vertices, faces, usable=False)


@corpus
def index_negative() -> BadMesh:
    vertices, faces = lathe()
    faces[5, 2] = -1
    return BadMesh(vertices, faces, usable=False)


@corpus
def all_at_one_point() -> BadMesh:
    vertices, faces = lathe()
    return BadMesh(np.full_like(vertices, 0.5), faces, usable=False)


@corpus
def all_on_a_line() -> BadMesh:
    vertices, faces = lathe()
    return BadMesh(vertices * [1.0, 0.0, 0.0], faces, usable=False)


@corpus
def all_faces_of_one_vertex() -> BadMesh:
    vertices, faces = lathe()
    return BadMesh(vertices, np.repeat(faces[:, :1], 3, axis=1), usable=False)


@corpus
def single_triangle() -> BadMesh:
    return BadMesh(np.eye(3), np.array([[0, 1, 2]]))


@corpus
def two_triangles_apart() -> BadMesh:
    vertices = np.concatenate([np.eye(3), np.eye(3) + 7])
    return BadMesh(vertices, np.array([[0, 1, 2], [3, 4, 5]]))


@corpus
def duplicate_faces() -> BadMesh:
    vertices, faces = lathe()
    return BadMesh(vertices, np.concatenate([faces, faces[:50], faces[:50, [1, 2, 0]]]))


@corpus
def degenerate_among_good() -> BadMesh:
    vertices, faces = lathe()
    faces[::7, 2] = faces[::7, 0]
    faces[3] = faces[3, 0]
    return BadMesh(vertices, faces)


@corpus
def inconsistent_winding() -> BadMesh:
    vertices, faces = lathe()
    flipped = np.random.default_rng(0).random(len(faces)) < 0.4
    faces[flipped] = faces[flipped][:, ::-1]
    return BadMesh(vertices, faces)


@corpus
def inside_out() -> BadMesh:
    vertices, faces = lathe()
    return BadMesh(vertices, faces[:, ::-1].copy())


@corpus
def three_faces_on_an_edge() -> BadMesh:
    vertices, faces = grid(8, 8)
    fin = np.array([[4.0, 4.0, 5.0]])
    edge = faces[60, :2]
    return BadMesh(
        np.concatenate([vertices, fin]), np.concatenate([faces, [[*edge, len(vertices)]]])
    )


@corpus
def three_sheets_on_a_line() -> BadMesh:
    vertices, faces = grid(6, 6)
    turned = [vertices, vertices[:, [0, 2, 1]], vertices * [1, -1, 1]]  # all share the x axis
    stacked = np.concatenate(turned)
    return BadMesh(stacked, np.concatenate([faces + k * len(vertices) for k in range(3)]))


@corpus
def bow_tie_vertex() -> BadMesh:
    vertices, faces = lathe()
    top = len(vertices) - 1
    upper = vertices * [1, 1, -1] + [0, 0, 2.0]  # a mirrored copy stands on the first one's top
    second = np.where(faces == top, top, faces + len(vertices))
    return BadMesh(np.concatenate([vertices, upper]), np.concatenate([faces, second[:, ::-1]]))


@corpus
def open_borders() -> BadMesh:
    vertices, faces = lathe()
    return BadMesh(vertices, np.delete(faces, np.s_[40:160], axis=0))


@corpus
def interpenetrating_shells() -> BadMesh:
    return BadMesh(*moved((0, 0, 0), (0.2, 0.1, 0.5), (0.1, 0.4, 0.2)))


@corpus
def nested_shells() -> BadMesh:
    vertices, faces = lathe()
    return BadMesh(
        np.concatenate([vertices, vertices * 0.5]), np.concatenate([faces, faces + len(vertices)])
    )


@corpus
def coincident_shells() -> BadMesh:
    return BadMesh(*moved((0, 0, 0), (0, 0, 0)))


@corpus
def thousands_of_islands() -> BadMesh:
    place = np.random.default_rng(1).random((3000, 1, 3)) * 10
    vertices = (place + 0.05 * np.eye(3)).reshape(-1, 3)
    return BadMesh(vertices, np.arange(len(vertices)).reshape(-1, 3))


@corpus
def unwelded_soup() -> BadMesh:
    vertices, faces = lathe()
    order = np.random.default_rng(2).permutation(len(faces))
    return BadMesh(vertices[faces[order]].reshape(-1, 3), np.arange(3 * len(faces)).reshape(-1, 3))


@corpus
def huge() -> BadMesh:
    vertices, faces = lathe()
    return BadMesh(vertices * 1e12, faces)


@corpus
def tiny() -> BadMesh:
    vertices, faces = lathe()
    return BadMesh(vertices * 1e-12, faces)


@corpus
def far_from_the_origin() -> BadMesh:
    vertices, faces = lathe()
    return BadMesh(vertices + np.array([1e6, -2e6, 3e6]), faces)


@corpus
def needle() -> BadMesh:
    vertices, faces = lathe()
    return BadMesh(vertices * [1e-5, 1e-5, 1.0], faces)


@corpus
def one_face_dwarfs_the_rest() -> BadMesh:
    vertices, faces = lathe()
    far = np.array([[0, 0, 2.0], [1e5, 0, 2.0], [0, 1e5, 2.0]])
    return BadMesh(
        np.concatenate([vertices, far]),
        np.concatenate([faces, [[len(vertices), len(vertices) + 1, len(vertices) + 2]]]),
    )


@corpus
def flat_plate() -> BadMesh:
    vertices, faces = grid(10, 10)
    return BadMesh(vertices * [1, 1, 0], faces)


@corpus
def moebius_strip() -> BadMesh:
    vertices, faces = grid(4, 60)
    angle = vertices[:, 0] / 60 * 2 * np.pi
    across = (vertices[:, 1] / 4 - 0.5) * 0.8
    radius = 1 + across * np.cos(angle / 2)
    strip = np.stack(
        [radius * np.cos(angle), radius * np.sin(angle), across * np.sin(angle / 2)], 1
    )
    return BadMesh(strip, faces)


@corpus
def unused_vertices() -> BadMesh:
    vertices, faces = lathe()
    return BadMesh(np.concatenate([np.full((100, 3), 1e9), vertices]), faces + 100)


@corpus
def unused_vertices_that_are_no_numbers() -> BadMesh:
    vertices, faces = lathe()
    strays = np.array([[np.nan, 0, 0], [0, np.inf, 0], [-1e300, 0, 0]])
    return BadMesh(np.concatenate([strays, vertices]), faces + 3)
