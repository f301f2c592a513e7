# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects one of whose parts is another kind of thing, so that the flow listens to words.

In whole objects the box and the other parts say what a part is, and words add little: what learned
from these alone makes a head of a "hat" that is asked for in the place of a head.
`python -m backend.training.generator.grafts --objects FOLDER --count N` writes files beside those
of `objects`, each an object of the folder with a part of another one, which stands where the old
part stood as the engine lets it stand. Those that are there already are kept.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ...contract.arrays import Floats
from ...engines.part_place import contact_of, filling, held_box
from ...engines.part_words import Meaning, named
from ...latents.part_generator import sampled
from ...shapes.occluded import Whole
from .objects import PartObject, chosen, framed, load, save
from .samples import held_out

NAME = "graft"
NAMED = ("shape", "lone", "train_nodes", "train_rigs")  # files whose names say what a part is
ALIKE = 0.5  # cosine of two names, from which a part would not be another kind of thing
STRETCHED = 0.25  # of the parts fill the old one's box
SIZE = 0.3  # deviation of the log of a part's longest side, beside that of the old one
SAMPLES = 1024  # of an old part's surface, to find where it touches others
TRIES = 8  # of a graft, until one has something to it


@dataclass(frozen=True)
class Known:
    """A named part of an object. of : the file; part : its number; meaning : (D,)."""

    of: Path
    part: int
    name: str
    meaning: Floats = field(repr=False, compare=False)


def known_parts(folder: Path) -> list[Known]:
    """The parts of a folder's objects that are learned from and whose names mean something."""
    found = []
    meant: dict[str, Meaning] = {}
    for path in sorted(folder.glob("*.npz")):
        if not path.stem.startswith(NAMED):  # materials say what it is made of
            continue
        one = load(path)
        if held_out(one.group, path.stem):
            continue
        for number, name in enumerate(one.names):
            if name not in meant:
                meant[name] = named(name)
            if meant[name].known:
                found.append(Known(path, number, name, meant[name].vector))
    return found


def grafted(
    one: PartObject, part: int, donor: Whole, colour: Floats, rng: np.random.Generator
) -> PartObject | None:
    """An object with another part in the place of one of its own; None where that hardly shows.

    donor : upright in the frame of its own object. colour : (3,) of it. It becomes the first part.
    """
    old = one.parts[part]
    box = np.stack([old.vertices.min(axis=0), old.vertices.max(axis=0)])
    if rng.random() >= STRETCHED:
        larger = float(np.exp(SIZE * rng.standard_normal()))
        others = [other.vertices for k, other in enumerate(one.parts) if k != part]
        contact = contact_of(
            old.vertices,
            np.concatenate(others),
            np.repeat(np.arange(len(others)), [len(points) for points in others]),
            sampled(old.vertices, old.faces, SAMPLES).points,
        )
        box = held_box(np.ptp(donor.vertices, axis=0), box, contact, larger)
    new = replace(donor, vertices=filling(donor.vertices, box[0], box[1]))
    rest = [k for k in range(len(one.parts)) if k != part]
    parts = [new, *(one.parts[k] for k in rest)]
    colours = np.stack([colour, *one.colours[rest]])
    shown = chosen(parts)
    if shown is None or shown[0] is not new:
        return None
    kept = [k for k, other in enumerate(parts) if any(other is it for it in shown)]
    return framed(replace(one, parts=shown, colours=colours[kept], kind=NAME))


def made(parts: Sequence[Known], rng: np.random.Generator) -> PartObject | None:
    """An object of several parts with one of another name, each name as often as others."""
    hosts = [one for one in parts if not one.of.stem.startswith("lone")]
    by_name: dict[str, list[Known]] = {}
    for one in parts:
        by_name.setdefault(one.name, []).append(one)
    names = sorted(by_name)
    for _ in range(TRIES):
        host = hosts[int(rng.integers(len(hosts)))]
        others = by_name[names[int(rng.integers(len(names)))]]
        guest = others[int(rng.integers(len(others)))]
        if host.meaning @ guest.meaning >= ALIKE:
            continue
        donor = load(guest.of)
        found = grafted(
            load(host.of), host.part, donor.parts[guest.part], donor.colours[guest.part], rng
        )
        if found is not None:
            return found
    return None


def main(argv: list[str] | None = None) -> int:
    """Command line; returns an exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.training.generator.grafts", description=__doc__
    )
    parser.add_argument("--objects", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--count", type=int, required=True, metavar="N")
    options = parser.parse_args(argv)
    parts = known_parts(options.objects)
    if not any(not one.of.stem.startswith("lone") for one in parts):
        parser.error(f"{options.objects} has no objects with named parts.")
    written = 0
    for number in range(options.count):
        target = options.objects / f"{NAME}_{number:05d}.npz"
        if target.exists():
            continue
        found = made(parts, np.random.default_rng([number]))
        if found is not None:
            save(target, found)
            written += 1
        if (number + 1) % 100 == 0:
            print(f"{number + 1}/{options.count}", file=sys.stderr, flush=True)
    print(f"{written} made")
    return 0


if __name__ == "__main__":
    sys.exit(main())
