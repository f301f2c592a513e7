# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture as the part generator sees it: its figure upright in 64 x 64 pixels, as patches, and
the parts that masks show there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Floats, Ints, Singles
from ..contract.progress import SILENT, Progress
from ..geometry.booleans import Mesh
from ..images.resample import resampled
from ..latents.part_generator import Frame
from ..models.members import FILLED, SIDE, mask_member, view_member
from ..models.partflow import PATCH
from . import inflate
from .base import Brief


@dataclass(frozen=True)
class Window:
    """The square of a picture that is seen. top, left : in pixels; step : pixels of it for one."""

    top: float
    left: float
    step: float

    @classmethod
    def around(cls, covered: Singles) -> Window:
        """The window in which a figure is as large as objects are. covered : (H, W), 0..1."""
        first, last = _extent(covered > 0.5)
        whole = float((last - first).max()) / FILLED
        top, left = (first + last - whole) / 2
        return cls(float(top), float(left), whole / SIDE)

    def sides(self, mask: Bools) -> Floats:
        """The sides (2, 3) of the box of a part that a mask (H, W) shows from the front, in the
        object's frame; NaN for those that are not seen."""
        (top, left), (bottom, right) = _extent(mask)
        low = self._along(self.left, left), -self._along(self.top, bottom), np.nan
        high = self._along(self.left, right), -self._along(self.top, top), np.nan
        return np.array([low, high])

    def _along(self, first: float, edge: float) -> float:
        """Where an edge of pixels is in the object's frame, along an axis of the picture."""
        return (float(edge) - first) / (self.step * SIDE / 2) - 1

    def of(self, picture: Singles) -> Singles:
        """(SIDE, SIDE, ...) of a picture (H, W, ...); nothing beyond its edges."""
        rows, columns = (SIDE, self.top, self.step), (SIDE, self.left, self.step)
        return resampled(picture, rows, columns)


# What a picture is said to be: one from the front, from some way off.
FRONT = view_member(np.array([0.0, 0.0, 1.0]), 10.0)


def _extent(mask: Bools) -> Ints:
    """(2, 2) the first row and column that a mask (H, W) has, and those behind its last."""
    lines = [np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0)]
    return np.array([[line[0] for line in lines], [line[-1] + 1 for line in lines]])


def patches(picture: NDArray[np.uint8], covered: Singles, window: Window) -> Singles:
    """(64, PICTURE) of a picture (H, W, 4), its colours times how much the figure covers."""
    colours = picture[..., :3].astype(np.float32) / 255 * covered[..., None]
    seen = window.of(np.concatenate([colours, covered[..., None]], axis=2).astype(np.float32))
    count = SIDE // PATCH
    rows = seen.reshape(count, PATCH, count, PATCH, 4).swapaxes(1, 2)
    return np.clip(rows.reshape(count * count, -1), 0, 1)


def masked(
    labels: NDArray[np.integer], parts: Sequence[int], covered: Singles, window: Window
) -> Singles:
    """(N, MASK^2 + OUTLINE) of each part as seen from the front, see `mask_member`.

    labels : (H, W) part of each pixel. covered : (H, W), 0..1, the figure.
    """
    seen = [window.of((labels == part).astype(np.float32)) for part in parts]
    return mask_member(np.array(seen).reshape(-1, SIDE, SIDE), window.of(covered), FRONT)


@dataclass(frozen=True)
class Outlines:
    """Parts of a picture as the inflating engine takes them.

    labels : (H, W) the part of each pixel, -1 for none. solids : part -> the mesh, in the object's
    frame, that its outline suggests, with what others hide of it; some parts have none.
    """

    labels: NDArray[np.int32]
    solids: dict[int, Mesh]


def outlined(
    picture: NDArray[np.uint8],
    labels: NDArray[np.int32] | None = None,
    count: int | None = None,
    progress: Progress = SILENT,
) -> Outlines:
    """What outlines say of a picture (H, W, 4).

    labels : (H, W) the parts that somebody painted; None to look for them, `count` of them, or as
    many as there seem to be. Raises Cancelled, and BadInput where no figure is found.
    """
    painted = [] if labels is None else [labels]
    made = inflate.load().generate(Brief([picture], painted, parts=count), progress=progress)
    assert made.labels is not None  # the engine has them of every picture
    if labels is None:
        labels = made.labels
    frame = Frame.around(np.concatenate([one.vertices for one in made.parts]))
    solids = {}
    for part in np.unique(labels[labels >= 0]).tolist():
        own = made.labels[labels == part]
        own = own[own >= 0]
        if len(own):
            one = made.parts[int(np.bincount(own).argmax())]
            solids[part] = frame.into(one.vertices), np.asarray(one.faces, np.int64)
    return Outlines(labels, solids)
