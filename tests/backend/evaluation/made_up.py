# SPDX-License-Identifier: GPL-3.0-or-later
"""A small object of whole, named parts, and the flow engine with tiny random weights."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import trimesh

from backend.engines.flow import Flow
from backend.engines.part_making import Ways
from backend.evaluation.data import Labelled
from backend.evaluation.generator_objects import Assembled
from tests.backend.latents.tiny_generator import tiny_generator

QUICK = Ways(steps=2, cells=32)


@cache
def tiny_flow() -> Flow:
    """Shapes are blobs, but there are some."""
    return Flow(tiny_generator(Path(mkdtemp())), QUICK)


def mesh(made: trimesh.Trimesh, shift: tuple[float, float, float] = (0, 0, 0)):
    return np.asarray(made.vertices, float) + shift, np.asarray(made.faces, np.int64)


@cache
def stool() -> Labelled:
    """A seat on two legs, of which one has a name that says nothing."""
    wholes = (
        mesh(trimesh.creation.box((2.0, 0.2, 1.0)), (0, 1, 0)),
        mesh(trimesh.creation.box((0.2, 1.0, 0.2)), (-0.8, 0.4, 0)),
        mesh(trimesh.creation.icosphere(2, 0.3), (0.8, 0.4, 0)),
    )
    made = Assembled.of(wholes)
    names = ("seat", "leg left", "Cube.003")
    return Labelled("stool", "test", made.vertices, made.faces, made.labels[None], "Y", wholes,
                    names, "stool")  # fmt: skip
