# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the table that says what kind of part a part is (`contract.part_kinds`).

`python -m backend.training.namer --objects build/generator/objects --data DATA --out build/names`
learns from four fifths of the families and artists' groups. How sure the table must be of each kind
is taken from what four tables, each trained without a quarter of these, say of that quarter; the
last fifth is only measured on. A minute on one core.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn

from ..contract.arrays import Floats
from ..contract.part_kinds import KindTable, kinds_of
from ..contract.part_shapes import FEATURES, Shapes, features, find_part_mirror
from .namer_data import KINDS, OTHER, Named, of_artists, of_solids

WIDTH, STEPS, BATCH, COPIES = 48, 1500, 48, 6
FOLDS = 5
PRECISE = 0.92  # of what is said of a kind while thresholds are chosen, so much is to be right
OF_FEW = {"Tail": 0.9}  # of kinds of which there are too few for that
FEWEST = 8  # parts said to be of a kind, below which nothing is known of how right that is
LEAST, NEVER = 0.6, 2.0  # the least that a threshold is, and that of what is never said
NAMES = (*KINDS, OTHER)


class Namer(nn.Module):
    """The table as it learns: (B, K, FEATURES) and which parts there are (B, K) -> (B, K, N)."""

    def __init__(self) -> None:
        super().__init__()
        self.part = nn.Linear(FEATURES, WIDTH)
        self.whole = nn.Linear(3 * WIDTH, WIDTH)
        self.kind = nn.Linear(WIDTH, len(NAMES))

    def forward(self, seen: Tensor, there: Tensor) -> Tensor:
        own = torch.relu(self.part(seen.clamp(-5, 5)))  # (B, K, WIDTH)
        own = own * there[..., None]
        mean = own.sum(1) / there.sum(1, keepdim=True)
        both = torch.cat([mean, own.amax(1)], 1)  # (B, 2 WIDTH); features are not negative
        joined = torch.cat([own, both[:, None].expand(-1, own.shape[1], -1)], 2)
        joined = nn.functional.dropout(joined, 0.15, self.training)
        scores: Tensor = self.kind(torch.relu(self.whole(joined)))
        return scores


def fold(group: str) -> int:
    """In which of the `FOLDS` a family or a group of an artist is."""
    return zlib.crc32(f"names {group}".encode()) % FOLDS


def turned(shapes: Shapes, rng: np.random.Generator) -> Shapes:
    """The same parts seen from another side: turned by right angles, or in a mirror."""
    axes = np.eye(3)
    if rng.random() < 0.3:
        axes = axes[[1, 0, 2]]
    axes = axes * np.append(rng.choice([-1.0, 1.0], 2, p=[0.3, 0.7]), 1.0)[:, None]
    ends = np.stack([shapes.low @ axes.T, shapes.high @ axes.T])
    return Shapes(
        shapes.area,
        shapes.centre @ axes.T,
        axes @ shapes.spread @ axes.T,
        axes @ shapes.facing @ axes.T,
        shapes.volume,
        ends.min(axis=0),
        ends.max(axis=0),
    )


def rows_of(named: list[Named], rng: np.random.Generator, copies: int) -> list[tuple[Floats, Any]]:
    """Features (K, FEATURES) and kinds (K,) of objects, and of copies seen from other sides."""
    found = []
    for one in named:
        target = np.array([NAMES.index(kind) for kind in one.kinds])
        for copy in range(copies):
            shapes = one.shapes if copy == 0 else turned(one.shapes, rng)
            found.append((features(shapes, find_part_mirror(shapes)), target))
    return found


