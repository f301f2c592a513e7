# SPDX-License-Identifier: GPL-3.0-or-later
"""What the segmenter is trained on: the corpus, coarsened and described as the network sees it.

`python -m backend.training.segmenter_data --corpus build/corpus --out build/segmenter` writes one
file an example, once; training then reads a few megabytes a step. Files that are there already are
kept, so the command can be stopped and run again; after a change of the cues, the features or the
merge scores, remove them.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
import zlib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Singles
from ..engines.patch_features import pair_maps, patch_features
from ..engines.scores import geometric_scores
from ..geometry.patches import cues
from ..geometry.patches.coarsen import coarsen
from ..models.segmenter import PATCHES
from .corpus import Example, example_paths, load
from .tree_report import gathered

HELD_OUT = 12  # folds of a hundred that are measured, not learned, unless told otherwise
FEWEST_LEFT = 24  # patches of a thinned sample
DOUBT = 0.05  # noise on the evidence that coarsens, so that no two copies are coarsened alike


@dataclass(frozen=True)
class Sample:
    """One example as the network sees it.

    Parameters
    ----------
    name, group, kind : as in `Example`.
    patch : (P, FEATURES). pair : (MAPS, P, P) float16. share : (P,) of the area.
    faces : (P,) share of the faces.
    opinions : for each opinion (P, K), which share of each patch's faces lies in each part.
    weights : of the opinions. borders : (E, 2) neighbouring patches.
    """

    name: str
    group: str
    kind: str
    patch: Singles
    pair: NDArray[np.float16]
    share: Singles
    faces: Singles
    opinions: list[Singles]
    weights: list[float]
    borders: NDArray[np.int32]


def fold(group: str) -> int:
    """One of a hundred folds; whole families of shapes and groups of objects share one."""
    return zlib.crc32(group.encode()) % 100


def sample(
    example: Example, rng: np.random.Generator | None = None, patches: int = PATCHES
) -> Sample:
    """Coarsen and describe an example, with random noise in the coarsening if `rng` is given."""
    evidence = geometric_scores().evidence(example.graph)
    if rng is not None:
        evidence = evidence + rng.normal(scale=DOUBT, size=len(evidence))
    coarse = coarsen(example.graph, evidence, patches)
    graph = coarse.graph
    faces = graph.moments[:, cues.FACES]
    tables = gathered(example, coarse.label)
    return Sample(
        name=example.name,
        group=example.group,
        kind=example.kind,
        patch=patch_features(graph),
        pair=pair_maps(graph).astype(np.float16),
        share=(graph.moments[:, cues.AREA] / graph.moments[:, cues.AREA].sum()).astype(np.float32),
        faces=(faces / faces.sum()).astype(np.float32),
        opinions=[
            (table / np.maximum(table.sum(axis=1, keepdims=True), 1)).astype(np.float32)
            for table in tables
        ],
        weights=list(example.weights),
        borders=graph.pair.astype(np.int32),
    )


def thinned(one: Sample, rng: np.random.Generator, keep: float) -> Sample:
    """A sample of which random patches are missing; what is known of the others stays.

    keep : share of the patches that is left. Small samples stay whole, for all their patches count.
    """
    count = len(one.patch)
    if keep * count < FEWEST_LEFT:
        return one
    left = np.sort(rng.permutation(count)[: round(keep * count)])
    place = np.full(count, -1, np.int32)
    place[left] = np.arange(len(left))
    borders = place[one.borders]
    return replace(
        one,
        patch=one.patch[left],
        pair=one.pair[:, left][:, :, left],
        share=one.share[left] / one.share[left].sum(),
        faces=one.faces[left] / one.faces[left].sum(),
        opinions=[table[left] for table in one.opinions],
        borders=borders[(borders >= 0).all(axis=1)],
    )


def save_sample(path: Path, one: Sample) -> None:
    """Write a sample, uncompressed: it is read many times."""
    opinions: dict[str, Any] = {f"opinion{k}": table for k, table in enumerate(one.opinions)}
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as file:
        np.savez(
            file,
            about=json.dumps([one.name, one.group, one.kind, one.weights]),
            patch=one.patch,
            pair=one.pair,
            share=one.share,
            faces=one.faces,
            borders=one.borders,
            **opinions,
        )
    temporary.replace(path)


def load_sample(path: Path) -> Sample:
    """Read what `save_sample` wrote."""
    with np.load(path, allow_pickle=False) as file:
        name, group, kind, weights = json.loads(str(file["about"]))
        return Sample(
            name=name,
            group=group,
            kind=kind,
            patch=file["patch"],
            pair=file["pair"],
            share=file["share"],
            faces=file["faces"],
            opinions=[file[f"opinion{k}"] for k in range(len(weights))],
            weights=weights,
            borders=file["borders"],
        )


def _made(path: Path, out: Path, copies: int, patches: int) -> str:
    """Write the samples of an example that are not there; what went wrong, if anything."""
    example = None
    try:
        for copy in range(copies):
            target = out / f"{path.stem}.{copy}.npz"
            if target.exists():
                continue
            example = example or load(path)
            rng = np.random.default_rng([zlib.crc32(path.stem.encode()), copy]) if copy else None
            save_sample(target, sample(example, rng, patches))
    except Exception as error:  # one bad example must not end a corpus of thousands
        return f"{type(error).__name__}: {error}"
    return ""


def main(argv: list[str] | None = None) -> int:
    """Describe a corpus."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.training.segmenter_data", description=__doc__
    )
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--copies", type=int, default=1, help="each coarsened in its own way")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--patches", type=int, default=PATCHES, help="of a sample, at most")
    options = parser.parse_args(argv)
    options.out.mkdir(parents=True, exist_ok=True)
    paths = example_paths(options.corpus)
    if not paths:
        parser.error(
            f"{options.corpus} has no examples. Make them with python -m backend.training.corpus."
        )
    made = functools.partial(_made, out=options.out, copies=options.copies, patches=options.patches)
    with ProcessPoolExecutor(options.jobs) as pool:
        jobs = pool.map(made, paths, chunksize=8)
        for done, (path, trouble) in enumerate(zip(paths, jobs, strict=True), 1):
            if trouble:
                print(f"{path.stem}: {trouble}", file=sys.stderr, flush=True)
            if done % 200 == 0:
                print(f"{done}/{len(paths)}", file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
