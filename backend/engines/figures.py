# SPDX-License-Identifier: GPL-3.0-or-later
"""What engines that work from pictures share: options, the figure, its parts and how they lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..contract.errors import BadInput
from ..contract.progress import Progress

if TYPE_CHECKING:
    from ..images.canvas import Canvas
    from ..images.layers import Layers
    from ..images.regions import Labels

MOST_PARTS = 64
LARGEST_PICTURE = 2048  # pixels of its longer side; larger ones are made smaller first


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
        from ..images.bodies import KINDS

        unknown = set(given) - set(cls.__dataclass_fields__)
        if unknown:
            known = ", ".join(cls.__dataclass_fields__)
            raise BadInput(f"There is no option “{min(unknown):.40}”.", f"Known: {known}.")
        values = dict(given)
        try:
            cls._check_kinds(given)
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

    @staticmethod
    def _check_kinds(given: Mapping[str, Any]) -> None:
        """Raise BadInput where true or false stands for a number, or something else for those."""
        lists = (given[key] for key in ("order", "rectangle") if given.get(key) is not None)
        numbers = [given.get("thickness"), *(number for each in lists for number in each)]
        answers = given.get("symmetric"), given.get("limbs", True)
        wrong = any(isinstance(number, bool | str) for number in numbers)
        if wrong or not all(one is None or isinstance(one, bool) for one in answers):
            raise BadInput("An option is not of its kind.", "See docs/protocol.md.")


def resized_mask(mask: NDArray[np.int32], shape: tuple[int, ...]) -> NDArray[np.int32]:
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
    from ..images.canvas import SIZE, canvas_of, fine_size
    from ..images.figure import coverage

    if mask is not None:
        covered = (mask >= 0).astype(np.float32)
        alpha = picture[..., 3].astype(np.float32) / 255
        soft = covered * alpha
        if (soft >= 0.5).sum() > 0.5 * covered.sum():
            covered = soft.astype(np.float32)
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
    size = SIZE if mask is None else fine_size(mask)
    return canvas_of(picture, covered, options.symmetric, size), covered


def parts_of(
    canvas: Canvas,
    mask: NDArray[np.int32] | None,
    count: int | None,
    options: Options,
    progress: Progress,
) -> Labels:
    """The part (h, w) of each pixel of the canvas: of the mask, or found by colour and necks.

    Raises BadInput for more than `MOST_PARTS`, as many as anyone could tell apart.
    """
    from ..images.partition import partition
    from ..images.regions import numbered, spread_into

    if mask is None and count is not None and count > MOST_PARTS:
        raise BadInput(
            f"{count} parts are more than {MOST_PARTS}.",
            "Ask for fewer, or leave the number out: then it is chosen by what is seen.",
        )

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


def refined(
    picture: NDArray[np.uint8], covered: NDArray[np.float32], coarse: Canvas, labels: Labels
) -> tuple[Canvas, Labels]:
    """The canvas on which parts are given shape, and they on it: as fine as the thinnest needs."""
    from ..images.canvas import fine_size, finer, labels_on

    canvas = finer(picture, covered, coarse, fine_size(labels))
    return canvas, labels_on(canvas, labels, coarse)


def lie_of(labels: Labels, options: Options) -> Layers:
    """How parts lie, as found or as a person ordered them."""
    from ..images.distances import depth_in
    from ..images.layers import layers

    count = int(labels.max()) + 1
    if options.order is not None and sorted(options.order) != list(range(count)):
        raise BadInput(
            f"The order does not name each of the {count} parts once.",
            "Order the parts again, from the farthest to the nearest.",
        )
    depth = np.zeros(labels.shape, np.float32)
    for part in range(count):
        depth += depth_in(labels == part)
    order = None if options.order is None else np.array(options.order)
    return layers(labels, depth, order)


def labels_of_picture(
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
