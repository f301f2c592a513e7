# SPDX-License-Identifier: GPL-3.0-or-later
"""Which face of a surface mirrors which: across a plane, or by the wiring of a posed body.

A plane is taken from the axes, the main axes, and the votes of `symmetry.mirror_planes`; it counts
where nearly all of the surface lies on its own reflection. A body that was modelled in halves and
then posed has no such plane, but its faces are still joined alike (`wiring`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..contract.arrays import Bools, Floats, Ints
from .graphs import sums
from .mesh import FaceGraph
from .registration import Placement, Samples
from .sampling import points_by_group
from .symmetry import directions, mirror, mirror_planes
from .wiring import wired_mirror

DENSE, SPARSE = 6000, 240  # places of the surface: what reflections must lie on, and of them
SAME = 1e-5  # of the size: a mirror image so near is exact
NEAR = 0.01  # so far from the plane of a face a place still lies on it
BESIDE = 2.0  # spacings of the places between a reflection and the nearest of them
ALIKE = 0.8  # cosine of normals that agree
MOST = 0.85  # of the surface must lie on its reflection
WHOLE = 0.7  # of an island must lie on one other, or on itself
EXACT = 0.95  # of the vertices must lie on their mirror images for borders to be mirrored
CHOICE = 6  # nearest faces of which one may be the mirror image


@dataclass(frozen=True)
class Mirror:
    """The mirror symmetry of a surface.

    Parameters
    ----------
    face : (F,) int64, the face that mirrors each, -1 where none does.
    left : (F,) bool, the faces of one half; those on the plane are of it too.
    exact : whether faces lie so well on their mirror images that borders may be mirrored.
    """

    face: Ints
    left: Bools
    exact: bool

    def keeps(self, graph: FaceGraph, edges: Bools) -> bool:
        """Whether the mirror image of each of some shared edges (E,) is one of them as well."""
        one, two = self.face[graph.first[edges]], self.face[graph.second[edges]]
        known = (one >= 0) & (two >= 0)
        count = len(self.face)
        wanted = np.minimum(one, two)[known] * count + np.maximum(one, two)[known]
        a, b = graph.first[edges], graph.second[edges]
        return bool(np.isin(wanted, np.minimum(a, b) * count + np.maximum(a, b)).all())


def find_mirror(graph: FaceGraph) -> Mirror | None:
    """The mirror symmetry of a surface of unit size, None where it has none."""
    plane = _plane(graph)
    if plane is not None:
        return _across(graph, plane)
    wired = wired_mirror(graph)
    return None if wired is None else Mirror(*wired, exact=True)


def _plane(graph: FaceGraph) -> Placement | None:
    """The reflection on which most of the surface lies."""
    from scipy.spatial import cKDTree

    rng, one = np.random.default_rng(0), np.zeros(len(graph.faces), dtype=np.int64)
    points, face = (
        found[0]
        for found in points_by_group(graph.vertices, graph.faces, graph.area, one, DENSE, rng)
    )
    there, facing = cKDTree(points), graph.normal[face]
    few = rng.permutation(DENSE)[:SPARSE]
    samples = Samples(points[few], facing[few])
    normals = directions(graph.centroid, graph.area)
    total = graph.area.sum()
    middle = (graph.area @ graph.centroid) / max(total, 1e-300)
    used = graph.vertices[graph.faces]
    box = (used.min(axis=(0, 1)) + used.max(axis=(0, 1))) / 2
    planes = [mirror(n, float(n @ at)) for n in normals for at in (middle, box)]
    planes += mirror_planes(samples, normals, each=1)
    reach = BESIDE * float(np.sqrt(total / DENSE)) + NEAR
    best, found = (MOST, 0.0), None
    for plane in planes:
        place, turned = plane(samples.points), samples.normals @ plane.turn.T
        gap, near = there.query(place, k=CHOICE, distance_upper_bound=reach)
        near = np.minimum(near, DENSE - 1)
        away = np.abs(np.einsum("ijk,ijk->ij", place[:, None] - points[near], facing[near]))
        good = (gap < reach) & (np.einsum("ik,ijk->ij", turned, facing[near]) > ALIKE)
        off = np.where(good, away, np.inf).min(axis=1)
        on = off < NEAR
        score = float(on.mean()), -float(np.where(on, off, NEAR).mean())
        if score > best:
            best, found = score, plane
    return found


def _across(graph: FaceGraph, plane: Placement) -> Mirror | None:
    """The symmetry across a plane."""
    from scipy.spatial import cKDTree

    place, facing = plane(graph.centroid), graph.normal @ plane.turn.T
    centres = cKDTree(graph.centroid)
    gap, face = centres.query(place, distance_upper_bound=SAME)
    exact = gap < SAME
    face = np.where(exact, face, -1).astype(np.int64)
    rest = np.flatnonzero(~exact)
    if len(rest):
        face[rest] = _nearest(graph, centres, place[rest], facing[rest])
        face = _of_alike_islands(graph, face)
        if graph.area[face >= 0].sum() < MOST * graph.area.sum():
            return None
    values, axes = np.linalg.eigh(plane.turn)
    height = (graph.centroid - plane.shift / 2) @ axes[:, np.argmin(values)]
    is_exact = True
    if len(rest):
        used = graph.vertices[np.unique(graph.faces)]
        off = cKDTree(used).query(plane(used), distance_upper_bound=SAME)[0]
        is_exact = bool((off < SAME).mean() >= EXACT)
    return Mirror(face, _left(graph, face, height), is_exact)


def _left(graph: FaceGraph, face: Ints, height: Floats) -> Bools:
    """One half (F,), from images and heights above the plane; an island that mirrors another is of
    one half as a whole, though it may reach beyond the plane."""
    islands = graph.islands
    area = sums(graph.area, graph.island, islands) + 1e-300
    middle = sums(graph.area * height, graph.island, islands) / area
    rank = np.empty(islands, dtype=np.int64)
    rank[np.argsort(middle, kind="stable")] = np.arange(islands)
    one, two = graph.island, graph.island[face]
    return np.where((face >= 0) & (one != two), rank[one] > rank[two], height > -SAME)


def _nearest(graph: FaceGraph, centres: Any, place: Floats, facing: Floats) -> Ints:
    """The face that is meant by places (N, 3) with normals (N, 3), -1 for none: (N,)."""
    _, near = centres.query(place, k=min(CHOICE, len(graph.faces)))
    near = near.reshape(len(place), -1)
    away = place[:, None] - graph.centroid[near]
    off = np.abs(np.einsum("ijk,ijk->ij", away, graph.normal[near]))
    turned = np.einsum("ik,ijk->ij", facing, graph.normal[near])
    wide = np.einsum("ijk,ijk->ij", away, away) < 4 * graph.area[near] + NEAR**2
    good = (off < NEAR) & (turned > ALIKE) & wide
    best = good.argmax(axis=1)
    rows = np.arange(len(place))
    return np.where(good[rows, best], near[rows, best], -1)


def _of_alike_islands(graph: FaceGraph, face: Ints) -> Ints:
    """Images (F,) of islands that as a whole are the images of islands, -1 for all others.

    What lies inside of another island, or on it, has faces there by chance.
    """
    islands, known = graph.islands, face >= 0
    pairs, at = np.unique(
        graph.island[known] * islands + graph.island[face[known]], return_inverse=True
    )
    area = sums(graph.area[known], at.reshape(-1), len(pairs))
    order = np.argsort(area, kind="stable")
    one, two = np.divmod(pairs[order], islands)
    main, share = np.full(islands, -1), np.zeros(islands)
    main[one], share[one] = two, area[order]  # the largest is written last
    whole = sums(graph.area, graph.island, islands)
    alike = (share >= WHOLE * whole) & (main[main] == np.arange(islands))
    true = known & alike[graph.island] & (graph.island[face] == main[graph.island])
    return np.where(true, face, -1)
