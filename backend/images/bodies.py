# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies: parts that fit together like the pieces of a doll, and the solid of each.

They share the thickness of the whole. Where two meet, the one behind goes on inside the other, and
the one before it has a lip.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace

import numpy as np

from ..contract.arrays import Bools, Floats, Singles
from .bases import Base
from .distances import Box, box_of, depth_in, distance_to, nearest_in, put_back
from .heights import Line, cap, extruded, mirror_line, signed_depth, torsion, turned
from .layers import Layers, outline
from .wholes import OVERLAP

KINDS = ("round", "half", "turned", "flat")
LIP = 0.2  # of the half thickness: radius of the edge of what lies before
PUFF, SINK = 0.08, 0.24  # thicker before, thinner behind
RAISED = 0.55  # thickness of what lies on another part, beside a ball's
LARGE = 0.16  # of the figure's size: bodies thicker than this are flattened
SOLID_OF_REVOLUTION = 0.95
RECTANGLE = 0.95
TRUNK, LITTLE_HIDDEN = 0.5, 0.92  # of a body, and of its own outline: what others hang on
ROD = 2.5  # length of a rod beside its width
END = 0.02  # of its width: how far a round end bulges
SLAB = 0.62  # thickness of a flat part beside that of a round one
FREE = 0.6  # share of a limb's outline that is the figure's
FOOT = 0.9  # thickness of the foot of a ball beside its width
STEM = 0.5  # of a ball's radius: how far its foot goes up in it
BEYOND = 2.0  # half thicknesses from what is seen of a part at which nothing of it can be
BALL = 0.85  # area of the largest disc in a ball beside its own


@dataclass(frozen=True)
class Solid:
    """A part as a field over the picture.

    field : (h, w) square of half its thickness in pixels, negative outside. middle : (h, w) place
    in depth of its middle, towards the viewer. kind : one of `KINDS`. back : thickness of its back
    half, 1 as the front. wall : (h, w) distance in pixels from an upright end, negative beyond it,
    and lip the radius of its edge.
    """

    field: Singles
    middle: Singles
    kind: str
    back: float = 1.0
    wall: Singles | None = None
    lip: float = 0.0

    @property
    def inside(self) -> Bools:
        """What it covers (h, w), hidden ends among it."""
        return self.field > 0 if self.wall is None else (self.field > 0) & (self.wall > 0)

    @property
    def front(self) -> Singles:
        """Depth (h, w) of its front."""
        return self.middle + np.sqrt(np.maximum(self.field, 0))

    def put_back(self, box: Box, shape: tuple[int, ...]) -> Solid:
        """The same over a whole raster, of one that was made in a box of it."""
        field, middle = (put_back(values, box, shape) for values in (self.field, self.middle))
        wall = None if self.wall is None else put_back(self.wall, box, shape)
        return replace(self, field=field, middle=middle, wall=wall)


@dataclass(frozen=True)
class Wishes:
    """What a person asks for. kinds : of some parts; thickness : of all, 1 as chosen."""

    kinds: Mapping[int, str]
    thickness: float = 1.0


@dataclass(frozen=True)
class Ends:
    """Where a body ends without an edge. bases : undersides of its parts. under : pairs of a part
    of another body and the part of this one that goes on inside of it.
    """

    bases: Mapping[int, Base]
    under: list[tuple[int, int, Base]]

    def within(self, box: Box) -> Ends:
        """The same in the raster of a box."""
        return Ends(
            {part: base.within(box) for part, base in self.bases.items()},
            [(above, below, base.within(box)) for above, below, base in self.under],
        )


