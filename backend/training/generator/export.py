# SPDX-License-Identifier: GPL-3.0-or-later
"""Packs the part generator's two networks into the file that ships.

`python -m backend.training.generator.export --autoencoder FILE --flow FILE --out
backend/weights/generator.safetensors [--int8]` takes what the trainers wrote.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...checkpoints.catalogue import WEIGHTS, write_checksums
from ...checkpoints.packing import packed
from ...engines.part_weights import AUTOENCODER, FLOW, VERSION, read_generator

Arrays = dict[str, NDArray[Any]]


def write(
    path: Path,
    autoencoder: tuple[Arrays, dict[str, Any]],
    flow: tuple[Arrays, dict[str, Any]],
    *,
    eight: bool = False,
    about: dict[str, str] | None = None,
) -> None:
    """Write both networks, each its arrays and its config, at once or not at all.

    eight : matrices in 8 bits. about : more that is kept beside them.
    """
    from safetensors.numpy import save_file

    arrays = {AUTOENCODER + name: array for name, array in autoencoder[0].items()}
    arrays |= {FLOW + name: array for name, array in flow[0].items()}
    told = {"version": VERSION, "autoencoder": autoencoder[1], "flow": flow[1]}
    metadata = {name: json.dumps(value) for name, value in told.items()} | (about or {})
    partial = path.with_suffix(".part")
    singles = {name: array.astype(np.float32) for name, array in arrays.items()}
    save_file(packed(singles, eight=eight), partial, metadata)
    partial.replace(path)


def read(path: Path) -> tuple[Arrays, dict[str, Any], dict[str, str]]:
    """The arrays of a run's file, the config of their network, and all that is kept with them."""
    from safetensors import safe_open

    with safe_open(path, "np") as file:
        about = dict(file.metadata())
        return (
            {name: file.get_tensor(name) for name in file.keys()},  # noqa: SIM118
            json.loads(about["config"]),
            about,
        )


def main(argv: list[str] | None = None) -> int:
    """Command line; returns an exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.training.generator.export", description=__doc__
    )
    parser.add_argument("--autoencoder", type=Path, required=True, metavar="FILE")
    parser.add_argument("--flow", type=Path, required=True, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--int8", action="store_true", help="matrices in 8 bits")
    options = parser.parse_args(argv)
    shapes, flow = read(options.autoencoder), read(options.flow)
    steps = {
        f"{name} {key}": about[key]
        for name, about in (("autoencoder", shapes[2]), ("flow", flow[2]))
        for key in ("step", "seconds")
        if key in about
    }
    write(options.out, shapes[:2], flow[:2], eight=options.int8, about=steps)
    if options.out.parent.resolve() == WEIGHTS:
        write_checksums()
    read_generator(options.out)  # raises where the two do not belong together
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
