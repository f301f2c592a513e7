# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of a public model, each read when first asked for and kept for the next job."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import torch
from torch import nn

from ..checkpoints import store
from ..checkpoints.public import public_model
from ..contract.errors import WeightsCorrupt
from ..machine.device import Device, usable
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

    name : of the model. parallel : the wiring of its contexts, see `DiTConfig`. Methods raise
    WeightsMissing or WeightsCorrupt.
    """

    name: str
    parallel: bool = False
    device: Device = field(default_factory=usable)

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
        return residents.get(f"{folder} {self.dtype}", partial(read, source))
