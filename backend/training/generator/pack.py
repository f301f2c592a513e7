# SPDX-License-Identifier: GPL-3.0-or-later
"""What the generator is trained on in a few small files, to be sent to another machine.

`python -m backend.training.generator.pack samples --of FOLDER --out build/generator/samples.xz`
packs samples, and likewise `latents` and `pictures`. The trainers take such a file in the place of
the folder. Samples keep as many points and queries as there is room for.

A file is safetensors in xz: of each array those of all objects, one after the other, and the shape
of each. Numbers are rounded to what training needs; they keep their types,
so that reading is nothing but taking apart, and what rounding left empty costs next to nothing.
"""

from __future__ import annotations

import argparse
import json
import lzma
import math
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .samples import held_out

Arrays = dict[str, NDArray[Any]]

MEGABYTES = 60.0
HELD = 96  # objects that are measured; more tell nothing new
# What is kept at most of each kind of sample: points and queries.
MOST = {"own": (1024, 1024), "placed": (256, 256), "whole": (2048, 2048)}
LEAST = 64  # of each
TRIED = 40  # objects by which the size of all is guessed
SPARE = 0.97  # of the size that is aimed at, for guesses are off
PLACE, UNIT, DISTANCE = 128, 8, 256  # steps: of int16, of int8, and parts of a unit of length
DEEPEST = 0.25  # distances beyond are cut off
TOKEN, HIGHEST = 16, 4.0  # parts of a latent's deviation, and deviations beyond which are cut off
SHADE = 4  # steps of a colour of 8 bits
COPIES = 1  # latents of an object
# Whole numbers of two bytes lie on even places: each byte is foretold by those of its own kind.
FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 5, "lc": 0, "lp": 1, "pb": 1}]


@dataclass(frozen=True)
class Row:
    """An object: its arrays, and what else is known of it."""

    about: dict[str, Any]
    arrays: Arrays

    @property
    def name(self) -> str:
        """That of its file, without an ending."""
        return str(self.about["file"])


def packed(rows: Iterable[Row]) -> bytes:
    """Rows as a file."""
    from safetensors.numpy import save

    rows = list(rows)
    names = sorted({name for row in rows for name in row.arrays})
    held = {
        name: np.concatenate([row.arrays[name].ravel() for row in rows if name in row.arrays])
        for name in names
    }
    about = [
        {"about": row.about, "shapes": {name: a.shape for name, a in row.arrays.items()}}
        for row in rows
    ]
    return lzma.compress(save(held, {"rows": json.dumps(about)}), filters=FILTERS)


def unpacked(file: bytes) -> list[Row]:
    """What `packed` packed. Raises ValueError for what it did not."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        plain = lzma.decompress(file)
        held = load(plain)
        header = json.loads(plain[8 : 8 + int.from_bytes(plain[:8], "little")])
        about = json.loads(header["__metadata__"]["rows"])
    except (lzma.LZMAError, SafetensorError, KeyError) as error:
        raise ValueError(f"It is no packed file of the generator's: {error}") from error
    begins = dict.fromkeys(held, 0)
    rows = []
    for one in about:
        arrays = {}
        for name, shape in one["shapes"].items():
            begin, begins[name] = begins[name], begins[name] + math.prod(shape)
            arrays[name] = held[name][begin : begins[name]].reshape(shape)
        rows.append(Row(one["about"], arrays))
    return rows


def read(path: Path) -> list[Row]:
    """The rows of a file. Raises SystemExit where it is none of `packed`'s."""
    try:
        return unpacked(path.read_bytes())
    except ValueError as error:
        raise SystemExit(f"{path} cannot be read. {error}") from None


def rows_of(folder: Path) -> Iterator[Row]:
    """The files of a folder, by name."""
    from safetensors import safe_open

    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, "np") as file:
            about = json.loads((file.metadata() or {}).get("about", "{}"))
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        yield Row({"file": path.stem, **about}, arrays)


def fewer(rows: Iterable[Row], most: int = HELD) -> Iterator[Row]:
    """The rows with no more than so many of those that are held out."""
    for row in rows:
        if held_out(row.about["group"], row.about.get("name", row.name)):
            if most <= 0:
                continue
            most -= 1
        yield row


