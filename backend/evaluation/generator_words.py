# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a part made from a word is what the word says: its nearest true parts carry that name.

A word is asked for alone, and in the place of a part of another kind, where the old part's box and
the parts around it speak against it. True parts are those of families at seeds that training never
reaches. Two shapes are compared by the Chamfer distance of points of their surfaces, each in a
frame of its own.
"""

from __future__ import annotations

import time
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from ..contract.arrays import Floats
from ..engines.part_making import sampled_parts, surfaces
from ..engines.part_memory import remember
from ..engines.part_words import meaning
from ..geometry.booleans import Mesh
from ..latents.part_request import Request
from .completion import Figures
from .data import Labelled
from .generator_figures import box_of, chamfer, cloud
from .generator_objects import FIRST_SEED, FLOW, assembled, bare, engine, upright
from .generator_parts import nearest_entry

ASKED = 24  # names, and seeds of each where there are fewer names
OBJECTS = 96  # whose parts are the bank
FIRST = 5  # nearest true parts that are looked at
FEWEST = 6  # true parts of a name that is asked for
HOSTS = 24  # objects in which a part gives its place to another
IN_PLACE = f"{FLOW} in place"
OTHER = 0.5  # cosine of two names, from which they may be of one kind
POINTS = 384  # of each surface


@dataclass(frozen=True)
class Named:
    """A true part. name : without sides. of : its object. as_is, cube : (POINTS, 3) of its surface,
    its longest half 1, and each half 1."""

    name: str
    of: str
    mesh: Mesh = field(repr=False)
    as_is: Floats = field(repr=False)
    cube: Floats = field(repr=False)


@dataclass(frozen=True)
class Vocabulary:
    """Names to be asked for, as one case. count : how many. objects : see `bank`."""

    count: int = ASKED
    objects: int = OBJECTS
    name: str = "names"
    nothing: str = "there are too few true parts of one name"

    def read(self) -> Labelled | None:
        """An object without a surface; its names are those that are asked for."""
        nothing = np.empty((0, 3))
        faces = nothing.astype(np.int64)
        names = asked(bank(self.objects), self.count)
        labels = np.empty((1, 0), np.int64)
        if not names:
            return None
        return Labelled(f"{self.name}-{self.objects}", "names", nothing, faces, labels, names=names)


@cache
def bank(objects: int) -> tuple[Named, ...]:
    """The named parts of so many objects."""
    found = []
    for source in upright(objects, FIRST_SEED):
        item = source.read()
        if item is None:
            continue
        whole = assembled(item)
        for number, name in enumerate(item.names):
            mesh = whole.part(number)
            found.append(Named(bare(name), item.name, mesh, *_clouds(mesh)))
    return tuple(found)


def _clouds(mesh: Mesh) -> tuple[Floats, Floats]:
    box, points = box_of(mesh), cloud(mesh, count=POINTS)
    return box.as_is(points), box.cube(points)


def asked(known: Sequence[Named], count: int) -> tuple[str, ...]:
    """So many names of the bank, the commonest first, again from there where there are fewer."""
    often = Counter(one.name for one in known)
    names = [name for name, times in often.most_common() if times >= FEWEST
             and name and meaning(name).known]  # fmt: skip
    return tuple(np.resize(names, count).tolist()) if names else ()


def said(item: Labelled, methods: Sequence[str], seed: int) -> dict[str, dict[int, Figures]]:
    """Of each name that is asked for, what is made by each method, among the true parts."""
    known = bank(int(item.name.rpartition("-")[2]))
    found: dict[str, dict[int, Figures]] = {}
    before: Counter[str] = Counter()
    for number, name in enumerate(item.names):
        own, before[name] = seed + before[name], before[name] + 1
        for method in methods:
            began = time.perf_counter()
            figures = WAYS[method](name, own, known)
            figures["seconds"] = time.perf_counter() - began
            found.setdefault(method, {})[number] = figures
    return found


def among(mesh: Mesh | None, name: str, known: Sequence[Named], but: str = "") -> Figures:
    """How many of the nearest true parts have a name; none of the object `but` counts."""
    if mesh is None:
        return {"first": 0.0, "any": 0.0, "share": 0.0, "cube": 0.0}
    as_is, cube = _clouds(mesh)
    others = [one for one in known if one.of != but]
    right = np.array([one.name == name for one in others])
    near = right[np.argsort([chamfer(as_is, one.as_is) for one in others])[:FIRST]]
    in_cube = right[np.argsort([chamfer(cube, one.cube) for one in others])[:FIRST]]
    return {
        "first": float(near[0]),
        "any": float(near.any()),
        "share": float(near.mean()),
        "cube": float(in_cube.any()),
    }


def of_flow(name: str, seed: int, known: Sequence[Named]) -> Figures:
    """A part of a word alone."""
    flow = engine()
    request = Request(flow.generator.flow.config, 1)
    word = meaning(name)
    request.tell("words", word.vector, 0)
    remember(flow.generator, request, 0, word.words, None, seed, flow.ways.begun)
    parts = sampled_parts(flow.generator, request, flow.ways, seed)
    made = surfaces(flow.generator, parts, [0], flow.ways.cells)
    return among((made[0].vertices, made[0].faces) if made else None, name, known)


def in_place(name: str, seed: int, known: Sequence[Named]) -> Figures:
    """What the engine puts in the place of a part of another kind, where nothing has the name."""
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    places = other_places(name)
    item, part = places[int(rng.integers(len(places)))]
    whole, old = assembled(item), bare(item.names[part])
    offers = engine().replace(
        whole.vertices, whole.faces, whole.labels.astype(np.int32), part,
        name=old, title=whole.title, text=name, seed=seed,
    )  # fmt: skip
    made = [(one.mesh.vertices, one.mesh.faces) for one in offers]
    return among(made[0] if made else None, name, known, item.name)


@cache
def other_places(name: str) -> list[tuple[Labelled, int]]:
    """Parts of another kind, each with its object, in which nothing has a name."""
    word, found = meaning(name), []
    for source in upright(HOSTS, FIRST_SEED):
        item = source.read()
        if item is None or name in map(bare, item.names):
            continue
        for part, old in enumerate(map(bare, item.names)):
            if (was := meaning(old)).known and was.vector @ word.vector < OTHER:
                found.append((item, part))
    return found


def of_library(name: str, seed: int, known: Sequence[Named]) -> Figures:
    """What the library calls most alike."""
    return among(nearest_entry(name, seed), name, known)


def of_truth(name: str, seed: int, known: Sequence[Named]) -> Figures:
    """A true part among those of other objects: what the names of shapes allow."""
    own = [one for one in known if one.name == name]
    one = own[seed % len(own)]
    return among(one.mesh, name, known, one.of)


def of_chance(name: str, seed: int, known: Sequence[Named]) -> Figures:
    """Any true parts."""
    share = sum(one.name == name for one in known) / len(known)
    some = 1 - (1 - share) ** FIRST
    return {"first": share, "any": some, "share": share, "cube": some}


WAYS: dict[str, Callable[[str, int, Sequence[Named]], Figures]] = {
    "chance": of_chance,
    "library": of_library,
    FLOW: of_flow,
    IN_PLACE: in_place,
    "true part": of_truth,
}
