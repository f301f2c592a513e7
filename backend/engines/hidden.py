# SPDX-License-Identifier: GPL-3.0-or-later
"""The hidden engine: fields of whole parts, from what is seen of them.

The generalised winding number of a part's visible surface closes it smoothly (Jacobson et al.,
2013). Before it, mirror images and congruent siblings lend surface that the part lacks; after it, a
small network corrects what winding numbers cannot know: that a limb goes on into the body, a ring
closes, a ball stays round under the hat.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..checkpoints.catalogue import WEIGHTS
from ..checkpoints.load import weights
from ..contract.arrays import Bools, Floats, Ints
from ..contract.engines import About
from ..contract.progress import SILENT, Progress
from ..geometry.caps.loops import cross
from ..geometry.isosurface import doubled
from ..geometry.nearest import triangle_gap
from ..models.completer import Completer, CompleterConfig, shapes
from .base import SignedDistance
from .completion_features import NAMES, lifted, winding_logit
from .lent_surface import Lenders
from .loaded import loaded
from .narrow_band import OUTSIDE, NarrowBand
from .visible_part import VisibleObject, VisiblePart

ABOUT = About(
    name="hidden",
    label="Hidden",
    text="Grows what is hidden from what is seen: mirror images, siblings, a small network",
    verbs=("complete",),
    rank=10,
    weights=("completer",),
    memory=200_000_000,
)

CHECKPOINT = WEIGHTS / "completer.safetensors"
CELLS, MOST_CELLS = 64, 192  # of the finest grid along a part's longest side, thin ones' too
ACROSS = 4  # cells of it, if possible, across what is thin
THIN = 0.2  # share of the surface where a part is thinner than what counts as its thickness
FEWEST_CELLS = 24  # along it, of parts of large triangles
AN_EDGE, A_LOOP = 8, 48  # fine cells along an edge of the border and around a loop, if possible
COARSEST = 8  # fine cells in one of the grid that is asked first
BAND = 2  # fine cells around visible surface in which the field is its distance
NEIGHBOURS = 2  # samples whose faces are asked for the nearest
SPACED, APART = 200, 4.0  # samples that tell how far they are apart; so much, at most, a face is
# nearer than its nearest sample
UPRIGHT = 0.9  # cosine of the way to a face and its normal, where the face tells the side
ASIDE = 0.75  # cells that a place may be beside a face and still be above or below it
RISE = 0.04  # of half a part's extent, in which the logit of a hull rises by one
PROBES = 192  # places of a part's surface at which its sides are asked
SOLID = 0.7  # of them that have an inside and an outside, or it is a sheet


def load() -> Hidden:
    """The engine with its bundled weights. Raises WeightsMissing or WeightsCorrupt."""
    return Hidden(loaded(read_completer, CHECKPOINT))


def read_completer(path: Path) -> Completer:
    """The network of a file. Raises WeightsMissing or WeightsCorrupt."""
    with weights(path, "the hidden engine") as found:
        config = CompleterConfig(**json.loads(found.about["config"]))
        if json.loads(found.about["features"]) != list(NAMES):
            raise found.of_another_version()
        arrays = found.exactly(shapes(config))
        return Completer(config, {k: v.astype(np.float32) for k, v in arrays.items()})


@dataclass(frozen=True)
class Hidden:
    """The engine.

    net : its network; without one it is the winding number alone. lend : whether siblings and
    mirror images lend surface.
    """

    net: Completer | None = field(default=None, repr=False)
    lend: bool = True

    def survey(
        self,
        vertices: Floats,
        faces: Ints,
        labels: NDArray[np.int32],
        *,
        seed: int = 0,
        progress: Progress = SILENT,
    ) -> HiddenWholes:
        """See `CompleteEngine.survey`."""
        looking = progress.span(0.0, 1.0, "Looking at the visible surface")
        seen = VisibleObject(vertices, faces, labels, looking.span(0.0, 0.6))
        looking.step(0.6)
        lenders = Lenders(seen, seed, looking.span(0.6, 1.0)) if self.lend else None
        return HiddenWholes(self, seen, lenders, seed)


@dataclass(frozen=True)
class HiddenWholes:
    """The parts of one object; see `engines.base.Wholes`."""

    engine: Hidden
    object: VisibleObject
    lenders: Lenders | None
    seed: int

    def whole(self, part: int, *, progress: Progress = SILENT) -> SignedDistance | None:
        """See `engines.base.Wholes.whole`."""
        seen = self.seen(part, progress.span(0.0, 0.1))
        if seen is None or not len(seen.border.middle) or not self._is_solid(seen):
            return None
        return self._field(seen, progress.span(0.1, 1.0))

    def seen(self, part: int, progress: Progress = SILENT) -> VisiblePart | None:
        """What is seen of a part, with what is lent to it; None where it has no area."""
        progress.step()
        lent = None if self.lenders is None else self.lenders.lent(part)
        progress.step(0.5)
        return self.object.part(part, lent, self.seed)

    def logits(self, seen: VisiblePart, points: Floats, inside: Floats) -> Floats:
        """The logit (N,) of places (N, 3) inside the object to be inside a part."""
        if seen.hull is None:
            return self._learned(seen, points, inside)
        # What shows only a convex surface is convex nearly surely, so the hull of it is inside.
        above = (points @ seen.hull[:, :3].T + seen.hull[:, 3]).max(axis=1)
        hull = np.clip(-above / (RISE * seen.unit), OUTSIDE, -OUTSIDE)
        ask = np.flatnonzero(hull < -OUTSIDE)
        if len(ask):
            learned = self._learned(seen, points[ask], inside[ask])
            # Beside the hull, where it is the end, the distance to it is all that counts.
            counts = (learned > 0) | (hull[ask] <= OUTSIDE)
            hull[ask] = np.where(counts, np.maximum(hull[ask], learned), hull[ask])
        return hull

    def _learned(self, seen: VisiblePart, points: Floats, inside: Floats) -> Floats:
        """The same, of what the network makes of the winding number."""
        net = self.engine.net
        if net is None:
            return winding_logit(seen.winding(points))
        features = lifted(seen, points, inside)
        added = features[:, NAMES.index("logit")] + net(features)
        return added.astype(np.float64)

    def _is_solid(self, seen: VisiblePart) -> bool:
        """Whether the visible surface of a part has the object's inside on one side only."""
        shown = np.flatnonzero(~seen.lent)[:PROBES]  # what is lent has inside on both sides
        points, normals = seen.points[shown], seen.normals[shown]
        step = 0.01 * seen.unit * normals
        within, without = self.object.inside(points - step), self.object.inside(points + step)
        return bool(((within > 0.5) & (without < 0.5)).mean() > SOLID)

    def _thickness(self, seen: VisiblePart) -> float:
        """How thick the object is under thin places of a part's visible surface."""
        shown = np.flatnonzero(~seen.lent)[:PROBES]
        points, ways = seen.points[shown], -seen.normals[shown]
        depth = self.object.rays.distance(points + 1e-4 * seen.unit * ways, ways)
        return float(np.quantile(np.minimum(depth, 2 * seen.unit), THIN))

    def _field(self, seen: VisiblePart, progress: Progress) -> SignedDistance:
        """The field on a grid that is as fine as it must be only near the part's surface."""
        longest = 2 * float(seen.half.max())
        thin = self._thickness(seen) / ACROSS
        enough = np.clip(_needed(seen), longest / CELLS, longest / FEWEST_CELLS)
        fine = float(np.clip(thin, longest / MOST_CELLS, enough))
        progress.step(0.1)
        band = self._band(seen, COARSEST * fine, seen.low, seen.high)
        band.ask_all(_shown(seen, band), progress.span(0.1, 0.3))
        first, last = _ends(band.values > 0)
        if first.any() or last.any():  # it goes on beyond the grid
            more = seen.low - (seen.centre - seen.half)
            low, high = seen.low + first * more, seen.high - last * more
            band = self._band(seen, COARSEST * fine, low, high)
            band.ask_all(_shown(seen, band), progress.span(0.3, 0.4))
        while band.cell > 2 * fine * 1.001:
            band = band.finer()
            band.follow(_shown(seen, band), progress.span(0.4, 0.7))
        progress.step(0.7)
        values, cell = band.values, band.cell
        self._drop_islands(seen, band)
        near, low = _cropped(_distances(values, cell), band.low, cell)
        away, cell = np.asarray(doubled(near), np.float64), cell / 2
        progress.step(0.8)
        self._fit(seen, away, low, cell)
        return SignedDistance(away.astype(np.float32), low, cell)

    def _band(self, seen: VisiblePart, cell: float, low: Floats, high: Floats) -> NarrowBand:
        """A grid between two corners."""
        shape = np.ceil((high - low) / cell).astype(np.int64) + 1
        return NarrowBand(self.object.inside, partial(self.logits, seen), low, cell, shape)

    def _drop_islands(self, seen: VisiblePart, band: NarrowBand) -> None:
        """Makes what is inside but does not hang together with the visible surface outside."""
        from scipy.ndimage import label

        values = band.values
        piece, count = label(values > 0)
        if count > 1:
            own = seen.points[~seen.lent]
            shown = _marked(own, band.low, band.cell, band.shape, 1).reshape(values.shape)
            kept = np.zeros(count + 1, dtype=bool)
            kept[np.unique(piece[shown])] = True
            values[(piece > 0) & ~kept[piece]] = OUTSIDE

    def _fit(self, seen: VisiblePart, away: Floats, low: Floats, cell: float) -> None:
        """Makes the field the distance to visible surface where that is near, in place.

        Outside of the surface of other parts it is never inside.
        """
        shape = np.array(away.shape)
        flat = away.reshape(-1)
        own = seen.points[~seen.lent]
        near = np.flatnonzero(_marked(own, low, cell, shape, BAND))
        height, gap = self._heights(seen.faces, own, seen.face[~seen.lent], low, cell, shape, near)
        on = np.isfinite(height)
        # A lid may be thinner than the band: below its skin the field may say that it ends.
        deep = np.flatnonzero(on & (height < -cell))
        on[deep[flat[near[deep]] > 0]] = False
        flat[near[on]] = height[on]
        if not len(seen.others):
            return
        within = float(gap.max(initial=0)) + APART * _spacing(seen.tree("others"))
        beside = self._heights(
            self.object.faces, seen.others, seen.other, low, cell, shape, near, within
        )
        outside = np.isfinite(beside[0]) & (beside[0] > 0) & (beside[1] < gap)
        flat[near[outside]] = np.maximum(flat[near[outside]], beside[0][outside])

    def _heights(
        self,
        faces: Ints,
        samples: Floats,
        face: Ints,
        low: Floats,
        cell: float,
        shape: Ints,
        which: Ints,
        within: float = np.inf,
    ) -> tuple[Floats, Floats]:
        """Heights above and distances to faces of which there are samples, of places of a grid.

        NaN where the nearest place is on an edge and says nothing of the side, and where no sample
        is within a distance: that is infinite then.
        """
        from scipy.spatial import cKDTree

        points = low + cell * np.stack(np.unravel_index(which, shape), axis=1)
        count = min(NEIGHBOURS, len(samples))
        tree = cKDTree(samples, balanced_tree=False)
        index = tree.query(points, k=count, distance_upper_bound=within)[1].reshape(-1, count)
        found = np.flatnonzero(index[:, 0] < len(samples))
        index, points = index[found], points[found]
        near = face[np.where(index < len(samples), index, index[:, :1])]
        vertices = self.object.vertices
        best, height = np.full(len(which), np.inf), np.full(len(which), np.nan)
        for column in range(count):
            # Most often the second of the nearest samples is on the face of the first.
            rows = np.flatnonzero((near[:, :column] != near[:, column, None]).all(axis=1))
            places, here = points[rows], found[rows]
            was, held = best[here], height[here]
            a, b, c = (vertices.take(faces[near[rows, column], k], axis=0) for k in range(3))
            gap = np.sqrt(triangle_gap(places, a, b, c))
            normal = cross(b - a, c - a)
            normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300)
            above = np.einsum("ij,ij->i", places - a, normal)
            nearer = (gap < was - 1e-9) | ((gap < was + 1e-9) & (np.abs(above) > np.abs(held)))
            beside = np.sqrt(np.maximum(np.square(gap) - np.square(above), 0))
            sure = (np.abs(above) > UPRIGHT * gap) | (beside < ASIDE * cell)
            best[here] = np.where(nearer, gap, was)
            height[here] = np.where(nearer, np.where(sure, above, np.nan), held)
        return height, best


