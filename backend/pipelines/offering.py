# SPDX-License-Identifier: GPL-3.0-or-later
"""What could take a part's place, as offers: a mesh of the user's, what a picture shows, a part of
the library, the part itself, or what an engine finds or imagines.

Everything here is in a frame with +Y up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Floats, Ints
from ..contract.errors import BadInput
from ..contract.progress import Progress
from ..engines import registry
from ..engines.base import Offer, PartMesh, ReplaceEngine
from ..engines.offers import different, offer_of
from ..library.index import library
from . import frames, seams, variety
from .complete import cap_parts
from .places import Place, places_of
from .seeds import in_turn

LOOKED_AT = 3  # times as many forms as are asked for, of which those that look alike fall away


@dataclass(frozen=True)
class OldPart:
    """A part whose place is to be taken.

    vertices : (V, 3) of its object; faces : (F, 3); labels : (F,) part of each face. part : which.
    name : what it is called; title : what the object is; empty for unknown.
    """

    vertices: Floats
    faces: Ints
    labels: NDArray[np.int32]
    part: int
    name: str = ""
    title: str = ""

    @cached_property
    def own(self) -> Bools:
        """Which faces are its own: (F,)."""
        return np.asarray(self.labels == self.part)

    @cached_property
    def frame(self) -> frames.Frame:
        """Where it is."""
        return frames.frame_of(self.vertices, self.faces, self.labels, self.part)


@dataclass(frozen=True)
class Offered:
    """What came, or will come.

    engine : that ran, or what the offers are made from. expected : how many there will be, as far
    as that is known. one_by_one : the next is begun only when it is asked for. material : of what
    they are, where words do not say it (`library.wishes.Wishes`).
    """

    engine: str
    offers: Iterable[Offer]
    expected: int = 1
    one_by_one: bool = False
    notice: str = ""
    material: Mapping[str, Any] = field(default_factory=dict)


def of_mesh(mesh: tuple[Floats, Ints], name: str, old: OldPart) -> Offered:
    """A mesh of the user's: held where the old part was held."""
    return Offered("mesh", [_held_alike(mesh, name, old.frame)])


def of_picture(
    image: NDArray[np.uint8],
    name: str,
    old: OldPart,
    engine: str,
    variants: int,
    seed: int,
    options: Mapping[str, Any],
    progress: Progress,
) -> Offered:
    """What a picture (H, W, 4) shows, made by an engine of `generate`."""
    from .pictured import of_picture as made_of

    made = made_of(image, engine, seed, progress, variants, options)
    first = next(made)
    return Offered(
        first.engine,
        (_held_alike(one.mesh, name, old.frame) for one in chain([first], made)),
        variants if first.follows_seed else 1,
        one_by_one=True,
        notice=" ".join(first.notes),
        material={"colour": first.colour, "name": name or "picture"},
    )


def of_source(title: str, variants: int, seed: int) -> Offered:
    """A part of the library by its title; other forms of it where a family makes such."""
    parts = library()
    entry = parts.named(title)
    seeds = range(seed, seed + (LOOKED_AT * variants if entry.family else 1))
    offers = different((offer_of(parts, entry, own) for own in seeds), variants)
    return Offered("source", offers, len(offers))


def of_itself(old: OldPart) -> Offered:
    """The part that is there, closed, where it is."""
    return Offered("shape", [_itself(old)])


