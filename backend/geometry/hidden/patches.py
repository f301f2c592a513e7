# SPDX-License-Identifier: GPL-3.0-or-later
"""Patches of a closed surface that are not seen, each with the loops of border that it belongs to.

The zero level of a part's field runs along what is seen of the part, and goes on where others
hide it. What runs along is dropped; the rest ends in loops a little before the visible border.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...contract.arrays import Bools, Floats, Ints
from ..caps.loops import areas, cross, simple_loops
from ..graphs import components
from ..mesh import one_way_edges, shared_edges
from .visible import Samples

FACING = -0.2  # cosine to the seen surface's normal, below which it is another side
SHAVED = 0.55  # cells from the border that are left free for the strip
SPECK = 4.0  # squared cells: smaller islands are noise
AROUND = 0.5  # of the length of a loop of border, that the loop of its patch has at least
WINDOW = 0.35  # of that length, below which a second loop at the same border is a spot of what was
# taken for seen, and is closed
AGREE = 0.7  # share of a patch's loop that must be nearest to one and the same loop of border


@dataclass(frozen=True)
class HiddenPatch:
    """A patch. faces : (n,3) of the field's mesh; loops : for each loop of border its loop (m,)."""

    faces: Ints
    loops: dict[int, Ints]


def hidden_faces(
    vertices: Floats, faces: Ints, seen: Samples, border: Samples, cell: float, reach: float
) -> Bools:
    """Which faces of a closed surface are hidden: (F,) bool.

    vertices (V,3), faces (F,3) : of the surface. seen : samples of what is seen of it. border :
    samples of its border. cell : of the faces. reach : how far the surface may be from what is
    seen where it runs along it.
    """
    hidden = _is_hidden(vertices, faces, seen, border, cell, reach)
    first, second, _, _ = shared_edges(faces)
    area = areas(vertices, faces)
    # Holes that are seen and islands that are hidden, both small, are noise.
    for state in (True, False):
        same = (hidden[first] == hidden[second]) & (hidden[first] != state)
        label = components(len(faces), first[same], second[same])
        size = np.bincount(label, area, int(label.max()) + 1)[label]
        hidden = hidden ^ ((hidden != state) & (size < SPECK * cell**2))
    return hidden


def hidden_patches(
    vertices: Floats,
    faces: Ints,
    hidden: Bools,
    border: Samples,
    lengths: Floats,
    cell: float,
) -> list[HiddenPatch]:
    """Patches of a closed surface that begin at loops of border, each loop at one patch at most.

    hidden : (F,), as `hidden_faces` finds them. border : samples whose `source` is the number of a
    loop, of one of the `lengths`. Patches whose loops fit none of the border's, or not one to
    one, are left out.
    """
    first, second, _, _ = shared_edges(faces)
    gap = border.tree.query(vertices, distance_upper_bound=cell)[0]
    hidden = hidden & (gap[faces] > SHAVED * cell).all(axis=1)
    hidden = _without_touching_fans(faces, hidden)
    if not hidden.any():
        return []
    inner = hidden[first] & hidden[second]
    label = components(len(faces), first[inner], second[inner])
    found: list[HiddenPatch] = []
    rows = np.nonzero(hidden)[0]
    rows = rows[np.argsort(label[rows], kind="stable")]
    for own in np.split(rows, np.nonzero(np.diff(label[rows]))[0] + 1):
        patch = _matched(vertices, faces[own], border, lengths, cell)
        if patch is not None:
            found.append(patch)
    patches: list[HiddenPatch] = []
    taken: set[int] = set()
    for patch in sorted(found, key=lambda one: len(one.faces), reverse=True):
        if not taken & set(patch.loops):
            taken |= set(patch.loops)
            patches.append(patch)
    return patches


def _is_hidden(
    vertices: Floats, faces: Ints, seen: Samples, border: Samples, cell: float, reach: float
) -> Bools:
    """(F,) whether a face is beyond the border, far from what is seen, or on another side."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    centre, normal = (a + b + c) / 3, cross(b - a, c - a)
    away, nearest = seen.tree.query(centre, distance_upper_bound=reach)
    hidden = np.isinf(away)
    near = np.nonzero(~hidden)[0]
    centre, normal, away = centre[near], normal[near], away[near]
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300)
    facing = np.einsum("ij,ij->i", normal, seen.normal[nearest[near]])
    bound = away + 0.1 * cell
    beyond = border.tree.query(centre, distance_upper_bound=float(bound.max(initial=cell)))[0]
    beyond = beyond < bound
    # Around an edge of the object the nearest side may be another: any near one may agree.
    doubt = np.nonzero((facing < FACING) & ~beyond)[0]
    if len(doubt):
        count = min(12, len(seen.point))
        gap, rows = seen.tree.query(centre[doubt], k=count, distance_upper_bound=reach)
        gap, rows = gap.reshape(len(doubt), -1), rows.reshape(len(doubt), -1)
        inside = np.isfinite(gap)
        rows = np.where(inside, rows, 0)
        best = np.einsum("ij,ikj->ik", normal[doubt], seen.normal[rows])
        facing[doubt] = np.where(inside, best, -1.0).max(axis=1)
    hidden[near] = beyond | (facing < FACING)
    return np.asarray(hidden)


def _without_touching_fans(faces: Ints, kept: Bools) -> Bools:
    """Drop faces until no border of what is kept passes a vertex twice: (F,) bool."""
    kept = kept.copy()
    for _ in range(200):
        start = one_way_edges(faces[kept])[:, 0]
        vertex, count = np.unique(start, return_counts=True)
        crowded = vertex[count > 1]
        if len(crowded) == 0:
            break
        kept &= ~np.isin(faces, crowded).any(axis=1)
    return kept


def _matched(
    vertices: Floats, faces: Ints, border: Samples, lengths: Floats, cell: float
) -> HiddenPatch | None:
    """A patch whose loops fit loops of border one to one; None where they do not."""
    loops = [np.array(loop) for loop in simple_loops(map(tuple, one_way_edges(faces).tolist()))]
    corners = [vertices[loop] for loop in loops]
    long = [float(np.linalg.norm(p - np.roll(p, 1, axis=0), axis=1).sum()) for p in corners]
    found: dict[int, Ints] = {}
    windows = []
    for i in sorted(range(len(loops)), key=lambda i: -long[i]):
        loop = loops[i]
        away, near = border.tree.query(vertices[loop])
        number, count = np.unique(border.source[near], return_counts=True)
        best = int(np.argmax(count))
        which = int(number[best])
        if which in found and long[i] < WINDOW * lengths[which]:
            windows.append(np.stack([np.full(len(loop) - 2, loop[0]), loop[2:], loop[1:-1]], 1))
            continue
        if count[best] < AGREE * len(loop) or np.median(away) > 4 * cell:
            return None
        # It must go around about as much as the border does.
        if which in found or long[i] < AROUND * lengths[which]:
            return None
        found[which] = loop
    return HiddenPatch(np.concatenate([faces, *windows]), found) if found else None
