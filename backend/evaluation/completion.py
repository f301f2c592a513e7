# SPDX-License-Identifier: GPL-3.0-or-later
"""How well a completed part agrees with the true whole part.

Protocol of HoloPart (Y. Yang et al., 2025): object in [-1, 1], IoU on 64^3 points, F-score at 0.02,
Chamfer distance as the sum of both means; here by exact distances to triangles, not to points.
Beside it IoU over the part's own box, the F-score of the hidden surface alone, and whether the
result is closed and keeps the visible faces.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..contract.arrays import Bools, Floats, Ints
from ..geometry.mesh import is_closed_manifold, same_positions
from ..geometry.occupancy import Grid, inside
from ..geometry.sampling import points_by_group
from .data import Labelled

Figures = dict[str, float]

CELLS = 64  # of a grid, along each axis
MARGIN = 0.04  # by which the own grid of a part exceeds its box on each side
TOLERANCE = 0.02  # of the F-score
SAMPLES = 5_000  # points on each surface
HIDDEN_SAMPLES, MOST_SAMPLES = 2_000, 60_000  # points on hidden surfaces: wanted, and drawn for it
FEWEST = 20  # hidden points that make a hidden surface
LEVEL = 0.5  # of the winding number
ON = 1e-5  # distance from the visible surface within which a point of the whole part is visible
SMALLEST = 0.01  # share of the visible area from which a part is measured

# Rows of the tables, by the share of the whole part's area that is hidden.
SHARES = {
    "below 2 %": (-1.0, 0.02),
    "2 to 8 %": (0.02, 0.08),
    "8 to 20 %": (0.08, 0.2),
    "20 to 40 %": (0.2, 0.4),
    "above 40 %": (0.4, 2.0),
}


def row_of(hidden: float) -> str:
    """The row of the tables to which a hidden share belongs."""
    return next(row for row, (low, high) in SHARES.items() if low <= hidden < high)


@dataclass(frozen=True)
class Guess:
    """What a method says that a whole part is.

    Parameters
    ----------
    vertices, faces : (V, 3), (F, 3), its surface.
    new : (F,) which faces are none of the visible ones.
    inside : whether points of a grid are inside; where it is None the surface says so.
    """

    vertices: Floats
    faces: Ints
    new: Bools
    inside: Callable[[Grid], Bools] | None = None

    def occupies(self, grid: Grid) -> Bools:
        """Which points of a grid are inside: (X, Y, Z)."""
        return self.inside(grid) if self.inside else inside(self.vertices, self.faces, grid)


class Example:
    """An object of known whole parts, in [-1, 1].

    Attributes
    ----------
    vertices, faces, labels : (V, 3), (F, 3), (F,) the visible surface.
    wholes : vertices and faces of each label's whole part.
    hidden : (K,) share of each whole part's area that is not visible.
    measured : the labels with enough visible area to be measured.
    grid : the points at which occupancy is compared, `cells` along each axis.
    """

    def __init__(self, item: Labelled, cells: int = CELLS) -> None:
        low, high = item.vertices.min(0), item.vertices.max(0)
        centre, half = (low + high) / 2, float((high - low).max()) / 2
        self.name = item.name
        self.vertices = (item.vertices - centre) / half
        self.faces, self.labels = item.faces, item.truths[0]
        self.wholes = [((v - centre) / half, f) for v, f in item.wholes]
        count = len(self.wholes)
        visible = np.bincount(self.labels, areas(self.vertices, self.faces), count)
        whole = np.array([areas(*one).sum() for one in self.wholes])
        self.hidden = np.clip(1 - visible / whole, 0, 1)
        self.measured = [int(k) for k in np.flatnonzero(visible > SMALLEST * visible.sum())]
        self._enclosed: dict[tuple[int, int], tuple[Grid, Bools]] = {}
        self.grid = Grid(np.full(3, -1.0), np.full(3, 1.0), (cells,) * 3)

    def visible(self, part: int) -> Ints:
        """The visible faces of a part."""
        return self.faces[self.labels == part]

    def enclosed(self, part: int, grid: Grid) -> Bools:
        """Which points of a grid the winding number of a part's visible faces says are inside."""
        key = part, id(grid)
        if key not in self._enclosed:  # the grid is kept, so that its id stays its own
            self._enclosed[key] = grid, enclosed(self.vertices, self.visible(part), grid)
        return self._enclosed[key][1]


class Truth:
    """What guesses about one part of an example are compared with; computed once for all."""

    def __init__(self, example: Example, part: int, seed: int = 0) -> None:
        self.visible = example.vertices, example.visible(part)
        self.whole = example.wholes[part]
        self.hidden = float(example.hidden[part])
        low, high = self.whole[0].min(0), self.whole[0].max(0)
        margin = np.maximum(MARGIN * (high - low), 1e-6)
        self.grids = example.grid, Grid(low - margin, high + margin, example.grid.shape)
        self.occupied = [inside(*self.whole, grid) for grid in self.grids]
        self._rng = np.random.default_rng([seed, part])
        self.points = self.sample(*self.whole, SAMPLES)
        self.hidden_points = self._hidden_points()

    def sample(self, vertices: Floats, faces: Ints, count: int) -> Floats:
        """Points that are even over the area of a surface: (count, 3)."""
        area = areas(vertices, faces)
        if not len(faces) or area.sum() <= 0:
            return np.empty((0, 3))
        one = np.zeros(len(faces), dtype=np.int64)
        return points_by_group(vertices, faces, area, one, count, self._rng)[0].reshape(-1, 3)

    def _hidden_points(self) -> Floats:
        wanted = HIDDEN_SAMPLES / max(self.hidden, HIDDEN_SAMPLES / MOST_SAMPLES)
        points = self.sample(*self.whole, int(wanted))
        hidden = points[distances(points, *self.visible) > ON]
        return hidden if len(hidden) >= FEWEST else hidden[:0]

    def compare(self, guess: Guess) -> Figures:
        """The figures of one guess."""
        iou = [_iou(guess.occupies(grid), true) for grid, true in
               zip(self.grids, self.occupied, strict=True)]  # fmt: skip
        points = self.sample(guess.vertices, guess.faces, SAMPLES)
        there = distances(points, *self.whole)
        back = distances(self.points, guess.vertices, guess.faces)
        return {
            "hidden_share": self.hidden,
            "iou": iou[0],
            "iou_own": iou[1],
            "f": _f_score(there, back),
            "f_hidden": self._hidden_f(guess),
            "chamfer": float(there.mean() + back.mean()) if len(there) else math.inf,
            "closed": float(closed(guess.vertices, guess.faces)),
            "kept": kept(*self.visible, guess.vertices, guess.faces),
        }

    def _hidden_f(self, guess: Guess) -> float:
        """F-score between the new faces and the hidden surface; NaN where there is nothing."""
        from scipy.spatial import cKDTree

        true = self.hidden_points
        new = guess.faces[guess.new]
        points = self.sample(guess.vertices, new, HIDDEN_SAMPLES)
        if not len(true):
            return math.nan
        if not len(points):
            return 0.0
        back = distances(true, guess.vertices, new)
        return _f_score(cKDTree(true).query(points)[0], back)


def _iou(found: Bools, true: Bools) -> float:
    union = int((found | true).sum())
    return float((found & true).sum()) / union if union else math.nan


def _f_score(there: Floats, back: Floats) -> float:
    if not len(there) or not len(back):
        return 0.0
    precision, recall = float((there < TOLERANCE).mean()), float((back < TOLERANCE).mean())
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def areas(vertices: Floats, faces: Ints) -> Floats:
    """Area of each triangle: (F,)."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    return np.asarray(np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2)


def distances(points: Floats, vertices: Floats, faces: Ints) -> Floats:
    """Distance from points (N, 3) to the nearest triangle, exactly: (N,); infinite from none."""
    import igl

    if not len(faces) or not len(points):
        return np.full(len(points), np.inf)
    places, corners = np.ascontiguousarray(vertices), np.ascontiguousarray(faces)
    squared = igl.point_mesh_squared_distance(np.ascontiguousarray(points), places, corners)[0]
    return np.sqrt(np.maximum(np.asarray(squared, dtype=np.float64), 0))


def winding(points: Floats, vertices: Floats, faces: Ints) -> Floats:
    """Generalised winding number of a surface at points (N, 3): (N,)."""
    import igl

    if not len(faces):
        return np.zeros(len(points))
    # The library knows no faces but of the vertices that it gets.
    used, corners = np.unique(faces, return_inverse=True)
    places = np.ascontiguousarray(vertices[used])
    found = igl.fast_winding_number(places, corners.reshape(-1, 3).astype(np.int64), points)
    return np.asarray(found, dtype=np.float64)


def enclosed(vertices: Floats, faces: Ints, grid: Grid, asked: Bools | None = None) -> Bools:
    """Which points of a grid, of those `asked`, have a winding number above a half: (X, Y, Z)."""
    found = np.zeros(grid.shape, dtype=bool)
    used = vertices[faces.ravel()]
    if not len(used):
        return found
    # Beyond its box a surface fills less than half of what can be seen.
    first = np.clip(np.floor((used.min(0) - grid.low) / grid.cell), 0, grid.shape).astype(int)
    last = np.clip(np.ceil((used.max(0) - grid.low) / grid.cell), 0, grid.shape).astype(int)
    within = tuple(slice(a, b) for a, b in zip(first, last, strict=True))
    wanted = np.zeros(grid.shape, dtype=bool)
    wanted[within] = True if asked is None else asked[within]
    points = grid.points()[wanted.ravel()]
    found[wanted] = winding(points, vertices, faces) > LEVEL
    return found


def closed(vertices: Floats, faces: Ints) -> bool:
    """Whether a surface is watertight, vertices at one position taken as one."""
    used, corners = np.unique(faces, return_inverse=True)
    welded = same_positions(vertices[used])[corners.reshape(-1, 3)]
    whole = (welded != np.roll(welded, 1, axis=1)).all(axis=1)
    return len(faces) > 0 and is_closed_manifold(welded[whole])


def kept(vertices: Floats, visible: Ints, new_vertices: Floats, new_faces: Ints) -> float:
    """Share of the visible triangles that are among others, to the last bit and wound alike."""
    corners = np.concatenate(
        [vertices[visible].reshape(-1, 3), new_vertices[new_faces].reshape(-1, 3)]
    )
    number = same_positions(corners).reshape(-1, 3)
    turn = (number.argmin(axis=1)[:, None] + np.arange(3)) % 3
    same = np.unique(np.take_along_axis(number, turn, axis=1), axis=0, return_inverse=True)[1]
    mine, there = np.split(same.reshape(-1), [len(visible)])
    return float(np.isin(mine, there).mean()) if len(mine) else 1.0


def mean_figures(rows: Sequence[Figures]) -> Figures:
    """Mean of each figure over the parts of an object that have it."""
    found = {}
    for key in rows[0] if rows else ():
        values = [row[key] for row in rows if math.isfinite(row[key])]
        found[key] = float(np.mean(values)) if values else math.nan
    return found
