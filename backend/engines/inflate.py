# SPDX-License-Identifier: GPL-3.0-or-later
"""The inflating engine: closed, textured parts from a picture, without weights.

The figure is found, taken apart by colours and necks, put in order of depth, each part is continued
under those before it, given a thickness (`images.solids`), a mesh and a texture.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..contract.engines import About
from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from ..machine.abreast import each_abreast
from .base import Brief, Generated, GenerateEngine, PartMesh
from .figures import (
    LARGEST_PICTURE,
    Options,
    found_figure,
    labels_of_picture,
    lie_of,
    parts_of,
    refined,
    resized_mask,
)

if TYPE_CHECKING:
    from ..images.bodies import Solid
    from ..images.canvas import Canvas
    from ..images.meshing import Net
    from ..images.regions import Labels
    from ..images.textures import Tile

ABOUT = About(
    name="inflate",
    label="Inflate",
    text="Round, turned or flat parts from pictures",
    verbs=("generate",),
    rank=10,
    memory=300_000_000,
    options=("parts", "kinds", "order", "thickness", "back", "rectangle", "symmetric", "limbs"),
)


MOST = 6.0  # pixels of a texture for one of the canvas


def load() -> GenerateEngine:
    """The engine; it has no weights."""
    return Inflate()


class Inflate:
    """The engine."""

    follows_seed = False

    def takes(self, brief: Brief) -> bool:
        """Whether there is a picture."""
        return bool(brief.images)

    def generate(self, brief: Brief, *, seed: int = 0, progress: Progress = SILENT) -> Generated:
        """Parts of what the pictures show."""
        options = Options.of(brief.options)
        if not brief.images:
            raise BadInput("There is no picture to make parts from.", "Give one with --image.")
        if len(brief.images) > 1:
            from .model_sheet import several_pictures

            return several_pictures(brief, options, progress)
        return one_picture(brief, options, progress)


def one_picture(brief: Brief, options: Options, progress: Progress) -> Generated:
    """Parts of a figure that one picture shows."""
    from ..images.names import part_names
    from ..images.resample import at_most

    progress.span(0.0, 0.1, "Finding the figure").step()
    full = brief.images[0]
    picture = at_most(full, LARGEST_PICTURE)
    mask = brief.masks[0] if brief.masks else None
    scale = picture.shape[0] / full.shape[0], picture.shape[1] / full.shape[1]
    mask = None if mask is None else resized_mask(mask, picture.shape[:2])
    canvas, covered = found_figure(picture, mask, options, scale)
    progress.span(0.1, 0.3, "Finding parts").step()
    labels = parts_of(canvas, mask, brief.parts, options, progress.span(0.1, 0.3, "Finding parts"))
    if mask is None:
        canvas, labels = refined(picture, covered, canvas, labels)
    labels, twin = _symmetric(labels, canvas)
    lie = lie_of(labels, options)
    from ..images.bodies import Wishes
    from ..images.solids import solids

    made = solids(
        labels,
        lie,
        Wishes(options.kinds, options.thickness),
        progress.span(0.3, 0.55, "Giving thickness"),
    )
    if twin is not None:
        made = _twins(made, twin)
    nets = _nets(made, canvas, twin, progress.span(0.55, 0.75, "Making surfaces"))
    names = part_names(labels, canvas.lab)
    drawing = progress.span(0.75, 1.0, "Making textures")
    parts, texture = textured(picture, covered, canvas, labels, made, nets, names, options, drawing)
    order = [int(part) for part in np.argsort(lie.order) if parts[part] is not None]
    small = np.full(len(parts), -1)
    small[order] = np.arange(len(order))
    return Generated(
        [parts[part] for part in order],  # type: ignore[misc]
        texture,
        labels_of_picture(np.where(labels >= 0, small[labels], -1), canvas, full.shape[:2]),
    )


def _symmetric(labels: Labels, canvas: Canvas) -> tuple[Labels, NDArray[np.int64] | None]:
    from ..images.mirror import mirrored_labels

    if canvas.axis is None:
        return labels, None
    found = mirrored_labels(labels)
    return (labels, None) if found is None else found


def _twins(made: list[Solid], twin: NDArray[np.int64]) -> list[Solid]:
    """Solids that are mirror images of their twins."""
    result = list(made)
    for part, other in enumerate(twin):
        if other < 0:
            continue
        one, two = made[part], made[other]
        result[part] = replace(
            one,
            field=(one.field + two.field[:, ::-1]) / 2,
            middle=(one.middle + two.middle[:, ::-1]) / 2,
            wall=None
            if one.wall is None or two.wall is None
            else (one.wall + two.wall[:, ::-1]) / 2,
        )
    return result


def _nets(
    made: list[Solid],
    canvas: Canvas,
    twin: NDArray[np.int64] | None,
    progress: Progress,
) -> list[Net | None]:
    from ..images.meshing import mirrored, net_of

    nets: list[Net | None] = []
    first = list(range(len(made)))  # the part whose mesh each one's is, mirrored or its own
    axes: list[float | None] = [None] * len(made)
    if twin is not None and canvas.axis is not None:
        first = [min(part, int(other)) if other >= 0 else part for part, other in enumerate(twin)]
        axes = [canvas.axis if twin[part] == part else None for part in first]
    parts = sorted(set(first))
    found = each_abreast(lambda part: net_of(made[part], axes[part]), parts, progress)
    own = dict(zip(parts, found, strict=True))
    for part, other in enumerate(first):
        net = own[other]
        if other != part and net is not None and canvas.axis is not None:
            net = mirrored(net, canvas.axis)
        nets.append(net)
    return nets


def textured(
    picture: NDArray[np.uint8],
    covered: NDArray[np.float32],
    canvas: Canvas,
    labels: Labels,
    made: list[Solid],
    nets: list[Net | None],
    names: list[str],
    options: Options,
    progress: Progress,
) -> tuple[list[PartMesh | None], NDArray[np.uint8]]:
    """Parts with texture coordinates, in units of the object's longest side, and their atlas."""
    from ..contract.palette import to_linear
    from ..images.figure import drawn_lines
    from ..images.textures import front_tile, packed

    ink = drawn_lines(canvas.lab, canvas.figure)
    used = [part for part, net in enumerate(nets) if net is not None]

    def sides(part: int) -> list[Tile]:
        front, back = front_tile(
            picture, covered, canvas, labels, part, made[part].inside, ink, most=MOST
        )
        return [front] if options.back == "mirror" else [front, back]

    tiles = [tile for pair in each_abreast(sides, used, progress.span(0, 0.8)) for tile in pair]
    atlas = packed(tiles)
    step = len(tiles) // max(len(used), 1)
    points = np.concatenate([nets[part].vertices for part in used])  # type: ignore[union-attr]
    low, high = points.min(axis=0), points.max(axis=0)
    centre = np.array([(low[0] + high[0]) / 2, low[1], 0.0])
    if canvas.axis is not None:
        centre[0] = canvas.axis
    size = float((high - low).max())
    parts: list[PartMesh | None] = [None] * len(nets)
    for place, part in enumerate(used):
        net = nets[part]
        assert net is not None
        corner = net.vertices[net.faces]
        x, y = corner[..., 0], -corner[..., 1]
        number = step * place
        uv = atlas.uv(tiles[number], number, x, y)
        if step == 2:
            other = atlas.uv(tiles[number + 1], number + 1, x, y)
            uv = np.where(net.front[:, None, None], uv, other)
        light = to_linear(tiles[number].picture.mean(axis=(0, 1)) / 255.0)
        parts[part] = PartMesh(
            (net.vertices - centre) / size,
            net.faces,
            names[part],
            np.clip(uv, 0, 1),
            made[part].kind,
            quads=True,
            colour=(float(light[0]), float(light[1]), float(light[2])),
        )
    return parts, atlas.picture