class Body:
    """Parts that share one thickness."""

    def __init__(
        self,
        group: list[int],
        union: Bools,
        whole: list[Bools],
        lie: Layers,
        size: float,
        wishes: Wishes,
        raised: bool,
        ends: Ends,
        on_slab: bool = False,
    ) -> None:
        self.group, self.whole, self.lie = group, whole, lie
        self.wishes, self.raised, self.ends, self.on_slab = wishes, raised, ends, on_slab
        goes_on, self.inside_others = _goes_on(whole, ends)
        self.union = union | goes_on
        deep = {part: _deep(whole[part]) for part in ends.bases}
        shape = len(union) + max(deep.values(), default=0), union.shape[1]
        domain = np.zeros(shape, bool)
        domain[: len(union)] = self.union
        below = np.zeros(shape, bool)
        for part, base in ends.bases.items():
            below |= base.below(shape, deep[part])
        below &= ~domain
        depth = signed_depth(domain | below)
        self.depth = depth[: len(union)]
        self.field = torsion(depth)[: len(union)]
        self.under = below[: len(union)]  # what is cut off under level undersides
        self.cut = -signed_depth(below)[: len(union)]
        self.scaled = self._no_thicker(self.field * self._gains(size))
        self.line = None
        other = any(wishes.kinds.get(part) not in (None, "turned") for part in group)
        # A picture of a plate or a book is one of a drum as well; a plate is meant.
        plate = len(group) == 1 and group[0] not in wishes.kinds and _is_plate(union)
        if not raised and not other and not plate:
            self.line = _common_axis([whole[part] for part in group], union)

        self.kinds = {part: self._kind(part) for part in group}
        # The square of how high the surface is from which the edges of others come out.
        self.level = np.maximum(self.scaled, 0)
        for part in group:
            if self.kinds[part] in ("flat", "turned"):
                own = whole[part]
                half = float(np.sqrt(self.level[own].max(initial=0.0)))
                self.level[own] = self._shaped(self.kinds[part], own, self.scaled, half)[own]
        self.level = np.maximum(self.level, 0)

    def _gains(self, size: float) -> Singles:
        """Factor (h, w) that gives each part a thickness like its width, changing smoothly."""
        from scipy.ndimage import gaussian_filter

        factor = np.ones(self.union.shape, np.float32)
        weight = self.union.astype(np.float32) * 1e-3
        total = factor * weight
        for part in self.group:
            mask = self.whole[part]
            radius = float(np.where(mask, self.depth, 0).max())
            half = float(np.sqrt(max(np.where(mask, self.field, 0).max(), 1e-6)))
            flat = 1 - 0.3 * np.clip(radius / size / LARGE - 0.6, 0, 1)
            wanted = radius * flat * self.wishes.thickness * (RAISED if self.raised else 1.0)
            total[mask] += (wanted / half) ** 2
            weight[mask] += 1
        blur = 0.035 * size
        return np.asarray(gaussian_filter(total, blur) / (gaussian_filter(weight, blur) + 1e-9))

    def _no_thicker(self, field: Singles) -> Singles:
        """A field (h, w) in which no ball is thicker than it is wide where it meets the body."""
        most = np.full(field.shape, np.inf, np.float32)
        for part in self.group:
            mask = self.whole[part]
            if self._is_ball(part):
                most[mask] = (_deep(mask) * self.wishes.thickness) ** 2
        share = np.clip(field / most, 0, None)
        return np.asarray(field / (1 + share**4) ** 0.25, np.float32)

    def _ball(self, part: int) -> Singles:
        """The field (h, w) of a part. A ball that goes into what it is on, as a pompom into a hat,
        has its own with a foot as thick as it is wide, however thick the body is there.
        """
        mask, meets = self.whole[part], self.lie.meets[part]
        on = (meets > 0) & (self.lie.host == self.lie.host[part])
        if not self._is_ball(part) or not on.any() or (self.lie.over[part, on] > 0).any():
            return self.scaled
        thick = self.wishes.thickness * (RAISED if self.raised else 1.0)
        foot = (FOOT * float(meets[on].sum()) / 2 * thick) ** 2
        share = np.clip(self.scaled / max(foot, 1.0), 0, None)
        stem = self.scaled / (1 + share**4) ** 0.25
        gap = depth_in(~mask & self.union) / _deep(mask)
        stem = np.asarray(np.where(mask, stem * np.clip(1 - gap / STEM, 0, 1), stem), np.float32)
        # On a raster of its own, which is as fine as a small ball needs.
        box = box_of(mask)
        own = torsion(signed_depth(np.pad(mask[box], 2)))[2:-2, 2:-2] * np.float32(thick**2)
        stem[box] = np.where(mask[box], np.maximum(stem[box], own), stem[box])
        return stem

    def _is_ball(self, part: int) -> bool:
        mask = self.whole[part]
        fills = np.pi * _deep(mask) ** 2 > BALL * mask.sum()
        return bool(fills) and _free(part, self.whole, self.lie)

    def _kind(self, part: int) -> str:
        """How a part is made."""
        asked = self.wishes.kinds.get(part)
        if asked:
            return asked
        if self.line is not None:
            return "turned"
        if self.on_slab:
            return "flat"
        mask = self.whole[part]
        beside = self.lie.meets[part][self.lie.host != part].sum()
        free = 1 - beside / max(outline(mask), 1)
        rectangular = _rectangular(mask) > RECTANGLE
        trunk = not self.raised and mask.sum() > TRUNK * self.union.sum() and free > LITTLE_HIDDEN
        if trunk and (not rectangular or _round_end(mask)) and _common_axis([], mask) is not None:
            return "turned"
        if (free > 0.55 or self.raised) and rectangular:
            return "flat"
        return "round"

    def solid(self, part: int) -> Solid:
        """The solid of one part, with its hidden ends."""
        kind = self.kinds[part]
        if kind in ("turned", "flat"):
            return self._solid(part, kind)
        # Elsewhere nothing of it can be: it goes on by less than its half thickness, or theirs into
        # which it goes.
        near = box_of(self.whole[part], 3)
        reach = BEYOND * float(np.sqrt(max(self.scaled[near].max(), 0.0))) + 8
        box = box_of(self.whole[part], int(reach))
        made = self._within(box)._solid(part, kind)
        return made.put_back(box, self.union.shape)

    def _within(self, box: Box) -> Body:
        """The same in the raster of a box."""
        made = copy(self)
        made.whole = [mask[box] for mask in self.whole]
        for name in ("union", "under", "inside_others", "depth", "cut", "scaled", "level"):
            setattr(made, name, getattr(self, name)[box])
        return made

    def _solid(self, part: int, kind: str) -> Solid:
        from scipy.ndimage import gaussian_filter

        others = (
            self.union | self.under if kind in ("round", "half") else self.union
        ) & ~self.whole[part]
        field = self._ball(part) if kind in ("round", "half") else self.scaled
        half = float(np.sqrt(max(np.where(self.whole[part], field, 0).max(), 1.0)))
        lip = max(LIP * half, 1.5 * self.cell(part))
        away = distance_to(self.whole[part])
        drawn_in = self._drawn_in(self._unseen(part, away), half)
        if not others.any():
            field = self._shaped(kind, self.union, field, half) - drawn_in
            return Solid(field, np.zeros_like(field), kind, back=_back(kind))
        reach = self._reach(part, away)
        rest = others & (away > reach)
        before, behind = rest & (reach > 0), rest & (reach == 0)
        behind &= ~self.under
        if kind in ("turned", "flat"):
            field = self._shaped(kind, self.union & ~rest, field, half)
        field = field - drawn_in
        if before.any():
            end = -signed_depth(before)
            radius = gaussian_filter(np.maximum(reach[nearest_in(before)], 3.0), 2.0)
            rounded = cap(end, radius if kind != "flat" else np.minimum(radius, 2.0))
            field = np.where(
                (field > 0) & (rounded > 0),
                field * np.minimum(rounded, 1),
                np.minimum(field, half * half * rounded),
            )
        field = field * self._emphasis(part, away, half)
        wall: Singles | None = None
        if behind.any():
            # The rounded edge is lower than what lies behind: it begins so far outside that it
            # comes out of that where the part begins in the picture.
            down, across = np.gradient(field)
            level = self.level
            steep = np.sqrt(down**2 + across**2 + 4 * level)
            above = np.clip((field - level) / np.maximum(steep, 1e-3), 0, None)
            low = 1 - np.clip(above / lip, 0, 1) if kind != "flat" else np.float32(0)
            # Straight on into the background: the outline of what lies behind is no end.
            side = behind[nearest_in(self.union | self.under)]
            near = np.clip(3 - away / lip, 0, 1)
            edge = near * (lip * (1 - np.sqrt(1 - low * low)) + 1) - 1 - signed_depth(side)
            wall = np.asarray(edge, np.float32)
        if kind in ("round", "half") and self.under.any():
            # All ends there, what has no level underside of its own beside one that has, too.
            wall = self.cut if wall is None else np.minimum(wall, self.cut)
        middle = np.zeros(field.shape, np.float32)
        made = np.asarray(field, np.float32)
        return Solid(made, middle, kind, back=_back(kind), wall=wall, lip=lip)

    def _shaped(self, kind: str, own: Bools, field: Singles, half: float) -> Singles:
        """The field of a turned or flat part. Where it meets others it has no edge of its own."""
        depth = signed_depth(self.union)
        if kind == "turned":
            line = self.line or (mirror_line(own) or (None,))[0]
            silhouette = depth if self.line is not None else signed_depth(own)
            revolved = None if line is None else turned(silhouette, line, self.union)
            if revolved is not None:
                revolved = revolved * np.float32(self.wishes.thickness**2)
                return np.minimum(revolved, np.where(depth > 0, np.inf, depth * half))
        if kind == "flat":
            thick = SLAB * half
            return extruded(depth, thick, max(0.28 * thick, 2.0))
        return field

    def _reach(self, part: int, away: Singles) -> Singles:
        """How far (h, w) the part goes into the part of each pixel, 0 into what lies behind it."""
        inside = [other for _, other, _ in self.ends.under if other == part]
        reach = self.inside_others.copy() if inside else np.zeros(self.union.shape, np.float32)
        thick = np.sqrt(np.maximum(self.scaled, 0))
        for other in self.group:
            if other == part or self.lie.meets[part, other] == 0:
                continue
            near = self.whole[other] & (away < 2.5)
            half = float(np.median(thick[near])) if near.any() else 4.0
            if self.lie.over[part, other] <= 0:
                reach[self.whole[other] & ~self.whole[part]] = max(OVERLAP * half, 4.0)
        return reach

    def _unseen(self, part: int, away: Singles) -> Singles:
        """How far (h, w) it is from what is seen of a part: a coat is not seen under its belt, and
        both end at one outline, where it would come through.
        """
        before = [
            self.whole[other]
            for other in self.group
            if self.lie.over[other, part] > 0 and self.lie.meets[other, part] > 0
        ]
        seen = self.whole[part] & ~np.logical_or.reduce([*before, np.zeros_like(self.union)])
        if not seen.any() or np.array_equal(seen, self.whole[part]):
            return away
        return distance_to(seen)

    def _drawn_in(self, away: Singles, half: float) -> Singles:
        """What to take off a field (h, w) so that a hidden end stays inside of the outline."""
        share = np.clip(away / max(0.2 * half, 3.0), 0, 1)
        return np.asarray((0.05 * half + 1.5) * 1.6 * half * share, np.float32)

    def _emphasis(self, part: int, away: Singles, half: float) -> Singles:
        """Factor (h, w): a little thicker beside what lies behind, thinner inside of others."""
        factor = np.ones(self.union.shape, np.float32)
        behind = [
            other
            for other in self.group
            if self.lie.over[part, other] > 0 and self.lie.meets[part, other] > 0
        ]
        if behind:
            gap = distance_to(np.logical_or.reduce([self.whole[k] for k in behind]))
            factor += PUFF * np.exp(-gap / max(0.5 * half, 2.0))
        share = np.clip(away / max(0.16 * half, 2.0), 0, 1)
        factor *= 1 - SINK * share * share * (3 - 2 * share)
        return factor * factor

    def cell(self, part: int) -> float:
        """About how large the quads of a part will be, in pixels."""
        return float(np.clip(np.sqrt(2.2 * 2 * self.whole[part].sum() / 2600), 1.5, 8.0))