def _distances(logits: Floats, cell: float) -> Floats:
    """Logits on a grid as distances to where they are zero, to first order, negative inside."""
    slope = np.sqrt(sum(np.square(g) for g in np.gradient(logits, cell)))
    away = -logits / np.maximum(slope, 1e-9)
    return np.asarray(np.clip(away, -3 * cell, 3 * cell))


def _spacing(tree: Any) -> float:
    """How far from each other the samples of a k-d tree are, about."""
    some = tree.data[:: max(tree.n // SPACED, 1)]
    return float(np.median(tree.query(some, k=min(2, tree.n))[0].reshape(len(some), -1)[:, -1]))


def _needed(seen: VisiblePart) -> float:
    """How large a cell may be for the triangles at a part's border, and for its smallest loop."""
    return min(seen.border.edge / AN_EDGE, seen.border.around / A_LOOP)


def _shown(seen: VisiblePart, band: NarrowBand) -> Bools:
    """Which places of a grid are of the part, if they are inside: visible surface is there."""
    shown = _marked(seen.points[~seen.lent], band.low, band.cell, band.shape, 0)
    shown &= ~_marked(seen.border.middle, band.low, band.cell, band.shape, 2)
    return shown.reshape(band.values.shape)


def _marked(points: Floats, low: Floats, cell: float, shape: Ints, steps: int) -> Bools:
    """Which places (X*Y*Z,) of a grid are the nearest of some point, or a few steps from it."""
    from scipy.ndimage import binary_dilation

    at = np.rint((points - low) / cell).astype(np.int64)
    at = at[((at >= 0) & (at < shape)).all(axis=1)]
    mask = np.zeros(tuple(shape), dtype=bool)
    mask[tuple(at.T)] = True
    if steps:
        mask = binary_dilation(mask, iterations=steps)
    return mask.reshape(-1)


def _ends(mine: Bools) -> tuple[Bools, Bools]:
    """Along which axes some of a grid is at its first places (3,), and at its last."""
    lines = [np.moveaxis(mine, axis, 0) for axis in range(3)]
    first, last = ([bool(line[end].any()) for line in lines] for end in (0, -1))
    return np.array(first), np.array(last)


def _cropped(away: Floats, low: Floats, cell: float, margin: int = 2) -> tuple[Floats, Floats]:
    """The part of a grid that holds all that is inside, and its first place."""
    where = np.argwhere(away < 0)
    if not len(where):
        return away, low
    first = np.maximum(where.min(axis=0) - margin, 0)
    last = np.minimum(where.max(axis=0) + margin + 1, away.shape)
    cut = away[tuple(slice(a, b) for a, b in zip(first, last, strict=True))]
    return cut.copy(), low + first * cell
