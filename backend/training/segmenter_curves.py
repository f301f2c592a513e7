# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws how a run of the segmenter's training went: losses, learning rate and measurements.

`python -m backend.training.segmenter_curves --run build/run --out curves.png` reads the log in the
saved state and the measurements beside it; it can be called while the run goes on.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..contract.arrays import Floats
from .segmenter_run import MEASURED, RUN, Recipe, about_state
from .segmenter_trainer import rate_at

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOSSES = {"pairs": "pairs of patches", "masks": "masks of clicks", "iou": "expected IoU"}
HELD_OUT = {
    "rand": ("Held out: Rand error, part count automatic", "Rand error by faces"),
    "iou1": ("Held out: one random click", "IoU by area"),
    "corrected": ("Held out: one click and four corrections", "IoU by area"),
}
MEAN, FUSED = "mean of kinds", " fused"
SMOOTH = 80  # points that a smoothed curve has, at most


def smoothed(minutes: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Means of (N,) values over up to `SMOOTH` equal spans of time: (S,) minutes and (S,) means."""
    spans = min(SMOOTH, max(1, len(values) // 10))
    edges = np.linspace(minutes[0], minutes[-1], spans + 1)[1:-1]
    span = np.searchsorted(edges, minutes, side="right")
    count = np.bincount(span, minlength=spans)
    kept = count > 0
    means = [np.bincount(span, one, spans)[kept] / count[kept] for one in (minutes, values)]
    return means[0], means[1]


def measurements(path: Path) -> list[dict[str, Any]]:
    """Lines of `measured.jsonl`, in the order of time; a line that was cut off is left out.

    A run that was killed may have measured what it then did again: the later line counts.
    """
    rows: list[dict[str, Any]] = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        rows = [one for one in rows if one["step"] < row["step"]] + [row]
    return rows


def rates(log: list[dict[str, float]], minutes: float) -> Floats:
    """Learning rate of each row; by its schedule of `minutes` where the row does not say it."""
    return np.array(
        [
            row.get(
                "rate",
                Recipe.rate * rate_at(row["seconds"] / (60 * minutes), int(row["step"]) - 1)
                if minutes
                else np.nan,
            )
            for row in log
        ]
    )


def draw(out: Path, about: dict[str, Any], measured: list[dict[str, Any]]) -> None:
    """Write the picture: losses, learning rate, and what was measured, over minutes."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    log = about["log"]
    time = np.array([row["seconds"] / 60 for row in log])
    figure, panels = pyplot.subplot_mosaic("LLLRRR;AABBCC", figsize=(13, 7), layout="constrained")
    held_out = dict(zip(HELD_OUT, (panels[name] for name in "ABC"), strict=True))
    losses, rate = panels["L"], panels["R"]
    for key, name in LOSSES.items():
        losses.plot(*smoothed(time, np.array([row[key] for row in log])), label=name)
    _finish(losses, "Loss in training", "mean over samples, smoothed")
    rate.plot(time, rates(log, about.get("minutes", 0)), color="tab:gray")
    _finish(rate, "Learning rate", "rate of AdamW")
    rate.set_ylim(bottom=0)

    at = [row["seconds"] / 60 for row in measured]
    kinds = sorted({kind for row in measured for kind in row if kind not in ("step", "seconds")})
    origins = sorted({kind.removesuffix(FUSED) for kind in kinds} - {MEAN})
    for kind in sorted(kinds, key=lambda kind: kind != MEAN):
        style: dict[str, Any] = {"color": "black", "linewidth": 2.5}
        if kind != MEAN:
            style = {
                "color": f"C{origins.index(kind.removesuffix(FUSED))}",
                "linestyle": "--" if kind.endswith(FUSED) else "-",
                "linewidth": 1,
            }
        for key in HELD_OUT:
            values = [row.get(kind, {}).get(key, np.nan) for row in measured]
            held_out[key].plot(at, values, marker="o", markersize=3, label=kind, **style)
    for key, (title, label) in HELD_OUT.items():
        _finish(held_out[key], title, label)
        held_out[key].set_xlabel("minutes of training")
    losses.set_ylim(bottom=0)
    losses.legend(loc="lower left", ncols=len(LOSSES), fontsize=8, frameon=False)
    if measured:
        names = held_out["rand"].get_legend_handles_labels()
        figure.legend(*names, loc="outside right lower", fontsize=8, frameon=False)
    figure.suptitle(f"Segmenter: {about['step']} steps in {about['seconds'] / 60:.0f} minutes")
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=110)
    pyplot.close(figure)


def _finish(axes: Axes, title: str, label: str) -> None:
    axes.set_title(title, fontsize=11)
    axes.set_ylabel(label)
    axes.grid(alpha=0.3)


def main(argv: list[str] | None = None) -> int:
    """Draw the curves of a run."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.training.segmenter_curves", description=__doc__
    )
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    parser.add_argument("--out", type=Path, required=True, metavar="PNG")
    parser.add_argument("--minutes", type=float, help="of the run, where its log has no rates")
    options = parser.parse_args(argv)
    if not (options.run / RUN).exists():
        parser.error(f"{options.run} holds no saved run. Name the --out of segmenter_trainer.")
    about = about_state(options.run / RUN)
    if not about["log"]:
        parser.error(f"The run in {options.run} has made no step yet. Let it train first.")
    if options.minutes:
        about["minutes"] = options.minutes
    draw(options.out, about, measurements(options.run / MEASURED))
    print(f"written to {options.out}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
