# SPDX-License-Identifier: GPL-3.0-or-later
"""What parts will be about, while they are sampled: coarse surfaces of what the flow expects.

A few times in a sampling, so that looking at a part takes little of the time of making it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ..contract.arrays import Floats
from ..contract.progress import Progress
from ..latents.part_generator import Frame, PartGenerator, Told
from ..latents.surface import dense
from ..models.members import box_of, colour_of, own_frame
from ..models.partflow import Parts
from .base import PartMesh, Sketch
from .projected import meshes_of

CELLS, OF_SEVERAL = 24, 16  # along each side of a part's own frame
TIMES, TIMES_OF_SEVERAL = 4, 2  # in a sampling
CRUMB = 0.04  # of a part's largest piece: a smaller one is not shown

Look = Callable[[Parts, float], None]
Placing = Callable[[Sequence[PartMesh]], Sequence[PartMesh]]


def out_of(frame: Frame) -> Placing:
    """Parts of an object's frame, where they are."""
    return lambda parts: [replace(one, vertices=frame.out(one.vertices)) for one in parts]


def looking(
    generator: PartGenerator,
    count: int,
    progress: Progress,
    place: Placing,
    done: Sequence[PartMesh] = (),
    part: int = -1,
) -> Look | None:
    """What a sampling shows itself to, so that a progress gets sketches; None if nobody looks.

    count : of the parts that are made, the first of the set. place : of the object's frame in the
    coordinates of the answer. done : parts of the same object that are there. part : of a sketch.
    """
    if not progress.is_looked_at:
        return None
    times, cells = (TIMES, CELLS) if count == 1 else (TIMES_OF_SEVERAL, OF_SEVERAL)
    shown = 0

    def look(parts: Parts, share: float) -> None:
        nonlocal shown
        due = int(share * (times + 1) + 1e-9)
        if share >= 1 or due <= shown:
            return
        shown = due
        boxes, there = box_of(parts.box[0, :count, 0])
        made = []
        for k in np.flatnonzero(there):
            progress.step(share)
            told = Told(parts.own[0, k], parts.placed[0, k], np.asarray(boxes[k], np.float64))
            made += coarse(generator, told, colour_of(parts.look[0, k, 0]), cells)
        if made or done:
            progress.sketch(Sketch(place([*done, *made]), share, part=part))

    return look


def coarse(
    generator: PartGenerator, told: Told, colour: Sequence[float] | Floats, cells: int = OF_SEVERAL
) -> list[PartMesh]:
    """The rough surface of a part in the object's frame, where there is one."""
    shape = dense(generator.field(told.own), cells)
    ((vertices, faces),) = meshes_of([shape.field], CRUMB)
    if not len(faces):
        return []
    middle, half = own_frame(told.box)
    red, green, blue = (float(value) for value in colour)
    return [PartMesh(vertices * half + middle, faces, colour=(red, green, blue))]
