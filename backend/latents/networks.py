# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of a public model, each read when first asked for and kept for the next job."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from math import prod
from typing import TypeVar

import torch
from torch import nn

from ..checkpoints import layouts, shards, store
from ..checkpoints.public import public_model
from ..contract.errors import WeightsCorrupt
from ..contract.progress import SILENT, Progress
from ..machine.device import Device, processor, usable
from ..machine.plan import Plan, Work, ladder, on_processor
from ..machine.precision import precision
from ..machine.resident import residents
from ..machine.room import room
from ..models.clip_text import ClipText
from ..models.dinov2 import DinoV2
from ..models.dit import DiT
from ..models.vecset import PartEncoder, VecSet
from . import loading
from .text import Pieces

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class Demand:
    """What a job asks of a model.

    parts : how many there are. together : parts that look at each other, and so go together.
    branches : of guidance. tokens : of each part. context : tokens of all contexts together.
    points : of each part, that an encoder looks at.
    """

    tokens: int
    context: int
    parts: int = 1
    together: int = 1
    branches: int = 2
    points: int = 0


@dataclass(frozen=True)
class Networks:
    """What a model consists of.

    name : of the model. parallel : the wiring of its contexts, see `DiTConfig`. stays : each
    network stays on the device; otherwise it leaves when the next one is read. numbers : in which
    they compute, as torch calls them; those of the device where none are named. apart : branches of
    guidance go one after the other. progress : stepped while networks are read. Methods raise
    WeightsMissing, WeightsCorrupt or Cancelled.
    """

    name: str
    parallel: bool = False
    device: Device = field(default_factory=usable)
    stays: bool = True
    numbers: str = ""
    apart: bool = False
    progress: Progress = field(default=SILENT, repr=False, compare=False)

    def planned(self, plan: Plan, progress: Progress = SILENT) -> Networks:
        """The same as a plan wants it run."""
        return replace(
            self,
            device=processor() if plan.on_processor else self.device,
            stays=plan.stays,
            numbers=plan.numbers,
            apart=plan.apart,
            progress=progress,
        )

    def plans(self, demand: Demand, *, exact: bool = False, whatever: bool = False) -> list[Plan]:
        """How it can be run on this machine, see `machine.plan`.

        exact : in numbers of 32 bits. whatever : also what there is no memory for.
        """
        sizes, work = self._measured(demand)
        rungs: list[Plan] = []
        if self.device.kind != "cpu":
            kind = "float32" if exact else _named(self.dtype)
            fused = self.device.kind != "mps"
            there = None if whatever else room.available(self.device)
            rungs = ladder(sizes, work, demand.parts, there, numbers=kind, fused=fused)
        own = processor()
        kinds = ["float32"] if exact else list(dict.fromkeys([_named(precision(own)), "bfloat16"]))
        there = None if whatever else room.available(own)
        return rungs + on_processor(sizes, work, there, kinds)

    def _measured(self, demand: Demand) -> tuple[dict[str, int], Work]:
        model, shapes = public_model(self.name), {}
        for part in [one.name for one in model.consists if one.network]:
            with shards.opened(store.component(self.name, part), model.title) as files:
                shapes[part] = files.shapes
        try:
            return measured(shapes, demand)
        except (KeyError, IndexError, ZeroDivisionError) as error:
            raise layouts.of_another(model.title, f"sizes: {error!r}") from error

    @property
    def folder(self) -> str:
        """Where it lies, with which the names of its networks in memory begin."""
        return str(store.folder_of(public_model(self.name)))

    @property
    def dtype(self) -> torch.dtype:
        """The numbers of all networks."""
        found = getattr(torch, self.numbers) if self.numbers else precision(self.device)
        assert isinstance(found, torch.dtype)
        return found

    def dit(self) -> DiT:
        """Its transformer."""
        return self._read("transformer", partial(loading.dit, parallel=self.parallel))

    def vecset(self) -> VecSet:
        """Its autoencoder."""
        return self._read("vae", loading.vecset)

    def part_encoder(self) -> PartEncoder:
        """Its encoders of parts."""
        return self._read("part_encoder", loading.part_encoder)

    def dinov2(self) -> DinoV2:
        """Its encoder of pictures."""
        return self._read("image_encoder_dinov2", loading.dinov2)

    def clip_text(self) -> ClipText:
        """Its encoder of words."""
        return self._read("text_encoder", loading.clip_text)

    def pieces(self) -> Pieces:
        """What words are cut into."""
        tokens = self.clip_text().config.tokens
        folder = store.component(self.name, "tokenizer")
        return Pieces(folder, public_model(self.name).title, tokens)

    def shift(self) -> float:
        """How much longer its sampling stays at high levels (`levels.schedule`)."""
        path = store.component(self.name, "scheduler") / "scheduler_config.json"
        try:
            return float(json.loads(path.read_text(encoding="utf-8")).get("shift", 1.0))
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise WeightsCorrupt(
                f"{path.name} of {public_model(self.name).title} cannot be read.",
                "Download it again, or choose another folder.",
                str(error),
            ) from error

    def _read(self, part: str, read: Callable[[loading.Source], Network]) -> Network:
        folder = store.component(self.name, part)
        owner = public_model(self.name).title
        source = loading.Source(
            folder, owner, self.device.torch_name, self.dtype, self.progress.step
        )
        name = f"{folder} {self.device.kind} {_named(self.dtype)}"
        if not self.stays:
            residents.leave(lambda other: other.startswith(str(folder.parent)) and other != name)
        return residents.get(name, partial(read, source))


def measured(
    shapes: Mapping[str, Mapping[str, tuple[int, ...]]], demand: Demand
) -> tuple[dict[str, int], Work]:
    """How many numbers each network of a model has, and what a demand takes beside them.

    shapes : of the tensors of each network, by their published names.
    """
    sizes = {part: sum(map(prod, each.values())) for part, each in shapes.items()}
    own = shapes["transformer"]
    width = own["proj_in.weight"][0]
    return sizes, Work(
        demand.branches,
        demand.tokens,
        width,
        loading.count(own, "blocks"),
        demand.context,
        demand.together,
        width // own["blocks.0.attn1.norm_q.weight"][0],
        demand.points,
        shapes["vae"]["post_quant.weight"][0],
    )


def _named(kind: torch.dtype) -> str:
    return str(kind).removeprefix("torch.")
