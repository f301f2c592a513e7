# SPDX-License-Identifier: GPL-3.0-or-later
"""Public models with tiny random weights, each a whole folder as its authors publish it."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from backend.checkpoints import layouts
from backend.checkpoints.public import public_model
from backend.models.dit import DiT, DiTConfig
from backend.models.vecset import OCTAVES
from tests.backend.latents import cases
from tests.backend.latents.cases import HEADS, Arrays, Sizes, made, written

SIZES = Sizes(16, 5, 2, 2, 2, 2, 200, 5)
NARROW = SIZES.width // 2  # of all encoders' tokens
CONFIGS = {
    "holopart": replace(SIZES.dit, contexts=(NARROW, NARROW)),
    "partcrafter": replace(SIZES.dit, contexts=(NARROW,), part_codes=32),
    "triposg": replace(SIZES.dit, contexts=(NARROW,)),
    "scribble": replace(SIZES.dit, contexts=(NARROW, NARROW), parallel=True),
}
# What engines ask of them: little.
LITTLE: dict[str, dict[str, int]] = {
    "holopart": {"samples": 128, "tokens": 16, "steps": 2, "cells": 32},
    "partcrafter": {"tokens": 16, "steps": 2, "cells": 32},
    "triposg": {"tokens": 16, "steps": 2, "cells": 32},
    "scribble": {"tokens": 16, "steps": 2, "cells": 32},
}


def smooth_arrays(sizes: Sizes) -> Arrays:
    """An autoencoder whose fields are smooth.

    Fine octaves of a place count little. Random weights of all alike would make surfaces of noise:
    many times the triangles, which to simplify, unwrap and paint takes longer than the networks.
    """
    arrays = dict(cases.vecset_arrays(sizes))
    octaves = np.tile(8.0 ** -np.arange(OCTAVES), 6)  # sines, then cosines, of three axes each
    shares = np.concatenate([np.ones(3), octaves]).astype(np.float32)
    arrays[QUERY] = arrays[QUERY] * shares
    return arrays


ARRAYS: dict[str, Callable[[Sizes], Arrays]] = {
    "vae": smooth_arrays,
    "part_encoder": cases.part_arrays,
    "image_encoder_dinov2": cases.dino_arrays,
    "text_encoder": cases.clip_arrays,
}
MERGES = ("h a", "ha t</w>")
QUERY = "decoder.proj_query.weight"  # of the codes of places where a field is asked


def tiny_model(home: Path, name: str) -> Path:
    """The folder of a model below ``home/models``."""
    folder = home / "models" / name
    for part in public_model(name).components:
        (folder / part).mkdir(parents=True)
        if part in ARRAYS:
            written(folder / part, ARRAYS[part](SIZES), HEADS)
    written(folder / "transformer", transformer(CONFIGS[name]))
    (folder / "scheduler/scheduler_config.json").write_text(json.dumps({"shift": 1}))
    if (folder / "tokenizer").is_dir():
        _words(folder / "tokenizer")
    return folder


def little(name: str) -> Any:
    """The engine of a model that is there, which asks little of it."""
    engine = importlib.import_module(f"backend.engines.{name}").load()
    return replace(engine, **LITTLE[name])


def transformer(config: DiTConfig) -> Arrays:
    return cases.tensors(made(lambda: DiT(config)), layouts.DIT)


def _words(folder: Path) -> None:
    letters = [chr(i) for i in range(ord("!"), ord("~") + 1)]
    names = [*letters, *(f"{letter}</w>" for letter in letters)]
    names = [*names[: 198 - len(MERGES)], *(m.replace(" ", "") for m in MERGES)]
    names += ["<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({name: i for i, name in enumerate(names)}))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(MERGES) + "\n")
