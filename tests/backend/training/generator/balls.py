# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples of objects made of balls, as `backend.training.generator.samples` writes them."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

FIRST = 4  # of so many queries one is spread evenly; they come first


def places(x):
    return np.clip(np.round(x * 32767), -32767, 32767).astype(np.int16)


def surface(rng, count, radius, centre):
    way = rng.standard_normal((count, 3))
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    return centre + radius * way, np.round(way * 127).astype(np.int8)


def distances(points, radii, centres):
    return np.linalg.norm(points[:, None] - centres, axis=2) - radii


def own(rng, points=256, queries=512):
    """A ball that fills its own frame."""
    at, normals = surface(rng, points, 0.95, 0)
    asked = rng.uniform(-1, 1, (queries, 3))
    near = queries - queries // FIRST
    asked[-near:] = surface(rng, near, 0.95, 0)[0] + 0.05 * rng.standard_normal((near, 3))
    asked = asked.clip(-1, 1)
    return at, normals, asked, np.linalg.norm(asked, axis=1) - 0.95


def sample(seed, parts=2, points=256, queries=512):
    """The arrays of an object of some balls."""
    rng = np.random.default_rng(seed)
    centres, radii = rng.uniform(-0.5, 0.5, (parts, 3)), rng.uniform(0.1, 0.4, parts)
    owned = [own(rng, points, queries) for _ in range(parts)]
    placed = [surface(rng, points, r, c) for r, c in zip(radii, centres, strict=True)]
    asked = rng.uniform(-1, 1, (parts, queries, 3))
    each = np.stack([distances(q, radii, centres)[:, k] for k, q in enumerate(asked)])
    whole = rng.uniform(-1, 1, (queries, 3))
    away = distances(whole, radii, centres)
    return {
        "own_points": places(np.stack([o[0] for o in owned])),
        "own_normals": np.stack([o[1] for o in owned]),
        "own_visible": np.ones((parts, points), bool),
        "own_queries": places(np.stack([o[2] for o in owned])),
        "own_distance": np.stack([o[3] for o in owned]).clip(-0.5, 0.5).astype(np.float16),
        "placed_points": places(np.stack([p for p, _ in placed])),
        "placed_normals": np.stack([n for _, n in placed]),
        "placed_queries": places(asked),
        "placed_distance": each.clip(-0.5, 0.5).astype(np.float16),
        "whole_points": places(np.concatenate([p for p, _ in placed])),
        "whole_normals": np.concatenate([n for _, n in placed]),
        "whole_part": np.repeat(np.arange(parts), points).astype(np.uint8),
        "whole_queries": places(whole),
        "whole_distance": away.min(1).clip(-0.5, 0.5).astype(np.float16),
        "whole_query_part": away.argmin(1).astype(np.uint8),
        "whole_visible_share": np.ones(parts, np.float32),
        "box": np.stack([centres - radii[:, None], centres + radii[:, None]], 1).astype(np.float32),
        "colours": rng.random((parts, 3)).astype(np.float32),
    }  # fmt: skip


def write(folder: Path, objects=4):
    """A folder of samples; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(objects):
        about = {"names": ["left ball", "wheel"], "title": "snowman", "kind": "procedural",
                 "group": f"group{seed}"}  # fmt: skip
        path = folder / f"ball{seed}.safetensors"
        save_file(sample(seed), path, {"about": json.dumps(about)})
    return folder
