# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of training, which is cut off at any time and goes on; what ships is a running mean.

A run is a folder: `run.safetensors` (arrays, their mean, optimizer; what `resumed` goes on from),
`NAME.safetensors` (the mean in half precision: what ships) and `measured.jsonl` (a line for each
measurement).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ...checkpoints.packing import unpacked

RUN, LOG = "run.safetensors", "measured.jsonl"
WARM = 200  # steps in which the rate rises
FALL = 0.35  # share of the minutes, the last, in which it falls
MEAN = 0.9985  # of the running mean that stays, a step
LEAST = 0.02  # of the rate, at the end
# Arrays that are counted, or learned before.
COUNTED = ("latent.mean", "latent.deviation", "axes.", "guess.", "refine.")
# Ends of the names of arrays that begin with zeros.
NOTHING = (".bias", ".mean", "modulation", "modulation.weight", "refine.out.weight")


def begun(
    shapes: Mapping[str, tuple[int, ...]], seed: int, device: torch.device
) -> dict[str, Tensor]:
    """Fresh arrays. What is added to a token by a block begins small; gates begin shut, and what
    refines adds nothing."""
    rng = torch.Generator().manual_seed(seed)
    arrays = {}
    for name, shape in shapes.items():
        if name.endswith(NOTHING):
            value = torch.zeros(shape)
        elif len(shape) == 1 or name.endswith(".deviation"):
            value = torch.ones(shape)
        else:
            value = torch.randn(shape, generator=rng) / math.sqrt(shape[0])
            if name.endswith((".out.weight", ".down.weight")):
                value *= 0.3
        arrays[name] = value.to(device)
    return arrays


