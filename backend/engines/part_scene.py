# SPDX-License-Identifier: GPL-3.0-or-later
"""An object that is there, as the part generator is told of it: its frame, its parts, and which of
them are nearest to one that is to be made.

The flow has learned from whole parts. Neighbours are closed before they are told of; one of which
little is visible is told as what is seen of it, and the flow makes up the rest.
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
from .part_lids import Lidded, lidded
from .part_place import Contact, contact_of
from .part_words import named

TOGETHER = 8  # parts of one request, as many as the flow has learned from
MOST_LIDS = 0.3  # of a part's surface, with which it still is as good as known


@dataclass
class Scene:
    """vertices : (V, 3), +y up; faces : (F, 3); labels : (F,) part of each face. title : what it is
    called, empty for unknown."""

    generator: PartGenerator
    vertices: Floats
    faces: Ints
    labels: NDArray[np.integer]
    title: str = ""
    _told: dict[int, Told] = field(default_factory=dict, repr=False)
    _lidded: dict[int, Lidded] = field(default_factory=dict, repr=False)

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

    def lidded(self, part: int) -> Lidded:
        """A part, closed, in the object's frame."""
        if part not in self._lidded:
            own = self.faces[self.labels == part]
            used = used_by(own)
            self._lidded[part] = lidded(self.placed[used], np.searchsorted(used, own))
        return self._lidded[part]

    def told(self, part: int) -> Told:
        """A part, closed; what is seen of it where that is not as good as known."""
        if part not in self._told:
            mesh = self.lidded(part)
            faces = mesh.faces if self.is_known(part) else mesh.faces[: len(mesh.faces) - mesh.lids]
            self._told[part] = self.generator.told(mesh.vertices, faces)
        return self._told[part]

    def is_known(self, part: int) -> bool:
        """Whether enough of a part is visible."""
        return self.lidded(part).share <= MOST_LIDS

    def contact(self, part: int) -> Contact:
        """Where a part touches the others."""
        own = self.labels == part
        rest = self.faces[~own]
        used, first = np.unique(rest, return_index=True)
        samples = sampled(self.placed, self.faces[own], POINTS[PLACED]).points
        points = self.placed[used_by(self.faces[own])]
        other = self.labels[~own][first // 3]
        return contact_of(points, self.placed[used], other.astype(np.int64), samples)

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
        """A request for one part, the first, among `most` others that are known, or made up from
        what is seen of them; all that is farther is told together. What the object is called is
        told where words are known of it: "leg" alone says little."""
        others = self.nearest(part)
        near, far = others[:most], others[most:]
        request = Request(self.generator.flow.config, 1 + len(near))
        if (title := named(self.title)).known:
            request.tell("title", title.vector)
        for k, other in enumerate(near, 1):
            told = self.told(other)
            if self.is_known(other):
                request.know_part(k, told)
            else:
                request.know_box(k, told.box)
                request.see(k, told)
        if far:
            meshes = [(one.vertices, one.faces) for one in map(self.lidded, far)]
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
