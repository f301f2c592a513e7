# SPDX-License-Identifier: GPL-3.0-or-later
"""Labelled closed surfaces whose creases do not give the parts away, for training.

`make("human", seed=3)` gives one random figure: a single closed, smooth surface whose limbs flow
into the body, with several opinions on its parts, as people differ in how finely they cut. Props
("kitbash", "tank") are crisp: full of creases of which only some are borders of parts. Each
object is a sculpture of signed distance primitives (see this folder), polygonised, remeshed in a
random style, bent and turned.

A sheet of samples to look at: `python -m backend.shapes.families.make --sheet sheet.png`
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..labelled import LabelledMesh, clean_labels
from ..remesh import bumps, decimate, polygonise, project, random_rotation, relax, warp
from ..sculpt import Sculpture
from . import SCULPTORS

MIN_FACES, MAX_FACES = 4_000, 25_000


def make(
    family: str, seed: int, target_faces: int | None = None, *, turned: bool = True
) -> LabelledMesh:
    """One object of a family, the same for the same arguments, turned at random or upright (z).

    Raises KeyError for an unknown family.
    """
    rng = np.random.default_rng([zlib.crc32(family.encode()), seed])
    return _build(family, SCULPTORS[family], rng, target_faces, turned)


def _build(
    family: str,
    sculptor: Callable[[np.random.Generator], Sculpture],
    rng: np.random.Generator,
    target_faces: int | None = None,
    turned: bool = True,
) -> LabelledMesh:
    sculpture = sculptor(rng)
    v, f = polygonise(sculpture)
    target = target_faces or int(np.exp(rng.uniform(np.log(MIN_FACES), np.log(MAX_FACES))))
    adaptive = bool(rng.random() < (0.8 if sculpture.crisp and target < 12_000 else 0.25))
    v, f, _ = decimate(v, f, target, adaptive=adaptive)
    if not adaptive:
        v = project(sculpture, v if sculpture.crisp else relax(v, f, 2))
    piece = sculpture.part_of(np.ascontiguousarray(v[f].mean(1).T, dtype=np.float32))
    v = _vary(v, f, sculpture.crisp, rng)
    labels, weights, names = label(v, f, piece, sculpture)
    if turned:
        v = v @ random_rotation(rng).T
    return LabelledMesh(v, f, labels, weights, family, names)


def _vary(
    v: NDArray[np.float64], f: NDArray[np.int64], crisp: bool, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Bend, dent, stretch and roughen; the size becomes about one."""
    if not crisp or rng.random() < 0.3:
        v = warp(v, rng, 0.03 * rng.random())
    if not crisp and rng.random() < 0.4:
        v = bumps(v, f, rng, 0.003 * rng.random() ** 2)
    v = v * rng.uniform(0.88, 1.12, 3)
    v = (v - v.mean(0)) / float(np.ptp(v, axis=0).max())
    if rng.random() < 0.3:
        v = v + rng.normal(scale=0.0004 * rng.random(), size=v.shape)
    return v


def label(
    v: NDArray[np.float64], f: NDArray[np.int64], piece: NDArray[np.int64], sculpture: Sculpture
) -> tuple[list[NDArray[np.int32]], list[float], list[list[str]]]:
    """Labels, weights and part names of each distinct opinion of a sculpture.

    `piece` (F,) indexes the sculpture's paths. Opinions with a single part are left out if others
    have more; opinions that come out the same are added up.
    """
    found: list[tuple[float, NDArray[np.int32], list[str]]] = []
    for weight, rules in sculpture.opinions or [(1.0, ())]:
        name_of_path = sculpture.resolve(rules)
        distinct = sorted(set(name_of_path))
        index = np.array([distinct.index(n) for n in name_of_path])
        parts, origin = clean_labels(v, f, index[piece].astype(np.int32))
        names = [distinct[i] for i in origin]
        for i, (other, same, _) in enumerate(found):
            if np.array_equal(same, parts):
                found[i] = (other + weight, same, names)
                break
        else:
            found.append((weight, parts, names))
    found = [o for o in found if o[1].max() > 0] or found
    total = sum(o[0] for o in found)
    return [o[1] for o in found], [o[0] / total for o in found], [o[2] for o in found]


def _family(name: str) -> Callable[[np.random.Generator], LabelledMesh]:
    return lambda rng: _build(name, SCULPTORS[name], rng)


FAMILIES: dict[str, Callable[[np.random.Generator], LabelledMesh]] = {
    name: _family(name) for name in SCULPTORS
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes a contact sheet: one row for each sample, one cell for each of its opinions."""
    from ...pictures.preview import Cell, contact_sheet

    parser = argparse.ArgumentParser(prog="python -m backend.shapes.families.make")
    parser.add_argument("--sheet", required=True, metavar="OUT.png")
    parser.add_argument("--families", default=",".join(SCULPTORS), help="names, comma separated")
    parser.add_argument("--samples", type=int, default=3, help="objects for each family")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    rows = []
    for family in options.families.split(","):
        for seed in range(options.seed, options.seed + options.samples):
            mesh = make(family, seed, turned=False)
            cells = []
            for labels, weight in zip(mesh.labels, mesh.weights, strict=True):
                caption = f"{family} {seed}: {int(labels.max()) + 1} parts, {weight:.2f}"
                cells.append(Cell(mesh.vertices, mesh.faces, labels, caption, up="Z"))
            rows.append(cells)
            print(f"{family} {seed}: {len(mesh.faces)} faces, {len(cells)} opinions")
    contact_sheet(options.sheet, rows)


if __name__ == "__main__":
    main()
