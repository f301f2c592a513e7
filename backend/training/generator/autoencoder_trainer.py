# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the autoencoder of the part generator.

`python -m backend.training.generator.autoencoder_trainer --samples build/generator/samples
--out build/generator/autoencoder --minutes 120` can be stopped at any time and goes on by the same
command. On a GPU where there is one; `--half` is for processors that have bfloat16. Once a flow has
learned from its latents they must not change: `--decoder-alone` lets only what reads them learn on,
and with more noise upon them, for those that a flow makes are never quite right. `--segments-alone`
lets only what tells of parts learn, on whole objects alone.
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

from ...latents.part_segments import gathered
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
UNLABELLED_ALONE = 0.85  # and where what tells of parts learns alone
PAIRS = 2.0  # weight of what pairs of places say, next to masks
PROMPTS, PLACES = 8, 384  # of an object: prompts, and places at which their masks are judged
SIZES = {"own": (1024, 768), "placed": (384, 384), "whole": (4096, 2048)}  # points and queries
JUDGED_PLACES = 256  # of an object, between which its segments are measured
JUDGED = {"own": (2048, 1024), "whole": (6144, 2048)}  # of what is measured
ENCODER = ("kind.in", "point.", "cell.in", "place.in", "encode", "latent.out", "latent.mean",
           "latent.deviation")  # fmt: skip  # beginnings of the names of arrays that make latents
SEGMENTING = ("segment", "mask.", "prompt", "iou.")  # and of those that tell of parts
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
        looking=1,
        place_width=24,
    ),
    "small": PartSetConfig(width=128, heads=4, encoding=2, decoding=3, looking=4),
    "base": PartSetConfig(looking=4),
    "large": PartSetConfig(
        width=320, heads=10, encoding=3, decoding=5, point_width=96, looking=4, place_width=160
    ),
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


def cells(points: Tensor, side: int) -> Tensor:
    """(B, P) the token of the cell in which each point (B, P, 3) lies."""
    cell = ((points + 1) * (0.5 * side)).long().clamp(0, side - 1)
    return (cell[..., 0] * side + cell[..., 1]) * side + cell[..., 2]


