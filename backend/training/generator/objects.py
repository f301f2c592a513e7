# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects in whole, closed, named and coloured parts: what the part generator learns from.

`python -m backend.training.generator.objects --data DATA --out FOLDER` writes one file an object,
from artists' objects and from the procedural families. Files that are there already are kept, so
the command can be stopped and run again; a run that is cut off early has all kinds.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...contract.arrays import Floats, Ints, Singles
from ...engines.sculptor import spoken
from ...geometry.booleans import simplified
from ...geometry.mesh import is_closed_manifold
from ...geometry.solids import NotSolid, solid_of
from ...library.index import Library
from ...models.members import FILLED
from ...shapes.families import SCULPTORS
from ...shapes.labelled import connected_pieces, face_areas, face_pairs
from ...shapes.occluded import Whole, pushed, sculpted_parts
from ...shapes.remesh import decimate
from ..library_solids import closed_shells, solid
from .bodies import soundness, visible_areas
from .words_of import artist_colours, family_colours, part_name, title_of

FEWEST_PARTS, MOST_PARTS = 2, 16
MOST_FACES = 6_000  # of a part
LARGEST_MESH = 60_000  # faces of an artist's object
KEPT = 0.9  # share of an object's area that its parts must have
SOUND = 0.97  # share of a part's surface that must be between its inside and its outside
LEAST_SHOWN = 1e-3  # share of the visible area below which a part is left out
SMALLEST_SHELL, MOST_SHELLS = 0.002, 40
DETAIL = (30, 41)  # grid cells along each part of a sculpture
# The last of so many seeds of a family has parts pushed into each other: sculptures hide little of
# their parts, and what completes parts is asked of those of which much is hidden.
PUSHED = 5
STEMS = ("train_nodes", "train_shells", "train_rigs")
MATERIALS = ("train_materials_0", "train_materials_1", "train_materials_2")


@dataclass(frozen=True)
class PartObject:
    """An object in whole parts.

    Parameters
    ----------
    parts : K closed, outward surfaces in the object's frame: y up, front z where that is known, the
        middle of the box at the origin, the longest half extent `FILLED`.
    colours : (K, 3) float32 linear light, 0..1.
    title : what it is called; the names of the parts may be empty.
    kind : where its parts come from; group : what must not straddle two folds.
    """

    parts: list[Whole]
    colours: Singles
    title: str
    kind: str
    group: str

    @property
    def names(self) -> list[str]:
        return [part.name for part in self.parts]


@dataclass(frozen=True)
class Source:
    """Where an object comes from; it can be sent to another process.

    file, identity : an artist's object; without a file a family of sculptures, `seed` one of it.
    lone : whether it is a part of the library, alone; `identity` is its title.
    """

    name: str
    identity: str
    file: Path | None = None
    seed: int = 0
    lone: bool = False

    @property
    def is_sculpture(self) -> bool:
        return self.file is None and not self.lone

    def made(self) -> PartObject | None:
        """The object; None where it is of no use."""
        rng = np.random.default_rng(zlib.crc32(self.name.encode()))
        if self.lone:
            return framed(self._lone(rng))
        found = self._sculpted(rng) if self.file is None else self._artists(rng)
        return None if found is None else framed(found)

    def _lone(self, rng: np.random.Generator) -> PartObject:
        library = Library()
        entry = library.named(self.identity)
        part = fewer(Whole(*library.mesh(entry, self.seed), entry.title))
        colours = artist_colours([entry.title], [0], rng)
        return PartObject([part], colours, entry.kind, "library", f"library_{entry.title}")

    def _sculpted(self, rng: np.random.Generator) -> PartObject | None:
        key = [zlib.crc32(self.identity.encode()), self.seed]
        sculpture = SCULPTORS[self.identity](np.random.default_rng(key))
        opinions = sculpture.opinions or [(1.0, ())]
        weight = np.array([w for w, _ in opinions])
        rules = opinions[int(rng.choice(len(opinions), p=weight / weight.sum()))][1]
        wholes = sculpted_parts(sculpture, rules, detail=int(rng.integers(*DETAIL)))
        # Sculptures stand on z and look along -y.
        turned = [replace(w, vertices=w.vertices[:, [0, 2, 1]] * [1, 1, -1]) for w in wholes]
        if self.seed % PUSHED == PUSHED - 1:
            turned = pushed(turned, rng)
        parts = chosen([fewer(whole) for whole in turned])
        if parts is None:
            return None
        colours = family_colours(self.identity, [part.name for part in parts], rng)
        parts = [replace(part, name=spoken(part.name)) for part in parts]
        title = self.identity.replace("_", " ")
        return PartObject(parts, colours, title, "procedural", f"shape_{self.identity}")

    def _artists(self, rng: np.random.Generator) -> PartObject | None:
        assert self.file is not None
        with np.load(self.file) as z:
            faces = z[self.identity + "/faces"].astype(np.int64)
            if len(faces) > LARGEST_MESH:
                return None
            vertices = z[self.identity + "/vertices"].astype(np.float64)
            labels = z[self.identity + "/face_part"].astype(np.int64)
            names = json.loads(str(z[self.identity + "/part_names"]))
            meta = json.loads(str(z[self.identity + "/meta"]))
        if meta["up"] == "Z":  # robots stand on z and look along x
            vertices = vertices[:, [1, 2, 0]]
        kind = str(meta["part_kind"])
        wholes = solids(vertices, faces, labels, names, strict=kind == "materials")
        if wholes is None and kind == "materials":
            kind = "coloured"
            wholes = solids(vertices, *shells(vertices, faces, labels, names))
        parts = None if wholes is None else chosen([fewer(whole) for whole in wholes])
        if parts is None:
            return None
        parts = [replace(part, name=part_name(part.name)) for part in parts]
        colours = artist_colours([part.name for part in parts], alike(parts), rng)
        title = title_of(meta, self.identity)
        return PartObject(parts, colours, title, kind, str(meta.get("group", self.name)))


