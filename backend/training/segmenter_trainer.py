# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the segmenter.

`python -m backend.training.segmenter_trainer --data build/segmenter --out build/run --minutes 100`.
The run can be stopped and resumed at any time, on CPU or CUDA, by the same command: its state is in
the folder (see `segmenter_run`), never older than two minutes. The learning rate stays level until
the last part of the minutes given, then falls to nothing; a run that is given more minutes later
goes on from before the fall. The weights written are the best that were measured on the families of
shapes and groups of objects that training never sees.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import FrameType

import numpy as np
import torch

from ..models.segmenter import Segmenter, SegmenterConfig
from .segmenter_data import Sample, fold, load_sample, thinned
from .segmenter_loss import Batch, loss_of, stacked
from .segmenter_report import SampleReport, sample_report, summary, table
from .segmenter_run import (
    BEST,
    FALL,
    LEVEL,
    MEASURED,
    RUN,
    Recipe,
    State,
    begun,
    begun_from,
    export,
    learnable,
    numpy_net,
    resumed,
    save_state,
)
from .torch_ops import TorchOps

KIND_WEIGHT = {
    "rig": 3.0,
    "nodes": 1.5,
    "groups": 2.0,
    "articulated_links": 1.5,
    "shells": 0.4,
    "materials": 0.4,
    "procedural": 1.0,
}
WARM_STEPS = 150
SAY_EVERY, SAVE_EVERY = 30.0, 90.0  # seconds
AHEAD = 4  # steps whose samples are read before they are needed
CLICK_SCORE = 0.15  # what IoU counts in the score beside the Rand error: of one click, corrected


class Draws:
    """Endless batches of a set of files, drawn by the weight of their kind.

    What a step sees depends on its number alone, so that a resumed run draws what it would have.
    """

    def __init__(self, paths: list[Path], kinds: list[str], recipe: Recipe) -> None:
        chance = np.array([KIND_WEIGHT[kind] for kind in kinds])
        self.paths, self.chance = paths, chance / chance.sum()
        self.recipe = recipe
        self.pool = ThreadPoolExecutor(1)
        self.coming: dict[int, Future[list[Batch]]] = {}

    def at(self, step: int) -> list[Batch]:
        """Batches of samples of equal size that make one step together; the next are read on."""
        for coming in range(step, step + AHEAD):
            if coming not in self.coming:
                self.coming[coming] = self.pool.submit(self._read, coming)
        return self.coming.pop(step).result()

    def _read(self, step: int) -> list[Batch]:
        rng = np.random.default_rng([self.recipe.seed, step])
        groups: dict[int, list[Sample]] = {}
        keep = self.recipe.keep if rng.random() < self.recipe.thinned else 1.0
        for k in rng.choice(len(self.paths), self.recipe.batch, p=self.chance):
            one = load_sample(self.paths[k])
            if keep < 1:
                one = thinned(one, rng, keep)
            groups.setdefault(len(one.patch), []).append(one)
        return [stacked(group) for group in groups.values()]


def rate_at(share: float, step: int) -> float:
    """Learning rate as a share of its peak: warm-up, level, then down to nothing.

    share : of the run that is done, 0 to 1.
    """
    fall = min(1.0, (1 - share) / FALL)
    return max(min(1.0, (step + 1) / WARM_STEPS) * fall, 0.0)


