# SPDX-License-Identifier: GPL-3.0-or-later
"""The places where a new part is put: its own, that of each piece, and that of its mirror image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..engines.base import Offer, PartMesh
from ..geometry.booleans import Mesh
from ..geometry.mesh import near_box
from ..library.wishes import Wishes
from . import fit, frames, hat, seams
from .loads import Load, carrying, floating, loads_of
from .reshape import reshaped


@dataclass(frozen=True)
class Fitted:
    """A new part in its place. how : it was joined; floating : parts that it no longer holds."""

    mesh: Mesh
    how: str
    floating: list[int]


@dataclass(frozen=True)
class Place:
    """A place for an offer: in the object, or where `plane` is given in its mirror image in x.

    of : the part that it is, or belongs to. loads : what the part carries.
    """

    of: int
    frame: frames.Frame
    rest: Mesh
    plane: float | None = None
    loads: Sequence[Load] = ()

    @cached_property
    def near(self) -> Mesh:
        """What is around it, without what is far."""
        vertices, faces = self.rest
        low, high = self.frame.low - self.frame.size, self.frame.high + self.frame.size
        return vertices, faces[near_box(vertices, faces, low, high)]

    @cached_property
    def worn(self) -> hat.Wearing | None:
        """The head that wears the part, if any does."""
        return hat.wearing(self.frame, self.near)

    def fitted(self, offer: Offer, wishes: Wishes, join: str) -> Fitted:
        """The offer here, as wished."""
        mesh, how = _fitted(offer, self, wishes, join)
        left = [] if offer.in_place else floating(mesh, self.frame, self.loads)
        return Fitted(mesh if self.plane is None else _flipped(mesh, self.plane), how, left)


def is_several(mesh: PartMesh) -> bool:
    """Whether a mesh is itself of several pieces alike, as a pair of ears."""
    vertices, faces = mesh.vertices, mesh.faces
    return len(seams.pieces_of(vertices, faces, np.ones(len(faces), bool))) > 1


def _flipped(mesh: Mesh, plane: float) -> Mesh:
    vertices = mesh[0].copy()
    vertices[:, 0] = 2 * plane - vertices[:, 0]
    return vertices, np.ascontiguousarray(mesh[1][:, ::-1])


def places_of(
    vertices: Floats,
    faces: Ints,
    labels: NDArray[np.integer],
    part: int,
    frame: frames.Frame,
    *,
    several: bool,
    twins: bool,
) -> list[Place]:
    """Where a part is to be put: in its place; in that of each piece where there are several
    alike and `several`; and in that of its mirror image, as large but with seams of its own."""
    own = labels == part
    rest = vertices, faces[~own]
    masks = seams.pieces_of(vertices, faces, own) if several else [own]
    found: list[Place] = []
    if len(masks) == 1:
        found.append(Place(part, frame, rest, loads=loads_of(vertices, faces, labels, part, frame)))
    else:
        others = [np.where(own & ~mask, -2, labels) for mask in masks]
        where = [frames.frame_of(vertices, faces, lent, part) for lent in others]
        middle = float(frame.centre[0])
        first = where[0].centre[0] - middle
        for lent, one in zip(others, where, strict=True):
            other = (one.centre[0] - middle) * first < 0 and abs(first) > 0.1 * frame.size
            if other:
                one = _frame_across(vertices, faces, lent, part, middle)
                across = _flipped(rest, middle)
                found.append(Place(part, one, across, middle))
            else:
                found.append(Place(part, one, rest))
    twin = seams.twin_of(vertices, faces, labels, part) if twins else None
    if twin is not None:
        of, plane = twin
        one = _frame_across(vertices, faces, labels, of, plane)
        if len(masks) == 1:
            moved = one.centre - frame.centre
            one = replace(one, low=frame.low + moved, high=frame.high + moved,
                          spread=frame.spread, bulk=frame.bulk, axes=frame.axes,
                          spindle=frame.spindle)  # fmt: skip
        across = _flipped((vertices, faces[labels != of]), plane)
        found.append(Place(of, one, across, plane))
    return found


def _frame_across(
    vertices: Floats, faces: Ints, labels: NDArray[np.integer], part: int, plane: float
) -> frames.Frame:
    return frames.frame_of(*_flipped((vertices, faces), plane), labels, part)


def _fitted(offer: Offer, place: Place, wishes: Wishes, how: str) -> tuple[Mesh, str]:
    frame = place.frame
    shaped = reshaped(offer.mesh.vertices, offer.mesh.faces, wishes.shapes)
    offer = replace(offer, mesh=PartMesh(*shaped, offer.mesh.name))
    scale = wishes.scale.copy()
    scale[np.ptp(shaped[0], axis=0).argmax()] *= wishes.length
    worn = place.worn if offer.worn and not offer.in_place else None
    mesh = fit.placed(frame, offer, scale, mirrored=wishes.mirrored, worn=worn)
    if offer.in_place:
        return seams.copies(mesh, frame, wishes.count), "overlap"
    if worn is None:
        mesh = fit.settled(mesh, frame, place.near)
        if frame.ends is None:
            mesh = carrying(mesh, frame, place.loads)
    mesh = seams.copies(mesh, frame, wishes.count)
    return seams.joined(mesh, frame, place.rest, how)
