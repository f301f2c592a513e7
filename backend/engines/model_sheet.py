# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts from two to four orthographic pictures of one object, as model sheets have them.

The pictures are brought to one scale by their silhouettes; each part is what agrees with its own
masks in all of them (`images.views`), and is painted by the picture that looks straightest at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..contract.errors import BadInput
from ..contract.options import VIEWS
from ..contract.palette import to_linear
from ..contract.progress import Progress
from .base import Brief, Generated, PartMesh
from .figures import (
    LARGEST_PICTURE,
    Options,
    found_figure,
    labels_of_picture,
    lie_of,
    parts_of,
    resized_mask,
)

if TYPE_CHECKING:
    from ..images.canvas import Canvas
    from ..images.layers import Layers
    from ..images.regions import Labels
    from ..images.textures import Tile

ALIKE = 0.6  # IoU of the outlines of front and back below which they are of different objects
DEPTHS = 1.6  # ratio of the depths that side and top show, above which they contradict each other
ALIKE_COLOUR, SAME = 0.1, 0.02  # distance in OKLab of what is of a part, and of two alike
LIGHTNESS = 0.5  # weight of lightness, for the light falls on another side
HEIGHT = 4  # pixels by which pictures may differ in height
GOES_ON = 0.45  # of its half width: how far a part goes on inside those before it


Stack = NDArray[np.bool_]


def several_pictures(brief: Brief, options: Options, progress: Progress) -> Generated:
    """Parts of an object that several pictures show. Raises BadInput where they contradict."""
    from ..images.names import part_names
    from ..images.resample import at_most
    from ..images.views import Side, completed_side, hull_mesh

    views = list(brief.views) or list(VIEWS[: len(brief.images)])
    masks: list[NDArray[np.int32] | None] = list(brief.masks) or [None] * len(brief.images)
    looking = progress.span(0.0, 0.2, "Finding the figure")
    pictures: dict[str, NDArray[np.uint8]] = {}
    covered: dict[str, NDArray[np.float32]] = {}
    canvases: dict[str, Canvas] = {}
    small: dict[str, NDArray[np.int32] | None] = {}
    for number, view in enumerate(views):
        looking.step(number / len(views))
        picture = pictures[view] = at_most(brief.images[number], LARGEST_PICTURE)
        mask = masks[number]
        small[view] = None if mask is None else resized_mask(mask, picture.shape[:2])
        try:
            canvas, covered[view] = found_figure(picture, small[view], options)
        except BadInput as error:
            raise BadInput(f"{view.capitalize()}: {error.message}", error.hint) from error
        canvases[view] = canvas
    canvases = _one_scale(pictures, covered, canvases)
    _check(canvases)
    front = canvases["front"]
    finding = progress.span(0.2, 0.4, "Finding parts")
    finding.step()
    labels = parts_of(front, small["front"], brief.parts, options, finding)
    lie = lie_of(labels, options)
    others: dict[str, Stack | None] = {
        view: _of_parts(_other_labels(canvases[view], small[view], small["front"]), labels)
        if small[view] is not None
        else alike_parts(canvases[view], front, labels)
        if view == "side"
        else None
        for view in views
        if view not in ("front", "back")
    }
    whole = {view: Side.of(canvas.figure) for view, canvas in canvases.items()}
    making = progress.span(0.4, 0.75, "Making surfaces")
    names = part_names(labels, front.lab)
    meshes = []
    for part in range(len(names)):
        making.step(part / len(names))
        extent = _extended(labels, lie, part)
        own = {"front": Side.of(extent)}
        seen = others.get("side")
        if seen is not None:
            side = canvases["side"]
            rows = np.zeros(side.rows, bool)
            rows[: front.rows] = np.asarray(extent.any(axis=1), bool)[: side.rows]
            half = float(own["front"].depth.max())
            shown = completed_side(seen[part], side.figure, rows, half)
            if shown is not None:
                own["side"] = Side.of(shown)
        meshes.append(hull_mesh(canvases, own, whole, 0.0))
    painting = progress.span(0.75, 1.0, "Making textures")
    parts, texture = _painted(pictures, covered, canvases, labels, others, meshes, names, painting)
    order = [int(part) for part in np.argsort(lie.order) if parts[part] is not None]
    place = np.full(len(parts), -1)
    place[order] = np.arange(len(order))
    first = brief.images[views.index("front")]
    found = labels_of_picture(np.where(labels >= 0, place[labels], -1), front, first.shape[:2])
    return Generated([parts[part] for part in order], texture, found)  # type: ignore[misc]


