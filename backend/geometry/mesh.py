# SPDX-License-Identifier: GPL-3.0-or-later
"""Triangles as they come: normalising, welding, adjacency, orientation, islands.

Nothing here changes the caller's mesh. Welding and orientation live beside it, for analysis only.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints, Singles
from ..contract.progress import SILENT, Progress
from .graphs import components, stable_order, sums
from .sewing import sewn

WELD_BITS = 21  # three coordinates of 21 bits fill one 64-bit key
# Beyond this, squares overflow the float32 of every file format and viewer. It is a float32 itself,
# so that rounding does not lead beyond it.
LARGEST = float(np.float32(1e30))
DEGENERATE_AREA = 1e-14  # of a mesh of unit size: below this a normal is noise


@dataclass(frozen=True)
class FaceGraph:
    """A mesh of unit size and how its faces touch.

    Parameters
    ----------
    vertices : (V, 3) float64, centred, longest side of the bounding box 1.
    faces : (F, 3) int64 into `vertices`.
    welded : (V,) int64, vertices at one position share a number, on open borders also those a hair
        apart.
    normal, centroid : (F, 3) float64; normals are unit, outward as far as can be told, or zero.
    area : (F,) float64.
    first, second : (E,) int64, the two faces of each shared edge.
    edge : (E,) int64, where it is in `first`: ``3 * face + corner`` that it starts at.
    edge_length : (E,) float64.
    bend : (E,) float64, dihedral angle in radians: positive concave, negative convex.
    edge_middle : (E, 3) float64.
    island : (F,) int64 connected component of each face, largest area first.
    islands : number of connected components.
    """

    vertices: Floats
    faces: Ints
    welded: Ints
    normal: Floats
    centroid: Floats
    area: Floats
    first: Ints
    second: Ints
    edge: Ints
    edge_length: Floats
    bend: Floats
    edge_middle: Floats
    island: Ints
    islands: int

    def edge_vertices(self) -> Ints:
        """Vertices of each shared edge, as the face `first` names them: (E, 2)."""
        head = self.edge - self.edge % 3 + (self.edge + 1) % 3
        return self.faces.ravel()[np.stack([self.edge, head], axis=1)]


class Flaw(enum.Enum):
    """Why a mesh cannot be worked on."""

    NO_FACES = "no faces"
    NO_SUCH_VERTEX = "a face names a vertex that does not exist"
    NOT_FINITE = "coordinates are not finite"
    NO_AREA = "all faces have zero area"


class UnusableMesh(ValueError):
    """A mesh that cannot be worked on, and why."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


def check_usable(vertices: Floats, faces: Ints) -> None:
    """Raise UnusableMesh unless there are faces, all of vertices that exist and are finite.

    vertices : (V, 3) float; those that no face uses may be anything. faces : (F, 3) int.
    """
    if len(faces) == 0:
        raise UnusableMesh(Flaw.NO_FACES)
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise UnusableMesh(Flaw.NO_SUCH_VERTEX)
    if not np.isfinite(vertices).all() and not np.isfinite(vertices[faces]).all():
        raise UnusableMesh(Flaw.NOT_FINITE)


def unit_vertices(vertices: Floats, faces: Ints) -> tuple[Floats, Floats, float]:
    """Vertices centred and scaled so that the used ones fill a box with longest side 1.

    Returns (unit vertices, centre (3,), scale); ``vertices = unit * scale + centre``.
    Raises UnusableMesh as `check_usable` does, and when all used vertices are in one place.
    """
    vertices = np.asarray(vertices, dtype=np.float64)
    check_usable(vertices, faces)
    used = np.zeros(len(vertices), dtype=bool)
    used[faces.ravel()] = True
    points = vertices if used.all() else vertices[used]
    low, high = points.min(axis=0), points.max(axis=0)
    with np.errstate(over="ignore"):
        scale = float((high - low).max())
    if not np.isfinite(scale) or scale <= 0.0:
        raise UnusableMesh(Flaw.NO_AREA)
    centre = low / 2 + high / 2
    unit = (vertices - centre) / scale
    unit[~used] = 0.0
    return unit, centre, scale


