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
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...models.partflow import (
    BOX,
    FRAMES,
    LOOK,
    Given,
    Levels,
    PartFlow,
    PartFlowConfig,
    Parts,
    nothing,
    shapes,
)
from ..torch_ops import TorchOps
from . import pack
from .axes import FRAME_OF, axes_of
from .guesses import GUESS, Known, learn_guess, meant
from .pictured import Pictures, masks_of, pictured
from .run import Run, started
from .shelf import Singles

RATE = 1e-3
TOGETHER = (1, 2, 3, 4, 6, 8)  # parts in a set, drawn evenly
MODES = {"together": 0.3, "some known": 0.3, "all but one known": 0.2, "each its own": 0.2}
BOXES_KNOWN, WHOLE_KNOWN, WHOLE_UNKNOWN = 0.5, 0.4, 0.3
# Masks and the view are told of what has a picture.
TOLD = {
    "words": 0.75, "title": 0.7, "picture": 0.45, "mask": 0.7, "view": 0.8, "seen": 0.25,
    "before": 0.5,
}  # fmt: skip
EMPTY = 0.15  # of the sets, one more part that is not there
GUESS_STEPS = 1000  # of the guess, before the flow begins to learn
WEIGHTS = {"own": 1.0, "placed": 0.5, "box": 0.5, "look": 0.1, "whole": 0.4}
CENTRE, SPREAD = 0.3, 1.0  # of the logit of levels: more noise than signal
# What a part is like in the large is decided where there is nothing but noise, by what is told of
# it alone. By the logit 3 of 100 levels are above 0.9, and words were hardly heard there.
EARLY, EARLIEST = 0.5, 0.6  # share of the sets whose levels are spread evenly, from which on
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
}


@dataclass(frozen=True)
class Encoded:
    """A copy of an object as `latents` wrote it."""

    arrays: dict[str, NDArray[Any]]
    about: dict[str, Any]

    @property
    def parts(self) -> int:
        return len(self.arrays["own"])


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


@dataclass(frozen=True)
class Drawn:
    """Sets of parts: what they are, their levels, what is told, and which of it is learned.

    members : arrays of `Parts`. levels : of `Levels`. given : of `Given`. there : (B, N) 0 for the
    part that is none.
    """

    members: dict[str, Singles]
    levels: dict[str, Singles]
    given: dict[str, Singles]
    there: Singles


