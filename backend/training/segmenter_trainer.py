# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the segmenter.

`python -m backend.training.segmenter_trainer --data build/segmenter --out build/run --minutes 100`.
The run can be stopped and resumed at any time, on CPU or CUDA: its state is in the folder O. The
learning rate stays level until the last part of the minutes given, then falls to nothing; a run
that is given more minutes later goes on from before the fall. The weights written are the best that
were measured on the families of shapes and groups of objects that training never sees.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..models.numpy_ops import NumpyOps
from ..models.segmenter import CLICK_MAPS, CLICK_WAYS, Encoding, Segmenter, SegmenterConfig, shapes
from .segmenter_clicks import Queries, corrected, first_clicks
from .segmenter_data import Sample, fold, load_sample
from .segmenter_report import reports, summary, table
from .torch_ops import TorchOps

KIND_WEIGHT = {
    "rig": 3.0,
    "nodes": 1.5,
    "groups": 2.0,
    "articulated_links": 1.5,
    "shells": 0.4,
    "procedural": 1.0,
}
QUIET = tuple(
    f"{name}.weight" for name in ("products", "pair.attend", "affinity", "draft", "lone")
)  # begin small: what is added to sums, or says how sure the network is
FALL = 0.25  # share of the minutes in which the learning rate falls
WARM_STEPS = 150


@dataclass(frozen=True)
class Recipe:
    """What a run is made with.

    rate : peak learning rate. decay : of the weights. batch : samples a step. clicks : sets of
    clicks a sample, and as many corrections of them. held_out : folds of a hundred that are
    measured, not learned. noise : deviation added to patch features, in their deviations.
    """

    rate: float = 1e-3
    decay: float = 0.05
    batch: int = 6
    clicks: int = 4
    held_out: int = 12
    noise: float = 0.03
    click_weight: float = 0.4
    seed: int = 0


def initial(config: SegmenterConfig, samples: list[Sample], seed: int) -> dict[str, Tensor]:
    """Fresh arrays; the features are scaled to what is found in the samples."""
    rng = torch.Generator().manual_seed(seed)
    arrays = {}
    for name, shape in shapes(config).items():
        leaf = name.rsplit(".", 1)[-1]
        if leaf == "bias" or leaf == "mean":
            value = torch.zeros(shape)
        elif leaf in ("deviation", "metric") or len(shape) == 1:
            value = torch.ones(shape)
        else:
            fan = shape[1] if name.split(".")[0] in ("pair", "mix1", "mix2") else shape[0]
            value = torch.randn(shape, generator=rng) / math.sqrt(fan)
            if name.endswith((".out.weight", ".down.weight")) or name in QUIET:
                value *= 0.3
        arrays[name] = value
    patch = np.concatenate([one.patch for one in samples])
    pair = np.concatenate(
        [one.pair.reshape(len(one.pair), -1)[:, ::41] for one in samples], axis=1
    ).astype(np.float32)
    arrays["patch.mean"] = torch.from_numpy(patch.mean(axis=0))
    arrays["patch.deviation"] = torch.from_numpy(patch.std(axis=0) + 1e-3)
    arrays["pair.mean"] = torch.from_numpy(pair.mean(axis=1)[:, None])
    arrays["pair.deviation"] = torch.from_numpy(pair.std(axis=1)[:, None] + 1e-2)
    sign = [1.0] * len(CLICK_MAPS) + [-1.0] * len(CLICK_WAYS)
    chosen = [*CLICK_MAPS, *CLICK_WAYS]
    clicked = pair[chosen] * np.array(sign, np.float32)[:, None]
    arrays["click.mean"][1:, 0] = torch.from_numpy(clicked.mean(axis=1))
    arrays["click.deviation"][0] = 3.0
    arrays["click.deviation"][1:, 0] = torch.from_numpy(clicked.std(axis=1) + 1e-2)
    return arrays


FIXED = ("mean", "deviation")


def learnable(arrays: dict[str, Tensor]) -> dict[str, Tensor]:
    """The arrays that training changes."""
    return {name: a for name, a in arrays.items() if not name.endswith(FIXED)}


@dataclass
class Batch:
    """Samples of one size on the device."""

    samples: list[Sample]
    patch: Tensor
    pair: Tensor
    share: Tensor
    agreement: Tensor
    weight: Tensor


def agreement(one: Sample) -> np.ndarray:
    """Chance that random faces of two patches share a part, over the opinions: (P, P)."""
    found = np.zeros((len(one.patch),) * 2, np.float32)
    for parts, weight in zip(one.opinions, one.weights, strict=True):
        found += weight * (parts @ parts.T)
    return np.clip(found, 0, 1)