def _goes_on(whole: list[Bools], ends: Ends) -> tuple[Bools, Singles]:
    """Where (h, w) a body goes on above, inside of other bodies, and how far."""
    rows, width = whole[0].shape
    made: Bools = np.zeros((rows, width), bool)
    reach: Singles = np.zeros((rows, width), np.float32)
    row = np.arange(rows)[:, None]
    for above, below, base in ends.under:
        under: Bools = base.below((rows, width), 3) & whole[below]
        meets = np.asarray(under.any(axis=0))[base.columns]
        columns, first = base.columns[meets], base.rows[meets]
        deep = _deep(whole[below])
        inside = (row < first) & (row >= first - round(2.2 * deep)) & whole[above][:, columns]
        made[:, columns] |= inside
        reach[:, columns] = np.where(inside, max(OVERLAP * deep, 4.0), reach[:, columns])
    return made, reach


def _deep(mask: Bools) -> int:
    """Half the width of a part where it is widest, in pixels."""
    return int(np.ceil(depth_in(np.pad(mask, 1)).max()))


def _free(part: int, masks: list[Bools], lie: Layers) -> bool:
    """Whether most of a part's outline is that of the figure, as a limb's is."""
    return lie.meets[part].sum() < (1 - FREE) * outline(masks[part])


