# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed and memory of our latent networks beside the public ones: ``python -m tests.parity_speed``.

Random weights of the same shapes on both sides, the same steps and numbers, one run. On a graphics
card the networks are those of the public checkpoints in size; on a processor reduced ones stand for
them. The public code is not part of Partwise: give the folders of its checkouts (docs/parity.md).

It is one script for ten minutes on a card that is lent: each part has its share of `--minutes`, and
each row is printed, and written to `--write`, when it is there. A part whose time is over is left
out with a dash, whatever it was doing.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from backend.contract.errors import Cancelled
from backend.contract.progress import Progress
from backend.latents import flow
from backend.latents.levels import schedule
from backend.latents.shapes import fields
from backend.latents.surface import BOUND, dense, extract
from backend.latents.velocity import Velocity
from backend.machine.device import usable
from backend.machine.precision import precision
from backend.models.dit import HOLOPART, PARTCRAFTER, SCRIBBLE, TRIPOSG, DiT, DiTConfig
from backend.models.vecset import VecSet, VecSetConfig
from tests.parity import public


@dataclass(frozen=True)
class Task:
    """One sampling: of which network, over what, how many steps."""

    name: str
    package: str
    config: DiTConfig
    seen: tuple[int, ...]  # tokens of each context
    tokens: int
    steps: int
    guidance: float
    parts: int = 1


FULL = (
    Task("TripoSG", "triposg", TRIPOSG, (257,), 2048, 50, 7.0),
    Task("TripoSG-scribble", "triposg", SCRIBBLE, (77, 257), 512, 16, 0.0),
    Task("HoloPart, one part", "holopart", HOLOPART, (2048, 2048), 2048, 50, 3.5),
    Task("PartCrafter, 8 parts", "src", PARTCRAFTER, (257,), 1024, 50, 7.0, 8),
)


