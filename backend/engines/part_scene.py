# SPDX-License-Identifier: GPL-3.0-or-later
"""An object that is there, as the part generator is told of it: its frame, its parts, and which of
them are nearest to one that is to be made.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..geometry.mesh import used_by
from ..latents.part_generator import POINTS, Frame, PartGenerator, Surface, Told, sampled
from ..latents.part_request import Request
from ..models.partset import PLACED, WHOLE

TOGETHER = 8  # parts of one request, as many as the flow has learned from


@dataclass
class Scene:
    """vertices : (V, 3), +y up; faces : (F, 3); labels : (F,) part of each face."""

    generator: PartGenerator
    vertices: Floats
    faces: Ints
    labels: NDArray[np.integer]
    _told: dict[int, Told] = field(default_factory=dict, repr=False)

    @cached_property
    def frame(self) -> Frame:
        """The object's."""
        return Frame.around(self.vertices[used_by(self.faces)])

    @cached_property
    def placed(self) -> Floats:
        """(V, 3) in the object's frame."""
        return self.frame.into(np.asarray(self.vertices, np.float64))

    @cached_property
    def boxes(self) -> dict[int, Floats]:
        """(2, 3) of each part, in the object's frame."""
        found = {}
        for part in np.unique(self.labels):
            points = self.placed[used_by(self.faces[self.labels == part])]
            found[int(part)] = np.stack([points.min(axis=0), points.max(axis=0)])
        return found

    @property
    def limits(self) -> Floats:
        """(2, 3) the object's box in its frame."""
        every = np.stack(list(self.boxes.values()))
        return np.stack([every[:, 0].min(axis=0), every[:, 1].max(axis=0)])

    def told(self, part: int) -> Told:
        """A part as far as it is seen."""
        if part not in self._told:
            own = self.faces[self.labels == part]
            self._told[part] = self.generator.told(self.placed, own)
        return self._told[part]

    def nearest(self, part: int) -> list[int]:
        """All other parts, those first whose boxes are nearest."""
        low, high = self.boxes[part]
        gaps = {}
        for other, (first, last) in self.boxes.items():
            gap = np.linalg.norm(np.maximum(np.maximum(first - high, low - last), 0))
            apart = np.linalg.norm((first + last - low - high) / 2)
            gaps[other] = float(gap), float(apart)
        return sorted((one for one in gaps if one != part), key=lambda one: (gaps[one], one))

    def around(self, part: int, most: int = TOGETHER - 1) -> Request:
        """A request for one part, the first, among `most` others that are known; all that is
        farther is told together."""
        others = self.nearest(part)
        near, far = others[:most], others[most:]
        request = Request(self.generator.flow.config, 1 + len(near))
        for k, other in enumerate(near, 1):
            request.know_part(k, self.told(other))
        if far:
            meshes = [(self.placed, self.faces[self.labels == other]) for other in far]
            request.tell("before", self.generator.tokens(joined(meshes), PLACED))
        return request

    @cached_property
    def whole(self) -> NDArray[np.float32]:
        """What shows of the object, as tokens."""
        return self.generator.tokens(sampled(self.placed, self.faces, POINTS[WHOLE]), WHOLE)


def joined(meshes: list[tuple[Floats, Ints]]) -> Surface:
    """As many points of each of some meshes, as many in all as are looked at."""
    each = -(-POINTS[PLACED] // len(meshes))
    rows = [sampled(*mesh, each, seed) for seed, mesh in enumerate(meshes)]
    return Surface(
        np.concatenate([row.points for row in rows]), np.concatenate([row.normals for row in rows])
    )