def solids(
    vertices: Floats, faces: Ints, labels: Ints, names: list[str], *, strict: bool = False
) -> list[Whole] | None:
    """The parts of a labelled mesh as solids; None where those that are none have too much area.

    strict : whether all must be solids.
    """
    area = face_areas(vertices, faces)
    allowed = 0.0 if strict else (1 - KEPT) * area.sum()
    wholes, lost = [], 0.0
    for label in range(int(labels.max(initial=-1)) + 1):
        own = labels == label
        if not own.any():
            continue
        found = whole_of(vertices, faces[own])
        if found is None:
            lost += float(area[own].sum())
            if lost > allowed:
                return None
        else:
            wholes.append(Whole(*found, names[label] if label < len(names) else ""))
    return wholes


def whole_of(vertices: Floats, faces: Ints) -> tuple[Floats, Ints] | None:
    """A cut-out surface as a solid; where it is open, as a simpler one with lids.

    None where there is none, or where it runs through itself.
    """
    try:
        found: tuple[Floats, Ints] | None = solid_of(vertices, faces)
    except NotSolid:
        found = solid(closed_shells(vertices, faces))
    return found if found is not None and soundness(*found) >= SOUND else None


def shells(
    vertices: Floats, faces: Ints, labels: Ints, names: list[str]
) -> tuple[Ints, Ints, list[str]]:
    """The faces of a mesh's largest connected pieces, the piece of each, and the pieces' names."""
    count, piece = connected_pieces(len(faces), face_pairs(faces)[0])
    area = face_areas(vertices, faces)
    total = np.bincount(piece, area, count)
    large = np.argsort(-total)[:MOST_SHELLS]
    kept = large[total[large] > SMALLEST_SHELL * area.sum()]
    rank = np.full(count, -1)
    rank[kept] = np.arange(len(kept))
    label = rank[piece]
    own = []
    for number in range(len(kept)):
        mine = label == number
        share = np.bincount(labels[mine], area[mine], len(names))
        own.append(names[int(share.argmax())])
    return faces[label >= 0], label[label >= 0], own


def fewer(whole: Whole) -> Whole:
    """The part with at most `MOST_FACES` faces, if that can be."""
    if len(whole.faces) <= MOST_FACES:
        return whole
    found = simplified((whole.vertices, whole.faces), MOST_FACES)
    vertices, faces = found or decimate(whole.vertices, whole.faces, MOST_FACES, adaptive=True)[:2]
    return replace(whole, vertices=vertices, faces=faces)


def chosen(parts: list[Whole]) -> list[Whole] | None:
    """The parts that show, the `MOST_PARTS` largest of them; None where too little is left."""
    parts = [p for p in parts if len(p.faces) <= 3 * MOST_FACES and is_closed_manifold(p.faces)]
    if len(parts) < FEWEST_PARTS:
        return None
    area = visible_areas([(part.vertices, part.faces) for part in parts])
    share = area / max(float(area.sum()), 1e-300)
    order = np.argsort(-share, kind="stable")[:MOST_PARTS]
    kept = np.sort(order[share[order] >= LEAST_SHOWN])
    if len(kept) < FEWEST_PARTS or share[kept].sum() < KEPT:
        return None
    return [parts[k] for k in kept]


def alike(parts: list[Whole]) -> list[int]:
    """A number for each part; parts of nearly the same size and proportions share one."""
    seen: dict[tuple[int, ...], int] = {}
    numbers = []
    for part in parts:
        extent = np.sort(np.ptp(part.vertices, axis=0))
        key = tuple(np.rint(np.log(np.maximum(extent, 1e-6)) / 0.06).astype(int).tolist())
        numbers.append(seen.setdefault(key, len(seen)))
    return numbers


