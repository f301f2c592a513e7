# SPDX-License-Identifier: GPL-3.0-or-later
"""Training data of the completer: whole parts that hide each other, and places told apart in them.

`python -m backend.training.completer_data --data DATA --out build/completer` makes two folders:
`objects`, the visible surface of one object a file with its whole parts, and `samples`, what is
known at some thousand places of each part and whether they belong to it. Files that are there
already are kept, so the command can be stopped and run again; after a change of the features remove
`samples` alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..contract.arrays import Floats, Ints
from ..engines.completion_features import NAMES, lifted
from ..engines.lent_surface import Lenders
from ..engines.visible_part import VisibleObject
from ..geometry.winding import WindingNumber
from ..shapes.families import SCULPTORS
from ..shapes.labelled import connected_pieces, face_areas, face_pairs
from ..shapes.occluded import (
    Occluded,
    Whole,
    artist_parts,
    occlude,
    occluders,
    pushed,
    sculpted_parts,
)
from ..shapes.occluded import varied as bent
from .segmenter_data import HELD_OUT, fold

EVEN, NEAR = 640, 320  # places of a part: spread evenly, and near its hidden surface
LEAST_VISIBLE = 0.005  # that a part has of the visible area
LEAST_HIDDEN = 0.01  # of a part's area, so that there is something to learn
MOST_FACES = 60_000  # of an object before it is united
MOST_PARTS, OF_COPIES = 24, 8  # of an object that are sampled, and of a copy or a sculpture
FILES = ("train_nodes", "train_shells")
COLOURED = ("train_materials_0", "train_materials_1", "train_materials_2")  # shells are their parts
SMALLEST, MOST_SHELLS = 0.004, 24  # share of the area of a shell that counts, and how many do
UNREACHED, EVENLY, NEARBY = 0, 1, 2  # how a place was chosen; the first is beyond the engine's grid


LEARNED, CHOOSING, REPORTED = 0, 1, 2  # what a group is for
CHOICE = 24  # folds of a hundred below which groups choose what ships; below HELD_OUT they report


@dataclass(frozen=True)
class ObjectSource:
    """Where whole parts come from; it can be sent to another process.

    file, identity : an artist's object; without a file a family of sculptures, `seed` one of it.
    copy : 1, 2, ... for varied copies with occluders, every other one pushed together.
    shells : whether the parts are its shells, whatever the file's labels say.
    """

    name: str
    identity: str
    file: Path | None = None
    seed: int = 0
    copy: int = 0
    shells: bool = False

    def occluded(self) -> tuple[Occluded, str, str] | None:
        """The object, its group and the kind of its parts; None when it is of no use."""
        rng = np.random.default_rng(zlib.crc32(self.name.encode()))
        if self.file is None:
            sculpture = SCULPTORS[self.identity](
                np.random.default_rng([zlib.crc32(self.identity.encode()), self.seed])
            )
            opinions = sculpture.opinions or [(1.0, ())]
            rules = opinions[int(rng.integers(len(opinions)))][1]
            parts = sculpted_parts(sculpture, rules, detail=30)
            group, kind = f"shape_{self.identity}", "procedural"
        else:
            with np.load(self.file) as z:
                vertices = z[self.identity + "/vertices"].astype(np.float64)
                faces = z[self.identity + "/faces"].astype(np.int64)
                labels = z[self.identity + "/face_part"].astype(np.int64)
                meta = json.loads(str(z[self.identity + "/meta"]))
            if len(faces) > MOST_FACES:
                return None
            if self.shells:
                faces, labels = _shells(vertices, faces)
            parts, _ = artist_parts(vertices, faces, labels)
            group = str(meta.get("group", self.name))
            kind = "coloured" if self.shells else str(meta["part_kind"])
        if self.copy and parts:
            parts = bent(parts, rng, faces=20_000)
            if self.copy % 2 == 0 and len(parts) > 1:
                parts = pushed(parts, rng)
            least = 1 if self.copy % 2 else 0
            parts = [*parts, *occluders(parts, rng, int(rng.integers(least, 3 + least)))]
        found = occlude(parts) if len(parts) > 1 else None
        return None if found is None else (found, group, kind)


def sources(data: Path, sculptures: int, copies: int) -> Iterator[ObjectSource]:
    """Artists' objects, then varied copies of them and sculptures in turns."""
    made = [
        ObjectSource(f"shape_{family}_{seed:03d}", family, None, seed)
        for seed in range(sculptures)
        for family in SCULPTORS
    ]
    artists = []
    for stem in FILES + COLOURED:
        file = data / "train" / f"{stem}.npz"
        if stem in COLOURED and not file.is_file():
            continue
        with np.load(file) as archive:
            ids = json.loads(str(archive["ids"]))
        artists += [
            ObjectSource(f"{stem}_{number:04d}", identity, file, shells=stem in COLOURED)
            for number, identity in enumerate(ids)
        ]
    order = np.random.default_rng(0).permutation(len(artists))
    artists = [artists[k] for k in order]
    turned = [
        replace(one, name=f"{one.name}_copy{copy}", copy=copy)
        for copy in range(1, 1 + copies)
        for one in artists
    ]
    yield from artists
    for k in range(max(len(turned), len(made))):
        yield from turned[k : k + 1]
        yield from made[k : k + 1]