def train(rows: list[tuple[Floats, Any]], seed: int) -> dict[str, Any]:
    """The arrays of a table that learned from rows."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    every = np.concatenate([row for row, _ in rows])
    mean, deviation = every.mean(axis=0), every.std(axis=0) + 1e-3
    model = Namer()
    steps = torch.optim.AdamW(model.parameters(), 3e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(steps, 4e-3, STEPS)
    for _ in range(STEPS):
        chosen = [rows[k] for k in rng.integers(len(rows), size=BATCH)]
        most = max(len(target) for _, target in chosen)
        seen = np.zeros((BATCH, most, FEATURES))
        target = np.full((BATCH, most), -1)
        for row, (own, kinds) in enumerate(chosen):
            seen[row, : len(own)] = (own - mean) / deviation
            target[row, : len(own)] = kinds
        seen += rng.normal(scale=0.1, size=seen.shape)
        goal = torch.tensor(target)
        score = model(torch.tensor(seen, dtype=torch.float32), (goal >= 0).float())
        # Objects count alike, whether of few parts or of many.
        weight = (goal >= 0) / (goal >= 0).sum(1, keepdim=True).sqrt()
        loss = nn.functional.cross_entropy(
            score.transpose(1, 2), goal, ignore_index=-1, reduction="none", label_smoothing=0.03
        )
        loss = (loss * weight).sum() / weight.sum()
        steps.zero_grad()
        loss.backward()
        steps.step()
        schedule.step()
    arrays = {key: value.detach().numpy().copy() for key, value in model.state_dict().items()}
    return {**arrays, "mean": mean.astype(np.float32), "deviation": deviation.astype(np.float32)}


def said(arrays: dict[str, Any], rows: list[tuple[Floats, Any]]) -> tuple[Any, Any, Any]:
    """The likeliest kind, how likely it is, and the kind, (N,) each, of all parts of rows."""
    table = KindTable(arrays, NAMES, (0.0,) * len(NAMES))
    chances = np.concatenate([table.chances(row) for row, _ in rows])
    target = np.concatenate([kinds for _, kinds in rows])
    return chances.argmax(axis=1), chances.max(axis=1), target


def thresholds(best: Any, sure: Any, target: Any) -> list[float]:
    """How sure of each kind the table must be, so that `PRECISE` of what it says is right."""
    found = []
    for kind, name in enumerate(NAMES):
        rows = np.flatnonzero(best == kind)
        rows = rows[np.argsort(-sure[rows], kind="stable")]
        right = np.cumsum(target[rows] == kind) / np.arange(2, len(rows) + 2)  # one more is wrong
        good = np.flatnonzero(right >= OF_FEW.get(name, PRECISE)) + 1
        good = good[good >= FEWEST]
        low = float(sure[rows[good[-1] - 1]]) if len(good) else NEVER
        found.append(NEVER if name == OTHER else max(low, LEAST))
    return found


def report(named: list[Named], table: KindTable) -> dict[str, Any]:
    """How much is said of the parts of objects, and how much of that is right."""
    said_of: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for one in named:
        for kind, wanted in zip(kinds_of(one.shapes, table)[0], one.kinds, strict=True):
            said_of[kind] += 1
            right[kind] += kind == wanted
    count = sum(said_of.values()) - said_of[""]
    return {
        "objects": len(named),
        "parts": sum(said_of.values()),
        "named": sum(kind != OTHER for one in named for kind in one.kinds),
        "said": count,
        "precision": round(sum(right.values()) / max(count, 1), 3),
        "right_of_said": {kind: [right[kind], said_of[kind]] for kind in KINDS if said_of[kind]},
    }


def main(argv: list[str] | None = None) -> int:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m backend.training.namer", description=__doc__)
    parser.add_argument("--objects", type=Path, required=True, help="of the part generator")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    named = [*of_artists(options.data), *of_solids(options.objects)]
    return learn(named, options.out, options.seed)


def learn(named: list[Named], out: Path, seed: int = 0) -> int:
    """Train a table on objects, and write it with what was measured of it."""
    rng = np.random.default_rng(seed)
    rows = [rows_of([one], rng, COPIES) for one in named]
    at = np.array([fold(one.group) for one in named])
    quarters = []
    for left_out in range(1, FOLDS):
        inside = [r for r, f in zip(rows, at, strict=True) if f not in (0, left_out)]
        outside = [r[0] for r, f in zip(rows, at, strict=True) if f == left_out]
        quarters.append(said(train([row for copy in inside for row in copy], seed), outside))
        print(f"fold {left_out}: {len(outside)} objects held out", file=sys.stderr, flush=True)
    best, sure, target = (np.concatenate(column) for column in zip(*quarters, strict=True))
    least = thresholds(best, sure, target)
    arrays = train([row for r, f in zip(rows, at, strict=True) if f for row in r], seed)
    measured: dict[str, Any] = {}
    for source in ("all", *sorted({one.source for one in named})):
        test = [
            one for one, f in zip(named, at, strict=True) if not f and source in ("all", one.source)
        ]
        if test:
            measured[source] = report(test, KindTable(arrays, NAMES, tuple(least)))
    out.mkdir(parents=True, exist_ok=True)
    about = json.dumps({"kinds": NAMES, "least": [round(value, 3) for value in least]})
    save_file(arrays, out / "names.safetensors", {"about": about})
    (out / "report.json").write_text(json.dumps(measured, indent=1), encoding="utf-8")
    print(json.dumps(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
