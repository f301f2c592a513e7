# SPDX-License-Identifier: GPL-3.0-or-later
"""Fuses an object of many shells into one closed surface that keeps the part labels.

Artists' files are soups of shells whose borders give the parts away. A fused copy has the same
parts and no such hint. Inside and outside come from winding numbers along grid lines, an
approximation of generalised ones (A. Jacobson et al., 2013) by six directions; thin or open
sheets are thickened, and labels come from the nearest point of the source's visible surface.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..contract.arrays import Floats, Ints
from ..geometry.mesh import is_closed_manifold, signed_volume, signed_volumes
from ..geometry.rays import RayScene
from .labelled import (
    LabelledMesh,
    biggest_component,
    clean_labels,
    connected_pieces,
    face_areas,
    face_pairs,
)
from .remesh import decimate, neighbour_mean

# Half thickness of what has no inside, and how far to look on both sides of it, in cells.
SHEET, PROBE = 0.75, 1.1
MAX_SAMPLES = 150_000
MAX_CROSSINGS = 64
MIN_KEPT_AREA = 0.5
MIN_PART = 0.004


def fuse(
    vertices: Floats,
    faces: Ints,
    labels_list: Sequence[NDArray[np.integer]],
    *,
    resolution: int | None = None,
    seed: int = 0,
    target_faces: int | None = None,
) -> LabelledMesh | None:
    """One closed surface around an object, with its part labels.

    Pieces of a part that do not touch become parts of their own, so that four legs with one
    material are four parts.

    Parameters
    ----------
    vertices, faces : (V, 3) and (F, 3), any soup of triangles.
    labels_list : one (F,) array for each opinion.
    resolution : grid cells along a cube of the bounding box's volume; 88 to 112 by default.

    Returns None where nothing useful remains: fewer than two parts in every opinion, or most of
    the area in other components than the biggest.
    """
    rng = np.random.default_rng(seed)
    resolution = int(rng.integers(88, 113)) if resolution is None else resolution
    target = target_faces or int(np.exp(rng.uniform(np.log(4_000), np.log(20_000))))
    used, inverse = np.unique(faces, return_inverse=True)
    v = np.ascontiguousarray(vertices[used], dtype=np.float64)
    f = np.ascontiguousarray(inverse.reshape(-1, 3), dtype=np.int64)
    area = face_areas(v, f)
    solid = area > 1e-14 * float(np.ptp(v, axis=0).max()) ** 2
    if solid.sum() < 4:
        return None
    f, area = orient_shells(v, f[solid]), area[solid]
    labels = [np.asarray(one)[solid].astype(np.int64) for one in labels_list]

    low, high = v.min(0), v.max(0)
    extent = np.maximum(high - low, 0.02 * float((high - low).max()))
    cell = max(float(np.prod(extent) ** (1 / 3)) / resolution, float(extent.max()) / 200)
    points, normals, face = _samples(v, f, area, cell, rng)
    origin = low - 3.5 * cell - 0.1 * cell * rng.random(3)
    shape = np.ceil((high - low) / cell).astype(np.int64) + 8
    inside = _winding_grid(v, f, origin, cell, shape)
    kind = _sides(inside, origin, cell, points, normals)
    visible = kind < 2
    if not visible.any():
        return None
    surface = _isosurface(inside, origin, cell, points[kind == 0])
    if surface is None:
        return None
    new_v, new_f, kept = surface
    if kept < MIN_KEPT_AREA:
        return None
    new_v = _cling(new_v, points[visible], normals[visible], kind[visible] == 1, cell)
    new_v, new_f, _ = decimate(new_v, new_f, target, adaptive=bool(rng.random() < 0.2))
    from scipy.spatial import cKDTree

    _, nearest = cKDTree(points[visible]).query(new_v[new_f].mean(1))
    source = face[visible][nearest]
    result = []
    for one in labels:
        smooth = _majority(new_v, new_f, one[source], 3)
        result.append(clean_labels(new_v, new_f, smooth.astype(np.int32), MIN_PART)[0])
    if max(int(parts.max()) for parts in result) < 1:
        return None
    weights = [1 / len(result)] * len(result)
    return LabelledMesh(new_v, new_f, result, weights, "fused")


def orient_shells(vertices: Floats, faces: Ints) -> Ints:
    """Turns each closed, consistently wound shell outward; others stay as they are."""
    number, shell = connected_pieces(len(faces), face_pairs(faces)[0])
    flipped = np.flatnonzero(signed_volumes(vertices, faces, shell, number) < 0)
    turned = faces.copy()
    for s in flipped[:2000]:
        mine = shell == s
        if is_closed_manifold(faces[mine]):
            turned[mine] = faces[mine][:, ::-1]
    return turned


def _samples(
    v: Floats, f: Ints, area: Floats, cell: float, rng: np.random.Generator
) -> tuple[Floats, Floats, Ints]:
    """Points, normals and faces of about four samples a cell's area, stratified by area."""
    count = int(np.clip(4 * area.sum() / cell**2, 20_000, MAX_SAMPLES))
    cumulative = np.cumsum(area)
    at = (np.arange(count) + rng.random(count)) / count * cumulative[-1]
    face = np.minimum(np.searchsorted(cumulative, at), len(f) - 1)
    r, u = np.sqrt(rng.random(count)), rng.random(count)
    weights = np.stack([1 - r, r * (1 - u), r * u], 1)
    points = np.einsum("ij,ijk->ik", weights, v[f[face]])
    a, b, c = (v[f[:, i]] for i in range(3))
    normal = np.cross(b - a, c - a)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-30)
    return points, normal[face], face