def _shells(vertices: Floats, faces: Ints) -> tuple[Ints, Ints]:
    """The faces of a mesh's largest connected pieces, and the piece of each."""
    count, piece = connected_pieces(len(faces), face_pairs(faces)[0])
    area = np.bincount(piece, face_areas(vertices, faces), count)
    large = np.argsort(-area)[:MOST_SHELLS]
    rank = np.full(count, -1)
    kept = large[area[large] > SMALLEST * area.sum()]
    rank[kept] = np.arange(len(kept))
    label = rank[piece]
    return faces[label >= 0], label[label >= 0]


def save_object(path: Path, found: Occluded, group: str, kind: str) -> None:
    """Writes an object of unit size."""
    low, high = found.vertices.min(0), found.vertices.max(0)
    centre, scale = (low + high) / 2, float((high - low).max())
    arrays = {
        "vertices": (found.vertices - centre) / scale,
        "faces": found.faces.astype(np.int32),
        "labels": found.labels.astype(np.int16),
        "hidden": found.hidden,
        "about": np.array(json.dumps({"group": group, "kind": kind})),
    }
    for k, whole in enumerate(found.wholes):
        arrays[f"whole_vertices_{k}"] = ((whole.vertices - centre) / scale).astype(np.float32)
        arrays[f"whole_faces_{k}"] = whole.faces.astype(np.int32)
    partial = path.with_suffix(".part.npz")
    np.savez_compressed(partial, **arrays)
    partial.replace(path)


@dataclass(frozen=True)
class TrueObject:
    """An object of `objects`: its visible surface and its whole parts."""

    vertices: Floats
    faces: Ints
    labels: Ints
    hidden: Floats
    wholes: list[Whole]
    group: str
    kind: str


def load_object(path: Path) -> TrueObject:
    """Reads what `save_object` wrote."""
    with np.load(path, allow_pickle=False) as z:
        about = json.loads(str(z["about"]))
        wholes = [
            Whole(
                z[f"whole_vertices_{k}"].astype(np.float64),
                z[f"whole_faces_{k}"].astype(np.int64),
            )
            for k in range(len(z["hidden"]))
        ]
        return TrueObject(
            z["vertices"],
            z["faces"].astype(np.int64),
            z["labels"].astype(np.int64),
            z["hidden"],
            wholes,
            about["group"],
            about["kind"],
        )


def sampled(
    true: TrueObject, seed: int, most: int = MOST_PARTS, *, lend: bool = True
) -> dict[str, np.ndarray] | None:
    """Features and truth at places of the parts of an object; None where nothing is hidden.

    features : (N, C) float16. truth : (N,) whether inside the whole part. way : (N,) how each was
    chosen. part : (N,). hidden : (K,).

    most : parts at most. lend : whether siblings and mirror images lend surface, which takes
    longest by far.
    """
    rng = np.random.default_rng(seed)
    object_ = VisibleObject(true.vertices, true.faces, true.labels)
    lenders = Lenders(object_, seed) if lend else None
    visible = np.bincount(true.labels, object_.area, len(true.hidden)) / object_.area.sum()
    chosen = np.flatnonzero((true.hidden >= LEAST_HIDDEN) & (visible >= LEAST_VISIBLE))
    chosen = rng.permutation(chosen)[:most]
    rows: dict[str, list[np.ndarray]] = {name: [] for name in ("features", "truth", "way", "part")}
    for part in chosen:
        lent = None if lenders is None else lenders.lent(int(part))
        seen = object_.part(int(part), lent, seed)
        if seen is None:
            continue
        whole = true.wholes[part]
        winding = WindingNumber(whole.vertices, whole.faces)
        low, high = seen.low, seen.high
        all_low = np.minimum(low, whole.vertices.min(0))
        all_high = np.maximum(high, whole.vertices.max(0))
        even = all_low + rng.random((4 * EVEN, 3)) * (all_high - all_low)
        near = _near_surface(whole, seen.unit, rng)
        points = np.concatenate([even, near])
        way = np.repeat([EVENLY, NEARBY], [len(even), len(near)])
        inside = object_.inside(points)
        keep = inside > 0.5
        keep &= np.cumsum(keep & (way == EVENLY)) <= EVEN
        points, way, inside = points[keep], way[keep], inside[keep]
        way[((points < low) | (points > high)).any(axis=1)] = UNREACHED
        truth = winding(points) > 0.5
        reached = way != UNREACHED
        features = np.zeros((len(points), len(NAMES)), np.float32)
        if reached.any():
            features[reached] = lifted(seen, points[reached], inside[reached])
        rows["features"].append(features.astype(np.float16))
        rows["truth"].append(truth)
        rows["way"].append(way.astype(np.uint8))
        rows["part"].append(np.full(len(points), part, np.int16))
    if not rows["truth"]:
        return None
    return {name: np.concatenate(some) for name, some in rows.items()} | {"hidden": true.hidden}