class Sets:
    """Draws sets of parts. objects : of which; rng : by chance; tokens : of parts a step."""

    def __init__(
        self, objects: Sequence[Encoded], config: PartFlowConfig, rng: np.random.Generator
    ) -> None:
        self.objects, self.config, self.rng = list(objects), config, rng

    def draw(self, size: int) -> Drawn:
        """About `size` parts, in sets of one number of parts."""
        number = int(self.rng.choice(TOGETHER))
        return self.of(number, max(1, size // (number + 2)))

    def of(self, number: int, batch: int) -> Drawn:
        """`batch` sets of `number` parts."""
        rows = [self._set(number) for _ in range(batch)]
        members, levels, given, there = zip(*rows, strict=True)
        return Drawn(_stacked(members), _stacked(levels), _stacked(given), np.stack(there))

    def _set(self, number: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any], Any]:
        rng, c = self.rng, self.config
        one = self.objects[int(rng.integers(len(self.objects)))]
        a = one.arrays
        some = rng.permutation(one.parts)
        ends = rng.random() < EMPTY or one.parts < number
        some = some[: min(one.parts, number - 1 if ends else number)]
        there = np.arange(number) < len(some)
        members: dict[str, Any] = {
            "own": np.zeros((number, c.tokens, c.token), np.float32),
            "placed": np.zeros((number, c.tokens, c.token), np.float32),
            "box": np.zeros((number, 1, BOX), np.float32),
            "look": np.zeros((number, 1, LOOK), np.float32),
            "whole": a["whole"][0].astype(np.float32),
        }
        members["own"][there], members["placed"][there] = a["own"][some], a["placed"][some]
        members["box"][there, 0], members["look"][there, 0] = a["box"][some], a["look"][some]
        members["box"][~there, 0, 6] = -1.0

        shape, box, known = self._levels(number)
        whole = rng.random()
        levels: dict[str, Any] = {
            "shape": np.where(known, 0.0, shape).astype(np.float32),
            "box": np.where(known, 0.0, box).astype(np.float32),
            "whole": np.float32(
                0.0
                if whole < WHOLE_KNOWN
                else 1.0
                if whole < WHOLE_KNOWN + WHOLE_UNKNOWN
                else shape.max()
            ),
        }
        return members, levels, self._given(a, some, there), there.astype(np.float32)

    def _levels(self, number: int) -> tuple[Singles, Singles, NDArray[np.bool_]]:
        """(number,) levels of shapes and of boxes, and which parts are known."""
        rng = self.rng
        mode = str(rng.choice(list(MODES), p=list(MODES.values())))
        level = 1 / (1 + np.exp(-(CENTRE + SPREAD * rng.standard_normal(number))))
        if rng.random() < EARLY:
            level = EARLIEST + (1 - EARLIEST) * rng.random(number)
        known = np.zeros(number, bool)
        if mode != "each its own":
            level[:] = level[0]
        if mode == "some known":
            known = rng.random(number) < rng.random()
        elif mode == "all but one known":
            known[:] = True
        if known.all():
            known[int(rng.integers(number))] = False
        box = np.zeros(number) if rng.random() < BOXES_KNOWN else level
        return level.astype(np.float32), box.astype(np.float32), known

    def _given(
        self, a: dict[str, NDArray[Any]], some: NDArray[np.int64], there: NDArray[np.bool_]
    ) -> dict[str, Any]:
        rng, c = self.rng, self.config
        given = {n: v[0] for n, v in nothing(c, 1, len(there)).items()}
        tells = {name: rng.random() < chance for name, chance in TOLD.items()}
        words = meant(a["words"][some, int(rng.integers(a["words"].shape[1]))], rng)
        told = np.abs(words).any(1) & (rng.random(len(some)) < 0.9) & tells["words"]
        given["words"][there] = np.c_[words, np.ones(len(some))] * told[:, None]
        if tells["title"] and a["title"].any():
            given["title"][:] = np.r_[meant(a["title"], rng)[0], 1.0]
        if tells["picture"] and "picture" in a:
            view = int(rng.integers(len(a["picture"])))
            given["picture"][:, :-1] = a["picture"][view].astype(np.float32) / 255
            given["picture"][:, -1] = 1.0
            seen_from = a["view"][view] if tells["view"] else None
            if seen_from is not None:
                given["view"][:] = np.r_[seen_from, 1.0]
            if tells["mask"]:
                mask = masks_of(a["mask"][view], some, seen_from)
                given["mask"][there] = np.c_[mask, np.ones(len(some))]
        if tells["seen"]:
            seen = np.flatnonzero(there)[a["seen"][some]]
            for name in ("seen_own", "seen_placed"):
                given[name][seen, :, :-1] = a[name][some[a["seen"][some]]]
                given[name][seen, :, -1] = 1.0
        if tells["before"] and c.before:
            row = int(rng.integers(len(a["before"])))
            if not a["before_parts"][row, some].any():
                given["before"][:, :-1], given["before"][:, -1] = a["before"][row], 1.0
        return given


def _stacked(rows: Sequence[dict[str, Any]]) -> dict[str, Singles]:
    return {n: np.stack([row[n] for row in rows]).astype(np.float32) for n in rows[0]}


def loss_of(
    net: PartFlow, drawn: Drawn, device: torch.device, rng: torch.Generator
) -> tuple[Tensor, dict[str, Tensor]]:
    """The mean squared error of velocities where there is noise, and each member's own."""

    def on(array: Singles) -> Tensor:
        return torch.from_numpy(array).to(device, non_blocking=True)

    members = {n: on(v) for n, v in drawn.members.items()}
    levels = {n: on(v) for n, v in drawn.levels.items()}
    there = on(drawn.there)
    noise = {n: torch.randn(v.shape, generator=rng).to(device) for n, v in members.items()}
    of = {"own": "shape", "placed": "shape", "look": "shape", "box": "box", "whole": "whole"}
    level = {
        n: levels[of[n]].reshape(*levels[of[n]].shape, *[1] * (v.ndim - levels[of[n]].ndim))
        for n, v in members.items()
    }
    noisy = {n: (1 - level[n]) * v + level[n] * noise[n] for n, v in members.items()}
    given = Given(**{n: on(v) for n, v in drawn.given.items()})
    said = net.velocity(Parts(**noisy), Levels(**levels), given).each()
    told: dict[str, Tensor] = {}
    loss = torch.zeros((), device=device)
    for n, v in members.items():
        if n == "own" and not net.config.own:
            continue
        error = (said[n].float() - (v - noise[n])).square().mean((-2, -1))
        learned = (levels[of[n]] > 0).float()
        if n == "whole":
            # A whole that is all noise beside parts that are known is not to be guessed from them.
            learned = learned * (levels["whole"] < 1)
        elif n != "box":
            learned = learned * there
        told[n] = (error * learned).sum() / learned.sum().clamp(min=1)
        loss = loss + WEIGHTS[n] * told[n]
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
    net, rng = PartFlow(config, run.arrays, TorchOps()), np.random.default_rng(0)
    learned, _ = divided(along(copies, net))
    known = Known.of([one.arrays for one in learned], rng)
    error = learn_guess(net, known, TOLD, steps, rng)
    for name, array in run.arrays.items():
        if name.startswith(GUESS):
            run.mean[name].copy_(array)
    print(f"guess: mean squared error {error:.4f} after {steps} steps", flush=True)


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
    train(run, copies, pictures, options, device)
    return 0


if __name__ == "__main__":
    sys.exit(main())
