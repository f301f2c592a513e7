# SPDX-License-Identifier: GPL-3.0-or-later
"""How well parts made from a picture keep it: outline and masks as seen from the front, closed.

Procedural objects give pictures whose true parts are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Bools, Floats, Ints
from ..contract.palette import part_colours, to_srgb_bytes
from ..contract.progress import SILENT, Progress
from ..engines.base import Brief, PartMesh
from ..geometry.rays import RayScene
from ..pictures.textured import joined
from ..pipelines.generate import generate

FAMILIES = (
    "game_character", "teddy", "quadruped", "bird", "fish", "teapot", "robot", "car", "mushroom",
    "chair", "lamp", "rocket",
)  # fmt: skip
SIZE = 512  # pixels of a picture's sides
COLUMNS = {"silhouette": "outline IoU", "masks": "masks IoU", "closed": "closed"}


@dataclass(frozen=True)
class Kept:
    """How well a picture was kept.

    silhouette : IoU of the outline seen from the front. masks : mean IoU of its parts. closed :
    share of parts that are closed. parts : how many there are.
    """

    silhouette: float
    masks: float
    closed: float
    parts: int


def seen(
    vertices: Floats, faces: Ints, labels: NDArray[np.integer], size: int = SIZE
) -> tuple[NDArray[np.int32], Floats]:
    """The label (size, size) of what an orthographic view from +Z shows, -1 for nothing, and how
    much it faces the viewer, 0..1. The object, Y up, fills the picture but for a margin.
    """
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    pixel = float((high - low)[:2].max()) * 1.08 / size
    x = (np.arange(size) + 0.5 - size / 2) * pixel + (low[0] + high[0]) / 2
    y = (size / 2 - np.arange(size) - 0.5) * pixel + (low[1] + high[1]) / 2
    far = np.float64(high[2] + (high - low).max())
    origins = np.stack(np.broadcast_arrays(x[None], y[:, None], far), axis=-1).reshape(-1, 3)
    down = np.broadcast_to(np.array([0.0, 0.0, -1.0]), origins.shape)
    face = RayScene(vertices, faces, proxy=False).first_hits(origins, down).face.reshape(size, size)
    corner = vertices[faces]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    straight = np.abs(normal[:, 2]) / np.maximum(np.linalg.norm(normal, axis=1), 1e-30)
    label = np.where(face >= 0, np.asarray(labels)[face], -1).astype(np.int32)
    return label, np.where(face >= 0, straight[face], 0.0)


def picture_of(label: NDArray[np.int32], straight: Floats) -> NDArray[np.uint8]:
    """A picture (H, W, 4) of parts in plain colours, a little shaded."""
    colours = part_colours(int(label.max()) + 1)[np.maximum(label, 0)]
    shade = (0.75 + 0.25 * straight)[..., None]
    made = np.zeros((*label.shape, 4), np.uint8)
    made[..., :3] = to_srgb_bytes(colours * shade)
    made[..., 3] = np.where(label >= 0, 255, 0)
    return made


def kept(parts: Sequence[PartMesh], labels: NDArray[np.int32], closed: Sequence[bool]) -> Kept:
    """How well parts keep a square label picture (S, S), -1 for none, in which the object is
    centred as `seen` does it.
    """
    size = len(labels)
    vertices, faces, part = joined([p.vertices for p in parts], [p.faces for p in parts])
    shown, _ = seen(vertices, faces, part, size)
    shown = _over(shown, labels >= 0)
    silhouette = _iou(shown >= 0, labels >= 0)
    scores = []
    for wanted in np.unique(labels[labels >= 0]):
        mask = labels == wanted
        found = shown[mask]
        best = int(np.bincount(found[found >= 0]).argmax()) if (found >= 0).any() else -2
        scores.append(_iou(shown == best, mask))
    return Kept(silhouette, float(np.mean(scores)), float(np.mean(closed)), len(parts))


def _over(shown: NDArray[np.int32], mask: Bools) -> NDArray[np.int32]:
    """A label picture brought over a mask by the boxes about both."""
    boxes = []
    for each in (shown >= 0, mask):
        rows, columns = np.nonzero(each)
        boxes.append((rows.min(), rows.max() + 1, columns.min(), columns.max() + 1))
    (top, bottom, left, right), (to_top, to_bottom, to_left, to_right) = boxes
    row = top + (np.arange(len(mask)) + 0.5 - to_top) * (bottom - top) / (to_bottom - to_top)
    column = left + (np.arange(len(mask)) + 0.5 - to_left) * (right - left) / (to_right - to_left)
    inside = (row >= 0)[:, None] & (row < len(mask))[:, None] & (column >= 0) & (column < len(mask))
    at = [np.clip(line.astype(int), 0, len(mask) - 1) for line in (row, column)]
    return np.where(inside, shown[at[0][:, None], at[1][None]], -1).astype(np.int32)


def _iou(one: Bools, two: Bools) -> float:
    return float((one & two).sum() / max((one | two).sum(), 1))


def family_picture(family: str, seed: int) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """A picture of a procedural object from the front, and the true part of each pixel."""
    from ..shapes.families.make import make

    mesh = make(family, seed, turned=False)
    upright = mesh.vertices[:, [0, 2, 1]] * [1, 1, -1]
    return pictured(upright, mesh.faces, mesh.labels[0])


def pictured(
    vertices: Floats, faces: Ints, labels: NDArray[np.integer]
) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """A picture of an object in parts from the front, and the part of each pixel. Parts of which
    hardly anything is seen belong to none.
    """
    label, straight = seen(vertices, faces, labels, SIZE)
    size = np.bincount(label[label >= 0])
    few = np.flatnonzero(size < 0.003 * size.sum())
    picture = picture_of(label, straight)
    picture[np.isin(label, few), 3] = 0
    label[np.isin(label, few)] = -1
    return picture, label


def pictures(count: int, seed: int) -> list[tuple[str, int]]:
    """Families and seeds of so many objects: all families in turn, each time with another seed."""
    return [(FAMILIES[k % len(FAMILIES)], seed + k // len(FAMILIES)) for k in range(count)]


def measure(
    asked: Sequence[tuple[str, int]], progress: Progress = SILENT
) -> list[tuple[str, Kept]]:
    """How well pictures of procedural objects are kept, with their true masks given: the family
    of each, and its figures.
    """
    found = []
    for number, (family, seed) in enumerate(asked):
        progress.step(number / len(asked))
        picture, label = family_picture(family, seed)
        made = generate(Brief([picture], [label]))
        found.append((family, kept(made.parts, label, [row["closed"] for row in made.report])))
    return found


def means(found: Sequence[tuple[str, Kept]]) -> dict[str, dict[str, float]]:
    """Mean figures of each family, and of all."""
    rows: dict[str, list[Kept]] = {}
    for family, one in found:
        rows.setdefault(family, []).append(one)
    rows["all"] = [one for _, one in found]
    return {
        name: {key: float(np.mean([getattr(one, key) for one in kind])) for key in COLUMNS}
        for name, kind in rows.items()
    }


def table(found: Sequence[tuple[str, Kept]]) -> str:
    """The means in Markdown."""
    lines = [f"| object | pictures | {' | '.join(COLUMNS.values())} |",
             f"| --- |{' ---: |' * (1 + len(COLUMNS))}"]  # fmt: skip
    for name, row in means(found).items():
        count = sum(name in ("all", family) for family, _ in found)
        figures = " | ".join(f"{value:.3f}" for value in row.values())
        lines.append(f"| {name.replace('_', ' ')} | {count} | {figures} |")
    return "\n".join(lines)
