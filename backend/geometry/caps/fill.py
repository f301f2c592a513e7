# SPDX-License-Identifier: GPL-3.0-or-later
"""Fill loops with triangles, without a new vertex on a loop.

Loops whose projection is a simple polygon are clipped by ears, others triangulated with the
smallest area (Barequet and Sharir 1995; Liepa 2003), then flipped towards Delaunay. A fill that
bends is refined and becomes a discrete minimal surface (Pinkall and Polthier 1993).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...contract.arrays import Floats, Ints
from ..graphs import stable_order
from .loops import areas, cross, edge_key, newell_normal, plane_axes

AHEAD = [1, 2, 0]  # the corner after each
LARGEST_TABLE = 128  # vertices of one smallest-area table: time grows with the cube
FLAT = 0.01  # a loop is flat if it leaves its plane by less than this part of its size
BEYOND = 2.0  # of the least area, from where on clipped ears miss what a bent loop goes around
MOST_FACES = 20_000  # a refined fill stays below


def fill(
    points: Floats, loops: list[Ints], taken: Ints | None = None
) -> tuple[Floats, Ints] | None:
    """Span a surface over an outline and its holes.

    Parameters
    ----------
    points : (n,3) float64, the loops' vertices.
    loops : vertex numbers of the outline, then of each hole; holes run the other way round. No
        vertex occurs twice.
    taken : sorted `edge_key`s that must not be inner edges of the fill: edges that exist.

    Returns the points followed by new ones (n+m,3) and faces (f,3), whose borders are directed
    as the loops are; None if an outline with holes cannot be filled in one piece.
    """
    taken = np.empty(0, np.int64) if taken is None else taken
    if len(loops) == 1 and len(loops[0]) == 3:
        return points, loops[0][None]
    flat = _is_flat(points, loops)
    faces = _clip_ears(points, loops)
    if faces is None:
        slit = _slit(points, loops)
        faces = smallest_area(points, slit, taken)
        if len(slit) > len(loops[0]) and not _bounded_by(faces, loops):
            return None
    elif not flat and len(loops) == 1 and len(loops[0]) <= LARGEST_TABLE:
        # Seen from one side, a strip around a frame looks like the whole frame.
        least = smallest_area(points, loops[0], taken)
        if areas(points, faces).sum() > BEYOND * areas(points, least).sum():
            faces = least
    faces = flip_to_delaunay(points, faces, taken)
    outer = points[loops[0]]
    count = len(points)
    points, faces = split_edges(points, faces, _among(inner_keys(faces), taken))
    if not flat:
        points, faces = refine(points, faces, outer, taken)
        points = minimise_area(points, faces, count)
    return points, faces


def _is_flat(points: Floats, loops: list[Ints]) -> bool:
    """Whether loops lie in a plane, or have too few vertices to tell a smooth surface."""
    if sum(map(len, loops)) <= 5:
        return True
    spread = np.linalg.eigvalsh(np.cov(points[np.concatenate(loops)], rowvar=False))
    return bool(spread[0] < FLAT**2 * spread[2])


# --- triangulation without new vertices -------------------------------------------------------


def _clip_ears(points: Floats, loops: list[Ints]) -> Ints | None:
    """Ear clipping where the loops look largest; None unless they are a simple polygon there."""
    import mapbox_earcut

    around = np.concatenate(loops)
    normal = sum((newell_normal(points[loop]) for loop in loops), np.zeros(3))
    flat = points[around] @ plane_axes(normal).T
    size = float(np.ptp(flat, axis=0).max())
    if size == 0:
        return None
    flat = (flat - flat.mean(axis=0)) / size
    ends = np.cumsum([len(loop) for loop in loops])
    # Ear clipping drops vertices on straight lines: an invisible zigzag keeps them.
    ahead = np.concatenate(
        [np.roll(np.arange(e - len(p), e), -1) for e, p in zip(ends.tolist(), loops, strict=True)]
    )
    back = np.argsort(ahead)
    along = flat[ahead] - flat[back]
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-30
    zigzag = 1e-9 * (1 + np.arange(len(around)) * 0.618 % 1)
    bulged = flat + zigzag[:, None] * np.stack([along[:, 1], -along[:, 0]], axis=1)
    enclosed = float(_cross2(bulged, bulged[ahead]).sum())
    for turn in (0.0, 0.4, 1.3):  # points level with a hole's bridge may be lost: turn them
        spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        corners = mapbox_earcut.triangulate_float64(bulged @ spin, ends.astype(np.uint32))
        corners = corners.reshape(-1, 3).astype(np.int64)
        a, b, c = bulged[corners[:, 0]], bulged[corners[:, 1]], bulged[corners[:, 2]]
        double = _cross2(b - a, c - a)
        corners[double < 0] = corners[double < 0][:, ::-1]
        faces = around[corners]
        exact = abs(float(np.abs(double).sum()) - enclosed) <= 1e-6 * max(enclosed, 1e-6)
        if exact and _bounded_by(faces, loops):
            return faces
    return None


def _cross2(a: Floats, b: Floats) -> Floats:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _bounded_by(faces: Ints, loops: list[Ints]) -> bool:
    """Whether faces (f,3) are edge-manifold and their free directed edges are the loops'."""
    a, b = faces.reshape(-1), np.roll(faces, -1, axis=1).reshape(-1)
    forward, backward = (a << 31) | b, (b << 31) | a
    if len(np.unique(forward)) != len(forward):
        return False
    rim = np.concatenate([(loop << 31) | np.roll(loop, -1) for loop in loops])
    return np.array_equal(np.sort(forward[~np.isin(forward, backward)]), np.sort(rim))


