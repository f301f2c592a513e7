# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts made by the part generator: all at once in windows, or one after the other until the flow
says that there is none any more (AutoPartGen, Chen et al., 2025).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..contract.arrays import Floats, Ints, Singles
from ..contract.errors import WeightsCorrupt
from ..contract.progress import SILENT, Progress
from ..geometry.booleans import Mesh
from ..latents import part_sampler
from ..latents.finite import NotFinite
from ..latents.part_generator import CELLS, PartGenerator, Told
from ..latents.part_request import Request
from ..latents.surface import Extracted
from ..machine.abreast import abreast, at_a_time
from ..models.members import box_of, colour_of
from ..models.partflow import Parts
from ..models.partset import PLACED
from .base import PartMesh
from .part_memory import BEGUN, remember
from .part_place import filling
from .part_scene import TOGETHER, joined
from .part_sketch import CRUMB, Look, Placing, coarse, looking
from .projected import meshes_of

MOST_PARTS = 16  # that are made one after the other
OUTLINED = 0.3  # level from which a part that an outline suggests goes on
SAMPLING = 0.6  # share of the time of making parts


@dataclass(frozen=True)
class Ways:
    """How parts are made. steps : of sampling. cells : along each side of a part's own frame.

    guidance, spread : see `part_sampler.sample`. begun : level from which a part that is remembered
    goes on (`part_memory`), 1 to remember nothing. outlined : that from which one goes on that a
    mask shows, as its outline alone would have it; 1 to take no outline for a beginning.
    """

    steps: int = part_sampler.STEPS
    cells: int = CELLS
    guidance: tuple[float, float] = part_sampler.GUIDANCE
    spread: float = part_sampler.SPREAD
    begun: float = BEGUN
    outlined: float = OUTLINED


@dataclass(frozen=True)
class Wanted:
    """A part that is to be made; what is not said is made up.

    words : (D,) what it is; said : in words of the table. box : (2, 3) in the object's frame.
    mask : (MASK^2 + OUTLINE,) where it is in the picture, see `mask_member` of the model; sides :
    what that says of its box, see `Request.bound_box`; outlined : the solid in the object's frame
    that its outline suggests.
    """

    words: Floats | None = None
    box: Floats | None = None
    mask: Singles | None = None
    sides: Floats | None = None
    outlined: Mesh | None = None
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Object:
    """What all parts are of.

    title : (D,) what it is. picture : (64, PICTURE) patches of it. view : (VIEW,) where that is
    taken from.
    """

    title: Floats | None = None
    picture: Singles | None = None
    view: Singles | None = None

    def tell(self, request: Request) -> None:
        """Tell a request of it."""
        if self.title is not None and self.title.any():
            request.tell("title", self.title)
        if self.picture is not None:
            request.tell("picture", self.picture)
        if self.view is not None:
            request.tell("view", self.view)


@dataclass(frozen=True)
class Made:
    """A part in the object's frame, closed. number : of what was wanted. told : as the flow knows
    it. colour : (3,) linear light."""

    number: int
    vertices: Floats
    faces: Ints
    told: Told
    colour: tuple[float, float, float]


