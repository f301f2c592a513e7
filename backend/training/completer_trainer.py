# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the completer: a residual on the winding number of what is seen of a part.

`python -m backend.training.completer_trainer --data build/completer --out build/completer-run
--minutes 30` makes `completer.safetensors` in the run's folder, the best by the parts of some
held-out groups; others are only reported, at the end. It can be stopped at any time and goes on by
the same command; with more minutes a finished run goes on. `--pack FILE` writes all samples into
one file of at most `--rows` places and ends; `--data FILE` trains from it, on a GPU where there is
one.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..contract.arrays import Bools, Floats, Ints
from ..engines.completion_features import NAMES
from ..models.completer import Completer, CompleterConfig, shapes
from .completer_data import CHOOSING, LEARNED, REPORTED, UNREACHED
from .completer_places import Places, judges, of_parts, pack, read, report

RUN, BEST, LOG = "run.safetensors", "completer.safetensors", "measured.jsonl"
BATCH, RATE, DECAY, WARM = 4096, 2e-3, 0.02, 200
NOISE, OF_PARTS = 0.03, 0.3  # deviation added to features, in theirs, and to those of whole parts
SAME = (
    "loops", "open", "extent 1", "extent 2", "extent 3", "share", "lent share", "unit",
    "turns", "moves", "loop agreement", "loop radius", "loop spread", "loop thickness", "loop rise",
    "loop room", "second loop radius", "loops facing", "loops apart",
)  # fmt: skip  # all or many places of a part share them: without noise they tell parts by heart
EASY, RARE = 0.2, 0.25  # error of the winding number below which places are drawn more rarely
DROPPED = 0.3  # share of the places that must do without a group of features
GROUPS = (("winding", "own winding", "logit"), ("loop ", "second loop", "loops"), ("border",),
          ("turned", "turns"), ("moved", "moves"))  # fmt: skip
SHRUNK = (0.4, 0.55, 0.7, 0.85, 1.0)  # of what the network adds, the best ships
RAISED = (-0.15, 0.0, 0.15, 0.3)  # what is added to it besides: unsure places count more inside
AVERAGED = 0.999  # of the running mean of the arrays, which is what ships, a step


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
    some = np.flatnonzero((places.way != UNREACHED) & (places.use == LEARNED)[places.part])
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


def begun_from(path: Path, fresh: Run) -> Run:
    """A run that begins with weights that were exported before.

    Their features must be the first of today's. What is wider or new in `fresh` begins with what
    it has, but adds nothing at first.
    """
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        features = json.loads(file.metadata()["features"])
        config = CompleterConfig(**json.loads(file.metadata()["config"]))
        old = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    if features != list(NAMES[: len(features)]) or config.layers != fresh.config.layers:
        raise SystemExit(f"{path} is of other features or layers; begin anew.")
    if config.width > fresh.config.width:
        raise SystemExit(f"{path} is wider than --width; begin anew.")
    for name, array in fresh.arrays.items():
        value = array.detach()
        mine = tuple(slice(0, n) for n in old[name].shape)
        if name.startswith("layer") and name.endswith("weight"):
            value[config.width :, : config.width] = 0
        elif name == "in.weight":
            value[len(features) :, : config.width] = 0
        value[mine] = old[name].to(value.device)
    return replace(fresh, mean=copied(fresh.arrays))


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


def export(run: Run, path: Path, shrink: float = 1.0, raised: float = 0.0) -> None:
    """Writes what the product reads.

    shrink : share of what the network adds that is taken. raised : what is added besides.
    """
    from safetensors.numpy import save_file

    arrays = {n: a.detach().float().cpu().numpy() for n, a in run.mean.items()}
    arrays |= {n: shrink * a for n, a in arrays.items() if n.startswith("out.")}
    arrays["out.bias"] = arrays["out.bias"] + np.float32(raised)
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


@dataclass(frozen=True)
class Measure:
    """A score, larger is better, how what the network adds is taken for it, and the table."""

    score: float = -math.inf
    shrink: float = 1.0
    raised: float = 0.0
    rows: tuple[dict[str, Any], ...] = ()


def measured(
    run: Run,
    places: Places,
    device: torch.device,
    chosen: Bools,
    taken: Sequence[tuple[float, float]] = tuple(product(SHRUNK, RAISED)),
) -> Measure:
    """How good a run is on some parts (P,), with the best of ways to take what it adds.

    taken : shares of it and what is added besides. Parts of which much is hidden count most in the
    loss, and whole parts are measured by what they have in common with the truth, for which unsure
    places are better inside: both shift what the network should say.
    """
    index = {name: NAMES.index(name) for name in ("own winding", "winding")}
    said = {
        "winding number": places.features[:, index["own winding"]] > 0.5,
        "lent": places.features[:, index["winding"]] > 0.5,
    }
    logit = places.features[:, NAMES.index("logit")].astype(np.float32)
    added = answers(run, places, device)
    best = Measure()
    for shrink, raised in taken:
        each = {"network": logit + shrink * added + raised > 0}
        mine = report(places, each, chosen)
        score = float(np.mean([row["network"] for row in mine[:-1] or mine])) if mine else 0.0
        if score > best.score:
            best = Measure(score, shrink, raised, tuple(mine))
    others = report(places, said, chosen)
    rows = tuple(one | row for one, row in zip(others, best.rows, strict=True))
    return replace(best, rows=rows)