def pair_weight(one: Sample) -> np.ndarray:
    """How much each pair of patches counts: by their size, more evenly, and neighbours more."""
    faces = one.faces / one.faces.sum()
    area = one.share / one.share.sum()
    size = 0.5 * (faces + area)
    even = np.sqrt(size)
    even /= even.sum()
    found = 0.5 * size[:, None] * size[None, :] + 0.5 * even[:, None] * even[None, :]
    if len(one.borders):
        i, j = one.borders.T
        found[i, j] += 0.15 / len(i)
        found[j, i] += 0.15 / len(i)
    return found.astype(np.float32)


def stacked(samples: list[Sample], device: torch.device) -> Batch:
    """Samples of equally many patches as one batch."""

    def stack(arrays: list[np.ndarray]) -> Tensor:
        return torch.from_numpy(np.stack(arrays)).to(device, torch.float32)

    return Batch(
        samples=samples,
        patch=stack([one.patch for one in samples]),
        pair=stack([one.pair for one in samples]),
        share=stack([one.share for one in samples]),
        agreement=stack([agreement(one) for one in samples]),
        weight=stack([pair_weight(one) for one in samples]),
    )


def loss_of(
    net: Segmenter, batch: Batch, recipe: Recipe, rng: np.random.Generator
) -> dict[str, Tensor]:
    """Losses of a batch, each the mean over its samples: of the pairs, of the masks, of the IoU."""
    scale = net.arrays["patch.deviation"] * recipe.noise
    patch = batch.patch + torch.randn_like(batch.patch) * scale
    coded = net.encode(patch, batch.pair, batch.share)
    pairs = sum(
        factor
        * (
            functional.binary_cross_entropy_with_logits(logit, batch.agreement, reduction="none")
            * batch.weight
        ).sum()
        for factor, logit in ((1.0, coded.affinity), (0.4, coded.draft))
    ) / len(batch.samples)
    masks, ious = [], []
    for k, one in enumerate(batch.samples):
        queries = first_clicks(one, recipe.clicks, rng)
        own = Encoding(
            tokens=coded.tokens[k],
            affinity=coded.affinity[k],
            draft=coded.draft[k],
            share=coded.share[k],
            flow=coded.flow[k].detach(),
            clicked=coded.clicked[k].detach(),
        )
        first = mask_loss(net, own, queries)
        second = mask_loss(net, own, corrected(one, queries, first[2], rng))
        masks += [first[0], second[0]]
        ious += [first[1], second[1]]
    return {
        "pairs": pairs,
        "masks": torch.stack(masks).mean(),
        "iou": torch.stack(ious).mean(),
    }


def mask_loss(net: Segmenter, coded: Encoding, queries: Queries) -> tuple[Tensor, Tensor, Tensor]:
    """Loss of the best mask of each query, of the expected IoU, and the chosen masks (Q, P)."""
    device = coded.tokens.device

    def tensor(array: np.ndarray) -> Tensor:
        return torch.from_numpy(array).to(device)

    answer = net.answer(
        coded,
        tensor(queries.clicks),
        tensor(queries.signs),
        tensor(queries.before),
        tensor(queries.known),
    )
    truth = tensor(queries.truth)[:, None, :].expand_as(answer.masks)  # (Q, M, P)
    share = coded.share / coded.share.sum()
    even = share.sqrt() / share.sqrt().sum()
    entropy = functional.binary_cross_entropy_with_logits(answer.masks, truth, reduction="none")
    chance = answer.masks.sigmoid()
    common = (torch.minimum(chance, truth) * share).sum(-1)
    whole = (torch.maximum(chance, truth) * share).sum(-1)
    each = (entropy * (0.5 * share + 0.5 * even)).sum(-1) + 1 - common / (whole + 1e-6)  # (Q, M)
    chosen = each.argmin(1)
    loss = each.min(1).values.mean() + 0.05 * each.mean()
    with torch.no_grad():
        hard = (answer.masks > 0).float()
        found = (torch.minimum(hard, truth) * share).sum(-1)
        found = found / ((torch.maximum(hard, truth) * share).sum(-1) + 1e-6)
    iou = functional.binary_cross_entropy_with_logits(answer.iou, found)
    best = chance[torch.arange(len(chosen)), chosen].detach()
    return loss, iou, best


@dataclass
class State:
    """A run: arrays, optimizer, and how far it is."""

    config: SegmenterConfig
    arrays: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0
    best: float = math.inf
    log: list[dict[str, float]] = field(default_factory=list)


