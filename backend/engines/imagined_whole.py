# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole parts as the part generator imagines them from what is seen of them.

First the box of the whole part is made, then its shape in that box, among the parts around it. What
came out counts where the hidden engine's network is asked, and beside it: near visible surface that
network is right more often, far below it the flow. On visible surface, and outside of the object,
nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from ..contract.arrays import Floats
from ..contract.progress import SILENT, Progress
from ..latents.part_generator import POINTS, PartGenerator, Surface, Told
from ..latents.surface import Field
from ..models.members import box_of, own_frame
from ..models.partset import OWN, PLACED
from . import hidden
from .base import SignedDistance
from .hidden import HiddenWholes
from .lent_surface import Lenders
from .narrow_band import OUTSIDE
from .part_making import Ways, sampled_parts
from .part_scene import Scene
from .part_sketch import looking, out_of
from .visible_part import VisibleObject, VisiblePart

AROUND = 3  # parts that are told of
BOX_STEPS = 0.5  # of the steps, by which a box is found
STEEP = 40.0  # logit of a length of 1 of a part's own frame
MOST_SAID = 0.5  # share that the flow has in what is said of a place, at most
DEEP = 0.5  # of half a part's extent: how far from visible surface it has that


@dataclass(frozen=True)
class ImaginedWholes(HiddenWholes):
    """The parts of one object; see `engines.base.Wholes`."""

    scene: Scene = field(repr=False, kw_only=True)
    ways: Ways = field(kw_only=True)

    @classmethod
    def of(
        cls, seen: VisibleObject, scene: Scene, ways: Ways, seed: int, progress: Progress
    ) -> ImaginedWholes:
        """Look at an object once."""
        lenders = Lenders(seen, seed, progress)
        return cls(hidden.load(), seen, lenders, seed, scene=scene, ways=ways)

    def whole(self, part: int, *, progress: Progress = SILENT) -> SignedDistance | None:
        """See `engines.base.Wholes.whole`."""
        seen = self.seen(part, progress.span(0.0, 0.05))
        if seen is None or not len(seen.border.middle) or not self._is_solid(seen):
            return None
        shape, middle, half = self._imagined(part, seen, progress.span(0.05, 0.6))
        one = _OneWhole(
            self.engine, self.object, self.lenders, self.seed,
            shape=shape, middle=middle, half=half,
        )  # fmt: skip
        return one._field(seen, progress.span(0.6, 1.0))

    def _imagined(
        self, part: int, seen: VisiblePart, progress: Progress
    ) -> tuple[Field, Floats, Floats]:
        """The field of a whole part, and its own frame in the coordinates of the object."""
        scene, generator = self.scene, self.scene.generator
        surface = Surface(scene.frame.into(seen.points), seen.normals)
        request = scene.around(part, AROUND)
        request.know_whole(scene.whole)
        request.see(0, _told(generator, surface, surface.box))
        few = replace(self.ways, steps=max(1, round(BOX_STEPS * self.ways.steps)))
        first = sampled_parts(generator, request, few, self.seed, progress.span(0.0, 0.4))
        box, _ = box_of(first.box[0, 0, 0])
        limits = scene.limits
        low = np.maximum(np.minimum(box[0], surface.box[0]), limits[0])
        high = np.minimum(np.maximum(box[1], surface.box[1]), limits[1])
        whole = np.stack([low, high])
        request.know_box(0, whole)
        request.see(0, _told(generator, surface, whole))
        imagining = progress.span(0.4, 1.0)
        look = looking(generator, 1, imagining, out_of(scene.frame), part=part)
        parts = sampled_parts(generator, request, self.ways, self.seed, imagining, look=look)
        middle, half = own_frame(whole)
        size = scene.frame.size
        return generator.field(parts.own[0, 0], OWN), scene.frame.out(middle), half * size


@dataclass(frozen=True)
class _OneWhole(HiddenWholes):
    """One part, of which a field is known. middle, half : (3,) of its own frame."""

    shape: Field = field(repr=False, kw_only=True)
    middle: Floats = field(kw_only=True)
    half: Floats = field(kw_only=True)

    def _learned(self, seen: VisiblePart, points: Floats, inside: Floats) -> Floats:
        own = (points - self.middle) / self.half
        found = np.full(len(points), OUTSIDE)
        there = (np.abs(own) < 1).all(axis=1)
        said = STEEP * self.shape(own[there].astype(np.float32)).astype(np.float64)
        found[there] = np.clip(said, OUTSIDE, -OUTSIDE)
        known = np.clip(super()._learned(seen, points, inside), OUTSIDE, -OUTSIDE)
        depth = seen.tree("points").query(points)[0] / seen.unit
        return known + MOST_SAID * np.minimum(depth / DEEP, 1.0) * (found - known)


def _told(generator: PartGenerator, surface: Surface, box: Floats) -> Told:
    """What is seen of a part, in a box that the whole part has."""
    own = Surface(surface.points[: POINTS[OWN]], surface.normals[: POINTS[OWN]])
    placed = Surface(surface.points[: POINTS[PLACED]], surface.normals[: POINTS[PLACED]])
    middle, half = own_frame(box)
    return Told(
        generator.tokens(own.within(middle, half), OWN), generator.tokens(placed, PLACED), box
    )
