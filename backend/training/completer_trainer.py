# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the completer: a residual on the winding number of what is seen of a part.

`python -m backend.training.completer_trainer --data build/completer --out build/completer-run
--minutes 30` makes `completer.safetensors` in the run's folder, the best by the parts of held-out
groups. It can be stopped at any time and goes on by the same command; with more minutes a finished
run goes on. `--pack FILE` writes all samples into one file of at most `--rows` places and ends;
`--data FILE` trains from it, on a GPU where there is one.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..contract.arrays import Bools, Floats, Ints
from ..engines.completion_features import NAMES
from ..engines.hidden import read_completer
from ..models.completer import Completer, CompleterConfig, shapes
from .completer_data import EVENLY, NEARBY, UNREACHED, load_samples
from .segmenter_data import HELD_OUT, fold

RUN, BEST, LOG = "run.safetensors", "completer.safetensors", "measured.jsonl"
BINS = (0.0, 0.02, 0.08, 0.2, 0.4, 1.01)  # of the hidden share
COUNTS = (0.2, 0.5, 1.0, 2.0, 3.0)  # how much a part of each bin counts
MADE, SCULPTED = 0.6, 0.35  # how much parts of varied copies and of sculptures count; others one
LEAST = 30  # places in a part, below which it counts less
NEAR_COUNT = 0.4  # of the places near the surface, for one of those spread evenly
BATCH, RATE, DECAY, WARM = 4096, 2e-3, 0.02, 200
NOISE, OF_PARTS = 0.02, 0.2  # deviation added to features, in theirs, and to those of whole parts
SAME = (
    "loops",
    "open",
    "extent 1",
    "extent 2",
    "extent 3",
    "share",
    "lent share",
    "unit",
)  # features that all places of a part share: without noise they would tell parts by heart
SHRUNK = (0.3, 0.4, 0.5, 0.6, 0.7, 0.85, 1.0)  # of what the network adds, the best ships
AVERAGED = 0.999  # of the running mean of the arrays, which is what ships, a step


