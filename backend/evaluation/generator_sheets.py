# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of what the part generator makes: ``python -m backend.evaluation.generator_sheets``.

A sheet each of objects made anew part by part, words in the place of parts, pictures, boxes, and a
small scene; of runs that lack a mechanism each, too, where a folder of these is given. All are of
seeds that training never reaches, and none was picked.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from ..engines.base import Box, Brief
from ..geometry.booleans import Mesh, concatenated
from ..pictures.preview import Cell, contact_sheet
from .generation import FAMILIES, pictured
from .generator_layouts import LAYOUTS, SCENE, boxes_of
from .generator_objects import FIRST_SEED, FLOW, Assembled, Upright, assembled, bare, engine, use
from .generator_parts import by_flow, chosen, stretched
from .generator_pictures import parts_of
from .generator_runs import run_engine, runs

ANEW = ("chair", "car", "table", "human", "lamp", "cup", "sword", "locomotive")
REPLACED = (("human", "head"), ("car", "body"), ("table", "top"))  # a family, a part's name
WORDS = (
    "wheel", "hat", "ball", "wing", "handle", "cushion", "bottle", "horn", "box", "leaf", "lid",
    "bowl",
)  # fmt: skip
WIDE = 4  # pairs in a row
Rows = list[list[Cell]]
Sheet = tuple[int, str, Callable[[int, int, Progress], Rows]]  # most cases, title, what draws them


def cell(parts: Sequence[Mesh], caption: str) -> Cell:
    """Parts in colours of their own; nothing at all is a small block."""
    meshes = list(parts) or [(np.eye(4, 3), np.array([[0, 1, 2], [0, 2, 3]]))]
    vertices, faces = concatenated(meshes)
    labels = np.repeat(np.arange(len(meshes)), [len(faces) for _, faces in meshes])
    return Cell(vertices, faces, labels, caption)


def parts_in(whole: Assembled) -> list[Mesh]:
    """The parts of an object, in its frame."""
    return [whole.part(k) for k in range(int(whole.labels.max()) + 1)]


def objects_of(families: Sequence[str]) -> list[tuple[str, Assembled, tuple[str, ...]]]:
    """One object of each: its name, its parts and theirs."""
    found = []
    for family in families:
        item = Upright(family, FIRST_SEED).read()
        if item is not None:
            found.append((item.name, assembled(item), item.names))
    return found


def anew(count: int, seed: int, progress: Progress) -> Rows:
    """Objects beside themselves with each part made anew among the true others."""
    cells = []
    objects = objects_of(ANEW[:count])
    for number, (name, whole, names) in enumerate(objects):
        progress.step(number / len(objects))
        made = [by_flow(whole, k, bare(names[k]), seed) for k in range(len(names))]
        cells += [cell(parts_in(whole), name), cell(made, "each part made anew")]
    return in_rows(cells, 2 * WIDE)


def replaced(count: int, seed: int, progress: Progress) -> Rows:
    """Words in the place of one part of an object each; an object a row."""
    rows = []
    words = WORDS[: max(count, 1)]
    objects = objects_of([family for family, _ in REPLACED])
    for number, ((name, whole, names), (_, part)) in enumerate(zip(objects, REPLACED, strict=True)):
        old = next((k for k, one in enumerate(names) if bare(one) == part), 0)
        parts = parts_in(whole)
        row = [cell(parts, f"{name}: {names[old]}")]
        for k, text in enumerate(words):
            progress.step((number + k / len(words)) / len(objects))
            try:
                offers = engine().replace(
                    whole.vertices, whole.faces, whole.labels.astype(np.int32), old,
                    title=whole.title, text=text, seed=seed,
                )  # fmt: skip
            except BadInput:  # a word that the table lacks
                offers = []
            new = [(offer.mesh.vertices, offer.mesh.faces) for offer in offers[:1]]
            row.append(cell([*parts[:old], *new, *parts[old + 1 :]], text))
        rows.append(row)
    return rows


def from_pictures(count: int, seed: int, progress: Progress) -> Rows:
    """Objects of which a picture and its masks were given, beside what was made of these."""
    cells = []
    objects = objects_of(FAMILIES[:count])
    for number, (name, whole, _) in enumerate(objects):
        progress.step(number / len(objects))
        picture, labels = pictured(whole.vertices, whole.faces, whole.labels)
        made = parts_of(FLOW, picture, labels, seed)
        cells += [cell(parts_in(whole), name), cell(made, "of a picture of its front")]
    return in_rows(cells, 2 * WIDE)