@dataclass
class Maker:
    """Makes parts of one object, one set after the other.

    place : of sketches, in the coordinates of the answer. done : what there is so far; sketched :
    the same, as far as somebody looks at sketches.
    """

    generator: PartGenerator
    object: Object
    ways: Ways
    seed: int
    place: Placing = list
    done: list[Made] = field(default_factory=list)
    sketched: list[PartMesh] = field(default_factory=list)

    def at_once(self, wanted: Sequence[Wanted], progress: Progress = SILENT) -> list[Made]:
        """All parts that are wanted, some of them at a time, those first that are said first; what
        turned out to be nothing is left out."""
        windows = [range(k, min(k + TOGETHER, len(wanted))) for k in
                   range(0, len(wanted), TOGETHER)]  # fmt: skip
        for number, window in enumerate(windows):
            span = progress.span(number / len(windows), (number + 1) / len(windows))
            request = Request(self.generator.flow.config, len(window), along=not self.done)
            for k, row in enumerate(window):
                self._tell(request, k, wanted[row], self.seed + number)
            self._tell_before(request, self.done)
            self._keep(self._made(request, list(window), self.seed + number, span), span)
        return self.done

    def one_by_one(self, progress: Progress = SILENT) -> list[Made]:
        """Parts until there is nothing more to add."""
        for number in range(MOST_PARTS):
            span = progress.span(number / MOST_PARTS, (number + 1) / MOST_PARTS)
            known = self.done[-(TOGETHER - 1) :]
            request = Request(self.generator.flow.config, 1 + len(known), along=not known)
            for k, one in enumerate(known, 1):
                request.know_part(k, one.told, np.array(one.colour))
            self._tell_before(request, self.done[: len(self.done) - len(known)])
            new = self._made(request, [number], self.seed + number, span)
            if not new:
                break
            self._keep(new, span)
        return self.done

    def _tell(self, request: Request, k: int, wanted: Wanted, seed: int) -> None:
        if wanted.words is not None and wanted.words.any():
            request.tell("words", wanted.words, k)
        if wanted.box is not None:
            box, level = wanted.box, self.ways.begun
            remember(self.generator, request, k, wanted.said, box, seed, level)
        if wanted.mask is not None:
            request.tell("mask", wanted.mask, k)
        if wanted.sides is not None:
            request.bound_box(k, wanted.sides)
        if wanted.outlined is not None and self.ways.outlined < 1:
            told = self.generator.told(*wanted.outlined)
            request.suppose_part(k, told, self.ways.outlined)

    def _keep(self, new: Sequence[Made], progress: Progress) -> None:
        self.done += new
        if progress.is_looked_at:
            for one in new:
                self.sketched += coarse(self.generator, one.told, one.colour)

    def _tell_before(self, request: Request, there: Sequence[Made]) -> None:
        if there:
            surface = joined([(one.vertices, one.faces) for one in there])
            request.tell("before", self.generator.tokens(surface, PLACED))

    def _made(
        self, request: Request, numbers: list[int], seed: int, progress: Progress
    ) -> list[Made]:
        self.object.tell(request)
        stage = "Imagining parts" if len(numbers) > 1 else f"Imagining part {numbers[0] + 1}"
        sampling = progress.span(0.0, SAMPLING, stage)
        look = looking(self.generator, len(numbers), sampling, self.place, self.sketched)
        parts = sampled_parts(self.generator, request, self.ways, seed, sampling, look=look)
        return surfaces(
            self.generator, parts, numbers, self.ways.cells,
            progress.span(SAMPLING, 1.0, "Making surfaces"),
        )  # fmt: skip


def sampled_parts(
    generator: PartGenerator,
    request: Request,
    ways: Ways,
    seed: int,
    progress: Progress = SILENT,
    *,
    look: Look | None = None,
) -> Parts:
    """What a request asks for. look : `shown` of `part_sampler.sample`.

    Raises Cancelled, and WeightsCorrupt where numbers overflow.
    """
    try:
        return part_sampler.sample(
            generator.flow, request, seed=seed, steps=ways.steps, guidance=ways.guidance,
            spread=ways.spread, progress=progress, shown=look,
        )  # fmt: skip
    except NotFinite as error:
        raise overflowed(error) from error


def overflowed(error: NotFinite) -> WeightsCorrupt:
    """The error for networks that answer without numbers."""
    return WeightsCorrupt(
        "The networks of the flow engine answered with numbers that are none.",
        "Install Partwise again, or choose another engine.",
        str(error),
    )


def surfaces(
    generator: PartGenerator,
    parts: Parts,
    numbers: Sequence[int],
    cells: int,
    progress: Progress = SILENT,
) -> list[Made]:
    """The first parts of a set, as many as `numbers`, without those that are not there."""
    boxes, there = box_of(parts.box[0, :, 0])

    def made(number: int, k: int, own: Progress) -> Made | None:
        own = own.span(number / len(numbers), (number + 1) / len(numbers))
        told = Told(parts.own[0, k], parts.placed[0, k], np.asarray(boxes[k], np.float64))
        mesh = mesh_of(generator, told, cells, own)
        red, green, blue = (float(value) for value in colour_of(parts.look[0, k, 0]))
        return None if mesh is None else Made(numbers[k], *mesh, told, (red, green, blue))

    rows = [k for k in range(len(numbers)) if there[k]]
    found = abreast(made, rows, at_a_time(), progress)
    return [one for one in found if one is not None]


def mesh_of(
    generator: PartGenerator, told: Told, cells: int, progress: Progress = SILENT
) -> tuple[Floats, Ints] | None:
    """The closed surface of a part in the object's frame, which fills its box, as what is encoded
    does; None where there is none."""
    try:
        shape = generator.shape(told.own, cells=cells, progress=progress)
    except NotFinite as error:
        raise overflowed(error) from error
    return filling_mesh(shape, told.box)


def filling_mesh(shape: Extracted, box: Floats) -> tuple[Floats, Ints] | None:
    """The surface of a shape without crumbs, filling a box (2, 3); None where there is none."""
    ((vertices, faces),) = meshes_of([shape.field], CRUMB)
    return (filling(vertices, *box), faces) if len(faces) else None
