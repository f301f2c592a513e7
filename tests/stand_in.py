# SPDX-License-Identifier: GPL-3.0-or-later
"""The way behind the networks that imagine, walked with a shape that is known: ``python -m
tests.stand_in examples/fox.glb -o out``.

A mesh is drawn from one side, and its field stands in for what a network would imagine of that
picture. What comes of it is written as a GLB, with a sheet of views: of the mesh, of the parts.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from backend.contract.progress import SILENT, Progress
from backend.engines import projected
from backend.engines.base import Brief, Generated
from backend.engines.registry import Chosen
from backend.geometry.nearest import NearestFace
from backend.geometry.winding import WindingNumber
from backend.latents.surface import Field, extract
from backend.pipelines import generate as pipeline

REACH = 0.95  # largest coordinate of a shape in its cube


def field_of(vertices: NDArray, faces: NDArray, middle: NDArray, half: float) -> Field:
    """The field of a mesh in a network's cube, positive inside and saturating."""
    vertices = (vertices - middle) / half * REACH
    turns, nearest = WindingNumber(vertices, faces), NearestFace(vertices, faces)

    def field(points: NDArray[np.float32]) -> NDArray[np.float32]:
        places = points.astype(np.float64)
        side = np.where(turns(places) > 0.5, 1.0, -1.0)
        return np.tanh(20 * side * nearest(places)[1]).astype(np.float32)

    return field


@dataclass
class StandIn:
    """An engine of `generate` that knows its shapes. in_one : as a whole, to be taken apart.
    faces : of the whole at most, 0 for the usual number."""

    fields: list[Field]
    cells: int
    in_one: bool
    distance: float = inf
    faces: int = 0
    follows_seed: ClassVar[bool] = False

    def takes(self, brief: Brief) -> bool:
        """Any picture."""
        return bool(brief.images)

    def generate(self, brief: Brief, *, seed: int = 0, progress: Progress = SILENT) -> Generated:
        """The known shapes, as if they were imagined from the picture."""
        figure = projected.Figure.found(brief.images[0], None)
        found = [extract(field, self.cells).field for field in self.fields]
        most = self.faces or projected.USUAL_FACES
        meshes = projected.within(projected.meshes_of(found), most)
        return replace(
            projected.dressed(meshes, figure, distance=self.distance), in_one=self.in_one
        )


def walked(engine: StandIn, brief: Brief) -> pipeline.Made:
    """What the pipeline makes of an engine's answer."""
    from backend.contract.engines import About

    about = About("stand_in", "", "", verbs=("generate",))
    before: Callable[..., Chosen] = pipeline._chosen
    pipeline._chosen = lambda *_: Chosen(about, engine)  # type: ignore[assignment]
    try:
        return pipeline.generate(brief)
    finally:
        pipeline._chosen = before


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mesh", type=Path)
    parser.add_argument("-o", type=Path, required=True, help="folder")
    parser.add_argument("--turn", type=float, default=0.0, help="degrees of the eye around it")
    parser.add_argument("--rise", type=float, default=0.0, help="degrees of the eye above it")
    parser.add_argument("--cells", type=int, default=128)
    parser.add_argument("--parts", type=int, help="that the whole is taken apart into")
    parser.add_argument("--pixels", type=int, default=768, help="rows of the picture")
    parser.add_argument("--faces", type=int, default=0)
    options = parser.parse_args()

    from PIL import Image

    from backend.commands.generate import _write
    from backend.contract.palette import to_srgb_bytes
    from backend.files.readers import make_folder, read_mesh
    from backend.pictures import materials
    from backend.pictures.lighting import BACKGROUND
    from backend.pictures.textured import Painted, joined, render_views, view

    make_folder(options.o)
    asset = read_mesh(options.mesh)
    colour = np.full((len(asset.faces), 3), materials.DEFAULT)
    for primitive in asset.primitives:
        colour[primitive.faces] = materials._colours(asset, primitive, {})
    whole = Painted(asset.vertices, asset.faces, None, None, colour.astype(np.float32))
    light = view(whole, options.turn, options.rise, options.pixels)
    shown = np.abs(light - BACKGROUND).max(axis=2) > 1e-4
    picture = np.dstack([to_srgb_bytes(light), np.where(shown, 255, 0).astype(np.uint8)])
    name = options.mesh.stem
    Image.fromarray(picture).save(options.o / f"{name}.picture.png")
    render_views(options.o / f"{name}.true.png", whole)
    points = asset.vertices[np.unique(asset.faces)]
    low, high = points.min(axis=0), points.max(axis=0)
    field = field_of(asset.vertices, asset.faces, (low + high) / 2, float((high - low).max()) / 2)
    began = time.process_time()
    engine = StandIn([field], options.cells, True, faces=options.faces)
    made = walked(engine, Brief([picture], parts=options.parts))
    print(f"{time.process_time() - began:.1f} s of one processor")
    _write(options.o / f"{name}.glb", made)
    Image.fromarray(made.texture).save(options.o / f"{name}.texture.png")
    vertices, faces, _part = joined([p.vertices for p in made.parts], [p.faces for p in made.parts])
    uv = np.concatenate([p.uv for p in made.parts])
    painted = Painted(vertices, faces, uv, made.texture, np.zeros((len(faces), 3), np.float32))
    render_views(options.o / f"{name}.sheet.png", painted)
    for row, note in zip(made.report, made.notes or [""] * len(made.report), strict=False):
        print(row["name"], row["triangles"], row["closed"], note)
    return 0


if __name__ == "__main__":
    sys.exit(main())