def train(
    state: State,
    draws: Draws,
    recipe: Recipe,
    spent: Callable[[State], float],
    device: torch.device,
    after: Callable[[State], bool] = lambda state: True,
    half: bool = False,
) -> None:
    """Step until all of the run is spent or `after`, asked after every step, says to stop.

    spent : share of the run that is done, from 0 to 1. half : compute in bfloat16 where it is safe.
    """
    net = Segmenter(state.config, state.arrays, TorchOps())
    parameters = list(learnable(state.arrays).values())
    going = True
    while going and spent(state) < 1:
        began = time.monotonic()
        rate = recipe.rate * rate_at(spent(state), state.step)
        for group in state.optimizer.param_groups:
            group["lr"] = rate
        state.optimizer.zero_grad(set_to_none=True)
        rng = np.random.default_rng([recipe.seed, state.step, 1])
        row: dict[str, float] = {}
        for batch in draws.at(state.step):
            part = len(batch.samples) / recipe.batch
            with torch.autocast(device.type, torch.bfloat16, enabled=half):
                losses = loss_of(net, batch.to(device), recipe, rng)
            total = losses["pairs"] + recipe.click_weight * (losses["masks"] + 0.3 * losses["iou"])
            (part * total).backward()
            for name, value in losses.items():
                row[name] = row.get(name, 0.0) + part * float(value.detach())
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        state.optimizer.step()
        state.step += 1
        state.seconds += time.monotonic() - began
        row = {"step": state.step, "seconds": state.seconds, "rate": rate, **row}
        state.log.append({name: float(f"{value:.6g}") for name, value in row.items()})
        going = after(state)


def gains_from_bfloat16(device: torch.device) -> bool:
    """Whether products of matrices are much faster in bfloat16 here: measured, in a moment."""

    def seconds(dtype: torch.dtype) -> float:
        size = 4096 if device.type == "cuda" else 512
        one = torch.ones((size, size), dtype=dtype, device=device)
        times = []
        for _ in range(3):  # the first also makes ready
            began = time.perf_counter()
            float((one @ one)[0, 0])  # reading a value waits for the device
            times.append(time.perf_counter() - began)
        return min(times)

    return seconds(torch.bfloat16) < 0.7 * seconds(torch.float32)


class Stop:
    """The wish to stop: Ctrl-C, a signal to end, or the end of a piece of the run.

    It is looked at between steps, so that no step is left half done. A second Ctrl-C ends at once.
    """

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds
        self.signal = 0
        self.former = {
            number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)
        }

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.signal:
            raise KeyboardInterrupt
        self.signal = number
        say("Stopping. Once more to stop at once, at the last save.")

    def wanted(self) -> bool:
        """Whether to stop now."""
        return self.signal > 0 or time.monotonic() > self.end

    def restore(self) -> None:
        """Give the signals back to who had them."""
        for number, handler in self.former.items():
            signal.signal(number, handler)


class Keeper:
    """Says how a run goes, saves it and measures it, after every step when it is time."""

    def __init__(
        self,
        folder: Path,
        held_out: list[Path],
        spent: Callable[[State], float],
        measure_every: float,
        stop: Stop,
    ) -> None:
        self.folder, self.held_out, self.spent, self.stop = folder, held_out, spent, stop
        self.measure_every = measure_every  # seconds of training
        self.said = self.saved = time.monotonic()

    def after(self, state: State) -> bool:
        """To be called after each step; whether to go on."""
        share, now = self.spent(state), time.monotonic()
        stop = share >= 1 or self.stop.wanted()
        due = not stop and state.seconds - state.measured > self.measure_every
        if stop or due or now - self.said > SAY_EVERY:
            self.said = now
            means = {
                name: np.mean([row[name] for row in state.log[-100:]])
                for name in ("pairs", "masks", "iou")
            }
            losses = " ".join(f"{name} {mean:.4f}" for name, mean in means.items())
            say(f"step {state.step} {state.seconds:.0f} s {losses}")
        if stop or due or now - self.saved > SAVE_EVERY:
            self.save(state)
        if due:
            self.measure(state)
        return not stop

    def save(self, state: State) -> None:
        """Write the state, and beside it the one from before the fall."""
        if self.spent(state) < 1 - FALL:
            save_state(self.folder / LEVEL, state)
        save_state(self.folder / RUN, state)
        self.saved = time.monotonic()

    def measure(self, state: State) -> None:
        """Measure the held-out samples; write the weights if they are the best so far.

        Without held-out samples the weights are always written.
        """
        net = numpy_net(state.config, state.arrays)
        found: list[SampleReport] = []
        for k, path in enumerate(self.held_out):
            if self.stop.wanted():
                return  # the next piece measures anew
            found.append(sample_report(net, load_sample(path), k))
        score = state.best
        if found:
            rows = summary(found)
            say(f"step {state.step}\n{table(rows)}")
            mean = rows["mean of kinds"]
            score = mean["rand"] + CLICK_SCORE * (2 - mean["iou1"] - mean["corrected"])
            line = json.dumps({"step": state.step, "seconds": state.seconds, **rows})
            with (self.folder / MEASURED).open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        if score < state.best or not found:
            export(self.folder / BEST, state.config, state.arrays)
            state.best = score
        state.measured = state.seconds
        self.save(state)


