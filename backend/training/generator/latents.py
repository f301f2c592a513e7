# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples as latents: what the flow learns from, encoded once.

`python -m backend.training.generator.latents --samples build/generator/samples --autoencoder
build/generator/autoencoder/autoencoder.safetensors --out build/generator/latents` writes a file an
object; those that are there already are kept. Each object is encoded as it is, and mirrored and a
little stretched along each axis.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ...library.words import FILLERS, Words, plain, table
from ...models.members import FILLED, box_member, look_member, own_frame
from ...models.partset import OWN, PLACED, WHOLE, PartSet, PartSetConfig
from ..torch_ops import TorchOps
from .samples import Sample, held_out
from .shelf import SCALE, Singles, read_all, singles

COPIES = 2  # as it is, and mirrored
STRETCH = 0.12  # deviation of the log of the scales of a copy
BEFORE = 4  # subsets of parts a copy, for what is there already
POINTS = 1024  # of a shape that is encoded
FEWEST_POINTS = 48  # of a visible surface that is encoded
SIDES = {"left": "right", "right": "left"}


class Encoder:
    """The trained autoencoder."""

    def __init__(self, path: Path, device: torch.device) -> None:
        from safetensors import safe_open

        with safe_open(path, "pt") as file:
            config = PartSetConfig(**json.loads(file.metadata()["config"]))
            arrays = {n: file.get_tensor(n).float().to(device) for n in file.keys()}  # noqa: SIM118
        self.device, self.net = device, PartSet(config, arrays, TorchOps())

    def __call__(self, points: Singles, normals: Singles, kind: int) -> NDArray[np.float16]:
        """Latents (B, T, C) of points (B, P, 3) and unit normals, each channel of mean 0 and
        deviation 1."""
        with torch.no_grad():
            z = self.net.encode(
                torch.from_numpy(points).to(self.device),
                torch.from_numpy(normals).to(self.device),
                kind,
            )
            z = z - self.net.arrays["latent.mean"][kind]
            z = z / self.net.arrays["latent.deviation"][kind]
            return z.cpu().numpy().astype(np.float16)


