# SPDX-License-Identifier: GPL-3.0-or-later
"""The rest of a convex part: the faces of its convex hull that are not seen.

What of a box, a disc or a beam is seen shows only a convex surface, in one piece or in several.
The facets of the hull of all that is seen are then its own, up to where it ends; the holes in them
end at the very vertices of the border, so that edges and corners come back as sharp as they were.
"""

from __future__ import annotations

import numpy as np

from ...contract.arrays import Bools, Floats, Ints
from ..caps.fill import AHEAD, fill
from ..caps.loops import areas, cross, inside_polygon, newell_normal, plane_axes, simple_loops
from ..graphs import components, sums
from ..mesh import shared_edges
from .closing import closes, stays_inside
from .openings import Opening, beside, joined
from .visible import ObjectShell, OpenPart

PLANE = 1e-6  # of one less the cosine between facets of a hull that are one plane
FACES = 0.999  # cosine of a face that is seen to the facet that it lies in
ON = (1e-4, 5e-4)  # of the extent, by which vertices may lie beside the plane or edge that they are
# on: one after the other is tried, as objects are of different accuracy
SEEN = 0.9999  # of a facet's area, from which on there is nothing left to close in it
MOST = 3_000_000  # faces that are seen, times facets


def convex_rest(seen: OpenPart, shown: ObjectShell, taken: Ints) -> tuple[Floats, Ints] | None:
    """Faces of a part's convex hull that close it inside of the object; None where they do not.

    shown : the object. taken : sorted `edge_key`s of visible edges between vertices of the border,
    numbered as in `seen.rim`. Returns points (n,3), those of the rim first, and faces (f,3). They
    close a part if what is seen of it lies on its hull, beside its border at least.
    """
    used = np.unique(seen.faces)
    extent = float(np.ptp(seen.points[used], axis=0).max())
    for on in ON:
        found = _rest(seen, taken, used, on * extent)
        if found is not None and closes(seen, *found, taken) and stays_inside(seen, shown, *found):
            return found
    return None


def pieces(seen: OpenPart) -> int:
    """How many pieces of a part are seen."""
    used, number = np.unique(seen.faces, return_inverse=True)
    a, b, c = number.reshape(-1, 3).T
    return int(components(len(used), np.append(a, b), np.append(b, c)).max()) + 1


def _rest(seen: OpenPart, taken: Ints, used: Ints, near: float) -> tuple[Floats, Ints] | None:
    hull = _facets(seen.points[used], near)
    if hull is None or len(seen.faces) * (int(hull[1].max()) + 1) > MOST:
        return None
    corners, facet = used[hull[0]], hull[1]
    count = int(facet.max()) + 1
    normal = sums(_area_vectors(seen.points, corners), facet, count)
    size = np.linalg.norm(normal, axis=1)
    normal /= np.maximum(size, 1e-300)[:, None]
    height = np.einsum("tkj,tj->tk", seen.points[corners], normal[facet]).mean(axis=1)
    offset = sums(height, facet, count) / np.bincount(facet)
    own = _facet_of(seen, normal, offset, near)
    start, end, _ = seen.edges
    if (own[beside(seen, start, end)] < 0).any():  # what is at the border is not on the hull
        return None
    area = areas(seen.points, seen.faces)
    covered = sums(area[own >= 0], own[own >= 0], count)
    left = np.flatnonzero(covered < SEEN * size)
    rim, made = seen.points[seen.rim], []
    for one in left.tolist():
        edges = _outline(seen.points, used, corners[facet == one], seen.faces[own == one], near)
        rings = [np.array(ring) for ring in simple_loops(map(tuple, edges.tolist()))]
        rings = [seen.rim_number[ring] for ring in rings if (seen.rim_number[ring] >= 0).all()]
        for group in _nested([rim[ring] for ring in rings], normal[one]):
            filled = fill(rim, [rings[i] for i in group], taken)
            if filled is not None:
                made.append(Opening([], *filled))
    points, faces = joined(made, rim)
    faces = faces[_closing(seen, faces)]
    return (points, faces) if len(faces) else None