@dataclass(frozen=True)
class Places:
    """All samples. features : (N, C) float16. truth, way : (N,). part : (N,) which of all parts.
    hidden, held, artist : (P,) of each part its hidden share, whether it is measured only, whether
    it is an artist's object as it was made. weight : (N,).
    """

    features: np.ndarray
    truth: Bools
    way: np.ndarray
    part: Ints
    hidden: Floats
    held: Bools
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
    held: list[bool] = []
    artist: list[bool] = []
    kinds: list[float] = []
    for path in paths:
        one = load_samples(path)
        shown, part = np.unique(one["part"], return_inverse=True)
        columns["part"].append(part.reshape(-1) + len(hidden))
        for name in ("features", "truth", "way"):
            columns[name].append(one[name])
        hidden += list(one["hidden"][shown])
        held += [fold(one["group"]) < HELD_OUT] * len(shown)
        is_made = one["kind"] == "procedural" or "copy" in path.stem
        artist += [not is_made] * len(shown)
        counts = MADE if "copy" in path.stem else 1.0
        kinds += [SCULPTED if one["kind"] == "procedural" else counts] * len(shown)
    joined = {name: np.concatenate(some) for name, some in columns.items()}
    if rows and len(joined["truth"]) > rows:
        keep = np.random.default_rng(0).permutation(len(joined["truth"]))[:rows]
        joined = {name: values[np.sort(keep)] for name, values in joined.items()}
    weight = weights_of(joined, np.array(hidden), np.array(kinds))
    return Places(**joined, hidden=np.array(hidden), held=np.array(held),
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


@dataclass
class Run:
    """Training as it stands: arrays, their running mean, optimizer, steps, seconds, best score."""

    config: CompleterConfig
    arrays: dict[str, torch.Tensor]
    mean: dict[str, torch.Tensor]
    optimizer: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0
    best: float = -math.inf

    def learned(self) -> list[str]:
        """The names of the arrays that learn."""
        return [name for name in self.arrays if name not in ("mean", "deviation")]

    def save(self, folder: Path) -> None:
        """Writes the run so that `resumed` goes on from it."""
        from safetensors.torch import save_file

        held = {f"array.{name}": a.detach().cpu() for name, a in self.arrays.items()}
        held |= {f"mean.{name}": a.detach().cpu() for name, a in self.mean.items()}
        for name in self.learned():
            for key, value in self.optimizer.state.get(self.arrays[name], {}).items():
                held[f"optimizer.{key}.{name}"] = torch.as_tensor(value).detach().cpu().clone()
        about = {"config": asdict(self.config), "step": self.step, "seconds": self.seconds}
        about |= {"best": self.best, "features": list(NAMES)}
        partial = folder / f"{RUN}.part"
        save_file(held, partial, {"about": json.dumps(about)})
        partial.replace(folder / RUN)


def begun(config: CompleterConfig, places: Places, device: torch.device, seed: int) -> Run:
    """A run before its first step: it says what the winding number says."""
    torch.manual_seed(seed)
    some = np.flatnonzero((places.way != UNREACHED) & ~places.held[places.part])
    some = np.random.default_rng(seed).permutation(some)[:200_000]
    rows = places.features[some].astype(np.float32)
    arrays: dict[str, torch.Tensor] = {}
    for name, shape in shapes(config).items():
        if name == "mean":
            value = torch.from_numpy(rows.mean(axis=0))
        elif name == "deviation":
            value = torch.from_numpy(np.maximum(rows.std(axis=0), 0.02))
        elif name.endswith("bias") or name.startswith("out"):
            value = torch.zeros(shape)
        else:
            value = torch.randn(shape) * math.sqrt(2 / shape[0])
            value *= 0.5 if name.startswith("layer") else 1.0
        arrays[name] = value.to(device)
    return Run(config, arrays, copied(arrays), optimizer_of(arrays))


def begun_from(path: Path, device: torch.device) -> Run:
    """A run that begins with weights that were exported before; features keep their scales."""
    net = read_completer(path)
    arrays = {name: torch.from_numpy(a).to(device) for name, a in net.arrays.items()}
    return Run(net.config, arrays, copied(arrays), optimizer_of(arrays))


def copied(arrays: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Arrays of their own, which do not learn."""
    return {name: a.detach().clone() for name, a in arrays.items()}


def optimizer_of(arrays: dict[str, torch.Tensor]) -> torch.optim.Optimizer:
    """AdamW over what learns."""
    learned = [a.requires_grad_() for n, a in arrays.items() if n not in ("mean", "deviation")]
    return torch.optim.AdamW(learned, RATE, weight_decay=DECAY, betas=(0.9, 0.98))


def resumed(folder: Path, device: torch.device) -> Run | None:
    """The run of a folder; None where there is none, or it was of other features."""
    from safetensors import safe_open

    if not (folder / RUN).is_file():
        return None
    with safe_open(folder / RUN, "pt") as file:
        about = json.loads(file.metadata()["about"])
        if about["features"] != list(NAMES):
            return None
        held = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    config = CompleterConfig(**about["config"])
    arrays = {name: held[f"array.{name}"].to(device) for name in shapes(config)}
    mean = {name: held[f"mean.{name}"].to(device) for name in shapes(config)}
    run = Run(config, arrays, mean, optimizer_of(arrays))
    run.step, run.seconds, run.best = about["step"], about["seconds"], about["best"]
    for name in run.learned():
        keys = ("step", "exp_avg", "exp_avg_sq")
        if f"optimizer.exp_avg.{name}" in held:
            state = {key: held[f"optimizer.{key}.{name}"] for key in keys}
            state = {k: v if k == "step" else v.to(device) for k, v in state.items()}
            run.optimizer.state[arrays[name]] = state
    return run


def export(run: Run, path: Path, shrink: float = 1.0) -> None:
    """Writes what the product reads. shrink : share of what the network adds that is taken."""
    from safetensors.numpy import save_file

    arrays = {n: a.detach().float().cpu().numpy() for n, a in run.mean.items()}
    arrays |= {n: shrink * a for n, a in arrays.items() if n.startswith("out.")}
    arrays = {n: np.ascontiguousarray(a, np.float16 if a.ndim > 1 else np.float32)
              for n, a in arrays.items()}  # fmt: skip
    about = {"config": json.dumps(asdict(run.config)), "features": json.dumps(NAMES)}
    save_file(arrays, path, about)


def answers(run: Run, places: Places, device: torch.device) -> Floats:
    """What the network adds to the logit of the winding number at all places: (N,)."""
    net, found = Completer(run.config, run.mean), []
    with torch.no_grad():
        for at in range(0, len(places.truth), 65536):
            rows = torch.from_numpy(places.features[at : at + 65536]).to(device).float()
            found.append(net.forward(rows).cpu().numpy())
    return np.concatenate(found)


def judges(places: Places) -> Bools:
    """The parts (P,) by which a run is judged."""
    chosen = places.held & places.artist
    if chosen.sum() >= 20:
        return chosen
    return places.held if places.held.any() else np.ones_like(places.held)


def of_parts(places: Places, chosen: Bools) -> Places:
    """The places of some parts (P,) alone."""
    mine = chosen[places.part]
    some = {name: getattr(places, name)[mine] for name in ("features", "truth", "way", "part")}
    return replace(places, **some, weight=places.weight[mine])


def measured(
    run: Run, places: Places, device: torch.device
) -> tuple[float, float, list[dict[str, Any]]]:
    """A score, larger is better, the share of what the network adds that gives it, and the table.

    Of held-out parts: artists' where there are some. Parts of which much is hidden count most in
    the loss, which makes the network too sure of the others; the share takes that back.
    """
    chosen = judges(places)
    index = {name: NAMES.index(name) for name in ("own winding", "winding")}
    said = {
        "winding number": places.features[:, index["own winding"]] > 0.5,
        "lent": places.features[:, index["winding"]] > 0.5,
    }
    logit = places.features[:, NAMES.index("logit")].astype(np.float32)
    added = answers(run, places, device)
    best: tuple[float, float, list[dict[str, Any]]] = (-math.inf, 1.0, [])
    for share in SHRUNK:
        rows = report(places, said | {"network": logit + share * added > 0}, chosen)
        score = float(np.mean([row["network"] for row in rows[:-1] or rows])) if rows else 0.0
        if score > best[0]:
            best = score, share, rows
    return best


def train(run: Run, places: Places, options: argparse.Namespace, device: torch.device) -> None:
    """Steps until the minutes are spent; measures and saves now and then."""
    chosen = np.flatnonzero((places.way != UNREACHED) & ~places.held[places.part])
    on_device = device.type == "cuda"
    features = torch.from_numpy(places.features[chosen])
    truth = torch.from_numpy(places.truth[chosen].astype(np.float32))
    weight = torch.from_numpy(places.weight[chosen].astype(np.float32))
    if on_device:
        features, truth, weight = features.to(device), truth.to(device), weight.to(device)
    net = Completer(run.config, run.arrays)
    asked = of_parts(places, judges(places))
    run.best = -math.inf  # the samples may be others than before
    whole, saved, clock = 60 * options.minutes, run.seconds, time.monotonic()
    same = torch.tensor([OF_PARTS if name in SAME else NOISE for name in NAMES], device=device)
    noise_of = same * run.arrays["deviation"]
    generator = torch.Generator().manual_seed(options.seed + run.step)
    while run.seconds < whole:
        pick = torch.randint(len(chosen), (options.batch,), generator=generator)
        pick = pick.to(features.device)
        rows = features[pick].to(device).float()
        noise = noise_of * torch.randn_like(rows)
        with torch.autocast(device.type, torch.bfloat16, enabled=on_device):
            added = net.forward(rows + noise)
        odds = rows[:, NAMES.index("logit")] + added.float()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            odds, truth[pick].to(device), weight[pick].to(device)
        )
        share = run.seconds / whole
        rate = RATE * min(1.0, (run.step + 1) / WARM) * (0.02 + 0.98 * math.cos(share * 1.5708))
        for group in run.optimizer.param_groups:
            group["lr"] = rate
        run.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([run.arrays[n] for n in run.learned()], 1.0)
        run.optimizer.step()
        run.step += 1
        keep = min(AVERAGED, run.step / (run.step + 10))
        with torch.no_grad():
            for name in run.learned():
                run.mean[name].lerp_(run.arrays[name], 1 - keep)
        now = time.monotonic()
        run.seconds, clock = run.seconds + now - clock, now
        if run.seconds - saved > 60 * options.every or run.seconds >= whole:
            saved = run.seconds
            score, shrink, rows_ = measured(run, asked, device)
            if score > run.best:
                run.best = score
                export(run, options.out / BEST, shrink)
            run.save(options.out)
            told = {"step": run.step, "minutes": round(run.seconds / 60, 2), "score": score}
            told["shrunk"] = shrink
            with (options.out / LOG).open("a", encoding="utf-8") as file:
                file.write(json.dumps(told | {"loss": float(loss.detach()), "rows": rows_}) + "\n")
            print(told, flush=True)
            clock = time.monotonic()


def main(argv: list[str] | None = None) -> int:
    """Command line; returns an exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER_OR_FILE")
    parser.add_argument("--out", type=Path, metavar="FOLDER")
    parser.add_argument("--pack", type=Path, metavar="FILE")
    parser.add_argument("--rows", type=int, default=0, metavar="N")
    parser.add_argument("--begin-with", type=Path, metavar="FILE", help="weights to go on from")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--every", type=float, default=1.0, metavar="MINUTES")
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--width", type=int, default=160)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    places = read(options.data, options.rows)
    if options.pack:
        pack(places, options.pack)
        return 0
    if options.out is None:
        parser.error("--out is missing")
    options.out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    config = CompleterConfig(len(NAMES), options.width, options.layers)
    run = resumed(options.out, device)
    if run is None and options.begin_with:
        run = begun_from(options.begin_with, device)
    run = run or begun(config, places, device, options.seed)
    train(run, places, options, device)
    score, shrink, rows = measured(run, of_parts(places, judges(places)), device)
    print(json.dumps({"score": score, "shrunk": shrink, "rows": rows}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
