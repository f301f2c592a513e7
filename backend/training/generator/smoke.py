# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains a tiny part generator from procedural shapes alone; fails unless it clearly beats noise.

`python -m backend.training.generator.smoke` takes about two minutes on two cores and needs no data:
it runs the programs of the real training (objects, samples, pictures, autoencoder, latents, flow,
the file that ships) on a few simple shapes. Measured are parts that it makes of their names and
boxes, of shapes of the same families that it has not seen.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from ...contract.arrays import Singles
from ...engines.part_weights import read_generator
from ...latents.part_generator import OPS, PartGenerator, Surface
from ...latents.part_request import Request
from ...latents.part_sampler import sample
from ...library.words import Words, table
from ...models.partflow import PartFlow, PartFlowConfig
from ...models.partflow import shapes as flow_shapes
from ...models.partset import PLACED
from . import autoencoder_trainer, export, flow_trainer, latents, objects, renders, samples
from .latents import said
from .run import begun
from .samples import Sample, held_out, read, sample_paths

FAMILIES = ("bearing", "bolt", "hand_tool")
GUIDANCE = (1.0, 1.0)
ROUNDS = 12  # steps of a sampling
BAR = 0.05  # of IoU above the best of the chances, at least


def described(folder: Path, seeds: int, families: str) -> list[Sample]:
    """Objects, samples and pictures of so many seeds of each family."""
    made, jobs = f"--objects={folder / 'objects'}", "--jobs=2"
    objects.main(
        [f"--out={folder / 'objects'}", f"--seeds={seeds}", f"--families={families}", jobs]
    )
    samples.main([made, f"--out={folder / 'samples'}", jobs])
    renders.main([made, f"--out={folder / 'pictures'}", "--views=2", jobs])
    return [read(path) for path in sample_paths(folder / "samples")]


def trained(folder: Path, steps: int, flow_steps: int) -> tuple[PartGenerator, PartGenerator]:
    """The generator of the samples and pictures of a folder, and one whose flow knows nothing."""
    small = ["--size=tiny", "--threads=1"]  # threads that wait for each other cost most here
    autoencoder, flow = folder / "autoencoder", folder / "flow"
    seen = [f"--samples={folder / 'samples'}", f"--out={autoencoder}", f"--steps={steps}"]
    autoencoder_trainer.main([*seen, *small, "--rate=6e-3", "--batch=12"])
    shapes = autoencoder / "autoencoder.safetensors"
    latents.main([
        f"--samples={folder / 'samples'}", f"--autoencoder={shapes}",
        f"--out={folder / 'latents'}", "--threads=1",
    ])  # fmt: skip
    told = [f"--latents={folder / 'latents'}", f"--pictures={folder / 'pictures'}"]
    learned = [f"--out={flow}", "--rate=4e-3", "--batch=16", f"--steps={flow_steps}"]
    apart = [f"--guess-steps={flow_steps // 6}", f"--refine-steps={flow_steps // 6}"]
    flow_trainer.main([*told, *learned, *apart, *small])
    whole = folder / "generator.safetensors"
    export.main(
        [f"--autoencoder={shapes}", f"--flow={flow / 'flow.safetensors'}", f"--out={whole}"]
    )
    known = read_generator(whole)
    return known, PartGenerator(known.autoencoder, unlearned(known.flow.config))


def unlearned(config: PartFlowConfig) -> PartFlow:
    """A flow as training begins with it."""
    arrays = begun(flow_shapes(config), 0, torch.device("cpu"))
    return PartFlow(config, {n: a.numpy() for n, a in arrays.items()}, OPS)


def asked(one: Sample, config: PartFlowConfig, words: Words) -> Request:
    """The names and boxes of an object's parts."""
    request = Request(config, one.count)
    request.tell("title", said(one.title, words))
    for k, name in enumerate(one.names):
        request.know_box(k, one.box[k])
        if name:
            request.tell("words", said(name, words), k)
    return request


def agreement(net: PartGenerator, one: Sample, tokens: Singles) -> float:
    """Mean IoU of the shapes that tokens (K, T, C) mean with an object's parts, where they are."""
    found = []
    for k in range(one.count):
        inside = net.field(tokens[k], PLACED)(one.placed_queries[k]) > 0
        true = one.placed_distance[k] < 0
        found.append((inside & true).sum() / max((inside | true).sum(), 1))
    return float(np.mean(found))


def report(known: PartGenerator, ignorant: PartGenerator, shown: list[Sample]) -> dict[str, float]:
    """Mean IoU of parts that are made in several ways, by its name; the first three are chances."""
    words, rng = table(), np.random.default_rng(0)
    found: dict[str, list[float]] = {}
    for seed, one in enumerate(shown):
        request = asked(one, known.flow.config, words)
        shape = (one.count, known.flow.config.tokens, known.flow.config.token)
        points, normals = one.placed_points.astype(float), one.placed_normals.astype(float)
        ways = {
            "noise, decoded": rng.standard_normal(shape, np.float32),
            "the mean of all latents, decoded": np.zeros(shape, np.float32),
            "a flow that has learned nothing": _made(ignorant, request, seed),
            "the trained flow": _made(known, request, seed),
            "the parts themselves, encoded": np.stack(
                [known.tokens(Surface(*both), PLACED) for both in zip(points, normals, strict=True)]
            ),
        }
        for name, tokens in ways.items():
            found.setdefault(name, []).append(agreement(known, one, tokens))
    return {name: float(np.mean(values)) for name, values in found.items()}


def _made(net: PartGenerator, request: Request, seed: int) -> Singles:
    """Tokens (K, T, C) of the parts that are asked for, in the frame of the object."""
    parts = sample(net.flow, request, seed=seed, steps=ROUNDS, guidance=GUIDANCE)
    return np.asarray(parts.placed[0])


def main(argv: list[str] | None = None) -> int:
    """Train, measure, and say whether it is better than noise; 1 if it is not."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.training.generator.smoke", description=__doc__
    )
    parser.add_argument("--seeds", type=int, default=16, help="of each family")
    parser.add_argument("--steps", type=int, default=200, help="of the autoencoder")
    parser.add_argument("--flow-steps", type=int, default=1000)
    parser.add_argument("--families", default=",".join(FAMILIES), help="separated by commas")
    parser.add_argument("--out", type=Path, help="folder to keep; without it nothing is kept")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as temporary:
        return _smoke(options.out or Path(temporary), options)


def _smoke(folder: Path, options: argparse.Namespace) -> int:
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:4.0f} s] {text}", flush=True)

    made = described(folder, options.seeds, options.families)
    unseen = [one for one in made if held_out(one.group, one.name)]
    say(f"{len(made)} samples of {options.families}, {len(unseen)} of them held out")
    shown = unseen or made  # few seeds have none that is held out
    known, ignorant = trained(folder, options.steps, options.flow_steps)
    sizes = [sum(a.size for a in net.arrays.values()) for net in (known.autoencoder, known.flow)]
    say(f"{sizes[0] / 1e6:.2f} M and {sizes[1] / 1e6:.2f} M parameters are trained")
    found = report(known, ignorant, shown)
    say(f"parts of {len(shown)} shapes, by their names and boxes")
    for name, value in found.items():
        print(f"{name:36s}{value:12.3f}")
    chances, (trained_, _) = list(found.values())[:3], list(found.values())[3:]
    needed = BAR + max(chances)
    print(f"{'needed':36s}{needed:12.3f}")
    print("It beats noise." if trained_ >= needed else "It does not clearly beat noise.")
    return 0 if trained_ >= needed else 1


if __name__ == "__main__":
    raise SystemExit(main())
