# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures for people: an object in part colours beside its exploded view, and contact sheets."""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..contract.errors import BadInput
from ..contract.palette import part_colours, to_srgb_bytes
from ..files.readers import replace_on_success
from ..geometry.mesh import without_strays
from .lighting import BACKGROUND, OFFSET, Quality
from .raycast import Camera, Tracer, render, unit_frame

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

INK = (70, 74, 80)
PICTURES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
EXPLOSION = 0.36  # how far a part moves, relative to its distance from the centre


Click = tuple[int, ArrayLike, bool]


@dataclass(frozen=True)
class Cell:
    """One object of a contact sheet.

    Parameters
    ----------
    vertices, faces, labels : (V, 3), (F, 3), (F,) 0..K-1.
    colours : (K, 3) linear light, one for each label; colours of parts where it is None.
    shine : (K,) how much of a mirror each label is, 0 to 1; None for none.
    turn : radians by which the object is turned about its axis `up`.
    clicks : face, weight (3,) of its corners at the place, and whether it is included: a disc, or
        excluded: a ring with a bar. Those on the far side are drawn faintly.
    """

    vertices: ArrayLike
    faces: ArrayLike
    labels: ArrayLike
    caption: str = ""
    up: str = "Y"
    colours: ArrayLike | None = None
    turn: float = 0.0
    clicks: Sequence[Click] = ()
    shine: ArrayLike | None = None