def optimizer_of(arrays: dict[str, Tensor], recipe: Recipe) -> torch.optim.Optimizer:
    """AdamW; only matrices decay."""
    matrices = [a for a in learnable(arrays).values() if min(a.shape) > 1 and a.ndim == 2]
    rest = [a for a in learnable(arrays).values() if not (min(a.shape) > 1 and a.ndim == 2)]
    return torch.optim.AdamW(
        [
            {"params": matrices, "weight_decay": recipe.decay},
            {"params": rest, "weight_decay": 0.0},
        ],
        lr=recipe.rate,
        betas=(0.9, 0.98),
        fused=True,
    )


def save_state(path: Path, state: State) -> None:
    """All that a run needs to go on; tensors as safetensors, the rest beside them as JSON."""
    from safetensors.torch import save_file

    tensors = {f"array.{name}": a.detach().cpu().contiguous() for name, a in state.arrays.items()}
    for name, a in learnable(state.arrays).items():
        for key, value in state.optimizer.state.get(a, {}).items():
            tensors[f"{key}.{name}"] = torch.as_tensor(value).detach().cpu().contiguous()
    about = {
        "config": asdict(state.config),
        "step": state.step,
        "seconds": state.seconds,
        "best": state.best,
        "log": state.log,
    }
    temporary = path.with_suffix(".part")
    save_file(tensors, temporary, {"about": json.dumps(about)})
    temporary.replace(path)


def load_state(path: Path, recipe: Recipe, device: torch.device) -> State:
    """Read what `save_state` wrote."""
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        about = json.loads(file.metadata()["about"])
        tensors = {name: file.get_tensor(name).to(device) for name in file.keys()}  # noqa: SIM118
    config = SegmenterConfig(**about.pop("config"))
    arrays = {name: tensors[f"array.{name}"] for name in shapes(config)}
    for a in learnable(arrays).values():
        a.requires_grad_(True)
    optimizer = optimizer_of(arrays, recipe)
    for name, a in learnable(arrays).items():
        found = {key: tensors.get(f"{key}.{name}") for key in ("step", "exp_avg", "exp_avg_sq")}
        if all(value is not None for value in found.values()):
            optimizer.state[a] = found
    return State(config, arrays, optimizer, **about)


