# SPDX-License-Identifier: GPL-3.0-or-later
"""Hollowed solids whose inner wall joins the outer one, as at the drain holes of a print.

The inner wall is what sees nothing but itself: rays from it do not leave the mesh. It is parted
from the outer wall by the shortest way around the holes.
"""

from __future__ import annotations

import numpy as np

from ...contract.arrays import Bools, Ints
from ..graphs import components, sums
from ..mesh import FaceGraph
from ..rays import RayScene
from ..sampling import cone, points_by_group
from ..walls import LINED, PROBES, THICKEST, lined
from .graphcut import BorderCutter
from .superfaces import superfaces

BLOCKED = 0.25  # of the surface at least looks at itself, where there is an inner wall
RAYS = 12  # from each point of a patch
ANGLE = np.radians(70.0)  # about the normal
OPEN = 0.2  # of the rays from an inner wall get out, at most
SMALLEST = 0.15  # of the area: what is less is a nook, or what is seen of the inside through a hole
RIM = 1.2  # times the root of its area: an inner wall with a longer rim is in plain view
SAMPLES = 8  # points on a patch
OFF = 1e-4  # of the size: where a ray begins above the surface


def joined_walls(graph: FaceGraph, scene: RayScene) -> Ints | None:
    """For each face the face of the outer wall that it lines, itself if it lines none: (F,) int64.

    None where nothing is lined, which a few rays tell. scene : the mesh.
    """
    if not _may_be_hollow(graph, scene):
        return None
    hidden = _hidden(graph, scene)
    if hidden is None:
        return None
    return lined(graph, [np.flatnonzero(hidden)], np.flatnonzero(~hidden))


def _may_be_hollow(graph: FaceGraph, scene: RayScene) -> bool:
    """Whether much of the surface looks at the mesh itself, with a thin wall at its back."""
    one = np.zeros(len(graph.faces), dtype=np.int64)
    rng = np.random.default_rng(0)
    points, face = points_by_group(graph.vertices, graph.faces, graph.area, one, PROBES, rng)
    normal = graph.normal[face[0]]
    blocked = np.isfinite(scene.distance(points[0] + OFF * normal, normal))
    if blocked.mean() < BLOCKED:
        return False
    depth = scene.distance(points[0] - OFF * normal, -normal)
    return bool((depth[blocked] < THICKEST).mean() >= LINED)


def _hidden(graph: FaceGraph, scene: RayScene) -> Bools | None:
    """The faces of the inner wall (F,), None if there is none that is parted by a short rim."""
    rng = np.random.default_rng(0)
    patch = superfaces(graph, rng)
    points, face = points_by_group(graph.vertices, graph.faces, graph.area, patch, SAMPLES, rng)
    normal = graph.normal[face]
    ways = cone(normal, RAYS, ANGLE, rng)
    starts = np.broadcast_to((points + OFF * normal)[..., None, :], ways.shape)
    far = scene.distance(starts.reshape(-1, 3), ways.reshape(-1, 3))
    out = np.isinf(far).reshape(len(points), -1).mean(axis=1)
    hidden = (out <= OPEN)[patch]
    # First what is seen through a hole becomes hidden, then nooks of the outside become seen.
    for state in (False, True):
        hidden = np.where((hidden == state) & _is_small(graph, hidden), not state, hidden)
    if not hidden.any() or hidden.all():
        return None
    hidden = BorderCutter(graph).refine_mask(hidden, np.zeros(0, int), np.zeros(0, int))
    rim = graph.edge_length[hidden[graph.first] != hidden[graph.second]].sum()
    return hidden if rim <= RIM * np.sqrt(graph.area[hidden].sum()) else None


def _is_small(graph: FaceGraph, mask: Bools) -> Bools:
    """Faces whose connected piece of the mask, or of the rest, is small: (F,) bool."""
    inside = mask[graph.first] == mask[graph.second]
    piece = components(len(mask), graph.first[inside], graph.second[inside])
    area = sums(graph.area, piece, int(piece.max()) + 1)
    return np.asarray((area < SMALLEST * area.sum())[piece])
