# SPDX-License-Identifier: GPL-3.0-or-later
"""Surface that a part lacks and that its mirror image or a sibling has: wheels, arms, legs.

What is lent is checked from both sides: all that is visible of one must be visible or hidden at the
other. Only faces that come to lie inside the object, away from the part's own surface, are lent.
"""

from __future__ import annotations

from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np

from ..contract.arrays import Bools, Floats, Ints
from ..contract.progress import SILENT, Progress
from ..geometry.mesh import face_vectors
from ..geometry.nearest import NearestFace
from ..geometry.registration import (
    Agreement,
    Placement,
    Samples,
    agreement,
    fitted,
    suggestions,
)
from ..geometry.sampling import points_by_group
from ..geometry.symmetry import directions, mirror_planes
from .visible_part import VisibleObject

SAMPLES = 1536  # of each part
NEAR = 0.012  # of half a part's extent: how far from each other the same places may be
LEAST_SAME = 0.3  # share of both surfaces that must be the same
MOST_AGAINST = 0.04  # share that may speak against it
HOPELESS = 0.1, 0.6  # the same shares before a placement is improved
AREA_RATIO, EXTENT_RATIO = 2.2, 1.7  # by which siblings may differ, as one is more hidden
BEFORE = 3  # suggestions that are improved, of the likeliest
LENDERS = 3  # that one part may have
MOST_PARTS = 64  # of an object whose siblings are looked for
LONGEST = 0.2  # edge of a lent face, of half the extent
GAP = 0.03  # of half the extent that lent faces keep from the own surface


class Lenders:
    """Finds for each part of an object what siblings and mirror images lend it.

    Threads may ask at the same time, in any order: what is found is the same.
    """

    def __init__(self, seen: VisibleObject, seed: int = 0, progress: Progress = SILENT) -> None:
        self._object = seen
        rng = np.random.default_rng(seed)
        self._samples: dict[int, Samples] = {}
        self._area: dict[int, float] = {}
        self._extent: dict[int, Floats] = {}
        for part in range(seen.parts):
            progress.step(part / seen.parts)
            mine = seen.rows[part]
            if not len(mine):
                continue
            group = np.zeros(len(mine), np.int64)
            area = seen.area[mine]
            faces = seen.faces[mine]
            points, face = points_by_group(seen.vertices, faces, area, group, SAMPLES, rng)
            order = rng.permutation(SAMPLES)
            self._samples[part] = Samples(points[0][order], seen.normal[mine[face[0]]][order])
            self._area[part] = float(area.sum())
            self._extent[part] = _main_extents(points[0])
        self._found: dict[tuple[int, int], tuple[Placement, Agreement] | None] = {}
        self._looking = Lock()  # so that no pair is tried twice

    def lent(self, part: int) -> tuple[Floats, Ints] | None:
        """Vertices (V, 3) and faces (F, 3) that are lent to a part; None where nothing is."""
        if part not in self._samples:
            return None
        offers = []
        for plane, how in self._mirrors(part):
            offers.append((part, plane, how))
        for other in self._siblings(part):
            found = self._registered(other, part)
            if found is not None:
                offers.append((other, *found))
        offers.sort(key=lambda offer: offer[2].against + offer[2].off - 0.1 * offer[2].same)
        vertices, faces = np.empty((0, 3)), np.empty((0, 3), np.int64)
        seen = self._object
        own = seen.faces[seen.rows[part]]
        taken = [_Taken(seen.vertices, own)]
        for other, placement, _ in offers[: 2 * LENDERS]:
            loan = self._loan(other, part, placement, taken)
            if loan is None:
                continue
            faces = np.concatenate([faces, loan[1] + len(vertices)])
            vertices = np.concatenate([vertices, loan[0]])
            taken.append(_Taken(*loan))
        return (vertices, faces) if len(faces) else None

    def _unit(self, part: int) -> float:
        return max(float(np.linalg.norm(np.ptp(self._samples[part].points, axis=0))) / 2, 1e-9)

    def _hidden(self, points: Floats) -> Bools:
        return np.asarray(self._object.inside(points) > 0.5)

    def _checked(
        self, other: int, part: int, placement: Placement
    ) -> tuple[Placement, Agreement] | None:
        """A placement of one part on another that agrees with all that is visible, or None."""
        near = NEAR * self._unit(part)
        source, target = self._samples[other], self._samples[part]
        quick = agreement(source, target, placement, self._hidden, 4 * near, 64)
        if quick.same < HOPELESS[0] or quick.against > HOPELESS[1]:
            return None
        placement = fitted(source, target, placement)
        how = agreement(source, target, placement, self._hidden, near)
        good = how.same >= LEAST_SAME and how.against <= MOST_AGAINST
        return (placement, how) if good else None

    def _mirrors(self, part: int) -> list[tuple[Placement, Agreement]]:
        """Mirror planes of a part itself."""
        samples = self._samples[part]
        planes = mirror_planes(samples, directions(samples.points), each=1)
        found = [self._checked(part, part, plane) for plane in planes]
        return [each for each in found if each is not None]

    def _siblings(self, part: int) -> list[int]:
        """Parts that may be congruent."""
        if len(self._samples) > MOST_PARTS:
            return []
        result = []
        for other in self._samples:
            ratio = self._extent[other] / self._extent[part]
            area = self._area[other] / self._area[part]
            alike = (ratio < EXTENT_RATIO).all() and (ratio > 1 / EXTENT_RATIO).all()
            if other != part and alike and 1 / AREA_RATIO < area < AREA_RATIO:
                result.append((abs(np.log(area)) + np.abs(np.log(ratio)).sum(), other))
        return [other for _, other in sorted(result)[:6]]

    def _registered(self, other: int, part: int) -> tuple[Placement, Agreement] | None:
        """How `other` lies on `part`; each pair is tried once, for both ways."""
        # Always the same way, so that it does not matter which of them is asked for first.
        source, target = max(other, part), min(other, part)
        with self._looking:
            if (source, target) not in self._found:
                self._found[source, target] = self._tried(source, target)
            known = self._found[source, target]
        if known is None or source == other:
            return known
        return known[0].inverse, known[1]

    def _tried(self, other: int, part: int) -> tuple[Placement, Agreement] | None:
        """How `other` lies best on `part`, of what is suggested."""
        source, target = self._samples[other], self._samples[part]
        near = 6 * NEAR * self._unit(part)
        ranked = []
        for placement in suggestions(source, target):
            gap, _ = target.nearest(placement(source.points[:64]))
            back, _ = source.nearest(placement.inverse(target.points[:64]))
            ranked.append((float((gap > near).mean() + (back > near).mean()), placement))
        ranked.sort(key=lambda each: each[0])
        best = None
        for _, placement in ranked[:BEFORE]:
            found = self._checked(other, part, placement)
            if found is not None and (best is None or found[1].off < best[1].off):
                best = found
        return best

    def _loan(
        self, other: int, part: int, placement: Placement, taken: list[_Taken]
    ) -> tuple[Floats, Ints] | None:
        """The faces of `other`, placed, that are hidden at `part` and that it has not yet."""
        seen = self._object
        mine = seen.rows[other]
        unit = self._unit(part)
        corners = seen.vertices[seen.faces[mine]].reshape(-1, 3)
        triangles = _short(placement(corners).reshape(-1, 3, 3), LONGEST * unit)
        if placement.mirrors:
            triangles = triangles[:, ::-1]
        middle = triangles.mean(axis=1)
        lacks = np.flatnonzero(self._hidden(middle))
        for faces_there in taken:
            lacks = lacks[faces_there.far_from(middle[lacks], GAP * unit)]
        if not len(lacks):
            return None
        vertices = triangles[lacks].reshape(-1, 3)
        faces = np.arange(3 * len(lacks)).reshape(-1, 3)
        if face_vectors(vertices, faces)[1].sum() < 0.01 * self._area[part]:
            return None
        return vertices, faces