def _back(kind: str) -> float:
    return 0.0 if kind == "half" else 1.0


def _common_axis(masks: list[Bools], union: Bools) -> Line | None:
    """The axis about which all parts, and all together, are figures of revolution."""
    found = mirror_line(union)
    if found is None or found[1] < SOLID_OF_REVOLUTION:
        return None
    line = found[0]
    for mask in [union, *masks]:
        made = turned(signed_depth(mask), line)
        if made is None:
            return None
        revolved = made > 0
        if (revolved & mask).sum() < SOLID_OF_REVOLUTION * (revolved | mask).sum():
            return None
    return line


def _round_end(mask: Bools) -> bool:
    """Whether a part ends below in the half of an ellipse, as cups do that are seen from a little
    above, and not in an edge between two corners, however round these are.
    """
    rows, columns = box_of(mask)
    own = mask[rows, columns]
    bottom = len(own) - np.argmax(own[::-1], axis=0)
    width = own.shape[1]
    middle, side, corner = (
        float(np.mean(bottom[[int(share * width), -1 - int(share * width)]]))
        for share in (0.48, 0.25, 0.04)
    )
    drop = middle - corner
    return bool(drop > END * width and middle - side > 0.08 * drop)


def _is_plate(mask: Bools) -> bool:
    """Whether a body is a rectangle, its corners round or not, and no rod."""
    high, wide = (side.stop - side.start for side in box_of(mask))
    rod = max(high, wide) > ROD * min(high, wide)
    return not rod and _rectangular(mask) > RECTANGLE and not _round_end(mask)


def _rectangular(mask: Bools) -> float:
    """Share of the smallest rectangle about a mask that it fills."""
    from scipy.spatial import ConvexHull, QhullError

    points = np.argwhere(mask).astype(np.float64)
    try:
        shell = points[ConvexHull(points).vertices]
    except (QhullError, ValueError):
        return 0.0
    sides = np.roll(shell, -1, axis=0) - shell
    along = sides / np.linalg.norm(sides, axis=1, keepdims=True)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    areas: Floats = (np.ptp(shell @ along.T, axis=0) + 1) * (np.ptp(shell @ across.T, axis=0) + 1)
    return float(mask.sum() / areas.min())
