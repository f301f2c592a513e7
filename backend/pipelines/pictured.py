# SPDX-License-Identifier: GPL-3.0-or-later
"""One part from one picture of it: what the engines of `generate` make, joined to one solid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.engines import AUTO
from ..contract.progress import Progress
from ..engines.base import Brief
from ..geometry.booleans import Mesh, concatenated, union
from ..geometry.mesh import face_vectors
from .generate import generate

MOST_SHELLS = 40  # that are joined to one; more stay beside each other


@dataclass(frozen=True)
class Pictured:
    """mesh : upright, facing +Z. colour : linear RGBA of the largest part of what the
    picture shows. engine : that made it. notes : sentences about what could not be done."""

    mesh: Mesh
    colour: list[float]
    engine: str
    notes: tuple[str, ...]


def of_picture(image: NDArray[np.uint8], engine: str, seed: int, progress: Progress) -> Pictured:
    """The part that a picture (H, W, 4) shows. Raises BadInput where it shows nothing.

    engine : one that answers `generate`, or "auto".
    """
    made = generate(
        Brief(images=[image]), engine=engine or AUTO, seed=seed, paint=False, progress=progress
    )
    meshes = [(part.vertices, part.faces) for part in made.parts]
    area = np.array([face_vectors(*mesh)[1].sum() for mesh in meshes])
    colour = made.parts[int(area.argmax())].shown
    joined = union(meshes) if len(meshes) <= MOST_SHELLS else concatenated(meshes)
    return Pictured(joined, [*np.round(colour, 4).tolist(), 1.0], made.engine, made.notes)