def drawn(places: Places) -> tuple[Ints, Floats, Floats]:
    """The places that are learned, sums by which they are drawn, and what each then counts.

    Places count by how often they are drawn. Where the winding number is nearly right already they
    are drawn more rarely and count more, which is the same but learns faster.
    """
    learned = (places.way != UNREACHED) & (places.use == LEARNED)[places.part]
    learned &= places.weight > 0
    chosen = np.flatnonzero(learned)
    winding = places.features[chosen, NAMES.index("winding")].astype(np.float32)
    easy = np.abs(winding.clip(0, 1) - places.truth[chosen]) < EASY
    rare = np.where(easy, RARE, 1.0)
    return chosen, np.cumsum(places.weight[chosen] * rare), (1 / rare).astype(np.float32)


def groups(device: torch.device) -> torch.Tensor:
    """Which features belong to each of GROUPS: (G, C)."""
    member = [[any(name.startswith(start) for start in group) for name in NAMES]
              for group in GROUPS]  # fmt: skip
    return torch.tensor(member, device=device)


def train(run: Run, places: Places, options: argparse.Namespace, device: torch.device) -> None:
    """Steps until the minutes are spent; measures and saves now and then."""
    chosen, sums, counts = drawn(places)
    on_device = device.type == "cuda"
    features = torch.from_numpy(places.features)
    truth = torch.from_numpy(places.truth)
    if on_device:
        features, truth = features.to(device), truth.to(device)
    net = Completer(run.config, run.arrays)
    asked = of_parts(places, judges(places))
    run.best = -math.inf  # the samples may be others than before
    whole, saved, clock = 60 * options.minutes, run.seconds, time.monotonic()
    same = torch.tensor([OF_PARTS if name in SAME else NOISE for name in NAMES], device=device)
    noise_of = same * run.arrays["deviation"]
    member = groups(device)
    rng = np.random.default_rng([options.seed, run.step])
    begun_at, begun_step = run.seconds, run.step
    while run.seconds < whole:
        pick = np.searchsorted(sums, rng.random(options.batch) * sums[-1])
        pick = np.minimum(pick, len(chosen) - 1)
        count = torch.from_numpy(counts[pick]).to(device)
        at = torch.from_numpy(chosen[pick]).to(features.device)
        rows = features[at].to(device).float()
        dropped = torch.rand(len(rows), len(member), device=device) < DROPPED / len(member)
        hole = (dropped[:, :, None] & member).any(dim=1)
        shown = torch.where(hole, run.arrays["mean"], rows + noise_of * torch.randn_like(rows))
        with torch.autocast(device.type, torch.bfloat16, enabled=on_device or options.half):
            added = net.forward(shown)
        odds = rows[:, NAMES.index("logit")] + added.float()
        loss = (
            torch.nn.functional.binary_cross_entropy_with_logits(
                odds, truth[at].to(device).float(), count
            )
            / counts.mean()
        )
        share = run.seconds / whole
        rate = (
            options.rate
            * min(1.0, (run.step + 1) / WARM)
            * (0.02 + 0.98 * math.cos(share * 1.5708))
        )
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
            found = measured(run, asked, device, judges(asked))
            if found.score > run.best:
                run.best = found.score
                export(run, options.out / BEST, found.shrink, found.raised)
            run.save(options.out)
            told = {"step": run.step, "minutes": round(run.seconds / 60, 2)}
            told |= {"steps a second": round((run.step - begun_step) / (saved - begun_at), 1)}
            told |= {"score": found.score, "shrunk": found.shrink, "raised": found.raised}
            with (options.out / LOG).open("a", encoding="utf-8") as file:
                row = told | {"loss": float(loss.detach()), "rows": found.rows}
                file.write(json.dumps(row) + "\n")
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
    parser.add_argument("--rate", type=float, default=RATE, help="of learning, at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--half", action="store_true", help="bfloat16 on processors that have it")
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
    if run is None:
        run = begun(config, places, device, options.seed)
        if options.begin_with:
            run = begun_from(options.begin_with, run)
    train(run, places, options, device)
    if (options.out / BEST).is_file():
        print(json.dumps(told_at_last(run, options.out / BEST, places, device), indent=1))
    return 0


def told_at_last(run: Run, path: Path, places: Places, device: torch.device) -> dict[str, Any]:
    """The tables of what ships, on parts that chose it and on parts that did not."""
    from safetensors.torch import load_file

    best = {name: a.float().to(device) for name, a in load_file(path).items()}
    run = replace(run, mean=best)
    tables: dict[str, Any] = {}
    for name, use in (("chose", CHOOSING), ("reported", REPORTED)):
        chosen = judges(places, use)
        mine = of_parts(places, chosen)
        tables[name] = measured(run, mine, device, chosen, [(1.0, 0.0)]).rows
    return tables


if __name__ == "__main__":
    sys.exit(main())