def of_anchors(net: PartSet, decoded: Decoded, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Their loss; (B, T) which cells hold points, and (B, P) the cell of each."""
    side = decoded.side
    slot = cells(points, side)
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
    net: PartSet,
    decoded: Decoded,
    points: Tensor,
    normals: Tensor,
    labels: Tensor,
    slot: Tensor,
) -> tuple[Tensor, Tensor]:
    """Of the first mask the entropy alone, so that it is a chance; of the better one of the others
    SAM's losses; and of what is expected of each."""
    batch, count = slot.shape
    judged = torch.randint(count, (batch, PLACES), device=slot.device)
    clicked = judged[:, :PROMPTS]

    def of(array: Tensor, chosen: Tensor) -> Tensor:
        return array.gather(1, chosen[:, :, None].expand(-1, -1, 3))

    segmented = net.segmented(decoded)
    alike = net.alike(segmented, of(points, judged), of(normals, judged))
    answers = net.prompts(
        segmented, slot.gather(1, clicked), of(points, clicked), alike[:, :PROMPTS]
    )
    logit = net.masked(answers, alike)  # (B, N, M, Q)
    true = labels.gather(1, judged)
    same = labels.gather(1, clicked)[:, :, None] == true[:, None]
    target = same[:, :, None].expand_as(logit).to(logit.dtype)
    entropy = functional.binary_cross_entropy_with_logits(logit, target, reduction="none").mean(-1)
    chance = logit.sigmoid()
    both, sum_ = (chance * target).sum(-1), chance.sum(-1) + target.sum(-1)
    guesses = entropy + 1 - (2 * both + 1) / (sum_ + 1)  # (B, N, M)
    with torch.no_grad():
        hit = (logit > 0) & (target > 0)
        either = (logit > 0) | (target > 0)
        iou = hit.sum(-1) / either.sum(-1).clamp(min=1)
    expected = (answers.iou.sigmoid() - iou).square().mean()
    loss = entropy[:, :, 0] + guesses[:, :, 1:].min(-1).values
    one = (true[:, :, None] == true[:, None]).to(loss.dtype)
    pairs = functional.binary_cross_entropy_with_logits(
        net.paired(alike, alike), one, reduction="none"
    )
    # An object of one part would teach that nothing is a part of its own, and many are.
    several = (labels.amin(1) < labels.amax(1)).to(loss.dtype)
    loss = loss.mean(1) + PAIRS * pairs.mean((1, 2))
    return (loss * several).sum() / several.sum().clamp(min=1), expected


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
        normals, labels = on(batch.normals, device), on(batch.labels, device)
        shown = self._shown(labels) if kind == WHOLE else None
        latents = net.encode(points, normals, kind, shown)
        deviation = torch.tensor(NOISE, device=device)
        if self.rough:
            share = torch.rand(len(latents), 1, 1, generator=self.rng).to(device)
            deviation = ROUGH * share * net.arrays["latent.deviation"][kind]
        decoded = net.decode(latents + deviation * torch.randn_like(latents), kind)
        said = {"field": of_field(net, decoded, batch, device)}
        anchors, _, slot = of_anchors(net, decoded, points)
        loss = said["field"] + ANCHOR * anchors + CALM * latents.square().mean()
        if kind == WHOLE:
            said["mask"], expected = of_masks(net, decoded, points, normals, labels, slot)
            loss = loss + MASK * said["mask"] + EXPECTED * expected
        return said | {"loss": loss}

    def segments(self) -> tuple[Tensor, dict[str, float]]:
        """The same of what tells of parts alone."""
        net, device = self.net, self.device
        batch = self.shelf.parted(max(self.size // 2, 1), SIZES["whole"][0])
        points, normals, labels = (
            on(a, device) for a in (batch.points, batch.normals, batch.labels)
        )
        with torch.no_grad():
            latents = net.encode(points, normals, WHOLE, self._shown(labels, UNLABELLED_ALONE))
            decoded = net.decode(latents + NOISE * torch.randn_like(latents), WHOLE)
            slot = cells(points, decoded.side)
        mask, expected = of_masks(net, decoded, points, normals, labels, slot)
        return mask + EXPECTED * expected, {
            "mask": float(mask.detach()),
            "expected": float(expected.detach()),
        }

    def _shown(self, labels: Tensor, unlabelled: float = UNLABELLED) -> Tensor:
        """Codes of parts, for objects that are encoded with labels."""
        told = torch.rand(len(labels), 1, generator=self.rng).to(self.device) >= unlabelled
        return codes(torch.where(told, labels, -1), self.net.config.label_width, self.rng)


def measured(net: PartSet, objects: list[Sample], device: torch.device, parts: int) -> dict:
    """Mean IoU of parts in frames of their own, also of noisy latents, and of whole objects, at
    places spread evenly; and the Rand error of segments of objects without labels."""
    shelf = Shelf(objects, np.random.default_rng(0))
    rng = torch.Generator().manual_seed(0)
    found: dict[str, list[float]] = {
        "own iou": [], "rough iou": [], "whole iou": [], "rand": []
    }  # fmt: skip
    with torch.no_grad():
        for _ in range(-(-parts // 16)):
            own = shelf.own(16, *JUDGED["own"], even=True)
            whole = shelf.whole(4, *JUDGED["whole"], even=True, parted=True)
            for name, kind, batch, share in (
                ("own iou", OWN, own, 0.0),
                ("rough iou", OWN, own, JUDGED_ROUGH),
                ("whole iou", WHOLE, whole, 0.0),
            ):
                points, normals = on(batch.points, device), on(batch.normals, device)
                latents = net.encode(points, normals, kind)
                noise = torch.randn(latents.shape, generator=rng).to(device)
                latents = latents + share * net.arrays["latent.deviation"][kind] * noise
                decoded = net.decode(latents, kind)
                said = net.field(net.nodes(decoded), decoded.side, on(batch.queries, device))
                inside, true = said.cpu().numpy() < 0, batch.distance < 0
                both, either = (inside & true).sum(1), (inside | true).sum(1)
                found[name] += (both / np.maximum(either, 1)).tolist()
                if kind == WHOLE:
                    found["rand"] += rand_errors(net, decoded, points, normals, batch.labels)
    return {name: round(float(np.mean(values)), 4) for name, values in found.items()}


def measured_segments(
    net: PartSet, objects: list[Sample], device: torch.device, count: int
) -> dict[str, float]:
    """The mean Rand error of segments of objects without labels, turned at random."""
    shelf, found = Shelf(objects, np.random.default_rng(0)), []
    with torch.no_grad():
        for _ in range(-(-count // 8)):
            batch = shelf.parted(8, JUDGED["whole"][0])
            points, normals = on(batch.points, device), on(batch.normals, device)
            decoded = net.decode(net.encode(points, normals, WHOLE), WHOLE)
            found += rand_errors(net, decoded, points, normals, batch.labels)
    return {"rand": round(float(np.mean(found)), 4)}


def rand_errors(
    net: PartSet, decoded: Decoded, points: Tensor, normals: Tensor, labels: np.ndarray
) -> list[float]:
    """The share of pairs among `JUDGED_PLACES` of each object about which segments are wrong."""
    points, normals = points[:, :JUDGED_PLACES], normals[:, :JUDGED_PLACES]
    segmented = net.segmented(decoded)
    alike = net.alike(segmented, points, normals)
    logit = net.paired(alike, alike)
    errors = []
    for mine, true in zip(logit.sigmoid().float().cpu().numpy(), labels, strict=True):
        part = gathered(mine)
        true = true[:JUDGED_PLACES]
        errors.append(float(((part[:, None] == part) != (true[:, None] == true)).mean()))
    return errors


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
    alone = options.segments_alone
    smooth = read_all(options.smooth) if options.smooth else []
    objects = read_all(options.samples)
    rng = np.random.default_rng([options.seed, run.step])
    shelf, judged = divided(objects + smooth, rng, thin=not alone)
    net, mean = (PartSet(config, arrays, TorchOps()) for arrays in (run.arrays, run.mean))
    losses = Losses(net, shelf, device, options.batch, rough=options.decoder_alone)
    saved, clock = run.seconds, time.monotonic()
    kept: list[dict[str, float]] = []
    half = device.type == "cuda" or options.half
    while (share := run.over(options.minutes, options.steps)) < 1:
        with torch.autocast(device.type, torch.bfloat16, enabled=half):
            loss, told = losses.segments() if alone else losses.step()
        run.learn(loss, share)
        kept.append(told)
        now = time.monotonic()
        run.seconds, clock = run.seconds + now - clock, now
        ends = run.over(options.minutes, options.steps) >= 1
        if ends or run.seconds - saved > 60 * options.every:
            row = {k: round(float(np.mean([one[k] for one in kept])), 4) for k in kept[0]}
            row["steps a minute"] = round(60 * len(kept) / (run.seconds - saved), 1)
            if not (options.decoder_alone or alone):
                count_latents(run, mean, shelf, device)
            row["parts"] = len(shelf.rows)
            measure = measured_segments if alone else measured
            run.note(row | measure(mean, judged, device, 64))
            run.save()
            objects = read_all(options.samples, objects)
            shelf, judged = divided(objects + smooth, rng, thin=not alone)
            losses = Losses(net, shelf, device, options.batch, rough=options.decoder_alone)
            saved, clock, kept = run.seconds, time.monotonic(), []


def divided(
    objects: list[Sample], rng: np.random.Generator, *, thin: bool = True
) -> tuple[Shelf, list[Sample]]:
    """What is learned, and what is held out; all of it where nothing is. thin : see `Shelf`."""
    learned = [one for one in objects if not held_out(one.group, one.name)]
    judged = [one for one in objects if held_out(one.group, one.name)]
    return Shelf(learned, rng, thin=thin), judged or learned


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
    parser.add_argument(
        "--segments-alone", action="store_true", help="all but what tells of parts stays as it is"
    )
    parser.add_argument(
        "--smooth", type=Path, metavar="FOLDER", help="of `generator.smooth`, for --segments-alone"
    )
    parser.add_argument("--rate", type=float, default=RATE, help="of learning, at most")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--half", action="store_true", help="bfloat16 on processors that have it")
    options = parser.parse_args(argv)
    if options.smooth and not options.segments_alone:
        parser.error("What --smooth tells is of parts alone: give --segments-alone, too.")
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    config = LADDER[options.size]
    fixed: tuple[str, ...] = ENCODER if options.decoder_alone else ()
    if options.segments_alone:
        fixed = tuple(name for name in shapes(config) if not name.startswith(SEGMENTING))
    run = started(
        options.out,
        "autoencoder",
        {"config": asdict(config)},
        shapes(config),
        device,
        rate=options.rate,
        seed=options.seed,
        begin_with=options.begin_with,
        fixed=fixed,
    )
    train(run, options, device)
    return 0


if __name__ == "__main__":
    sys.exit(main())
