# SPDX-License-Identifier: GPL-3.0-or-later
"""What the surface says about its parts, measured once on patches.

The cues are the literature's: dihedral concavity (Hoffman and Richards' minima rule), shape
diameter (Shapira et al. 2008), mutual visibility through the inside as weak convexity (Asafi et al.
2013; Kaick et al. 2014), geodesic centrality (Katz et al. 2005), integral curvature (Pottmann et
al. 2009). Everything is stored so that the cues of a union of patches are sums or maxima of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...contract.arrays import Floats, Ints
from ...contract.progress import SILENT, Progress
from ..graphs import components, sums, symmetric
from ..mesh import FaceGraph
from ..rays import RayScene
from ..sampling import cone, points_by_group, spread_axes

SAMPLES = 8  # points on a patch
CONE_RAYS = 12  # a point, for the shape diameter
CONE_ANGLE = np.radians(50.0)
CONTACT = 0.02  # of the size: islands nearer than this touch
AXES = spread_axes(16)  # directions in which extents are kept
CURVATURE_RADII = (0.06, 0.15)
VISIBILITY_POINTS = (1, 4)  # of the samples of a patch, for sight
FEW_PAIRS = 1 << 20  # of patches and points
VISIBLE_PATCHES = 600  # above, visibility is asked between patches by their nearest of so many

# Columns of `PatchGraph.moments`: sums over a patch's surface. The first is the area itself.
AREA, FACES, LOG_SDF, LOG_SDF2, CENTRAL = 0, 1, 2, 3, 4
CENTRE = slice(5, 8)
SPREAD = slice(8, 14)  # xx yy zz xy xz yz
NORMAL = slice(14, 17)
CURVE = slice(17, 19)
ROUND2 = 19  # square of the wider curvature
MOMENTS = 20

# Columns of `PatchGraph.border`: sums along the border of two patches. The first is its length.
LENGTH, CONCAVE, CONVEX, BRIDGE, KAPPA, TURN, SDF_STEP = 0, 1, 2, 3, 4, 5, 6
RING = slice(7, 10)
RING2 = slice(10, 16)
CURVE_AT = 16
COLOUR = 17  # how far colour changes (`colours`); 0 where nobody says of what colour anything is
BORDERS = 18


@dataclass(frozen=True)
class PatchGraph:
    """Patches, their cues and their borders.

    Parameters
    ----------
    moments : (P, MOMENTS) float64 sums over each patch; columns are named in this module.
    low, high : (P, A) float64 extents of each patch along `AXES`.
    pair : (E, 2) int64 patches that share a border, first < second.
    border : (E, BORDERS) float64 sums along each border.
    sharpest : (E,) float64 largest concave bend on each border, radians.
    visible : (P, P) float32 in 0..1, how well two patches see each other through the inside.
    island : (P,) int64 island of each patch; island_area : (islands,) float64.
    centre, normal : (P, 3) float64.
    sdf : (P,) float64 shape diameter, in sizes of the object.
    """

    moments: Floats
    low: Floats
    high: Floats
    pair: Ints
    border: Floats
    sharpest: Floats
    visible: NDArray[np.float32]
    island: Ints
    island_area: Floats
    centre: Floats
    normal: Floats
    sdf: Floats

    @property
    def patches(self) -> int:
        """Number of patches P."""
        return len(self.moments)


def patch_graph(
    graph: FaceGraph,
    patch: Ints,
    rng: np.random.Generator,
    progress: Progress = SILENT,
    scene: RayScene | None = None,
) -> PatchGraph:
    """Measure all cues on the patches of a mesh.

    graph : the mesh; patch : (F,) patch of each face, 0..P-1, none empty. scene : the mesh, where
    rays were shot at it before.
    progress : of this function; between its long steps a cancel is heard.
    """
    patches = int(patch.max()) + 1
    points, face = points_by_group(graph.vertices, graph.faces, graph.area, patch, SAMPLES, rng)
    progress.step(0.1)
    scene = scene or RayScene(graph.vertices, graph.faces)
    progress.step(0.3)
    sdf, point_sdf = _shape_diameter(scene, graph, points, face, rng)
    progress.step(0.5)

    area = sums(graph.area, patch, patches)
    weight = (graph.area + 1e-15)[:, None]
    total = sums(weight, patch, patches)
    centre = sums(weight * graph.centroid, patch, patches) / total
    normal_mean = sums(weight * graph.normal, patch, patches) / total
    normal = normal_mean / np.maximum(np.linalg.norm(normal_mean, axis=1, keepdims=True), 1e-9)
    island = np.zeros(patches, dtype=np.int64)
    island[patch] = graph.island
    island_area = sums(graph.area, graph.island, graph.islands)

    pair, border, sharpest = _borders(graph, patch, points, centre, normal, sdf)
    curvature = _integral_curvature(points, graph.normal[face], centre, normal)
    visible = _visibility(scene, centre, normal, points, graph.normal[face], sdf, progress)
    central = _centrality(patches, pair, centre, area)
    progress.step(0.95)

    flat_points = points.reshape(-1, 3)
    share = (area + 1e-15)[:, None] / SAMPLES
    log_sdf = np.log(point_sdf)
    moments = np.zeros((patches, MOMENTS))
    moments[:, AREA] = area
    moments[:, FACES] = np.bincount(patch, minlength=patches)
    moments[:, LOG_SDF] = (share * log_sdf).sum(axis=1)
    moments[:, LOG_SDF2] = (share * log_sdf**2).sum(axis=1)
    moments[:, CENTRAL] = area * central
    moments[:, CENTRE] = area[:, None] * centre
    squares = outer6(flat_points).reshape(patches, SAMPLES, 6)
    moments[:, SPREAD] = (share[..., None] * squares).sum(axis=1)
    moments[:, NORMAL] = area[:, None] * normal_mean
    moments[:, CURVE] = area[:, None] * curvature
    moments[:, ROUND2] = area * curvature[:, 1] ** 2
    border[:, CURVE_AT] = border[:, LENGTH] * curvature[pair, 0].mean(axis=1)

    reach = points @ AXES.T
    progress.step(1.0)
    return PatchGraph(
        moments=moments,
        low=reach.min(axis=1),
        high=reach.max(axis=1),
        pair=pair,
        border=border,
        sharpest=sharpest,
        visible=visible,
        island=island,
        island_area=island_area,
        centre=centre,
        normal=normal,
        sdf=sdf,
    )


def outer6(points: Floats) -> Floats:
    """Products xx yy zz xy xz yz of each point: (N, 3) -> (N, 6)."""
    x, y, z = points.T
    return np.stack([x * x, y * y, z * z, x * y, x * z, y * z], axis=1)


def _shape_diameter(
    scene: RayScene, graph: FaceGraph, points: Floats, face: Ints, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Median distance inward to the other side: of each patch (P,), of each point (P, SAMPLES)."""
    inward = -graph.normal[face]
    ways = cone(inward, CONE_RAYS, CONE_ANGLE, rng)
    start = points + 1e-4 * inward
    starts = np.broadcast_to(start[..., None, :], ways.shape).reshape(-1, 3)
    hit = scene.distance(starts, ways.reshape(-1, 3)).reshape(*face.shape, CONE_RAYS)
    hit = np.clip(hit.astype(np.float64), 1e-3, 1.0)
    return np.median(hit.reshape(len(hit), -1), axis=1), np.median(hit, axis=2)


