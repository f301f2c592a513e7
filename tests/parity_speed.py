# SPDX-License-Identifier: GPL-3.0-or-later
"""Speed and memory of our latent networks beside the public ones: ``python -m tests.parity_speed``.

Random weights of the same shapes on both sides, the same steps and numbers, one run. On a graphics
card the networks are those of the public checkpoints in size; on a processor reduced ones stand for
them. The public code is not part of Partwise: give the folders of its checkouts (docs/parity.md).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from backend.latents import flow
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
    """seconds : of a sampling. memory : bytes of the card at most, 0 where nobody counts."""

    seconds: float
    memory: int


class Bench:
    """What both sides are given: a device, its numbers, and how often each is measured."""

    def __init__(self, repeat: int) -> None:
        device = usable()
        self.device, self.repeat = device.torch_name, repeat
        self.is_card = device.kind != "cpu"
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
        """The median of some runs after one that warms up."""
        times = []
        if self.device == "cuda":
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
        for turn in range(self.repeat + 1):
            self.wait()
            began = time.perf_counter()
            with torch.inference_mode():
                job()
            self.wait()
            if turn:
                times.append(time.perf_counter() - began)
        memory = torch.cuda.max_memory_allocated() if self.device == "cuda" else 0
        return Measured(statistics.median(times), memory)

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
    levels = flow.schedule(task.steps)

    def job() -> Tensor:
        contexts = [network.context(i, one, first=int(guided)) for i, one in enumerate(tokens)]
        velocity = Velocity(network, contexts, [task.guidance] if guided else [])
        return flow.sample(velocity, noise, levels)

    return bench.measured(job)


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
        found = way(ball, cells, bound=BOUND)
        times.append(time.perf_counter() - began)
    return (*times, found.asked / (cells + 1) ** 3)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("triposg", "holopart", "partcrafter"):
        parser.add_argument(f"--{name}", type=Path, help="folder of its public checkout")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    bench = Bench(options.repeat)
    folders = {
        "triposg": options.triposg, "holopart": options.holopart, "src": options.partcrafter,
    }  # fmt: skip
    print(f"{bench.about}\n")
    print("| sampling | public s | ours s | times | public GB | ours GB |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for full in FULL:
        task = full if bench.is_card else reduced(full)
        mine = ours(bench, task)
        folder = folders[task.package]
        if folder is None:
            row = ["-", f"{mine.seconds:.2f}", "-", "-", f"{mine.memory / 1e9:.2f}"]
        else:
            other = theirs(bench, task, folder)
            times = other.seconds / mine.seconds
            row = [f"{other.seconds:.2f}", f"{mine.seconds:.2f}", f"{times:.2f}"]
            row += [f"{one.memory / 1e9:.2f}" if one.memory else "-" for one in (other, mine)]
        print(f"| {task.name}, {task.steps} steps | {' | '.join(row)} |", flush=True)
    config = VecSetConfig() if bench.is_card else VecSetConfig(16, 64, 2, 64, 2)
    print("\n| extraction, cells | dense s | ours s | times | asked |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for cells in (256,) if bench.is_card else (128,):
        grid, band, share = extraction(bench, cells, 512, config)
        print(f"| {cells} | {grid:.2f} | {band:.2f} | {grid / band:.1f} | {share:.2%} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
