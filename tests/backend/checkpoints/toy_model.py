# SPDX-License-Identifier: GPL-3.0-or-later
"""A public model that nobody published: small networks and settings, as a repository has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from backend.checkpoints.public import Component, PublicModel

WIDE = "transformer/diffusion_pytorch_model.safetensors"
NARROW = "vae/diffusion_pytorch_model.safetensors"
SETTINGS = "scheduler/scheduler_config.json"


def toy(**changes: Any) -> PublicModel:
    """The model, of 32 bits in one network and 16 in the other."""
    return PublicModel(
        **{
            "name": "toy",
            "title": "Toy",
            "repository": "someone/Toy",
            "consists": (
                Component("transformer", 200_000, bits=32),
                Component("vae", 20_000),
                Component("scheduler", network=False, needs=("scheduler_config.json",), also=()),
            ),
            "memory": 100_000,
            "unlocks": "Plays.",
            **changes,
        }
    )


def arrays(dtype: Any, rows: int, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {f"blocks.{i}.weight": rng.normal(size=(rows, 32)).astype(dtype) for i in range(3)}


def repository_files() -> dict[str, bytes]:
    """All that its authors published, also what is not needed."""
    return {
        "README.md": b"# Toy",
        "LICENSE": b"MIT License",
        "model_index.json": b"{}",
        SETTINGS: json.dumps({"shift": 1}).encode(),
        "transformer/config.json": b'{"width": 32}',
        WIDE: save(arrays(np.float32, 500), {"format": "pt"}),
        "transformer/diffusion_pytorch_model.bin": b"pickle" * 100,
        "vae/config.json": b"{}",
        NARROW: save(arrays(np.float16, 100)),
        "images/teaser.png": b"png" * 1000,
    }


def needed() -> set[str]:
    texts = {"LICENSE", SETTINGS, "transformer/config.json", "vae/config.json"}
    return {*texts, WIDE, NARROW}


def write_all(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder
