# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of a public model, each read when first asked for and kept for the next job."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from math import prod
from typing import TypeVar

import torch
from torch import nn

from ..checkpoints import shards, store
from ..checkpoints.public import public_model
from ..contract.errors import WeightsCorrupt
from ..machine.device import Device, processor, usable
from ..machine.plan import Plan, Work, ladder
from ..machine.precision import precision
from ..machine.resident import residents
from ..models.clip_text import ClipText
from ..models.dinov2 import DinoV2
from ..models.dit import DiT
from ..models.vecset import PartEncoder, VecSet
from . import loading
from .text import Pieces

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class Networks:
    """What a model consists of.

    name : of the model. parallel : the wiring of its contexts, see `DiTConfig`. stays : each
    network stays on the device; otherwise it leaves when the next one is read. Methods raise
    WeightsMissing or WeightsCorrupt.
    """

    name: str
    parallel: bool = False
    device: Device = field(default_factory=usable)
    stays: bool = True

    def planned(self, plan: Plan) -> Networks:
        """The same as a plan wants it run."""
        device = processor() if plan.on_processor else self.device
        return replace(self, device=device, stays=plan.stays)

    def plans(self, parts: int, *, branches: int, tokens: int, context: int) -> list[Plan]:
        """How it can be run on this device, see `machine.plan.ladder`.

        parts : how many there are. branches : of guidance. tokens : of each part. context : tokens
        of all contexts together.
        """
        model = public_model(self.name)
        sizes = {}
        for part in [one.name for one in model.consists if one.network]:
            with shards.opened(store.component(self.name, part), model.title) as files:
                sizes[part] = self.dtype.itemsize * sum(map(prod, files.shapes.values()))
                if part == "transformer":
                    width = files.shapes["proj_in.weight"][0]
                    blocks = loading.count(files.shapes, "blocks")
        held = 2 * context * width * blocks * self.dtype.itemsize
        work = Work(branches, tokens + 1, width, held, self.dtype.itemsize)
        is_card = self.device.kind != "cpu"
        return ladder(sizes, work, parts, self.device.memory, card=is_card)

    @property
    def dtype(self) -> torch.dtype:
        """The numbers of all networks."""
        return precision(self.device)

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
        """How much longer its sampling stays at high levels (`flow.schedule`)."""
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
        source = loading.Source(folder, owner, self.device.torch_name, self.dtype)
        name = f"{folder} {self.device.kind}"
        if not self.stays:
            residents.leave(lambda other: other.startswith(str(folder.parent)) and other != name)
        return residents.get(name, partial(read, source))
