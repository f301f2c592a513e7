# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the autoencoder of the part generator.

`python -m backend.training.generator.autoencoder_trainer --samples build/generator/samples
--out build/generator/autoencoder --minutes 120` can be stopped at any time and goes on by the same
command. On a GPU where there is one; `--half` is for processors that have bfloat16. Once a flow has
learned from its latents they must not change: `--decoder-alone` lets only what reads them learn on,
and with more noise upon them, for those that a flow makes are never quite right.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ...models.partset import OWN, PLACED, WHOLE, Decoded, PartSet, PartSetConfig, shapes
from ..torch_ops import TorchOps
from .run import Run, started
from .samples import Sample, held_out
from .shelf import Batch, Shelf, read_all

RATE = 1.5e-3
NOISE = 0.1  # deviation added to latents, so that near ones decode alike
ROUGH = 0.6  # the most noise, in deviations of latents, that a decoder alone learns to read
JUDGED_ROUGH = 0.3  # with which it is measured, too
CALM = 1e-3  # weight of the latents' squares, which keeps them about 1
SIGN, ANCHOR, MASK, EXPECTED = 0.3, 0.05, 0.5, 0.1  # weights of losses, next to the distance's
SEEN = 0.15  # share of the parts that are encoded by their visible surface alone
UNLABELLED = 0.6  # share of the objects that are encoded without labels
PROMPTS, PLACES = 6, 512  # of an object: prompts, and places at which their masks are judged
SIZES = {"own": (1024, 768), "placed": (384, 384), "whole": (4096, 2048)}  # points and queries
JUDGED = {"own": (2048, 1024), "whole": (6144, 2048)}  # of what is measured
ENCODER = ("kind.in", "point.", "cell.in", "place.in", "encode", "latent.out", "latent.mean",
           "latent.deviation")  # fmt: skip  # beginnings of the names of arrays that make latents
LADDER = {
    "tiny": PartSetConfig(
        channels=4,
        width=48,
        heads=3,
        encoding=1,
        decoding=1,
        point_width=16,
        field_width=16,
        label_width=4,
        mask_width=8,
        prompting=1,
    ),
    "small": PartSetConfig(width=128, heads=4, encoding=2, decoding=3),
    "base": PartSetConfig(),
    "large": PartSetConfig(width=320, heads=10, encoding=3, decoding=5, point_width=96),
}


def codes(labels: Tensor, width: int, rng: torch.Generator) -> Tensor:
    """(B, P, width) a random code of unit length for each part (B, P); zeros where it is -1."""
    table = torch.randn(labels.shape[0], 257, width, generator=rng)
    table = functional.normalize(table, dim=-1)
    table[:, 0] = 0
    table = table.to(labels.device)
    return table.gather(1, (labels + 1)[:, :, None].expand(-1, -1, width))


def of_field(net: PartSet, decoded: Decoded, batch: Batch, device: torch.device) -> Tensor:
    """The loss of the signed distance."""
    clip = net.config.clip
    said = net.field(net.nodes(decoded), decoded.side, on(batch.queries, device)) / clip
    true = on(batch.distance, device)
    target = (true / clip).clamp(-1, 1)
    sign = functional.binary_cross_entropy_with_logits(-6 * said, (true < 0).to(said.dtype))
    return (said.clamp(-1.5, 1.5) - target).abs().mean() + SIGN * sign


