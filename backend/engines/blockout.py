# SPDX-License-Identifier: GPL-3.0-or-later
"""The blockout engine: a rounded block, or what its words call round, in each box.

An assembly to begin with: closed parts with names, parents, pivots and joints, that are then
replaced one by one.
"""

from __future__ import annotations

import numpy as np

from ..contract.arrays import Floats, Ints
from ..contract.engines import About
from ..contract.errors import BadInput
from ..contract.palette import part_colours
from ..contract.progress import SILENT, Progress
from .base import Box, Brief, Generated, GenerateEngine, PartMesh

ABOUT = About(
    name="blockout",
    label="Blockout",
    text="Rounded blocks in boxes, with joints",
    verbs=("generate",),
    rank=20,
    memory=10_000_000,
)

CELLS = 12  # quads along each edge of a block
BEVEL = 0.22  # of the shortest side
BALLS = {"ball", "sphere", "head", "eye", "round", "egg", "knob"}


def load() -> GenerateEngine:
    """The engine; it has no weights."""
    return Blockout()


class Blockout:
    """The engine."""

    def takes(self, brief: Brief) -> bool:
        """Whether there are boxes."""
        return bool(brief.boxes)

    def generate(self, brief: Brief, *, seed: int = 0, progress: Progress = SILENT) -> Generated:
        """A closed part in each box."""
        if not brief.boxes:
            raise BadInput("There are no boxes to fill.", "Give them with --boxes.")
        place = {box.name: number for number, box in enumerate(brief.boxes)}
        colours = part_colours(len(brief.boxes))
        parts = []
        for number, box in enumerate(brief.boxes):
            progress.step(number / len(brief.boxes))
            vertices, faces, kind = block(box)
            red, green, blue = (float(value) for value in colours[number])
            origin = (box.joint or {}).get("origin")
            parts.append(
                PartMesh(
                    vertices,
                    faces,
                    box.name,
                    kind=kind,
                    quads=True,
                    colour=(red, green, blue),
                    pivot=None if origin is None else np.array(origin, float),
                    parent=place.get(box.parent, -1),
                    joint=box.joint,
                )
            )
        return Generated(parts)


def block(box: Box) -> tuple[Floats, Ints, str]:
    """Vertices (V, 3), faces (F, 3), two in a row a quad, and the kind of what fills a box."""
    cube, faces = _cube()
    half, middle = (box.high - box.low) / 2, (box.high + box.low) / 2
    if BALLS & set(f"{box.name} {box.text}".lower().replace("_", " ").split()):
        unit = cube / np.linalg.norm(cube, axis=1, keepdims=True)
        return middle + unit * half, faces, "ball"
    bevel = 2 * BEVEL * float(half.min())
    inner = np.clip(cube * half, -(half - bevel), half - bevel)
    out = cube * half - inner
    length = np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)
    return middle + inner + out / length * bevel, faces, "block"


def _cube() -> tuple[Floats, Ints]:
    """The cube from -1 to 1 in even quads, as triangles two by two, outward."""
    count = CELLS + 1
    line = np.tan(np.linspace(-np.pi / 4, np.pi / 4, count))
    points: list[Floats] = []
    quads: list[Ints] = []
    for axis in range(3):
        for side in (-1.0, 1.0):
            u, v = np.meshgrid(line, line, indexing="ij")
            face = np.empty((count, count, 3))
            face[..., axis], face[..., (axis + 1) % 3], face[..., (axis + 2) % 3] = side, u, v
            number = np.arange(count * count).reshape(count, count) + len(points) * count * count
            quad = np.stack(
                [number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]], axis=-1
            ).reshape(-1, 4)
            points.append(face.reshape(-1, 3))
            quads.append(quad if side > 0 else quad[:, ::-1])
    every = np.concatenate(points)
    key = np.rint(every * 1e6).astype(np.int64)
    _, first, inverse = np.unique(key, axis=0, return_index=True, return_inverse=True)
    joined = inverse.reshape(-1)[np.concatenate(quads)]
    triangles = joined[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    return every[first], triangles.astype(np.int64)
