# SPDX-License-Identifier: GPL-3.0-or-later
"""How little is asked of fields, and whether the surface is the whole grid's: ``python -m
tests.extraction``.

Each known field is read from coarse to fine, and the whole grid of it layer by layer. Compared are
all edges of the grid that the surface crosses: which they are, and where on them it does.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.geometry.isosurface import zero_level
from backend.latents import chair
from backend.latents.surface import BOUND, Extracted, Field, extract

Points = NDArray[np.float32]
STEEP = 20.0  # of a field that saturates, as of decoders


def steep(distance: Callable[[Points], NDArray[np.floating]]) -> Field:
    """The field of a shape of which the distance is known, negative inside."""

    def field(points: Points) -> Points:
        return np.tanh(-STEEP * distance(points)).astype(np.float32)

    return field


def box_distance(points: Points, low: NDArray, high: NDArray) -> Points:
    """Distance of points (N, 3) to a box, negative inside."""
    out = np.abs(points - ((low + high) / 2).astype(np.float32))
    out -= ((high - low) / 2).astype(np.float32)
    far = np.sqrt((np.maximum(out, 0) ** 2).sum(axis=1))
    return far + np.minimum(out.max(axis=1), 0)


def ball(points: Points) -> Points:
    """Of radius 0.8."""
    return np.sqrt((points**2).sum(axis=1)) - np.float32(0.8)


def box(points: Points) -> Points:
    """A box that nearly fills the cube."""
    return box_distance(points, np.full(3, -1.0), np.full(3, 1.0))


def plate(thick: float) -> Callable[[Points], Points]:
    """A plate that leans."""
    turn = np.linalg.qr(np.array([[1, 0.3, 0.2], [-0.2, 1, 0.4], [0.1, -0.3, 1]]))[0]
    half = np.array([0.7, 0.5, thick / 2])

    def distance(points: Points) -> Points:
        return box_distance(points @ turn.astype(np.float32), -half, half)

    return distance


def seat(points: Points) -> Points:
    """A chair of boxes."""
    found = box_distance(points, *chair.BOXES[0])
    for low, high in chair.BOXES[1:]:
        np.minimum(found, box_distance(points, low, high), out=found)
    return found


def crumbs(count: int, radius: float) -> Callable[[Points], Points]:
    """Loose balls all over the cube, of which none lies by a point of the coarsest grid."""
    place = np.random.default_rng(3).uniform(-0.9, 0.9, (count, 3))
    cell = 2 * BOUND / 32
    place = (np.floor((place + BOUND) / cell) + 0.5) * cell - BOUND

    def distance(points: Points) -> Points:
        from scipy.spatial import cKDTree

        return (cKDTree(place).query(points)[0] - radius).astype(np.float32)

    return distance


def untrained() -> Field:
    """A network with random weights."""
    import torch

    from backend.latents.shapes import fields
    from backend.models.vecset import VecSet, VecSetConfig

    torch.manual_seed(0)
    network = VecSet(VecSetConfig(16, 32, 1, 32, 2, 4)).eval().requires_grad_(False)
    (field,) = fields(network, torch.randn(1, 32, 16))
    probe = np.random.default_rng(0).uniform(-1, 1, (4096, 3)).astype(np.float32)
    middle = float(np.median(field(probe)))
    return lambda points: field(points) - np.float32(middle)


FIELDS: dict[str, Callable[[], Field]] = {
    "ball": lambda: steep(ball),
    "box that fills the cube": lambda: steep(box),
    "the same, by its distance": lambda: lambda points: -box(points),
    "chair": lambda: steep(seat),
    "plate, 0.024 thick": lambda: steep(plate(0.024)),
    "plate, 0.012 thick": lambda: steep(plate(0.012)),
    "plate, 0.006 thick": lambda: steep(plate(0.006)),
    "60 balls of radius 0.04": lambda: steep(crumbs(60, 0.04)),
    "60 balls of radius 0.03": lambda: steep(crumbs(60, 0.03)),
    "60 balls of radius 0.02": lambda: steep(crumbs(60, 0.02)),
    "the same, by their distance": lambda: lambda points: -crumbs(60, 0.02)(points),
    "untrained network": untrained,
}


def of_the_whole(field: Field, cells: int) -> Iterator[tuple[NDArray, NDArray]]:
    """All crossed edges of the whole grid: their numbers, and where the surface crosses each."""
    line = np.arange(cells + 1)
    cell = 2 * BOUND / cells
    layer = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)
    before = None
    for x in line:
        place = np.insert(layer, 0, x, axis=1)
        value = field((cell * place - BOUND).astype(np.float32)).reshape(cells + 1, cells + 1)
        pairs = [(value[:-1], value[1:], 1), (value[:, :-1], value[:, 1:], 2)]
        if before is not None:
            pairs.append((before, value, 0))
        for a, b, axis in pairs:
            row, column = np.nonzero((a > 0) != (b > 0))
            one, other = a[row, column].astype(float), b[row, column].astype(float)
            start = x - (axis == 0)
            number = ((start * (cells + 1) + row) * (cells + 1) + column) * 3 + axis
            yield number, one / (one - other)
        before = value


@dataclass(frozen=True)
class Compared:
    """wrong : edges that only one of the two has. offset : how far the surface is at most from
    where it should be, at the crossings of the others, as a share of the shape's extent.
    """

    edges: int
    wrong: int
    offset: float


def compared(found: Extracted, field: Field, cells: int) -> Compared:
    """The surface that was read beside that of the whole grid."""
    every = list(of_the_whole(field, cells))
    number = np.concatenate([one for one, _ in every])
    share = np.concatenate([one for _, one in every])
    order = np.argsort(number)
    number, share = number[order], share[order]
    edges = found.field.crossed_edges()
    edges = edges[((edges[:, :3] >= 0) & (edges[:, :3] < cells + 1)).all(axis=1)]
    ends = edges[:, :3] + np.eye(3, dtype=np.int64)[edges[:, 3]]
    edges, ends = edges[(ends <= cells).all(axis=1)], ends[(ends <= cells).all(axis=1)]
    one, other = found.field.on_grid(edges[:, :3]), found.field.on_grid(ends)
    own = ((edges[:, 0] * (cells + 1) + edges[:, 1]) * (cells + 1) + edges[:, 2]) * 3 + edges[:, 3]
    both, mine, theirs = np.intersect1d(own, number, assume_unique=True, return_indices=True)
    wrong = len(own) + len(number) - 2 * len(both)
    extent = np.ptp(edges[:, :3], axis=0).max() if len(edges) else 1
    cell = 2 * BOUND / cells
    along = np.eye(3)[edges[mine, 3]]
    places = [
        cell * (edges[mine, :3] + where[:, None] * along) - BOUND
        for where in ((one / (one - other))[mine], share[theirs])
    ]
    ours, true = (field(place.astype(np.float32)).astype(float) for place in places)
    slope = np.zeros(len(both))
    for step in 0.5 * np.eye(3):
        ends = (field((places[1] + way * cell * step).astype(np.float32)) for way in (1, -1))
        slope += np.subtract(*ends).astype(float) ** 2  # for a cell
    off = np.abs(ours - true) / np.maximum(np.sqrt(slope), 1e-12)
    return Compared(len(number), wrong, float(off.max(initial=0.0)) / max(extent, 1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, nargs="+", default=[256, 512])
    parser.add_argument("--only", default="", help="fields whose name has this")
    options = parser.parse_args()
    print("| field | cells | asked | wrong edges | of | farthest off | asking s | surface s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, make in FIELDS.items():
        if options.only not in name:
            continue
        field = make()
        for cells in options.cells:
            if name == "untrained network" and cells > 256:
                continue
            began = time.process_time()
            found = extract(field, cells)
            asked = time.process_time()
            faces = zero_level(found.field)[1]
            done = time.process_time()
            del faces
            told = compared(found, field, cells)
            print(
                f"| {name} | {cells} | {found.asked / (cells + 1) ** 3:.2%} | {told.wrong} | "
                f"{told.edges} | {told.offset:.1e} | {asked - began:.2f} | {done - asked:.2f} |",
                flush=True,
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"\nMost memory: {peak:.2f} GB", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