def export(path: Path, config: SegmenterConfig, arrays: dict[str, Tensor]) -> None:
    """The arrays alone, in half precision: what ships."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(
        {name: a.detach().cpu().half().contiguous() for name, a in arrays.items()},
        path,
        {"config": json.dumps(asdict(config))},
    )


class Draws:
    """Endless batches of a set of files, drawn by the weight of their kind."""

    def __init__(self, paths: list[Path], kinds: list[str], recipe: Recipe, seed: int) -> None:
        chance = np.array([KIND_WEIGHT[kind] for kind in kinds])
        self.paths, self.chance = paths, chance / chance.sum()
        self.rng = np.random.default_rng([recipe.seed, seed])
        self.batch = recipe.batch

    def next(self, device: torch.device) -> list[Batch]:
        """Batches of samples of equal size that make one step together."""
        chosen = self.rng.choice(len(self.paths), self.batch, p=self.chance)
        groups: dict[int, list[Sample]] = {}
        for k in chosen:
            one = load_sample(self.paths[k])
            groups.setdefault(len(one.patch), []).append(one)
        return [stacked(group, device) for group in groups.values()]


def rate_at(share: float, step: int) -> float:
    """Learning rate as a share of its peak: warm-up, level, then down to nothing."""
    fall = min(1.0, (1 - share) / FALL)
    return max(min(1.0, (step + 1) / WARM_STEPS) * fall, 0.0)


def train(
    state: State,
    draws: Draws,
    recipe: Recipe,
    minutes: float,
    device: torch.device,
    after: Callable[[State, bool], None],
) -> None:
    """Run until `minutes` are spent in all; `after(state, last)` is told of every step."""
    net = Segmenter(state.config, state.arrays, TorchOps())
    parameters = list(learnable(state.arrays).values())
    began, before = time.monotonic(), state.seconds
    while state.seconds < 60 * minutes:
        share = state.seconds / (60 * minutes)
        for group in state.optimizer.param_groups:
            group["lr"] = recipe.rate * rate_at(share, state.step)
        state.optimizer.zero_grad(set_to_none=True)
        row: dict[str, float] = {}
        for batch in draws.next(device):
            part = len(batch.samples) / recipe.batch
            losses = loss_of(net, batch, recipe, draws.rng)
            total = losses["pairs"] + recipe.click_weight * (losses["masks"] + 0.3 * losses["iou"])
            (part * total).backward()
            for name, value in losses.items():
                row[name] = row.get(name, 0.0) + part * float(value.detach())
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        state.optimizer.step()
        state.step += 1
        state.seconds = before + time.monotonic() - began
        state.log.append({"step": state.step, "seconds": round(state.seconds, 1), **row})
        after(state, state.seconds >= 60 * minutes)


def numpy_net(config: SegmenterConfig, arrays: dict[str, Tensor]) -> Segmenter:
    """The network as the product runs it: half precision weights, on NumPy."""
    found = {name: a.detach().cpu().half().float().numpy() for name, a in arrays.items()}
    return Segmenter(config, found, NumpyOps())


def held_out(paths: list[Path], recipe: Recipe) -> tuple[list[Path], list[Path], list[str]]:
    """Files to learn from, files to measure on, and the kinds of the former."""
    learned, measured, kinds = [], [], []
    for path in paths:
        with np.load(path) as file:
            _, group, kind, _ = json.loads(str(file["about"]))
        if fold(group) < recipe.held_out:
            measured.append(path)
        else:
            learned.append(path)
            kinds.append(kind)
    return learned, measured, kinds


def main(argv: list[str] | None = None) -> int:
    """Start or continue a run."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.training.segmenter_trainer", description=__doc__
    )
    parser.add_argument("--data", type=Path, required=True, help="from segmenter_data")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--minutes", type=float, required=True, help="of training in all")
    parser.add_argument("--measure-every", type=float, default=15, metavar="MINUTES")
    parser.add_argument("--measure-most", type=int, default=160, metavar="SAMPLES")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--held-out", type=int, default=Recipe.held_out, metavar="PERCENT")
    parser.add_argument("--rate", type=float, default=Recipe.rate)
    parser.add_argument("--batch", type=int, default=Recipe.batch)
    options = parser.parse_args(argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    recipe = Recipe(held_out=options.held_out, rate=options.rate, batch=options.batch)
    device = torch.device(options.device)
    learned, measured, kinds = held_out(sorted(options.data.glob("*.npz")), recipe)
    chosen = np.random.default_rng(1).permutation(len(measured))[: options.measure_most]
    measured = [measured[k] for k in sorted(chosen)]

    running, level = options.out / "run.safetensors", options.out / "level.safetensors"
    torch.manual_seed(recipe.seed)
    found = next((path for path in (running, level) if path.exists()), None)
    if found is not None:
        state = load_state(found, recipe, device)
        if state.seconds >= 60 * options.minutes * (1 - FALL) and level.exists():
            state = load_state(level, recipe, device)  # more minutes were given: rise again
    else:
        config = SegmenterConfig()
        some = np.random.default_rng(0).choice(len(learned), min(48, len(learned)), replace=False)
        arrays = initial(config, [load_sample(learned[k]) for k in some], recipe.seed)
        arrays = {name: a.to(device) for name, a in arrays.items()}
        for a in learnable(arrays).values():
            a.requires_grad_(True)
        state = State(config, arrays, optimizer_of(arrays, recipe))
    size = sum(a.numel() for a in state.arrays.values())
    say(f"{size / 1e6:.2f} M parameters, {len(learned)} samples, {len(measured)} held out")

    marks = {"saved": time.monotonic(), "measured": state.seconds, "said": time.monotonic()}

    def after(state: State, last: bool) -> None:
        now = time.monotonic()
        if now - marks["said"] > 30 or last:
            marks["said"] = now
            recent = state.log[-100:]
            losses = " ".join(
                f"{key} {np.mean([row[key] for row in recent]):.4f}"
                for key in ("pairs", "masks", "iou")
            )
            say(f"step {state.step} {state.seconds:.0f} s {losses}")
        if now - marks["saved"] > 120 or last:
            marks["saved"] = now
            save_state(running, state)
            if state.seconds < 60 * options.minutes * (1 - FALL):
                save_state(level, state)
        if last or state.seconds - marks["measured"] > 60 * options.measure_every:
            marks["measured"] = state.seconds
            if measured:
                rows = summary(reports(numpy_net(state.config, state.arrays), measured))
                say(f"step {state.step}\n{table(rows)}")
                score = rows["mean of kinds"]["rand"] + 0.3 * (1 - rows["mean of kinds"]["iou1"])
                with (options.out / "measured.jsonl").open("a") as file:
                    file.write(json.dumps({"step": state.step, "seconds": state.seconds, **rows}))
                    file.write("\n")
                if score < state.best:
                    state.best = score
                    export(options.out / "segmenter.safetensors", state.config, state.arrays)
            else:
                export(options.out / "segmenter.safetensors", state.config, state.arrays)

    train(state, Draws(learned, kinds, recipe, state.step), recipe, options.minutes, device, after)
    return 0


def say(text: str) -> None:
    """A line of the log."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
