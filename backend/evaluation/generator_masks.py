# SPDX-License-Identifier: GPL-3.0-or-later
"""Segments of an object: those of the part generator's latents beside those of the product."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..geometry.mesh import face_vectors
from ..latents.part_generator import POINTS, Frame, Surface, sampled
from ..latents.part_segments import segments
from ..models.partset import WHOLE
from ..pipelines import segment
from .completion import Figures, areas
from .data import Labelled
from .generator_objects import engine
from .metrics import matched_iou, rand_error


def segmented(item: Labelled, methods: Sequence[str], seed: int) -> dict[str, dict[int, Figures]]:
    """The automatic segmentation of an object by each method; "latents" is the generator's."""
    found = {}
    area = areas(item.vertices, item.faces)
    for name in methods:
        began = time.perf_counter()
        labels = of_latents(item) if name == "latents" else of_engine(item, name, seed)
        seconds = time.perf_counter() - began
        figures = {
            "rand": rand_error(labels, item.truths),
            "iou": float(np.mean([matched_iou(labels, truth, area) for truth in item.truths])),
            "parts": float(len(np.unique(labels))),
            "true_parts": float(np.mean([len(np.unique(truth)) for truth in item.truths])),
            "one_part": rand_error(np.zeros(len(labels), int), item.truths),
            "seconds": seconds,
        }
        found[name] = {0: figures}
    return found


def of_latents(item: Labelled) -> NDArray[np.int64]:
    """The segment (F,) of each face, by its middle."""
    vertices = Frame.around(item.vertices[item.faces].reshape(-1, 3)).into(item.vertices)
    if item.up == "Z":
        vertices = vertices[:, [0, 2, 1]] * [1, 1, -1]
    surface = sampled(vertices, item.faces, POINTS[WHOLE])
    normals, _, middles = face_vectors(vertices, item.faces)
    return segments(engine().generator.autoencoder, surface, Surface(middles, normals))


def of_engine(item: Labelled, name: str, seed: int) -> NDArray[np.integer]:
    """Those (F,) of an engine of the product."""
    return segment.labels(segment.analyse(item.vertices, item.faces, seed=seed, engine=name))
