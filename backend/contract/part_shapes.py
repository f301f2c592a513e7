# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of a mesh are like as bodies: sizes, places, directions, and which mirror which.

All is in a frame whose z is up and whose front is -y, as in Blender, so that what faces the viewer
from the front has its left at +x. NumPy only: Blender and the engine share this file.
"""

from __future__ import annotations

from dataclasses import dataclass

from .arrays import Floats, NDArray, np

MOST_MIRRORED = 1000  # parts, above which nothing is looked for: they are scraps
NEAR = 0.05  # of the whole's size, how far a part may be from its mirror image
ALIKE = 0.3  # how far the logarithms of areas, and relative spreads, may differ
SYMMETRIC = 0.5  # of the area, that must have a mirror image where there is a plane


@dataclass(frozen=True)
class Shapes:
    """Measures of K parts.

    area (K,); centre (K, 3) of the surface; spread (K, 3, 3) its covariance; facing (K, 3, 3) the
    mean of normal times normal; volume (K,) about the centre, as if holes were closed from there;
    low, high (K, 3) bounds.
    """

    area: Floats
    centre: Floats
    spread: Floats
    facing: Floats
    volume: Floats
    low: Floats
    high: Floats

    @property
    def size(self) -> float:
        """Diagonal of the bounds of all parts."""
        return float(np.linalg.norm(self.high.max(axis=0) - self.low.min(axis=0))) or 1.0

    @property
    def middle(self) -> Floats:
        """(3,) of the bounds of all parts."""
        return np.asarray((self.high.max(axis=0) + self.low.min(axis=0)) / 2)


ROW, COLUMN = [0, 0, 0, 1, 1, 2], [0, 1, 2, 1, 2, 2]  # of the six entries of symmetric matrices
AREA, FIRST, SECOND, FACING, NORMAL, CONE = (
    0,
    slice(1, 4),
    slice(4, 10),
    slice(10, 16),
    slice(16, 19),
    19,
)
COLUMNS = 20


@dataclass(frozen=True, eq=False)
class Elements:
    """What of N triangles or polygons adds up to measures of parts.

    sums : (N, COLUMNS) area, first and second moments, normal times normal, normal, and three times
    the volume of the cone, about `origin` (3,); low, high : (N, 3) float32 bounds from there.
    """

    sums: Floats
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    origin: Floats

    @property
    def nbytes(self) -> int:
        """Memory of the arrays."""
        return self.sums.nbytes + self.low.nbytes + self.high.nbytes

    @classmethod
    def of(cls, corners: NDArray[np.floating]) -> Elements:
        """corners : (T, 3, 3) of triangles."""
        origin = np.asarray(corners, np.float64).mean(axis=(0, 1))
        corner = corners - origin
        middle = corner.mean(axis=1)
        normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]) / 2
        # Parts without area still have a centre.
        area = np.sqrt((normal**2).sum(axis=1)) + 1e-30
        sums = np.empty((len(corner), COLUMNS))
        sums[:, AREA] = area
        sums[:, FIRST] = area[:, None] * middle
        # The second moment of a triangle (see for example Eberly, "Polyhedral mass properties").
        second = sum(corner[:, k, ROW] * corner[:, k, COLUMN] for k in range(3))
        sums[:, SECOND] = (second + 9 * middle[:, ROW] * middle[:, COLUMN]) * area[:, None] / 12
        sums[:, FACING] = normal[:, ROW] * normal[:, COLUMN] / area[:, None]
        sums[:, NORMAL] = normal
        sums[:, CONE] = (normal * middle).sum(axis=1)
        low, high = corner.min(axis=1), corner.max(axis=1)
        return cls(sums, low.astype(np.float32), high.astype(np.float32), origin)

    def joined(self, label: NDArray[np.integer], count: int) -> Elements:
        """`count` larger elements; label : (N,) which of them each is in; every one has some."""
        sums = [np.bincount(label, column, count) for column in self.sums.T]
        order = np.argsort(label, kind="stable")
        starts = np.searchsorted(label[order], np.arange(count))
        low = np.minimum.reduceat(self.low[order], starts)
        high = np.maximum.reduceat(self.high[order], starts)
        return Elements(np.stack(sums, axis=1), low, high, self.origin)

    def only(self, some: NDArray[np.bool_]) -> Elements:
        """Some of the elements, (N,)."""
        return Elements(self.sums[some], self.low[some], self.high[some], self.origin)

    def shapes(self) -> Shapes:
        """Measures of each element, as a part."""
        area, normal = self.sums[:, AREA], self.sums[:, NORMAL]
        centre = self.sums[:, FIRST] / area[:, None]
        spread = _matrices(self.sums[:, SECOND] / area[:, None])
        spread = spread - centre[:, :, None] * centre[:, None]
        facing = _matrices(self.sums[:, FACING] / area[:, None])
        volume = (self.sums[:, CONE] - (normal * centre).sum(axis=1)) / 3
        low, high = self.low + self.origin, self.high + self.origin
        return Shapes(area, centre + self.origin, spread, facing, volume, low, high)


def _matrices(entries: Floats) -> Floats:
    """(N, 6) entries at `ROW` and `COLUMN` as symmetric (N, 3, 3)."""
    full = np.empty((len(entries), 3, 3))
    full[:, ROW, COLUMN] = full[:, COLUMN, ROW] = entries
    return full


def measure(corners: NDArray[np.floating], label: NDArray[np.integer], count: int) -> Shapes:
    """Measures of parts of a mesh.

    corners : (T, 3, 3) of triangles. label : (T,) part of each, 0..count-1; every part has some.
    """
    return Elements.of(corners).joined(label, count).shapes()


@dataclass(frozen=True)
class PartMirror:
    """A plane across the x axis (0) or the y axis (1), and the (K,) part that each part is the
    mirror image of: itself where it lies across the plane, -1 where there is none."""

    axis: int
    at: float
    partner: NDArray[np.int64]

    def pairs(self) -> list[tuple[int, int]]:
        """Two parts each, the one at the higher coordinate first, by their lower number."""
        rows = np.flatnonzero(self.partner > np.arange(len(self.partner)))
        return [(int(row), int(self.partner[row])) for row in rows]


def find_part_mirror(shapes: Shapes) -> PartMirror | None:
    """The upright plane whose two sides have the same parts; None where there is none."""
    count = len(shapes.area)
    if not 1 < count <= MOST_MIRRORED:
        return None
    best, best_share = None, SYMMETRIC
    mean = shapes.area @ shapes.centre / shapes.area.sum()
    for axis in (0, 1):
        # What lies across x is left and right; a plane across y must have more for it.
        least = best_share + (0.15 if best is not None and axis == 1 else 0.0)
        for at in (shapes.middle[axis], mean[axis]):
            found = _mirrored(shapes, axis, float(at))
            share = float(shapes.area[found.partner >= 0].sum() / shapes.area.sum())
            if share > max(least, best_share) and found.pairs():
                best, best_share = found, share
    return best


def _mirrored(shapes: Shapes, axis: int, at: float) -> PartMirror:
    flip = np.ones(3)
    flip[axis] = -1
    image = shapes.centre * flip
    image[:, axis] += 2 * at
    gap = np.linalg.norm(image[:, None] - shapes.centre[None], axis=2) / shapes.size
    logs = np.log(shapes.area)
    grown = np.abs(logs[:, None] - logs[None])
    turned = (shapes.spread * np.outer(flip, flip)).reshape(len(logs), 9)
    own = shapes.spread.reshape(len(logs), 9)
    trace = np.trace(shapes.spread, axis1=1, axis2=2) + 1e-30
    # |A - B|^2 without an array of all pairs of matrices.
    norms = (own**2).sum(axis=1)
    apart = np.sqrt(np.maximum(norms[:, None] + norms[None] - 2 * turned @ own.T, 0))
    apart /= np.sqrt(trace[:, None] * trace[None])
    cost = gap / NEAR + grown / ALIKE + apart / ALIKE
    cost[(gap > NEAR) | (grown > ALIKE) | (apart > ALIKE)] = np.inf
    nearest = cost.argmin(axis=1)
    rows = np.arange(len(logs))
    mutual = (nearest[nearest] == rows) & np.isfinite(cost[rows, nearest])
    return PartMirror(axis, at, np.where(mutual, nearest, -1))


FEATURES = 42


def features(shapes: Shapes, mirror: PartMirror | None) -> Floats:
    """(K, FEATURES) what tells parts apart, whatever the size and place of the whole."""
    count = len(shapes.area)
    low, high = shapes.low.min(axis=0), shapes.high.max(axis=0)
    size, box = shapes.size, np.maximum(high - low, 1e-9 * shapes.size)
    share = shapes.area / shapes.area.sum()
    largest = int(share.argmax())
    place = (shapes.centre - shapes.middle) / box
    extent = shapes.high - shapes.low
    variance = np.linalg.eigvalsh(shapes.spread / size**2)
    long = np.sqrt(np.maximum(variance, 1e-12))[:, ::-1]  # (K, 3) from the longest down
    # Directions as entries of the spread, since those of round things are anybody's guess.
    trace = np.maximum(np.trace(shapes.spread, axis1=1, axis2=2), 1e-12 * size**2)
    lies = np.abs(shapes.spread[:, ROW, COLUMN]) / trace[:, None]
    away = (shapes.centre - shapes.centre[largest]) / size
    touches = _touching(shapes)
    alike = (np.abs(np.log(long[:, None] / long[None])).max(axis=2) < 0.15).sum(axis=1)
    partner = np.full(count, -1) if mirror is None else mirror.partner
    is_own = partner == np.arange(count)
    columns = [
        np.log(share),
        np.log(share / share.max()),
        np.abs(place[:, 0]), np.abs(place[:, 1]), place[:, 1], place[:, 2],
        *(extent / box).T,
        *np.log(np.maximum(extent, 1e-4 * size) / size).T,
        (shapes.low[:, 2] - low[2]) / box[2], (high[2] - shapes.high[:, 2]) / box[2],
        (shapes.low[:, 1] - low[1]) / box[1], (high[1] - shapes.high[:, 1]) / box[1],
        np.log(long[:, 0]), long[:, 1] / long[:, 0], long[:, 2] / long[:, 0],
        long[:, 2] / long[:, 1],
        *lies.T,
        *np.diagonal(shapes.facing, axis1=1, axis2=2).T,
        6 * np.abs(shapes.volume) / shapes.area**1.5,
        (partner >= 0) & ~is_own, is_own,
        np.log(alike), np.full(count, np.log(count)),
        *np.tile(box / size, (count, 1)).T,
        np.abs(away[:, 0]), np.abs(away[:, 1]), away[:, 2],
        np.log1p(touches.sum(axis=1)), touches[:, largest],
    ]  # fmt: skip
    return np.stack([np.asarray(column, np.float64) for column in columns], axis=1)


def _touching(shapes: Shapes) -> NDArray[np.bool_]:
    """(K, K) whose bounds come near each other."""
    room = 0.01 * shapes.size
    low, high = shapes.low - room, shapes.high + room
    meet = (low[:, None] <= high[None]) & (high[:, None] >= low[None])
    return np.asarray(meet.all(axis=2) & ~np.eye(len(low), dtype=bool))