def of_anchors(net: PartSet, decoded: Decoded, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Their loss; (B, T) which cells hold points, and (B, P) the cell of each."""
    side = decoded.side
    cell = ((points + 1) * (0.5 * side)).long().clamp(0, side - 1)
    slot = (cell[..., 0] * side + cell[..., 1]) * side + cell[..., 2]  # (B, P)
    batch, count = slot.shape
    number = points.new_zeros(batch, side**3).scatter_add(1, slot, points.new_ones(batch, count))
    mean = points.new_zeros(batch, side**3, 3).scatter_add(
        1, slot[:, :, None].expand(-1, -1, 3), points
    )
    mean = mean / number[:, :, None].clamp(min=1)
    logit, at = net.anchors(decoded)
    there = number > 0
    loss = functional.binary_cross_entropy_with_logits(logit, there.to(logit.dtype))
    return loss + (at - mean)[there].abs().mean() * side, there, slot


def of_masks(
    net: PartSet, decoded: Decoded, points: Tensor, labels: Tensor, slot: Tensor
) -> tuple[Tensor, Tensor]:
    """SAM's losses: of the better mask of each prompt, and of what is expected of each."""
    batch, count = slot.shape
    clicked = torch.randint(count, (batch, PROMPTS), device=slot.device)
    judged = torch.randint(count, (batch, PLACES), device=slot.device)
    place = points.gather(1, clicked[:, :, None].expand(-1, -1, 3))
    answers = net.prompts(decoded, slot.gather(1, clicked), place)
    at = points.gather(1, judged[:, :, None].expand(-1, -1, 3))
    logit = net.masked(net.mask_nodes(decoded), decoded.side, answers, at)  # (B, N, M, Q)
    same = labels.gather(1, clicked)[:, :, None] == labels.gather(1, judged)[:, None]
    target = same[:, :, None].expand_as(logit).to(logit.dtype)
    entropy = functional.binary_cross_entropy_with_logits(logit, target, reduction="none")
    chance = logit.sigmoid()
    both, sum_ = (chance * target).sum(-1), chance.sum(-1) + target.sum(-1)
    loss = entropy.mean(-1) + 1 - (2 * both + 1) / (sum_ + 1)  # (B, N, M)
    with torch.no_grad():
        hit = (logit > 0) & (target > 0)
        either = (logit > 0) | (target > 0)
        iou = hit.sum(-1) / either.sum(-1).clamp(min=1)
    expected = (answers.iou.sigmoid() - iou).square().mean()
    return loss.min(-1).values.mean(), expected


def on(array: np.ndarray, device: torch.device) -> Tensor:
    """An array as a tensor on the device."""
    return torch.from_numpy(array).to(device, non_blocking=True)


class Losses:
    """The loss of a step. size : parts in frames of their own a step. rough : whether latents get
    noise of up to `ROUGH`, another for each shape, and not `NOISE`."""

    def __init__(
        self, net: PartSet, shelf: Shelf, device: torch.device, size: int, *, rough: bool = False
    ) -> None:
        self.net, self.shelf, self.device, self.size, self.rough = net, shelf, device, size, rough
        self.rng = torch.Generator().manual_seed(int(shelf.rng.integers(2**31)))

    def step(self) -> tuple[Tensor, dict[str, float]]:
        """The loss, and its parts for the log."""
        own = self.shelf.own(self.size, *SIZES["own"], seen=SEEN)
        placed = self.shelf.placed(max(self.size // 4, 1), *SIZES["placed"])
        whole = self.shelf.whole(max(self.size // 6, 1), *SIZES["whole"])
        a, b, c = self._of(own, OWN), self._of(placed, PLACED), self._of(whole, WHOLE)
        loss = a["loss"] + 0.25 * b["loss"] + 0.5 * c["loss"]
        told = {"own": a["field"], "placed": b["field"], "whole": c["field"], "mask": c["mask"]}
        return loss, {name: float(value.detach()) for name, value in told.items()}

    def _of(self, batch: Batch, kind: int) -> dict[str, Tensor]:
        net, device = self.net, self.device
        points = on(batch.points, device)
        labels = on(batch.labels, device)
        shown = None
        if kind == WHOLE:
            told = torch.rand(len(labels), 1, generator=self.rng).to(device) >= UNLABELLED
            shown = codes(torch.where(told, labels, -1), net.config.label_width, self.rng)
        latents = net.encode(points, on(batch.normals, device), kind, shown)
        deviation = torch.tensor(NOISE, device=device)
        if self.rough:
            share = torch.rand(len(latents), 1, 1, generator=self.rng).to(device)
            deviation = ROUGH * share * net.arrays["latent.deviation"][kind]
        decoded = net.decode(latents + deviation * torch.randn_like(latents), kind)
        said = {"field": of_field(net, decoded, batch, device)}
        anchors, _, slot = of_anchors(net, decoded, points)
        loss = said["field"] + ANCHOR * anchors + CALM * latents.square().mean()
        if kind == WHOLE:
            said["mask"], expected = of_masks(net, decoded, points, labels, slot)
            loss = loss + MASK * said["mask"] + EXPECTED * expected
        return said | {"loss": loss}


def measured(net: PartSet, objects: list[Sample], device: torch.device, parts: int) -> dict:
    """Mean IoU of parts in frames of their own, also of noisy latents, and of whole objects, at
    places spread evenly."""
    shelf = Shelf(objects, np.random.default_rng(0))
    rng = torch.Generator().manual_seed(0)
    found: dict[str, list[float]] = {"own iou": [], "rough iou": [], "whole iou": []}
    with torch.no_grad():
        for _ in range(-(-parts // 16)):
            own = shelf.own(16, *JUDGED["own"], even=True)
            whole = shelf.whole(4, *JUDGED["whole"], even=True)
            for name, kind, batch, share in (
                ("own iou", OWN, own, 0.0),
                ("rough iou", OWN, own, JUDGED_ROUGH),
                ("whole iou", WHOLE, whole, 0.0),
            ):
                latents = net.encode(on(batch.points, device), on(batch.normals, device), kind)
                noise = torch.randn(latents.shape, generator=rng).to(device)
                latents = latents + share * net.arrays["latent.deviation"][kind] * noise
                decoded = net.decode(latents, kind)
                said = net.field(net.nodes(decoded), decoded.side, on(batch.queries, device))
                inside, true = said.cpu().numpy() < 0, batch.distance < 0
                both, either = (inside & true).sum(1), (inside | true).sum(1)
                found[name] += (both / np.maximum(either, 1)).tolist()
    return {name: round(float(np.mean(values)), 4) for name, values in found.items()}


def count_latents(run: Run, net: PartSet, shelf: Shelf, device: torch.device) -> None:
    """Write the mean and deviation of each channel, for each kind, into the arrays."""
    with torch.no_grad():
        for kind, draw in ((OWN, shelf.own), (PLACED, shelf.placed), (WHOLE, shelf.whole)):
            batch = draw(64, 1024, 8)
            z = net.encode(on(batch.points, device), on(batch.normals, device), kind)
            z = z.reshape(-1, z.shape[-1])
            for arrays in (run.arrays, run.mean):
                arrays["latent.mean"][kind] = z.mean(0)
                arrays["latent.deviation"][kind] = z.std(0) + 1e-3


def train(run: Run, options: argparse.Namespace, device: torch.device) -> None:
    """Steps until the minutes are spent; measures and saves now and then.

    Samples that came meanwhile are taken up at each measurement.
    """
    config = PartSetConfig(**run.about["config"])
    objects = read_all(options.samples)
    rng = np.random.default_rng([options.seed, run.step])
    shelf, judged = divided(objects, rng)
    net, mean = (PartSet(config, arrays, TorchOps()) for arrays in (run.arrays, run.mean))
    losses = Losses(net, shelf, device, options.batch, rough=options.decoder_alone)
    saved, clock = run.seconds, time.monotonic()
    kept: list[dict[str, float]] = []
    half = device.type == "cuda" or options.half
    while (share := run.over(options.minutes, options.steps)) < 1:
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            loss, told = losses.step()
        run.learn(loss, share)
        kept.append(told)
        now = time.monotonic()
        run.seconds, clock = run.seconds + now - clock, now
        ends = run.over(options.minutes, options.steps) >= 1
        if ends or run.seconds - saved > 60 * options.every:
            row = {k: round(float(np.mean([one[k] for one in kept])), 4) for k in kept[0]}
            row["steps a minute"] = round(60 * len(kept) / (run.seconds - saved), 1)
            if not options.decoder_alone:
                count_latents(run, mean, shelf, device)
            row["parts"] = len(shelf.rows)
            run.note(row | measured(mean, judged, device, 64))
            run.save()
            objects = read_all(options.samples, objects)
            shelf, judged = divided(objects, rng)
            losses = Losses(net, shelf, device, options.batch, rough=options.decoder_alone)
            saved, clock, kept = run.seconds, time.monotonic(), []


def divided(objects: list[Sample], rng: np.random.Generator) -> tuple[Shelf, list[Sample]]:
    """What is learned, and what is held out; all of it where nothing is."""
    learned = [one for one in objects if not held_out(one.group, one.name)]
    judged = [one for one in objects if held_out(one.group, one.name)]
    return Shelf(learned, rng, thin=True), judged or learned


def main(argv: list[str] | None = None) -> int:
    """Command line; returns an exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--steps", type=int, default=0, help="in the place of minutes")
    parser.add_argument("--every", type=float, default=3.0, metavar="MINUTES")
    parser.add_argument("--size", choices=list(LADDER), default="base")
    parser.add_argument("--batch", type=int, default=32, help="parts a step")
    parser.add_argument("--begin-with", type=Path, metavar="FILE", help="weights to go on from")
    parser.add_argument("--decoder-alone", action="store_true", help="latents stay as they are")
    parser.add_argument("--rate", type=float, default=RATE, help="of learning, at most")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--half", action="store_true", help="bfloat16 on processors that have it")
    options = parser.parse_args(argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    config = LADDER[options.size]
    run = started(
        options.out,
        "autoencoder",
        {"config": asdict(config)},
        shapes(config),
        device,
        rate=options.rate,
        seed=options.seed,
        begin_with=options.begin_with,
        fixed=ENCODER if options.decoder_alone else (),
    )
    train(run, options, device)
    return 0


if __name__ == "__main__":
    sys.exit(main())
