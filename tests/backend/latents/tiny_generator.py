# SPDX-License-Identifier: GPL-3.0-or-later
"""The part generator with tiny random weights: its shapes are about balls."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from backend.checkpoints import catalogue
from backend.engines import flow as flow_engine
from backend.engines.part_weights import read_generator
from backend.latents.part_generator import PartGenerator
from backend.models import partflow, partset
from backend.models.numpy_ops import NumpyOps
from backend.models.partflow import PartFlowConfig
from backend.models.partset import SPLIT, PartSet, PartSetConfig
from backend.training.generator.export import write

SHAPES = PartSetConfig(
    channels=4, width=16, heads=2, encoding=1, decoding=1, point_width=8, field_width=8,
    label_width=2, mask_width=4, prompting=1,
)  # fmt: skip
FLOW = PartFlowConfig(
    channels=4, axes=64, whole_axes=96, token=32, width=16, heads=2, pairs=2, reading=1
)
THERE = 6  # of a box: the number that says that there is a part

Arrays = dict[str, np.ndarray]


def arrays_of(shapes: dict[str, tuple[int, ...]], seed: int) -> Arrays:
    """Random arrays of a network."""
    rng = np.random.default_rng(seed)
    found = {}
    for name, shape in shapes.items():
        value = rng.normal(scale=shape[0] ** -0.5 if len(shape) > 1 else 0.1, size=shape)
        if name.endswith((".weight", ".deviation")) and (len(shape) == 1 or "latent" in name):
            value = 1 + 0.1 * np.abs(value)
        if name.startswith("axes.") and name.endswith(".size"):
            value = np.ones(shape)
        found[name] = value.astype(np.float32)
    return found


def tiny_file(
    path: Path,
    *,
    there: float = 4.0,
    eight: bool = False,
    change: Callable[[Arrays, Arrays], None] | None = None,
    flow: PartFlowConfig = FLOW,
) -> Path:
    """A file of weights. there : above 0 all parts are there, below none. change : of the arrays
    of the autoencoder and of the flow, before they are written."""
    shapes, moves = arrays_of(partset.shapes(SHAPES), 1), arrays_of(partflow.shapes(flow), 2)
    moves["box.out.bias"][THERE] = 3 * there
    moves["box.out.bias"][3:6] = 1.0  # boxes of some size
    _rounded(shapes)
    if change is not None:
        change(shapes, moves)
    write(path, (shapes, asdict(SHAPES)), (moves, asdict(flow)), eight=eight)
    return path


def _rounded(arrays: Arrays) -> None:
    """Make what the autoencoder decodes about a ball, whatever the latents are."""
    arrays["latent.in.weight"] *= 0.1
    for name in ("decode0.out", "decode0.down", "place.out", "kind.out"):
        for kind in ("", ".weight", ".bias"):
            if name + kind in arrays:
                arrays[name + kind][:] *= 0.05
    # Tokens tell the cosine of half a turn along each axis, and the place itself.
    told = [*(3 + 12 + 4 * axis for axis in range(3)), 0, 1, 2]
    arrays["place.out.weight"][told, range(6)] = 1
    net, side, features = PartSet(SHAPES, arrays, NumpyOps()), SHAPES.cells, SHAPES.field_width
    rng = np.random.default_rng(3)
    latents = rng.normal(size=(16, side**3, SHAPES.channels)).astype(np.float32)
    tokens = net.decode(latents, partset.OWN).tokens
    grid = SPLIT * side
    at = (2 * np.arange(grid) + 1) / grid - 1
    away = np.linalg.norm(np.stack(np.meshgrid(at, at, at, indexing="ij"), -1), axis=-1) - 0.7
    split = away.reshape(side, SPLIT, side, SPLIT, side, SPLIT).transpose(0, 2, 4, 1, 3, 5)
    target = np.tile(split.reshape(side**3, SPLIT**3), (len(latents), 1))
    known = np.c_[tokens.reshape(len(target), -1), np.ones(len(target))]
    found = np.linalg.lstsq(known, target, rcond=0.02)[0].astype(np.float32)
    arrays["nodes.weight"][:, ::features], arrays["nodes.bias"][::features] = found[:-1], found[-1]
    for name in ("field.in", "field.hidden", "field.out"):  # the first feature goes through
        arrays[f"{name}.weight"][:], arrays[f"{name}.bias"][:] = 0, 0
    arrays["field.in.weight"][0, :2] = 1, -1
    arrays["field.hidden.weight"][[0, 1], [0, 1]] = 1
    arrays["field.out.weight"][:2, 0] = 3, -3


def tiny_generator(folder: Path, **options: object) -> PartGenerator:
    """The generator of such a file."""
    return read_generator(tiny_file(folder / "generator.safetensors", **options))  # type: ignore[arg-type]


def bundled(monkeypatch: pytest.MonkeyPatch, folder: Path, **options: object) -> Path:
    """Such a file in the place of the one that ships."""
    path = tiny_file(folder / "generator.safetensors", **options)  # type: ignore[arg-type]
    tiny = catalogue.Checkpoint("generator", path, hashlib.sha256(path.read_bytes()).hexdigest())
    real = catalogue.bundled

    def listed(folder: Path = catalogue.WEIGHTS) -> list[catalogue.Checkpoint]:
        return [*(one for one in real(folder) if one.name != "generator"), tiny]

    monkeypatch.setattr(catalogue, "bundled", listed)
    monkeypatch.setattr(flow_engine, "CHECKPOINT", path)
    return path


def other_lattice() -> PartFlowConfig:
    """A flow that does not fit the autoencoder."""
    return replace(FLOW, cells=2)
