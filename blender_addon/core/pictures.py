# SPDX-License-Identifier: GPL-3.0-or-later
"""Pixels of pictures and of painted masks, as the engine takes them. No bpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from ...backend.contract.arrays import NDArray, np
from ...backend.contract.errors import BadInput
from ...backend.contract.palette import part_colours, to_srgb_bytes
from ...backend.contract.records import Record

Bytes: TypeAlias = "NDArray[np.uint8]"
Floats: TypeAlias = "NDArray[np.float32]"
PartNumbers: TypeAlias = "NDArray[np.int32]"

LONGEST = 2048  # pixels of the longer side that are sent; the engine works on no more
RARE = 0.0004  # of a mask's pixels: colours of soft borders are rarer
MOST_COLOURS = 64  # parts that an engine takes
ALIKE = 16  # of 255: colours that differ less in each channel are one
EVEN = 3  # of 255: what a file may change of a plain colour
DARKEST, SPAN = 70, 100  # of the grey that a picture has under a mask that is painted


class Pixels(Record):
    """A picture as Blender holds it.

    values : (H, W, 4), the bottom row first. is_light : linear light, else sRGB as it is shown.
    is_premultiplied : colours are multiplied by their alpha, as in pictures of floats.
    """

    values: Floats
    is_light: bool = False
    is_premultiplied: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.values.shape[1], self.values.shape[0]

    @property
    def step(self) -> int:
        """How many pixels become one in each direction when it is sent."""
        return -(-max(self.size) // LONGEST)

    @property
    def sent_shape(self) -> tuple[int, int]:
        """Rows and columns of what is sent."""
        height, width = self.values.shape[:2]
        return max(height // self.step, 1), max(width // self.step, 1)

    def to_bytes(self) -> Bytes:
        """(h, w, 4) sRGB with straight alpha, the top row first, as it is sent."""
        values = np.nan_to_num(self.values[::-1], nan=0.0, posinf=1.0, neginf=0.0)
        if self.step > 1:
            values = _reduced(values, self.step, is_premultiplied=self.is_premultiplied)
        return _bytes_of(Pixels(values, self.is_light, self.is_premultiplied))

    def to_whole_bytes(self) -> Bytes:
        """(H, W, 4) the same of all pixels, however many they are."""
        whole = Pixels(self.values[::-1], self.is_light, self.is_premultiplied)
        return np.concatenate([_bytes_of(rows) for rows in _stripes(whole)])

    def to_labels(self, name: str, backdrop: Bytes | None = None) -> PartNumbers:
        """(h, w) the part of each pixel, -1 for none, of a mask as it is sent. See `painted`."""
        return self.to_labels_and_bytes(name, backdrop)[0]

    def to_labels_and_bytes(
        self, name: str, backdrop: Bytes | None = None
    ) -> tuple[PartNumbers, Bytes]:
        """The same, and the colour (h, w, 4) of each of these pixels."""
        rgba = self.to_whole_bytes()
        labels = painted(rgba, name, backdrop)
        rows, columns = (
            np.minimum(np.arange(sent) * self.step + self.step // 2, size - 1)
            for sent, size in zip(self.sent_shape, labels.shape, strict=True)
        )
        at = rows[:, None], columns[None]
        return labels[at], rgba[at]


def one_numbering(masks: Sequence[tuple[PartNumbers, Bytes]]) -> list[PartNumbers]:
    """Masks of several pictures of one object in which a colour has one number, also where some
    pictures hide a part: that of the first which has it.

    masks : of each the part (h, w) of each pixel, -1 for none, and the same pixels (h, w, 4).
    """
    known: list[NDArray[np.int64]] = []
    made = []
    for labels, rgba in masks:
        number = np.zeros(int(labels.max(initial=-1)) + 1, np.int32)
        for part in range(len(number)):
            # The median, for soft edges have other colours.
            own = rgba[labels == part][:, :3]
            colour = np.median(own, axis=0).astype(np.int64) if len(own) else np.full(3, -ALIKE)
            used = number[:part].tolist()
            same = [
                k
                for k, other in enumerate(known)
                if k not in used and np.abs(other - colour).max() < ALIKE
            ]
            number[part] = same[0] if same else len(known)
            if not same:
                known.append(colour)
        made.append(np.where(labels >= 0, number[labels], -1).astype(np.int32))
    return made


def _stripes(pixels: Pixels) -> list[Pixels]:
    """Rows in bands, so that a large mask takes little more memory than it has."""
    bands = range(0, len(pixels.values), LONGEST)
    return [
        Pixels(pixels.values[row : row + LONGEST], pixels.is_light, pixels.is_premultiplied)
        for row in bands
    ]


def _bytes_of(pixels: Pixels) -> Bytes:
    values = np.nan_to_num(pixels.values, nan=0.0, posinf=1.0, neginf=0.0)
    values = _straight(values) if pixels.is_premultiplied else values
    made = np.rint(255.0 * np.clip(values, 0.0, 1.0)).astype(np.uint8)
    if pixels.is_light:
        made[..., :3] = to_srgb_bytes(values[..., :3])
    return made


def _reduced(values: Floats, step: int, *, is_premultiplied: bool) -> Floats:
    """Means of squares of pixels, in which what is transparent has no say."""
    height, width = (max(size // step, 1) for size in values.shape[:2])
    rows, columns = min(step, values.shape[0]), min(step, values.shape[1])
    kept = values[: height * rows, : width * columns]
    weight = kept[..., 3:]
    colour = kept[..., :3] if is_premultiplied else kept[..., :3] * weight
    squares = np.concatenate([colour, weight], axis=2)
    means = squares.reshape(height, rows, width, columns, 4).mean(axis=(1, 3))
    return means if is_premultiplied else _straight(means)


def _straight(values: Floats) -> Floats:
    """Colours that were multiplied by their alpha without that."""
    alpha = values[..., 3:]
    colour = np.divide(values[..., :3], alpha, out=np.zeros_like(values[..., :3]), where=alpha > 0)
    return np.concatenate([colour, alpha], axis=2)


def backdrop_of(picture: Bytes) -> Bytes:
    """A picture (H, W, 4) as a faint grey, to paint a mask on: what is left of it is no part."""
    opaque = picture[..., 3:].astype(np.float32) / 255.0
    shown = picture[..., :3] * opaque + 255.0 * (1.0 - opaque)
    grey = DARKEST + shown @ np.array([0.299, 0.587, 0.114], np.float32) * (SPAN / 255.0)
    made = np.full(picture.shape, 255, np.uint8)
    made[..., :3] = np.rint(grey)[..., None]
    return made


def coloured(labels: PartNumbers, backdrop: Bytes) -> Bytes:
    """A mask to go on painting: each part in a colour of its own, on a backdrop of any size."""
    rows, columns = (
        (np.arange(size) * labels.shape[axis]) // size
        for axis, size in enumerate(backdrop.shape[:2])
    )
    spread = labels[rows[:, None], columns[None]]
    made = backdrop.copy()
    colours = to_srgb_bytes(part_colours(int(labels.max()) + 1))
    made[spread >= 0, :3] = colours[spread[spread >= 0]]
    return made


def painted(rgba: Bytes, name: str, backdrop: Bytes | None = None) -> PartNumbers:
    """The part (H, W) of each pixel of a mask with one colour a part, -1 for none.

    No part is what is transparent, what is left of the backdrop, or where there is neither, what
    has the colour of most of the rim. Rare colours, as along soft edges, go to what is beside them.

    Raises BadInput for a mask without colours, or with too many.
    """
    value = rgba[..., 0].astype(np.int32) << 16 | rgba[..., 1].astype(np.int32) << 8 | rgba[..., 2]
    hidden = rgba[..., 3] < 128
    if backdrop is not None and backdrop.shape == rgba.shape:
        apart = np.abs(rgba[..., :3].astype(np.int16) - backdrop[..., :3])
        hidden |= (apart <= 2).all(axis=2)
    elif not hidden.any():
        rim = np.concatenate([value[0], value[-1], value[:, 0], value[:, -1]])
        kinds, counts = np.unique(rim, return_counts=True)
        if counts.max() > 0.5 * len(rim):
            hidden = value == kinds[np.argmax(counts)]
    shown = value[~hidden]
    if not len(shown):
        raise BadInput(
            f"The mask “{name}” is empty.", "Paint each part in a colour of its own in it."
        )
    kinds, index = np.unique(shown, return_inverse=True)
    index = index.reshape(-1)
    even = np.bincount(index, _is_even(rgba)[~hidden], len(kinds))
    number = _numbers(kinds, even, max(RARE * value.size, min(16.0, 0.2 * len(shown))))
    labels = np.full(value.shape, -1, np.int32)
    labels[~hidden] = number[index]
    if int(number.max()) + 1 > MOST_COLOURS or (labels == -2).sum() > 0.5 * len(shown):
        raise BadInput(
            f"The mask “{name}” has too many colours for parts.",
            "Paint each part in one plain colour.",
        )
    return _without_soft(labels)


def _is_even(rgba: Bytes) -> NDArray[np.bool_]:
    """(H, W) whether a pixel is amid others of its colour: no soft edge is, however long it is."""
    even = np.zeros(rgba.shape[:2], bool)
    inner = rgba[1:-1, 1:-1].astype(np.int16)
    even[1:-1, 1:-1] = True
    for row, column in ((0, 1), (2, 1), (1, 0), (1, 2)):
        height, width = inner.shape[:2]
        beside = rgba[row : row + height, column : column + width]
        even[1:-1, 1:-1] &= (np.abs(inner - beside) <= EVEN).all(axis=2)
    return even


def _numbers(kinds: NDArray[np.int32], counts: NDArray[Any], least: float) -> PartNumbers:
    """The part of each colour, -2 for those that are rare; colours that are alike share one.

    counts : how many even pixels have each.
    """
    frequent = np.nonzero(counts >= min(least, counts.max()))[0]
    colour = np.stack([kinds >> 16, kinds >> 8 & 255, kinds & 255], axis=1)
    chosen: list[int] = []
    part = np.full(len(kinds), -2, np.int32)
    for one in frequent[np.argsort(-counts[frequent], kind="stable")].tolist():
        apart = np.abs(colour[chosen] - colour[one]).max(axis=1, initial=0) if chosen else []
        near = [number for number, far in enumerate(apart) if far < ALIKE]
        if not near:
            chosen.append(one)
            if len(chosen) > 4 * MOST_COLOURS:
                break
        part[one] = near[0] if near else len(chosen) - 1
    ordered = np.argsort(np.argsort(kinds[chosen])).astype(np.int32)  # by colour, not by area
    part[part >= 0] = ordered[part[part >= 0]]
    return part


def _without_soft(labels: PartNumbers) -> PartNumbers:
    """Pixels that are -2 get what is beside them, from the edges of such places inward."""
    height, width = labels.shape
    flat = np.full((height + 2, width + 2), -2, np.int32)
    flat[1:-1, 1:-1] = labels
    inside = np.zeros(flat.shape, bool)
    inside[1:-1, 1:-1] = labels == -2
    flat, left = flat.ravel(), np.flatnonzero(inside)
    while len(left):
        beside = np.stack([flat[left + way] for way in (1, -1, width + 2, -(width + 2))])
        found = beside.max(axis=0)
        if (found == -2).all():
            break
        flat[left] = found
        left = left[found == -2]
    flat[left] = -1
    made: PartNumbers = flat.reshape(height + 2, width + 2)[1:-1, 1:-1]
    return made