def split(paths: list[Path], recipe: Recipe) -> tuple[list[Path], list[Path], list[str]]:
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
    parser.add_argument(
        "--begin-with", type=Path, metavar="WEIGHTS", help="exported before, for a new run"
    )
    parser.add_argument(
        "--piece",
        type=float,
        default=np.inf,
        metavar="MINUTES",
        help="stop after so many of this call; the same command goes on",
    )
    parser.add_argument("--measure-every", type=float, default=15, metavar="MINUTES")
    parser.add_argument("--measure-most", type=int, default=160, metavar="SAMPLES")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--held-out", type=int, default=Recipe.held_out, metavar="PERCENT")
    parser.add_argument("--rate", type=float, default=Recipe.rate)
    parser.add_argument("--batch", type=int, default=Recipe.batch)
    parser.add_argument(
        "--clicks", type=int, default=Recipe.clicks, help="sets of clicks a sample (default 4)"
    )
    parser.add_argument(
        "--clicks-alone", action="store_true", help="learn answers to clicks; keep what merges"
    )
    options = parser.parse_args(argv)
    stop = Stop(60 * options.piece)
    try:
        return _run(options, parser, stop)
    finally:
        stop.restore()


def _run(options: argparse.Namespace, parser: argparse.ArgumentParser, stop: Stop) -> int:
    if options.threads:
        torch.set_num_threads(options.threads)
    recipe = Recipe(
        held_out=options.held_out,
        rate=options.rate,
        batch=options.batch,
        clicks=options.clicks,
        clicks_alone=options.clicks_alone,
    )
    device = torch.device(options.device)
    learned, measured, kinds = split(sorted(options.data.glob("*.npz")), recipe)
    if not learned:
        parser.error(
            f"{options.data} has no samples to learn from. Make them with "
            "python -m backend.training.segmenter_data."
        )
    chosen = np.random.default_rng(1).permutation(len(measured))[: options.measure_most]
    measured = [measured[k] for k in sorted(chosen)]

    options.out.mkdir(parents=True, exist_ok=True)
    state = resumed(options.out, recipe, device, options.minutes)
    if state is None and options.begin_with:
        state = begun_from(options.begin_with, recipe, device)
    if state is None:
        some = np.random.default_rng(0).choice(len(learned), min(48, len(learned)), replace=False)
        samples = [load_sample(learned[k]) for k in some]
        state = begun(SegmenterConfig(), samples, recipe, device)
    state.minutes = options.minutes
    state.judge_by([path.name for path in measured])
    half = gains_from_bfloat16(device)
    size = sum(a.numel() for a in state.arrays.values())
    say(
        f"{size / 1e6:.2f} M parameters on {device} in {'bfloat16' if half else 'float32'}, "
        f"{len(learned)} samples, {len(measured)} held out, step {state.step}"
    )

    def spent(state: State) -> float:
        return state.seconds / (60 * options.minutes)

    keeper = Keeper(options.out, measured, spent, 60 * options.measure_every, stop)
    train(state, Draws(learned, kinds, recipe), recipe, spent, device, keeper.after, half)
    if spent(state) >= 1 and state.measured < state.seconds:
        keeper.measure(state)
    if state.measured < state.seconds:
        say("Stopped and saved. The same command goes on from here.")
    return 128 + stop.signal if stop.signal else 0


def say(text: str) -> None:
    """A line of the log."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