def _winding_grid(v: Floats, f: Ints, origin: Floats, cell: float, shape: Ints) -> Floats:
    """Winding numbers (X, Y, Z) in 0..1 by signed crossings along the three axes, both ways.

    Along one line through a closed shell this is the winding number; where shells are open, the
    mean over the six directions approximates the generalised one.
    """
    # Grid coordinates: the cell is one, the precision of single floats is far below it.
    places = ((v - origin) / cell).astype(np.float32)
    scene = RayScene(places, f, proxy=False)
    total = np.zeros(shape)
    for axis in range(3):
        others = [i for i in range(3) if i != axis]
        start = np.indices(tuple(shape[others])).reshape(2, -1).T
        rays = np.zeros((len(start), 3), np.float32)
        rays[:, others] = start
        rays[:, axis] = -1
        direction = np.zeros_like(rays)
        direction[:, axis] = 1
        crossing = np.zeros((len(start), shape[axis]))
        alive = np.arange(len(start))
        for _ in range(MAX_CROSSINGS):
            hits = scene.first_hits(rays[alive], direction[alive])
            struck = hits.face >= 0
            alive = alive[struck]
            if not len(alive):
                break
            at = rays[alive, axis] + hits.distance[struck]
            corners = places[f[hits.face[struck]]]
            facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, axis]
            step = np.clip(np.ceil(at).astype(int), 0, shape[axis] - 1)
            crossing[alive, step] -= np.sign(facing)
            rays[alive, axis] = at + 1e-3
        forward = np.cumsum(crossing, 1)
        backward = forward - forward[:, -1:]
        both = np.clip(forward, -1, 1) + np.clip(backward, -1, 1)
        lines = both.reshape(*shape[others], shape[axis])
        total += np.moveaxis(lines, 2, axis)
    # Shells wound inward count like others.
    return np.abs(total) / 6


def _sides(
    inside: Floats, origin: Floats, cell: float, points: Floats, normals: Floats
) -> NDArray[np.int64]:
    """How many sides of each sample are inside: 0 a sheet, 1 a surface, 2 hidden within."""
    from scipy.ndimage import map_coordinates

    count = np.zeros(len(points), np.int64)
    for side in (-PROBE, PROBE):
        at = (points - origin) / cell + side * normals
        count += map_coordinates(inside, at.T, order=1, mode="nearest") > 0.5
    return count


