# SPDX-License-Identifier: GPL-3.0-or-later
"""Borders between labelled faces, traced into simple loops, grouped into outlines with holes.

A border edge is directed as the face of the left part uses it. The net border of a part of a
closed surface is a cycle (the boundary of a boundary is empty), so it always falls apart into
loops, whatever the labels are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...contract.arrays import Floats, Ints


@dataclass(frozen=True)
class Borders:
    """Edges where two parts meet.

    Parameters
    ----------
    edge : (n,2) int64, welded vertices, directed as the left part's face uses them.
    part : (n,2) int64, left and right part.
    apex : (n,2) int64, third vertex of the left and of the right part's face.
    near : (m,) int64, keys (`edge_key`) of every source edge between two vertices on borders.
    """

    edge: Ints
    part: Ints
    apex: Ints
    near: Ints


def edge_key(a: Ints, b: Ints) -> Ints:
    """One int64 for the undirected edge of two vertices below 2**31."""
    return (np.minimum(a, b) << 31) | np.maximum(a, b)


def borders(faces: Ints, labels: Ints, vertex_count: int) -> Borders:
    """Find the edges where parts meet.

    Faces (F,3) are welded; those with a repeated vertex are ignored. At an edge of more than two
    faces, faces of the same part are matched first; what a part has too much of in one direction
    is matched with the other direction's surplus of another part. Open edges are no borders.
    """
    whole = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2])
    whole &= faces[:, 2] != faces[:, 0]
    lowest = np.full(vertex_count, np.iinfo(np.int64).max)
    highest = np.full(vertex_count, -1)
    for corner in range(3):
        np.minimum.at(lowest, faces[whole, corner], labels[whole])
        np.maximum.at(highest, faces[whole, corner], labels[whole])
    mixed = lowest < highest
    # Only edges between two vertices that several parts share can be borders: few, so that the
    # sort below is cheap on a mesh of any size.
    touched = mixed[faces] & whole[:, None]
    found = np.nonzero(touched & np.roll(touched, -1, axis=1))
    a = faces[found]
    b = faces[found[0], (found[1] + 1) % 3]
    apex = faces[found[0], (found[1] + 2) % 3]
    part = labels[found[0]].astype(np.int64)
    key = edge_key(a, b)

    order = np.lexsort((part, key))
    a, b, apex, part, key = a[order], b[order], apex[order], part[order], key[order]
    sign = np.where(a < b, 1, -1)
    if len(key) == 0:
        pairs = np.empty((0, 2), np.int64)
    else:
        start = np.concatenate([[True], (key[1:] != key[:-1]) | (part[1:] != part[:-1])])
        begin = np.nonzero(start)[0]
        surplus = np.add.reduceat(sign, begin)
        pairs = _match(key, sign, begin, surplus)
    left, right = pairs[:, 0], pairs[:, 1]
    return Borders(
        edge=np.stack([a[left], b[left]], axis=1),
        part=np.stack([part[left], part[right]], axis=1),
        apex=np.stack([apex[left], apex[right]], axis=1),
        near=np.unique(key),
    )


def _match(key: Ints, sign: Ints, begin: Ints, surplus: Ints) -> Ints:
    """Pair each part's surplus at an edge with another part's. Returns rows (n,2)."""
    group = np.nonzero(surplus)[0]
    edge = key[begin[group]]
    _, first, count = np.unique(edge, return_index=True, return_counts=True)
    plain = first[count == 2]
    other = plain + 1
    plain_surplus, other_surplus = surplus[group[plain]], surplus[group[other]]
    simple = (np.abs(plain_surplus) == 1) & (plain_surplus + other_surplus == 0)
    # Of a group with surplus one, a row of the surplus direction stands for it.
    end = np.append(begin[1:], len(key))

    def row(g: int, nth: int) -> int:
        rows = np.arange(begin[g], end[g])
        return int(rows[sign[rows] == np.sign(surplus[g])][nth])

    single = end - begin == 1
    one, two = group[plain[simple]], group[other[simple]]
    easy = single[one] & single[two]
    pairs = [np.stack([begin[one[easy]], begin[two[easy]]], axis=1)]
    pairs += [
        np.array([[row(g, 0), row(h, 0)]]) for g, h in zip(one[~easy], two[~easy], strict=True)
    ]
    rest = np.ones(len(first), dtype=bool)
    rest[np.nonzero(count == 2)[0][simple]] = False
    for f, n in zip(first[rest], count[rest], strict=True):
        groups = group[f : f + n]
        more = [row(g, i) for g in groups if surplus[g] > 0 for i in range(surplus[g])]
        less = [row(g, i) for g in groups if surplus[g] < 0 for i in range(-surplus[g])]
        pairs += [np.array([[p, q]]) for p, q in zip(more, less, strict=False)]
    return np.concatenate(pairs).astype(np.int64)


def simple_loops(edges: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Split directed edges into simple loops, each a list of three or more vertices.

    A walk is cut wherever it meets itself, so figure-eights become two loops. Edges on no cycle,
    and cycles of two edges (both sides already lie on each other), are left out.
    """
    following: dict[int, list[int]] = {}
    for a, b in edges:
        following.setdefault(a, []).append(b)
    loops = []
    for origin in list(following):
        path, place = [origin], {origin: 0}
        while path:
            ways = following.get(path[-1])
            if not ways:  # a dead end, or back at an origin that has no way left
                place.pop(path.pop())
                continue
            vertex = ways.pop()
            if vertex not in place:
                place[vertex] = len(path)
                path.append(vertex)
                continue
            cut = place[vertex]
            loop = path[cut:]
            for v in loop[1:]:
                place.pop(v)
            del path[cut + 1 :]
            if len(loop) > 2:
                loops.append(loop)
    return loops


