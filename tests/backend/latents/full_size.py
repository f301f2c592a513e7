# SPDX-License-Identifier: GPL-3.0-or-later
"""The public models in full size without memory, and what each asks of its networks in a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn

from backend.checkpoints import layouts
from backend.checkpoints.layouts import Layout
from backend.latents.networks import Demand, measured
from backend.latents.velocity import Velocity
from backend.machine.plan import Plan, Work, ladder, on_processor
from backend.machine.room import SPARE
from backend.models.clip_text import ClipText, ClipTextConfig
from backend.models.dinov2 import DinoConfig, DinoV2
from backend.models.dit import HOLOPART, PARTCRAFTER, SCRIBBLE, TRIPOSG, DiT, DiTConfig
from backend.models.vecset import PartEncoder, PartEncoderConfig, VecSet, VecSetConfig
from tests.backend.latents.metered import Card, fused_attention

POINTS = 20_480
Parts = dict[str, tuple[Callable[[], nn.Module], Layout]]


def parts_of(
    dino: DinoConfig, clip: ClipTextConfig, part: PartEncoderConfig, vae: VecSetConfig
) -> Parts:
    """All networks but the transformer."""
    return {
        "vae": (lambda: VecSet(vae), layouts.vecset(vae.decoder_blocks)),
        "part_encoder": (lambda: PartEncoder(part), layouts.PART_ENCODER),
        "image_encoder_dinov2": (lambda: DinoV2(dino), layouts.DINOV2),
        "text_encoder": (lambda: ClipText(clip), layouts.CLIP_TEXT),
    }


FULL = parts_of(DinoConfig(), ClipTextConfig(), PartEncoderConfig(), VecSetConfig())
SHALLOW = parts_of(
    DinoConfig(blocks=1),
    ClipTextConfig(blocks=1),
    PartEncoderConfig(blocks=1),
    VecSetConfig(encoder_blocks=1, decoder_blocks=1),
)


def shapes_of(network: nn.Module, layout: Layout) -> dict[str, tuple[int, ...]]:
    """Shapes of the tensors of a network by their published names."""
    found = {}
    for name, tensor in network.state_dict().items():
        parts = layout.published(name)
        found |= dict.fromkeys(parts, (tensor.shape[0] // len(parts), *tensor.shape[1:]))
    return found


@contextmanager
def without_memory() -> Iterator[None]:
    """Networks are made as shapes, and nobody draws their weights."""
    with ExitStack() as stack:
        for kind in (nn.Linear, nn.LayerNorm, nn.Embedding, nn.Conv2d):
            stack.enter_context(patch.object(kind, "reset_parameters", lambda self: None))
        stack.enter_context(torch.device("meta"))
        yield


@dataclass(frozen=True)
class Model:
    """A public model as its engine asks it."""

    name: str
    config: DiTConfig
    encoders: tuple[str, ...]
    demand: Demand
    others: Parts = field(default_factory=lambda: FULL)

    def shallow(self) -> Model:
        """As wide, with as many tokens, of few blocks: soon counted, and less hidden by weights."""
        return replace(self, config=replace(self.config, blocks=3), others=SHALLOW)

    def measured(self) -> tuple[dict[str, int], Work]:
        with without_memory():
            shapes = {"transformer": shapes_of(DiT(self.config), layouts.DIT)}
            for part in (*self.encoders, "vae"):
                make, layout = self.others[part]
                shapes[part] = shapes_of(make(), layout)
        return measured(shapes, self.demand)

    def ladder(self) -> list[Plan]:
        """All rungs, whatever there is."""
        sizes, work = self.measured()
        card = ladder(sizes, work, self.demand.parts, None, numbers="bfloat16")
        return card + on_processor(sizes, work, None, ["bfloat16"])

    def made(self, part: str, card: Card) -> Any:
        """A network without memory, counted by a card as when it is read."""
        make = (lambda: DiT(self.config)) if part == "transformer" else self.others[part][0]
        with without_memory(), card.elsewhere():
            network = make()
            shapes = {name: each.shape for name, each in network.state_dict().items()}
        state = {name: _empty(*shape) for name, shape in shapes.items()}
        with card.elsewhere():
            network.load_state_dict(state, assign=True)
            return network.eval().requires_grad_(False)

    def run(self, plan: Plan, card: Card) -> None:
        """One sampling step and one turn of reading, as a plan has it, with nothing computed."""
        kept: list[Any] = []

        def network(part: str) -> Any:
            if not plan.stays:
                return self.made(part, card)
            found = dict(kept).get(part) or self.made(part, card)
            kept.append((part, found))
            return found

        count = plan.at_a_time
        parts = self.demand.together
        tokens = [token for part in self.encoders for token in _looked(network(part), part, count)]
        dit = network("transformer")
        first = int(self.demand.branches > 1)
        contexts = [dit.context(i, one, first=first) for i, one in enumerate(tokens)]
        velocity = Velocity(dit, contexts, [1.0] * first, apart=plan.apart, replay=False)
        x = _empty(count, parts, self.demand.tokens, 64, kind=torch.float32)
        moved = x + velocity(x, 500.0)
        del dit, contexts, velocity, x
        vae = network("vae")
        shape = vae.decode(moved[:1, 0].bfloat16())
        vae.query(shape, _empty(1, plan.chunk, 3, kind=torch.float32))


def _empty(*shape: int, kind: torch.dtype = torch.bfloat16) -> Tensor:
    return torch.empty(shape, dtype=kind, device="meta")


def _looked(network: Any, part: str, count: int) -> list[Tensor]:
    """Tokens that an encoder answers."""
    if part == "part_encoder":
        chosen, points, whole = (
            _empty(count, *shape, kind=torch.float32)
            for shape in ((2048, 6), (POINTS, 6), (POINTS, 7))
        )
        return list(network(chosen, points, chosen, whole))
    if part == "text_encoder":
        return [network(_empty(1, 77, kind=torch.int64))]
    return [network(_empty(1, 3, 224, 224, kind=torch.float32))]


MODELS = {
    one.name: one
    for one in (
        Model(
            "holopart", HOLOPART, ("part_encoder",),
            Demand(2048, 4096, parts=8, points=2 * POINTS),
        ),
        Model(
            "partcrafter", PARTCRAFTER, ("image_encoder_dinov2",),
            Demand(1024, 257, together=8),
        ),
        Model("triposg", TRIPOSG, ("image_encoder_dinov2",), Demand(2048, 257)),
        Model(
            "scribble", SCRIBBLE, ("text_encoder", "image_encoder_dinov2"),
            Demand(512, 334, branches=1),
        ),
    )
}  # fmt: skip
CARDS = (8, 12, 16, 24)  # GiB


@contextmanager
def counting(patched: Any) -> Iterator[Card]:
    """A card without end that counts what is only planned."""
    with Card() as card, torch.inference_mode(), fused_attention(patched):
        yield card


def table() -> list[str]:
    """Rows of docs/models.md: what runs how on which card."""
    rows = []
    for model in MODELS.values():
        plans = model.ladder()
        for gigabytes in CARDS:
            plan = next(one for one in plans if one.needs <= SPARE * gigabytes * 2**30)
            stays = "all" if plan.stays else "one at a time"
            together = model.demand.together
            parts = f"{together} that look at each other" if together > 1 else str(plan.at_a_time)
            rows.append(
                f"| `{model.name}` | {gigabytes} GB | {stays} | {parts} | {plan.chunk:,} | "
                f"{plan.needs / 1e9:.1f} GB |"
            )
    return rows
