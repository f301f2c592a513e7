# SPDX-License-Identifier: GPL-3.0-or-later
"""How a public model turns what it imagines, and what border it wants around pictures.

A drawn chair is shown to it; its answer is turned in all 24 ways that carry axes into axes until
its silhouettes are those of the chair.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..checkpoints.public import PublicModel
from ..contract.progress import SILENT, Progress
from ..geometry.isosurface import zero_level
from .chair import axes_of, best_turn, drawn, lines
from .contact import WORDS, Finding
from .encode import cloud
from .generation import Sampling, of_picture, of_words
from .images import on_white
from .networks import Networks
from .surface import Extracted

SIZE = 512  # pixels
BORDERS = (0.1, 0.0, 0.2)
CLEAR = 0.6  # of 1, how alike silhouettes are of a turn that can be told
POINTS = 20_000

PICTURES = Sampling(tokens=1024, steps=25, guidance=7.0, cells=64)
DRAWINGS = Sampling(tokens=512, steps=16, cells=64)


def imagined(
    model: PublicModel, sampling: Sampling | None = None, progress: Progress = SILENT
) -> Iterator[Finding]:
    """Findings of a model that is in its place; none of one that does not look at pictures.

    Raises WeightsMissing, WeightsCorrupt, Cancelled.
    """
    speaks = "text_encoder" in model.components
    if "image_encoder_dinov2" not in model.components:
        return
    networks = Networks(model.name, parallel=speaks, stays=False)  # small cards are asked, too
    if speaks:
        drawing = lines(SIZE)
        answer = of_words(networks, WORDS, drawing, sampling or DRAWINGS, progress=progress)
        yield _finding(model, answer, "by words and a drawing")
        return
    picture, coverage = drawn(SIZE)
    for i, border in enumerate(BORDERS):
        shown = on_white(picture, coverage, border)
        span = progress.span(i / len(BORDERS), (i + 1) / len(BORDERS))
        (answer,) = of_picture(networks, shown, sampling or PICTURES, progress=span)
        yield _finding(model, answer, f"by a picture with a border of {border}")


def _finding(model: PublicModel, answer: Extracted, how: str) -> Finding:
    vertices, faces = zero_level(answer.field)
    if not len(faces):
        return Finding("turned", f"{how}: no surface came", odd=True)
    points, _ = cloud(vertices, faces.astype(np.int64), POINTS, np.random.default_rng(0))
    turn, score = best_turn(points[:, :3].astype(np.float64))
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    size = " x ".join(f"{side:.3f}" for side in high - low)
    return Finding(
        "turned",
        f"{how}: {axes_of(turn)} are right, up and front; silhouettes {score:.2f} alike; "
        f"{size}, around {np.round((low + high) / 2, 3).tolist()}",
        odd=score > CLEAR and axes_of(turn) != model.axes,
    )
