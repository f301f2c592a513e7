# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the bundled parts anew, from the training objects that are CC0 and the recipe beside this.

Each part is cut out, turned upright, welded, its shells closed (caps where it was cut, a little
thickness where it is a sheet), joined to one solid, brought to a few hundred triangles and unit
size; where it touched its neighbours is where it will be held. The families of `library.families`
are listed after them. The same data give the same files.

`python -m backend.training.library DATA [--sheet FOLDER]`, DATA with `train/*.npz`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..geometry.mesh import signed_volume
from ..library.index import FOLDER, INDEX, MESHES, THUMBNAILS
from .library_files import credits_page, write
from .library_parts import Made, make, of_families
from .library_recipe import RECIPE, Objects, recipe

CREDITS = "CREDITS.md"


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes the library and, where asked, contact sheets of it."""
    parser = argparse.ArgumentParser(prog="python -m backend.training.library")
    parser.add_argument("data", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=FOLDER)
    parser.add_argument("--sheet", type=Path, help="a folder for contact sheets")
    options = parser.parse_args(arguments)
    objects = Objects(options.data)
    parts: list[Made] = []
    for wanted in recipe(RECIPE.read_text(encoding="utf-8")):
        part = make(wanted, objects)
        if part is None:
            print(f"left out: {wanted.title} ({wanted.source}/{wanted.part})")
        elif any(_same(part, other) for other in parts):
            print(f"twice: {wanted.title}")
        else:
            parts.append(part)
    parts += of_families()
    titles = [part.title for part in parts]
    double = sorted({title for title in titles if titles.count(title) > 1})
    if double:
        raise SystemExit(f"Titles that are not unique: {', '.join(double)}")
    write(parts, options.output)
    (options.output / CREDITS).write_text(credits_page(parts), encoding="utf-8", newline="\n")
    files = [options.output / name for name in (INDEX, MESHES, THUMBNAILS)]
    print(f"{len(parts)} parts, {sum(file.stat().st_size for file in files)} bytes")
    if options.sheet:
        _sheets(parts, options.sheet)


def _same(one: Made, other: Made) -> bool:
    """Whether two parts have the same shape."""
    if one.faces.shape != other.faces.shape or one.vertices.shape != other.vertices.shape:
        return False
    spans = np.ptp(one.vertices, axis=0) - np.ptp(other.vertices, axis=0)
    return bool(
        np.abs(spans).max() < 1e-3
        and abs(signed_volume(one.vertices, one.faces) - signed_volume(other.vertices, other.faces))
        < 1e-5
    )


def _sheets(parts: Sequence[Made], folder: Path, columns: int = 12, rows: int = 10) -> None:
    from ..pictures.preview import Cell, contact_sheet

    folder.mkdir(parents=True, exist_ok=True)
    size = columns * rows
    for page in range(0, len(parts), size):
        cells = []
        for part in parts[page : page + size]:
            # The faces near the place where it is held have a colour of their own.
            gap = np.linalg.norm(part.vertices[part.faces].mean(axis=1) - part.anchor, axis=1)
            held = (gap < max(part.reach, 0.06)).astype(np.int64)
            cells.append(Cell(part.vertices, part.faces, held, f"{part.title} {len(part.faces)}"))
        sheet = [cells[i : i + columns] for i in range(0, len(cells), columns)]
        contact_sheet(folder / f"library-{page // size}.png", sheet)


if __name__ == "__main__":
    main()
