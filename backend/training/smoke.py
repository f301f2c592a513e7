# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains a tiny segmenter from procedural shapes alone; fails unless it clearly beats chance.

`python -m backend.training.smoke` takes about two minutes on two cores and needs no data: it runs
the programs of the real training (corpus, samples, steps, checkpoint, measurement) on a few small
shapes. The measurement is on shapes of the same families that were not trained on.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from ..engines.learned import read_segmenter
from ..models.segmenter import SegmenterConfig
from . import corpus, segmenter_data
from .linkage import average_linkage
from .segmenter_clicks import first_clicks
from .segmenter_data import Sample, load_sample
from .segmenter_report import CLICKS, QUERIES, coarse_cuts, iou, patch_rand_error, sample_report
from .segmenter_run import BEST, Recipe, State, begun, export
from .segmenter_trainer import Draws, train

FAMILIES = ("chair", "human", "octopus", "table")
TINY = SegmenterConfig(
    width=48,
    layers=2,
    heads=3,
    pair_width=12,
    products=4,
    product_width=8,
    mix_width=12,
    decoder_width=32,
    decoder_layers=2,
)
FACES, PATCHES = 1500, 64
RAND_BAR = 0.75  # of the best of the chances, at most
IOU_BAR = 0.10  # above the best of the chances, at least


def by_chance(one: Sample, seed: int) -> dict[str, tuple[float, float]]:
    """Rand error and IoU of one click of what knows nothing, by name."""
    count = len(one.patch)
    rng = np.random.default_rng(seed)
    noise = rng.random((count, count))
    children, strength = average_linkage(
        (noise + noise.T) / 2, one.share.astype(np.float64), one.borders.astype(np.int64)
    )
    queries = first_clicks(one, QUERIES, np.random.default_rng(seed), clicks=max(CLICKS))
    alone = np.eye(count, dtype=np.float32)[queries.clicks[:, 0]]

    def of(label: np.ndarray, mask: np.ndarray) -> tuple[float, float]:
        return patch_rand_error(one, label), float(iou(mask, queries.truth, one.share).mean())

    best = min(coarse_cuts(children, strength), key=lambda label: patch_rand_error(one, label))
    return {
        "one part, the whole object": of(np.zeros(count, np.int64), np.ones_like(alone)),
        "each patch, the clicked patch": of(np.arange(count), alone),
        "best cut of a random tree, a coin": of(best, rng.random(alone.shape) < 0.5),
    }


def described(folder: Path, shapes: int, families: tuple[str, ...]) -> list[Path]:
    """Samples of so many shapes of each family, made by the programs of the real training."""
    corpus.main(
        [
            f"--out={folder / 'corpus'}",
            f"--procedural={shapes}",
            f"--families={','.join(families)}",
            f"--faces={FACES}",
        ]
    )
    segmenter_data.main(
        [
            f"--corpus={folder / 'corpus'}",
            f"--out={folder / 'samples'}",
            f"--patches={PATCHES}",
            "--copies=2",
        ]
    )
    return sorted((folder / "samples").glob("*.npz"))


def trained(paths: list[Path], steps: int, file: Path) -> State:
    """Train on the samples and write a checkpoint."""
    torch.set_num_threads(1)  # threads that wait for each other cost such small arrays most
    device, recipe = torch.device("cpu"), Recipe(rate=4e-3, batch=4)
    state = begun(TINY, [load_sample(path) for path in paths], recipe, device)
    draws = Draws(paths, ["procedural"] * len(paths), recipe)
    train(state, draws, recipe, lambda state: state.step / steps, device)
    export(file, state.config, state.arrays)
    return state


def main(argv: list[str] | None = None) -> int:
    """Train, measure, and say whether it is better than chance; 1 if it is not."""
    parser = argparse.ArgumentParser(prog="python -m backend.training.smoke", description=__doc__)
    parser.add_argument("--shapes", type=int, default=8, help="of each family")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--families", default=",".join(FAMILIES), help="separated by commas")
    parser.add_argument("--out", type=Path, help="folder to keep; without it nothing is kept")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.out or Path(temporary)
        return _smoke(folder, options.shapes, options.steps, tuple(options.families.split(",")))


def _smoke(folder: Path, shapes: int, steps: int, families: tuple[str, ...]) -> int:
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:4.0f} s] {text}", flush=True)

    paths = described(folder, shapes, families)
    last = {f"{seed:04d}" for seed in range(shapes - max(1, shapes // 4), shapes)}
    measured = [p for p in paths if p.stem.split(".")[0][-4:] in last and p.stem.endswith(".0")]
    learned = [p for p in paths if p.stem.split(".")[0][-4:] not in last]
    say(f"{len(paths)} samples of {', '.join(families)}, {len(measured)} of them held out")
    state = trained(learned, steps, folder / BEST)
    size = sum(a.numel() for a in state.arrays.values())
    say(
        f"{size / 1e6:.2f} M parameters, {steps} steps, loss of pairs {state.log[0]['pairs']:.2f}"
        f" to {np.mean([row['pairs'] for row in state.log[-20:]]):.2f}"
    )

    net = read_segmenter(folder / BEST)
    samples = [load_sample(path) for path in measured]
    found = [sample_report(net, one, seed) for seed, one in enumerate(samples)]
    rows = [by_chance(one, seed) for seed, one in enumerate(samples)]
    table = {name: np.mean([row[name] for row in rows], axis=0) for name in rows[0]}
    rand = float(np.mean([one.automatic for one in found]))
    click = float(np.mean([one.iou[0] for one in found]))
    say("measured on held-out shapes")
    print(f"{'':36s}{'Rand error':>12s}{'IoU, 1 click':>14s}")
    for name, row in {**table, "the trained network": (rand, click)}.items():
        print(f"{name:36s}{row[0]:12.3f}{row[1]:14.3f}")
    rand_bar = RAND_BAR * min(row[0] for row in table.values())
    click_bar = IOU_BAR + max(row[1] for row in table.values())
    passed = rand <= rand_bar and click >= click_bar
    print(f"{'needed':36s}{rand_bar:12.3f}{click_bar:14.3f}")
    print("It beats chance." if passed else "It does not clearly beat chance.")
    return 0 if passed else 1


if __name__ == "__main__":
    raise SystemExit(main())
