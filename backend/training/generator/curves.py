# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws how runs of the part generator's trainers went, beside each other.

`python -m backend.training.generator.curves RUN [RUN ...] --out curves.png` reads what trainers
measured of held-out objects; it can be called while a run goes on. What a larger network
gains is seen over minutes, what a longer one over steps.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..segmenter_curves import measurements
from .run import LOG

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Rows = Sequence[Mapping[str, Any]]  # of the log of a run
HELD = {
    "held all": "loss of the flow",
    "held own": "of parts in frames of their own",
    "held box": "of boxes",
    "own iou": "IoU of parts in frames of their own",
    "whole iou": "IoU of objects",
    "rand": "Rand error of segments",
}
OVER = {"minutes": "minutes of training", "step": "steps"}


def draw(out: Path, runs: Mapping[str, Rows]) -> None:
    """Write the picture: a row of panels for each figure that some run has, over minutes and over
    steps."""
    from matplotlib.figure import Figure

    figures = [name for name in HELD if any(name in row for rows in runs.values() for row in rows)]
    figure = Figure(figsize=(11, 1 + 3 * len(figures)), layout="constrained", dpi=100)
    panels = figure.subplots(len(figures), len(OVER), squeeze=False)
    for line, name in zip(panels, figures, strict=True):
        for axes, over in zip(line, OVER, strict=True):
            _plot(axes, runs, name, over)
        line[0].set_ylabel(f"{HELD[name]}, held out")
    panels[0, 0].legend(fontsize=9, frameon=False)
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out)


def _plot(axes: Axes, runs: Mapping[str, Rows], name: str, over: str) -> None:
    for label, rows in runs.items():
        told = np.array([(row[over], row[name]) for row in rows if name in row], float)
        if len(told):
            axes.plot(*told.T, marker="o", markersize=3, label=label)
    axes.set_xlabel(OVER[over])
    axes.grid(alpha=0.3)


def main(argv: list[str] | None = None) -> int:
    """Command line; returns an exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.training.generator.curves", description=__doc__
    )
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN")
    parser.add_argument("--out", type=Path, required=True, metavar="PNG")
    options = parser.parse_args(argv)
    runs = {}
    for folder in options.runs:
        runs[folder.name] = measurements(folder / LOG)
        if not runs[folder.name]:
            parser.error(f"{folder} holds no measurements. Name the --out of a trainer.")
    draw(options.out, runs)
    print(f"written to {options.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