class _Taken:
    """Faces that a part has: vertices (V, 3), faces (F, 3)."""

    def __init__(self, vertices: Floats, faces: Ints) -> None:
        self._vertices, self._faces = vertices, faces

    @cached_property
    def _exactly(self) -> NearestFace:
        return NearestFace(self._vertices, self._faces)

    @cached_property
    def _middles(self) -> tuple[Any, float]:
        """A k-d tree of the faces' middles, and how far from them a place of a face may be."""
        from scipy.spatial import cKDTree

        corners = self._vertices[self._faces]
        middle = corners.mean(axis=1)
        away = np.linalg.norm(corners - middle[:, None], axis=2).max(initial=0)
        return cKDTree(middle, balanced_tree=False), float(away)

    def far_from(self, points: Floats, gap: float) -> Bools:
        """Which of points (N, 3) are farther than a gap from all of the faces."""
        tree, radius = self._middles
        away = tree.query(points, distance_upper_bound=gap + radius)[0]
        # Middles decide nearly all where faces are small.
        unsure = np.flatnonzero((away > gap) & np.isfinite(away))
        far = away > gap
        if len(unsure):
            far[unsure] = self._exactly(points[unsure])[1] > gap
        return np.asarray(far)


def _main_extents(points: Floats) -> Floats:
    """Deviations (3,) along the main axes, ascending."""
    away = points - points.mean(axis=0)
    return np.asarray(np.sqrt(np.linalg.eigvalsh(away.T @ away / len(away)) + 1e-9))


def _short(triangles: Floats, longest: float, rounds: int = 3) -> Floats:
    """Triangles (N, 3, 3), those with long edges cut in four, again and again."""
    for _ in range(rounds):
        edges = np.linalg.norm(triangles - np.roll(triangles, -1, axis=1), axis=2).max(axis=1)
        cut = edges > longest
        if not cut.any() or len(triangles) > 20_000:
            break
        a, b, c = (triangles[cut, k] for k in range(3))
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        four = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
        triangles = np.concatenate([triangles[~cut], *(np.stack(t, axis=1) for t in four)])
    return triangles
