# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts that the part generator knows or makes, one by one, beside simpler ones.

Of a part's own latents: what is lost by encoding and decoding it. Of its box, its name, that of
its object and the parts around it: how near another part comes to the true one.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from ..contract.arrays import Floats
from ..engines.flow import Flow
from ..engines.part_making import filling_mesh, mesh_of, sampled_parts
from ..engines.part_memory import remember
from ..engines.part_scene import Scene
from ..engines.part_words import meaning
from ..engines.projected import meshes_of
from ..geometry.booleans import Mesh
from ..latents.part_generator import POINTS, PartGenerator, Told, sampled
from ..latents.surface import extract
from ..library import words
from ..library.index import library
from ..models.members import own_frame
from ..models.partset import OWN, PLACED
from .completion import Figures
from .data import Labelled
from .generator_figures import box_of, cube_chamfer, shape_figures
from .generator_objects import FLOW, Assembled, assembled, bare, engine

Rows = dict[str, dict[int, Figures]]  # by method, by part
Maker = Callable[[Assembled, int, str, int], Mesh | None]  # of an object, a part, its name, a seed
PARTS = 6  # of an object that are made anew, drawn by chance
PLACED_CELLS = 128  # of the object's frame, for a part in it
CUBE = np.array(list(np.ndindex(2, 2, 2)), float) * 2 - 1
CUBE_FACES = np.array(
    [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1],
     [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]]
)  # fmt: skip


def block(true: Mesh) -> Mesh:
    """The box of a part as a solid."""
    box = box_of(true)
    return CUBE * box.half + box.middle, CUBE_FACES


def coded(item: Labelled, methods: Sequence[str], seed: int) -> Rows:
    """The parts of an object encoded and decoded: as the flow knows them in frames of their own and
    in that of the object, by all of their latents, and blocks in their place."""
    generator, whole = engine().generator, assembled(item)
    found: Rows = {}
    for number in range(len(item.wholes)):
        true = whole.part(number)
        ways: dict[str, Callable[[], Mesh | None]] = {
            "own frame": lambda true=true: mesh_of(  # type: ignore[misc]
                generator, generator.told(*true), engine().ways.cells
            ),
            "object's frame": lambda true=true: in_place(  # type: ignore[misc]
                generator, generator.told(*true)
            ),
            "all latents": partial(by_all_latents, generator, true),
            "block": partial(block, true),
        }
        for name in methods:
            began = time.perf_counter()
            made = ways[name]()
            seconds = time.perf_counter() - began
            figures = shape_figures(true, made, seed) | {"seconds": seconds}
            found.setdefault(name, {})[number] = figures
    return found


def by_all_latents(generator: PartGenerator, true: Mesh) -> Mesh | None:
    """A part by all latents in its own frame, of which the flow knows the principal axes alone."""
    vertices, faces = true
    box = np.stack([vertices.min(axis=0), vertices.max(axis=0)])
    middle, half = own_frame(box)
    surface = sampled((vertices - middle) / half, faces, POINTS[OWN])
    field = generator.decoded(generator.encoded(surface, OWN), OWN)
    return filling_mesh(extract(field, engine().ways.cells), box)


def in_place(generator: PartGenerator, told: Told) -> Mesh | None:
    """A part by its tokens in the object's frame."""
    shape = generator.shape(told.placed, PLACED, PLACED_CELLS)
    ((vertices, faces),) = meshes_of([shape.field])
    return (vertices, faces) if len(faces) else None


def chosen(item: Labelled, seed: int) -> list[int]:
    """Parts of an object whose names say what they are, a few of them by chance."""
    rng = np.random.default_rng([seed, zlib.crc32(item.name.encode())])
    named = [k for k, name in enumerate(item.names) if meaning(bare(name)).known]
    return sorted(rng.permutation(np.array(named, int))[:PARTS].tolist())


def regenerated(item: Labelled, methods: Sequence[str], seed: int) -> Rows:
    """Parts of an object made anew by their name, its own, their box and the other parts."""
    return {method: _anew(item, MAKERS[method], seed) for method in methods}


def regenerated_by(item: Labelled, flow: Flow, seed: int) -> dict[int, Figures]:
    """The same by an engine that is none of the methods."""
    return _anew(item, partial(by_flow, flow=flow), seed)


def _anew(item: Labelled, maker: Maker, seed: int) -> dict[int, Figures]:
    whole = assembled(item)
    found = {}
    for part in chosen(item, seed):
        began = time.perf_counter()
        made = maker(whole, part, bare(item.names[part]), seed)
        seconds = time.perf_counter() - began
        found[part] = compared(whole.part(part), made, seed) | {"seconds": seconds}
    return found


def compared(true: Mesh, made: Mesh | None, seed: int) -> Figures:
    """How near a part comes to the true one; where there is none, as near as a block."""
    figures = {"answered": float(made is not None)}
    made = block(true) if made is None else made
    shape = shape_figures(true, made, seed)
    return figures | {"chamfer": cube_chamfer(true, made, seed), "iou": shape["iou"]}


def by_flow(whole: Assembled, part: int, name: str, seed: int, flow: Flow | None = None) -> Mesh:
    """As the engine makes another of the same kind.

    flow : another than that which is measured; it begins near what it remembers where its ways say.
    """
    level = flow.ways.begun if flow else 1.0
    flow = flow or engine()
    scene = Scene(flow.generator, whole.vertices, whole.faces, whole.labels, whole.title)
    request = scene.around(part)
    said, box = meaning(name), scene.boxes[part]
    remember(flow.generator, request, 0, said.words, box, seed, level)
    if said.known:
        request.tell("words", said.vector, 0)
    parts = sampled_parts(flow.generator, request, flow.ways, seed)
    told = Told(parts.own[0, 0], parts.placed[0, 0], box)
    if flow.generator.flow.config.own:
        made = mesh_of(flow.generator, told, flow.ways.cells)
    else:
        made = in_place(flow.generator, told)
    true = whole.part(part)
    return block(true) if made is None else (scene.frame.out(made[0]), made[1])


def by_library(whole: Assembled, part: int, name: str, seed: int) -> Mesh | None:
    """The library's part of the nearest name, in the box; None for a name without meaning."""
    found = nearest_entry(name, seed)
    return None if found is None else stretched(found, whole.part(part))


def nearest_entry(name: str, seed: int) -> Mesh | None:
    """The library's part whose name is nearest; of families, that of a seed."""
    table = words.table()
    reading = words.read(words.plain(name), library(), table) if name.strip() else None
    if reading is None or not reading.words:
        return None
    entry = words.matches(reading.words, library(), table)[0].entry
    return library().mesh(entry, seed)


def stretched(mesh: Mesh, true: Mesh) -> Mesh:
    """A mesh whose box is that of another."""
    there, here = box_of(true), box_of(mesh)
    vertices: Floats = here.cube(mesh[0]) * there.half + there.middle
    return vertices, mesh[1]


def by_block(whole: Assembled, part: int, name: str, seed: int) -> Mesh:
    """The box itself."""
    return block(whole.part(part))


MAKERS: dict[str, Maker] = {
    "block": by_block,
    "library": by_library,
    FLOW: by_flow,
}
