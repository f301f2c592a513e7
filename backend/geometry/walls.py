# SPDX-License-Identifier: GPL-3.0-or-later
"""Double walls: shells that line another shell from inside, and the outer triangle of each place.

Generated meshes often have a second, inner shell close under the visible one, and so have hollowed
prints. Nobody means such a wall when parts are named, and whoever measures the thickness of a limb
from outside must not meet it.
"""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Floats, Ints
from .graphs import sums
from .mesh import FaceGraph
from .sampling import points_by_group

THICKEST = 0.07  # of the size: walls farther apart are not two sides of one sheet
LEAST_FACES = 12
LEAST_AREA = 1e-4  # of the whole: what is smaller is no wall of anything
MOST_ISLANDS = 256  # the largest are asked; a shell has few inner walls
PROBES = 400  # points on each island that may be an inner wall
SITES = 40_000  # points spread over the outer walls, so that large triangles are found as well
MOST_MIDDLES = 200_000  # middles of outer triangles that are found besides
TURN = 0.02  # of the size: what a unit of normal counts when the outer side of a place is sought
LINED = 0.75  # of an inner wall must run along the outer one
SLACK = 0.003  # of the size: how far before the outer wall's plane an inner point may seem to be
PARALLEL = 0.5  # cosine of the angle that walls may enclose at one place
MARGIN = 0.02  # of the size: how far an inner wall may stick out, as where limbs are thin


def hidden_walls(graph: FaceGraph) -> Ints | None:
    """For each face the face of the outer wall that it lines: (F,) int64, itself if it lines none.

    None where nothing is lined, which is the usual case and quickly told. An island lines another
    when it is turned the other way, lies inside of it, and runs along its back nearly everywhere.
    Wound as they are, a head in a helmet, a ball in a box and clothes over a body do none of that.
    """
    if graph.islands == 1:
        return None
    inner, outer = _candidates(graph)
    if len(inner) == 0:
        return None
    islands = [np.flatnonzero(graph.island == island) for island in inner]
    return lined(graph, islands, np.flatnonzero(np.isin(graph.island, outer)))


def lined(graph: FaceGraph, inner: list[Ints], outer: Ints) -> Ints | None:
    """The face of the outer wall that each face lines, itself if it lines none: (F,) int64.

    inner : faces of each sheet that may be an inner wall. outer : faces of the outer walls. None if
    no sheet runs along the back of an outer wall nearly everywhere.
    """
    walls, rng = _OuterWalls(graph, outer), np.random.default_rng(0)
    host = np.arange(len(graph.faces))
    for faces in inner:
        one = np.zeros(len(faces), dtype=np.int64)
        points, index = points_by_group(
            graph.vertices, graph.faces[faces], graph.area[faces], one, PROBES, rng
        )
        if walls.is_lined_by(points[0], _wound(graph, faces[index[0]])):
            site = walls.opposite(graph.centroid[faces], _wound(graph, faces))
            host[faces] = walls.face[site]
    return None if np.array_equal(host, np.arange(len(host))) else host


def _wound(graph: FaceGraph, faces: Ints) -> Floats:
    """Unit normals of some faces as they are wound, not as they are turned: (n, 3)."""
    a, b, c = (graph.vertices[graph.faces[faces, k]] for k in range(3))
    turned = np.einsum("ij,ij->i", np.cross(b - a, c - a), graph.normal[faces]) < 0
    return np.where(turned[:, None], -1.0, 1.0) * graph.normal[faces]


def _candidates(graph: FaceGraph) -> tuple[Ints, Ints]:
    """Islands that may be inner walls, and those that may be the outer ones.

    Inner ones are wound against the farthest-reaching island and fit into the box of an outer one.
    """
    count = min(graph.islands, MOST_ISLANDS)
    order = np.argsort(graph.island, kind="stable")
    first = np.searchsorted(graph.island[order], np.arange(count + 1))
    area = sums(graph.area, graph.island, graph.islands)[:count]
    large = (np.diff(first) >= LEAST_FACES) & (area >= LEAST_AREA * area[0])
    inward = np.zeros(count, dtype=bool)
    low, high = np.zeros((2, count, 3))
    for island in np.flatnonzero(large):
        faces = order[first[island] : first[island + 1]]
        some = faces[:: max(len(faces) // PROBES, 1)]
        agree = np.einsum("ij,ij->i", _wound(graph, some), graph.normal[some])
        inward[island] = (agree * graph.area[some]).sum() < 0
        points = graph.vertices[graph.faces[faces]].reshape(-1, 3)
        low[island], high[island] = points.min(axis=0), points.max(axis=0)
    # The island that reaches farthest is seen: an inner wall may be crumpled and of more area.
    seen = inward[np.linalg.norm(high - low, axis=1).argmax()]
    inner = np.flatnonzero(large & (inward != seen))
    outer = np.flatnonzero(large & (inward == seen))
    within = (low[inner, None] >= low[outer] - MARGIN) & (high[inner, None] <= high[outer] + MARGIN)
    around = np.asarray(within.all(axis=2))
    return inner[around.any(axis=1)], outer[around.any(axis=0)]


class _OuterWalls:
    """Points spread over the outer walls, found by place and by the way that the wall faces."""

    def __init__(self, graph: FaceGraph, faces: Ints) -> None:
        from scipy.spatial import cKDTree

        points, index = points_by_group(
            graph.vertices,
            graph.faces[faces],
            graph.area[faces],
            np.zeros(len(faces), dtype=np.int64),
            SITES,
            np.random.default_rng(0),
        )
        middles = faces[:: len(faces) // MOST_MIDDLES + 1]
        self.face = np.concatenate([middles, faces[index[0]]])
        self.point = np.concatenate([graph.centroid[middles], points[0]])
        self.outward = graph.normal[self.face]
        self.wound = _wound(graph, self.face)
        self._tree = cKDTree(np.concatenate([self.point, TURN * self.wound], axis=1))

    def opposite(self, points: Floats, normals: Floats) -> Ints:
        """Which site is nearest to each point and faces against its normal: (N, 3) -> (N,)."""
        return self._tree.query(np.concatenate([points, -TURN * normals], axis=1), workers=-1)[1]

    def is_lined_by(self, points: Floats, normals: Floats) -> bool:
        """Whether points on an island, with normals as wound, nearly all run along the back."""
        site = self.opposite(points, normals)
        apart = self.point[site] - points
        deep = np.einsum("ij,ij->i", apart, self.outward[site])
        gap = np.linalg.norm(apart, axis=1)
        facing = -np.einsum("ij,ij->i", normals, self.wound[site])
        return bool(((deep > -SLACK) & (gap < THICKEST) & (facing > PARALLEL)).mean() >= LINED)