def _borders(
    graph: FaceGraph, patch: Ints, points: Floats, centre: Floats, normal: Floats, sdf: Floats
) -> tuple[Ints, Floats, Floats]:
    """Borders of patches: shared edges, and contacts where islands come near each other."""
    patches = len(centre)
    one, two = patch[graph.first], patch[graph.second]
    across = one != two
    length, bend = graph.edge_length[across], graph.bend[across]
    middle = graph.edge_middle[across]
    edges = np.concatenate(
        [
            length[:, None] * column
            for column in (
                np.ones((len(length), 1)),
                np.maximum(bend, 0)[:, None],
                np.maximum(-bend, 0)[:, None],
                np.zeros((len(length), 1)),
                middle,
                outer6(middle),
            )
        ],
        axis=1,
    )
    one, two = one[across], two[across]

    near_one, near_two, near_length, near_middle = _contacts(points, patch, graph, centre)
    bridges = np.zeros((len(near_one), edges.shape[1]))
    bridges[:, 0] = near_length
    bridges[:, 3] = near_length
    bridges[:, 4:7] = near_length[:, None] * near_middle
    bridges[:, 7:] = near_length[:, None] * outer6(near_middle)

    first, second = np.concatenate([one, near_one]), np.concatenate([two, near_two])
    key = np.minimum(first, second) * patches + np.maximum(first, second)
    keys, index = np.unique(key, return_inverse=True)
    index = index.reshape(-1)
    total = sums(np.concatenate([edges, bridges]), index, len(keys))
    pair = np.stack([keys // patches, keys % patches], axis=1)
    sharpest = np.zeros(len(keys))
    np.maximum.at(sharpest, index[: len(bend)], np.maximum(bend, 0))

    border = np.zeros((len(keys), BORDERS))
    border[:, LENGTH] = np.maximum(total[:, 0], 1e-9)
    border[:, CONCAVE : BRIDGE + 1] = total[:, 1:4]
    border[:, RING] = total[:, 4:7]
    border[:, RING2] = total[:, 7:13]
    i, j = pair.T
    apart = centre[j] - centre[i]
    gap2 = np.maximum(np.einsum("ij,ij->i", apart, apart), 1e-8)
    turn = normal[j] - normal[i]
    # Normal curvature across the border at the scale of patches: negative where concave.
    kappa = np.einsum("ij,ij->i", turn, apart) / np.sqrt(gap2)
    border[:, KAPPA] = border[:, LENGTH] * kappa
    border[:, TURN] = border[:, LENGTH] * np.linalg.norm(turn, axis=1)
    border[:, SDF_STEP] = border[:, LENGTH] * np.abs(np.log(sdf[i]) - np.log(sdf[j]))
    return pair, border, sharpest


def _contacts(
    points: Floats, patch: Ints, graph: FaceGraph, centre: Floats
) -> tuple[Ints, Ints, Floats, Floats]:
    """Places where patches of different islands come near each other, and what else is needed to
    make the patch graph one piece: (first, second, length, middle)."""
    patches = len(centre)
    nothing = np.zeros(0, dtype=np.int64)
    linked = components(patches, patch[graph.first], patch[graph.second])
    if linked.max(initial=0) == 0:
        return nothing, nothing, np.zeros(0), np.zeros((0, 3))
    from scipy.spatial import cKDTree

    flat = points.reshape(-1, 3)
    owner = np.repeat(np.arange(patches), points.shape[1])
    neighbours = min(24, len(flat))
    gap, other = cKDTree(flat).query(flat, k=neighbours, distance_upper_bound=CONTACT, workers=-1)
    here = np.repeat(np.arange(len(flat)), neighbours).reshape(gap.shape)
    valid = np.isfinite(gap)
    here, other = here[valid], other[valid]
    foreign = linked[owner[here]] != linked[owner[other]]
    here, other = here[foreign], other[foreign]
    area = sums(graph.area, patch, patches)
    # A contact strip is about CONTACT wide: its length is the area of its points over that width.
    _, first_of = np.unique(here * patches + owner[other], return_index=True)
    here, other = here[first_of], other[first_of]
    length = area[owner[here]] / points.shape[1] / CONTACT / 2
    first, second = owner[here], owner[other]
    middle = (flat[here] + flat[other]) / 2

    group = components(
        patches,
        np.concatenate([patch[graph.first], first]),
        np.concatenate([patch[graph.second], second]),
    )
    one, two = _links_between(centre, group)
    return (
        np.concatenate([first, one]),
        np.concatenate([second, two]),
        np.concatenate([length, np.full(len(one), 1e-6)]),
        np.concatenate([middle, (centre[one] + centre[two]) / 2]),
    )


def _links_between(centre: Floats, group: Ints) -> tuple[Ints, Ints]:
    """Nearest links that join all groups of points into one (Boruvka's algorithm)."""
    from scipy.spatial.distance import cdist

    nodes = np.arange(len(group))
    links = np.zeros((0, 2), dtype=np.int64)
    gap = cdist(centre, centre) if group.max(initial=0) > 0 else np.zeros((0, 0))
    while group.max(initial=0) > 0:
        gap[group[:, None] == group[None, :]] = np.inf
        nearest = gap.argmin(axis=1)
        order = np.lexsort((gap[nodes, nearest], group))
        new = np.ones(len(order), dtype=bool)
        new[1:] = group[order[1:]] != group[order[:-1]]
        best = order[new]  # the nearest way out of each group
        links = np.concatenate([links, np.stack([best, nearest[best]], axis=1)])
        anchor = best[group]
        group = components(
            len(group), np.concatenate([nodes, links[:, 0]]), np.concatenate([anchor, links[:, 1]])
        )
    return links[:, 0], links[:, 1]


def _integral_curvature(points: Floats, normals: Floats, centre: Floats, normal: Floats) -> Floats:
    """Mean height of the nearby surface over each patch's plane, in radii: (P, radii).

    Positive where the surface rises around the patch (concave), negative where it falls away.
    """
    flat, flat_normal = points.reshape(-1, 3), normals.reshape(-1, 3)
    out = np.zeros((len(centre), len(CURVATURE_RADII)))
    for k, (home, index) in enumerate(_within(flat, centre, CURVATURE_RADII)):
        radius = CURVATURE_RADII[k]
        height = np.einsum("ij,ij->i", flat[index] - centre[home], normal[home]) / radius
        same_side = np.einsum("ij,ij->i", flat_normal[index], normal[home]) > -0.2
        weight = same_side.astype(np.float64)
        total = np.bincount(home, weights=weight, minlength=len(centre))
        out[:, k] = np.bincount(home, weights=weight * height, minlength=len(centre)) / np.maximum(
            total, 1.0
        )
    return out


def _within(
    points: Floats, centre: Floats, radii: tuple[float, ...]
) -> Iterator[tuple[Ints, Ints]]:
    """For each radius the points (N, 3) within it of each centre (P, 3): (centre, point), sorted.

    Few are compared each with each, which is sooner done than loading SciPy's trees.
    """
    if len(points) * len(centre) <= FEW_PAIRS:
        gap = np.zeros((len(centre), len(points)))
        for axis in range(3):
            gap += (centre[:, None, axis] - points[:, axis]) ** 2
        for radius in radii:
            home, index = np.nonzero(gap <= radius * radius)
            yield home, index
        return
    from scipy.spatial import cKDTree

    tree = cKDTree(points)
    for radius in radii:
        near = tree.query_ball_point(centre, radius, workers=-1, return_sorted=True)
        count = np.fromiter((len(n) for n in near), dtype=np.int64, count=len(near))
        index = np.concatenate([np.asarray(n, dtype=np.int64) for n in near])
        yield np.repeat(np.arange(len(centre)), count), index


def _visibility(
    scene: RayScene,
    centre: Floats,
    normal: Floats,
    points: Floats,
    normals: Floats,
    sdf: Floats,
    progress: Progress,
) -> NDArray[np.float32]:
    """Share of free sight between patches through the inside: (P, P) float32, symmetric.

    Two segments a pair, between different points of the two patches set in by part of the shape
    diameter.
    """
    patches = len(centre)
    depth = np.clip(0.15 * sdf, 5e-4, 0.02)[:, None, None]
    inset = points - depth * normals
    keep = np.arange(patches)
    nearest = keep
    if patches > VISIBLE_PATCHES:  # ask fewer, and let near patches share the answer
        from scipy.spatial import cKDTree

        keep = np.linspace(0, patches - 1, VISIBLE_PATCHES).astype(np.int64)
        place = np.concatenate([centre, 0.1 * normal], axis=1)
        nearest = cKDTree(place[keep]).query(place)[1]
    i, j = np.triu_indices(len(keep), 1)
    seen = np.zeros(len(i), dtype=np.float32)
    for k in VISIBILITY_POINTS:
        seen += scene.sees(inset[keep[i], k], inset[keep[j], SAMPLES - 1 - k])
        progress.step(0.5 + 0.1 * k)
    visible = np.eye(len(keep), dtype=np.float32)
    visible[i, j] = visible[j, i] = seen / len(VISIBILITY_POINTS)
    if patches > VISIBLE_PATCHES:
        visible = visible[nearest[:, None], nearest[None, :]]
        np.fill_diagonal(visible, 1.0)
    return visible


def _centrality(patches: int, pair: Ints, centre: Floats, area: Floats) -> Floats:
    """Mean distance along the surface to everywhere, over its least value: (P,), 0 at the middle.

    Katz, Leifman and Tal, "Mesh segmentation using feature point and core extraction", 2005.
    """
    from scipy.sparse.csgraph import dijkstra

    if len(pair) == 0:
        return np.zeros(patches)
    step = np.linalg.norm(centre[pair[:, 0]] - centre[pair[:, 1]], axis=1) + 1e-9
    graph = symmetric(patches, pair[:, 0], pair[:, 1], step)
    # Targets may be a sample: the mean over 200 places is as good as over all.
    targets = np.unique(np.linspace(0, patches - 1, min(patches, 200)).astype(np.int64))
    distance = dijkstra(graph, directed=True, indices=targets)
    weight = area[targets] + 1e-12
    mean = weight @ np.where(np.isfinite(distance), distance, 0.0) / weight.sum()
    return mean / max(float(mean.min()), 1e-9) - 1.0
