# SPDX-License-Identifier: GPL-3.0-or-later
"""Places on the surface of a mesh, and which of them can be seen from outside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..geometry.mesh import FaceGraph
from ..geometry.rays import RayScene
from ..geometry.sampling import spread_axes

LOOKS = 48  # directions from which a place is looked at
GRAZING = 0.1  # cosine with the normal below which a place seems too narrow to be clicked
HAIR = 1e-4  # of the size: rays start so far off the surface
CANDIDATES = 64  # places that are drawn at once, to find some that are seen
ROUNDS = 8


@dataclass(frozen=True)
class Places:
    """Places within triangles.

    Parameters
    ----------
    face : (N,) int64. weight : (N, 3) of the face's corners, of sum 1.
    """

    face: Ints
    weight: Floats

    def points(self, vertices: Floats, faces: Ints) -> Floats:
        """Where they are on a mesh, or on a moved copy of it: (N, 3)."""
        return np.asarray(np.einsum("ij,ijk->ik", self.weight, vertices[faces[self.face]]))

    def __len__(self) -> int:
        return len(self.face)

    def __getitem__(self, which: NDArray[np.integer] | NDArray[np.bool_] | slice) -> Places:
        return Places(self.face[which], self.weight[which])


def joined(several: list[Places]) -> Places:
    """All places of a list that is not empty."""
    return Places(
        np.concatenate([one.face for one in several]),
        np.concatenate([one.weight for one in several]),
    )


class SeenSurface:
    """The surface of a mesh, as somebody sees it who looks at it from all around."""

    def __init__(self, graph: FaceGraph) -> None:
        self.graph = graph
        axes = spread_axes(LOOKS // 2)
        self._looks = np.concatenate([axes, -axes])
        self._rays = RayScene(graph.vertices, graph.faces)

    def draw(self, faces: Ints, count: int, rng: np.random.Generator) -> Places:
        """`count` places anywhere on some faces, by area, where they can be seen.

        faces : some of the mesh, which have area. Where next to nothing of them is seen, places
        come more than once; where nothing is, they are hidden ones, as if others were in the way.
        """
        area = self.graph.area[faces]
        size = max(CANDIDATES, count)
        drawn, seen = [], []
        for _ in range(ROUNDS):
            face = rng.choice(faces, size, p=area / area.sum())
            drawn.append(Places(face, rng.dirichlet(np.ones(3), size)))
            seen.append(drawn[-1][self.seen(drawn[-1])])
            if sum(map(len, seen)) >= count:
                break
        places = joined(seen if any(map(len, seen)) else drawn)
        return places[np.resize(np.arange(len(places)), count)]

    def seen(self, places: Places) -> NDArray[np.bool_]:
        """Whether a straight way leads from each place to outside of everything: (N,)."""
        points = places.points(self.graph.vertices, self.graph.faces)
        normal = self.graph.normal[places.face]
        facing = normal @ self._looks.T  # (N, LOOKS)
        side = np.where(facing < 0, -HAIR, HAIR)
        start = points[:, None] + side[:, :, None] * normal[:, None]
        looks = np.broadcast_to(self._looks, start.shape)
        way = self._rays.distance(start.reshape(-1, 3), looks.reshape(-1, 3)).reshape(side.shape)
        return np.asarray((np.isinf(way) & (np.abs(facing) > GRAZING)).any(axis=1))