def cross(a: Floats, b: Floats) -> Floats:
    """Cross products of vectors in the last axis; several times faster than `numpy.cross`."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    out = np.empty(np.broadcast_shapes(a.shape, b.shape))
    out[..., 0] = ay * bz - az * by
    out[..., 1] = az * bx - ax * bz
    out[..., 2] = ax * by - ay * bx
    return out


def areas(points: Floats, faces: Ints) -> Floats:
    """Of triangles: (f,)."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    return np.asarray(0.5 * np.linalg.norm(cross(b - a, c - a), axis=1))


def newell_normal(points: Floats) -> Floats:
    """Area vector of a closed polygon (n,3): its direction sees the largest projected area."""
    centred = points - points.mean(axis=0)
    return 0.5 * cross(centred, np.roll(centred, -1, axis=0)).sum(axis=0)


def plane_axes(normal: Floats) -> Floats:
    """(2,3) axes of the plane at right angles to `normal`; counter-clockwise seen against it."""
    length = float(np.linalg.norm(normal))
    n = normal / length if length > 0 else np.array([0.0, 0.0, 1.0])
    u = cross(n, np.eye(3)[int(np.argmin(np.abs(n)))])
    u /= np.linalg.norm(u)
    return np.stack([u, cross(n, u)])


def inside_polygon(polygon: Floats, points: Floats) -> NDArray[np.bool_]:
    """Even-odd test of points (m,2) in a polygon (n,2)."""
    a, b = polygon, np.roll(polygon, -1, axis=0)
    x, y = points[:, :1], points[:, 1:]
    straddles = (a[:, 1] > y) != (b[:, 1] > y)
    rise = np.where(b[:, 1] == a[:, 1], 1.0, b[:, 1] - a[:, 1])
    crossing = a[:, 0] + (y - a[:, 1]) * (b[:, 0] - a[:, 0]) / rise
    return (np.sum(straddles & (x < crossing), axis=1) & 1).astype(bool)


def nest(loops: list[Floats], inward: list[Floats]) -> list[list[int]]:
    """Group the loops of one part into outlines with their holes.

    Parameters
    ----------
    loops : positions (n_i,3) of each loop.
    inward : (n_i,3), for each edge the direction from it into the part's face.

    Returns lists of loop numbers, the outline first. A loop is a hole of another if, seen along
    the outline's normal, it lies within, runs the other way round, is not far off its plane, and
    the surface leaves both on the same side (a pipe's end, not the two ends of a rod).
    """
    normals = np.stack([newell_normal(p) for p in loops])
    centres = np.stack([p.mean(axis=0) for p in loops])
    leaves = np.stack([d.mean(axis=0) for d in inward])
    size = np.linalg.norm(normals, axis=1)
    units = normals / np.maximum(size, 1e-300)[:, None]
    # [outer, hole]
    fits = (size[:, None] > size) & (units @ units.T < 0)
    offset = np.einsum("oi,ohi->oh", units, centres - centres[:, None])
    fits &= np.abs(offset) <= np.sqrt(size)
    fits &= np.sum(leaves * units, axis=1)[:, None] * (units @ leaves.T) > 0
    outline = np.full(len(loops), -1)
    for hole in np.argsort(-size, kind="stable"):
        candidates = np.nonzero(fits[:, hole] & (outline < 0))[0]
        for outer in candidates[np.argsort(size[candidates], kind="stable")]:
            axes = plane_axes(units[outer])
            if inside_polygon(loops[outer] @ axes.T, loops[hole] @ axes.T).all():
                outline[hole] = outer
                break
    return [
        [int(i), *(int(h) for h in np.nonzero(outline == i)[0])]
        for i in range(len(loops))
        if outline[i] < 0
    ]