def render_parts(
    path: str | os.PathLike[str],
    vertices: ArrayLike,
    faces: ArrayLike,
    labels: ArrayLike,
    *,
    title: str | None = None,
    size: tuple[int, int] = (1600, 800),
    up: str = "Y",
    apart: float = EXPLOSION,
) -> None:
    """Write a picture: the object in part colours on the left, its exploded view on the right.

    vertices (V, 3), faces (F, 3), labels (F,) 0..K-1. `size` is width and height in pixels, `up`
    the axis "Y" or "Z" that points up, `apart` how far parts move from each other. Raises BadInput
    if the file cannot be written, or its name ends in neither .png nor .jpg.
    """
    picture_format(path)
    v, f, k = _checked(vertices, faces, labels, up)
    colours = part_colours(int(k.max()) + 1)
    width, height = size
    views = [(v, f, width - width // 2), (*exploded(v, f, k, apart), width // 2)]

    workers = max(1, (os.cpu_count() or 1) // 2)  # more threads than cores wait for each other

    def half(v: NDArray[np.float64], f: NDArray[np.int64], wide: int) -> NDArray[np.uint8]:
        return _as_seen(render(v, f, k, colours, (wide, height), workers=workers))

    with ThreadPoolExecutor(2) as pool:  # NumPy computes beside NumPy
        halves = pool.map(lambda view: half(*view), views)
        from PIL import Image  # meanwhile

    picture = Image.fromarray(np.concatenate(list(halves), axis=1))
    if title:
        _write(picture, title, (height // 30, height // 40), height // 32)
    save_picture(path, picture)


def exploded(
    vertices: NDArray[np.float64],
    faces: NDArray[np.int64],
    labels: NDArray[np.integer],
    amount: float = EXPLOSION,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Move each part away from the object's centre: (3F, 3) vertices and (F, 3) faces.

    Parts move along the line to their own centre, so that what lies farther out moves farther.
    """
    count = int(labels.max()) + 1
    unit = unit_frame(vertices, faces).astype(np.float64)
    corner = unit[faces]
    area = np.linalg.norm(
        np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1
    )
    area += 1e-12  # parts without area still have a centre
    middle = corner.mean(axis=1)
    weight = np.maximum(np.bincount(labels, area, count), 1e-12)  # numbers may be unused
    centre = np.stack(
        [np.bincount(labels, area * middle[:, axis], count) / weight for axis in range(3)], axis=1
    )
    origin = (area[:, None] * middle).sum(axis=0) / area.sum()
    moved = corner + (amount * (centre - origin))[labels][:, None, :]
    return moved.reshape(-1, 3), np.arange(3 * len(faces)).reshape(-1, 3)


def contact_sheet(
    path: str | os.PathLike[str],
    rows: Sequence[Sequence[Cell]],
    *,
    cell: int = 240,
    title: str | None = None,
) -> None:
    """Write a picture with a grid of objects in part colours, each over its caption.

    Raises BadInput if the file cannot be written.
    """
    from PIL import Image

    columns = max(len(row) for row in rows)
    caption, head = max(cell // 10, 14), (cell // 5 if title else 0)
    ground = tuple(to_srgb_bytes(np.full(3, BACKGROUND)).tolist())
    sheet = Image.new("RGB", (columns * cell, head + len(rows) * (cell + caption)), ground)
    quality = Quality(supersampling=2, lamp=2, light_step=1, ground_step=6)
    for i, row in enumerate(rows):
        for j, entry in enumerate(row):
            picture = _cell_picture(entry, cell, quality)
            place = (j * cell, head + i * (cell + caption))
            sheet.paste(picture, place)
            _write(sheet, entry.caption, (place[0] + 6, place[1] + cell), caption - 6, cell - 12)
    if title:
        _write(sheet, title, (8, head // 5), head // 2)
    save_picture(path, sheet)


def _cell_picture(entry: Cell, size: int, quality: Quality) -> Picture:
    from PIL import Image

    v, f, k = _checked(entry.vertices, entry.faces, entry.labels, entry.up)
    v = turned(v, entry.turn)
    if entry.colours is None:
        colours = part_colours(int(k.max()) + 1)
    else:
        colours = np.asarray(entry.colours, dtype=np.float32)
    shine = None if entry.shine is None else np.asarray(entry.shine, dtype=np.float32)
    light = render(v, f, k, colours, (size, size), quality, shine=shine)
    picture = Image.fromarray(_as_seen(light))
    if entry.clicks:
        _draw_clicks(picture, v, f, entry.clicks)
    return picture


def turned(vertices: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    """Vertices (V, 3) turned about the Y axis, counterclockwise from above."""
    s, c = np.sin(angle), np.cos(angle)
    return vertices @ np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])


def best_turn(
    vertices: ArrayLike,
    faces: ArrayLike,
    mask: ArrayLike,
    up: str = "Y",
    views: int = 8,
    enough: float = 1.0,
) -> float:
    """Of `views` turns, the one in which most of the faces of a `mask` (F,) is seen; radians.

    enough : the smallest turn in which this share of the most is seen.
    """
    v, f, k = _checked(vertices, faces, np.asarray(mask).astype(np.int64), up)
    seen = []
    for angle in np.arange(views) * (2 * np.pi / views):
        points = unit_frame(turned(v, angle), f)
        rows, columns = (line.reshape(-1) + 0.5 for line in np.mgrid[:64, :64])
        rays = Camera(points[f.reshape(-1)], 64, 64).rays(columns, rows)
        face = Tracer(points, f).first_hits(*rays).face
        seen.append(float((k[face[face >= 0]] == 1).sum()))
    good = np.flatnonzero(np.array(seen) >= enough * max(seen))
    return float(good[np.minimum(good, views - good).argmin()]) * (2 * np.pi / views)


def _draw_clicks(
    picture: Picture,
    vertices: NDArray[np.float64],
    faces: NDArray[np.int64],
    clicks: Sequence[Click],
    fine: int = 4,
) -> None:
    """Draw discs and rings with a bar where clicks were, smooth by `fine` times the size."""
    from PIL import Image, ImageDraw

    width, height = picture.size
    points = unit_frame(vertices, faces)
    camera = Camera(points[faces.reshape(-1)], width, height)
    face, weight = zip(*((face, weight) for face, weight, _ in clicks), strict=True)
    place = np.einsum("ij,ijk->ik", np.array(weight, np.float32), points[faces[list(face)]])
    towards = np.broadcast_to(camera.back, place.shape).astype(np.float32)
    hidden = Tracer(points, faces).blocked(place + 10 * OFFSET * towards, towards)
    layer = Image.new("RGBA", (width * fine, height * fine), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    radius = max(width // 34, 3) * fine
    for (x, y), far, (*_, include) in zip(
        camera.project(place) * fine, hidden, clicks, strict=True
    ):
        strength = 110 if far else 255
        dark, light = (20, 22, 26, strength), (255, 255, 255, strength)

        def circle(r: float, colour: tuple[int, ...], x: float = x, y: float = y) -> None:
            draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)

        circle(1.35 * radius, light)
        circle(radius, dark)
        if not include:
            circle(0.62 * radius, light)
            bar = 0.19 * radius
            draw.rectangle((x - 0.8 * radius, y - bar, x + 0.8 * radius, y + bar), fill=dark)
    layer = layer.resize((width, height), Image.Resampling.LANCZOS)
    picture.paste(layer, (0, 0), layer)


def _checked(
    vertices: ArrayLike, faces: ArrayLike, labels: ArrayLike, up: str
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Arrays in their types, turned so that Y points up."""
    v, f = np.asarray(vertices, dtype=np.float64), np.asarray(faces, dtype=np.int64)
    k = np.asarray(labels, dtype=np.int64)
    if len(f) == 0 or k.shape != (len(f),) or k.min() < 0:
        raise ValueError(f"{k.shape} labels for {len(f)} faces")
    if up not in ("Y", "Z"):
        raise ValueError(f"up must be Y or Z, not {up}")
    if up == "Z":
        v = v[:, [0, 2, 1]] * [1, 1, -1]
    return without_strays(v, f), f, k


def _as_seen(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Linear light in 0..1, whose array is used up, as 8-bit sRGB by a table."""
    table = to_srgb_bytes(np.linspace(0.0, 1.0, 1 << 16))
    np.clip(linear, 0.0, 1.0, out=linear)
    linear *= 65535
    return table.take(np.rint(linear, out=linear).astype(np.uint16))


def _write(
    picture: Picture, text: str, place: tuple[int, int], size: int, room: int | None = None
) -> None:
    """Write `text`, cut to `room` pixels."""
    from PIL import ImageDraw, ImageFont

    font = ImageFont.load_default(size)
    full = text
    while room and full and font.getlength(text) > room:
        full = full[:-1]
        text = full.rstrip() + "..."
    ImageDraw.Draw(picture).text(place, text, fill=INK, font=font)


def picture_format(path: str | os.PathLike[str]) -> str:
    """Pillow's name of the format that a picture's ending asks for: "PNG" or "JPEG".

    Raises BadInput for other endings.
    """
    ending = os.path.splitext(path)[1]
    if ending.lower() not in PICTURES:
        raise BadInput(
            f"Pictures are written as PNG or JPEG, not as '{ending}'.",
            "Give a name that ends in .png or .jpg.",
        )
    return PICTURES[ending.lower()]


def save_picture(path: str | os.PathLike[str], picture: Picture) -> None:
    """Write a picture. Raises BadInput if the file cannot be written."""
    form = picture_format(path)
    # Light changes slowly: runs of bytes are found sooner than repeats, and are about as short.
    plain = {"compress_level": 1, "compress_type": zlib.Z_RLE}
    how = plain if form == "PNG" else {"quality": 92, "subsampling": 0}
    with replace_on_success(path) as temporary:
        picture.save(temporary, form, **how)