def from_boxes(count: int, seed: int, progress: Progress) -> Rows:
    """Boxes with words and joints, beside what was made in them."""
    cells = []
    for number, (title, boxes) in enumerate(islice(LAYOUTS.items(), count)):
        progress.step(number / len(LAYOUTS))
        cells += _boxed(title, boxes_of(boxes), seed)
    return in_rows(cells, 4)


def scene(count: int, seed: int, progress: Progress) -> Rows:
    """A small scene, of boxes."""
    progress.step()
    return [_boxed("a room", boxes_of(SCENE), seed)]


def _boxed(title: str, boxes: list[Box], seed: int) -> list[Cell]:
    from .generator_parts import CUBE, CUBE_FACES

    there = [np.stack([box.low, box.high]) for box in boxes]
    blocks = [stretched((CUBE, CUBE_FACES), (box, np.array([[0, 1, 1]]))) for box in there]
    made = engine().generate(Brief(boxes=boxes, text=title), seed=seed).parts
    jointed = sum(part.joint is not None for part in made)
    said = f"{len(made)} parts, {jointed} joints"
    return [cell(blocks, title), cell([(one.vertices, one.faces) for one in made], said)]


def by_runs(folder: Path, count: int, seed: int, progress: Progress) -> Rows:
    """A part of an object each, and the same made anew by each run of a folder; a run a row."""
    asked = []
    for family in ANEW[:count]:
        item = Upright(family, FIRST_SEED).read()
        if item is not None and (parts := chosen(item, seed)):
            asked.append((assembled(item), parts[0], item.names[parts[0]]))
    rows = [[cell([whole.part(part)], f"{name}: true") for whole, part, name in asked]]
    known = runs(folder)
    for number, (run, path) in enumerate(known.items()):
        progress.step(number / len(known))
        flow = run_engine(path)
        rows.append([
            cell([by_flow(whole, part, bare(name), seed, flow)], run) for whole, part, name in asked
        ])  # fmt: skip
    return rows


def in_rows(cells: Sequence[Cell], wide: int) -> Rows:
    """So many in a row."""
    return [list(cells[k : k + wide]) for k in range(0, len(cells), wide)]


SHEETS: dict[str, Sheet] = {  # by the name of the file
    "anew": (len(ANEW), "True objects, and each part made anew among the true others", anew),
    "words": (len(WORDS), "A part of three objects replaced by words", replaced),
    "pictures": (8, "Objects, and what was made of a picture and its masks", from_pictures),
    "boxes": (len(LAYOUTS), "Boxes with names and joints, and what was made in them", from_boxes),
    "scene": (1, "A small scene of boxes, and what was made in them", scene),
}


def of_runs(folder: Path) -> Sheet:
    """The sheet of the runs of a folder."""
    return 6, "Parts made anew by runs that lack a mechanism each", partial(by_runs, folder)


def write_sheets(
    folder: Path,
    sheets: Mapping[str, Sheet],
    count: int | None,
    seed: int,
    progress: Progress = SILENT,
) -> list[Path]:
    """Write sheets into a folder. count : cases of each, all for None. Raises what keeps the flow
    engine from running."""
    found = []
    for number, (name, (most, title, draw)) in enumerate(sheets.items()):
        span = progress.span(number / len(sheets), (number + 1) / len(sheets), f"Drawing {name}")
        rows = draw(min(count or most, most), seed, span)
        path = folder / f"generator-{name}.png"
        contact_sheet(path, rows, cell=200 if len(rows[0]) > 2 else 400, title=title)
        found.append(path)
    return found


def main(argv: list[str] | None = None) -> int:
    """Command line; returns an exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.evaluation.generator_sheets", description=__doc__
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--only", metavar="NAMES", help="with commas")
    parser.add_argument("--ablations", type=Path, metavar="FOLDER", help="of runs, for one more")
    parser.add_argument("--count", type=int, metavar="N", help="cases of each sheet")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="not those that ship")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    sheets = dict(SHEETS)
    if options.ablations:
        sheets["ablations"] = of_runs(options.ablations)
    names = options.only.split(",") if options.only else list(sheets)
    if strange := set(names) - set(sheets):
        parser.error(f"There is no sheet {sorted(strange)[0]}. Choose from {', '.join(sheets)}.")
    options.out.mkdir(parents=True, exist_ok=True)
    use(options.weights)
    asked = {name: sheets[name] for name in names}
    for path in write_sheets(options.out, asked, options.count, options.seed):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
