# SPDX-License-Identifier: GPL-3.0-or-later
"""The samples that the completer learns from: read, packed, weighed, and told apart by their parts.

A place is a point in or about a part, what is measured there, and whether it is inside.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ..contract.arrays import Bools, Floats, Ints
from ..engines.completion_features import NAMES
from .completer_data import CHOOSING, EVENLY, NEARBY, UNREACHED, load_samples, use_of

BINS = (0.0, 0.02, 0.08, 0.2, 0.4, 1.01)  # of the hidden share
COUNTS = (0.3, 0.7, 1.0, 1.5, 1.5)  # how much a part of each bin counts
COLOURED, MADE, SCULPTED = 0.8, 0.5, 0.3  # how much shells of coloured meshes, parts of copies
# and of sculptures count; others one
LEAST = 30  # places in a part, below which it counts less
NEAR_COUNT = 0.4  # of the places near the surface, for one of those spread evenly


@dataclass(frozen=True)
class Places:
    """All samples. features : (N, C) float16. truth, way : (N,). part : (N,) which of all parts.
    hidden, use, artist : (P,) of each part its hidden share, whether it is LEARNED, CHOOSING or
    REPORTED, whether it is an artist's object as it was made. weight : (N,).
    """

    features: np.ndarray
    truth: Bools
    way: np.ndarray
    part: Ints
    hidden: Floats
    use: Ints
    artist: Bools
    weight: Floats


def read(source: Path, rows: int = 0) -> Places:
    """The samples of a folder, or of a packed file; `rows` of them at most, if that is not 0."""
    if source.is_file():
        with np.load(source, allow_pickle=False) as z:
            found = {name: z[name] for name in z.files}
        if json.loads(str(found.pop("names"))) != list(NAMES):
            raise SystemExit(f"{source} was made for other features; pack the samples again.")
        return Places(**found)
    paths = sorted((source / "samples").glob("*.npz"))
    paths = [path for path in paths if ".part" not in path.name]
    if not paths:
        raise SystemExit(
            f"{source} holds no samples. Make them with python -m backend.training.completer_data."
        )
    columns: dict[str, list[np.ndarray]] = {n: [] for n in ("features", "truth", "way", "part")}
    hidden: list[float] = []
    use: list[int] = []
    artist: list[bool] = []
    kinds: list[float] = []
    for path in paths:
        one = load_samples(path)
        shown, part = np.unique(one["part"], return_inverse=True)
        columns["part"].append(part.reshape(-1) + len(hidden))
        for name in ("features", "truth", "way"):
            columns[name].append(one[name])
        hidden += list(one["hidden"][shown])
        use += [use_of(one["group"])] * len(shown)
        is_made = one["kind"] == "procedural" or "copy" in path.stem
        artist += [not is_made] * len(shown)
        counts = {"procedural": SCULPTED, "coloured": COLOURED}.get(one["kind"], 1.0)
        kinds += [counts * (MADE if "copy" in path.stem else 1.0)] * len(shown)
    joined = {name: np.concatenate(some) for name, some in columns.items()}
    if rows and len(joined["truth"]) > rows:
        keep = np.random.default_rng(0).permutation(len(joined["truth"]))[:rows]
        joined = {name: values[np.sort(keep)] for name, values in joined.items()}
    weight = weights_of(joined, np.array(hidden), np.array(kinds))
    return Places(**joined, hidden=np.array(hidden), use=np.array(use),
                  artist=np.array(artist), weight=weight)  # fmt: skip


def weights_of(columns: dict[str, np.ndarray], hidden: Floats, kinds: Floats) -> Floats:
    """How much each place counts: (N,), about one. Parts count alike, whatever box they fill."""
    part, way = columns["part"], columns["way"]
    even = way == EVENLY
    inside = np.bincount(part[even & columns["truth"]], minlength=len(hidden))
    near = np.maximum(np.bincount(part[way == NEARBY], minlength=len(hidden)), 1)
    each = np.array(COUNTS)[np.clip(np.searchsorted(BINS, hidden, "right") - 1, 0, 4)] * kinds
    weight = np.where(even, (each / np.maximum(inside, LEAST))[part], 0.0)
    weight[way == NEARBY] = (NEAR_COUNT * each / near)[part[way == NEARBY]]
    return np.asarray(weight / weight[weight > 0].mean())


def pack(places: Places, path: Path) -> None:
    """Writes samples into one compressed file."""
    arrays = {name: getattr(places, name) for name in places.__dataclass_fields__}
    arrays["weight"] = arrays["weight"].astype(np.float32)
    np.savez_compressed(path, names=np.array(json.dumps(NAMES)), **arrays)


def ious(places: Places, said: Bools, chosen: Bools) -> Floats:
    """IoU of each part (P,) from the places spread evenly; NaN where there are none."""
    counts = (places.way != NEARBY) & chosen[places.part]
    said = said & (places.way != UNREACHED)
    size = len(places.hidden)
    both = np.bincount(places.part[counts & said & places.truth], minlength=size)
    either = np.bincount(places.part[counts & (said | places.truth)], minlength=size)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(either > 0, both / either, np.nan))


def report(places: Places, said: dict[str, Bools], chosen: Bools) -> list[dict[str, Any]]:
    """Mean IoU by hidden share of some parts, of each way to tell."""
    scores = {name: ious(places, each, chosen) for name, each in said.items()}
    rows = []
    for low, high in [*pairwise(BINS[1:]), (BINS[1], BINS[-1])]:
        mine = chosen & (places.hidden >= low) & (places.hidden < high)
        mine &= np.isfinite(next(iter(scores.values())))
        if mine.any():
            means = {name: round(float(score[mine].mean()), 4) for name, score in scores.items()}
            rows.append({"from": low, "to": min(high, 1.0), "parts": int(mine.sum()), **means})
    return rows


def judges(places: Places, use: int = CHOOSING) -> Bools:
    """The parts (P,) by which a run is judged, or on which it is reported."""
    held = places.use == use
    chosen = held & places.artist
    if chosen.sum() >= 20:
        return chosen
    return held if held.any() else np.ones_like(held)


def of_parts(places: Places, chosen: Bools) -> Places:
    """The places of some parts (P,) alone."""
    mine = chosen[places.part]
    some = {name: getattr(places, name)[mine] for name in ("features", "truth", "way", "part")}
    return replace(places, **some, weight=places.weight[mine])