def _isosurface(
    inside: Floats, origin: Floats, cell: float, sheet: Floats
) -> tuple[Floats, Ints, float] | None:
    """The biggest closed surface of the solid and the thickened sheets, and its share of area."""
    from scipy.ndimage import gaussian_filter
    from scipy.spatial import cKDTree
    from skimage.measure import marching_cubes

    value = gaussian_filter(inside, 0.8) - 0.5
    if len(sheet):
        index = np.rint((sheet - origin) / cell).astype(int)
        near = np.zeros(inside.shape, np.float32)
        near[tuple(np.clip(index, 0, np.array(inside.shape) - 1).T)] = 1
        where = np.argwhere(gaussian_filter(near, 1.0, truncate=2.0) > 0)
        distance, _ = cKDTree(sheet).query(origin + cell * where)
        # The slope of the blurred winding number at a surface is about the same.
        thick = np.clip((SHEET - distance / cell) / 2, -0.5, 0.5)
        at = tuple(where.T)
        value[at] = np.maximum(value[at], thick)
        value = gaussian_filter(value, 0.4)
    if value.max() <= 0 or value.min() >= 0:
        return None
    vertices, faces, _, _ = marching_cubes(-value, 0.0, allow_degenerate=False)
    new_v, new_f, kept = biggest_component(
        vertices.astype(np.float64) * cell + origin, faces.astype(np.int64)
    )
    if not is_closed_manifold(new_f):
        return None
    if signed_volume(new_v, new_f) < 0:
        new_f = new_f[:, ::-1].copy()
    return taubin(new_v, new_f, 6), new_f, kept


def _cling(
    v: Floats, points: Floats, normals: Floats, solid: NDArray[np.bool_], cell: float
) -> Floats:
    """Moves vertices onto the planes of the samples around them: no trace of the grid is left.

    What has no inside (`solid` false) was thickened, and stays as it is.
    """
    from scipy.spatial import cKDTree

    distance, near = cKDTree(points).query(v, k=8)
    weight = np.exp(-((distance / cell) ** 2)) * solid[near]
    gap = np.einsum("ijk,ijk->ij", points[near] - v[:, None], normals[near])
    move = np.einsum("ij,ijk->ik", weight * gap, normals[near])
    move /= np.maximum(weight.sum(1), 1e-9)[:, None]
    length = np.linalg.norm(move, axis=1)
    # Samples that are this far belong to another sheet.
    return v + np.where(length < 1.2 * cell, solid[near[:, 0]], 0)[:, None] * move


def taubin(vertices: Floats, faces: Ints, rounds: int) -> Floats:
    """Smoothing without shrinking (G. Taubin, 1995): removes the steps of the grid."""
    for _ in range(rounds):
        for factor in (0.5, -0.53):
            vertices = vertices + factor * (neighbour_mean(vertices, faces) - vertices)
    return vertices


def _majority(vertices: Floats, faces: Ints, labels: Ints, rounds: int) -> Ints:
    """Each face takes the label with the longest shared border, its own counting double."""
    pairs, edges = face_pairs(faces)
    length = np.linalg.norm(vertices[edges[:, 0]] - vertices[edges[:, 1]], axis=1)
    base = int(labels.max()) + 1
    own = np.bincount(pairs.ravel(), np.repeat(length, 2), len(faces)) * 0.45
    for _ in range(rounds):
        face = np.r_[pairs[:, 0], pairs[:, 1], np.arange(len(faces))]
        vote = np.r_[labels[pairs[:, 1]], labels[pairs[:, 0]], labels]
        key, which = np.unique(face * base + vote, return_inverse=True)
        weight = np.bincount(which, np.r_[length, length, own])
        order = np.lexsort((weight, key // base))
        labels = labels.copy()
        labels[key[order] // base] = key[order] % base
    return labels