def thinned(row: Row, share: float) -> Row:
    """A sample with a share of what `MOST` says of its points and queries, rounded."""
    rng, found = np.random.default_rng(0), dict(row.arrays)
    for kind, most in MOST.items():
        points, queries = (max(int(share * count), LEAST) for count in most)
        of_points = ["points", "normals", {"own": "visible", "whole": "part"}.get(kind, "")]
        of_queries = ["queries", "distance", {"whole": "query_part"}.get(kind, "")]
        axis = 0 if kind == "whole" else 1
        there = found[f"{kind}_points"].shape[axis], found[f"{kind}_queries"].shape[axis]
        # Points are in no order, or part by part. The first quarter of queries stays one of them.
        kept = np.sort(rng.permutation(there[0])[:points])
        quarter = there[1] // 4
        asked = np.r_[:quarter][: queries // 4], quarter + np.arange(there[1] - quarter)
        rest = np.sort(rng.permutation(asked[1])[: queries - queries // 4])
        for some, of in ((kept, of_points), (np.r_[asked[0], rest], of_queries)):
            for name in of:
                if name:
                    found[f"{kind}_{name}"] = found[f"{kind}_{name}"].take(some, axis)
        found[f"{kind}_points"] = _rounded(found[f"{kind}_points"], PLACE)
        found[f"{kind}_queries"] = _rounded(found[f"{kind}_queries"], PLACE)
        found[f"{kind}_normals"] = _rounded(found[f"{kind}_normals"], UNIT)
        found[f"{kind}_distance"] = signed(found[f"{kind}_distance"])
    return Row(row.about, found)


def _rounded(array: NDArray[Any], step: int) -> NDArray[Any]:
    """To multiples of a step that are within the type, and its negative."""
    highest = np.iinfo(array.dtype).max // step
    least = 0 if array.dtype.kind == "u" else -highest
    near = np.rint(array.astype(np.float32) / step).clip(least, highest) * step
    return near.astype(array.dtype)


def signed(distance: NDArray[Any]) -> NDArray[np.float16]:
    """Distances in steps, cut off at `DEEPEST`; none is 0, so that each keeps its side."""
    step = np.floor(distance.astype(np.float32).clip(-DEEPEST, DEEPEST - 1e-4) * DISTANCE)
    return ((step + 0.5) / DISTANCE).astype(np.float16)


def shortened(row: Row) -> Row | None:
    """Latents, rounded, without what is not told; None for copies that are too many."""
    if row.about["copy"] >= COPIES:
        return None
    found = dict(row.arrays)
    for name in ("own", "placed", "whole", "seen_own", "seen_placed", "before"):
        steps = np.rint(found[name].astype(np.float32).clip(-HIGHEST, HIGHEST) * TOKEN)
        found[name] = (steps / TOKEN).astype(np.float16)
    for name in ("seen_own", "seen_placed"):
        found[name][~found["seen"]] = 0
    return Row(row.about, found)


def paled(row: Row) -> Row:
    """Pictures of fewer colours."""
    picture = row.arrays["picture"]
    colours = _rounded(picture, SHADE)
    colours[..., 3] = np.where(picture[..., 3] > 255 - SHADE, 255, colours[..., 3])
    return Row(row.about, row.arrays | {"picture": colours})


def fitting(rows: list[Row], megabytes: float) -> float:
    """The share of `MOST` with which samples need about so many megabytes."""
    tried = [rows[k] for k in np.linspace(0, len(rows) - 1, min(TRIED, len(rows))).astype(int)]
    worth = len(rows) / len(tried) / 1e6
    half, whole = (worth * len(packed(thinned(one, s) for one in tried)) for s in (0.25, 0.5))
    slope = max(whole - half, 1e-9) / 0.25
    return float(np.clip(0.25 + (SPARE * megabytes - half) / slope, 0.02, 1.0))


def main(argv: list[str] | None = None) -> int:
    """Command line; returns an exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.training.generator.pack", description=__doc__
    )
    parser.add_argument("what", choices=("samples", "latents", "pictures"))
    parser.add_argument("--of", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--megabytes", type=float, default=MEGABYTES, help="of samples, at most")
    options = parser.parse_args(argv)
    rows = list(rows_of(options.of))
    if not rows:
        parser.error(f"{options.of} holds no {options.what}.")
    if options.what == "samples":
        rows = list(fewer(rows))
        share = fitting(rows, options.megabytes)
        kept = [thinned(row, share) for row in rows]
        counts = {kind: [int(share * n) for n in most] for kind, most in MOST.items()}
        print(f"points and queries: {counts}", flush=True)
    elif options.what == "latents":
        kept = [one for row in fewer(rows) if (one := shortened(row)) is not None]
    else:
        kept = [paled(row) for row in rows]
    file = packed(kept)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    partial = options.out.with_suffix(".part")
    partial.write_bytes(file)
    partial.replace(options.out)
    print(f"{options.out}: {len(kept)} rows, {len(file) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
