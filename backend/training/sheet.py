# SPDX-License-Identifier: GPL-3.0-or-later
"""Contact sheets of labelled meshes: ray cast pictures in part colours, to be looked at."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .labelled import LabelledMesh

CELL = 190
TEXT = 12


def part_colours(count: int) -> NDArray[np.float64]:
    """(count, 3) colours that differ, by golden ratio steps of hue."""
    return np.array(
        [
            colorsys.hsv_to_rgb(
                0.08 + 0.618034 * i, 0.75 if i % 2 else 0.5, 0.95 - 0.25 * (i % 3 == 2)
            )
            for i in range(count)
        ]
    )


def picture(
    mesh: LabelledMesh, labels: NDArray[np.int32], rotation: NDArray[np.float64], size: int = CELL
) -> NDArray[np.uint8]:
    """An orthographic picture (size, size, 3) along the last row of the `rotation` (3, 3)."""
    from embreex import rtcore_scene
    from embreex.mesh_construction import TriangleMesh

    v = mesh.vertices @ rotation.T
    low, high = v.min(0), v.max(0)
    v = (v - (low + high) / 2) / max(float((high - low)[:2].max()), 1e-9) * 1.9
    triangles = v[mesh.faces].astype(np.float32)
    scene = rtcore_scene.EmbreeScene()
    TriangleMesh(scene, triangles)
    x, y = np.meshgrid(np.linspace(-1, 1, size), np.linspace(1, -1, size))
    origin = np.stack([x.ravel(), y.ravel(), np.full(size * size, 10.0)], 1).astype(np.float32)
    direction = np.tile(np.array([0, 0, -1], np.float32), (len(origin), 1))
    hit = scene.run(origin, direction)
    normal = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    light = normal @ np.array([0.35, 0.5, 0.79])
    shade = 0.35 + 0.65 * np.clip(light, 0, 1)
    colour = part_colours(int(labels.max()) + 1)[labels] * shade[:, None]
    image = np.ones((size * size, 3))
    image[hit >= 0] = colour[hit[hit >= 0]]
    return (255 * image.reshape(size, size, 3)).astype(np.uint8)


def view(azimuth: float, elevation: float = 20.0) -> NDArray[np.float64]:
    """A view (3, 3) for `picture` of objects whose up is z, from -y at azimuth 0; degrees."""
    a, b = np.radians(azimuth), np.radians(elevation)
    right = np.array([np.cos(a), np.sin(a), 0])
    towards = np.array([np.sin(a) * np.cos(b), -np.cos(a) * np.cos(b), np.sin(b)])
    return np.stack([right, np.cross(towards, right), towards])


def write_sheet(path: str, meshes: Sequence[LabelledMesh], columns: int = 8) -> None:
    """Writes pictures of every opinion of every mesh (front, and the first from behind) as PNG."""
    from PIL import Image, ImageDraw

    cells: list[tuple[NDArray[np.uint8], str]] = []
    for mesh in meshes:
        front = view(40)
        for labels, weight in zip(mesh.labels, mesh.weights, strict=True):
            text = f"{mesh.name} {int(labels.max()) + 1} parts {weight:.2f}"
            cells.append((picture(mesh, labels, front), text))
        cells.append((picture(mesh, mesh.labels[-1], view(210, 10)), "behind"))
    rows = -(-len(cells) // columns)
    sheet = Image.new("RGB", (columns * CELL, rows * (CELL + TEXT)), "white")
    draw = ImageDraw.Draw(sheet)
    for i, (image, text) in enumerate(cells):
        left, top = (i % columns) * CELL, (i // columns) * (CELL + TEXT)
        sheet.paste(Image.fromarray(image), (left, top + TEXT))
        draw.text((left + 3, top), text, fill="black")
    sheet.save(path)
