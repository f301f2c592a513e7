# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiny segmenters with random weights, and random objects for them to look at."""

import numpy as np

from backend.models.numpy_ops import NumpyOps
from backend.models.segmenter import FEATURES, MAPS, NEIGHBOURS, Segmenter, SegmenterConfig, shapes

TINY = SegmenterConfig(
    width=24,
    layers=2,
    heads=3,
    pair_width=8,
    products=3,
    product_width=4,
    mix_width=6,
    decoder_width=16,
    decoder_layers=2,
)


def random_arrays(config=TINY, seed=0):
    """Arrays (by name) of about the sizes that training begins with, none of them zero."""
    rng = np.random.default_rng(seed)
    found = {}
    for name, shape in shapes(config).items():
        size = 0.5 * np.prod(shape[:1]) ** -0.5 if len(shape) > 1 else 0.1
        base = 1.0 if name.endswith("deviation") or "norm" in name else 0.0
        noise = rng.normal(scale=size, size=shape)
        found[name] = (base + (0.2 * noise if base else noise)).astype(np.float32)
    return found


def random_segmenter(config=TINY, seed=0):
    """A network of NumPy that knows nothing."""
    return Segmenter(config, random_arrays(config, seed), NumpyOps())


def random_object(patches=11, seed=0):
    """Patch features (P, FEATURES), symmetric pair maps (MAPS, P, P) and shares (P,)."""
    rng = np.random.default_rng(seed)
    pair = rng.normal(size=(MAPS, patches, patches))
    pair = pair + pair.swapaxes(1, 2)
    pair[NEIGHBOURS] = pair[NEIGHBOURS] > 0
    np.fill_diagonal(pair[NEIGHBOURS], 0)
    share = rng.random(patches) + 0.1
    patch = rng.normal(size=(patches, FEATURES))
    return (
        patch.astype(np.float32),
        pair.astype(np.float32),
        (share / share.sum()).astype(np.float32),
    )