def optimizer_of(
    arrays: dict[str, Tensor], rate: float, decay: float, fixed: tuple[str, ...] = ()
) -> torch.optim.Optimizer:
    """AdamW on what learns; only matrices decay. fixed : beginnings of names that do not learn."""
    fixed = (*COUNTED, *fixed)
    learned = [a.requires_grad_() for name, a in arrays.items() if not name.startswith(fixed)]
    groups = [
        {"params": [a for a in learned if a.ndim > 1], "weight_decay": decay},
        {"params": [a for a in learned if a.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, rate, betas=(0.9, 0.98), fused=True)


@dataclass
class Run:
    """Training as it stands. about : what the network is made with, kept in the files."""

    folder: Path
    name: str
    about: dict[str, Any]
    arrays: dict[str, Tensor]
    mean: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
    rate: float
    step: int = 0
    seconds: float = 0.0

    def over(self, minutes: float, steps: int = 0) -> float:
        """The share that is over, 1 at the end, of the minutes, or of the steps unless 0."""
        return self.step / steps if steps else self.seconds / (60 * minutes)

    def learn(self, loss: Tensor, share: float) -> float:
        """A step down the loss. share : see `over`. Returns the loss."""
        rate = self.rate * min(1.0, (self.step + 1) / WARM)
        rate *= max(LEAST, min(1.0, (1 - share) / FALL))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        learned = [a for group in self.optimizer.param_groups for a in group["params"]]
        norm = torch.nn.utils.clip_grad_norm_(learned, 1.0)
        if bool(torch.isfinite(norm)):
            self.optimizer.step()
        self.step += 1
        keep = min(MEAN, self.step / (self.step + 10))
        with torch.no_grad():
            pairs = [(self.mean[n], a) for n, a in self.arrays.items()]
            torch._foreach_lerp_([m for m, _ in pairs], [a for _, a in pairs], 1 - keep)
        return float(loss.detach())

    def note(self, row: dict[str, Any]) -> None:
        """Write a measurement down, and say it."""
        row = {"step": self.step, "minutes": round(self.seconds / 60, 2)} | row
        with (self.folder / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        print(json.dumps(row), flush=True)

    def save(self) -> None:
        """Write the run, and what ships."""
        held = {f"array.{n}": a for n, a in self.arrays.items()}
        held |= {f"mean.{n}": a for n, a in self.mean.items()}
        for name, a in self.arrays.items():
            for key, value in self.optimizer.state.get(a, {}).items():
                held[f"optimizer.{key}.{name}"] = torch.as_tensor(value)
        about = self.about | {"step": self.step, "seconds": self.seconds}
        _write(self.folder / RUN, held, {"about": json.dumps(about)})
        shipped = {n: a.half() if a.ndim > 1 else a.float() for n, a in self.mean.items()}
        _write(
            self.folder / f"{self.name}.safetensors",
            shipped,
            {key: json.dumps(value) for key, value in about.items()},
        )


def started(
    folder: Path,
    name: str,
    about: dict[str, Any],
    shapes: Mapping[str, tuple[int, ...]],
    device: torch.device,
    *,
    rate: float,
    decay: float = 0.02,
    seed: int = 0,
    begin_with: Path | None = None,
    fixed: tuple[str, ...] = (),
    new: tuple[str, ...] = (),
) -> Run:
    """The run of a folder, to go on, or a new one.

    begin_with : weights that were shipped before, with which a new one begins. fixed : beginnings
    of the names of arrays that stay as they are; where there are any, others may be of another
    network and begin anew. new : of arrays that those weights do not have. Raises SystemExit where
    those of the folder, or of the file, are of another network.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / RUN
    if not path.is_file():
        arrays = begun(shapes, seed, device)
        if begin_with is not None:
            held = _shipped(begin_with, name)
            fitting = {n for n, a in held.items() if shapes.get(n) == tuple(a.shape)}
            kept = {n for n in shapes if n.startswith(fixed)} if fixed else {*shapes, *held}
            kept -= {n for n in shapes if new and n.startswith(new)}
            if not kept <= fitting:
                raise SystemExit(f"{begin_with} holds another network.")
            arrays |= {n: held[n].float().to(device) for n in fitting}
        optimizer = optimizer_of(arrays, rate, decay, fixed)
        mean = {n: a.detach().clone() for n, a in arrays.items()}
        return Run(folder, name, about, arrays, mean, optimizer, rate)
    held, metadata = _read(path)
    was = json.loads(metadata["about"])
    if {key: was.get(key) for key in about} != json.loads(json.dumps(about)):
        raise SystemExit(f"{folder} holds a run of another network: {was}. Name another folder.")
    arrays = {n: held[f"array.{n}"].to(device) for n in shapes}
    mean = {n: held[f"mean.{n}"].to(device) for n in shapes}
    # What stays is what shipped, which others have built on.
    arrays |= {n: a.clone() for n, a in mean.items() if fixed and n.startswith(fixed)}
    optimizer = optimizer_of(arrays, rate, decay, fixed)
    for n, a in arrays.items():
        if a.requires_grad and f"optimizer.exp_avg.{n}" in held:
            keys = ("step", "exp_avg", "exp_avg_sq")
            optimizer.state[a] = {k: held[f"optimizer.{k}.{n}"].to(device) for k in keys}
    return Run(folder, name, about, arrays, mean, optimizer, rate, was["step"], was["seconds"])


def _shipped(path: Path, name: str) -> dict[str, Tensor]:
    """The arrays of a run's file, or of one that holds several networks, see `export`."""
    from safetensors.numpy import load_file

    arrays = load_file(path)
    own = {n.removeprefix(f"{name}."): a for n, a in arrays.items() if n.startswith(f"{name}.")}
    return {n: torch.from_numpy(a) for n, a in unpacked(own or arrays).items()}


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        return {n: file.get_tensor(n) for n in file.keys()}, dict(file.metadata())  # noqa: SIM118


def _write(path: Path, tensors: Mapping[str, Tensor], metadata: dict[str, str]) -> None:
    """Beside its name, then renamed: whoever is stopped here leaves the former file whole."""
    from safetensors.torch import save_file

    partial = path.with_suffix(".part")
    plain = {n: a.detach().cpu().contiguous() for n, a in tensors.items()}
    save_file(plain, partial, metadata)
    partial.replace(path)
