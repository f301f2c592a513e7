# SPDX-License-Identifier: GPL-3.0-or-later
"""The protocols that an engine may fulfil, one for each verb, and the terms of its answers.

The module of an engine has its declaration, ``ABOUT``, and ``load()``, which returns the engine
with its weights in memory, or raises WeightsMissing, WeightsCorrupt or OutOfMemory. Whatever it is
inside, voxels, points or pictures, its answers are in the terms of this file.

In all of them F is the number of faces, V of vertices, P of patches, E of pairs of neighbouring
patches. `seed` makes results repeatable. `progress` is stepped at least every 0.2 s where that is
possible; a step raises Cancelled when the job was cancelled. Where somebody looks at sketches
(`Progress.is_looked_at`), an engine that takes long may show some of what it is making. Little is
imported here but for types, so that this file costs nothing.

An engine whose declaration names options of `contract.options` also has ``tuned(options)``, which
returns the engine as they want it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from ..contract.options import VIEWS as VIEWS
from ..contract.progress import SILENT, Progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..geometry.patches.cues import PatchGraph
    from ..images.painting import Portrait

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]

# Segment and click: evidence on patches.


@dataclass(frozen=True)
class Surface:
    """What an engine is given to look at: the patches of a mesh of unit size, at least two.

    graph : the patches with all cues measured on them. marked : (E,) how much of the length of each
    border hints mark. flat : (E,) whether a border runs through a flat face, inside of which no
    part ends unless more parts are asked for; None where no face is flat.
    """

    graph: PatchGraph
    marked: Floats
    flat: Bools | None = None


@dataclass(frozen=True)
class Merges:
    """All patches of a mesh merged into one tree.

    children : (P-1, 2) int32, row i makes node P+i. chance : (P-1,) float32 that what each merge
    joins is of one part, in the order made. stop : chance below which two parts are kept.
    bodies_stop : the same where either side is whole islands of the mesh; None where that makes no
    difference.
    """

    children: NDArray[np.int32]
    chance: NDArray[np.float32]
    stop: float
    bodies_stop: float | None = None


@dataclass(frozen=True)
class Masks:
    """Answers to one set of clicks.

    chance : (M, P) of each patch to be in each mask. score : (M,) expected IoU. mean : (P,) chance
    over the masks, by how likely each is.
    """

    chance: Floats
    score: Floats
    mean: Floats


class Evidence(Protocol):
    """What an engine knows of one mesh once it has looked."""

    def merges(self, variant: int = 0, seed: int = 0, progress: Progress = SILENT) -> Merges:
        """One tree of all patches; variant 0 is the likeliest, 1, 2, ... are other plausible ones.

        Affinities of pairs become such a tree by `geometry.patches.merging.agglomerate`.
        """


class ClickEvidence(Evidence, Protocol):
    """Evidence that also answers clicks, each in milliseconds."""

    def answer(self, wanted: Ints, unwanted: Ints, before: Floats | None = None) -> Masks:
        """Masks for clicks on patches; a patch counts as often as it is named.

        before : (P,) share of each patch in the mask that the clicks correct, if there is one.
        """

    def nearer(self, one: Ints, other: Ints) -> Bools:
        """Which patches are likelier of one part with one of `one` than with any of `other`: (P,).

        one, other : numbers of patches, some of each.
        """


class SegmentEngine(Protocol):
    """Answers `segment`. Clicks are then answered by the merge tree."""

    def look(self, surface: Surface) -> Evidence:
        """Look at a mesh once, for all cuts after it."""


class ClickEngine(Protocol):
    """Answers `segment` and `click`."""

    def look(self, surface: Surface) -> ClickEvidence:
        """Look at a mesh once, for all cuts and clicks after it."""


# Complete, generate and replace: whole parts.


@dataclass(frozen=True)
class SignedDistance:
    """A part as distances to its surface on a grid; its mesh is made, and fitted, by the pipeline.

    values : (X, Y, Z) float32, negative inside. origin : (3,) the place of the first value.
    spacing : between neighbours. Both in the units of the mesh. notes : sentences about how it
    came about that people should know.
    """

    values: NDArray[np.float32]
    origin: Floats
    spacing: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PartMesh:
    """A part as a mesh. vertices : (V, 3) float64; faces : (F, 3) int64; name : empty for none.

    uv : (F, 3, 2) place of each corner in a texture, from its lower left corner; None for none.
    kind : how it was made, of the engine's own kinds. quads : faces 2i and 2i + 1 are one quad.
    colour : (3,) linear light, of a part without texture or for where it is not shown. pivot : (3,)
    the place about which it turns, its middle where None. parent : number of the part that it hangs
    on, -1 for none. joint : {type, axis, origin, limits} of this tie, None where nothing is known.
    """

    vertices: Floats
    faces: Ints
    name: str = ""
    uv: Floats | None = None
    kind: str = ""
    quads: bool = False
    colour: tuple[float, float, float] | None = None
    pivot: Floats | None = None
    parent: int = -1
    joint: Mapping[str, Any] | None = None

    @property
    def shown(self) -> tuple[float, float, float]:
        """Its colour, a light grey for none."""
        return self.colour or (0.8, 0.8, 0.8)

    @property
    def origin(self) -> Floats:
        """Its pivot, or its middle."""
        if self.pivot is not None:
            return self.pivot
        middle: Floats = (self.vertices.min(axis=0) + self.vertices.max(axis=0)) / 2
        return middle


@dataclass(frozen=True)
class Sketch:
    """What an answer will be about, while it is made: it takes the place of the one before it.

    parts : coarse and cheap, in the coordinates of the answer. share : 0..1, how far it is.
    variant : which of several answers, 0 the first. part : of `complete`, the number of the one of
    which it is the whole; else -1.
    """

    parts: Sequence[PartMesh]
    share: float
    variant: int = 0
    part: int = -1


class Wholes(Protocol):
    """What an engine knows of the hidden sides of one object once it has looked."""

    def whole(self, part: int, *, progress: Progress = SILENT) -> SignedDistance | PartMesh | None:
        """The whole of one part; the pipeline welds it to the visible faces, which stay the same.

        None where nothing is hidden, or the part is an open sheet that has no inside. Threads ask
        for several parts at a time, in any order; the answers must not depend on it.
        """


class CompleteEngine(Protocol):
    """Answers `complete`: grows what of each part is hidden by others."""

    def survey(
        self,
        vertices: Floats,
        faces: Ints,
        labels: NDArray[np.int32],
        *,
        seed: int = 0,
        progress: Progress = SILENT,
    ) -> Wholes:
        """Look at an object once, for all its parts.

        vertices : (V, 3), of unit size; faces : (F, 3); labels : (F,) part of each face, 0..K-1.
        """


@dataclass(frozen=True)
class Box:
    """Where a part is to be: (3,) lowest and highest corner, a name and words for it.

    parent : name of the part that it hangs on, empty for none. joint : {type, axis, origin, limits}
    of this tie.
    """

    name: str
    low: Floats
    high: Floats
    text: str = ""
    parent: str = ""
    joint: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Brief:
    """What a new object is to be made from; what is not given is empty.

    images : each (H, W, 4) RGBA. masks : for each image, or none at all, (H, W) the part of each
    pixel, -1 for none. views : for each image the side that it shows, one of `VIEWS`; of an object
    whose front looks along +Z, "side" is what is seen from its left, from +X. text : words. boxes :
    where parts are to be. parts : how many; the engine chooses if None. options : of the engine.
    """

    images: Sequence[NDArray[np.uint8]] = ()
    masks: Sequence[NDArray[np.int32]] = ()
    views: Sequence[str] = ()
    text: str = ""
    boxes: Sequence[Box] = ()
    parts: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Generated:
    """A new object, Y up, its front towards +Z.

    parts : from the farthest to the nearest; for each box in its order where there are boxes.
    texture : (H, W, 4) that all parts share, None for none. labels : (H, W) the part of each pixel
    of the first image, -1 for none. notes : sentences about what could not be done as asked.
    in_one : its only part is the whole object, which the pipeline takes apart. portrait : what its
    parts are painted with, after that; their `uv` are then places in its picture.
    """

    parts: list[PartMesh]
    texture: NDArray[np.uint8] | None = None
    labels: NDArray[np.int32] | None = None
    notes: tuple[str, ...] = ()
    in_one: bool = False
    portrait: Portrait | None = None


class GenerateEngine(Protocol):
    """Answers `generate`: parts of a new object."""

    @property
    def follows_seed(self) -> bool:
        """Whether another seed gives another object; else it always makes the same one."""

    def takes(self, brief: Brief) -> bool:
        """Whether it can work from what a brief gives: pictures, boxes or words."""

    def generate(self, brief: Brief, *, seed: int = 0, progress: Progress = SILENT) -> Generated:
        """The parts of an object. Raises BadInput when it cannot work from what is given."""


@dataclass(frozen=True)
class Offer:
    """A part that could stand in another's place; `pipelines.fit` puts it there.

    mesh : upright in its own frame, +Y up and facing +Z, of any size, closed; or, `in_place`, where
    it is to be. side : (3,) unit, towards what is to hold it; anchor : (3,) the middle of where it
    is held; reach : half the width of that place, 0 for unknown. upright : it stands on its foot
    whatever holds it, as a pumpkin does and a wheel does not. worn : it goes around a head, as a
    hat does. alike : of the same kind as the
    old part, so that it may be stretched to its frame; sure : how surely, about 0..1. notes :
    sentences about how it came about that people should know.
    """

    mesh: PartMesh
    side: Floats
    anchor: Floats
    reach: float = 0.0
    alike: bool = False
    upright: bool = False
    in_place: bool = False
    worn: bool = False
    sure: float = 1.0
    notes: tuple[str, ...] = ()


class ReplaceEngine(Protocol):
    """Answers `replace`: other parts in the place of one."""

    @property
    def follows_seed(self) -> bool:
        """Whether each seed gives one part of its own, whatever else is asked for; else it compares
        what it has, and variants are asked for all at once."""

    @property
    def knows_all_words(self) -> bool:
        """Whether it takes words that the library does not know, whatever they are."""

    def replace(
        self,
        vertices: Floats,
        faces: Ints,
        labels: NDArray[np.int32],
        part: int,
        *,
        name: str = "",
        title: str = "",
        drawing: NDArray[np.uint8] | None = None,
        text: str = "",
        variants: int = 1,
        seed: int = 0,
        progress: Progress = SILENT,
    ) -> list[Offer]:
        """As many offers as variants are asked for, where there are so many, the best first; what
        is found by words looks like none before it.

        An engine that follows seeds is asked for one after the other, with one seed after the
        other, so that each is fitted and shown before the next one is begun.

        vertices : (V, 3), Y up; faces : (F, 3); labels : (F,) part of each face; part : which is
        to be replaced. name : what the part is called, title : what the whole object is, empty for
        unknown, both as people and programs write names. drawing : (H, W, 4) RGBA, the part in
        lines, for an engine that takes one. text : what is to stand there, without wishes of size,
        shape and colour; without words it is another part of the same kind. Raises BadInput for
        words that it does not know, with names of what there is.
        """


Engine = SegmentEngine | ClickEngine | CompleteEngine | GenerateEngine | ReplaceEngine
METHODS: Mapping[str, str] = {
    "segment": "look",
    "click": "look",
    "complete": "survey",
    "generate": "generate",
    "replace": "replace",
}
"""Verb -> the method of an engine that answers it."""