def encoded(
    one: Sample, encoder: Encoder, words: Words, rng: np.random.Generator, copy: int
) -> dict[str, NDArray[Any]]:
    """The arrays of a copy of an object, as `flow_trainer` draws from them."""
    a, count = one.stored, one.count
    mirror = np.array([-1.0 if copy % 2 else 1.0, 1.0, 1.0], np.float32)
    scale = np.exp(STRETCH * rng.standard_normal(3)).astype(np.float32) if copy else np.ones(3)
    box = a["box"].astype(np.float64) * scale
    if copy % 2:
        box[:, :, 0] = -box[:, ::-1, 0]
    low, high = box[:, 0].min(0), box[:, 1].max(0)
    middle, size = (low + high) / 2, float((high - low).max()) / 2 / FILLED
    box = (box - middle) / size
    turn = (scale * mirror / size).astype(np.float32)  # of a place in the object's frame
    middle = (middle / size).astype(np.float32)

    def units(normals: NDArray[Any], stretch: Singles) -> Singles:
        n = normals.astype(np.float32) / stretch
        return n / np.maximum(np.linalg.norm(n, axis=-1, keepdims=True), 1e-6)

    spread = evenly(a["own_points"].shape[1])
    own = singles(a["own_points"][:, spread], SCALE) * mirror
    own_normals = units(a["own_normals"][:, spread], mirror)
    placed = singles(a["placed_points"], SCALE) * turn - middle
    placed_normals = units(a["placed_normals"], turn)
    whole, whole_normals = (
        singles(a["whole_points"], SCALE) * turn - middle,
        units(a["whole_normals"], turn),
    )
    # The visible surface in the part's own frame and, from there, in the object's.
    at, stretch = (array.astype(np.float32) for array in own_frame(box))
    seen, seen_placed = np.zeros((2, count), bool), []
    seen_own = []
    for k in range(count):
        visible = np.flatnonzero(a["own_visible"][k, spread])
        seen[0, k] = len(visible) >= FEWEST_POINTS
        chosen = rng.choice(visible if seen[0, k] else len(own[k]), POINTS)
        seen_own.append((own[k, chosen], own_normals[k, chosen]))
        where = own[k, chosen] * stretch[k] + at[k]
        seen_placed.append((where, units(own_normals[k, chosen], stretch[k])))
    found: dict[str, NDArray[Any]] = {
        "own": encoder(own, own_normals, OWN),
        "placed": encoder(placed, placed_normals, PLACED),
        "whole": encoder(whole[None], whole_normals[None], WHOLE),
        "seen_own": encoder(*_stacked(seen_own), OWN),
        "seen_placed": encoder(*_stacked(seen_placed), PLACED),
        "seen": seen[0],
        "box": box_member(box),
        "look": look_member(a["colours"]),
    }
    # Unions of some parts, as points of their surfaces.
    there = np.zeros((BEFORE, count), bool)
    unions = []
    for row in range(BEFORE):
        some = rng.permutation(count)[: int(rng.integers(1, max(count, 2)))]
        there[row, some] = True
        flat, flat_normals = placed[some].reshape(-1, 3), placed_normals[some].reshape(-1, 3)
        chosen = rng.choice(len(flat), POINTS)
        unions.append((flat[chosen], flat_normals[chosen]))
    found |= {"before": encoder(*_stacked(unions), PLACED), "before_parts": there}
    names = list(one.names)
    if copy % 2:
        names = [" ".join(SIDES.get(word, word) for word in name.split()) for name in names]
    found["words"] = np.stack([
        [said(form, words) for form in (name, f"{one.title} {name}" if name else one.title)]
        for name in names
    ])  # fmt: skip
    found["title"] = said(one.title, words)[None]
    return {n: v.astype(np.float16) if v.dtype == np.float64 else v for n, v in found.items()}


def evenly(stored: int) -> NDArray[np.int64]:
    """Which `POINTS` of those that are stored. They lie in the order of faces: the first of them
    are one side of a part alone."""
    return np.arange(POINTS) * stored // POINTS


def said(name: str, words: Words) -> NDArray[np.float64]:
    """(D,) what a name means; zeros where nothing in it is known."""
    spoken = plain(name).split() if name.strip() else []
    known = [words.known(word) for word in spoken if word not in FILLERS]
    return words.vector([word for word in known if word is not None])


def _stacked(rows: Sequence[tuple[Singles, Singles]]) -> tuple[Singles, Singles]:
    points = np.stack([row[0] for row in rows]).astype(np.float32)
    return points, np.stack([row[1] for row in rows]).astype(np.float32)


def main(argv: list[str] | None = None) -> int:
    """Command line; returns an exit status."""
    from safetensors.numpy import save_file

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--autoencoder", type=Path, required=True, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--copies", type=int, default=COPIES)
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args(argv)
    if options.threads:
        torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    encoder, words, began, done = Encoder(options.autoencoder, device), table(), time.monotonic(), 0
    objects = read_all(options.samples)
    for copy, (number, one) in product(range(options.copies), enumerate(objects)):
        path = options.out / f"{one.name}.{copy}.safetensors"
        if path.is_file():
            continue
        arrays = encoded(one, encoder, words, np.random.default_rng([number, copy]), copy)
        about = json.dumps({
            "name": one.name, "copy": copy, "title": one.title, "names": one.names,
            "group": one.group, "held_out": held_out(one.group, one.name),
        })  # fmt: skip
        partial = path.with_suffix(".part")
        save_file(arrays, partial, {"about": about})
        partial.replace(path)
        done += 1
        if done % 100 == 0:
            print(f"{done} copies in {time.monotonic() - began:.0f} s", flush=True)
    print(f"{done} copies in {time.monotonic() - began:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
