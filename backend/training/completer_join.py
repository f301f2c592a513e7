# SPDX-License-Identifier: GPL-3.0-or-later
"""Joins completers that were trained apart into one, which says the mean of what they say.

`python -m backend.training.completer_join build/run-a/completer.safetensors
build/run-b/completer.safetensors --out backend/weights/completer.safetensors` writes it. Members
may be of different width, and older ones may lack the last of today's features: what they lack is
zero.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from ..engines.completion_features import NAMES
from ..models.completer import CompleterConfig, member_name, shapes


def join(paths: Sequence[Path], out: Path) -> None:
    """Writes the completer whose members are those of some files.

    Raises SystemExit where their layers differ, or their features are not the first of today's.
    """
    from safetensors import safe_open
    from safetensors.numpy import load_file, save_file

    members = []
    for path in paths:
        with safe_open(path, "np") as file:
            about = file.metadata()
        config = CompleterConfig(**json.loads(about["config"]))
        features = json.loads(about["features"])
        if features != list(NAMES[: len(features)]):
            raise SystemExit(f"{path} is of other features.")
        arrays = load_file(path)
        for k in range(config.members):
            names = shapes(replace(config, members=1))
            members.append((config, {n: arrays[member_name(n, k)] for n in names}))
    if len({config.layers for config, _ in members}) > 1:
        raise SystemExit("The members are of different layers.")
    width = max(config.width for config, _ in members)
    one = CompleterConfig(len(NAMES), width, members[0][0].layers)
    joined = {}
    for k, (_, arrays) in enumerate(members):
        for name, shape in shapes(one).items():
            # What an older member does not know has no weight; it needs a scale all the same.
            made = np.full(shape, float(name == "deviation"), arrays[name].dtype)
            made[tuple(slice(0, n) for n in arrays[name].shape)] = arrays[name]
            joined[member_name(name, k)] = made
    told = {"config": json.dumps(asdict(replace(one, members=len(members))))}
    save_file(joined, out, told | {"features": json.dumps(NAMES)})


def main(argv: list[str] | None = None) -> int:
    """Command line; returns an exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    options = parser.parse_args(argv)
    join(options.files, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
