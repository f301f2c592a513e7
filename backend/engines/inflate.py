# SPDX-License-Identifier: GPL-3.0-or-later
"""The inflating engine: closed, textured parts from a picture, without weights.

The figure is found, taken apart by colours and necks, put in order of depth, each part is continued
under those before it, given a thickness (`images.solids`), a mesh and a texture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..contract.engines import About
from ..contract.errors import BadInput
from ..contract.progress import SILENT, Progress
from .base import Brief, Generated, GenerateEngine, PartMesh

if TYPE_CHECKING:
    from ..images.canvas import Canvas
    from ..images.layers import Layers
    from ..images.meshing import Net
    from ..images.regions import Labels
    from ..images.solids import Solid

ABOUT = About(
    name="inflate",
    label="Inflate",
    text="Round, turned or flat parts from pictures",
    verbs=("generate",),
    rank=10,
    memory=300_000_000,
)

MOST_PARTS = 64
LARGEST_PICTURE = 2048  # pixels of its longer side; larger ones are made smaller first


def load() -> GenerateEngine:
    """The engine; it has no weights."""
    return Inflate()


@dataclass(frozen=True)
class Options:
    """What a person may choose.

    kinds : "round", "half", "turned" or "flat" for parts by their number. order : numbers of all
    parts from the farthest to the nearest. thickness : beside the width, 1 as chosen. back :
    "fill" or "mirror". rectangle : left, top, right, bottom about the figure, in pixels.
    symmetric : whether the figure is; None to find out. limbs : whether to cut at necks.
    """

    kinds: Mapping[int, str] = field(default_factory=dict)
    order: tuple[int, ...] | None = None
    thickness: float = 1.0
    back: str = "fill"
    rectangle: tuple[float, float, float, float] | None = None
    symmetric: bool | None = None
    limbs: bool = True

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Options:
        """Checked options. Raises BadInput for what is unknown or out of range."""
        from ..images.solids import KINDS

        unknown = set(given) - set(cls.__dataclass_fields__)
        if unknown:
            known = ", ".join(cls.__dataclass_fields__)
            raise BadInput(f"There is no option “{min(unknown):.40}”.", f"Known: {known}.")
        values = dict(given)
        try:
            values["kinds"] = {int(k): str(v) for k, v in dict(given.get("kinds") or {}).items()}
            if given.get("order") is not None:
                values["order"] = tuple(int(part) for part in given["order"])
            values["thickness"] = float(given.get("thickness", 1.0))
            if given.get("rectangle") is not None:
                left, top, right, bottom = (float(edge) for edge in given["rectangle"])
                values["rectangle"] = (left, top, right, bottom)
        except (TypeError, ValueError) as error:
            raise BadInput("An option is not of its kind.", "See docs/protocol.md.") from error
        made = cls(**values)
        strange = set(made.kinds.values()) - set(KINDS)
        if strange:
            raise BadInput(f"A part cannot be “{min(strange):.40}”.", f"Use {', '.join(KINDS)}.")
        if not 0.05 <= made.thickness <= 5:
            raise BadInput("The thickness is out of range.", "Give a number from 0.05 to 5.")
        if made.back not in ("fill", "mirror"):
            raise BadInput(f"Backs cannot be “{made.back!s:.40}”.", "Use fill or mirror.")
        return made


class Inflate:
    """The engine."""

    def generate(self, brief: Brief, *, seed: int = 0, progress: Progress = SILENT) -> Generated:
        """Parts of what the pictures show."""
        options = Options.of(brief.options)
        if not brief.images:
            raise BadInput("There is no picture to make parts from.", "Give one with --image.")
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
    mask = None if mask is None else _resized_mask(mask, picture.shape[:2])
    canvas, covered = found_figure(picture, mask, options, scale)
    progress.span(0.1, 0.3, "Finding parts").step()
    labels = parts_of(canvas, mask, brief.parts, options, progress.span(0.1, 0.3, "Finding parts"))
    labels, twin = _symmetric(labels, canvas)
    lie = _lie(labels, options)
    from ..images.solids import Wishes, solids

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
    parts, texture = textured(
        picture, covered, canvas, labels, made, nets, names, options, drawing
    )
    order = np.argsort(lie.order)
    order = [int(part) for part in order if parts[part] is not None]
    small = np.full(len(parts), -1)
    small[order] = np.arange(len(order))
    return Generated(
        [parts[part] for part in order],  # type: ignore[misc]
        texture,
        _labels_of_picture(np.where(labels >= 0, small[labels], -1), canvas, full.shape[:2]),
    )


def _resized_mask(mask: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.int32]:
    """The mask at the size of the picture that is worked on, by nearest pixels."""
    if mask.shape == tuple(shape):
        return mask
    rows = ((np.arange(shape[0]) + 0.5) * mask.shape[0] / shape[0]).astype(int)
    columns = ((np.arange(shape[1]) + 0.5) * mask.shape[1] / shape[1]).astype(int)
    return mask[rows[:, None], columns[None]]


def found_figure(
    picture: NDArray[np.uint8],
    mask: NDArray[np.int32] | None,
    options: Options,
    scale: tuple[float, float] = (1.0, 1.0),
) -> tuple[Canvas, NDArray[np.float32]]:
    """The canvas of the figure and what it covers of the picture (H, W).

    Raises BadInput where there is none.
    """
    from ..images.canvas import canvas_of
    from ..images.figure import coverage

    if mask is not None:
        covered = (mask >= 0).astype(np.float32)
        alpha = picture[..., 3].astype(np.float32) / 255
        soft = covered * alpha
        covered = soft if (soft >= 0.5).sum() > 0.5 * covered.sum() else covered
    else:
        rectangle = options.rectangle
        if rectangle is not None:
            down, across = scale
            left, top, right, bottom = rectangle
            rectangle = (left * across, top * down, right * across, bottom * down)
        covered = coverage(picture, rectangle)
    rows, columns = np.nonzero(covered >= 0.5)
    if len(rows) < 9 or min(np.ptp(rows), np.ptp(columns)) < 2:
        raise BadInput(
            "No figure was found in the picture.",
            "Give it a transparent or plain background, a mask, or draw a rectangle about it.",
        )
    return canvas_of(picture, covered, options.symmetric), covered


def parts_of(
    canvas: Canvas,
    mask: NDArray[np.int32] | None,
    count: int | None,
    options: Options,
    progress: Progress,
) -> Labels:
    """The part (h, w) of each pixel of the canvas: of the mask, or found by colour and necks."""
    from ..images.partition import partition
    from ..images.regions import numbered, spread_into

    if mask is not None:
        labels, _ = canvas.labels_of(mask)
        labels = spread_into(labels, canvas.figure) if (labels >= 0).any() else labels
        labels = numbered(labels)
        if int(labels.max()) + 1 > MOST_PARTS:
            raise BadInput(
                f"The mask has {int(labels.max()) + 1} parts, more than {MOST_PARTS}.",
                "Paint each part in one plain colour, without soft edges.",
            )
        return labels
    return partition(
        canvas.lab,
        canvas.figure,
        count,
        cut_limbs=options.limbs,
        symmetric=canvas.axis is not None,
        progress=progress,
    )


def _symmetric(labels: Labels, canvas: Canvas) -> tuple[Labels, NDArray[np.int64] | None]:
    from ..images.mirror import mirrored_labels

    if canvas.axis is None:
        return labels, None
    found = mirrored_labels(labels)
    return (labels, None) if found is None else found


def _lie(labels: Labels, options: Options) -> Layers:
    from scipy.ndimage import distance_transform_edt

    from ..images.layers import layers

    count = int(labels.max()) + 1
    if options.order is not None and sorted(options.order) != list(range(count)):
        raise BadInput(
            f"The order does not name each of the {count} parts once.",
            "Order the parts again, from the farthest to the nearest.",
        )
    depth = np.zeros(labels.shape, np.float32)
    for part in range(count):
        own = labels == part
        depth[own] = distance_transform_edt(own)[own]
    order = None if options.order is None else np.array(options.order)
    return layers(labels, depth, order)


def _twins(made: list[Solid], twin: NDArray[np.int64]) -> list[Solid]:
    """Solids that are mirror images of their twins."""
    from dataclasses import replace

    result = list(made)
    for part, other in enumerate(twin):
        if other < 0:
            continue
        one, two = made[part], made[other]
        result[part] = replace(
            one,
            field=(one.field + two.field[:, ::-1]) / 2,
            middle=(one.middle + two.middle[:, ::-1]) / 2,
            wall=None if one.wall is None or two.wall is None
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

    nets: list[Net | None] = [None] * len(made)
    for part, solid in enumerate(made):
        progress.step(part / len(made))
        other = part if twin is None else int(twin[part])
        if 0 <= other < part and nets[other] is not None and canvas.axis is not None:
            nets[part] = mirrored(nets[other], canvas.axis)  # type: ignore[arg-type]
        else:
            nets[part] = net_of(solid, canvas.axis if other == part and twin is not None else None)
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
    tiles, used = [], []
    for part, net in enumerate(nets):
        progress.step(0.8 * part / len(nets))
        if net is None:
            continue
        front, back = front_tile(
            picture, covered, canvas, labels, part, made[part].inside, ink, most=6.0
        )
        tiles += [front] if options.back == "mirror" else [front, back]
        used.append(part)
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


def _labels_of_picture(
    labels: NDArray[np.integer], canvas: Canvas, shape: tuple[int, ...]
) -> NDArray[np.int32]:
    """The part of each pixel of a picture of another size, -1 for none."""
    height, width = shape[:2]
    made = np.full((height, width), -1, np.int32)
    scale = max(height, width) / min(max(height, width), LARGEST_PICTURE)
    row = np.floor(((np.arange(height) + 0.5) / scale - canvas.top) / canvas.step).astype(int)
    column = np.floor(((np.arange(width) + 0.5) / scale - canvas.left) / canvas.step).astype(int)
    inside_rows = (row >= 0) & (row < canvas.rows)
    inside_columns = (column >= 0) & (column < canvas.columns)
    made[np.ix_(inside_rows, inside_columns)] = labels[
        row[inside_rows][:, None], column[inside_columns][None]
    ]
    return made
