# SPDX-License-Identifier: GPL-3.0-or-later
"""Contact sheets of completed parts: what is visible, what was made of it, and the truth."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from ..contract.arrays import Bools, Floats, Ints
from ..contract.palette import oklch_to_linear
from ..pictures.preview import Cell, best_turn, contact_sheet
from .completion import ON, SHARES, Example, distances
from .runner import Drawn, Measured, written

SHOWN = ("cap", "hidden")  # methods of a sheet, where they were measured
FINE = 0.04  # longest edge of the truth, so that the border of what is hidden is told
ROW = 10  # most cells in a row

# Others, visible, and what was hidden: grey, blue and orange.
COLOURS = oklch_to_linear([0.86, 0.68, 0.76], [0.0, 0.11, 0.16], np.radians([0.0, 255.0, 60.0]))
TITLE = "The object, a part's visible surface (blue), what was made of it (orange), and the truth"


def complete_sheet(path: Path, shown: Sequence[Measured]) -> None:
    """A row for each part: the object, the visible surface, each method, and the truth."""
    rows = [_row(one) for one in shown]
    if rows:
        each = max(ROW // len(rows[0]), 1)
        wide = [list(chain(*rows[k : k + each])) for k in range(0, len(rows), each)]
        contact_sheet(path, wide, cell=200, title=TITLE)


def worth_showing(measured: Sequence[Measured]) -> list[Measured]:
    """Of the parts of an object the first of each hidden share, but none that is all visible."""
    first: dict[tuple[str, str], Measured] = {}
    for one in measured:
        if one.kind != next(iter(SHARES)) and one.drawn is not None:
            first.setdefault((one.drawn.item.name, one.kind), one)
    return list(first.values())


def _row(one: Measured) -> list[Cell]:
    assert one.drawn is not None
    item, part = one.drawn.item, one.part
    example = Example(item)
    whole, hidden = truth_in_pieces(example, part)
    turn = best_turn(*whole, hidden, item.up)

    def cell(mesh: tuple[Floats, Ints], colour: Ints, caption: str) -> Cell:
        return Cell(*mesh, colour, caption, item.up, COLOURS, turn)

    visible = example.visible(part)
    mine = (example.labels == part).astype(np.int64)
    row = [
        cell((example.vertices, example.faces), mine, one.name),
        cell((example.vertices, visible), np.ones(len(visible), np.int64), "visible"),
    ]
    for name in _methods(one.drawn):
        guess = one.drawn.outcomes[name].guesses[part]
        figures = one.figures[name]
        iou, f = written(figures, "iou", ".2f"), written(figures, "f_hidden", ".2f")
        caption = f"{name} {iou}, hidden F {f}"
        row.append(cell((guess.vertices, guess.faces), 1 + guess.new, caption))
    share = example.hidden[part]
    row.append(cell(whole, 1 + hidden, f"truth, {share:.0%} hidden"))
    return row


def _methods(drawn: Drawn) -> list[str]:
    measured = list(drawn.outcomes)
    return [name for name in SHOWN if name in measured] or measured


def truth_in_pieces(example: Example, part: int) -> tuple[tuple[Floats, Ints], Bools]:
    """The whole part in small triangles, and which of them are hidden: (F,)."""
    from trimesh.remesh import subdivide_to_size

    vertices, faces = subdivide_to_size(*example.wholes[part], FINE, max_iter=12)
    mesh = np.asarray(vertices, np.float64), np.asarray(faces, np.int64)
    middle = mesh[0][mesh[1]].mean(axis=1)
    return mesh, distances(middle, example.vertices, example.visible(part)) > ON