def _facets(points: Floats, near: float) -> tuple[Ints, Ints] | None:
    """Triangles (t,3) of the convex hull, outward, and which facet each is of: (t,).

    Slivers, not higher than `near`, are of the facet at their longest side: their own plane is
    that of rounding.
    """
    from scipy.spatial import ConvexHull, QhullError

    try:
        hull = ConvexHull(points)
    except (QhullError, ValueError):
        return None
    corner, outward = hull.simplices.astype(np.int64), hull.equations[:, :3]
    turned = np.einsum("ij,ij->i", _area_vectors(points, corner), outward) < 0
    first, second = np.repeat(np.arange(len(corner)), 3), hull.neighbors.reshape(-1)
    one_plane = np.einsum("ij,ij->i", outward[first], outward[second]) > 1 - PLANE
    # Qhull names the neighbour opposite to each corner, so that of a side is at the third one.
    side = points[np.roll(corner, -1, axis=1)] - points[np.roll(corner, 1, axis=1)]
    long = np.linalg.norm(side, axis=2)
    low = 2 * areas(points, corner) < near * long.max(axis=1)
    beyond = low[:, None] & (long == long.max(axis=1, keepdims=True))
    joins = (one_plane & ~low[first] & ~low[second]) | beyond.reshape(-1)
    corner[turned] = corner[turned][:, ::-1]
    return corner, components(len(corner), first[joins], second[joins])


def _area_vectors(points: Floats, faces: Ints) -> Floats:
    a, b, c = (points[faces[:, k]] for k in range(3))
    return np.asarray(0.5 * cross(b - a, c - a))


def _facet_of(seen: OpenPart, normal: Floats, offset: Floats, near: float) -> Ints:
    """Which facet, of normals (m,3), each face that is seen lies in: (n,), -1 for none."""
    cosine = seen.face_normals @ normal.T
    for k in range(3):
        height = seen.points[seen.faces[:, k]] @ normal.T - offset
        cosine[np.abs(height) > near] = -1.0
    best = cosine.argmax(axis=1)
    return np.where(cosine[np.arange(len(best)), best] > FACES, best, -1)


def _outline(points: Floats, used: Ints, facet: Ints, seen: Ints, near: float) -> Ints:
    """Directed edges (n,2) around what is left of a facet (t,3) without the faces in it (f,3)."""
    edges = _free(np.stack([facet, facet[:, AHEAD]], axis=2).reshape(-1, 2))
    cut = [_cut(points, used, a, b, near) for a, b in edges.tolist()]
    seen_edges = np.stack([seen[:, AHEAD], seen], axis=2).reshape(-1, 2)
    return _free(np.concatenate([*cut, seen_edges]))


def _free(edges: Ints) -> Ints:
    """Of directed edges (n,2) those of which there is none in the other direction."""
    there, back = (edges[:, 0] << 31) | edges[:, 1], (edges[:, 1] << 31) | edges[:, 0]
    return edges[~np.isin(there, back)]


def _cut(points: Floats, used: Ints, a: int, b: int, near: float) -> Ints:
    """An edge cut at all vertices that are on it: (n,2)."""
    way = points[b] - points[a]
    away = points[used] - points[a]
    along = away @ way / max(float(way @ way), 1e-300)
    aside = np.linalg.norm(away - along[:, None] * way, axis=1)
    on = (aside < near) & (along > 0) & (along < 1) & (used != a) & (used != b)
    ring = np.concatenate([[a], used[on][np.argsort(along[on])], [b]])
    return np.stack([ring[:-1], ring[1:]], axis=1)


def _nested(rings: list[Floats], normal: Floats) -> list[list[int]]:
    """Outlines with their holes, which run the other way round a normal."""
    axes = plane_axes(normal)
    area = np.array([float(newell_normal(ring) @ normal) for ring in rings])
    groups = {i: [i] for i in np.argsort(area).tolist() if area[i] > 0}
    for i in np.flatnonzero(area < 0).tolist():
        place = rings[i].mean(axis=0, keepdims=True) @ axes.T
        around = [k for k in groups if inside_polygon(rings[k] @ axes.T, place)[0]]
        if around:
            groups[around[0]].append(i)
    return list(groups.values())


def _closing(seen: OpenPart, faces: Ints) -> Bools:
    """Which faces (f,3) hang together with others to the border and have no edge but there."""
    if not len(faces):
        return np.zeros(0, dtype=bool)
    start, end, _ = seen.edges
    size = max(int(faces.max()) + 1, len(seen.rim))
    rim = seen.rim_number[end] * size + seen.rim_number[start]
    there = (faces * size + faces[:, AHEAD]).reshape(-1)
    back = (faces[:, AHEAD] * size + faces).reshape(-1)
    first, second, _, _ = shared_edges(faces)
    label = components(len(faces), first, second)
    open_edge = ~np.isin(there, back) & ~np.isin(there, rim)
    bad = np.unique(label[np.flatnonzero(open_edge) // 3])
    return np.asarray(~np.isin(label, bad))
