# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of the segmenter's training: how it begins, what it is made with, and its files.

A run is a folder:

- `run.safetensors`: arrays, optimizer and log, as of the last save: what `resumed` goes on from.
- `level.safetensors`: the same from just before the learning rate began to fall: what a run that is
  given more minutes goes on from.
- `segmenter.safetensors`: the best arrays that were measured, in half precision: what ships.
- `measured.jsonl`: every measurement, a line each.
"""

from __future__ import annotations

import json
import math
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..models.numpy_ops import NumpyOps
from ..models.segmenter import CLICK_MAPS, CLICK_WAYS, Segmenter, SegmenterConfig, shapes
from .segmenter_data import HELD_OUT, Sample

QUIET = tuple(
    f"{name}.weight" for name in ("products", "pair.attend", "affinity", "draft", "lone")
)  # begin small: what is added to sums, or says how sure the network is
OF_CLICKS = ("decoder", "decoded", "mask", "iou")  # arrays that answer clicks, by their beginning
FALL = 0.4  # share of the minutes in which the learning rate falls
FIXED = ("mean", "deviation")  # endings of arrays that are counted, not learned
RUN, LEVEL, BEST, MEASURED = (
    "run.safetensors",
    "level.safetensors",
    "segmenter.safetensors",
    "measured.jsonl",
)


@dataclass(frozen=True)
class Recipe:
    """What a run is made with.

    rate : peak learning rate. decay : of the weights. batch : samples a step. clicks : sets of
    clicks a sample; corrections : how often each set is corrected after its first answer.
    clicks_alone : only the answers to clicks learn, the chances of pairs stay. held_out : folds of
    a hundred that are measured, not learned. noise : deviation added to patch features, in their
    deviations.
    thinned : share of the steps whose samples lack random patches, so that no sample is learned by
    heart; keep : share of their patches that they keep.
    """

    rate: float = 1e-3
    decay: float = 0.05
    batch: int = 6
    clicks: int = 4
    corrections: int = 3
    clicks_alone: bool = False
    held_out: int = HELD_OUT
    noise: float = 0.03
    thinned: float = 0.5
    keep: float = 0.75
    click_weight: float = 0.4
    seed: int = 0


@dataclass
class State:
    """A run as it stands.

    arrays : of the network. step : steps made; seconds : spent on them. minutes : that the run was
    last given, 0 in files that do not say. measured : seconds at the last measurement; best : the
    best score so far, smaller is better; judged_by : the samples that it was measured on, for a
    score on others says nothing about it. log : a row for each step.
    """

    config: SegmenterConfig
    arrays: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0
    minutes: float = 0.0
    measured: float = 0.0
    best: float = math.inf
    judged_by: int = 0
    log: list[dict[str, float]] = field(default_factory=list)

    def judge_by(self, names: list[str]) -> None:
        """Measure on these samples from now on; a best score on others is forgotten."""
        judges = zlib.crc32("\n".join(names).encode())
        if self.judged_by != judges:
            self.judged_by, self.best = judges, math.inf


def begun(
    config: SegmenterConfig, samples: list[Sample], recipe: Recipe, device: torch.device
) -> State:
    """A run before its first step; features are scaled to what is found in the samples."""
    arrays = {name: a.to(device) for name, a in initial(config, samples, recipe.seed).items()}
    return State(config, arrays, optimizer_of(arrays, recipe))


def begun_from(path: Path, recipe: Recipe, device: torch.device) -> State:
    """A run that begins with weights that were exported before; features keep their scales."""
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        config = SegmenterConfig(**json.loads(file.metadata()["config"]))
        arrays = {name: file.get_tensor(name).float().to(device) for name in shapes(config)}
    return State(config, arrays, optimizer_of(arrays, recipe))


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


def learnable(arrays: dict[str, Tensor]) -> dict[str, Tensor]:
    """The arrays that training changes."""
    return {name: a for name, a in arrays.items() if not name.endswith(FIXED)}


def optimizer_of(arrays: dict[str, Tensor], recipe: Recipe) -> torch.optim.Optimizer:
    """AdamW on what the recipe lets learn, which is marked so; only matrices decay."""
    matrices: list[Tensor] = []
    rest: list[Tensor] = []
    for name, a in learnable(arrays).items():
        if recipe.clicks_alone and not name.startswith(OF_CLICKS):
            continue
        a.requires_grad_(True)
        (matrices if min(a.shape) > 1 and a.ndim == 2 else rest).append(a)
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
    tensors = {f"array.{name}": a for name, a in state.arrays.items()}
    for name, a in learnable(state.arrays).items():
        for key, value in state.optimizer.state.get(a, {}).items():
            tensors[f"{key}.{name}"] = torch.as_tensor(value)
    about = {
        "config": asdict(state.config),
        "step": state.step,
        "seconds": state.seconds,
        "minutes": state.minutes,
        "measured": state.measured,
        "best": state.best,
        "judged_by": state.judged_by,
        "log": state.log,
    }
    _write(path, tensors, {"about": json.dumps(about)})


def load_state(path: Path, recipe: Recipe, device: torch.device) -> State:
    """Read what `save_state` wrote."""
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        about = json.loads(file.metadata()["about"])
        tensors = {name: file.get_tensor(name).to(device) for name in file.keys()}  # noqa: SIM118
    config = SegmenterConfig(**about.pop("config"))
    arrays = {name: tensors[f"array.{name}"] for name in shapes(config)}
    optimizer = optimizer_of(arrays, recipe)
    for name, a in learnable(arrays).items():
        found = {key: tensors.get(f"{key}.{name}") for key in ("step", "exp_avg", "exp_avg_sq")}
        if all(value is not None for value in found.values()):
            optimizer.state[a] = found
    return State(config, arrays, optimizer, **about)


def about_state(path: Path) -> dict:
    """What `save_state` wrote beside the tensors: config, step, seconds, best, log and more."""
    from safetensors import safe_open

    with safe_open(path, "np") as file:
        return dict(json.loads(file.metadata()["about"]))


def resumed(folder: Path, recipe: Recipe, device: torch.device, minutes: float) -> State | None:
    """The run in a folder, to go on to `minutes` in all; None where none has begun.

    A run that is given more minutes after its learning rate began to fall goes back to before the
    fall; it keeps its best score, for the weights of that score stay until they are beaten.
    """
    running, level = folder / RUN, folder / LEVEL
    if not running.exists():
        return None
    state = load_state(running, recipe, device)
    fallen = level.exists() and about_state(level)["seconds"] < state.seconds
    # Files that do not say for how long they were made: surely more, if the rate would be level.
    more = minutes > (state.minutes or state.seconds / (60 * (1 - FALL)))
    if fallen and more:
        best = state.best
        state = load_state(level, recipe, device)
        state.best = min(state.best, best)
    return state


def export(path: Path, config: SegmenterConfig, arrays: dict[str, Tensor]) -> None:
    """The arrays alone, in half precision: what ships."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {name: a.half() for name, a in arrays.items()}
    _write(path, tensors, {"config": json.dumps(asdict(config))})


def numpy_net(config: SegmenterConfig, arrays: dict[str, Tensor]) -> Segmenter:
    """The network as the product runs it: half precision weights, on NumPy."""
    found = {name: a.detach().cpu().half().float().numpy() for name, a in arrays.items()}
    return Segmenter(config, found, NumpyOps())


def _write(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Write beside the name, then rename: whoever is stopped here leaves the former file whole."""
    from safetensors.torch import save

    temporary = path.with_suffix(".part")
    plain = {name: a.detach().cpu().contiguous() for name, a in tensors.items()}
    temporary.write_bytes(save(plain, metadata))
    temporary.replace(path)
