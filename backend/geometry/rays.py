# SPDX-License-Identifier: GPL-3.0-or-later
"""Ray queries against a mesh, by Embree: the one place that knows it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints, Singles
from .mesh import without_strays

PROXY_FROM = 150_000  # triangles; larger meshes are clustered first, for building is one long call
RAYS_A_CALL = 60_000  # short calls, so that a cancel is seen between them


class Hits(NamedTuple):
    """What rays hit first.

    Parameters
    ----------
    face : (N,) int, -1 where a ray hits nothing; the rest means something only where it hits.
    u, v : (N,) weights of the triangle's second and third corner at the place.
    distance : (N,) along the ray, in lengths of its direction.
    """

    face: NDArray[np.integer]
    u: NDArray[np.float32]
    v: NDArray[np.float32]
    distance: NDArray[np.float32]


class RayScene:
    """A mesh to shoot rays at.

    vertices : (V, 3) float; faces : (F, 3) int. proxy : whether a large mesh may be stood in for
    by a coarser one, which takes vertices of unit size. Triangles have their own numbers, and
    their own places, only without. Vertices that no face uses may be anything.
    """

    def __init__(self, vertices: Floats | Singles, faces: Ints, *, proxy: bool = True) -> None:
        from embreex.mesh_construction import TriangleMesh
        from embreex.rtcore_scene import EmbreeScene

        vertices = without_strays(np.asarray(vertices), faces)  # single precision overflows early
        if proxy and len(faces) > PROXY_FROM:
            vertices, faces = cluster_vertices(
                np.asarray(vertices, dtype=np.float64), faces, PROXY_FROM
            )
        self._scene = EmbreeScene()
        TriangleMesh(
            self._scene,
            np.ascontiguousarray(vertices, dtype=np.float32),
            np.ascontiguousarray(faces, dtype=np.int32),
        )

    def first_hits(self, origins: Floats | Singles, directions: Floats | Singles) -> Hits:
        """The triangle that each ray hits first, and where; in one call, of many rays a long one.

        origins, directions : (N, 3), the directions of any length.
        """
        found = self._scene.run(
            np.ascontiguousarray(origins, dtype=np.float32),
            np.ascontiguousarray(directions, dtype=np.float32),
            output=True,
        )
        return Hits(found["primID"], found["u"], found["v"], found["tfar"])

    def blocked(self, origins: Floats | Singles, directions: Floats | Singles) -> NDArray[np.bool_]:
        """Whether each ray hits anything: (N,) bool. In one call, of many rays a long one."""
        found = self._scene.run(
            np.ascontiguousarray(origins, dtype=np.float32),
            np.ascontiguousarray(directions, dtype=np.float32),
            query="OCCLUDED",
        )
        return np.asarray(found >= 0)

    def distance(self, origins: Floats, directions: Floats) -> NDArray[np.float32]:
        """Distance along unit directions to the first hit, infinite where there is none: (N,)."""
        out = np.empty(len(origins), dtype=np.float32)
        for at in range(0, len(origins), RAYS_A_CALL):
            part = slice(at, at + RAYS_A_CALL)
            out[part] = self._scene.run(
                np.ascontiguousarray(origins[part], dtype=np.float32),
                np.ascontiguousarray(directions[part], dtype=np.float32),
                query="DISTANCE",
            )
        out[out > 1e30] = np.inf
        return out

    def sees(self, origins: Floats, targets: Floats) -> NDArray[np.bool_]:
        """Whether the straight way from each origin to its target is free: (N,) bool."""
        out = np.empty(len(origins), dtype=bool)
        for at in range(0, len(origins), RAYS_A_CALL):
            part = slice(at, at + RAYS_A_CALL)
            way = targets[part] - origins[part]
            length = np.sqrt(np.einsum("ij,ij->i", way, way))
            way /= np.maximum(length, 1e-12)[:, None]
            hit = self._scene.run(
                np.ascontiguousarray(origins[part], dtype=np.float32),
                np.ascontiguousarray(way, dtype=np.float32),
                query="DISTANCE",
            )
            out[part] = hit >= length
        return out


def cluster_vertices(vertices: Floats, faces: Ints, target: int) -> tuple[Floats, Ints]:
    """A coarser stand-in with about `target` triangles: vertices of one grid cell become one.

    Rossignac and Borrel's vertex clustering, "Multi-resolution 3D approximations", 1993.
    """
    sides = vertices[faces]
    area = np.linalg.norm(np.cross(sides[:, 1] - sides[:, 0], sides[:, 2] - sides[:, 0]), axis=1)
    cell = max(np.sqrt(area.sum() / max(target, 1)), 1e-4)
    grid = np.floor((vertices + 0.5) / cell).astype(np.int64)
    across = int(np.ceil(1 / cell)) + 2
    key = (grid[:, 0] * across + grid[:, 1]) * across + grid[:, 2]
    cells, index = np.unique(key, return_inverse=True)
    index = index.reshape(-1)
    count = np.bincount(index, minlength=len(cells))
    mean = np.stack(
        [
            np.bincount(index, weights=vertices[:, k], minlength=len(cells)) / count
            for k in range(3)
        ],
        axis=1,
    )
    corner = index[faces]
    alive = (
        (corner[:, 0] != corner[:, 1])
        & (corner[:, 1] != corner[:, 2])
        & (corner[:, 2] != corner[:, 0])
    )
    if not alive.any():  # a cloud of specks: every triangle fell into one cell
        pick = np.linspace(0, len(faces) - 1, min(target, len(faces))).astype(np.int64)
        return vertices, faces[pick]
    kept = corner[alive]
    if len(kept) > 2 * target:
        kept = np.unique(np.sort(kept, axis=1), axis=0)
    return mean, kept
