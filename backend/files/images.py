# SPDX-License-Identifier: GPL-3.0-or-later
"""Reference pictures and masks from files: any kind that Pillow reads, as RGBA bytes or numbers."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..contract.errors import BadInput, OutOfMemory
from ..machine import cpu as machine
from .readers import unreadable

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

LONGEST = 2048  # pixels of the longer side; larger pictures are made smaller while they are read
MOST_PIXELS = 600_000_000
SOFT = (1, 2, 3, 5)  # pixels beside a soft one in which its part is looked for
RARE = 0.0001  # of a mask's pixels: colours with fewer inside are of soft borders
FEW_COLOURS = 16  # in masks so small that no part has an inside
MOST_COLOURS = 256


def read_picture(path: str | Path) -> tuple[NDArray[np.uint8], list[str]]:
    """RGBA (H, W, 4) of a picture file, and sentences about what was left out.

    Raises BadInput for what is no picture or too large.
    """
    notes: list[str] = []
    picture = _opened(Path(path), notes, smaller=True)
    return _rgba(picture), notes


def _opened(path: Path, notes: list[str], *, smaller: bool) -> Picture:
    from PIL import Image, ImageOps, UnidentifiedImageError

    if path.is_dir():
        raise BadInput(f"{path} is a folder.", "Give a picture.")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    damaged = BadInput(f"{path} is damaged or no picture.", "Save it again as PNG or JPEG.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
            try:
                picture: Picture = Image.open(io.BytesIO(data))
            finally:
                Image.MAX_IMAGE_PIXELS = limit
            _refuse_large(path, *picture.size)
            if getattr(picture, "n_frames", 1) > 1:
                notes.append(f"{path.name} is animated; its first picture is used.")
                picture.seek(0)
            if smaller and max(picture.size) > 2 * LONGEST:
                picture.draft(None, (2 * LONGEST, 2 * LONGEST))
            picture.load()
            picture = ImageOps.exif_transpose(picture) or picture
            factor = max(picture.size) // LONGEST if smaller else 1
            if factor > 1:
                picture = _wide(picture).reduce(factor)
                notes.append(f"{path.name} is large; it is used at a {_part(factor)} of its size.")
            return picture
    except MemoryError as error:
        raise OutOfMemory(f"{path} does not fit into memory.", "Make it smaller.") from error
    except (
        UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError,
        TypeError, OverflowError, AttributeError, ArithmeticError,
    ) as error:  # fmt: skip
        damaged.detail = f"{type(error).__name__}: {error}"
        raise damaged from error


def _part(factor: int) -> str:
    return {2: "half", 3: "third", 4: "quarter"}.get(factor, f"{factor}th")


def _refuse_large(path: Path, width: int, height: int) -> None:
    """Before anything is decoded: what decoded would not fit into memory is refused."""
    pixels, memory = width * height, machine.memory()
    if pixels > MOST_PIXELS or (memory and 8 * pixels > 0.6 * memory):
        raise BadInput(
            f"{path} has {width} x {height} pixels, too many to read.",
            "Make it smaller; 2000 pixels are plenty.",
        )


def _wide(picture: Picture) -> Picture:
    """A picture in a mode that can be averaged."""
    if picture.mode in ("1", "P", "PA"):
        return picture.convert("RGBA" if "transparency" in picture.info or "A" in picture.mode
                               else "RGB")  # fmt: skip
    return picture


def _rgba(picture: Picture) -> NDArray[np.uint8]:
    """Eight bits of red, green, blue and alpha (H, W, 4), of whatever a file holds."""
    values: NDArray[Any]
    if picture.mode.startswith(("I", "F")):
        values = np.asarray(picture, dtype=np.float64)
        values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        top = float(values.max(initial=0.0))
        depth = 65535.0 if top > 255 else 255.0 if top > 1 else 1.0
        grey = np.clip(np.rint(values * (255.0 / max(depth, min(top, 1e9)))), 0, 255)
        made = np.repeat(grey.astype(np.uint8)[..., None], 4, axis=2)
        made[..., 3] = 255
        return made
    return np.asarray(picture.convert("RGBA"), dtype=np.uint8)


def read_masks(
    paths: Sequence[str | Path], shape: tuple[int, ...]
) -> tuple[NDArray[np.int32], list[str]]:
    """The part (H, W) of each pixel of a picture, -1 for none, and sentences about them.

    paths : one label image, each part in one colour, or several masks, each white (or not
    transparent) where its part is; where these overlap, the later one counts.
    shape : (H, W) of the picture as it is used; the files have its size, or that of its file.
    """
    notes: list[str] = []
    if len(paths) == 1:
        labels, _ = _label_image(Path(paths[0]), notes)
    else:
        labels = _stacked([Path(path) for path in paths], notes)
    return fitted(labels, shape[:2], ", ".join(Path(path).name for path in paths)), notes


def read_masks_of_views(
    paths: Sequence[str | Path], shapes: Sequence[tuple[int, ...]]
) -> tuple[list[NDArray[np.int32]], list[str]]:
    """The parts of several pictures of one object, as `read_masks` gives them, by one label image
    for each picture: one colour is one part in all of them, also where some do not show it.
    """
    notes: list[str] = []
    found: list[NDArray[np.int32]] = []
    numbers: dict[int, int] = {}
    for path, shape in zip(paths, shapes, strict=True):
        labels, kinds = _label_image(Path(path), notes)
        number = np.array([numbers.setdefault(kind, len(numbers)) for kind in kinds], np.int32)
        labels = np.where(labels >= 0, number[labels], -1).astype(np.int32)
        found.append(fitted(labels, shape[:2], Path(path).name))
    return found, notes


def fitted(labels: NDArray[np.int32], shape: tuple[int, ...], name: str) -> NDArray[np.int32]:
    """Labels at the size of a picture that was made smaller. Raises BadInput for other sizes."""
    if labels.shape == tuple(shape):
        return labels
    shares = [have / want for have, want in zip(labels.shape, shape, strict=True)]
    smaller = max(shape) >= LONGEST / 2 and min(shares) >= 1.9
    if not smaller or abs(shares[0] - shares[1]) > 0.02 * shares[0]:
        sizes = [f"{each[1]} x {each[0]}" for each in (labels.shape, shape)]
        raise BadInput(
            f"The mask {name} has {sizes[0]} pixels, its picture {sizes[1]}.",
            "Save the mask at the size of its picture.",
        )
    row, column = (
        ((np.arange(want) + 0.5) * share).astype(int)
        for want, share in zip(shape, shares, strict=True)
    )
    return labels[row[:, None], column[None]]


def _label_image(path: Path, notes: list[str]) -> tuple[NDArray[np.int32], list[int]]:
    """Numbers of parts, and the colour of each: frequent ones are, that of the rim is none."""
    picture = _opened(path, notes, smaller=False)
    values: NDArray[np.int64]
    if picture.mode in ("1", "L", "I", "I;16", "I;16B", "I;16L"):
        values = np.asarray(picture).astype(np.int64)
        channels, hidden = values[..., None], values == 0
    else:
        rgba = _rgba(picture).astype(np.int64)
        channels = rgba[..., :3]
        values = rgba[..., 0] << 16 | rgba[..., 1] << 8 | rgba[..., 2]
        hidden = rgba[..., 3] < 128
        if not hidden.any():
            rim = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
            kind, count = np.unique(rim, return_counts=True)
            if count.max() > 0.5 * len(rim):
                hidden = values == kind[np.argmax(count)]
    return _numbered(path, values, channels, hidden, notes)


def _numbered(
    path: Path,
    values: NDArray[np.int64],
    channels: NDArray[np.int64],
    hidden: NDArray[np.bool_],
    notes: list[str],
) -> tuple[NDArray[np.int32], list[int]]:
    """Frequent values as 0, 1, ..., and these; the rare ones of soft borders as one beside them."""
    from scipy.ndimage import distance_transform_edt

    shown = values[~hidden]
    if not len(shown):
        raise BadInput(
            f"The mask {path} is empty.", "Paint each part in a colour of its own, and save it."
        )
    kind, index, count = np.unique(shown, return_inverse=True, return_counts=True)
    # A part has pixels inside of it; the colours of a soft border are each beside others.
    around = np.pad(np.where(hidden, -1, values), 1, constant_values=-2)
    inner = np.ones(values.shape, bool)
    for axis, way in ((0, 1), (0, -1), (1, 1), (1, -1)):
        inner &= np.roll(around, way, axis)[1:-1, 1:-1] == values
    solid = np.bincount(index.reshape(-1)[inner[~hidden]], minlength=len(kind))
    frequent = solid >= max(RARE * values.size, 1)
    if not frequent.any() and len(kind) <= FEW_COLOURS:
        frequent = count > 0
    if frequent.sum() > MOST_COLOURS or count[~frequent].sum() > 0.5 * len(shown):
        raise BadInput(
            f"The mask {path} has {len(kind)} colours, too many for parts.",
            "Paint each part in one plain colour.",
        )
    number = np.where(frequent, np.cumsum(frequent) - 1, -2)
    labels = np.full(values.shape, -1, np.int32)
    labels[~hidden] = number[index.reshape(-1)]
    soft = labels == -2
    if soft.any():
        near = distance_transform_edt(soft, return_distances=False, return_indices=True)
        labels = _hardened(labels, channels, soft, tuple(near))
        if soft.sum() > 0.1 * len(shown):
            notes.append(
                f"{path.name} has soft borders; each pixel went to the part that is most like it."
            )
    return labels, kind[frequent].tolist()


def _hardened(
    labels: NDArray[np.int32],
    channels: NDArray[np.int64],
    soft: NDArray[np.bool_],
    near: tuple[NDArray[np.integer], ...],
) -> NDArray[np.int32]:
    """Labels (H, W) whose soft pixels are of the part beside them that has the nearest colour.

    channels : (H, W, C) colours. near : row and column of the nearest pixel that is not soft.
    """
    made = labels[near]
    rows, columns = np.nonzero(soft)
    own = channels[rows, columns]

    def gap(row: NDArray[np.integer], column: NDArray[np.integer]) -> NDArray[np.int64]:
        return np.asarray(((channels[row, column] - own) ** 2).sum(axis=1))

    best = gap(*(axis[rows, columns] for axis in near))
    for reach in SOFT:
        for down, across in ((0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)):
            row = np.clip(rows + reach * down, 0, len(soft) - 1)
            column = np.clip(columns + reach * across, 0, soft.shape[1] - 1)
            nearer = ~soft[row, column] & (gap(row, column) < best)
            best = np.where(nearer, gap(row, column), best)
            made[rows[nearer], columns[nearer]] = labels[row[nearer], column[nearer]]
    return made


def _stacked(paths: list[Path], notes: list[str]) -> NDArray[np.int32]:
    """One mask a part, the later ones before the earlier."""
    labels: NDArray[np.int32] | None = None
    overlap = 0
    for number, path in enumerate(paths):
        picture = _opened(path, notes, smaller=False)
        rgba = _rgba(picture)
        alpha = rgba[..., 3]
        mask = alpha >= 128 if (alpha < 128).any() else rgba[..., :3].max(axis=2) >= 128
        if labels is None:
            labels = np.full(mask.shape, -1, np.int32)
        if mask.shape != labels.shape:
            raise BadInput(
                f"The masks {paths[0].name} and {path.name} have different sizes.",
                "Save all masks at the size of the picture.",
            )
        if not mask.any():
            raise BadInput(f"The mask {path} is empty.", "Leave it out, or paint its part white.")
        overlap += int((mask & (labels >= 0)).sum())
        labels[mask] = number
    assert labels is not None
    if overlap:
        notes.append(f"Masks overlap in {overlap} pixels; there the later one counts.")
    for number, path in enumerate(paths):
        if not (labels == number).any():
            notes.append(f"{path.name} is wholly hidden by later masks and makes no part.")
    return labels


def png_bytes(picture: NDArray[np.uint8]) -> bytes:
    """A picture (H, W, 3) or (H, W, 4) as PNG."""
    from PIL import Image

    opaque = picture.shape[2] == 4 and bool((picture[..., 3] == 255).all())
    buffer = io.BytesIO()
    shown = picture[..., :3] if opaque else picture
    Image.fromarray(np.ascontiguousarray(shown)).save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()