def _slit(points: Floats, loops: list[Ints]) -> Ints:
    """One loop that goes to each hole and back over the shortest bridge."""
    around = loops[0]
    for hole in loops[1:]:
        gap: Floats = np.sum((points[around][:, None] - points[hole][None]) ** 2, axis=2)
        i, j = divmod(int(np.argmin(gap)), gap.shape[1])
        way = np.concatenate([np.roll(hole, -j), hole[j : j + 1]])
        around = np.concatenate([around[: i + 1], way, around[i:]])
    return around


def smallest_area(points: Floats, loop: Ints, taken: Ints) -> Ints:
    """Triangulate a loop so that its area is least. Returns (n-2,3).

    A loop of more than LARGEST_TABLE vertices is first cut into chords, whose pieces are
    triangulated on their own: the least area only nearly then.
    """
    n = len(loop)
    if n <= LARGEST_TABLE:
        return loop[_area_table(points[loop], loop, taken)]
    stride = -(-n // LARGEST_TABLE)
    chords = np.arange(0, n, stride)
    parts = [smallest_area(points, loop[chords], taken)]
    for start in range(0, n, stride):
        piece = loop[np.arange(start, min(start + stride, n) + 1) % n]
        if len(piece) > 2:
            parts.append(smallest_area(points, piece, taken))
    return np.concatenate(parts)


def _area_table(p: Floats, loop: Ints, taken: Ints) -> Ints:
    """Dynamic programme over the sub-polygons i..j; `p` (n,3) positions. Returns (n-2,3)."""
    n = len(p)
    square = np.sum((p[:, None] - p[None]) ** 2, axis=2)
    whole = float(square.max()) or 1.0
    # Of triangulations with equal area (flat loops) short edges win; existing edges lose.
    price = 1e-3 * square + whole * _among(edge_key(loop[:, None], loop[None]), taken)
    weight = np.zeros((n, n))
    middle = np.zeros((n, n), np.int64)
    for gap in range(2, n):
        i = np.arange(n - gap)
        j = i + gap
        k = i[:, None] + np.arange(1, gap)
        pi, pj, pk = p[i][:, None], p[j][:, None], p[k]
        area = 0.5 * np.linalg.norm(cross(pk - pi, pj - pi), axis=2)
        total = weight[i[:, None], k] + weight[k, j[:, None]] + area
        best = np.argmin(total, axis=1)
        middle[i, j] = best + i + 1
        weight[i, j] = total[np.arange(len(i)), best] + price[i, j]
    return triangles_of_table(middle)


def triangles_of_table(middle: Ints) -> Ints:
    """Triangles (n-2,3) of a polygon, 0..n-1 around it; `middle` (n,n) is the third corner of that
    at each side i..j of a sub-polygon."""
    faces, stack = [], [(0, len(middle) - 1)]
    while stack:
        first, last = stack.pop()
        if last - first > 1:
            between = int(middle[first, last])
            faces.append((first, between, last))
            stack += [(first, between), (between, last)]
    return np.array(faces, dtype=np.int64)


# --- better triangles -------------------------------------------------------------------------


def _pairs(faces: Ints) -> tuple[Ints, Ints, Ints]:
    """Half-edges h (face h//3, from corner h%3) and their twins, for inner edges, once each.

    Also the sorted `edge_key`s of all half-edges.
    """
    a, b = faces.reshape(-1), faces[:, AHEAD].reshape(-1)
    size = int(faces.max(initial=0)) + 1
    order = stable_order(np.minimum(a, b) * size + np.maximum(a, b))
    key = edge_key(a[order], b[order])
    same = np.nonzero(key[1:] == key[:-1])[0]
    return order[same], order[same + 1], key


def inner_keys(faces: Ints) -> Ints:
    """(f,3) `edge_key` of each inner edge, -1 on the border."""
    keys = np.full_like(faces, -1)
    one, two, _ = _pairs(faces)
    keys.flat[one] = keys.flat[two] = edge_key(faces, faces[:, AHEAD]).flat[one]
    return keys


def _among(keys: Ints, table: Ints) -> NDArray[np.bool_]:
    """Which keys occur in a sorted table."""
    if len(table) == 0:
        return np.zeros(keys.shape, dtype=bool)
    return table[np.minimum(np.searchsorted(table, keys), len(table) - 1)] == keys


def flip_to_delaunay(points: Floats, faces: Ints, taken: Ints, rounds: int = 40) -> Ints:
    """Flip inner edges whose opposite angles add up to more than half a turn. (f,3) -> (f,3).

    No flip makes an edge of `taken`, one that the faces have already, or a fold.
    """
    faces = faces.copy()
    asked = np.ones(len(faces), dtype=bool)
    for _ in range(rounds):
        one, two, existing = _pairs(faces)
        fresh = asked[one // 3] | asked[two // 3]
        one, two = one[fresh], two[fresh]
        a, b, c = _corners(faces, one)
        d = _corners(faces, two)[2]
        pa, pb, pc, pd = points[a], points[b], points[c], points[d]
        left, right = cross(pa - pc, pb - pc), cross(pb - pd, pa - pd)
        # Angles add up to more than half a turn where cotangents add up to less than nothing.
        cotangents = _cotangent(pa - pc, pb - pc, left) + _cotangent(pa - pd, pb - pd, right)
        cotangents[_among(edge_key(a, b), taken)] = -np.inf
        rows = np.nonzero(cotangents < -1e-6)[0]
        one, two, cotangents = one[rows], two[rows], cotangents[rows]
        # Nothing else can be flipped in the next round: only these faces may change.
        asked = np.zeros(len(faces), dtype=bool)
        asked[one // 3] = asked[two // 3] = True
        a, b, c, d = a[rows], b[rows], c[rows], d[rows]
        key = edge_key(c, d)
        fine = (c != d) & ~_among(key, taken) & ~_among(key, existing)
        chosen = np.nonzero(fine)[0]
        pa, pb, pc, pd = (each[rows[chosen]] for each in (pa, pb, pc, pd))
        normal = left[rows[chosen]] + right[rows[chosen]]
        least = 1e-9 * np.sum(normal**2, axis=1)
        flat = np.sum(cross(pd - pa, pc - pa) * normal, axis=1) > least
        flat &= np.sum(cross(pc - pb, pd - pb) * normal, axis=1) > least
        chosen = chosen[flat]
        if len(chosen) == 0:
            break
        chosen = chosen[np.argsort(cotangents[chosen], kind="stable")]
        chosen = chosen[np.sort(np.unique(key[chosen], return_index=True)[1])]
        # Flips of one round must not share a face: the first that claims both faces wins.
        rank = np.full(len(faces), len(chosen))
        sides = np.stack([one[chosen] // 3, two[chosen] // 3])
        np.minimum.at(rank, sides, np.broadcast_to(np.arange(len(chosen)), sides.shape))
        wins = (rank[sides] == np.arange(len(chosen))).all(axis=0)
        chosen, f, g = chosen[wins], sides[0, wins], sides[1, wins]
        faces[f] = np.stack([a[chosen], d[chosen], c[chosen]], axis=1)
        faces[g] = np.stack([d[chosen], b[chosen], c[chosen]], axis=1)
    return faces


def _corners(faces: Ints, half: Ints) -> tuple[Ints, Ints, Ints]:
    """Vertices of half-edges (n,): where they start and end, and the third of their faces."""
    flat, first = faces.reshape(-1), half - half % 3
    return flat[half], flat[first + (half + 1) % 3], flat[first + (half + 2) % 3]


def _cotangent(u: Floats, v: Floats, area_vector: Floats) -> Floats:
    double = np.sqrt(np.sum(area_vector**2, axis=-1))
    return np.sum(u * v, axis=-1) / np.maximum(double, 1e-12 * (double.max(initial=0) or 1))


def split_edges(points: Floats, faces: Ints, marked: NDArray[np.bool_]) -> tuple[Floats, Ints]:
    """Put a vertex on each marked inner edge and split the faces beside it.

    marked : (f,3), the edge from each corner; both sides of an edge must be marked. The vertex
    lies on the edge's middle, drawn a little to the middle of its quad, so that it does not fall
    on an edge that exists there already.
    """
    if not marked.any():
        return points, faces
    one, two, _ = _pairs(faces)
    chosen = marked.reshape(-1)[one]
    one, two = one[chosen], two[chosen]
    a, b, c = _corners(faces, one)
    d = _corners(faces, two)[2]
    fresh = 0.4 * (points[a] + points[b]) + 0.1 * (points[c] + points[d])
    middle = np.full_like(faces, -1)
    middle.flat[one] = middle.flat[two] = len(points) + np.arange(len(one))
    count = (middle >= 0).sum(axis=1)
    # Turn each face so that its pattern is one of four: none, edge 0, edges 0 and 1, all.
    turn = np.where(count == 1, np.argmax(middle >= 0, axis=1), 0)
    turn = np.where(count == 2, (np.argmin(middle >= 0, axis=1) + 1) % 3, turn)
    corner = (np.arange(3) + turn[:, None]) % 3
    v0, v1, v2 = np.take_along_axis(faces, corner, axis=1).T
    m0, m1, m2 = np.take_along_axis(middle, corner, axis=1).T
    patterns = {
        0: [(v0, v1, v2)],
        1: [(v0, m0, v2), (m0, v1, v2)],
        2: [(v0, m0, v2), (m0, m1, v2), (m0, v1, m1)],
        3: [(v0, m0, m2), (m0, v1, m1), (m2, m1, v2), (m0, m1, m2)],
    }
    pieces = [
        np.stack(triangle, axis=1)[count == n]
        for n, triangles in patterns.items()
        for triangle in triangles
    ]
    return np.concatenate([points, fresh]), np.concatenate(pieces)


def refine(points: Floats, faces: Ints, outline: Floats, taken: Ints) -> tuple[Floats, Ints]:
    """Split long inner edges; triangles grow with the distance from the outline (n,3)."""
    from scipy.spatial import cKDTree

    step = np.linalg.norm(outline - np.roll(outline, -1, axis=0), axis=1)
    step = np.maximum(0.5 * (step + np.roll(step, 1)), 0.3 * step.mean())
    tree = cKDTree(outline)
    for _ in range(6):
        a, b = faces, faces[:, AHEAD]
        centre = 0.5 * (points[a] + points[b])
        distance, nearest = tree.query(centre)
        length = np.linalg.norm(points[a] - points[b], axis=2)
        marked = (length > 1.5 * step[nearest] + 0.8 * distance) & (inner_keys(faces) >= 0)
        if not marked.any() or len(faces) + 2 * marked.sum() > MOST_FACES:
            break
        points, faces = split_edges(points, faces, marked)
        faces = flip_to_delaunay(points, faces, taken, rounds=6)
    return points, faces


def minimise_area(points: Floats, faces: Ints, fixed: int, rounds: int = 4) -> Floats:
    """Move all but the first `fixed` points towards a minimal surface; (n,3) -> (n,3).

    Each round solves for the harmonic positions on the surface of the round before.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.linalg import splu

    n = len(points)
    if n == fixed:
        return points
    points = points.copy()
    for round_ in range(rounds):
        i, j, k = faces, faces[:, AHEAD], faces[:, [2, 0, 1]]
        u, v = points[i] - points[k], points[j] - points[k]
        weight = np.clip(_cotangent(u, v, cross(u, v)), 0.02, 20)
        if round_ == 0:  # before the points are spread evenly, cotangents say little
            weight[:] = 1
        i, j, w = i.reshape(-1), j.reshape(-1), 0.5 * weight.reshape(-1)
        rows, columns = np.concatenate([i, j]), np.concatenate([j, i])
        near = coo_matrix((np.concatenate([w, w]), (rows, columns)), shape=(n, n)).tocsr()
        free = near[fixed:]
        system = coo_matrix(
            (np.asarray(free.sum(axis=1)).ravel(), (np.arange(n - fixed),) * 2)
        ).tocsc()
        solve = splu((system - free[:, fixed:]).tocsc())
        points[fixed:] = solve.solve(free[:, :fixed] @ points[:fixed])
    return points
