# SPDX-License-Identifier: GPL-3.0-or-later
"""First contact with the files of a public model: what is in them, and what its networks answer.

Nothing is taken for granted of files that nobody here has seen: keys are matched strictly, and what
the authors leave unsaid (scale of the field, size of decoded shapes, spread of latents, shift of
the schedule) is measured on a sphere and a drawn chair. Each measurement is a line of a report.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..checkpoints.public import PublicModel
from ..contract.errors import PartwiseError
from ..contract.progress import SILENT, Progress
from ..geometry.isosurface import zero_level
from . import loading
from .batches import batch_of
from .chair import drawn
from .encode import Cloud, far_apart
from .images import normalised, on_white
from .levels import schedule
from .loading import Source
from .shapes import fields
from .surface import Field, extract
from .text import Pieces

LOADERS: dict[str, Callable[[Source], Any]] = {
    "transformer": loading.dit,
    "vae": loading.vecset,
    "part_encoder": loading.part_encoder,
    "image_encoder_dinov2": loading.dinov2,
    "text_encoder": loading.clip_text,
}
CENTRE, RADIUS = np.array([0.1, -0.05, 0.2]), 0.6  # of the sphere that is encoded and decoded
FAR = (-0.1, -0.05, -0.02, -0.01, 0.0, 0.01, 0.02, 0.05, 0.1)  # from its surface, inside first
NEAR = 0.01  # share by which radius and centre of the decoded sphere may be off
WORDS = "a wooden chair"
STEPS = 50  # of the schedule that is told


@dataclass(frozen=True)
class Finding:
    """A line of the report. about : of what. said : for people. odd : not as it is expected."""

    about: str
    said: str
    odd: bool = False


@dataclass(frozen=True)
class Effort:
    """How much is measured. points : of the sphere. tokens : of them that are encoded. cells :
    along each side of the grid of its decoded surface.
    """

    points: int = 20_480
    tokens: int = 512
    cells: int = 64


def networks_of(model: PublicModel, folder: Path) -> list[Finding]:
    """What each network of a folder is: every tensor has its place. Reads no numbers to memory.

    Raises WeightsMissing, or WeightsCorrupt for the files of another network.
    """
    return [_network(model, folder, one.name) for one in model.consists if one.network]


def measured(
    model: PublicModel,
    folder: Path,
    device: str,
    effort: Effort | None = None,
    progress: Progress = SILENT,
) -> Iterator[Finding]:
    """All findings about the files of a model in a folder, one after the other.

    device : as torch calls it; all is computed in single precision. What fails is a finding, too.
    Raises Cancelled.
    """
    names = model.components
    asked: list[Callable[[], Iterator[Finding]]] = [
        partial(_keys, model, folder, one.name) for one in model.consists if one.network
    ]
    if "scheduler" in names:
        asked.append(lambda: _schedule(folder / "scheduler/scheduler_config.json"))
    if "vae" in names:
        asked.append(lambda: _sphere(_source(model, folder, "vae", device), effort or Effort()))
    if "image_encoder_dinov2" in names:
        asked.append(lambda: _pictures(_source(model, folder, "image_encoder_dinov2", device)))
    if "text_encoder" in names:
        asked.append(lambda: _words(model, folder, device))
    for i, ask in enumerate(asked):
        progress.step(i / len(asked))
        try:
            yield from ask()
        except PartwiseError as error:
            if error.code == "CANCELLED":
                raise
            yield Finding("failed", f"{error.message} {error.detail}".strip(), odd=True)


def sphere_points(count: int) -> Cloud:
    """Points (count, 6) of the sphere with their normals, evenly spread (Vogel's spiral)."""
    i = np.arange(count) + 0.5
    height, turn = 1 - 2 * i / count, np.pi * (1 + 5**0.5) * i
    ring = np.sqrt(1 - height**2)
    normal = np.stack([ring * np.cos(turn), height, ring * np.sin(turn)], axis=1)
    return np.concatenate([CENTRE + RADIUS * normal, normal], axis=1).astype(np.float32)


def field_findings(field: Field, cells: int) -> Iterator[Finding]:
    """What a decoded field makes of the sphere: its sign and scale, and radius and centre."""
    normal = sphere_points(512)[:, 3:]
    rows, means = [], []
    for away in FAR:
        values = field((CENTRE + (RADIUS + away) * normal).astype(np.float32))
        means.append(float(values.mean()))
        rows.append(f"{away:+.2f}: {values.mean():.4f} ± {values.std():.4f}")
    yield Finding("field", f"by distance from the surface: {'; '.join(rows)}")
    inside = means[0] > 0 > means[-1]
    slope = (means[FAR.index(-0.01)] - means[FAR.index(0.01)]) / 0.02
    yield Finding(
        "field",
        f"falls by {slope:.3f} for a unit at the surface; "
        f"{'positive inside' if inside else 'not positive inside and negative outside'}",
        odd=not inside,
    )
    vertices, faces = zero_level(extract(field, cells).field)
    if not len(faces):
        yield Finding("sphere", "no surface came back", odd=True)
        return
    middle = (vertices.min(axis=0) + vertices.max(axis=0)) / 2
    distance = np.linalg.norm(vertices - middle, axis=1)
    radius = float(distance.mean())
    off = np.abs(middle - CENTRE).max()
    yield Finding(
        "sphere",
        f"radius {radius:.4f} ± {distance.std():.4f} instead of {RADIUS}, "
        f"centre {_numbers(middle)} instead of {_numbers(CENTRE)}; {len(faces)} triangles",
        odd=bool(max(abs(radius - RADIUS), off) > NEAR * RADIUS),
    )


def _network(model: PublicModel, folder: Path, name: str) -> Finding:
    network = LOADERS[name](Source(folder / name, f"{name} of {model.title}", "meta"))
    told = asdict(network.config)
    told.pop("parallel", None)  # which no file says
    sizes = ", ".join(f"{size} {value}" for size, value in told.items())
    count = sum(tensor.numel() for tensor in network.state_dict().values())
    return Finding("keys", f"{name}: all fit; {count:,} numbers; {sizes}")


def _source(model: PublicModel, folder: Path, name: str, device: str) -> Source:
    return Source(folder / name, f"{name} of {model.title}", device, torch.float32)


def _keys(model: PublicModel, folder: Path, name: str) -> Iterator[Finding]:
    yield _network(model, folder, name)


def _schedule(path: Path) -> Iterator[Finding]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        shift = float(said.get("shift", 1.0))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        yield Finding("schedule", f"{path.name} cannot be read: {error}", odd=True)
        return
    settings = ", ".join(f"{name} {value}" for name, value in sorted(said.items()))
    yield Finding("schedule", f"{'shift is told' if 'shift' in said else 'no shift'}; {settings}")
    levels = schedule(STEPS, shift)
    yield Finding(
        "schedule",
        f"of {STEPS} steps the first levels are {_numbers(levels[:4])}, the last "
        f"{_numbers(levels[-4:])}",
    )


def _sphere(source: Source, effort: Effort) -> Iterator[Finding]:
    """The sphere encoded and decoded."""
    network = loading.vecset(source)
    points = sphere_points(effort.points)
    chosen = far_apart(points, effort.tokens, np.random.default_rng(0))
    with torch.inference_mode():
        mean, spread = network.encode(
            batch_of([points[chosen]], source.device), batch_of([points], source.device)
        )
    yield Finding(
        "latents",
        f"{tuple(mean.shape[1:])}: mean {float(mean.mean()):.4f}, spread {float(mean.std()):.4f}, "
        f"largest {float(mean.abs().max()):.3f}; drawn around it by "
        f"{float((0.5 * spread).exp().mean()):.4f}",
        odd=not bool(mean.isfinite().all()),
    )
    (field,) = fields(network, mean)
    yield from field_findings(field, effort.cells)


def _pictures(source: Source) -> Iterator[Finding]:
    """What the encoder of pictures makes of the drawn chair, and how much a border changes it."""
    network = loading.dinov2(source)
    picture, coverage = drawn(224)
    seen: dict[float, Tensor] = {}
    for border in (0.0, 0.1, 0.2):
        shown = normalised(on_white(picture, coverage, border))
        with torch.inference_mode():
            seen[border] = network(batch_of([shown], source.device))[0].float().cpu()
    tokens = seen[0.1]
    yield Finding("picture", _token_line(tokens), odd=not bool(tokens.isfinite().all()))
    for border in (0.0, 0.2):
        alike = torch.cosine_similarity(tokens[0], seen[border][0], dim=0)
        yield Finding(
            "picture", f"its first token, with a border of {border} instead of 0.1: {alike:.4f}"
        )


def _words(model: PublicModel, folder: Path, device: str) -> Iterator[Finding]:
    network = loading.clip_text(_source(model, folder, "text_encoder", device))
    pieces = Pieces(folder / "tokenizer", model.title, network.config.tokens)
    numbers = pieces.numbers(WORDS)
    with torch.inference_mode():
        tokens = network(batch_of([numbers], device))[0].float().cpu()
    yield Finding("words", f"“{WORDS}” is {numbers[:8].tolist()}…")
    yield Finding("words", _token_line(tokens), odd=not bool(tokens.isfinite().all()))


def _token_line(tokens: Tensor) -> str:
    norms = tokens.norm(dim=1)
    return (
        f"{tuple(tokens.shape)}: the first of length {float(norms[0]):.3f}, the others "
        f"{float(norms[1:].mean()):.3f} ± {float(norms[1:].std()):.3f}; "
        f"mean {float(tokens.mean()):.4f}, spread {float(tokens.std()):.4f}"
    )


def _numbers(values: Any) -> str:
    return "(" + ", ".join(f"{float(value):.3f}" for value in values) + ")"
