# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the flow of the part generator on latents, see `latents`.

`python -m backend.training.generator.flow_trainer --latents build/generator/latents --out
build/generator/flow --minutes 120` can be stopped at any time and goes on by the same command. On a
GPU where there is one. What is told and what is known are drawn anew for each object, so that one
set of weights answers every combination.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...models.partflow import (
    FRAMES,
    OF_LEVEL,
    REFINED,
    PartFlow,
    PartFlowConfig,
    Parts,
    shapes,
)
from ..torch_ops import TorchOps
from . import pack
from .axes import FRAME_OF, axes_of
from .guesses import GUESS, learn_guess
from .pictured import Pictures, pictured
from .refinements import REFINE, learn_refinement
from .run import Run, started
from .sets import TOGETHER, Drawn, Encoded, Sets, noisy

RATE = 1e-3
GUESS_STEPS = 1500  # of the guess, before the flow begins to learn
REFINE_STEPS = 3000  # of what refines parts, then
WEIGHTS = {"own": 1.0, "placed": 0.5, "box": 0.5, "look": 0.1, "whole": 0.4}
LADDER = {
    "tiny": PartFlowConfig(
        channels=4,
        axes=64,
        whole_axes=128,
        token=32,
        width=96,
        heads=3,
        pairs=2,
        reading=1,
        guess=96,
        refining=96,
    ),
    "small": PartFlowConfig(width=192, heads=6, pairs=4),
    "base": PartFlowConfig(),
    "large": PartFlowConfig(width=384, heads=12, pairs=8),
}
ABLATIONS: dict[str, dict[str, Any]] = {
    "full": {},
    "no own space": {"own": False},
    "no blocks within": {"within": False},
    "no space embedding": {"spaces": False},
    "no sight across": {"across": False},
    "no parts so far": {"before": False},
    "no guess": {"guess": 0},
    "no refinement": {"refining": 0},
}


def read(
    folder: Path, pictures: Pictures | None = None, there: Mapping[str, Encoded] | None = None
) -> dict[str, Encoded]:
    """The copies in a folder, or in a file of `pack`, by name. there : those read already.

    Objects whose pictures are not there yet go without.
    """
    from safetensors import safe_open

    known = dict(there or {})
    if folder.is_file() and not known:
        known = {row.name: Encoded(row.arrays, row.about) for row in pack.read(folder)}
    for path in folder.glob("*.safetensors"):
        if path.stem not in known:
            with safe_open(path, "np") as file:
                arrays = {n: file.get_tensor(n) for n in file.keys()}  # noqa: SIM118
                known[path.stem] = Encoded(arrays, json.loads(file.metadata()["about"]))
    for one in known.values():
        if pictures and "picture" not in one.arrays and (held := pictures.of(one.about["name"])):
            one.arrays.update(pictured(held, mirrored=one.about["copy"] % 2 == 1))
    if not known:
        raise SystemExit(f"{folder} holds no latents.")
    return {name: known[name] for name in sorted(known)}


def divided(copies: Mapping[str, Encoded]) -> tuple[list[Encoded], list[Encoded]]:
    """What is learned, and what is held out; all of it where nothing is."""
    learned = [one for one in copies.values() if not one.about["held_out"]]
    return learned, [one for one in copies.values() if one.about["held_out"]] or learned


def loss_of(
    net: PartFlow, drawn: Drawn, device: torch.device, rng: torch.Generator
) -> tuple[Tensor, dict[str, Tensor]]:
    """The mean squared error of velocities where there is noise, and each member's own."""
    n = noisy(drawn, device, rng)
    said = net.velocity(Parts(**n.members), n.levels, n.given).each()
    told: dict[str, Tensor] = {}
    loss = torch.zeros((), device=device)
    for name, clean in n.clean.items():
        if name == "own" and not net.config.own:
            continue
        level = getattr(n.levels, OF_LEVEL[name])
        error = (said[name].float() - (clean - n.noise[name])).square().mean((-2, -1))
        learned = (level > 0).float()
        if name == "whole":
            # A whole that is all noise beside parts that are known is not to be guessed from them.
            learned = learned * (level < 1)
        elif name != "box":
            learned = learned * n.there
        told[name] = (error * learned).sum() / learned.sum().clamp(min=1)
        loss = loss + WEIGHTS[name] * told[name]
    return loss, told