def _near_surface(whole: Whole, unit: float, rng: np.random.Generator) -> Floats:
    """Places (2 * NEAR, 3) on both sides of a part's surface."""
    triangles = whole.vertices[whole.faces]
    area = np.linalg.norm(
        np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1
    )
    face = rng.choice(len(area), 2 * NEAR, p=area / area.sum())
    weight = rng.dirichlet([1, 1, 1], len(face))
    spread = unit * np.exp(rng.uniform(np.log(0.01), np.log(0.12), (len(face), 1)))
    places = np.einsum("ij,ijk->ik", weight, triangles[face])
    return np.asarray(places + spread * rng.standard_normal((len(face), 3)))


def use_of(group: str) -> int:
    """What the parts of a group are for: LEARNED, CHOOSING or REPORTED."""
    number = fold(group)
    return REPORTED if number < HELD_OUT else CHOOSING if number < CHOICE else LEARNED


def about_object(path: Path) -> tuple[str, str]:
    """Group and kind of an object, without reading the rest of it."""
    with np.load(path, allow_pickle=False) as z:
        about = json.loads(str(z["about"]))
    return about["group"], about["kind"]


def load_samples(path: Path) -> dict[str, Any]:
    """What `sampled` gave, with `group` and `kind` of the object."""
    with np.load(path, allow_pickle=False) as z:
        found = {name: z[name] for name in z.files}
    return found | json.loads(str(found.pop("about")))


def _made(source: ObjectSource, out: Path) -> str:
    """Make the object and the samples of a source unless they are there; what was done."""
    about, target = out / "objects" / f"{source.name}.npz", out / "samples" / f"{source.name}.npz"
    if target.exists() or about.with_suffix(".skip").exists():
        return "kept"
    try:
        if not about.exists():
            found = source.occluded()
            if found is None or found[0].hidden.max() < LEAST_HIDDEN:
                about.with_suffix(".skip").touch()
                return "skipped"
            save_object(about, *found)
        true = load_object(about)
        made = source.copy > 0 or source.file is None
        most = OF_COPIES if made else MOST_PARTS
        rows = sampled(true, zlib.crc32(source.name.encode()), most, lend=not made)
        if rows is None:
            about.with_suffix(".skip").touch()
            return "skipped"
        told = np.array(json.dumps({"group": true.group, "kind": true.kind}))
        partial = target.with_suffix(".part.npz")
        arrays: dict[str, Any] = {"about": told, **rows}
        np.savez(partial, **arrays)
        partial.replace(target)
    except Exception as error:  # one bad object must not end a corpus of a thousand
        return f"failed: {type(error).__name__}: {error}"
    return "made"


def main(argv: list[str] | None = None) -> int:
    """Command line; returns an exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="holds train/*.npz")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--sculptures", type=int, default=10, metavar="N", help="of each family")
    parser.add_argument("--copies", type=int, default=1, metavar="N", help="of artists' objects")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after so many")
    parser.add_argument("--jobs", type=int, default=1, metavar="N")
    options = parser.parse_args(argv)
    for name in ("objects", "samples"):
        (options.out / name).mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    wanted = sources(options.data, options.sculptures, options.copies)
    counts: dict[str, int] = {}
    if options.jobs > 1:
        with ProcessPoolExecutor(options.jobs) as pool:
            listed = list(wanted)
            results = pool.map(_made, listed, [options.out] * len(listed), chunksize=4)
            for said in results:
                counts[said.split(":")[0]] = counts.get(said.split(":")[0], 0) + 1
    else:
        for source in wanted:
            said = _made(source, options.out)
            counts[said.split(":")[0]] = counts.get(said.split(":")[0], 0) + 1
            if said.startswith("failed"):
                print(source.name, said, flush=True)
            if time.monotonic() - begun > 60 * options.minutes:
                break
    print(", ".join(f"{count} {said}" for said, count in sorted(counts.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