def welded_on_grid(unit: Floats) -> Ints:
    """Number of each vertex's position; positions closer than 2**-20 of the size may be one.

    For what is measured on a mesh; where surfaces are cut and closed only equal positions are one.

    unit : (V, 3) float64 within -0.5..0.5. Returns (V,) int64.
    """
    steps = 1 << WELD_BITS
    grid = np.rint((unit + 0.5) * (steps - 1)).astype(np.int64)
    np.clip(grid, 0, steps - 1, out=grid)
    key = (grid[:, 0] << (2 * WELD_BITS)) | (grid[:, 1] << WELD_BITS) | grid[:, 2]
    return np.unique(key, return_inverse=True)[1].reshape(-1).astype(np.int64)


def same_positions(vertices: Floats) -> Ints:
    """Lowest vertex number at the same position, for each vertex. (V,3) float64 -> (V,) int64.

    Positions must be exactly equal; 0.0 and -0.0 are.
    """
    bits = np.ascontiguousarray(vertices + 0.0).view(np.uint64)
    odd = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)
    mixed = (bits ^ (bits >> np.uint64(29))) * odd
    mixed ^= mixed >> np.uint64(32)
    key = mixed[:, 0] * odd[1] + mixed[:, 1] * odd[2] + mixed[:, 2]
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    lowest = first[inverse]
    if np.array_equal(vertices[lowest], vertices):
        return lowest.astype(np.int64)
    _, first, inverse = np.unique(vertices, axis=0, return_index=True, return_inverse=True)
    return first[inverse.reshape(-1)].astype(np.int64)  # two positions with one hash


def without_strays(vertices: Floats, faces: Ints) -> Floats:
    """The (V, 3) vertices, those at the origin that no triangle uses and nothing can compute with.

    What is sound wherever a triangle uses it is finite everywhere after this.
    """
    good = sound(vertices)
    if good.all():
        return vertices
    vertices = vertices.copy()
    unused = np.ones(len(vertices), dtype=bool)
    unused[faces.ravel()] = False
    vertices[unused & ~good] = 0.0
    return vertices


def distinct(values: Ints) -> Ints:
    """Sorted distinct values (n,). np.unique's hashing takes ten times as long on millions."""
    ordered = np.sort(values, axis=None)
    if not len(ordered):
        return ordered
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])]


def used_by(faces: Ints) -> Ints:
    """The vertices that faces (F, 3) use, each once, sorted; much faster than np.unique."""
    is_used = np.zeros(int(faces.max()) + 1 if faces.size else 0, dtype=bool)
    is_used[faces.ravel()] = True
    return np.flatnonzero(is_used)


def near_box(vertices: Floats, faces: Ints, low: Floats, high: Floats) -> NDArray[np.bool_]:
    """Which faces (F,) have a bounding box that meets the box from low (3,) to high (3,)."""
    # A bit for each side of the box beyond which a vertex is; a face that has one in common is out.
    beyond = np.zeros(len(vertices), dtype=np.uint8)
    for axis in range(3):
        beyond |= (vertices[:, axis] <= low[axis]).astype(np.uint8) << np.uint8(2 * axis)
        beyond |= (vertices[:, axis] >= high[axis]).astype(np.uint8) << np.uint8(2 * axis + 1)
    one, two, three = (beyond.take(faces[:, corner]) for corner in range(3))
    return np.asarray((one & two & three) == 0)


def sound(vertices: Floats) -> NDArray[np.bool_]:
    """(V,) whether a vertex is a place that can be computed with; NaN is none."""
    return np.asarray((np.abs(vertices) <= LARGEST).all(axis=1))


def face_vectors(vertices: Floats, faces: Ints) -> tuple[Floats, Floats, Floats]:
    """Unit normals (zero where degenerate), areas and centroids: (F, 3), (F,), (F, 3)."""
    # Rows are gathered by take, which costs half of what an index does.
    a, b, c = (vertices.take(faces[:, corner], axis=0) for corner in range(3))
    cross = np.cross(b - a, c - a)
    double = np.sqrt(np.einsum("ij,ij->i", cross, cross))
    solid = double > 2 * DEGENERATE_AREA
    normal = np.divide(cross, double[:, None], out=np.zeros_like(cross), where=solid[:, None])
    return normal, double / 2, (a + b + c) / 3


def normals_by_area(vertices: Floats | Singles, faces: Ints) -> Floats:
    """Unit normals (V, 3) of vertices, each the mean of its faces' by area; up where there is none.

    vertices : (V, 3). faces : (F, 3).
    """
    a, b, c = (vertices[faces[:, corner]].astype(np.float64) for corner in range(3))
    each = np.cross(b - a, c - a)
    total = np.zeros((len(vertices), 3))
    for axis in range(3):
        for corner in range(3):
            total[:, axis] += np.bincount(faces[:, corner], each[:, axis], len(vertices))
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.where(length > 0, total / np.where(length > 0, length, 1.0), [0.0, 0.0, 1.0])


def shared_edges(corners: Ints) -> tuple[Ints, Ints, Ints, NDArray[np.bool_]]:
    """Pairs of faces that share an edge.

    corners : (F, 3) welded vertex numbers. An edge of more than two faces links them in a chain;
    edges of no length are left out.

    Returns (first, second, edge, opposed): faces (E,), the edge's half-edge number in `first`
    (``3 * face + corner``), and whether the two faces run along it in opposite directions, as
    consistently wound faces do.
    """
    count = int(corners.max()) + 1 if len(corners) else 0
    tail = corners.ravel()
    head = np.roll(corners, -1, axis=1).ravel()
    key = np.minimum(tail, head) * count + np.maximum(tail, head)
    order = stable_order(key)
    key = key[order]
    same = key[1:] == key[:-1]
    one, two = order[:-1][same], order[1:][same]
    real = (tail[one] != head[one]) & (one // 3 != two // 3)
    one, two = one[real], two[real]
    return one // 3, two // 3, one, tail[one] != tail[two]


def one_way_edges(faces: Ints) -> Ints:
    """Directed edges (n, 2) of (F, 3) faces whose other direction no face has, sorted by their
    lower, then their higher vertex."""
    tail, head = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    size = int(faces.max(initial=0)) + 1
    # Edge and direction in one number: those of one edge come together, each way apart.
    use = np.sort((np.minimum(tail, head) * size + np.maximum(tail, head)) * 2 + (tail > head))
    if not len(use):
        return np.empty((0, 2), np.int64)
    edge = use >> 1
    begin = np.flatnonzero(np.concatenate([[True], edge[1:] != edge[:-1]]))
    count = np.diff(np.append(begin, len(use)))
    one_way = (use[begin] & 1) == (use[begin + count - 1] & 1)
    use = use[np.repeat(one_way, count)]
    ends = np.stack(np.divmod(use >> 1, size), axis=1)
    return np.where((use & 1)[:, None] == 1, ends[:, ::-1], ends)


def is_closed_manifold(faces: Ints) -> bool:
    """Whether each edge of (F, 3) faces has two of them, which run along it in opposite ways."""
    tail, head = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    size = int(faces.max(initial=-1)) + 1
    there, back = np.sort(tail * size + head), np.sort(head * size + tail)
    return bool((there[1:] != there[:-1]).all() and np.array_equal(there, back))


def signed_volume(vertices: Floats, faces: Ints) -> float:
    """Volume that a closed surface encloses, positive where it is wound outward."""
    return float(signed_volumes(vertices, faces, np.zeros(len(faces), dtype=np.int64), 1)[0])


def signed_volumes(vertices: Floats, faces: Ints, shell: Ints, shells: int) -> Floats:
    """Volume (S,) that each of S closed surfaces encloses, positive where it is wound outward.

    shell : (F,) number of the surface that each face belongs to. Measured from one of the
    surface's own vertices, so that what lies far from the origin loses no digits.
    """
    base = np.zeros((shells, 3))
    base[shell] = vertices[faces[:, 0]]
    a, b, c = (vertices[faces[:, k]] - base[shell] for k in range(3))
    return sums(np.einsum("ij,ij->i", a, np.cross(b, c)) / 6, shell, shells)


def consistent_sides(
    faces: int, first: Ints, second: Ints, opposed: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """A sign for each face so that neighbours agree on a side, where that is possible: (F,) ±1.

    Components of the double cover: each face appears as itself and as its mirror.
    """
    if opposed.all():
        return np.ones(faces)
    mirror_first = np.concatenate([first, first + faces])
    mirror_second = np.concatenate(
        [np.where(opposed, second, second + faces), np.where(opposed, second + faces, second)]
    )
    cover = components(2 * faces, mirror_first, mirror_second)
    here, there = cover[:faces], cover[faces:]
    # A one-sided (non-orientable) component meets its own mirror: leave it as it is.
    return np.where(here <= there, 1.0, -1.0)


def face_islands(area: Floats, first: Ints, second: Ints) -> tuple[Ints, int]:
    """Connected component of each face, largest area first: (F,), and how many there are."""
    component = components(len(area), first, second)
    by_area = np.argsort(-sums(area, component, int(component.max()) + 1), kind="stable")
    rank = np.empty(len(by_area), dtype=np.int64)
    rank[by_area] = np.arange(len(by_area))
    return rank[component], len(by_area)


def build_face_graph(vertices: Floats, faces: Ints, progress: Progress = SILENT) -> FaceGraph:
    """Everything about how faces touch. `vertices` must be of unit size (`unit_vertices`).

    progress : of this function; between its long steps a cancel is heard.
    """
    welded = welded_on_grid(vertices)
    progress.step(0.1)
    corners = welded[faces]
    normal, area, centroid = face_vectors(vertices, faces)
    progress.step(0.25)
    first, second, edge, opposed = shared_edges(corners)
    one = sewn(vertices, welded, faces, edge)
    if one is not None:
        welded = one
        first, second, edge, opposed = shared_edges(welded[faces])
    progress.step(0.6)

    island, islands = face_islands(area, first, second)
    side = consistent_sides(len(faces), first, second, opposed)
    total = np.maximum(sums(area, island, islands), 1e-300)
    middle = sums(area[:, None] * centroid, island, islands) / total[:, None]
    # Divergence theorem about each island's centre: the sign of its volume tells inside from out.
    flux = np.einsum("ij,ij->i", centroid - middle.take(island, axis=0), normal) * area * side
    outward = np.where(sums(flux, island, islands) < 0, -1.0, 1.0)
    normal *= (side * outward[island])[:, None]

    progress.step(0.8)
    corner = faces.reshape(-1)
    tail = vertices.take(corner[edge], axis=0)
    head = vertices.take(corner[edge - edge % 3 + (edge + 1) % 3], axis=0)
    along = head - tail
    edge_middle = (head + tail) / 2
    progress.step(0.9)
    bend = bends(normal, centroid, edge_middle, first, second)
    progress.step(1.0)
    return FaceGraph(
        vertices=vertices,
        faces=faces,
        welded=welded,
        normal=normal,
        centroid=centroid,
        area=area,
        first=first,
        second=second,
        edge=edge,
        edge_length=np.sqrt(np.einsum("ij,ij->i", along, along)),
        bend=bend,
        edge_middle=edge_middle,
        island=island,
        islands=islands,
    )


def bends(normal: Floats, centroid: Floats, middle: Floats, first: Ints, second: Ints) -> Floats:
    """Signed angle between the normals of neighbours: positive where the surface is concave."""
    n, m = normal.take(first, axis=0), normal.take(second, axis=0)
    cosine = np.einsum("ij,ij->i", n, m)
    cross = np.cross(n, m)
    sine = np.sqrt(np.einsum("ij,ij->i", cross, cross))
    angle = np.arctan2(sine, cosine)
    # Concave: each face lies on the outer side of the other's plane. Both are asked, so that a
    # sliver's centroid beside the edge cannot decide alone.
    rise = np.einsum("ij,ij->i", n, centroid.take(second, axis=0) - middle)
    rise += np.einsum("ij,ij->i", m, centroid.take(first, axis=0) - middle)
    flat = (np.abs(n).sum(axis=1) == 0) | (np.abs(m).sum(axis=1) == 0)
    return np.where(flat, 0.0, np.where(rise > 0, angle, -angle))
