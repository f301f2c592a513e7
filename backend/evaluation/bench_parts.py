# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures of the benchmark for verbs that make parts: complete, replace, generate."""

from __future__ import annotations

import time
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bytes, Floats, Ints
from ..contract.progress import Progress
from ..shapes.blob import blob
from .timing import peak_memory, timed

PARTS = 12
MANY = 500
WORDS = ("cowboy hat", "a taller pink vase", "wheel")


def completion(triangles: int, parts: int = PARTS) -> dict[str, float]:
    """Hidden surfaces of the parts of a body; and when the first of them can be shown."""
    return _completed(*_parted(triangles, parts))


def many_parts(triangles: int) -> dict[str, float]:
    """Hidden surfaces of five hundred parts of a body: what one costs must not grow with all."""
    return _completed(*_crowded(triangles, MANY))


def _completed(vertices: Floats, faces: Ints, labels: NDArray[np.int32]) -> dict[str, float]:
    """Hidden surfaces of all parts; with the longest wait that a cancel would meet."""
    from ..pipelines.complete import complete_parts

    complete_parts(*_crowded(300, 2))  # imports are not part of the job
    shown: list[float] = []
    looked: list[float] = []

    def heard(_stage: str, _done: int, _total: int) -> None:
        looked.append(time.perf_counter())

    began = time.perf_counter()
    complete_parts(
        vertices,
        faces,
        labels,
        progress=Progress(heard),
        shown=lambda _part: shown.append(time.perf_counter() - began),
    )
    ended = time.perf_counter()
    return {
        "seconds": ended - began,
        "first_s": shown[0],
        "silence_ms": 1000 * float(np.diff([began, *looked, ended]).max()),
        "peak_mb": peak_memory() / 1e6,
    }


def replacement(triangles: int) -> dict[str, float]:
    """From words to a fitted part: the first of a process, and the mean of those after it."""
    from ..pipelines.edit import replace_part

    vertices, faces, labels = _parted(triangles)
    first, *rest = [
        timed(partial(replace_part, vertices, faces, labels, 1, text=words)) for words in WORDS
    ]
    return {"first_s": first, "next_s": float(np.mean(rest))}


def generation(pixels: int) -> dict[str, float]:
    """Textured parts from one picture, square, of a figure with eight parts."""
    from ..pipelines.generate import brief_of, generate

    generate(brief_of([_figure(64)], []))  # imports are not part of the job
    seconds = timed(partial(generate, brief_of([_figure(pixels)], [])))
    return {"seconds": seconds, "peak_mb": peak_memory() / 1e6}


def imagination(parts: int) -> dict[str, float]:
    """An object of so many parts that the flow engine makes of a word, to its meshes."""
    from ..engines.base import Brief
    from .generator_objects import engine

    seconds = timed(partial(engine().generate, Brief(text="chair", parts=parts)))
    return {"seconds": seconds, "peak_mb": peak_memory() / 1e6}


def samplings(_triangles: int) -> dict[str, float]:
    """Seconds of four steps of each reduced latent network, by the name of its model."""
    from ..latents.reduced import TRUNKS, sampling_seconds

    return {name: sampling_seconds(name) for name in TRUNKS}


def _parted(triangles: int, parts: int = PARTS) -> tuple[Floats, Ints, NDArray[np.int32]]:
    """A body in parts: vertices (V, 3), faces (F, 3), labels (F,)."""
    from ..pipelines import segment

    vertices, faces = blob(triangles)
    return vertices, faces, segment.labels(segment.analyse(vertices, faces), parts=parts)


def _crowded(triangles: int, parts: int) -> tuple[Floats, Ints, NDArray[np.int32]]:
    """A body in many parts, faces by the nearest of some of them: as `_parted`."""
    from scipy.spatial import cKDTree

    vertices, faces = blob(triangles)
    middle = vertices[faces].mean(axis=1)
    seeds = middle[np.random.default_rng(0).choice(len(faces), parts, replace=False)]
    return vertices, faces, cKDTree(seeds).query(middle)[1].astype(np.int32)


def _figure(pixels: int) -> Bytes:
    """A picture (pixels, pixels, 4) of a doll made of ellipses, on a clear ground."""
    picture = np.zeros((pixels, pixels, 4), dtype=np.uint8)
    row, column = (np.mgrid[:pixels, :pixels] + 0.5) / pixels
    for x, y, wide, high, colour in (
        (0.40, 0.80, 0.06, 0.16, (60, 80, 160)),
        (0.60, 0.80, 0.06, 0.16, (60, 80, 160)),
        (0.24, 0.52, 0.14, 0.05, (235, 190, 150)),
        (0.76, 0.52, 0.14, 0.05, (235, 190, 150)),
        (0.50, 0.56, 0.17, 0.20, (200, 60, 50)),
        (0.50, 0.26, 0.16, 0.16, (235, 190, 150)),
        (0.50, 0.15, 0.20, 0.07, (90, 60, 40)),
        (0.50, 0.30, 0.03, 0.03, (210, 110, 90)),
    ):
        inside = ((column - x) / wide) ** 2 + ((row - y) / high) ** 2 < 1
        picture[inside] = (*colour, 255)
    return picture
