# SPDX-License-Identifier: GPL-3.0-or-later
"""What tells of parts sees of smooth shapes, whose parts flow into each other.

`python -m backend.training.generator.smooth --out FOLDER --seeds 8` writes a sample for each
opinion on the parts of a shape of `shapes.families.make`, upright, for `autoencoder_trainer
--segments-alone --smooth FOLDER`. They hold places on the whole surface alone, for nothing of a
part is hidden in another. Those that are there already are kept.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.arrays import Floats, Ints
from ...geometry.mesh import face_vectors
from ...geometry.sampling import points_by_group
from ...latents.part_generator import Frame
from .samples import WHOLE_POINTS, packed_places, packed_units, write_arrays
from .shelf import SMOOTH

FIRST = 2_000_000  # seed, far from those that are measured
FACES = 4_000  # of a shape, as many as places are drawn of about
MOST = 255  # parts that can be told


def sampled(
    vertices: Floats, faces: Ints, labels: NDArray[np.integer], rng: np.random.Generator
) -> dict[str, NDArray[Any]]:
    """The arrays of a sample of a shape with a label for each face (F,); z is up in vertices."""
    upright = vertices[:, [0, 2, 1]] * [1, 1, -1]
    upright = Frame.around(upright).into(upright)
    normal, area, _ = face_vectors(upright, faces)
    one = np.zeros(len(faces), np.int64)
    points, face = points_by_group(upright, faces, area, one, WHOLE_POINTS, rng)
    return {
        "whole_points": packed_places(points[0]),
        "whole_normals": packed_units(normal[face[0]]),
        "whole_part": np.minimum(labels[face[0]], MOST).astype(np.uint8),
    }


def _made(family: str, seed: int, out: Path) -> int:
    """Write the samples of a shape; returns how many."""
    from ...shapes.families.make import make

    shape = make(family, seed, FACES, turned=False)
    for k, labels in enumerate(shape.labels):
        arrays = sampled(shape.vertices, shape.faces, labels, np.random.default_rng(seed))
        about = {
            "names": [""] * (int(labels.max()) + 1),
            "title": family.replace("_", " "),
            "kind": SMOOTH,
            "group": f"shape_{family}",
        }
        write_arrays(out / f"{_stem(family, seed, k)}.safetensors", about, arrays)
    return len(shape.labels)


def _stem(family: str, seed: int, opinion: int) -> str:
    """The seed comes last, since `samples.held_out` goes by it."""
    return f"shape_smooth_{family}_{opinion}_{seed - FIRST:03d}"


def _wanted(seeds: int, out: Path) -> Iterator[tuple[str, int]]:
    from ...shapes.families import SCULPTORS

    for seed in range(FIRST, FIRST + seeds):
        for family in sorted(SCULPTORS):
            if not (out / f"{_stem(family, seed, 0)}.safetensors").is_file():
                yield family, seed


def main(argv: list[str] | None = None) -> int:
    """Command line; returns an exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.training.generator.smooth", description=__doc__
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--seeds", type=int, default=8, metavar="N", help="of each family")
    parser.add_argument("--jobs", type=int, default=2, metavar="N")
    options = parser.parse_args(argv)
    options.out.mkdir(parents=True, exist_ok=True)
    wanted = list(_wanted(options.seeds, options.out))
    families, seeds = [one for one, _ in wanted], [seed for _, seed in wanted]
    with ProcessPoolExecutor(options.jobs) as pool:
        made = sum(pool.map(_made, families, seeds, [options.out] * len(wanted), chunksize=4))
    print(f"{len(wanted)} shapes, {made} samples")
    return 0


if __name__ == "__main__":
    sys.exit(main())
