# SPDX-License-Identifier: GPL-3.0-or-later
"""Small made-up samples of the segmenter's training."""

from pathlib import Path

import numpy as np

from backend.models.segmenter import FEATURES, MAPS, PAIR_FEATURES
from backend.training.segmenter_data import Sample, save_sample


def chain(seed=0, patches=12, parts=3, kind="procedural", group="a chain") -> Sample:
    """A chain of patches in so many parts; the concave bend tells where one part ends.

    Its second opinion takes the first two parts together.
    """
    rng = np.random.default_rng(seed)
    label = np.sort(np.r_[np.arange(parts), rng.integers(0, parts, patches - parts)])
    borders = np.stack([np.arange(patches - 1), np.arange(1, patches)], axis=1).astype(np.int32)
    ends = label[borders[:, 0]] != label[borders[:, 1]]
    pair = rng.normal(scale=0.1, size=(MAPS, patches, patches))
    pair = pair + pair.swapaxes(1, 2)
    for name, value in (("neighbours", 1.0), ("concave bend", ends)):
        table = pair[PAIR_FEATURES.index(name)]
        table[:] = 0
        table[borders[:, 0], borders[:, 1]] = table[borders[:, 1], borders[:, 0]] = value
    walls = np.r_[0, np.cumsum(ends)]
    table = pair[PAIR_FEATURES.index("distance around concave borders")]
    table[:] = np.abs(walls[:, None] - walls[None, :])
    share = rng.random(patches) + 0.5
    faces = rng.random(patches) + 0.5
    fine = np.eye(parts, dtype=np.float32)[label]
    coarse = np.eye(parts - 1, dtype=np.float32)[np.maximum(label - 1, 0)]
    return Sample(
        name=f"chain_{seed}",
        group=group,
        kind=kind,
        patch=rng.normal(size=(patches, FEATURES)).astype(np.float32),
        pair=pair.astype(np.float16),
        share=(share / share.sum()).astype(np.float32),
        faces=(faces / faces.sum()).astype(np.float32),
        opinions=[fine, coarse],
        weights=[0.75, 0.25],
        borders=borders,
    )


def written(folder: Path, samples: list[Sample]) -> list[Path]:
    """The samples as files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{one.name}.0.npz" for one in samples]
    for path, one in zip(paths, samples, strict=True):
        save_sample(path, one)
    return paths