def of_engine(
    chosen: registry.Chosen,
    old: OldPart,
    text: str,
    drawing: NDArray[np.uint8] | None,
    variants: int,
    seed: int,
    progress: Progress,
) -> Offered:
    """What an engine answers: to words, or with other parts of the old one's kind.

    progress : with an engine that follows seeds, of all that it makes; else until it has chosen.
    """
    engine, name, notice = chosen.engine, chosen.about.name, chosen.notice
    if engine.follows_seed:
        made = _of_seeds(engine, old, text, drawing, variants, seed, progress)
        return Offered(name, made, variants, one_by_one=True, notice=notice)
    span = progress.span(0.0, 0.5, "Choosing parts")
    if text:
        offers = engine.replace(
            old.vertices, old.faces, old.labels, old.part,
            name=old.name, title=old.title, drawing=drawing, text=text, variants=variants,
            seed=seed, progress=span,
        )  # fmt: skip
    else:
        offers = _again(engine, old, variants, seed, span)
    return Offered(name, offers, len(offers), notice=notice)


def _of_seeds(
    engine: ReplaceEngine,
    old: OldPart,
    text: str,
    drawing: NDArray[np.uint8] | None,
    variants: int,
    seed: int,
    progress: Progress,
) -> Iterator[Offer]:
    """Offers of one seed after the other; those of which nothing comes are left out."""
    came = False
    for own, span in in_turn(seed, variants, progress):
        for offer in engine.replace(
            old.vertices, old.faces, old.labels, old.part,
            name=old.name, title=old.title, drawing=drawing, text=text, variants=1, seed=own,
            progress=span,
        ):  # fmt: skip
            came = True
            yield offer
    if not came:
        raise BadInput("Nothing came out of these words.", "Try other words, or another seed.")


def _again(
    engine: ReplaceEngine, old: OldPart, variants: int, seed: int, progress: Progress
) -> list[Offer]:
    """Other parts of the kind of the old one; of each piece's where it is several alike."""
    vertices, faces, labels, part = old.vertices, old.faces, old.labels, old.part
    pieces = seams.pieces_of(vertices, faces, old.own)
    lent = np.where(old.own & ~pieces[0], -2, labels)
    offers = engine.replace(
        vertices, faces, lent, part, name=old.name, title=old.title,
        variants=max(variety.ASKED, variants * 3 // 2), progress=progress.span(0.0, 0.3),
    )  # fmt: skip
    mesh = _itself(old).mesh
    place = Place(part, old.frame, (vertices, faces[~old.own]))
    if len(pieces) > 1:
        place = places_of(vertices, faces, labels, part, old.frame, several=True, twins=False)[0]
    return variety.again(
        offers, (mesh.vertices, mesh.faces), old.frame, place, len(pieces), old.name, variants,
        seed, progress.span(0.3, 1.0),
    )  # fmt: skip


def _held_alike(mesh: tuple[Floats, Ints], name: str, frame: frames.Frame) -> Offer:
    """A mesh as an offer that is held from where the old part was held."""
    used, numbers = np.unique(mesh[1], return_inverse=True)  # others would count for its size
    vertices, faces = mesh[0][used], numbers.reshape(-1, 3).astype(np.int64)
    if not len(faces):
        raise BadInput("The mesh has no faces.", "Choose another mesh.")
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    size = float((high - low).max())
    if not size > 0:
        raise BadInput("The mesh has no size.", "Choose another mesh.")
    v = (vertices - (low + high) / 2) / size
    side = np.array([0.0, -1.0, 0.0]) if frame.side is None else frame.side
    side = np.eye(3)[np.abs(side).argmax()] * np.sign(side[np.abs(side).argmax()])
    along = v @ side
    near = v[along > along.max() - 0.04]
    middle = (near.min(axis=0) + near.max(axis=0)) / 2
    return Offer(PartMesh(v, faces, name), side, middle, upright=True)


def _itself(old: OldPart) -> Offer:
    caps = cap_parts(old.vertices, old.faces, old.own.astype(np.int32))
    both = np.concatenate([old.vertices, caps.vertices])
    every = np.concatenate([old.faces[old.own], caps.faces[1]])
    used, numbers = np.unique(every, return_inverse=True)
    mesh = PartMesh(both[used], numbers.reshape(-1, 3).astype(np.int64))
    return Offer(mesh, np.zeros(3), np.zeros(3), in_place=True)