def measured(
    net: PartFlow, objects: Sequence[Encoded], device: torch.device, sets: int = 96
) -> dict[str, float]:
    """The loss of held-out objects, each time of the same sets and noise."""
    draws = Sets(objects, net.config, np.random.default_rng(1))
    rng = torch.Generator().manual_seed(1)
    kept: list[dict[str, float]] = []
    with torch.no_grad():
        for number in TOGETHER:
            for _ in range(2):
                loss, told = loss_of(net, draws.of(number, sets // (2 * number) + 1), device, rng)
                row = {n: float(v) for n, v in told.items()} | {"all": float(loss)}
                kept.append(row)
    return {f"held {n}": round(float(np.mean([r[n] for r in kept])), 4) for n in kept[0]}


def fitting(config: PartFlowConfig, one: Encoded) -> PartFlowConfig:
    """The config with as many channels as the latents of a copy have."""
    return replace(config, channels=one.arrays["own"].shape[-1])


def along(copies: Mapping[str, Encoded], net: PartFlow) -> dict[str, Encoded]:
    """Copies whose latents, as `latents` wrote them, are tokens of a flow, by name.

    net : of torch. Arrays that are not its latents stay.
    """
    told = {}
    for name, one in copies.items():
        arrays = dict(one.arrays)
        for key, frame in FRAME_OF.items():
            latents = torch.from_numpy(arrays[key].astype(np.float32))
            with torch.no_grad():
                tokens = net.tokens(latents.to(net.arrays["spaces"].device), frame)
            arrays[key] = tokens.cpu().numpy().astype(np.float16)
        told[name] = Encoded(arrays, one.about)
    return told


def count_axes(
    run: Run,
    copies: Mapping[str, Encoded],
    config: PartFlowConfig,
    frames: Sequence[str],
    device: torch.device,
) -> None:
    """Write the axes of some frames, as those that learn have them, into the arrays."""
    counted = axes_of((one.arrays for one in divided(copies)[0]), config) if frames else {}
    for name, array in counted.items():
        if name.split(".")[1] in frames:
            for arrays in (run.arrays, run.mean):
                arrays[name] = torch.from_numpy(array).clone().to(device)


def guess_first(
    run: Run, copies: Mapping[str, Encoded], config: PartFlowConfig, steps: int
) -> None:
    """Teach what guesses shapes from what is told alone; the flow learns after it."""
    net = PartFlow(config, run.arrays, TorchOps())
    sets = Sets(divided(along(copies, net))[0], config, np.random.default_rng(0))
    error = learn_guess(net, sets, steps, torch.Generator().manual_seed(0))
    _as_learned(run, GUESS)
    print(f"guess: mean squared error {error:.4f} after {steps} steps", flush=True)


def refine_first(
    run: Run, copies: Mapping[str, Encoded], config: PartFlowConfig, steps: int
) -> None:
    """Teach what refines parts in frames of their own, of their latents alone."""
    net = PartFlow(config, run.arrays, TorchOps())
    latents = np.concatenate([one.arrays[REFINED] for one in divided(copies)[0]])
    told = torch.from_numpy(latents)
    error = learn_refinement(net, told, steps, torch.Generator().manual_seed(0))
    _as_learned(run, REFINE)
    print(f"refinement: {error:.4f} of the squared error is left after {steps} steps", flush=True)


def _as_learned(run: Run, start: str) -> None:
    """The means of arrays that were learned apart are these arrays."""
    for name, array in run.arrays.items():
        if name.startswith(start):
            run.mean[name].copy_(array)


def train(
    run: Run,
    copies: Mapping[str, Encoded],
    pictures: Pictures | None,
    options: argparse.Namespace,
    device: torch.device,
) -> None:
    """Steps until the minutes are spent; measures and saves now and then.

    copies, pictures : as `read` takes and gives them. Latents that came meanwhile are taken up at
    each measurement.
    """
    config = PartFlowConfig(**run.about["config"])
    rng = torch.Generator().manual_seed(options.seed + run.step)
    net, mean = (PartFlow(config, arrays, TorchOps()) for arrays in (run.arrays, run.mean))
    told_of = along(copies, net)
    learned, judged = divided(told_of)
    sets = Sets(learned, config, np.random.default_rng([options.seed, run.step]))
    saved, clock = run.seconds, time.monotonic()
    kept: list[dict[str, float]] = []
    half = device.type == "cuda" or options.half
    while (share := run.over(options.minutes, options.steps)) < 1:
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            loss, told = loss_of(net, sets.draw(options.batch), device, rng)
        all_ = run.learn(loss, share)
        kept.append({n: float(v.detach()) for n, v in told.items()} | {"all": all_})
        now = time.monotonic()
        run.seconds, clock = run.seconds + now - clock, now
        ends = run.over(options.minutes, options.steps) >= 1
        if ends or run.seconds - saved > 60 * options.every:
            row = {k: round(float(np.mean([one[k] for one in kept])), 4) for k in kept[0]}
            row["steps a minute"] = round(60 * len(kept) / (run.seconds - saved), 1)
            row["copies"] = len(learned)
            run.note(row | measured(mean, judged, device))
            run.save()
            copies = read(options.latents, pictures, told_of)
            told_of |= along({n: one for n, one in copies.items() if n not in told_of}, net)
            sets.objects, judged = divided(told_of)
            learned = sets.objects
            saved, clock, kept = run.seconds, time.monotonic(), []


def main(argv: list[str] | None = None) -> int:
    """Command line; returns an exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latents", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--steps", type=int, default=0, help="in the place of minutes")
    parser.add_argument("--every", type=float, default=3.0, metavar="MINUTES")
    parser.add_argument("--size", choices=list(LADDER), default="base")
    parser.add_argument("--without", choices=list(ABLATIONS), default="full", metavar="MECHANISM")
    parser.add_argument("--batch", type=int, default=40, help="parts a step")
    parser.add_argument("--begin-with", type=Path, metavar="FILE", help="weights to go on from")
    parser.add_argument(
        "--new",
        nargs="+",
        default=(),
        metavar="NAME",
        help="beginnings of the names of arrays that those that it begins with do not have",
    )
    parser.add_argument(
        "--axes-anew",
        choices=FRAMES,
        nargs="+",
        default=(),
        metavar="FRAME",
        help="frames whose latents are others than those that it begins with has learned",
    )
    parser.add_argument("--guess-steps", type=int, default=GUESS_STEPS)
    parser.add_argument("--refine-steps", type=int, default=REFINE_STEPS)
    parser.add_argument("--rate", type=float, default=RATE, help="of learning, at most")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0, help="not that of what it begins with")
    parser.add_argument("--half", action="store_true", help="bfloat16 on processors that have it")
    options = parser.parse_args(argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    pictures = Pictures(options.pictures) if options.pictures else None
    copies = read(options.latents, pictures)
    config = fitting(LADDER[options.size], next(iter(copies.values())))
    config = replace(config, **ABLATIONS[options.without])
    run = started(
        options.out,
        "flow",
        {"config": asdict(config)},
        shapes(config),
        device,
        rate=options.rate,
        seed=options.seed,
        begin_with=options.begin_with,
        new=tuple(options.new),
    )
    if run.step == 0:
        anew = FRAMES if options.begin_with is None else options.axes_anew
        count_axes(run, copies, config, anew, device)
        if config.guess and options.guess_steps:
            guess_first(run, copies, config, options.guess_steps)
        if config.refining and config.own and options.refine_steps:
            refine_first(run, copies, config, options.refine_steps)
    train(run, copies, pictures, options, device)
    return 0


if __name__ == "__main__":
    sys.exit(main())
