# SPDX-License-Identifier: GPL-3.0-or-later
"""One part from one picture of it: what the engines of `generate` make, joined to one solid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..contract.engines import AUTO
from ..contract.progress import Progress
from ..engines.base import Brief
from ..geometry.booleans import Mesh, concatenated, union
from ..geometry.mesh import face_vectors
from .generate import Made, takes

MOST_SHELLS = 40  # that are joined to one; more stay beside each other


@dataclass(frozen=True)
class Pictured:
    """mesh : upright, facing +Z. colour : linear RGBA of the largest part of what the
    picture shows. engine : that made it. notes : sentences about what could not be done.
    follows_seed : whether another seed makes another one."""

    mesh: Mesh
    colour: list[float]
    engine: str
    notes: tuple[str, ...]
    follows_seed: bool = False


def of_picture(
    image: NDArray[np.uint8],
    engine: str,
    seed: int,
    progress: Progress,
    variants: int = 1,
    options: Mapping[str, Any] | None = None,
) -> Iterator[Pictured]:
    """The part that a picture (H, W, 4) shows, in as many variants as the engine makes, one by one.

    engine : one that answers `generate`, or "auto". options : of it. Raises BadInput where the
    picture shows nothing.
    """
    brief, name = Brief(images=[image], options=options or {}), engine or AUTO
    found = takes(
        brief, engine=name, seed=seed, variants=variants, apart=False, paint=False,
        progress=progress,
    )  # fmt: skip
    for made in found:
        yield _in_one(made)


def _in_one(made: Made) -> Pictured:
    meshes = [(part.vertices, part.faces) for part in made.parts]
    area = np.array([face_vectors(*mesh)[1].sum() for mesh in meshes])
    colour = made.parts[int(area.argmax())].shown
    joined = union(meshes) if len(meshes) <= MOST_SHELLS else concatenated(meshes)
    shown = [*np.round(colour, 4).tolist(), 1.0]
    return Pictured(joined, shown, made.engine, made.notes, made.follows_seed)
