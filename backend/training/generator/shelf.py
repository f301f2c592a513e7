# SPDX-License-Identifier: GPL-3.0-or-later
"""All samples in memory as they lie on the disk, and batches drawn from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...geometry.sampling import random_rotation
from ...latents.part_generator import Frame
from . import pack
from .samples import STEPS, Sample, read, sample_of, sample_paths

Singles = NDArray[np.float32]
SCALE = np.float32(STEPS)  # whole numbers of 16 bits a unit of length
UNIT = np.float32(127)  # whole numbers of 8 bits in a unit normal
SMOOTH = "smooth"  # kind of what `smooth` makes
STRETCH = (0.85, 1.15)  # of whole objects that are told apart in parts
EVEN = 4  # of so many queries one is spread evenly; they come first
THIN = 0.1  # share of its frame, of a part that is drawn half as often as the thinnest


def read_all(folder: Path, there: Sequence[Sample] = ()) -> list[Sample]:
    """The samples of a folder, or of a file of `pack`, by name. there : those read already."""
    known = {one.name: one for one in there}
    if folder.is_file() and not known:
        known = {row.name: sample_of(row.name, row.about, row.arrays) for row in pack.read(folder)}
    for path in sample_paths(folder):
        if path.stem not in known:
            known[path.stem] = read(path)
    if not known:
        raise SystemExit(f"{folder} holds no samples.")
    return [known[name] for name in sorted(known)]


@dataclass(frozen=True)
class Batch:
    """B shapes of one kind. points, normals : (B, P, 3). labels : (B, P) parts, -1 unknown.

    queries : (B, Q, 3). distance : (B, Q).
    """

    points: Singles
    normals: Singles
    labels: NDArray[np.int64]
    queries: Singles
    distance: Singles


class Shelf:
    """Draws batches. objects : of which; rng : by chance.

    thin : whether parts in frames of their own are drawn the more often the less of the frame they
    fill. What is thin is what is lost first, and most parts are not.
    """

    def __init__(
        self, objects: Sequence[Sample], rng: np.random.Generator, *, thin: bool = False
    ) -> None:
        self.objects, self.rng = list(objects), rng
        self.rows = [(k, part) for k, one in enumerate(self.objects) for part in range(one.count)]
        often = np.ones(len(self.rows))
        if thin:
            often = THIN / (THIN + np.array([self.filled(*row) for row in self.rows]))
        self._often = often / often.sum()
        self._parted = np.flatnonzero([one.count > 1 for one in self.objects])
        smooth = np.array([self.objects[k].kind == SMOOTH for k in self._parted], bool)
        kinds = self._parted[smooth], self._parted[~smooth]
        self._by_kind = [k for k in kinds if len(k)] or [np.arange(len(self.objects))]

    def filled(self, number: int, part: int) -> float:
        """The share of its frame that a part fills. number : of the object."""
        distance = self.objects[number].stored["own_distance"][part]
        return float((distance[: len(distance) // EVEN] < 0).mean())

    def own(
        self, count: int, points: int, queries: int, *, seen: float = 0.0, even: bool = False
    ) -> Batch:
        """Parts in frames of their own, turned and mirrored at random.

        seen : share of them of which only the visible surface goes in. even : whether queries are
        spread evenly over the cube, a quarter of what a sample has at most.
        """
        rows = self.rng.choice(len(self.rows), size=count, p=self._often)
        drawn = []
        for k, part in (self.rows[int(row)] for row in rows):
            a = self.objects[k].stored
            chosen = np.arange(len(a["own_points"][part]))
            if self.rng.random() < seen:
                visible = np.flatnonzero(a["own_visible"][part])
                chosen = visible if len(visible) > 64 else chosen
            chosen = self.rng.choice(chosen, points)
            asked = self._asked(len(a["own_queries"][part]), queries, even)
            drawn.append((
                *self._turned(
                    a["own_points"][part, chosen],
                    a["own_normals"][part, chosen],
                    a["own_queries"][part, asked],
                ),
                a["own_distance"][part, asked],
            ))  # fmt: skip
        return _batch(drawn)

    def placed(self, count: int, points: int, queries: int) -> Batch:
        """Parts in the frame of their object, turned and mirrored at random."""
        rows = [self.rows[int(k)] for k in self.rng.integers(len(self.rows), size=count)]
        drawn = []
        for k, part in rows:
            a = self.objects[k].stored
            chosen = self.rng.choice(len(a["placed_points"][part]), points)
            asked = self._asked(len(a["placed_queries"][part]), queries)
            drawn.append((
                *self._turned(
                    a["placed_points"][part, chosen],
                    a["placed_normals"][part, chosen],
                    a["placed_queries"][part, asked],
                ),
                a["placed_distance"][part, asked],
            ))  # fmt: skip
        return _batch(drawn)

    def whole(
        self, count: int, points: int, queries: int, *, even: bool = False, parted: bool = False
    ) -> Batch:
        """Whole objects with the parts of their points, turned and mirrored at random.

        parted : of those alone that have several parts, for a third have one, and would teach that
        nothing is a part of its own; they stay upright, since what is above tells of parts.
        """
        drawn, labels = [], []
        among = self._parted if parted and len(self._parted) else np.arange(len(self.objects))
        for k in self.rng.choice(among, count):
            a = self.objects[int(k)].stored
            chosen = self.rng.choice(len(a["whole_points"]), points)
            asked = self._asked(len(a["whole_queries"]), queries, even)
            drawn.append((
                *self._turned(
                    a["whole_points"][chosen],
                    a["whole_normals"][chosen],
                    a["whole_queries"][asked],
                    upright=parted,
                ),
                a["whole_distance"][asked],
            ))  # fmt: skip
            labels.append(a["whole_part"][chosen])
        return _batch(drawn, np.stack(labels).astype(np.int64))

    def parted(self, count: int, points: int) -> Batch:
        """Whole objects of several parts, without queries, stretched a little and mirrored; half of
        them stay upright, the others are turned in any way; half are smooth, where some are."""
        drawn, labels = [], []
        for _ in range(count):
            among = self._by_kind[self.rng.integers(len(self._by_kind))]
            a = self.objects[self.rng.choice(among)].stored
            chosen = self.rng.choice(len(a["whole_points"]), points)
            p = singles(a["whole_points"][chosen], SCALE)
            n = singles(a["whole_normals"][chosen], UNIT)
            stretch = self.rng.uniform(*STRETCH, 3) * [self.rng.choice([-1, 1]), 1, 1]
            p, n = p * stretch, n / stretch
            if self.rng.random() < 0.5:
                turn = random_rotation(self.rng).T
                p, n = p @ turn, n @ turn
            n /= np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-6)
            nothing = np.zeros((0, 3)), np.zeros(0)
            drawn.append((Frame.around(p).into(p), n, *nothing))
            labels.append(a["whole_part"][chosen])
        return _batch(drawn, np.stack(labels).astype(np.int64))

    def _asked(self, there: int, wanted: int, even: bool = False) -> NDArray[np.int64]:
        """Which queries of a sample; the first quarter of them are spread evenly."""
        there = there // EVEN if even else there
        return self.rng.choice(there, wanted, replace=wanted > there)

    def _turned(
        self,
        points: NDArray[Any],
        normals: NDArray[Any],
        queries: NDArray[Any],
        *,
        upright: bool = False,
    ) -> tuple[Singles, Singles, Singles]:
        """In floats, by one of the 48 ways in which a cube is turned and mirrored onto itself, or
        by one of the two that leave front and top where they are."""
        axes, signs = self.rng.permutation(3), self.rng.choice([-1.0, 1.0], 3).astype(np.float32)
        if upright:
            axes, signs = np.arange(3), np.array([signs[0], 1, 1], np.float32)
        p, n, q = singles(points, SCALE), singles(normals, UNIT), singles(queries, SCALE)
        return p[:, axes] * signs, n[:, axes] * signs, q[:, axes] * signs


def singles(packed: NDArray[Any], scale: np.float32) -> Singles:
    """Whole numbers as they are stored, in floats."""
    return packed.astype(np.float32) / scale


def _batch(drawn: list[tuple[Any, ...]], labels: NDArray[np.int64] | None = None) -> Batch:
    points, normals, queries, distance = (
        np.stack([row[k] for row in drawn]).astype(np.float32) for k in range(4)
    )
    if labels is None:
        labels = np.full(points.shape[:2], -1)
    return Batch(points, normals, labels, queries, distance)