def framed(one: PartObject) -> PartObject:
    """The object moved and scaled into its frame."""
    low = np.min([part.vertices.min(axis=0) for part in one.parts], axis=0)
    high = np.max([part.vertices.max(axis=0) for part in one.parts], axis=0)
    scale = 2 * FILLED / float((high - low).max())
    parts = [replace(p, vertices=(p.vertices - (low + high) / 2) * scale) for p in one.parts]
    return replace(one, parts=parts)


def sources(data: Path | None, seeds: int) -> list[Source]:
    """Artists' objects, sculptures and parts of the library, mixed; seeds in their order."""
    rng = np.random.default_rng(0)
    families = [
        Source(f"shape_{family}_{seed:03d}", family, None, seed)
        for seed in range(seeds)
        for family in rng.permutation(sorted(SCULPTORS)).tolist()
    ]
    artists = [] if data is None else list(_artists(data))
    artists = [artists[k] for k in rng.permutation(len(artists))]
    lone = [
        Source(f"lone_{title.replace(' ', '_')}_{seed:03d}", title, None, seed, lone=True)
        for seed in range(seeds)
        for title, entry in Library().by_title.items()
        if seed == 0 or entry.family
    ]
    place = np.concatenate(
        [(np.arange(len(s)) + 0.5) / max(len(s), 1) for s in (artists, families, lone)]
    )
    all_of_them = artists + families + lone
    return [all_of_them[k] for k in np.argsort(place, kind="stable")]


def _artists(data: Path) -> Iterator[Source]:
    for stem in STEMS + MATERIALS:
        file = data / "train" / f"{stem}.npz"
        if not file.is_file():
            continue
        with np.load(file) as archive:
            ids = json.loads(str(archive["ids"]))
        for number, identity in enumerate(ids):
            yield Source(f"{stem}_{number:04d}", identity, file)


def save(path: Path, one: PartObject) -> None:
    """Writes an object."""
    about = {"title": one.title, "kind": one.kind, "group": one.group, "names": one.names}
    arrays: dict[str, Any] = {"about": np.array(json.dumps(about)), "colours": one.colours}
    for k, part in enumerate(one.parts):
        arrays[f"vertices_{k}"] = part.vertices.astype(np.float32)
        arrays[f"faces_{k}"] = part.faces.astype(np.int32)
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        np.savez_compressed(file, **arrays)
    partial.replace(path)


def load(path: Path) -> PartObject:
    """Reads what `save` wrote."""
    with np.load(path, allow_pickle=False) as z:
        about = json.loads(str(z["about"]))
        parts = [
            Whole(z[f"vertices_{k}"].astype(np.float64), z[f"faces_{k}"].astype(np.int64), name)
            for k, name in enumerate(about["names"])
        ]
        return PartObject(parts, z["colours"], about["title"], about["kind"], about["group"])


def _made(source: Source, out: Path) -> str:
    """Make the object of a source unless it is there; what was done."""
    target = out / f"{source.name}.npz"
    if target.exists() or target.with_suffix(".skip").exists():
        return "kept"
    try:
        found = source.made()
        if found is None:
            target.with_suffix(".skip").touch()
            return "skipped"
        save(target, found)
    except Exception as error:  # one bad object must not end a run over thousands
        return f"failed: {type(error).__name__}: {error}"
    return "made"


def main(argv: list[str] | None = None) -> int:
    """Command line; returns an exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.training.generator.objects", description=__doc__
    )
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="holds train/*.npz")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--seeds", type=int, default=16, metavar="N", help="of each family")
    parser.add_argument("--families", metavar="NAMES", help="these alone, separated by commas")
    parser.add_argument("--jobs", type=int, default=2, metavar="N")
    options = parser.parse_args(argv)
    if options.data and not (options.data / "train").is_dir():
        parser.error(f"{options.data} has no folder train. Name the one of the labelled objects.")
    options.out.mkdir(parents=True, exist_ok=True)
    wanted = sources(options.data, options.seeds)
    if options.families:
        these = options.families.split(",")
        if strange := set(these) - set(SCULPTORS):
            parser.error(f"There is no family {', '.join(sorted(strange))}.")
        wanted = [one for one in wanted if one.is_sculpture and one.identity in these]
    begun = time.monotonic()
    counts: Counter[str] = Counter()
    with ProcessPoolExecutor(options.jobs) as pool:
        results = pool.map(_made, wanted, [options.out] * len(wanted), chunksize=2)
        for done, (source, said) in enumerate(zip(wanted, results, strict=True), 1):
            counts[said.split(":")[0]] += 1
            if said.startswith("failed") or done % 50 == 0:
                told = f"{done}/{len(wanted)} {source.name}: {said}"
                print(f"{told}, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    print(", ".join(f"{count} {said}" for said, count in sorted(counts.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