def _one_scale(
    pictures: dict[str, NDArray[np.uint8]],
    covered: dict[str, NDArray[np.float32]],
    canvases: dict[str, Canvas],
) -> dict[str, Canvas]:
    """Canvases on which the figure is equally high, and from above equally wide."""
    from ..images.canvas import canvas_of

    size = {view: _extent(canvas) for view, canvas in canvases.items()}
    made = {"front": canvases["front"]}
    high, wide = size["front"]
    for view in canvases:
        if view == "front":
            continue
        down, across = size[view]
        share = wide / across if view == "top" else high / down
        longest = max(4, round(max(down, across) * share))
        if longest > 3 * max(high, wide):
            raise BadInput(
                f"The {view} is far longer than the front is high.",
                "Give pictures of one object, all upright.",
            )
        made[view] = canvas_of(pictures[view], covered[view], False, longest)
    return made


def _extent(canvas: Canvas) -> tuple[int, int]:
    rows, columns = np.nonzero(canvas.figure)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def _check(canvases: dict[str, Canvas]) -> None:
    """Raise BadInput for views that no one object can have."""
    if "back" in canvases:
        one, two = _filled(canvases["front"]), _filled(canvases["back"])[:, ::-1]
        height, width = (max(a, b) for a, b in zip(one.shape, two.shape, strict=True))
        both = []
        for mask in (one, two):
            ends = [(0, height - mask.shape[0]), _halves(width - mask.shape[1])]
            both.append(np.pad(mask, ends))
        score = (both[0] & both[1]).sum() / max((both[0] | both[1]).sum(), 1)
        if score < ALIKE:
            raise BadInput(
                "The front and the back have different outlines.",
                "Give pictures of one object in one pose; the back is seen from behind.",
            )
    if "side" in canvases and "top" in canvases:
        depth = _extent(canvases["side"])[1], _extent(canvases["top"])[0]
        if max(depth) > DEPTHS * min(depth):
            raise BadInput(
                "The side and the top show objects of different depths.",
                "Give pictures of one object: in the one from above its front is below.",
            )


def _filled(canvas: Canvas) -> NDArray[np.bool_]:
    rows, columns = np.nonzero(canvas.figure)
    return canvas.figure[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def _halves(total: int) -> tuple[int, int]:
    return total // 2, total - total // 2


def _other_labels(
    canvas: Canvas, mask: NDArray[np.int32] | None, front: NDArray[np.int32] | None
) -> Labels | None:
    """The front's parts on another view's canvas, where both have masks with the same numbers."""
    if mask is None or front is None:
        return None
    found, numbers = canvas.labels_of(mask)
    known = np.unique(front[front >= 0])
    place = np.full(int(max(numbers.max(initial=0), known.max(initial=0))) + 1, -1)
    place[known] = np.arange(len(known))
    table = place[numbers] if len(numbers) else numbers
    return np.where(found >= 0, table[np.maximum(found, 0)], -1).astype(np.int32)


def _of_parts(seen: Labels | None, labels: Labels) -> Stack | None:
    """Masks (K, h, w) of what a view shows of each of the front's parts."""
    if seen is None:
        return None
    return np.equal(seen[None], np.arange(int(labels.max()) + 1)[:, None, None])


def alike_parts(canvas: Canvas, front: Canvas, labels: Labels) -> Stack:
    """Masks (K, h, w) of what a view from the side shows of each of the front's parts, where no
    masks say it: what has its colour at its height. Two of one colour are seen in one place, as
    legs are.
    """
    from ..images.regions import mean_colours

    weight = np.array([LIGHTNESS, 1.0, 1.0], np.float32)
    colours = mean_colours(labels, front.lab) * weight
    seen = canvas.lab * weight
    gaps = np.full((len(colours), *canvas.figure.shape), np.inf, np.float32)
    for part, colour in enumerate(colours):
        rows = np.flatnonzero((labels == part).any(axis=1))
        level = slice(max(int(rows[0]) - HEIGHT, 0), int(rows[-1]) + 1 + HEIGHT)
        gaps[part, level] = np.linalg.norm(seen[level] - colour.astype(np.float32), axis=-1)
    near = gaps <= np.minimum(gaps.min(axis=0) + SAME, ALIKE_COLOUR)
    return np.asarray(near & canvas.figure)


def _extended(labels: Labels, lie: Layers, part: int) -> NDArray[np.bool_]:
    """A part with its end inside of those that lie before it."""
    from ..images.distances import depth_in, distance_to

    mask = labels == part
    reach = max(4.0, GOES_ON * float(depth_in(mask).max()))
    before = np.flatnonzero(lie.over[:, part] > 0)
    near = (distance_to(mask, reach + 1) <= reach) & np.isin(labels, before)
    return np.asarray(mask | near)


def _painted(
    pictures: dict[str, NDArray[np.uint8]],
    covered: dict[str, NDArray[np.float32]],
    canvases: dict[str, Canvas],
    labels: Labels,
    others: dict[str, Stack | None],
    meshes: list[tuple[NDArray[np.float64], NDArray[np.int64]] | None],
    names: list[str],
    progress: Progress,
) -> tuple[list[PartMesh | None], NDArray[np.uint8]]:
    """Parts with texture coordinates, their longest side together 1, and their atlas."""
    from ..images.figure import drawn_lines
    from ..images.textures import front_tile, packed
    from ..images.views import facing, world_of

    points = np.concatenate([mesh[0] for mesh in meshes if mesh is not None])
    low, high = points.min(axis=0), points.max(axis=0)
    centre, size = np.array([0.0, low[1], 0.0]), float((high - low).max())
    seen = tuple(view for view in ("front", "back", "side", "top") if view in canvases)
    sides = ("front", "back", *(("side", "other") if "side" in seen else ()),
             *(("top",) if "top" in seen else ()))  # fmt: skip
    ink = {view: drawn_lines(canvas.lab, canvas.figure) for view, canvas in canvases.items()}
    tiles: list[Tile] = []
    numbers: list[dict[str, int]] = []
    for part, mesh in enumerate(meshes):
        progress.step(0.8 * part / len(meshes))
        numbers.append({})
        if mesh is None:
            continue
        for view in seen:
            canvas = canvases[view]
            column, row = world_of(canvases, view, mesh[0])
            inside = _box(canvas, row, column)
            own: Labels | None = labels if view == "front" else None
            number, masks = part, others.get(view)
            if masks is not None:
                own = np.where(masks[part], part, -1).astype(np.int32)
            if view == "back":
                own, number = _mirrored_onto(canvas, canvases["front"], labels), part
            if own is None or not (own == number).any():
                own, number = np.where(canvas.figure & inside, 0, -1), 0
            front, back = front_tile(
                pictures[view], covered[view], canvas, own, number, inside, ink[view], most=4.0
            )
            numbers[part][view] = len(tiles)
            tiles.append(front)
            if view == "front" and "back" not in seen:
                numbers[part]["back"] = len(tiles)
                tiles.append(back)
    atlas = packed(tiles)
    parts: list[PartMesh | None] = [None] * len(meshes)
    for part, mesh in enumerate(meshes):
        if mesh is None:
            continue
        vertices, faces = mesh
        chosen = facing(vertices, faces, sides)
        uv = np.zeros((len(faces), 3, 2))
        for place, side in enumerate(sides):
            view = {"other": "side"}.get(side, side)
            number = numbers[part][view]
            shown = "front" if side == "back" and "back" not in seen else view
            at = chosen == place
            column, row = world_of(canvases, shown, vertices[faces[at]])
            uv[at] = atlas.uv(tiles[number], number, column, row)
        light = to_linear(tiles[numbers[part]["front"]].picture.mean(axis=(0, 1)) / 255.0)
        parts[part] = PartMesh(
            (vertices - centre) / size,
            faces,
            names[part],
            np.clip(uv, 0, 1),
            "hull",
            quads=True,
            colour=(float(light[0]), float(light[1]), float(light[2])),
        )
    return parts, atlas.picture


def _box(
    canvas: Canvas, row: NDArray[np.float64], column: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """The rectangle of a canvas in which places are."""
    made = np.zeros((canvas.rows, canvas.columns), bool)
    top, left = (max(int(each.min()), 0) for each in (row, column))
    made[top : int(row.max()) + 2, left : int(column.max()) + 2] = True
    return made


def _mirrored_onto(canvas: Canvas, front: Canvas, labels: Labels) -> Labels:
    """The front's parts as seen from behind, on the back's canvas."""
    made = np.full((canvas.rows, canvas.columns), -1, np.int32)
    column = np.round(front.columns / 2 + canvas.columns / 2 - np.arange(canvas.columns) - 1)
    column = column.astype(int)
    known = (column >= 0) & (column < front.columns)
    rows = min(canvas.rows, front.rows)
    made[:rows, known] = labels[:rows, column[known]]
    return np.where(canvas.figure, made, -1).astype(np.int32)