def reduced(task: Task) -> Task:
    """A task for a processor: an eighth of the width, an eighth of the tokens, four steps."""
    contexts = tuple(max(64, width // 8) for width in task.config.contexts)
    config = replace(task.config, width=256, heads=4, contexts=contexts)
    seen = tuple(max(16, count // 8) for count in task.seen)
    return replace(
        task, config=config, seen=seen, tokens=task.tokens // 8, steps=4,
        parts=min(task.parts, 3),
    )  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """seconds : of a sampling. memory : bytes of the card at most, 0 where nobody counts. work :
    floating point operations of products and attention, 0 where they were not counted."""

    seconds: float
    memory: int
    work: int = 0


class Clock:
    """The time that there is: a part may take its share of what is left.

    minutes : of all parts. parts : how many there will be.
    """

    def __init__(self, minutes: float, parts: int) -> None:
        self._end, self._parts, self.until = time.monotonic() + 60 * minutes, parts, 0.0

    def next(self) -> None:
        """Another part begins."""
        now = time.monotonic()
        self.until = now + (self._end - now) / max(self._parts, 1)
        self._parts -= 1

    def look(self, *_: object) -> None:
        """Raises Cancelled when the time of a part is over."""
        if time.monotonic() > self.until:
            raise Cancelled


class Bench:
    """What both sides are given: a device, its numbers, and how often each is measured."""

    def __init__(self, repeat: int, clock: Clock, *, full: bool) -> None:
        device = usable()
        self.device, self.repeat, self.clock = device.torch_name, repeat, clock
        self.full = full and device.kind != "cpu"
        self.dtype = precision(device)
        number = str(self.dtype).removeprefix("torch.")
        self.about = f"{device}, {number}, torch {torch.__version__}"

    def random(self, *shape: int) -> Tensor:
        return torch.randn(shape, device=self.device, dtype=self.dtype)

    def made(self, network: Callable[[], nn.Module]) -> Any:
        """A network with random weights on the device."""
        with torch.device(self.device):
            built = network().to(self.dtype).eval().requires_grad_(False)
        for name, weight in built.named_parameters():
            nn.init.normal_(weight, 1.0 if name.endswith("norm.weight") else 0.0, 0.02)
        return built

    def measured(self, job: Callable[[], object]) -> Measured:
        """The median of some runs after one that warms up; of fewer where time is short.

        Raises Cancelled where it is not enough for one.
        """
        times: list[float] = []
        if self.device == "cuda":
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
        for turn in range(self.repeat + 1):
            if times and time.monotonic() + times[-1] > self.clock.until:
                break
            self.wait()
            began = time.perf_counter()
            with torch.inference_mode():
                job()
            self.wait()
            if turn:
                times.append(time.perf_counter() - began)
        memory = torch.cuda.max_memory_allocated() if self.device == "cuda" else 0
        return Measured(statistics.median(times), memory)

    def rate(self) -> float:
        """Operations a second of one large product, the best of a few."""
        size = 8192 if self.full else 1024
        one, other = self.random(size, size), self.random(size, size)
        best = float("inf")
        with torch.inference_mode():
            for _ in range(5):
                self.wait()
                began = time.perf_counter()
                one @ other
                self.wait()
                best = min(best, time.perf_counter() - began)
        return 2 * size**3 / best

    def wait(self) -> None:
        if self.device == "cuda":
            torch.cuda.synchronize()


def ours(bench: Bench, task: Task) -> Measured:
    network: DiT = bench.made(lambda: DiT(task.config))
    guided = task.guidance > 0
    tokens = [
        bench.random(1, count, width)
        for count, width in zip(task.seen, task.config.contexts, strict=True)
    ]
    noise = bench.random(1, task.parts, task.tokens, task.config.channels)
    levels = schedule(task.steps)

    def job() -> Tensor:
        contexts = [network.context(i, one, first=int(guided)) for i, one in enumerate(tokens)]
        velocity = Velocity(network, contexts, [task.guidance] if guided else [])
        return flow.sample(velocity, noise, levels, progress=Progress(bench.clock.look))

    contexts = [network.context(i, one, first=int(guided)) for i, one in enumerate(tokens)]
    step = Velocity(network, contexts, [task.guidance] if guided else [], replay=False)
    with FlopCounterMode(display=False) as counter:
        step(noise, 500.0)
    del contexts, step
    return replace(bench.measured(job), work=task.steps * counter.get_total_flops())


def theirs(bench: Bench, task: Task, folder: Path) -> Measured:
    """The loop of the public pipelines: branches doubled, contexts anew in each step."""
    name = "PartCrafterDiTModel" if task.package == "src" else "TripoSGDiTModel"
    make = public(folder, task.package, f"models.transformers.{name}")
    scheduler = public(folder, task.package, "schedulers.RectifiedFlowScheduler")()
    config = task.config
    given: dict[str, Any] = {"cross_attention_dim": config.contexts[0]}
    if len(config.contexts) == 2:
        given |= {"use_cross_attention_2": True, "cross_attention_2_dim": config.contexts[1]}
    if task.package == "holopart":
        given["use_cross_attention"] = True
    if task.package == "src":
        given |= {"global_attn_block_ids": list(range(0, config.blocks, 2))}
    given |= {"num_attention_heads": config.heads, "width": config.width}
    given |= {"in_channels": config.channels, "num_layers": config.blocks}
    network = bench.made(lambda: make(**given))
    guided, parts = task.guidance > 0, task.parts
    tokens = [
        bench.random(1, count, width).expand(parts, -1, -1)
        for count, width in zip(task.seen, config.contexts, strict=True)
    ]
    noise = bench.random(parts, task.tokens, config.channels)
    keys = ("encoder_hidden_states", "encoder_hidden_states_2")
    more = {"num_parts": parts} if task.package == "src" else {}

    def job() -> Tensor:
        scheduler.set_timesteps(task.steps, device=bench.device)
        x = noise
        contexts = [torch.cat([torch.zeros_like(one), one]) for one in tokens] if guided else tokens
        for moment in scheduler.timesteps:
            bench.clock.look()
            rows = torch.cat([x, x]) if guided else x
            said = network(
                rows, moment.expand(len(rows)).to(bench.dtype),
                **dict(zip(keys, contexts, strict=False)),
                attention_kwargs=dict(more), return_dict=False,
            )[0]  # fmt: skip
            if guided:
                none, full = said.chunk(2)
                said = none + task.guidance * (full - none)
            x = scheduler.step(said, moment, x, return_dict=False)[0]
        return x

    return bench.measured(job)


def extraction(bench: Bench, cells: int, tokens: int, config: VecSetConfig) -> tuple[float, ...]:
    """Seconds of a dense grid and of ours, and the share of its places that ours asks.

    The network is asked, and a ball's field put in place of its answer: so there is a surface.
    """
    network = bench.made(lambda: VecSet(config))
    (asked,) = fields(network, bench.random(1, tokens, config.channels))

    def ball(points: np.ndarray) -> np.ndarray:
        asked(points)
        return (0.8 - np.linalg.norm(points, axis=1)).astype(np.float32)

    times = []
    for way in (dense, extract):
        began = time.perf_counter()
        found = way(ball, cells, bound=BOUND, progress=Progress(bench.clock.look))
        times.append(time.perf_counter() - began)
    return (*times, found.asked / (cells + 1) ** 3)


def sampling_row(bench: Bench, task: Task, folder: Path | None, rate: float) -> list[str]:
    """What one task took on both sides, a dash for what did not fit into its time."""
    mine = other = None
    bench.clock.next()
    with suppress(Cancelled):
        mine = ours(bench, task)
    bench.clock.next()
    if folder is not None:
        with suppress(Cancelled):
            other = theirs(bench, task, folder)
    return [
        f"{task.name}, {task.steps} steps",
        _said(other.seconds if other else 0.0),
        _said(mine.seconds if mine else 0.0),
        _said(other.seconds / mine.seconds if mine and other else 0.0),
        f"{mine.work / mine.seconds / rate:.1%}" if mine else "-",
        _said(other.memory / 1e9 if other else 0.0),
        _said(mine.memory / 1e9 if mine else 0.0),
    ]


def extraction_row(bench: Bench, cells: int) -> list[str]:
    """What reading a surface took, densely and beside it alone."""
    config = VecSetConfig() if bench.full else VecSetConfig(16, 64, 2, 64, 2)
    bench.clock.next()
    try:
        grid, band, share = extraction(bench, cells, 512, config)
    except Cancelled:
        return [str(cells), "-", "-", "-", "-"]
    return [str(cells), f"{grid:.2f}", f"{band:.2f}", f"{grid / band:.1f}", f"{share:.2%}"]


def _said(value: float) -> str:
    return f"{value:.2f}" if value else "-"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("triposg", "holopart", "partcrafter"):
        parser.add_argument(f"--{name}", type=Path, help="folder of its public checkout")
    parser.add_argument("--repeat", type=int, default=3, help="runs after one that warms up")
    parser.add_argument("--minutes", type=float, default=9.0, help="that all may take")
    parser.add_argument("--reduced", action="store_true", help="small networks on a card, too")
    parser.add_argument("--write", type=Path, metavar="FILE.md", help="where rows are written, too")
    options = parser.parse_args()
    surfaces = (64, 128) if options.reduced or usable().kind == "cpu" else (256, 512)
    clock = Clock(options.minutes, 2 * len(FULL) + len(surfaces))
    bench = Bench(options.repeat, clock, full=not options.reduced)
    folders = {
        "triposg": options.triposg, "holopart": options.holopart, "src": options.partcrafter,
    }  # fmt: skip

    def say(line: str) -> None:
        print(line, flush=True)
        if options.write is not None:
            with options.write.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")

    rate = bench.rate()
    size = "the sizes of the public checkpoints" if bench.full else "reduced sizes"
    today = time.strftime("%Y-%m-%d")
    say(f"{today}, {bench.about}, {size}; one large product: {rate / 1e12:.2f} TFLOP/s\n")
    say("| sampling | public s | ours s | times | of that rate | public GB | ours GB |")
    say("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for task in FULL:
        asked = task if bench.full else reduced(task)
        say(f"| {' | '.join(sampling_row(bench, asked, folders[task.package], rate))} |")
    say("\n| extraction, cells | dense s | ours s | times | asked |")
    say("| --- | ---: | ---: | ---: | ---: |")
    for cells in surfaces:
        say(f"| {' | '.join(extraction_row(bench, cells))} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
